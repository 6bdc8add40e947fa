#include "generate/customers.h"

#include <algorithm>

namespace souk::generate {
namespace {

constexpr double kKnownBefore = 0.6;
constexpr Micros kOldest = 3 * 365 * kMicrosPerDay;  // how long before the history the first one signed up
constexpr Micros kNewFor = 60 * kMicrosPerDay;
constexpr double kVipFrom = 0.95, kLoyalFrom = 0.75;  // quantiles of activity

double Weight(double quantile) {
  double square = quantile * quantile;
  double fourth = square * square;
  return 0.02 + 0.98 * fourth * fourth;
}

}  // namespace

Customers::Customers(uint64_t seed, uint32_t count, const Catalog& catalog, Micros begin, Micros end)
    : seed_(seed),
      activity_key_(Key(seed, Stream::kActivity)),
      count_(count),
      known_(count * kKnownBefore),
      catalog_(&catalog),
      begin_(begin),
      end_(end) {}

Traits Customers::Draw(Random& random) const {
  Traits traits;
  traits.city = static_cast<uint8_t>(CityChoice().Pick(random));
  traits.country = Cities()[traits.city].country;
  traits.region = Countries()[traits.country].region;
  traits.favourite = static_cast<uint8_t>(catalog_->PickFavourite(random, traits.region));
  double device = random.Unit();
  traits.device = device < 0.58 ? kMobile : device < 0.93 ? kDesktop : kTablet;
  return traits;
}

Traits Customers::TraitsOf(uint32_t user) const {
  Random random(Key(seed_, Stream::kUser, user));
  return Draw(random);
}

Traits Customers::TraitsOfGuest(uint64_t key) const {
  Random random(Mix(key ^ seed_));
  return Draw(random);
}

Micros Customers::SignedUpAt(uint32_t user) const {
  if (user < known_) return begin_ - static_cast<Micros>(static_cast<double>(kOldest) * (1 - user / known_));
  double part = (user - known_) / (count_ - known_);
  return begin_ + static_cast<Micros>(static_cast<double>(end_ - begin_) * part);
}

uint32_t Customers::SignedUpBefore(Micros time) const {
  double part = static_cast<double>(time - begin_) / static_cast<double>(end_ - begin_);
  double number = known_ + (count_ - known_) * std::clamp(part, 0.0, 1.0);
  return std::clamp(static_cast<uint32_t>(number), 1u, count_);
}

uint32_t Customers::Pick(Random& random, uint32_t signed_up) const {
  // Propose anybody, take them as often as they are active: needs no table of weights.
  constexpr int kTries = 100;
  uint32_t user = 0;
  for (int i = 0; i < kTries; ++i) {
    uint64_t draw = random.Next();
    user = static_cast<uint32_t>(((draw >> 32) * signed_up) >> 32);
    double limit = static_cast<double>(static_cast<uint32_t>(draw)) * 0x1.0p-32;
    if (limit < Weight(QuantileOf(user))) break;
  }
  return user;
}

double Customers::ActivityOf(uint32_t user) const { return Weight(QuantileOf(user)); }

Segment Customers::SegmentOf(uint32_t user) const {
  if (SignedUpAt(user) > end_ - kNewFor) return kNew;
  double quantile = QuantileOf(user);
  return quantile >= kVipFrom ? kVip : quantile >= kLoyalFrom ? kLoyal : kRegular;
}

}  // namespace souk::generate
