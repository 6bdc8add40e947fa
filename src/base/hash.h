// SHA-256, for fingerprints of content; MD5, for what SQL engines compute too.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace souk {

// Streaming SHA-256. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  void Update(std::string_view bytes);
  // Lower-case hex, 64 characters. Call once.
  std::string HexDigest();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::string Sha256Hex(std::string_view bytes);
// Lower-case hex, 32 characters; never against somebody who wants to deceive.
std::string Md5Hex(std::string_view bytes);

}  // namespace souk
