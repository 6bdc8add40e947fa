#include "warehouse/staging.h"

namespace souk::warehouse {

using sql::QuoteName;

Staging::Staging(WorkArea& work, const Model& model, std::vector<std::string> columns)
    : work_(work),
      model_(model),
      columns_(std::move(columns)),
      rows_("rows_" + model.name),
      rejected_("rejected_" + model.name),
      known_("known_" + model.name),
      winners_("winners_" + model.name) {}

std::string Staging::List(const std::string& qualifier) const {
  std::string list;
  for (const std::string& column : columns_)
    list += (list.empty() ? "" : ", ") + qualifier + QuoteName(column);
  return list;
}

std::string Staging::Keys() const {
  std::string list;
  for (const std::string& key : model_.key) list += (list.empty() ? "" : ", ") + QuoteName(key);
  return list;
}

Status Staging::Make(const std::string& query) {
  TRY_STATUS(work_.Make(rows_, query));
  if (!model_.rejects.empty()) {
    TRY_STATUS(work_.Make(
        rejected_, fmt::format("SELECT DISTINCT * FROM {} WHERE {} IS NOT NULL", rows(), kRejectReason)));
    TRY_STATUS(work_.Execute(fmt::format("DELETE FROM {} WHERE {} IS NOT NULL", rows(), kRejectReason)));
  }
  return RemoveCopies();
}

// Hardly any key comes twice, so those that may have are found by their hashes, and only they are sorted.
Status Staging::RemoveCopies() {
  std::string suspects = "suspects_" + model_.name;
  TRY_STATUS(work_.Make(suspects, fmt::format("SELECT h FROM (SELECT hash({}) AS h FROM {}) GROUP BY h "
                                              "HAVING count(*) > 1",
                                              Keys(), rows())));
  TRY(uint64_t count, work_.Count("SELECT count(*) FROM " + WorkArea::Name(suspects)));
  if (count > 0) {
    TRY_STATUS(work_.Execute(fmt::format(
        "DELETE FROM {0} WHERE rowid IN (SELECT id FROM (SELECT rowid AS id, row_number() OVER (PARTITION BY "
        "{1} ORDER BY {2}) AS place FROM {0} WHERE hash({1}) IN (SELECT h FROM {3})) WHERE place > 1)",
        rows(), Keys(), OrderOfVersions(model_, columns_), WorkArea::Name(suspects))));
  }
  return work_.Drop(suspects);
}

Result<DaySet> Staging::ReadDays(const std::string& query) {
  if (!model_.days.column.empty()) return work_.Days(query);
  TRY(auto table, work_.Query(query));
  return table.rows.empty() ? DaySet() : DaySet::All();
}

Result<DaySet> Staging::KeepDifferent(const std::string& before, const DaySet& forced) {
  std::string day = model_.days.column.empty() ? "1" : QuoteName(model_.days.column);
  std::string side =
      "SELECT {0} AS day, count(*) AS n, bit_xor(hash({1})) AS x, sum(CAST(hash({1}) AS HUGEINT)) AS s FROM "
      "{2} "
      "GROUP BY 1";
  TRY(DaySet days, ReadDays(fmt::format(
                       "SELECT coalesce(a.day, b.day) FROM ({}) a FULL JOIN ({}) b ON a.day = b.day WHERE "
                       "a.n IS DISTINCT FROM b.n OR a.x IS DISTINCT FROM b.x OR a.s IS DISTINCT FROM b.s",
                       fmt::format(fmt::runtime(side), day, List(), rows()),
                       fmt::format(fmt::runtime(side), day, List(), before))));
  if (model_.days.column.empty()) return days;
  TRY(DaySet present,
      ReadDays(fmt::format("SELECT {0} FROM {1} UNION SELECT {0} FROM {2}", day, rows(), before)));
  for (int64_t number : present.days) {
    if (forced.Contains(number)) days.days.insert(number);
  }
  TRY_STATUS(work_.Execute(
      fmt::format("DELETE FROM {} WHERE NOT ({})", rows(), days.Condition(QuoteName(model_.days.column)))));
  return days;
}

// The days that have a key of the new rows. Hardly any new row has a known key, so all columns are read of
// few days only.
Result<DaySet> Staging::FindKnown(const std::string& before) {
  if (model_.days.column.empty()) return DaySet::All();
  return ReadDays(fmt::format("SELECT DISTINCT {0} FROM (SELECT {0}, {1} FROM {2}) SEMI JOIN {3} USING ({1})",
                              QuoteName(model_.days.column), Keys(), before, rows()));
}

// A new row counts when it comes before the row that is known by the same key. The days that change are those
// of such rows, and those of the rows that they replace.
Result<DaySet> Staging::FindWinners(const std::string& before) {
  std::string known = before.empty() ? fmt::format("SELECT {} FROM {} LIMIT 0", List(), rows())
                                     : fmt::format("SELECT {} FROM ({}) SEMI JOIN {} USING ({})", List(),
                                                   before, rows(), Keys());
  TRY_STATUS(work_.Make(known_, known));
  TRY_STATUS(work_.Make(
      winners_,
      fmt::format(
          "SELECT {0} FROM (SELECT *, row_number() OVER (PARTITION BY {1} ORDER BY {2}, fresh) AS place "
          "FROM (SELECT {0}, 0 AS fresh FROM {3} UNION ALL SELECT {0}, 1 FROM {4})) "
          "WHERE place = 1 AND fresh = 1",
          List(), Keys(), OrderOfVersions(model_, columns_), WorkArea::Name(known_), rows())));
  std::string day = model_.days.column.empty() ? "1" : QuoteName(model_.days.column);
  return ReadDays(
      fmt::format("SELECT DISTINCT {0} FROM {1} UNION SELECT DISTINCT {0} FROM {2} SEMI JOIN {1} "
                  "USING ({3})",
                  day, WorkArea::Name(winners_), WorkArea::Name(known_), Keys()));
}

Status Staging::FillDays(const std::string& before) {
  std::string query = fmt::format("SELECT {} FROM {}", List(), WorkArea::Name(winners_));
  if (!before.empty()) {
    query += fmt::format(" UNION ALL SELECT {} FROM ({}) ANTI JOIN {} USING ({})", List(), before,
                         WorkArea::Name(winners_), Keys());
  }
  TRY_STATUS(work_.Make(rows_, query));
  TRY_STATUS(work_.Drop(known_));
  return work_.Drop(winners_);
}

Status Staging::AddRejected(const std::string& before) {
  return work_.Make(rejected_, fmt::format("SELECT * FROM {} UNION SELECT {}, {} FROM {}", rejected(), List(),
                                           kRejectReason, before));
}

Status Staging::Drop(bool rows) {
  if (rows) {
    TRY_STATUS(work_.Drop(rows_));
  }
  return work_.Drop(rejected_);
}

}  // namespace souk::warehouse
