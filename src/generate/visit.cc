#include "generate/visit.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace souk::generate {
namespace {

// Visits that end at the till, per event: with the length of visits below, about one in 24 orders something.
constexpr double kBuyersPerEvent = 0.011;
constexpr double kLoggedIn = 0.55;
constexpr size_t kMaxSteps = 40;  // of one visit
constexpr size_t kMaxBuyerSteps = 4 * kMaxLines + 8;
constexpr double kMaxGapSeconds = 20 * 60;  // less than the 30 minutes that end a session

enum Referrer : uint8_t {
  kFromHome,
  kFromSearch,
  kFromCart,
  kFromGoogle,
  kFromFacebook,
  kFromInstagram,
  kFromAffiliate,
  kFromCategory
};

uint8_t OutsideReferrer(uint8_t source) {
  switch (source) {
    case kGoogle: return kFromGoogle;
    case kFacebook: return kFromFacebook;
    case kInstagram: return kFromInstagram;
    case kAffiliate: return kFromAffiliate;
    default: return kNone;  // typed in, or opened from a mail program
  }
}

uint8_t CampaignOf(uint8_t source, int month, Random& random) {
  constexpr uint8_t kSpring = 0, kSummer = 1, kSchool = 2, kAutumn = 3, kBlack = 4, kChristmas = 5,
                    kNewsletter = 6,
                    kRetargeting = 7;  // of kCampaigns
  constexpr std::array<uint8_t, 12> season = {kRetargeting, kRetargeting, kSpring, kSpring,
                                              kSpring,      kSummer,      kSummer, kSchool,
                                              kSchool,      kAutumn,      kBlack,  kChristmas};
  double x = random.Unit();
  switch (source) {
    case kDirect: return kNone;
    case kEmail: return x < 0.7 ? kNewsletter : season[month - 1];
    case kGoogle: return x < 0.12 ? season[month - 1] : kNone;
    default: return x < 0.45 ? season[month - 1] : x < 0.6 ? kRetargeting : kNone;
  }
}

uint8_t PickAgent(uint8_t device, Random& random) {
  static const std::array<std::vector<uint8_t>, 3> by_device = [] {
    // A small urn per device: an agent lies in it as often as its weight says.
    std::array<std::vector<uint8_t>, 3> urns;
    for (size_t i = 0; i < Agents().size(); ++i) {
      const Agent& agent = Agents()[i];
      urns[agent.device].insert(urns[agent.device].end(), static_cast<size_t>(agent.weight),
                                static_cast<uint8_t>(i));
    }
    return urns;
  }();
  const auto& urn = by_device[device];
  return urn[random.Below(static_cast<uint32_t>(urn.size()))];
}

uint8_t PickSource(uint8_t device, Random& random) {
  constexpr std::array<double, 6> desk = {0.44, 0.70, 0.80, 0.87, 0.90, 1.0};
  constexpr std::array<double, 6> phone = {0.34, 0.52, 0.60, 0.74, 0.94, 1.0};
  const auto& until = device == kDesktop ? desk : phone;
  double x = random.Unit();
  uint8_t source = 0;
  while (source < 5 && x >= until[source]) ++source;
  return source;
}

}  // namespace

const std::vector<Agent>& Agents() {
  static const std::vector<Agent> agents = {
      {kMobile,
       "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 "
       "Mobile/15E148 Safari/604.1",
       30},
      {kMobile,
       "Mozilla/5.0 (iPhone; CPU iPhone OS 17_7 like Mac OS X) AppleWebKit/605.1.15 Version/17.7 "
       "Mobile/15E148 Safari/604.1",
       12},
      {kMobile,
       "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Mobile "
       "Safari/537.36",
       34},
      {kMobile,
       "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 "
       "Mobile Safari/537.36",
       10},
      {kMobile, "Mozilla/5.0 (Android 14; Mobile; rv:139.0) Gecko/139.0 Firefox/139.0", 4},
      {kDesktop,
       "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 "
       "Safari/537.36",
       42},
      {kDesktop,
       "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 "
       "Safari/537.36 Edg/137.0.0.0",
       14},
      {kDesktop, "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:139.0) Gecko/20100101 Firefox/139.0", 11},
      {kDesktop,
       "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
       "Version/18.5 Safari/605.1.15",
       15},
      {kDesktop,
       "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
       "Chrome/137.0.0.0 Safari/537.36",
       12},
      {kDesktop, "Mozilla/5.0 (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0", 6},
      {kTablet,
       "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 "
       "Safari/604.1",
       12},
      {kTablet,
       "Mozilla/5.0 (Linux; Android 13; SM-X910) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 "
       "Safari/537.36",
       7},
  };
  return agents;
}

const std::vector<std::string>& Referrers() {
  static const std::vector<std::string> referrers = [] {
    std::vector<std::string> all = {"https://souk.example/",         "https://souk.example/search",
                                    "https://souk.example/cart",     "https://www.google.com/",
                                    "https://www.facebook.com/",     "https://l.instagram.com/",
                                    "https://www.bestdeals.example/"};
    for (const Category& category : Categories())
      all.push_back(fmt::format("https://souk.example/{}", category.slug));
    return all;
  }();
  return referrers;
}

