// The customers: who they are, where they live, what they like and how active they are. Nothing is stored; a
// customer is a pure function of the number.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "generate/catalog.h"
#include "generate/random.h"

namespace souk::generate {

constexpr uint32_t kGuest = ~uint32_t{0};  // somebody who is not logged in

constexpr std::array<std::string_view, 3> kDevices = {"mobile", "desktop", "tablet"};
enum Device : uint8_t { kMobile, kDesktop, kTablet };
constexpr std::array<std::string_view, 6> kSources = {"google",   "direct",    "email",
                                                      "facebook", "instagram", "affiliate"};
enum Source : uint8_t { kGoogle, kDirect, kEmail, kFacebook, kInstagram, kAffiliate };
constexpr std::array<std::string_view, 4> kSegments = {"VIP", "Loyal", "Regular", "New"};
enum Segment : uint8_t { kVip, kLoyal, kRegular, kNew };

// What decides how somebody behaves. Guests have traits too.
struct Traits {
  uint8_t city = 0;
  uint8_t country = 0;
  uint8_t region = 0;
  uint8_t favourite = 0;  // category
  uint8_t device = 0;     // the one mostly used
};

// Threads: any.
class Customers {
 public:
  // The history lasts from `begin` to `end`; the catalog must outlive the object.
  Customers(uint64_t seed, uint32_t count, const Catalog& catalog, Micros begin, Micros end);

  uint32_t count() const { return count_; }
  Traits TraitsOf(uint32_t user) const;
  // Of somebody without number: any key of draws will do.
  Traits TraitsOfGuest(uint64_t key) const;

  // Numbers grow with the time of signing up: 60 % were there before the history, the others come evenly
  // during it.
  Micros SignedUpAt(uint32_t user) const;
  // Customers 0 … n-1 have signed up before `time`; at least one.
  uint32_t SignedUpBefore(Micros time) const;
  // One of the customers 0 … signed_up-1, the active ones more often.
  uint32_t Pick(Random& random, uint32_t signed_up) const;

  // How often the customer comes, relative to the others: a few do very often, most seldom. Mean 0.13.
  double ActivityOf(uint32_t user) const;
  // The segment on the last day: by activity, or New in the first 60 days.
  Segment SegmentOf(uint32_t user) const;

 private:
  Traits Draw(Random& random) const;
  double QuantileOf(uint32_t user) const { return UnitOf(Mix(activity_key_ + user * kStep)); }

  uint64_t seed_;
  uint64_t activity_key_;
  uint32_t count_;
  double known_;  // customers who were there before the history
  const Catalog* catalog_;
  Micros begin_;
  Micros end_;
};

}  // namespace souk::generate
