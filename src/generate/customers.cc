#include "generate/customers.h"

#include <algorithm>
#include <cmath>

namespace souk::generate {
namespace {

constexpr double kKnownBefore = 0.6;
constexpr Micros kOldest = 3 * 365 * kMicrosPerDay;  // how long before the history the first one signed up
constexpr double kNewFor = 60;                       // days
constexpr double kMovesPerYear = 0.05;               // share of the customers
// Over the last days of coming, the interest falls to so much of what it was.
constexpr double kLastInterest = 0.3, kFadingDays = 45;
constexpr double kVipFrom = 0.95, kLoyalFrom = 0.75;  // quantiles of activity

double Weight(double quantile) {
  double square = quantile * quantile;
  double fourth = square * square;
  return 0.02 + 0.98 * fourth * fourth;
}

// Mostly within the country.
uint32_t NewCity(uint32_t old, Random& random) {
  uint32_t city = old;
  for (int i = 0; i < 12; ++i) {
    city = CityChoice().Pick(random);
    if (city != old && Cities()[city].country == Cities()[old].country) break;
  }
  return city;
}

}  // namespace

Customers::Customers(uint64_t seed, uint32_t count, const Catalog& catalog,
                     const std::vector<CalendarDay>& days)
    : seed_(seed),
      activity_key_(Key(seed, Stream::kActivity)),
      lifetime_key_(Key(seed, Stream::kLifetime)),
      count_(count),
      known_(count * kKnownBefore),
      catalog_(&catalog),
      days_(&days),
      begin_(days.front().begin),
      end_(days.back().end) {}

Traits Customers::Draw(Random& random) const {
  Traits traits;
  traits.city = static_cast<uint8_t>(CityChoice().Pick(random));
  traits.country = Cities()[traits.city].country;
  traits.region = Countries()[traits.country].region;
  traits.favourite = static_cast<uint8_t>(catalog_->PickFavourite(random, traits.region));
  double device = random.Unit();
  traits.device = device < 0.58 ? kMobile : device < 0.93 ? kDesktop : kTablet;
  traits.second = static_cast<uint8_t>(catalog_->PickFavourite(random, traits.region));
  traits.taste = DrawFactors(random);
  return traits;
}

uint32_t Customers::CityOf(uint32_t user) const {
  Random random(Key(seed_, Stream::kUser, user));
  return CityChoice().Pick(random);  // as Draw does
}

Traits Customers::TraitsOf(uint32_t user) const {
  Random random(Key(seed_, Stream::kUser, user));
  return Draw(random);
}

Traits Customers::TraitsAt(uint32_t user, uint32_t day) const {
  Traits traits = TraitsOf(user);
  const UserVersion version = HistoryOf(user).At(static_cast<int32_t>(day));
  traits.segment = version.segment;
  traits.city = version.city;
  traits.country = Cities()[traits.city].country;
  traits.region = Countries()[traits.country].region;
  return traits;
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

uint32_t Customers::Pick(Random& random, uint32_t signed_up, uint32_t day) const {
  // Propose anybody, take them as often as they are active: needs no table of weights.
  constexpr int kTries = 200;
  for (int i = 0; i < kTries; ++i) {
    uint64_t draw = random.Next();
    auto user = static_cast<uint32_t>(((draw >> 32) * signed_up) >> 32);
    double limit = static_cast<double>(static_cast<uint32_t>(draw)) * 0x1.0p-32;
    double weight = Weight(QuantileOf(user));
    if (limit >= weight) continue;
    if (SurelyStays(user, day)) return user;
    int32_t left = LastDayOf(user) - static_cast<int32_t>(day);
    if (left < 0 || limit >= weight * (kLastInterest + (1 - kLastInterest) * left / kFadingDays)) continue;
    return user;
  }
  return kGuest;
}

double Customers::ActivityOf(uint32_t user) const { return Weight(QuantileOf(user)); }

double Customers::SignupDay(uint32_t user) const {
  return static_cast<double>(SignedUpAt(user) - begin_) / kMicrosPerDay;
}

double Customers::HazardOf(uint32_t user) const {
  double u = UnitOf(Mix(lifetime_key_ + 2 * user * kStep));
  return 0.08 + 0.9 * u * u * (1.3 - QuantileOf(user));
}

// Answers most of the questions without a logarithm: −ln(1 − u) > u. A margin for rounding to days is in it.
bool Customers::SurelyStays(uint32_t user, uint32_t day) const {
  double u = UnitOf(Mix(lifetime_key_ + (2 * uint64_t{user} + 1) * kStep));
  return u / HazardOf(user) * 365 > day - SignupDay(user) + kFadingDays + 2;
}

int32_t Customers::LastDayOf(uint32_t user) const {
  double u = UnitOf(Mix(lifetime_key_ + (2 * uint64_t{user} + 1) * kStep));
  double days = -std::log1p(-u) / HazardOf(user) * 365;
  return static_cast<int32_t>(std::floor(std::min(SignupDay(user) + days, 1e6)));
}

UserHistory Customers::HistoryOf(uint32_t user) const {
  struct Change {
    double day;
    bool moves;
    uint8_t segment;
  };
  constexpr int kMostChanges = UserHistory::kMost - 1;
  std::array<Change, kMostChanges> changes;
  int count = 0;
  auto change = [&](double day, Segment segment) { changes[count++] = {day, false, segment}; };

  Random random(Key(seed_, Stream::kCustomerChange, user));
  double signed_up = SignupDay(user), quantile = QuantileOf(user), weight = Weight(quantile);
  double last = LastDayOf(user);
  double day = signed_up + kNewFor;
  change(day, kRegular);
  Segment now = kRegular;
  // The more active, the sooner.
  if (quantile >= kLoyalFrom && (day += (10 + 40 * random.Unit()) / weight) < last) change(day, now = kLoyal);
  if (quantile >= kVipFrom && now == kLoyal && (day += (30 + 90 * random.Unit()) / weight) < last)
    change(day, now = kVip);
  double away = std::max(last, day);
  if (now == kVip) change(away += 80 + 40 * random.Unit(), now = kLoyal);
  if (now == kLoyal) change(away + 90 + 60 * random.Unit(), kRegular);
  double from = std::max(signed_up, 0.0), length = static_cast<double>(days_->size()) - from;
  if (random.Chance(kMovesPerYear * length / 365))
    changes[count++] = {from + length * random.Unit(), true, 0};
  std::sort(changes.begin(), changes.begin() + count,
            [](const Change& a, const Change& b) { return a.day < b.day; });

  UserHistory history;
  history.since = signed_up + kNewFor < 0 ? begin_ : SignedUpAt(user);
  UserVersion version{0, kNew, static_cast<uint8_t>(CityOf(user))};
  history.versions[history.count++] = version;
  for (int i = 0; i < count; ++i) {
    auto at = static_cast<int32_t>(std::floor(std::clamp(changes[i].day, -1.0, 1e6))) + 1;
    auto last_day = static_cast<int32_t>(days_->size());
    while (at > 0 && at < last_day && (*days_)[at].begin == (*days_)[at].end) ++at;
    if (at >= last_day) break;
    if (changes[i].moves) {
      version.city = static_cast<uint8_t>(NewCity(version.city, random));
    } else {
      version.segment = changes[i].segment;
    }
    UserVersion& newest = history.versions[history.count - 1];
    version.day = std::max(at, 0);
    if (version.day <= std::max(newest.day, 0)) {
      newest = version;
    } else {
      history.versions[history.count++] = version;
    }
  }
  return history;
}

uint32_t PickCategory(const Catalog& catalog, const Traits& who, int month, Random& random) {
  double x = random.Unit();
  if (x < kFavouriteShare) return who.favourite;
  if (x < kFavouriteShare + kSecondShare) return who.second;
  return catalog.PickCategory(random, month, who.region);
}

}  // namespace souk::generate
