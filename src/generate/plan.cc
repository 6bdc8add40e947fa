#include "generate/plan.h"

#include <algorithm>
#include <array>

#include "generate/weighted_choice.h"

namespace souk::generate {
namespace {

// One order in so many is looked at for a return; which of them are then sent back is
// OrderMaker::ReturnedLine.
constexpr uint32_t kReturnStride = 5;
// After how many days a line comes back. The n-th order looked at takes the n-th delay, round and round, so
// the orders that come back on a given day are found without looking at the others.
constexpr std::array<uint32_t, 32> kReturnDelays = {3,  4,  5,  5,  6,  6,  7,  7,  8,  8,  9,
                                                    9,  10, 10, 11, 12, 12, 13, 14, 14, 15, 16,
                                                    17, 18, 19, 20, 21, 22, 24, 26, 28, 30};

}  // namespace

Result<Plan> Plan::Make(const OrderMaker& orders, uint64_t transactions, uint64_t events,
                        Progress& progress) {
  std::vector<double> order_weights, visit_weights;
  double sum = 0;
  for (const CalendarDay& day : orders.days()) {
    order_weights.push_back(day.order_weight);
    visit_weights.push_back(day.visit_weight);
    sum += day.order_weight;
  }
  if (sum <= 0) return Fail(Code::kInvalid, "the shop's time zone skipped the day; choose others");
  std::vector<uint64_t> lines = ShareOut(transactions, order_weights);
  std::vector<uint64_t> clicks = ShareOut(events, visit_weights);

  Plan plan;
  uint64_t next_line = 0, next_order = 0, next_event = 0;
  for (size_t day = 0; day < lines.size(); ++day) {
    TRY_STATUS(progress.CheckCancelled());
    plan.CutDay(static_cast<uint32_t>(day), lines[day], clicks[day]);
    for (size_t i = plan.first_slice_.back(); i < plan.slices_.size(); ++i) {
      Slice& slice = plan.slices_[i];
      slice.first_line = next_line;
      slice.first_order = next_order;
      slice.first_event = next_event;
      plan.CountOrders(orders, slice);
      next_line += slice.lines;
      next_order += slice.orders;
      next_event += slice.events;
    }
  }
  plan.first_slice_.push_back(plan.slices_.size());
  return plan;
}

void Plan::CutDay(uint32_t day, uint64_t lines, uint64_t events) {
  first_slice_.push_back(slices_.size());
  uint64_t parts = std::max((lines + kMaxSliceLines - 1) / kMaxSliceLines,
                            (events + kMaxSliceEvents - 1) / kMaxSliceEvents);
  for (uint64_t part = 0; part < parts; ++part) {
    Slice slice;
    slice.day = day;
    slice.part = static_cast<uint32_t>(part);
    slice.parts = static_cast<uint32_t>(parts);
    slice.lines = static_cast<uint32_t>(lines * (part + 1) / parts - lines * part / parts);
    slice.events = static_cast<uint32_t>(events * (part + 1) / parts - events * part / parts);
    slices_.push_back(slice);
  }
}

void Plan::CountOrders(const OrderMaker& orders, Slice& slice) const {
  ForEachReturn(orders, slice, [&](Order&, int) {
    if (slice.returns == slice.lines) return false;
    ++slice.returns;
    return true;
  });
  uint32_t wanted = slice.lines - slice.returns;
  uint32_t counted = 0;
  while (counted < wanted) {
    slice.last_lines = std::min<uint32_t>(wanted - counted, orders.LinesOf(slice, slice.orders));
    counted += slice.last_lines;
    ++slice.orders;
  }
}

void Plan::ForEachReturn(const OrderMaker& orders, const Slice& slice, const TakeReturn& take) const {
  for (uint32_t turn = 0; turn < kReturnDelays.size(); ++turn) {
    if (kReturnDelays[turn] > slice.day) continue;
    size_t day = slice.day - kReturnDelays[turn];
    for (size_t i = first_slice_[day]; i < first_slice_[day + 1]; ++i) {
      const Slice& source = slices_[i];
      if (source.part % slice.parts != slice.part) continue;
      uint64_t first = (turn + static_cast<uint32_t>(day)) % kReturnDelays.size();
      for (uint64_t n = first; n * kReturnStride < source.orders; n += kReturnDelays.size()) {
        auto index = static_cast<uint32_t>(n * kReturnStride);
        Order order = orders.Make(source, index);
        int line = orders.ReturnedLine(order);
        if (line >= 0 && !take(order, line)) return;
      }
    }
  }
}

void Plan::ForEachOrder(const OrderMaker& orders, const Slice& slice, const DayRhythm& rhythm,
                        std::vector<Order>& returns, const TakeOrder& take) const {
  returns.clear();
  ForEachReturn(orders, slice, [&](Order& order, int line) {
    if (returns.size() == slice.returns) return false;
    orders.TurnIntoReturn(order, line, slice.day, rhythm);
    returns.push_back(order);
    return true;
  });
  std::sort(returns.begin(), returns.end(), [](const Order& a, const Order& b) {
    return a.time != b.time ? a.time < b.time : a.number < b.number;
  });
  auto next_return = returns.begin();
  for (uint32_t i = 0; i < slice.orders; ++i) {
    Order order = orders.Make(slice, i);
    orders.Place(order, slice, i, rhythm);
    for (; next_return != returns.end() && next_return->time < order.time; ++next_return) take(*next_return);
    take(order);
  }
  for (; next_return != returns.end(); ++next_return) take(*next_return);
}

}  // namespace souk::generate
