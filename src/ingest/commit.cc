#include "ingest/commit.h"

#include <algorithm>
#include <map>
#include <set>

namespace souk::ingest {
namespace {

struct OldRejects {
  lake::QuarantineFile file;
  std::vector<lake::QuarantinedRecord> records;
};

// What becomes of quarantine with one ingest. Until the commit it holds the rejects of the earlier taking
// too: whichever of the two counts after a crash, its rejects are there.
class Rejects {
 public:
  Rejects(const IngestTarget& target, std::vector<TakenFile>& files) : target_(target), files_(files) {}

  // Before the commit. Fills in ids, and how many rejects are replaced.
  Status Add();
  // After the commit: what belongs to no file that counts goes away.
  Status TidyUp();
  // The commit failed: quarantine as it was. Whatever fails here is healed by the same ingest again.
  void Undo();

 private:
  Status FindOld();
  Status AddOf(TakenFile& file);

  const IngestTarget& target_;
  std::vector<TakenFile>& files_;
  std::map<std::string, OldRejects> old_;  // by fingerprint
  std::vector<std::string> added_;         // ids that were not there
};

Status Rejects::FindOld() {
  std::set<std::string> taken;
  for (const TakenFile& file : files_) {
    if (!file.shown.skipped) taken.insert(file.raw.fingerprint);
  }
  if (taken.empty()) return {};
  TRY(auto all, target_.quarantine->List());
  for (const lake::QuarantineFile& file : all) {
    if (taken.count(file.fingerprint) == 0) continue;
    TRY(auto records, target_.quarantine->Records(file.id, 0, file.records));
    old_[file.fingerprint] = {file, std::move(records)};
  }
  return {};
}

Status Rejects::AddOf(TakenFile& file) {
  file.quarantine.added = target_.clock->Now();
  auto old = old_.find(file.raw.fingerprint);
  if (old != old_.end() && !file.replaces.empty())
    file.shown.replaced.quarantined = old->second.records.size();
  if (file.rejects.empty()) return {};
  std::vector<lake::QuarantinedRecord> both = file.rejects;
  if (old != old_.end() && !file.replaces.empty()) {
    std::set<uint64_t> lines;
    for (const auto& record : file.rejects) lines.insert(record.line);
    for (const auto& record : old->second.records) {
      if (lines.count(record.line) == 0) both.push_back(record);
    }
  }
  TRY(auto added, target_.quarantine->Add(file.quarantine, both));
  file.shown.quarantine_id = added.id;
  if (old == old_.end()) added_.push_back(added.id);
  return {};
}

Status Rejects::Add() {
  TRY_STATUS(FindOld());
  for (TakenFile& file : files_) {
    if (!file.shown.skipped) TRY_STATUS(AddOf(file));
  }
  return {};
}

Status Rejects::TidyUp() {
  for (TakenFile& file : files_) {
    auto old = old_.find(file.raw.fingerprint);
    if (file.shown.skipped || old == old_.end()) continue;
    if (file.rejects.empty()) {
      TRY_STATUS(target_.quarantine->Replace(old->second.file.id, {}));
    } else if (!file.replaces.empty()) {
      TRY_STATUS(target_.quarantine->Add(file.quarantine, file.rejects).map([](const auto&) {}));
    }
  }
  return {};
}

void Rejects::Undo() {
  for (const std::string& id : added_) (void)target_.quarantine->Replace(id, {});
  for (const auto& [fingerprint, old] : old_) (void)target_.quarantine->Add(old.file, old.records);
}

Result<bool> Counts(const lake::RawZone& raw, const std::string& record, const std::string& path) {
  TRY(auto files, raw.Files(record));
  return std::any_of(files.begin(), files.end(),
                     [&](const lake::RawFile& file) { return file.path == path; });
}

// `committed`: something of it counts now.
Status CommitRaw(const IngestTarget& target, const std::vector<TakenFile>& files,
                 const std::string& operation, bool& committed) {
  struct Change {
    std::vector<lake::RawFile> add;
    std::vector<std::string> remove;
  };
  std::map<std::string, Change> by_record;
  for (const TakenFile& file : files) {
    if (file.raw.path.empty()) continue;
    Change& change = by_record[file.shown.record];
    change.add.push_back(file.raw);
    change.remove.insert(change.remove.end(), file.replaces.begin(), file.replaces.end());
  }
  for (const auto& [record, change] : by_record) {
    auto version = target.raw->Commit(record, operation, change.add, change.remove, target.clock->Now());
    // The answer may be what failed. Where that cannot be told, nothing is undone.
    auto stands = version ? Result<bool>(true) : Counts(*target.raw, record, change.add.front().path);
    committed |= stands.value_or(true);
    if (!version && !stands.value_or(false)) return tl::unexpected(version.error());
  }
  return {};
}

}  // namespace

std::mutex& IngestTurn() {
  static std::mutex turn;
  return turn;
}

Status RemoveLeftovers(const IngestTarget& target) {
  for (const record::Schema& schema : record::Schemas()) {
    TRY(size_t removed, target.raw->RemoveOrphans(schema.name));
    (void)removed;
  }
  return {};
}

Status CommitFiles(const IngestTarget& target, std::vector<TakenFile>& files, const std::string& operation,
                   bool dry_run) {
  if (dry_run) return {};
  Rejects rejects(target, files);
  bool committed = false;
  Status done = rejects.Add();
  if (done) done = CommitRaw(target, files, operation, committed);
  // After the first commit the rejects belong to files that count.
  if (!done && !committed) rejects.Undo();
  if (!done) return done;
  Status tidy = rejects.TidyUp();
  if (!tidy) {
    return Wrap(
        tidy.error(),
        "the files were taken, but quarantine still holds records of their earlier taking; the same ingest "
        "with --replace mends that");
  }
  return {};
}

IngestReport MakeReport(const std::vector<TakenFile>& files) {
  IngestReport report;
  for (const TakenFile& file : files) {
    report.files.push_back(file.shown);
    report.rows += file.shown.rows;
    report.quarantined += file.shown.quarantined;
    report.skipped_files += file.shown.skipped;
    report.replaced_files += !file.replaces.empty();
  }
  return report;
}

}  // namespace souk::ingest
