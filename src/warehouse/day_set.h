// Which shop days of a relation are meant: some, all, or none.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "base/clock.h"

namespace souk::warehouse {

struct DaySet {
  bool all = false;
  std::set<int64_t> days;  // as DaysFromDay counts; means nothing when all

  static DaySet All() { return {true, {}}; }
  bool none() const { return !all && days.empty(); }
  bool Contains(int64_t day) const { return all || days.contains(day); }
  void Add(const DaySet& other);
  // "column IN (DATE '2025-11-28', …)", "true" or "false".
  std::string Condition(const std::string& column) const;
};

}  // namespace souk::warehouse
