// A histogram of numbers whose range is not known before they come.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace souk::record {

// Counts in up to kSteps equal steps, which become twice as wide whenever a number lies outside. Not
// thread-safe.
class Histogram {
 public:
  void Add(std::span<const double> numbers);
  // `buckets` equal parts from the smallest to the largest number; a step on a border counts where its middle
  // is.
  std::vector<uint64_t> Buckets(size_t buckets) const;

  static constexpr size_t kSteps = 4096;

 private:
  void Start(std::span<const double> numbers);
  void Widen(double number);

  std::vector<uint64_t> counts_;
  double begin_ = 0;  // of the first step
  double width_ = 0;
  double least_ = 0, most_ = 0;
};

}  // namespace souk::record
