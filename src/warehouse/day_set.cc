#include "warehouse/day_set.h"

#include <fmt/core.h>

namespace souk::warehouse {

void DaySet::Add(const DaySet& other) {
  all |= other.all;
  days.insert(other.days.begin(), other.days.end());
  if (all) days.clear();
}

std::string DaySet::Condition(const std::string& column) const {
  if (all) return "true";
  if (days.empty()) return "false";
  std::string list;
  for (int64_t day : days) {
    list += fmt::format("{}DATE '{}'", list.empty() ? "" : ", ", FormatDay(DayFromDays(day)));
  }
  return fmt::format("{} IN ({})", column, list);
}

}  // namespace souk::warehouse
