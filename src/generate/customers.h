// The customers: who they are, where they live, what they like and how active they are. Nothing is stored; a
// customer is a pure function of the number.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "generate/calendar.h"
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
enum Segment : uint8_t { kVip, kLoyal, kRegular, kNew, kNoSegment };  // guests have none
constexpr int kSegmentGroups = 5;

// What decides how somebody behaves. Guests have traits too.
struct Traits {
  uint8_t city = 0;
  uint8_t country = 0;
  uint8_t region = 0;
  uint8_t segment = kNoSegment;
  uint8_t favourite = 0;  // category
  uint8_t second = 0;     // category that is liked too
  uint8_t device = 0;     // the one mostly used
  Factors taste{};
};

// Hidden shares of what somebody looks at and buys; the rest is what everybody in the region does.
constexpr double kFavouriteShare = 0.30, kSecondShare = 0.15;

// Changes of a customer's record are made at midnight, as those of products are.
struct UserVersion {
  int32_t day = 0;  // from the beginning of this day on; of the first version: 0 or before
  uint8_t segment = kNew;
  uint8_t city = 0;
};
struct UserHistory {
  static constexpr int kMost = 8;
  Micros since = 0;  // updated_at of the first version: signing up, or the first day for who was there before
  int count = 0;
  std::array<UserVersion, kMost> versions;

  const UserVersion& At(int32_t day) const {
    int i = count - 1;
    while (i > 0 && versions[i].day > day) --i;
    return versions[i];
  }
};

// Threads: any.
class Customers {
 public:
  // The history has these days; they and the catalog must outlive the object.
  Customers(uint64_t seed, uint32_t count, const Catalog& catalog, const std::vector<CalendarDay>& days);

  uint32_t count() const { return count_; }
  // As they were when signing up.
  Traits TraitsOf(uint32_t user) const;
  // City, country, region and segment as of the day.
  Traits TraitsAt(uint32_t user, uint32_t day) const;
  // Of somebody without number: any key of draws will do.
  Traits TraitsOfGuest(uint64_t key) const;

  // Numbers grow with the time of signing up: 60 % were there before the history, the others come evenly
  // during it.
  Micros SignedUpAt(uint32_t user) const;
  // Customers 0 … n-1 have signed up before `time`; at least one.
  uint32_t SignedUpBefore(Micros time) const;
  // One of the customers 0 … signed_up-1 who still come on the day, the active ones more often; kGuest when
  // there are none. Who will soon stay away comes less often already.
  uint32_t Pick(Random& random, uint32_t signed_up, uint32_t day) const;

  Segment SegmentAt(uint32_t user, uint32_t day) const {
    return static_cast<Segment>(HistoryOf(user).At(static_cast<int32_t>(day)).segment);
  }

  // How often the customer comes, relative to the others: a few do very often, most seldom. Mean 0.13.
  double ActivityOf(uint32_t user) const;
  // The versions of the customer's record: New for 60 days, then up to the segment that the activity is
  // worth, and down again some months after the last day; some move.
  UserHistory HistoryOf(uint32_t user) const;
  // The hidden lifetime: a chance per year to stay away for good, and the last day of coming (may lie before
  // or after the history).
  double HazardOf(uint32_t user) const;
  int32_t LastDayOf(uint32_t user) const;

 private:
  Traits Draw(Random& random) const;
  uint32_t CityOf(uint32_t user) const;  // when signing up
  double SignupDay(uint32_t user) const;
  // The day is so long before the last one that nothing fades yet; false when that is not easily seen.
  bool SurelyStays(uint32_t user, uint32_t day) const;
  double QuantileOf(uint32_t user) const { return UnitOf(Mix(activity_key_ + user * kStep)); }

  uint64_t seed_;
  uint64_t activity_key_;
  uint64_t lifetime_key_;
  uint32_t count_;
  double known_;  // customers who were there before the history
  const Catalog* catalog_;
  const std::vector<CalendarDay>* days_;
  Micros begin_;
  Micros end_;
};

// The category that somebody looks at or buys from in that month of the history.
uint32_t PickCategory(const Catalog& catalog, const Traits& who, int month, Random& random);

}  // namespace souk::generate
