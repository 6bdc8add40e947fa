// A set of ids at about 17 bytes for each, where tables of the usual kind take 19 to 39.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "stream/id.h"

namespace souk::stream {

// 96 bits of each id decide: two of a million are taken for one with a probability below 10^-16. Open
// addressing; an id's place follows from its highest bits, so that growing is one pass in order. Not
// thread-safe.
class IdSet {
 public:
  // False when it was there before.
  bool Insert(const Id& id) {
    if ((size_ + 1) * 5 > slots_.size() * 4) Grow();
    if (!Put(SlotOf(id))) return false;
    ++size_;
    return true;
  }
  size_t size() const { return size_; }

 private:
  // The low half of an id, its highest word first, and a word of the other half; all 0: empty.
  using Slot = std::array<uint32_t, 3>;
  __extension__ using Wide = unsigned __int128;

  static Slot SlotOf(const Id& id) {
    Slot slot = {static_cast<uint32_t>(id.low >> 32), static_cast<uint32_t>(id.low),
                 static_cast<uint32_t>(id.high)};
    if (slot == Slot{}) slot[2] = 1;
    return slot;
  }
  size_t PlaceOf(const Slot& slot) const {
    uint64_t high = uint64_t{slot[0]} << 32 | slot[1];
    return static_cast<size_t>(static_cast<Wide>(high) * slots_.size() >> 64);
  }
  bool Put(const Slot& slot) {
    for (size_t at = PlaceOf(slot);; at = at + 1 == slots_.size() ? 0 : at + 1) {
      if (slots_[at] == slot) return false;
      if (slots_[at] != Slot{}) continue;
      slots_[at] = slot;
      return true;
    }
  }
  void Grow() {
    std::vector<Slot> old(slots_.size() + slots_.size() / 4 + 16);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot != Slot{}) Put(slot);
    }
  }

  std::vector<Slot> slots_;
  size_t size_ = 0;
};

}  // namespace souk::stream
