// How much happens when: the records of each day by its weight, cut into slices that fit into memory, with
// the numbers that their lines and orders have. Once the plan stands, every slice can be made alone.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/progress.h"
#include "generate/order.h"

namespace souk::generate {

// A slice has at most so many lines and events; a busier day has several slices, and several files.
constexpr uint64_t kMaxSliceLines = 160'000;
constexpr uint64_t kMaxSliceEvents = 320'000;

class Plan {
 public:
  // Exactly so many lines and events in all. kInvalid when the zone has none of the days.
  static Result<Plan> Make(const OrderMaker& orders, uint64_t transactions, uint64_t events,
                           Progress& progress);

  const std::vector<Slice>& slices() const { return slices_; }
  // The slices of one day: [first_slice(day), first_slice(day + 1)).
  size_t first_slice(size_t day) const { return first_slice_[day]; }

  // Calls `take(order)` for the orders and returns of the slice, with their times, in the order of time.
  // `returns` is memory that is kept from slice to slice.
  using TakeOrder = std::function<void(const Order& order)>;
  void ForEachOrder(const OrderMaker& orders, const Slice& slice, const DayRhythm& rhythm,
                    std::vector<Order>& returns, const TakeOrder& take) const;

  // Calls `take(order, line)` for the lines that come back on the day of `slice`, with the order of an
  // earlier day as OrderMaker::Make gave it, until `take` returns false.
  using TakeReturn = std::function<bool(Order& order, int line)>;
  void ForEachReturn(const OrderMaker& orders, const Slice& slice, const TakeReturn& take) const;

 private:
  void CutDay(uint32_t day, uint64_t lines, uint64_t events);
  void CountOrders(const OrderMaker& orders, Slice& slice) const;

  std::vector<Slice> slices_;
  std::vector<size_t> first_slice_;
};

}  // namespace souk::generate
