#include "generate/assortment.h"

#include <algorithm>
#include <cmath>

namespace souk::generate {
namespace {

constexpr uint32_t kMaxVersions = 3'000'000;
constexpr uint32_t kYear = 365;

enum class Step : uint8_t { kReprice, kSaleBegins, kSaleEnds, kLeaves, kComesBack, kRestock };

struct Event {
  uint32_t day;
  Step step;
};

// The life of one product: when something happens to it, and what it is like then.
class Life {
 public:
  Life(uint64_t seed, const Catalog& catalog, uint32_t product, const std::vector<CalendarDay>& days)
      : random_(Key(seed, Stream::kAssortment, product)),
        product_(catalog.at(product)),
        kind_(Categories()[product_.category]),
        place_((product_.rank + 0.5) / catalog.CategorySize(product_.category)),
        days_(static_cast<uint32_t>(days.size())),
        calendar_(days),
        list_(product_.price),
        now_{.price = product_.price, .cost = product_.cost} {
    for (uint32_t year = 0; year * kYear < days_; ++year) PlanYear(year * kYear);
    if (product_.rank > 0) PlanLeaving();
    PlanRestocks();
    std::stable_sort(events_.begin(), events_.end(),
                     [](const Event& a, const Event& b) { return a.day < b.day; });
  }

  // Appends the versions, at most `most`.
  void Write(std::vector<ProductVersion>& out, size_t most) {
    size_t first = out.size();
    out.push_back(now_);
    size_t count = events_.size(), groups = std::min(count, most - 1);
    for (size_t i = 0; i < count; ++i) {
      bool applied = Apply(events_[i]);
      changed_ = changed_ || applied;
      bool group_ends = (i + 1) * groups / count > i * groups / count;
      if (!group_ends || !changed_) continue;
      now_.day = static_cast<uint16_t>(events_[i].day);
      if (out.size() > first + 1 && out.back().day == now_.day) {
        now_.restock = now_.restock || out.back().restock;
        out.back() = now_;
      } else {
        out.push_back(now_);
      }
      now_.restock = changed_ = false;
    }
  }

 private:
  void Add(uint32_t day, Step step) {
    bool there = day >= 1 && day < days_ && calendar_[day].begin < calendar_[day].end;
    if (there) events_.push_back({day, step});
  }

  // None to four changes of the price: up to two of the list price, and a sale with its end.
  void PlanYear(uint32_t first) {
    double x = random_.Unit();
    int reprices = x < 0.35 ? 0 : x < 0.75 ? 1 : 2;
    for (int i = 0; i < reprices; ++i) Add(first + random_.Below(kYear), Step::kReprice);
    if (!random_.Chance(0.35)) return;
    uint32_t begin = first + random_.Below(kYear - 15), length = 5 + random_.Below(10);
    if (random_.Chance(0.4)) {  // in the week of Black Friday, where the year has one
      uint32_t end = std::min(first + kYear, days_);
      for (uint32_t day = first; day < end; ++day) {
        if (calendar_[day].sale) {
          begin = day;
          length = 8;
          break;
        }
      }
    }
    Add(begin, Step::kSaleBegins);
    Add(begin + length, Step::kSaleEnds);
  }

  void PlanLeaving() {
    double years = static_cast<double>(days_) / kYear;
    if (!random_.Chance(1 - std::pow(0.96, years))) return;
    uint32_t day = random_.Below(days_);
    Add(day, Step::kLeaves);
    if (random_.Chance(0.3)) Add(day + 30 + random_.Below(90), Step::kComesBack);
  }

  // What sells well comes in more often.
  void PlanRestocks() {
    double gap = 21 + 150 * std::sqrt(place_);
    for (double day = 1 + gap * random_.Unit(); day < days_; day += gap * (0.7 + 0.6 * random_.Unit()))
      Add(static_cast<uint32_t>(day), Step::kRestock);
  }

  // False when the event changes nothing.
  bool Apply(const Event& event) {
    switch (event.step) {
      case Step::kReprice: {
        double trend = std::pow(1 + kind_.price_trend, static_cast<double>(event.day) / kYear);
        list_ = ShopPrice(product_.price * trend * (0.9 + 0.2 * random_.Unit()), random_);
        // However prices fall, the shop earns something.
        double cost = product_.cost * trend * (0.95 + 0.1 * random_.Unit());
        now_.cost = std::min(static_cast<uint32_t>(cost), list_ * 9 / 10);
        now_.price = sale_ < 1 ? ShopPrice(list_ * sale_, random_) : list_;
        return true;
      }
      case Step::kSaleBegins:
        sale_ = 0.75 + 0.15 * random_.Unit();
        now_.price = ShopPrice(list_ * sale_, random_);
        return true;
      case Step::kSaleEnds:
        if (sale_ == 1) return false;
        sale_ = 1;
        now_.price = list_;
        return true;
      case Step::kLeaves: now_.active = false; return true;
      case Step::kComesBack: now_.active = true; return true;
      case Step::kRestock: now_.restock = now_.restock || now_.active; return now_.active;
    }
    return false;
  }

  Random random_;
  const Product& product_;
  const Category& kind_;
  double place_;  // 0 … 1 by popularity in the category
  uint32_t days_;
  const std::vector<CalendarDay>& calendar_;
  std::vector<Event> events_;
  uint32_t list_;    // price without a sale
  double sale_ = 1;  // of the list price
  ProductVersion now_;
  bool changed_ = false;
};

}  // namespace

Assortment::Assortment(uint64_t seed, const Catalog& catalog, const std::vector<CalendarDay>& days)
    : catalog_(&catalog), leaves_(catalog.size()) {
  size_t most = std::clamp<size_t>(kMaxVersions / catalog.size(), 3, 400);
  first_.reserve(catalog.size() + size_t{1});
  versions_.reserve(catalog.size() * most);  // what is not used takes no memory
  for (uint32_t product = 0; product < catalog.size(); ++product) {
    first_.push_back(version_count());
    Life(seed, catalog, product, days).Write(versions_, most);
    for (size_t i = first_.back(); i < versions_.size(); ++i)
      if (!versions_[i].active) leaves_[product] = true;
  }
  first_.push_back(version_count());
}

uint32_t Assortment::Pick(Random& random, uint32_t category, uint32_t day, const Factors& taste) const {
  uint32_t best = catalog_->MostPopular(category);  // is always sold
  int best_fit = INT32_MIN;
  for (int i = 0; i < kCandidates; ++i) {
    uint32_t product = catalog_->PickProduct(random, category);
    if (leaves_[product] && !versions_[VersionAt(product, day)].active) continue;
    int fit = Fit(taste, catalog_->at(product).factors);
    if (fit > best_fit) {
      best = product;
      best_fit = fit;
    }
  }
  return best;
}

}  // namespace souk::generate
