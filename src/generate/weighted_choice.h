// A choice among n things with given weights in constant time (Walker's alias method, Vose's construction).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "generate/random.h"

namespace souk::generate {

class WeightedChoice {
 public:
  WeightedChoice() = default;
  // Weights are not negative; at least one is positive unless there are none at all.
  explicit WeightedChoice(std::span<const double> weights);

  uint32_t Pick(Random& random) const {
    uint64_t draw = random.Next();
    auto slot = static_cast<uint32_t>(((draw >> 32) * slots_.size()) >> 32);
    return static_cast<uint32_t>(draw) < slots_[slot].keep ? slot : slots_[slot].other;
  }
  size_t size() const { return slots_.size(); }

 private:
  struct Slot {
    uint32_t keep;   // of 2^32: how often the slot stands for itself
    uint32_t other;  // what it stands for otherwise
  };
  std::vector<Slot> slots_;
};

// `total` things shared out in proportion to the weights, as whole numbers that add up to it exactly: the
// largest remainders get one more, the earlier of equal ones first. All weights 0: all shares 0.
std::vector<uint64_t> ShareOut(uint64_t total, std::span<const double> weights);

}  // namespace souk::generate
