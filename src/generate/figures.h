// The exact figures of the shop that is being written, counted while it is written.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "generate/dirt.h"
#include "generate/order.h"
#include "generate/plan.h"
#include "generate/visit.h"

namespace souk::generate {

// Amounts in cents. The figures are defined in docs/guide/simulator.md.
struct Figures {
  int64_t revenue = 0, gross_sales = 0, discounts = 0, returns = 0, units = 0;
  int64_t cost = 0;  // of the pieces sold, as of each line's day
  uint64_t transactions = 0, orders = 0, paid_payments = 0, failed_payments = 0, cancelled_orders = 0;
  std::array<uint64_t, kFailureReasons> failures{};
  uint64_t sessions = 0, sessions_with_purchase = 0, visitors = 0;

  int64_t net_sales() const { return gross_sales - discounts - returns; }
  int64_t profit() const { return net_sales() - cost; }
  void Add(const Figures& other);
  // What one line brings; `unit_cost` in cents, `first` = it is the order's first line among those that are
  // counted together.
  void AddLine(const Order& order, const OrderLine& line, uint32_t unit_cost, bool first);
};

struct ProductFigures {
  std::atomic<int64_t> revenue{0};
  std::atomic<int64_t> units{0};
  std::atomic<uint64_t> orders{0};
};

// The figures of one slice, and the dirt and those by category, region and segment that one thread has
// counted so far.
struct Tally {
  Figures day;
  std::array<Figures, kCategories> categories;
  std::array<Figures, kRegions> regions;
  std::array<Figures, kSegmentGroups> segments;  // as of the line's day
  DirtCount dirty_lines, dirty_events;
};

// Counts sets of customers exactly: one bit each.
class CustomerSet {
 public:
  explicit CustomerSet(uint32_t customers) : bits_((customers + uint64_t{63}) / 64) {}
  // True when the customer was not in it. Threads: any.
  bool Insert(uint32_t user) {
    std::atomic<uint64_t>& word = bits_[user / 64];
    uint64_t bit = uint64_t{1} << user % 64;
    if (word.load(std::memory_order_relaxed) & bit) return false;
    return (word.fetch_or(bit, std::memory_order_relaxed) & bit) == 0;
  }

 private:
  std::vector<std::atomic<uint64_t>> bits_;
};

// Everything that truth.json says. Threads: AddOrder, AddVisits and Finish may be called by several at a
// time, each with a tally of its own; sums do not depend on who counts first. The rest only when they are
// done.
class Ledger {
 public:
  // The assortment must outlive it.
  Ledger(size_t days, const Assortment& assortment, uint32_t customers);

  // An order, or a return as an order of one line.
  void AddOrder(Tally& tally, const Order& order);
  void AddVisits(Tally& tally, const Slice& slice, const Visits& visits);
  // The slice's figures go to its day.
  void FinishSlice(Tally& tally, const Slice& slice);
  void FinishThread(const Tally& tally);

  Figures Total() const;
  const std::vector<Figures>& days() const { return days_; }
  const Tally& groups() const { return groups_; }
  // Numbers of the products with the largest revenue; of equal ones the smaller number first.
  std::vector<uint32_t> TopProducts(size_t count) const;
  const ProductFigures& product(uint32_t number) const { return products_[number]; }
  // Pieces sold of a version of a product, less those sent back.
  int32_t sold(uint32_t version) const { return sold_[version].load(std::memory_order_relaxed); }

 private:
  struct DayVisitors {
    uint32_t done = 0;  // slices
    std::shared_ptr<CustomerSet> seen;
  };
  std::shared_ptr<CustomerSet> VisitorsOf(const Slice& slice);

  const Assortment* assortment_;
  uint32_t customers_;
  std::vector<Figures> days_;
  std::vector<ProductFigures> products_;
  std::vector<std::atomic<int32_t>> sold_;  // by version of the product
  CustomerSet all_visitors_;
  std::atomic<uint64_t> visitors_{0};
  Tally groups_;
  std::vector<DayVisitors> day_visitors_;
  std::mutex mutex_;  // days_, groups_, day_visitors_
};

}  // namespace souk::generate
