#include "ingest/ingest_run.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "ingest/placement.h"

namespace souk::ingest {

Status RejectBudget::Take(uint64_t bytes, const std::string& path, const std::string& reason) {
  if (used_.fetch_add(bytes) + bytes <= kBytes) return {};
  return Fail(Code::kInvalid,
              "more than {} MB of lines cannot be taken, the last one in {} because: {}; nothing was "
              "taken: look at the columns with --dry-run and mend the mapping with --map",
              kBytes >> 20, path, reason);
}

std::optional<std::vector<record::SourceColumn>> ColumnCache::Find(
    const TextProfile& profile, const std::vector<std::string>& names) const {
  std::lock_guard lock(mutex_);
  for (const TextProfile& known : known_) {
    if (known.kind != profile.kind) continue;
    auto has = [&](const std::string& name) {
      return std::any_of(known.columns.begin(), known.columns.end(),
                         [&](const auto& c) { return c.name == name; });
    };
    bool fits = std::all_of(names.begin(), names.end(), has);
    if (profile.kind == SourceKind::kCsv) {
      fits = known.dialect.delimiter == profile.dialect.delimiter &&
             std::equal(names.begin(), names.end(), known.columns.begin(), known.columns.end(),
                        [](const std::string& name, const auto& column) { return name == column.name; });
    }
    if (fits) return known.columns;
  }
  return std::nullopt;
}

void ColumnCache::Add(const TextProfile& profile) {
  std::lock_guard lock(mutex_);
  known_.insert(known_.begin(), profile);  // the last one that was needed is the likeliest
}

RawFilesBySource BySource(std::vector<lake::RawFile> files) {
  RawFilesBySource by_source;
  for (lake::RawFile& file : files) {
    std::string source = file.origin.empty() ? file.fingerprint : file.origin;
    by_source.emplace(std::move(source), std::move(file));
  }
  return by_source;
}

std::string IngestRun::Named(const SourceFile& source) const {
  if (options_.mapping_name.empty()) return source.path;
  return fmt::format("{} with the mapping {}", source.path, options_.mapping_name);
}

Status IngestRun::FindEarlier(TakenFile& file) {
  std::lock_guard lock(mutex_);
  auto known = earlier_.find(file.shown.record);
  if (known == earlier_.end()) {
    TRY(auto files, target_.raw->Files(file.shown.record));
    known = earlier_.emplace(file.shown.record, BySource(std::move(files))).first;
  }
  auto [begin, end] = known->second.equal_range(file.raw.fingerprint);
  bool first = met_.insert(file.raw.fingerprint).second;
  file.shown.skipped = !first || (begin != end && !options_.replace);
  if (file.shown.skipped) file.shown.note = "same content as a file that is in the lake";
  if (file.shown.skipped) return {};
  for (auto earlier = begin; earlier != end; ++earlier) {
    file.replaces.push_back(earlier->second.path);
    file.shown.replaced.rows += earlier->second.rows;
    file.shown.replaced.added = std::max(file.shown.replaced.added, earlier->second.added);
  }
  return {};
}

Status IngestRun::Place(const std::string& scratch_file, const SourceFile& source, std::optional<Day> day,
                        TakenFile& file) {
  if (!day) day = DayFromDays(target_.clock->Now() / kMicrosPerDay);
  file.raw.path =
      FreeRawPath(target_.raw->store(), file.shown.record, *day, file.raw.fingerprint, source.path);
  if (options_.dry_run) return {};
  file.reserved = std::make_shared<lake::RawReservation>(target_.raw->store(), file.raw.path);
  return target_.raw->store().Adopt(scratch_file, file.raw.path);
}

Result<const record::Schema*> SchemaFor(const std::string& path, const std::string& record,
                                        const std::vector<record::SourceColumn>& columns) {
  if (!record.empty()) return record::FindSchema(record);
  if (const record::Schema* schema = record::GuessSchema(columns)) return schema;
  std::vector<std::string> names;
  for (const auto& column : columns) names.push_back(column.name);
  return Fail(Code::kInvalid,
              "{}: its columns ({}) are those of no record; say what it is with --as users, products, "
              "transactions or clickstream, and name columns with --map target=column",
              path, fmt::join(names, ", "));
}

}  // namespace souk::ingest