// The way of one visitor through the pages: a Markov chain over look, search, cart and leaving.
class Visits::Walk {
 public:
  Walk(Visits& visits, const Traits& who, Random& random)
      : visits_(visits),
        assortment_(visits.orders_->assortment()),
        catalog_(assortment_.catalog()),
        who_(who),
        random_(random),
        session_(static_cast<uint32_t>(visits.sessions_.size() - 1)),
        first_(visits.events_.size()),
        referrer_(OutsideReferrer(visits.sessions_.back().source)) {
    NewInterest();
  }

  size_t first() const { return first_; }

  void Land() {
    uint8_t source = visits_.sessions_[session_].source;
    double x = random_.Unit();
    double home = source == kDirect ? 0.45 : source == kEmail ? 0.25 : 0.12;
    if (x < home) {
      Push(kView, kHomePage, kNoProduct);
    } else if (x < home + 0.13) {
      Search();
    } else {
      View(SomeProduct());
    }
  }

  void View(uint32_t product) { Push(kView, kProductPage, product); }

  void Search() {
    NewInterest();
    uint32_t term = category_ * kSubcategories * kNouns + random_.Below(kSubcategories * kNouns);
    Event& event = Push(kSearch, kSearchPage, kNoProduct);
    event.term = static_cast<uint8_t>(term);
    event.results = static_cast<uint16_t>(random_.Chance(0.06) ? 0 : random_.Between(1, 180));
  }

  void AddToCart(uint32_t product, int quantity) {
    Push(kAddToCart, kProductPage, product).quantity = static_cast<uint8_t>(quantity);
  }

  // All lines of an order are bought in one moment.
  void Purchase(const Order& order, uint32_t index) {
    for (int i = 0; i < order.count; ++i) {
      Event& event = Push(kPurchase, kDonePage, order.lines[i].product);
      event.order = index;
      event.quantity = static_cast<uint8_t>(order.lines[i].quantity);
      event.referrer = kFromCart;
      if (i > 0) visits_.gaps_ms_.back() = 0;
    }
  }

  void LeaveCart() { Push(kExit, kCartPage, kNoProduct).referrer = kFromCart; }

  // Leaving is seen only where the page had the time to say so.
  void Leave() {
    if (!random_.Chance(0.7)) return;
    Event last = visits_.events_.back();
    Event& event = Push(kExit, static_cast<Page>(last.page), last.product);
    event.referrer = last.referrer;
    event.term = last.term;
    event.order = last.order;
  }

  // One step of the chain; false when the visitor has left.
  bool Step() {
    Event last = visits_.events_.back();
    double x = random_.Unit();
    if (last.type == kSearch) {
      if (x < 0.68 && last.results > 0) return View(SomeProduct()), true;
      if (x < 0.82) return Search(), true;
    } else if (last.type == kAddToCart) {
      if (x < 0.46) return View(SomeProduct()), true;
      if (x < 0.52) return Search(), true;
    } else {
      if (x < 0.47) return View(SomeProduct()), true;
      if (x < 0.57) return Search(), true;
      if (x < 0.68 && last.product != kNoProduct)
        return AddToCart(last.product, random_.Chance(0.85) ? 1 : 2), true;
    }
    Leave();
    return false;
  }

  uint32_t SomeProduct() {
    if (random_.Chance(0.25)) NewInterest();
    return assortment_.Pick(random_, category_, visits_.slice_->day, who_.taste);
  }

 private:
  void NewInterest() { category_ = PickCategory(catalog_, who_, visits_.day_->month_index, random_); }

  Event& Push(EventType type, Page page, uint32_t product) {
    double seconds = 2 - 42 * std::log(1 - random_.Unit());
    Event event;
    event.session = session_;
    event.type = type;
    event.page = page;
    event.product = product;
    event.referrer = referrer_;
    visits_.events_.push_back(event);
    visits_.gaps_ms_.push_back(static_cast<uint32_t>(std::min(seconds, kMaxGapSeconds) * 1000));
    if (page == kHomePage) referrer_ = kFromHome;
    if (page == kSearchPage) referrer_ = kFromSearch;
    if (page == kProductPage) referrer_ = static_cast<uint8_t>(kFromCategory + catalog_.at(product).category);
    return visits_.events_.back();
  }

  Visits& visits_;
  const Assortment& assortment_;
  const Catalog& catalog_;
  const Traits& who_;
  Random& random_;
  uint32_t session_;
  size_t first_;
  uint8_t referrer_;
  uint32_t category_ = 0;
};

void Visits::Make(const OrderMaker& orders, const Slice& slice, const DayRhythm& rhythm) {
  orders_ = &orders;
  slice_ = &slice;
  rhythm_ = &rhythm;
  day_ = &orders.days()[slice.day];
  sessions_.clear();
  events_.clear();
  gaps_ms_.clear();
  moments_.clear();

  Random random(Key(orders.seed(), Stream::kVisits, uint64_t{slice.day} << 32 | slice.part));
  double wanted = slice.events * kBuyersPerEvent + random.Unit();
  auto buyers = static_cast<uint64_t>(std::min(wanted, static_cast<double>(slice.orders)));
  for (uint64_t i = 0; i < buyers && events_.size() + kMaxBuyerSteps <= slice.events; ++i) {
    AddBuyer(static_cast<uint32_t>(i * slice.orders / buyers));
  }
  while (events_.size() < slice.events) AddBrowser();
  std::sort(moments_.begin(), moments_.end());
}

