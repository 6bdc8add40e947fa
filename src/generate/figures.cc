#include "generate/figures.h"

#include <algorithm>
#include <numeric>

namespace souk::generate {

void Figures::Add(const Figures& other) {
  revenue += other.revenue;
  gross_sales += other.gross_sales;
  discounts += other.discounts;
  returns += other.returns;
  units += other.units;
  cost += other.cost;
  transactions += other.transactions;
  orders += other.orders;
  paid_payments += other.paid_payments;
  failed_payments += other.failed_payments;
  cancelled_orders += other.cancelled_orders;
  for (int i = 0; i < kFailureReasons; ++i) failures[i] += other.failures[i];
  sessions += other.sessions;
  sessions_with_purchase += other.sessions_with_purchase;
  visitors += other.visitors;
}

void Figures::AddLine(const Order& order, const OrderLine& line, uint32_t unit_cost, bool first) {
  paid_payments += order.payment_status == kPaid;
  if (order.payment_status == kFailed) {
    ++failed_payments;
    ++failures[order.failure_reason];
  }
  cancelled_orders += first && order.status == kCancelled;
  bool sale = (order.status == kCompleted || order.status == kReturned) &&
              (order.payment_status == kPaid || order.payment_status == kRefunded);
  if (!sale) return;
  revenue += line.total;
  units += line.quantity;
  cost += int64_t{line.quantity} * unit_cost;
  if (line.quantity < 0) {
    returns -= line.amount();
    return;
  }
  gross_sales += line.amount();
  discounts += line.discount;
  ++transactions;
  orders += first;
}

Ledger::Ledger(size_t days, const Assortment& assortment, uint32_t customers)
    : assortment_(&assortment),
      customers_(customers),
      days_(days),
      products_(assortment.catalog().size()),
      sold_(assortment.version_count()),
      all_visitors_(customers),
      day_visitors_(days) {}

void Ledger::AddOrder(Tally& tally, const Order& order) {
  uint32_t categories_seen = 0;
  for (int i = 0; i < order.count; ++i) {
    const OrderLine& line = order.lines[i];
    uint32_t category = assortment_->catalog().at(line.product).category;
    uint32_t cost = assortment_->version(line.version).cost;
    tally.day.AddLine(order, line, cost, i == 0);
    tally.regions[order.who.region].AddLine(order, line, cost, i == 0);
    tally.segments[order.who.segment].AddLine(order, line, cost, i == 0);
    tally.categories[category].AddLine(order, line, cost, (categories_seen >> category & 1) == 0);
    categories_seen |= uint32_t{1} << category;

    Figures one;
    one.AddLine(order, line, cost,
                std::none_of(order.lines.begin(), order.lines.begin() + i,
                             [&](const OrderLine& before) { return before.product == line.product; }));
    ProductFigures& product = products_[line.product];
    product.revenue.fetch_add(one.revenue, std::memory_order_relaxed);
    product.units.fetch_add(one.units, std::memory_order_relaxed);
    product.orders.fetch_add(one.orders, std::memory_order_relaxed);
    sold_[line.version].fetch_add(static_cast<int32_t>(one.units), std::memory_order_relaxed);
  }
}

std::shared_ptr<CustomerSet> Ledger::VisitorsOf(const Slice& slice) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<CustomerSet>& seen = day_visitors_[slice.day].seen;
  if (!seen) seen = std::make_shared<CustomerSet>(customers_);
  return seen;
}

void Ledger::AddVisits(Tally& tally, const Slice& slice, const Visits& visits) {
  std::shared_ptr<CustomerSet> seen = VisitorsOf(slice);
  uint64_t new_to_shop = 0;
  for (const Session& session : visits.sessions()) {
    bool guest = session.user == kGuest;
    tally.day.visitors += guest || seen->Insert(session.user);
    new_to_shop += guest || all_visitors_.Insert(session.user);
    tally.day.sessions_with_purchase += session.purchase;
  }
  tally.day.sessions += visits.sessions().size();
  visitors_.fetch_add(new_to_shop, std::memory_order_relaxed);
}

void Ledger::FinishSlice(Tally& tally, const Slice& slice) {
  std::lock_guard lock(mutex_);
  days_[slice.day].Add(tally.day);
  tally.day = {};
  DayVisitors& day = day_visitors_[slice.day];
  if (++day.done == slice.parts) day.seen.reset();
}

void Ledger::FinishThread(const Tally& tally) {
  std::lock_guard lock(mutex_);
  for (int i = 0; i < kCategories; ++i) groups_.categories[i].Add(tally.categories[i]);
  for (int i = 0; i < kRegions; ++i) groups_.regions[i].Add(tally.regions[i]);
  groups_.dirty_lines.Add(tally.dirty_lines);
  groups_.dirty_events.Add(tally.dirty_events);
  for (int i = 0; i < kSegmentGroups; ++i) groups_.segments[i].Add(tally.segments[i]);
}

Figures Ledger::Total() const {
  Figures total;
  for (const Figures& day : days_) total.Add(day);
  total.visitors = visitors_.load();
  return total;
}

std::vector<uint32_t> Ledger::TopProducts(size_t count) const {
  std::vector<uint32_t> numbers(products_.size());
  std::iota(numbers.begin(), numbers.end(), 0);
  count = std::min(count, numbers.size());
  std::partial_sort(numbers.begin(), numbers.begin() + static_cast<ptrdiff_t>(count), numbers.end(),
                    [&](uint32_t a, uint32_t b) {
                      int64_t more = products_[a].revenue.load(), less = products_[b].revenue.load();
                      return more != less ? more > less : a < b;
                    });
  numbers.resize(count);
  return numbers;
}

}  // namespace souk::generate
