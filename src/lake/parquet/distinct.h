// The distinct numbers of a column, for its dictionary.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace souk::lake {

// What the dictionary holds, in the order in which the numbers first occur, and each value's place in it.
template <typename T>
struct Distinct {
  std::vector<T> values;
  std::vector<uint32_t> places;
};

inline uint64_t HashOfNumber(int64_t value) {
  uint64_t hash = static_cast<uint64_t>(value) * 0x9E3779B97F4A7C15;
  return hash ^ hash >> 32;
}

// Fills `found`; false as soon as there are so many distinct values that a dictionary would not pay.
template <typename T>
bool FindDistinct(std::span<const T> values, Distinct<T>& found) {
  constexpr size_t kFirstLook = 1024, kManyAtFirst = 700;
  found.values.clear();
  found.places.resize(values.size());
  std::vector<uint32_t> slots(256);  // place + 1; 0 = free
  auto slot_of = [&](const T& value) -> uint32_t& {
    size_t at = HashOfNumber(value) & (slots.size() - 1);
    while (slots[at] != 0 && found.values[slots[at] - 1] != value) at = (at + 1) & (slots.size() - 1);
    return slots[at];
  };
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0 && values[i] == values[i - 1]) {  // of one visit, or the same all day
      found.places[i] = found.places[i - 1];
      continue;
    }
    uint32_t& slot = slot_of(values[i]);
    if (slot != 0) {
      found.places[i] = slot - 1;
      continue;
    }
    found.places[i] = static_cast<uint32_t>(found.values.size());
    found.values.push_back(values[i]);
    slot = static_cast<uint32_t>(found.values.size());
    if (found.values.size() > (i < kFirstLook ? kManyAtFirst : values.size() / 2)) return false;
    if (found.values.size() * 2 < slots.size()) continue;
    slots.assign(slots.size() * 4, 0);
    for (size_t place = 0; place < found.values.size(); ++place) {
      slot_of(found.values[place]) = static_cast<uint32_t>(place + 1);
    }
  }
  return true;
}

// Bits of a place; at least one, because not every reader takes none.
inline int WidthOfPlaces(size_t distinct) {
  return static_cast<int>(std::bit_width(distinct < 2 ? 1 : distinct - 1));
}

}  // namespace souk::lake