Session& Visits::BeginSession(Random& random) {
  Session session;
  session.key = random.Next();
  sessions_.push_back(session);
  return sessions_.back();
}

void Visits::EnterAsUser(Session& session, const Traits& who, uint32_t user, Random& random) const {
  session.user = user;
  session.city = who.city;
  session.agent = PickAgent(session.device, random);
  session.campaign = CampaignOf(session.source, day_->date.month, random);
  // At home the address stays the same; on the way it is any.
  bool at_home = user != kGuest && random.Chance(0.75);
  uint64_t draw = at_home ? Key(orders_->seed(), Stream::kUser, user, 1) : random.Next();
  session.ip = static_cast<uint32_t>(draw >> 42);
}

void Visits::AddBuyer(uint32_t index) {
  Order order = orders_->Make(*slice_, index);
  orders_->Place(order, *slice_, index, *rhythm_);
  Random random(Key(orders_->seed(), Stream::kBuyer, order.number));
  Session& session = BeginSession(random);
  session.device = order.device;
  session.source = order.source;
  session.purchase = order.payment_status != kFailed;
  session.order = index;
  EnterAsUser(session, order.who, order.user, random);

  Walk walk(*this, order.who, random);
  if (random.Chance(0.5)) walk.Land();
  for (int i = 0; i < order.count; ++i) {
    if (random.Chance(0.4)) walk.View(walk.SomeProduct());
    walk.View(order.lines[i].product);
    walk.AddToCart(order.lines[i].product, order.lines[i].quantity);
  }
  size_t till = events_.size();
  if (session.purchase) {
    walk.Purchase(order, index);
    walk.Leave();
  } else {
    walk.LeaveCart();
  }
  SetMomentsAround(walk.first(), till, (order.time - day_->begin) / 1000);
}

void Visits::AddBrowser() {
  Random random(
      Key(orders_->seed(), Stream::kBrowser, uint64_t{slice_->day} << 32 | slice_->part, sessions_.size()));
  Session& session = BeginSession(random);
  uint32_t user = kGuest;
  if (random.Chance(kLoggedIn)) {
    const Customers& customers = orders_->customers();
    user = customers.Pick(random, customers.SignedUpBefore(day_->begin), slice_->day);
  }
  Traits who = user == kGuest ? orders_->customers().TraitsOfGuest(random.Next())
                              : orders_->customers().TraitsAt(user, slice_->day);
  session.device = random.Chance(0.75) ? who.device : static_cast<uint8_t>(kMobile);
  session.source = PickSource(session.device, random);
  EnterAsUser(session, who, user, random);

  Walk walk(*this, who, random);
  walk.Land();
  while (events_.size() - walk.first() < kMaxSteps && walk.Step()) {
  }
  // The last visit of the slice ends where its events are used up.
  if (events_.size() > slice_->events) {
    events_.resize(slice_->events);
    gaps_ms_.resize(slice_->events);
  }
  SetMomentsFrom(walk.first(), (rhythm_->At(random.Unit()) - day_->begin) / 1000);
}

void Visits::SetMoment(size_t event, int64_t at_ms) {
  moments_.push_back(static_cast<uint64_t>(at_ms) << 32 | event);
}

// The event `fixed` happens at `at_ms`. What comes before and after keeps its gaps, or shares the time that
// the day has.
void Visits::SetMomentsAround(size_t first, size_t fixed, int64_t at_ms) {
  int64_t last_ms = (day_->end - day_->begin) / 1000 - 1;
  int64_t before = 0;
  for (size_t i = first + 1; i <= fixed; ++i) before += gaps_ms_[i];
  int64_t left = before;
  for (size_t i = first; i < fixed; ++i) {
    SetMoment(i, at_ms - (before <= at_ms ? left : left * at_ms / before));
    left -= gaps_ms_[i + 1];
  }
  SetMoment(fixed, at_ms);
  for (size_t i = fixed + 1; i < events_.size(); ++i) {
    at_ms = std::min(at_ms + gaps_ms_[i], last_ms);
    SetMoment(i, at_ms);
  }
}

void Visits::SetMomentsFrom(size_t first, int64_t start_ms) {
  int64_t last_ms = (day_->end - day_->begin) / 1000 - 1;
  int64_t length = 0;
  for (size_t i = first + 1; i < events_.size(); ++i) length += gaps_ms_[i];
  int64_t at_ms = std::max<int64_t>(0, std::min(start_ms, last_ms - length));
  for (size_t i = first; i < events_.size(); ++i) {
    SetMoment(i, std::min(at_ms, last_ms));
    if (i + 1 < events_.size()) at_ms += gaps_ms_[i + 1];
  }
}

}  // namespace souk::generate
