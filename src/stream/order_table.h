// Finds nodes by the id of their order. Unlike a set of the standard kinds it can be told beforehand what
// will be looked for, so that the waits for memory overlap; and it grows and erases without a look at the
// nodes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "stream/id.h"

namespace souk::stream {

// Open addressing with linear probing: slots are 8 bytes, half of them empty at least. Not thread-safe.
class OrderTable {
 public:
  static constexpr uint32_t kNone = 0xffffffff;

  void Prefetch(const Id& order) const { __builtin_prefetch(&slots_[PlaceOf(MarkOf(order))]); }

  // The node of the order; kNone. `is_it(node)`: whether the node is the order's.
  template <typename IsIt>
  uint32_t Find(const Id& order, IsIt&& is_it) const {
    return slots_[SlotOf(order, is_it)].node;
  }
  // The order must not be there.
  void Insert(const Id& order, uint32_t node) {
    if (++size_ > slots_.size() / 2) Grow();
    Put({MarkOf(order), node});
  }
  template <typename IsIt>
  void Erase(const Id& order, IsIt&& is_it) {
    size_t hole = SlotOf(order, is_it);
    if (slots_[hole].node == kNone) return;
    --size_;
    // What stands behind moves up where a search for it would end at the hole.
    for (size_t at = Next(hole); slots_[at].node != kNone; at = Next(at)) {
      size_t home = PlaceOf(slots_[at].mark);
      if (((at - home) & mask()) < ((at - hole) & mask())) continue;
      slots_[hole] = slots_[at];
      hole = at;
    }
    slots_[hole].node = kNone;
  }

 private:
  struct Slot {
    uint32_t mark = 0;  // of the order's id; says its place too
    uint32_t node = kNone;
  };

  static uint32_t MarkOf(const Id& order) { return static_cast<uint32_t>(order.low >> 32); }
  size_t mask() const { return slots_.size() - 1; }
  size_t PlaceOf(uint32_t mark) const { return mark & mask(); }
  size_t Next(size_t slot) const { return (slot + 1) & mask(); }

  template <typename IsIt>
  size_t SlotOf(const Id& order, IsIt&& is_it) const {
    uint32_t mark = MarkOf(order);
    size_t at = PlaceOf(mark);
    while (slots_[at].node != kNone && !(slots_[at].mark == mark && is_it(slots_[at].node))) at = Next(at);
    return at;
  }
  void Put(Slot slot) {
    size_t at = PlaceOf(slot.mark);
    while (slots_[at].node != kNone) at = Next(at);
    slots_[at] = slot;
  }
  void Grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.node != kNone) Put(slot);
    }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(1024);  // a power of two
  size_t size_ = 0;
};

}  // namespace souk::stream
