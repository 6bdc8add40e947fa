// Randomness by counter: every draw is a pure function of a key, so anything in the shop can be made again,
// alone, on any thread. The mixing function is the finaliser of splitmix64.
#pragma once

#include <cstdint>

namespace souk::generate {

// What a stream of draws is for; streams with different purposes never share numbers.
enum class Stream : uint64_t {
  kDay = 1,
  kHour,
  kUser,
  kActivity,
  kProfile,
  kProduct,
  kOrder,
  kReturn,
  kVisits,
  kBuyer,
  kBrowser,
  kEvent,
  kAssortment,
  kCustomerChange,
  kLifetime,
  kTaste,
  kDirt,
  kBot,
  kAppLog,
  kLive
};

constexpr uint64_t kStep = 0x9E3779B97F4A7C15;

constexpr uint64_t Mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

constexpr uint64_t Key(uint64_t seed, Stream stream, uint64_t a = 0, uint64_t b = 0) {
  uint64_t key = Mix(seed + kStep * static_cast<uint64_t>(stream));
  key = Mix(key ^ (a + kStep));
  return Mix(key + b * kStep);
}

// Fractions of a 64-bit draw: 0 <= x < 1.
constexpr double UnitOf(uint64_t draw) { return static_cast<double>(draw >> 11) * 0x1.0p-53; }

// The draws of one key, in order.
class Random {
 public:
  explicit constexpr Random(uint64_t key) : state_(key) {}

  constexpr uint64_t Next() { return Mix(state_ += kStep); }
  constexpr double Unit() { return UnitOf(Next()); }
  constexpr bool Chance(double probability) { return Unit() < probability; }
  // 0 … n-1
  constexpr uint32_t Below(uint32_t n) { return static_cast<uint32_t>(((Next() >> 32) * n) >> 32); }
  // low … high, both included
  constexpr int64_t Between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(Below(static_cast<uint32_t>(high - low + 1)));
  }

 private:
  uint64_t state_;
};

}  // namespace souk::generate
