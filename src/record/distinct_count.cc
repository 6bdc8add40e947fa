#include "record/distinct_count.h"

namespace souk::record {
namespace {

constexpr size_t kFirstSlots = 1024;
constexpr size_t kAhead = 12;  // how far memory is asked for before it is needed

bool Kept(uint64_t hash, int level) { return (hash & ((uint64_t{1} << level) - 1)) == 0; }

// The sampled bits are the low ones, so the place comes from the high ones.
size_t PlaceOf(uint64_t hash, size_t slots) { return (hash >> 24) & (slots - 1); }

}  // namespace

DistinctCount::DistinctCount(size_t bound) : bound_(bound), slots_(kFirstSlots) {}

void DistinctCount::Add(std::span<const uint64_t> hashes) {
  for (size_t i = 0; i < hashes.size(); ++i) {
    if (i + kAhead < hashes.size()) __builtin_prefetch(&slots_[PlaceOf(hashes[i + kAhead], slots_.size())]);
    uint64_t hash = hashes[i] ? hashes[i] : uint64_t{1} << 63;
    if (Kept(hash, level_)) Insert(hash);
  }
}

void DistinctCount::Insert(uint64_t hash) {
  size_t mask = slots_.size() - 1;
  for (size_t at = PlaceOf(hash, slots_.size());; at = (at + 1) & mask) {
    if (slots_[at] == hash) {
      repeated_ += uint64_t{1} << level_;
      return;
    }
    if (slots_[at] != 0) continue;
    slots_[at] = hash;
    break;
  }
  if (++held_ > bound_) {
    while (held_ > bound_) {
      ++level_;
      Rebuild(slots_.size());
    }
  } else if (held_ * 2 > slots_.size()) {
    Rebuild(slots_.size() * 2);
  }
}

void DistinctCount::Rebuild(size_t slots) {
  std::vector<uint64_t> old(slots);
  old.swap(slots_);
  held_ = 0;
  for (uint64_t hash : old) {
    if (hash == 0 || !Kept(hash, level_)) continue;
    size_t at = PlaceOf(hash, slots);
    while (slots_[at] != 0) at = (at + 1) & (slots - 1);
    slots_[at] = hash;
    ++held_;
  }
}

}  // namespace souk::record
