#include "record/histogram.h"

#include <algorithm>
#include <cmath>

namespace souk::record {

// Steps of a power of two from a multiple of it: whole numbers fall on whole steps while the range allows it.
void Histogram::Start(std::span<const double> numbers) {
  auto [least, most] = std::minmax_element(numbers.begin(), numbers.end());
  least_ = *least;
  most_ = *most;
  double range = std::max(most_ - least_, std::max(std::abs(most_), 1.0) * 1e-12);
  width_ = std::exp2(std::ceil(std::log2(range * 2 / kSteps)));
  begin_ = (std::floor((least_ + most_) / 2 / width_) - kSteps / 2) * width_;
  counts_.assign(kSteps, 0);
}

void Histogram::Add(std::span<const double> numbers) {
  if (numbers.empty()) return;
  if (counts_.empty()) Start(numbers);
  for (double number : numbers) {
    double step = (number - begin_) / width_;
    if (!(step >= 0 && step < kSteps)) {
      Widen(number);
      step = std::clamp((number - begin_) / width_, 0.0, kSteps - 1.0);
    }
    ++counts_[static_cast<size_t>(step)];
    least_ = std::min(least_, number);
    most_ = std::max(most_, number);
  }
}

void Histogram::Widen(double number) {
  while (number < begin_ || number >= begin_ + width_ * kSteps) {
    // The old steps become one half of the new ones, on the side that leaves room for the number.
    bool below = number < begin_;
    std::vector<uint64_t> wider(kSteps);
    size_t offset = below ? kSteps / 2 : 0;
    for (size_t i = 0; i < kSteps; ++i) wider[offset + i / 2] += counts_[i];
    if (below) begin_ -= width_ * kSteps;
    width_ *= 2;
    counts_ = std::move(wider);
  }
}

std::vector<uint64_t> Histogram::Buckets(size_t buckets) const {
  std::vector<uint64_t> result(buckets);
  if (counts_.empty()) return result;
  double range = most_ - least_;
  for (size_t i = 0; i < kSteps; ++i) {
    if (counts_[i] == 0) continue;
    double low = std::max(begin_ + width_ * static_cast<double>(i), least_);
    double high = std::min(begin_ + width_ * static_cast<double>(i + 1), most_);
    double share = range > 0 ? ((low + high) / 2 - least_) / range : 0;
    auto bucket = static_cast<size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(buckets));
    result[std::min(bucket, buckets - 1)] += counts_[i];
  }
  return result;
}

}  // namespace souk::record
