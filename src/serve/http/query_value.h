// Values of a request's query and body, read with an error that names them; and how long a query may run.
#pragma once

#include <charconv>
#include <stop_token>
#include <string>
#include <utility>

#include "base/result.h"
#include "net/http_request.h"
#include "sql/database.h"

namespace souk::serve {

// The number given as `name`, `otherwise` when it is not given; kInvalid unless it is between the two.
inline Result<int64_t> NumberOf(const net::HttpRequest& request, const char* name, int64_t otherwise,
                                int64_t least, int64_t most) {
  std::string text = request.QueryValue(name);
  if (text.empty()) return otherwise;
  int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < least || number > most) {
    return Fail(Code::kInvalid, "{}='{}' is not possible; give a number from {} to {}", name, text, least,
                most);
  }
  return number;
}

// For a query that ends when nobody waits for it any more: until `request.gone`, say.
inline sql::QueryOptions Until(std::stop_token gone) {
  sql::QueryOptions options;
  options.stop = std::move(gone);
  return options;
}

}  // namespace souk::serve
