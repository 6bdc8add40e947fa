#include "generate/changes.h"

#include <algorithm>

namespace souk::generate {
namespace {

constexpr uint64_t kMaxPieceChanges = 1'000'000;
constexpr uint32_t kBatch = 65'536;  // things between two looks at whether to stop

// Calls take(change) for the versions of one thing after the first.
template <typename Take>
void ForEachChange(const Customers& customers, uint32_t user, const Take& take) {
  UserHistory history = customers.HistoryOf(user);
  for (int i = 1; i < history.count; ++i)
    take({user, static_cast<uint16_t>(history.versions[i].day), static_cast<uint16_t>(i)});
}

template <typename Take>
void ForEachChange(const Assortment& assortment, uint32_t product, const Take& take) {
  auto versions = assortment.VersionsOf(product);
  for (size_t i = 1; i < versions.size(); ++i) take({product, versions[i].day, static_cast<uint16_t>(i)});
}

template <typename Things>
Result<ChangePlan> MakePlan(const Things& things, uint32_t count, uint32_t days, Progress& progress) {
  std::vector<uint64_t> by_day(days);
  ChangePlan plan;
  for (uint32_t thing = 0; thing < count; ++thing) {
    if (thing % kBatch == 0) TRY_STATUS(progress.CheckCancelled());
    ForEachChange(things, thing, [&](const Change& change) {
      ++by_day[change.day];
      ++plan.changes;
    });
  }
  uint64_t held = 0;
  for (uint32_t day = 0; day < days; ++day) {
    if (by_day[day] == 0) continue;
    uint64_t parts = (by_day[day] + kMaxPieceChanges - 1) / kMaxPieceChanges;
    bool joins = !plan.pieces.empty() && parts == 1 && held + by_day[day] <= kMaxPieceChanges;
    if (joins) {
      plan.pieces.back().end_day = day + 1;
      held += by_day[day];
      continue;
    }
    for (uint64_t part = 0; part < parts; ++part) {
      plan.pieces.push_back({day, day + 1, static_cast<uint32_t>(count * part / parts),
                             static_cast<uint32_t>(count * (part + 1) / parts), static_cast<uint32_t>(part)});
    }
    held = parts == 1 ? by_day[day] : kMaxPieceChanges;
  }
  return plan;
}

template <typename Things>
std::vector<Change> Collect(const Things& things, const ChangePiece& piece) {
  std::vector<Change> changes;
  for (uint32_t thing = piece.first_thing; thing < piece.end_thing; ++thing) {
    ForEachChange(things, thing, [&](const Change& change) {
      if (change.day >= piece.first_day && change.day < piece.end_day) changes.push_back(change);
    });
  }
  std::stable_sort(changes.begin(), changes.end(),
                   [](const Change& a, const Change& b) { return a.day < b.day; });
  return changes;
}

}  // namespace

Result<ChangePlan> PlanUserChanges(const Customers& customers, uint32_t days, Progress& progress) {
  return MakePlan(customers, customers.count(), days, progress);
}

Result<ChangePlan> PlanProductChanges(const Assortment& assortment, uint32_t days, Progress& progress) {
  return MakePlan(assortment, assortment.catalog().size(), days, progress);
}

std::vector<Change> UserChangesOf(const Customers& customers, const ChangePiece& piece) {
  return Collect(customers, piece);
}

std::vector<Change> ProductChangesOf(const Assortment& assortment, const ChangePiece& piece) {
  return Collect(assortment, piece);
}

}  // namespace souk::generate
