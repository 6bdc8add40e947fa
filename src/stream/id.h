// The identity of a record's key: 128 bits in place of the text. Two texts share one with a probability below
// 10^-15 among 10^11 of them; maps of ids stay small and fast.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace souk::stream {

struct Id {
  uint64_t high = 0, low = 0;
  auto operator<=>(const Id&) const = default;
};

Id IdOf(std::string_view text);

// 16 bytes, high first, so that bytes and ids have one order.
std::string IdBytes(const Id& id);
// `bytes` must hold 16.
Id IdFromBytes(std::string_view bytes);

struct IdHash {
  using is_avalanching = void;
  size_t operator()(const Id& id) const { return id.low; }
};

}  // namespace souk::stream
