// How many different values there are: exact up to a bound, a close estimate above it, in bounded memory.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace souk::record {

// A set of hashes. When it would hold more than `bound`, it keeps only those that end in one zero bit more
// than before, and counts each for twice as many (adaptive sampling, Wegman 1984; standard error about 1.2 /
// sqrt(bound)). Not thread-safe. Memory: 16 bytes per hash kept.
class DistinctCount {
 public:
  explicit DistinctCount(size_t bound);

  void Add(std::span<const uint64_t> hashes);

  uint64_t count() const { return static_cast<uint64_t>(held_) << level_; }
  bool exact() const { return level_ == 0; }
  // Values that were added and are equal to an earlier one; estimated when not exact().
  uint64_t repeated() const { return repeated_; }

 private:
  void Insert(uint64_t hash);
  void Rebuild(size_t slots);

  size_t bound_;
  size_t held_ = 0;
  int level_ = 0;  // hashes kept end in this many zero bits
  uint64_t repeated_ = 0;
  std::vector<uint64_t> slots_;  // 0 = free; a power of two of them
};

}  // namespace souk::record
