// A fast hash of short values, for counting only: not stable across versions, not safe against an enemy.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace souk::record {

// Multiplies to 128 bits and folds: every bit of the result depends on every bit of both.
inline uint64_t MixHash(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(a ^ 0x9E3779B97F4A7C15) * (b ^ 0xD6E8FEB86659FD93);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline uint64_t HashValue(std::string_view text) {
  auto load = [](const char* at, size_t bytes) {
    uint64_t word = 0;
    std::memcpy(&word, at, bytes);
    return word;
  };
  const char* at = text.data();
  size_t left = text.size();
  uint64_t hash = MixHash(text.size(), 0x2545F4914F6CDD1D);
  for (; left > 16; at += 16, left -= 16) hash = MixHash(load(at, 8) ^ hash, load(at + 8, 8) + hash);
  if (left >= 8) return MixHash(load(at, 8) ^ hash, load(at + left - 8, 8) + left);
  if (left >= 4) return MixHash(load(at, 4) ^ hash, load(at + left - 4, 4) + left);
  uint64_t tail = 0;
  for (size_t i = 0; i < left; ++i) tail = tail << 8 | static_cast<unsigned char>(at[i]);
  return MixHash(tail ^ hash, left);
}

}  // namespace souk::record
