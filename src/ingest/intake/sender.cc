#include "ingest/intake/sender.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>

namespace souk::ingest {
namespace {

constexpr size_t kShortestKey = 8;

bool IsLoopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1" || address.starts_with("::ffff:127.");
}

// A proxy on this machine speaks for others.
bool IsForwarded(const net::HttpRequest& request) {
  return !request.Header("x-forwarded-for").empty() || !request.Header("forwarded").empty();
}

std::string_view Trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// The address of the visitor: a proxy on this machine adds it as the last one.
std::string VisitorAddress(const net::HttpRequest& request) {
  std::string_view list = request.Header("x-forwarded-for");
  if (!IsLoopback(request.peer) || list.empty()) return request.peer;
  return std::string(Trim(list.substr(list.rfind(',') + 1)));
}

std::string GivenKey(const net::HttpRequest& request) {
  std::string_view bearer = request.Header("authorization");
  constexpr std::string_view kScheme = "bearer ";
  bool is_bearer = bearer.size() > kScheme.size() &&
                   std::equal(kScheme.begin(), kScheme.end(), bearer.begin(), [](char a, char b) {
                     return a == std::tolower(static_cast<unsigned char>(b));
                   });
  if (is_bearer) return std::string(Trim(bearer.substr(kScheme.size())));
  if (auto key = request.Header("x-souk-key"); !key.empty()) return std::string(key);
  return request.QueryValue("key");
}

// Takes as long for a wrong key as for a right one.
bool Same(std::string_view a, std::string_view b) {
  unsigned different = a.size() != b.size();
  for (size_t i = 0; i < a.size() && !b.empty(); ++i) {
    different |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i % b.size()]);
  }
  return different == 0;
}

}  // namespace

Result<std::vector<IntakeSource>> ParseIntakeKeys(const std::vector<std::string>& list) {
  std::vector<IntakeSource> sources;
  std::set<std::string> seen;
  for (const std::string& item : list) {
    size_t equals = item.find('=');
    if (equals == item.npos || equals == 0) {
      return Fail(Code::kInvalid, "intake.keys: entry {} is not of the form name=key", sources.size() + 1);
    }
    IntakeSource source{item.substr(0, equals), item.substr(equals + 1)};
    if (source.key.size() < kShortestKey) {
      return Fail(Code::kInvalid, "intake.keys: the key of {} is shorter than {} characters", source.name,
                  kShortestKey);
    }
    if (!seen.insert("name " + source.name).second || !seen.insert("key " + source.key).second) {
      return Fail(Code::kInvalid, "intake.keys: the name or the key of {} is there twice", source.name);
    }
    sources.push_back(std::move(source));
  }
  return sources;
}

std::string MaskAddress(const std::string& address) {
  std::array<unsigned char, 16> bytes{};
  std::array<char, INET6_ADDRSTRLEN> text{};
  for (int family : {AF_INET, AF_INET6}) {
    if (inet_pton(family, address.c_str(), bytes.data()) != 1) continue;
    size_t kept = family == AF_INET ? 3 : 6;
    std::fill(bytes.begin() + static_cast<long>(kept), bytes.end(), 0);
    return inet_ntop(family, bytes.data(), text.data(), text.size());
  }
  return "";
}

Status AdmitOrigin(const net::HttpRequest& request, const SenderRules& rules) {
  std::string_view origin = request.Header("origin");
  if (net::OriginAllowed(origin, request.Header("host"))) return {};
  for (const std::string& allowed : rules.origins) {
    if (allowed == "*" || allowed == origin) return {};
  }
  return Fail(Code::kDenied, "pages of {:.200} may not send; add that to the setting intake.origins", origin);
}

Result<Sender> Admit(const net::HttpRequest& request, const SenderRules& rules) {
  TRY_STATUS(AdmitOrigin(request, rules));
  Sender sender;
  if (rules.sources.empty()) {
    if (!IsLoopback(request.peer) || IsForwarded(request)) {
      return Fail(Code::kNotFound,
                  "only programs on Souk's own machine may send, because no keys are set; "
                  "give each source a key with the setting intake.keys");
    }
    sender.source = "local";
  } else {
    std::string key = GivenKey(request);
    for (const IntakeSource& source : rules.sources) {
      if (Same(source.key, key)) sender.source = source.name;
    }
    if (sender.source.empty()) {
      return Fail(Code::kNotFound, "{}; send it as the header Authorization: Bearer KEY",
                  key.empty() ? "a key is needed" : "the key is not known");
    }
  }
  sender.origin = std::string(request.Header("origin"));
  if (sender.origin.empty()) return sender;
  sender.foreign = !net::OriginAllowed(sender.origin, request.Header("host"));
  sender.address = VisitorAddress(request);
  sender.user_agent = std::string(request.Header("user-agent"));
  return sender;
}

}  // namespace souk::ingest
