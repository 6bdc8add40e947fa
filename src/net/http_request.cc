#include "net/http_request.h"

#include <algorithm>
#include <cctype>

namespace souk::net {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string_view HttpRequest::Header(std::string_view lower_case_name) const {
  auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

std::string HttpRequest::QueryValue(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return {};
}

std::optional<std::string> DecodePercent(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      int high = HexDigit(text[i + 1]), low = HexDigit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      decoded += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

bool ParseTarget(std::string_view target, HttpRequest& request) {
  size_t question = std::min(target.find('?'), target.size());
  auto path = DecodePercent(target.substr(0, question), false);
  if (!path || !path->starts_with('/') || path->find('\0') != std::string::npos) return false;
  request.path = *std::move(path);
  std::string_view rest = target.substr(std::min(target.size(), question + 1));
  while (!rest.empty()) {
    std::string_view item = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), item.size() + 1));
    if (item.empty()) continue;
    size_t equals = std::min(item.find('='), item.size());
    auto key = DecodePercent(item.substr(0, equals), true);
    auto value = DecodePercent(item.substr(std::min(item.size(), equals + 1)), true);
    if (!key || !value) return false;
    request.query.emplace_back(*std::move(key), *std::move(value));
  }
  return true;
}

bool RouteMatches(std::string_view pattern, std::string_view path) {
  while (!pattern.empty()) {
    std::string_view wanted = pattern.substr(0, pattern.find('/', 1));
    std::string_view segment = path.substr(0, path.find('/', 1));
    if (pattern == "/") return path.starts_with('/');
    if (wanted != segment && !(wanted == "/*" && segment.size() > 1)) return false;
    pattern.remove_prefix(wanted.size());
    path.remove_prefix(segment.size());
  }
  return path.empty();
}

bool HostAllowed(std::string_view host, const std::vector<uint16_t>& ports,
                 const std::vector<std::string>& allowed) {
  std::string text(host);
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  if (std::find(allowed.begin(), allowed.end(), text) != allowed.end()) return true;
  auto names = [&](uint16_t port) { return text.ends_with(":" + std::to_string(port)); };
  auto named = std::find_if(ports.begin(), ports.end(), names);
  if (named != ports.end()) {
    text.resize(text.rfind(':'));
  } else if (std::find(ports.begin(), ports.end(), 80) == ports.end()) {
    return false;
  }
  return text == "localhost" || text == "127.0.0.1" || text == "[::1]" ||
         std::find(allowed.begin(), allowed.end(), text) != allowed.end();
}

bool OriginAllowed(std::string_view origin, std::string_view host) {
  if (origin.empty()) return true;
  for (std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) return origin.substr(scheme.size()) == host;
  }
  return false;  // "null" and anything else a browser may send
}

}  // namespace souk::net
