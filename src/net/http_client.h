// A small blocking HTTP/1.1 client: the command line talks to a running `souk up` with it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace souk::net {

struct HttpAnswer {
  int status = 0;
  std::string content_type;
  std::string body;
};

// Threads: one at a time. Each call makes its own connection. kUnavailable when nobody listens.
class HttpClient {
 public:
  explicit HttpClient(std::string base_url, int64_t timeout_ms = 60'000);
  Result<HttpAnswer> Send(std::string_view method, std::string_view target, std::string_view body = {},
                          const std::vector<std::pair<std::string, std::string>>& headers = {});
  // Reads a server-sent event stream until it ends or `on_event` returns false. `idle` is called about every
  // 100 ms and may also end it by returning false.
  Status Events(std::string_view target,
                const std::function<bool(std::string_view event, std::string_view data)>& on_event,
                const std::function<bool()>& idle = {});

 private:
  std::string base_url_;
  int64_t timeout_ms_;
};

// Percent-encodes one query value.
std::string EncodeQuery(std::string_view text);

}  // namespace souk::net
