// Fast hashes of texts; none against somebody who wants to deceive.
#pragma once

#include <cstdint>
#include <string_view>

namespace souk {

struct WideHash {
  uint64_t high = 0, low = 0;
};

// 128 bits: two texts share them with a probability below 10^-15 among 10^11 of them. Stores keep it, so it
// must stay what it is.
WideHash WideHashOf(std::string_view text);
// 64 bits, for tables in memory only; cheaper.
uint64_t TextHashOf(std::string_view text);

}  // namespace souk
