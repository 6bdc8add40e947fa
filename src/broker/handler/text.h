// Text of requests, which goes with the request, as text of one's own.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace souk::broker {

inline std::optional<std::string> Own(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  return std::string(*text);
}

}  // namespace souk::broker
