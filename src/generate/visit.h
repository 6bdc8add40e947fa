// Visits to the shop's pages: sessions from the first look to cart, order or leaving, with their events.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "generate/order.h"

namespace souk::generate {

constexpr std::array<std::string_view, 5> kEventTypes = {"view", "add_to_cart", "purchase", "search", "exit"};
enum EventType : uint8_t { kView, kAddToCart, kPurchase, kSearch, kExit };
constexpr std::array<std::string_view, 8> kCampaigns = {"spring_sale",  "summer_sale",  "back_to_school",
                                                        "autumn_looks", "black_friday", "christmas",
                                                        "newsletter",   "retargeting"};
constexpr uint8_t kNone = 255;
constexpr uint32_t kNoProduct = ~uint32_t{0};
constexpr uint32_t kNoOrder = ~uint32_t{0};

struct Agent {
  Device device;
  std::string_view text;
  double weight;
};
const std::vector<Agent>& Agents();

// What an event's referrer may be: the site that a visit came from, and then the page before.
const std::vector<std::string>& Referrers();

struct Session {
  uint64_t key = 0;  // its id, and that of its events, is made from it
  uint32_t user = kGuest;
  uint32_t ip = 0;
  uint8_t city = 0;
  uint8_t device = 0;
  uint8_t agent = 0;
  uint8_t source = 0;
  uint8_t campaign = kNone;
  bool purchase = false;
  uint32_t order =
      kNoOrder;  // index in the slice of what the visitor wanted to buy; paid for when `purchase`
};

// What page an event's page_url names.
enum Page : uint8_t { kHomePage, kProductPage, kSearchPage, kCartPage, kDonePage };

struct Event {
  uint32_t session = 0;
  uint32_t product = kNoProduct;  // of an exit: only for its page
  uint32_t order = kNoOrder;      // index in the slice
  uint16_t results = 0;           // of a search
  uint8_t term = kNone;           // of a search; of SearchTerms()
  uint8_t type = 0;
  uint8_t page = 0;
  uint8_t referrer = kNone;  // of Referrers()
  uint8_t quantity = 0;      // in the cart or bought
};

// The visits of one slice. Reused from slice to slice to keep its memory.
class Visits {
 public:
  // Fills in exactly slice.events events. No gap within a session reaches 30 minutes; no session leaves its
  // day.
  void Make(const OrderMaker& orders, const Slice& slice, const DayRhythm& rhythm);

  const std::vector<Session>& sessions() const { return sessions_; }
  // Events in the order of time.
  size_t size() const { return moments_.size(); }
  const Event& EventAt(size_t i) const { return events_[static_cast<uint32_t>(moments_[i])]; }
  Micros TimeAt(size_t i) const { return day_->begin + static_cast<Micros>(moments_[i] >> 32) * 1000; }

 private:
  // Makes one session; see visit.cc.
  class Walk;

  void AddBuyer(uint32_t index);
  void AddBrowser();
  Session& BeginSession(Random& random);
  void EnterAsUser(Session& session, const Traits& who, uint32_t user, Random& random) const;
  void SetMoment(size_t event, int64_t at_ms);
  void SetMomentsAround(size_t first, size_t fixed, int64_t at_ms);
  void SetMomentsFrom(size_t first, int64_t start_ms);

  const OrderMaker* orders_ = nullptr;
  const Slice* slice_ = nullptr;
  const DayRhythm* rhythm_ = nullptr;
  const CalendarDay* day_ = nullptr;
  std::vector<Session> sessions_;
  std::vector<Event> events_;
  std::vector<uint32_t> gaps_ms_;  // before each event
  std::vector<uint64_t> moments_;  // milliseconds of the day << 32 | event; sorted at the end
};

}  // namespace souk::generate
