// Who sends to the intake, and whether they may.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "net/http_request.h"

namespace souk::ingest {

struct IntakeSource {
  std::string name;
  std::string key;  // secret
};
// From "shop=key"; kInvalid: another form, a name or key twice, a key shorter than 8 characters. No message
// shows a key.
Result<std::vector<IntakeSource>> ParseIntakeKeys(const std::vector<std::string>& list);

// How much of a visitor's network address is kept.
enum class AddressDetail { kNone, kMasked, kFull };
// 203.0.113.7 → 203.0.113.0; of an IPv6 address the first 48 bits; "" when it is no address.
std::string MaskAddress(const std::string& address);

struct SenderRules {
  std::vector<IntakeSource> sources;  // empty: only programs on this machine may send
  std::vector<std::string> origins;   // of pages that may send: "https://shop.example", or "*"
};

struct Sender {
  std::string source;    // "local" when there are no keys
  std::string origin;    // of the page, "" when no page sends
  bool foreign = false;  // the page is of another site: the answer needs CORS headers
  // The visitor's, when a page sends: of another program they would be the program's own.
  std::string address;
  std::string user_agent;
};

// kDenied: a page that may not send. kNotFound: a key is needed and missing or wrong.
Result<Sender> Admit(const net::HttpRequest& request, const SenderRules& rules);
// Only the page's side of it: for the question that a browser asks before it sends.
Status AdmitOrigin(const net::HttpRequest& request, const SenderRules& rules);

}  // namespace souk::ingest
