#include "base/text_hash.h"

#include <algorithm>
#include <cstring>

namespace souk {
namespace {

__extension__ using Wide = unsigned __int128;

uint64_t Load8(const char* from) {
  uint64_t word = 0;
  std::memcpy(&word, from, 8);
  return word;
}

uint64_t Load4(const char* from) {
  uint32_t word = 0;
  std::memcpy(&word, from, 4);
  return word;
}

// Up to 8 bytes as a number, the first its lowest; reads none beyond.
uint64_t Load(const char* from, size_t size) {
  if (size >= 8) return Load8(from);
  if (size >= 4) return Load4(from) | Load4(from + size - 4) << 8 * (size - 4);
  if (size == 0) return 0;
  auto byte = [&](size_t i) { return uint64_t{static_cast<uint8_t>(from[i])} << 8 * i; };
  return byte(0) | byte(size / 2) | byte(size - 1);
}

// The halves of a 128-bit product folded into one: every bit of both factors reaches every bit of the result.
uint64_t Fold(uint64_t a, uint64_t b) {
  Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// Digits of e and of the square root of 2; any odd numbers without pattern do.
constexpr uint64_t kA = 0xb7e151628aed2a6bULL, kB = 0x6a09e667f3bcc909ULL;
constexpr uint64_t kC = 0xbf7158809cf4f3c7ULL, kD = 0xb2fb1366ea957d3fULL;

}  // namespace

WideHash WideHashOf(std::string_view text) {
  uint64_t first = kA ^ text.size(), second = kB + text.size();
  const char* at = text.data();
  size_t left = text.size();
  for (; left > 16; at += 16, left -= 16) {
    uint64_t x = Load8(at), y = Load8(at + 8);
    first = Fold(first ^ x, y ^ kC);
    second = Fold(second ^ y, x ^ kD) + x;
  }
  uint64_t x = Load(at, left < 8 ? left : 8), y = left > 8 ? Load(at + 8, left - 8) : 0;
  first = Fold(first ^ x ^ kD, y ^ kA ^ first);
  second = Fold(second ^ y ^ kC, x ^ kB ^ (second << 1));
  return {Fold(first ^ kB, second ^ kC), Fold(second ^ kA, first ^ kD)};
}

uint64_t TextHashOf(std::string_view text) {
  if (text.size() > 16) return WideHashOf(text).low;
  size_t first = std::min<size_t>(text.size(), 8);
  uint64_t x = Load(text.data(), first), y = Load(text.data() + first, text.size() - first);
  return Fold(x ^ kA, y ^ kB) + kC * text.size();
}

}  // namespace souk
