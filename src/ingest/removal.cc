#include "ingest/removal.h"

#include <algorithm>
#include <map>

#include "base/files.h"
#include "ingest/commit.h"

namespace souk::ingest {
namespace {

constexpr size_t kShortestName = 4;

// What one ingested file gave.
struct Taking {
  RemovedFile shown;
  Micros added = 0;
  std::vector<std::string> paths;  // in the raw zone
  std::string quarantine_id;
};

bool IsCalled(const Taking& taking, const std::string& name) {
  if (taking.shown.source == name || AbsolutePath(taking.shown.source) == AbsolutePath(name)) return true;
  return name.size() >= kShortestName && taking.shown.fingerprint.starts_with(name);
}

void AddFile(const lake::RawFile& file, const std::string& record, std::map<std::string, Taking>& takings) {
  const std::string& fingerprint = file.origin.empty() ? file.fingerprint : file.origin;
  Taking& taking = takings[fingerprint];
  taking.shown.record = record;
  taking.shown.source = file.source;
  taking.shown.fingerprint = fingerprint;
  ++taking.shown.files;
  taking.shown.rows += file.rows;
  taking.added = std::max(taking.added, file.added);
  taking.paths.push_back(file.path);
}

Result<std::vector<Taking>> FindTakings(const IngestTarget& target, const std::string& name,
                                        const std::string& record) {
  std::map<std::string, Taking> takings;
  for (const record::Schema& schema : record::Schemas()) {
    if (!record.empty() && schema.name != record) continue;
    TRY(auto files, target.raw->Files(schema.name));
    for (const lake::RawFile& file : files) AddFile(file, schema.name, takings);
  }
  TRY(auto quarantined, target.quarantine->List());
  for (const lake::QuarantineFile& file : quarantined) {
    if (!record.empty() && file.record != record) continue;
    Taking& taking = takings[file.fingerprint];
    taking.shown.record = file.record;
    taking.shown.source = file.source;
    taking.shown.fingerprint = file.fingerprint;
    taking.shown.quarantined = file.records;
    taking.added = std::max(taking.added, file.added);
    taking.quarantine_id = file.id;
  }
  std::vector<Taking> called;
  for (auto& [fingerprint, taking] : takings) {
    if (IsCalled(taking, name)) called.push_back(std::move(taking));
  }
  return called;
}

tl::unexpected<Error> FailSeveral(const std::string& name, const std::vector<Taking>& takings) {
  std::string list;
  for (const Taking& taking : takings) {
    list += fmt::format("\n  {}  {}, {} rows, {} in quarantine, {}, {}",
                        taking.shown.fingerprint.substr(0, 8), taking.shown.record, taking.shown.rows,
                        taking.shown.quarantined, taking.shown.source, FormatUtc(taking.added));
  }
  return Fail(Code::kInvalid,
              "{} means {} files; nothing was removed: name one by the beginning of its fingerprint{}", name,
              takings.size(), list);
}

}  // namespace

Result<RemovedFile> RemoveFile(const IngestTarget& target, const std::string& name,
                               const std::string& record) {
  std::lock_guard turn(IngestTurn());
  if (!record.empty()) TRY_STATUS(record::FindSchema(record).map([](auto) {}));
  TRY(auto takings, FindTakings(target, name, record));
  if (takings.empty()) {
    return Fail(Code::kNotFound,
                "no {} was taken from {}, and no fingerprint begins so; `souk raw ls` lists what counts",
                record.empty() ? "file" : "file of " + record, name);
  }
  if (takings.size() > 1) return FailSeveral(name, takings);
  const Taking& taking = takings.front();
  if (!taking.paths.empty()) {
    TRY_STATUS(target.raw->Commit(taking.shown.record, "remove", {}, taking.paths, target.clock->Now())
                   .map([](int64_t) {}));
  }
  if (!taking.quarantine_id.empty()) TRY_STATUS(target.quarantine->Replace(taking.quarantine_id, {}));
  return taking.shown;
}

}  // namespace souk::ingest
