// One HTTP request as handlers see it, and the rules by which its target, Host and Origin are read.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace souk::net {

struct HttpRequest {
  std::string method;                                       // "GET"
  std::string path;                                         // decoded, without query
  std::vector<std::pair<std::string, std::string>> query;   // decoded, in order
  std::map<std::string, std::string, std::less<>> headers;  // names in lower case
  std::string body;
  std::string peer;  // the address that the connection comes from: "127.0.0.1"
  // Asked to stop when the client leaves before it has its answer, or the server stops: what is worked on for
  // it may end, with any answer. Callbacks run on the network thread and must not block.
  std::stop_token gone;

  std::string_view Header(std::string_view lower_case_name) const;
  // The first value of that name, "" when there is none.
  std::string QueryValue(std::string_view name) const;
};

// "%41+b" → "A b"; nothing when a percent sign is not followed by two hex digits.
std::optional<std::string> DecodePercent(std::string_view text, bool plus_is_space);

// Fills path and query from "/path?query"; false when it is malformed.
bool ParseTarget(std::string_view target, HttpRequest& request);

// Whether `path` is one that `pattern` stands for: the same; below it, when the pattern ends in '/'; or equal
// but for segments that are "*" in the pattern.
bool RouteMatches(std::string_view pattern, std::string_view path);

// Whether a Host header names us: a loopback name with our port, or one of `allowed` with or without the
// port.
bool HostAllowed(std::string_view host, const std::vector<uint16_t>& ports,
                 const std::vector<std::string>& allowed);

// Whether an Origin header is absent or names the same host as the Host header.
bool OriginAllowed(std::string_view origin, std::string_view host);

}  // namespace souk::net
