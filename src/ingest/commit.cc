#include "ingest/commit.h"

#include <map>

namespace souk::ingest {
namespace {

// Takes back what this call put into quarantine; whatever fails here is healed by the same ingest again.
void UndoQuarantine(const IngestTarget& target, const std::vector<std::string>& ids) {
  for (const std::string& id : ids) (void)target.quarantine->Replace(id, {});
}

Status AddRejects(const IngestTarget& target, std::vector<TakenFile>& files, std::vector<std::string>& ids) {
  for (TakenFile& file : files) {
    if (file.rejects.empty()) continue;
    TRY(auto added, target.quarantine->Add(file.quarantine, file.rejects));
    file.shown.quarantine_id = added.id;
    ids.push_back(added.id);
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
  std::vector<std::string> ids;
  Status done = AddRejects(target, files, ids);
  std::map<std::string, std::vector<lake::RawFile>> by_record;
  for (const TakenFile& file : files) {
    if (!file.raw.path.empty()) by_record[file.shown.record].push_back(file.raw);
  }
  bool committed = false;
  for (auto& [record, added] : by_record) {
    if (!done) break;
    auto version = target.raw->Commit(record, operation, added, {}, target.clock->Now());
    if (!version) done = tl::unexpected(version.error());
    committed |= version.has_value();
  }
  // After the first commit the rejects belong to files that count.
  if (!done && !committed) UndoQuarantine(target, ids);
  return done;
}

IngestReport MakeReport(const std::vector<TakenFile>& files) {
  IngestReport report;
  for (const TakenFile& file : files) {
    report.files.push_back(file.shown);
    report.rows += file.shown.rows;
    report.quarantined += file.shown.quarantined;
    report.skipped_files += file.shown.skipped;
  }
  return report;
}

}  // namespace souk::ingest
