#include "generate/weighted_choice.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace souk::generate {
namespace {

constexpr double kWhole = 4294967296.0;  // 2^32

uint32_t Threshold(double share) {
  return static_cast<uint32_t>(
      std::min(share * kWhole, static_cast<double>(std::numeric_limits<uint32_t>::max())));
}

}  // namespace

WeightedChoice::WeightedChoice(std::span<const double> weights) {
  double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  auto count = static_cast<uint32_t>(weights.size());
  slots_.resize(count);
  std::vector<double> share(count);
  std::vector<uint32_t> small, large;
  for (uint32_t i = 0; i < count; ++i) {
    share[i] = weights[i] / sum * count;
    slots_[i] = {std::numeric_limits<uint32_t>::max(), i};
    (share[i] < 1 ? small : large).push_back(i);
  }
  while (!small.empty() && !large.empty()) {
    uint32_t little = small.back(), much = large.back();
    small.pop_back();
    slots_[little] = {Threshold(share[little]), much};
    share[much] -= 1 - share[little];
    if (share[much] < 1) {
      large.pop_back();
      small.push_back(much);
    }
  }
}

std::vector<uint64_t> ShareOut(uint64_t total, std::span<const double> weights) {
  std::vector<uint64_t> shares(weights.size());
  double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (sum <= 0) return shares;
  std::vector<double> rest(weights.size());
  uint64_t given = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    double exact = static_cast<double>(total) * (weights[i] / sum);
    shares[i] = std::min(static_cast<uint64_t>(exact), total - given);
    rest[i] = exact - std::floor(exact);
    given += shares[i];
  }
  std::vector<size_t> order;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] > 0) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return rest[a] > rest[b]; });
  for (size_t i = 0; given < total; i = (i + 1) % order.size()) {
    ++shares[order[i]];
    ++given;
  }
  return shares;
}

}  // namespace souk::generate
