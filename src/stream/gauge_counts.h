// The gauges of a figures' file, counted as visits come, change and go.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "stream/kpi_book.h"

namespace souk::stream {

// What a visit adds depends on its values and on the moment, for a gauge may ask for `ended_at >= now - 5m`:
// what was added at a moment is taken back with the same one. Not thread-safe.
class GaugeCounts {
 public:
  // `book` must outlive it.
  explicit GaugeCounts(const KpiBook& book) : book_(book), totals_(book.gauges().size()) {}

  // `sign` 1: a visit of these values counts; -1: it does so no longer. `values`: by place in gauge_use.
  void Apply(std::span<const int64_t> values, Micros now, int sign);
  // The next moment after `now` at which the visit may count otherwise; kNull = it never does.
  Micros NextTurn(std::span<const int64_t> values, Micros now) const;
  // By name.
  std::map<std::string, int64_t> Values() const;

 private:
  struct Total {
    int64_t number = 0;
    boost::unordered_flat_map<int64_t, uint32_t> members;  // of a distinct: in how many visits
  };
  const KpiBook& book_;
  std::vector<Total> totals_;
};

}  // namespace souk::stream
