// Finds nodes by their id, and keeps 32 bits of it. Unlike a set of the standard kinds it can be told
// beforehand what will be looked for, so that the waits for memory overlap; and it grows and erases without a
// look at the nodes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "stream/id.h"

namespace souk::stream {

// Open addressing with linear probing in slots of 8 bytes. Not thread-safe.
class NodeTable {
 public:
  static constexpr uint32_t kNone = 0xffffffff;

  // It grows when more than so many eighths of its slots are taken: few make it quick, many make it small.
  explicit NodeTable(size_t most_eighths = 4) : most_eighths_(most_eighths) {}

  void Prefetch(const Id& id) const { __builtin_prefetch(&slots_[PlaceOf(MarkOf(id))]); }

  // The node of the id; kNone. `is_it(node)`: whether the node is the id's.
  template <typename IsIt>
  uint32_t Find(const Id& id, IsIt&& is_it) const {
    return slots_[SlotOf(id, is_it)].node;
  }
  // The id must not be there.
  void Insert(const Id& id, uint32_t node) {
    if (++size_ > slots_.size() / 8 * most_eighths_) Grow();
    Put({MarkOf(id), node});
  }
  template <typename IsIt>
  void Erase(const Id& id, IsIt&& is_it) {
    size_t hole = SlotOf(id, is_it);
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

  size_t bytes() const { return slots_.size() * sizeof(Slot); }

 private:
  struct Slot {
    uint32_t mark = 0;  // of the id; says its place too
    uint32_t node = kNone;
  };

  static uint32_t MarkOf(const Id& id) { return static_cast<uint32_t>(id.low >> 32); }
  size_t mask() const { return slots_.size() - 1; }
  size_t PlaceOf(uint32_t mark) const { return mark & mask(); }
  size_t Next(size_t slot) const { return (slot + 1) & mask(); }

  template <typename IsIt>
  size_t SlotOf(const Id& id, IsIt&& is_it) const {
    uint32_t mark = MarkOf(id);
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

  size_t most_eighths_;
  std::vector<Slot> slots_ = std::vector<Slot>(1024);  // a power of two
  size_t size_ = 0;
};

}  // namespace souk::stream
