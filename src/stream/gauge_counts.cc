#include "stream/gauge_counts.h"

namespace souk::stream {

void GaugeCounts::Apply(std::span<const int64_t> values, Micros now, int sign) {
  for (size_t i = 0; i < totals_.size(); ++i) {
    const Measure& measure = book_.gauges()[i].measure;
    if (!measure.where.Holds(values, now)) continue;
    Total& total = totals_[i];
    if (measure.kind == Measure::Kind::kCount) {
      total.number += sign;
      continue;
    }
    int64_t value = values[measure.field];
    if (value == kNull) continue;
    if (measure.kind == Measure::Kind::kSum) {
      total.number += sign * value;
    } else if (sign > 0) {
      ++total.members[value];
    } else if (auto member = total.members.find(value); --member->second == 0) {
      total.members.erase(member);
    }
  }
}

Micros GaugeCounts::NextTurn(std::span<const int64_t> values, Micros now) const {
  Micros next = kNull;
  for (const Gauge& gauge : book_.gauges()) {
    Micros turn = gauge.measure.where.NextTurn(values, now);
    if (turn != kNull && (next == kNull || turn < next)) next = turn;
  }
  return next;
}

std::map<std::string, int64_t> GaugeCounts::Values() const {
  std::map<std::string, int64_t> values;
  for (size_t i = 0; i < totals_.size(); ++i) {
    const Gauge& gauge = book_.gauges()[i];
    values[gauge.name] = gauge.measure.kind == Measure::Kind::kDistinct
                             ? static_cast<int64_t>(totals_[i].members.size())
                             : totals_[i].number;
  }
  return values;
}

}  // namespace souk::stream
