#include "ingest/file_ingest.h"

#include <algorithm>
#include <functional>
#include <thread>

#include "ingest/commit.h"
#include "ingest/ingest_run.h"
#include "ingest/placement.h"

namespace souk::ingest {
namespace {

constexpr size_t kThreads = 2;

// Runs `work(i)` for i in 0..count-1 on two threads, in order of i; stops at the first error and returns it.
Status ForEach(size_t count, const std::function<Status(size_t)>& work) {
  std::atomic<size_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  Status result;
  auto run = [&] {
    for (size_t i; !failed && (i = next++) < count;) {
      Status done = work(i);
      if (done) continue;
      std::lock_guard lock(mutex);
      if (!failed.exchange(true)) result = std::move(done);
    }
  };
  std::vector<std::thread> threads;
  for (size_t i = 1; i < std::min(kThreads, count); ++i) threads.emplace_back(run);
  run();
  for (std::thread& thread : threads) thread.join();
  return result;
}

// All the files of one call: read in parallel, Parquet checked together, then handed over in their order.
class Batch {
 public:
  Batch(IngestRun& run, const std::vector<SourceFile>& sources)
      : run_(run), sources_(sources), files_(sources.size()), parquet_(sources.size()) {}

  Result<std::vector<TakenFile>> Take() {
    TRY_STATUS(ForEach(sources_.size(), [&](size_t i) { return Read(i); }));
    TRY_STATUS(TakeParquet());
    return std::move(files_);
  }

 private:
  Status Read(size_t i) {
    TRY(auto reader, SourceReader::Open(sources_[i].path, run_.progress()));
    TRY(SourceKind kind, KindOf(*reader));
    if (kind == SourceKind::kParquet) {
      TRY(parquet_[i], CopyParquet(run_, sources_[i], std::move(reader)));
    } else {
      TRY(files_[i], TakeText(run_, sources_[i], kind, std::move(reader)));
    }
    return {};
  }

  Status TakeParquet() {
    std::vector<ParquetCopy> copies;
    std::vector<size_t> places;
    for (size_t i = 0; i < parquet_.size(); ++i) {
      if (!parquet_[i]) continue;
      copies.push_back(*std::move(parquet_[i]));
      places.push_back(i);
    }
    TRY_STATUS(CheckParquet(run_, copies));
    TRY_STATUS(ForEach(copies.size(), [&](size_t i) -> Status {
      ParquetCopy& copy = copies[i];
      if (copy.file.shown.skipped || copy.file.raw.rows == 0) return {};
      TRY_STATUS(run_.Place(copy.copy.path(), copy.source, copy.source.day, copy.file));
      copy.copy.Release();
      return {};
    }));
    for (size_t i = 0; i < copies.size(); ++i) files_[places[i]] = std::move(copies[i].file);
    return {};
  }

  IngestRun& run_;
  const std::vector<SourceFile>& sources_;
  std::vector<TakenFile> files_;
  std::vector<std::optional<ParquetCopy>> parquet_;
};

Status CheckOptions(const IngestTarget& target, const FileIngestOptions& options) {
  TRY_STATUS(CheckReading(options));
  if (options.max_line_bytes == 0) return Fail(Code::kInvalid, "the longest line must be at least one byte");
  return CheckTimeZone(options.time_zone, *target.database);
}

// A key that is given by name may be rare; one that no file has is a mistake.
Status CheckGivenKeys(const std::vector<TakenFile>& files, const FileIngestOptions& options) {
  for (const auto& [target, name] : options.map) {
    const TakenFile* without = nullptr;
    bool met = name.empty();
    for (const TakenFile& file : files) {
      if (file.shown.skipped || file.raw.format.kind != "json") continue;
      without = &file;
      met |= std::find(file.unmet.begin(), file.unmet.end(), name) == file.unmet.end();
    }
    if (met || !without) continue;
    return Fail(
        Code::kInvalid, "{}{}: no line has the key '{}', which {} is to come from", without->shown.path,
        options.mapping_name.empty() ? "" : " with the mapping " + options.mapping_name, name, target);
  }
  return {};
}

// The rows that count are not given up for nothing.
Status CheckReplaced(const std::vector<TakenFile>& files) {
  for (const TakenFile& file : files) {
    if (file.replaces.empty() || !file.raw.path.empty()) continue;
    return Fail(
        Code::kInvalid,
        "{}: none of its lines can be taken in this way{}; nothing was replaced: look at it with --dry-run, "
        "or take out its {} rows with souk raw rm",
        file.shown.path,
        file.rejects.empty() ? "" : fmt::format(", the first because: {}", file.rejects[0].reason),
        file.shown.replaced.rows);
  }
  return {};
}

uint64_t TotalBytes(const std::vector<SourceFile>& sources) {
  uint64_t total = 0;
  for (const SourceFile& source : sources) total += source.bytes;
  return total;
}

}  // namespace

Result<IngestReport> IngestFiles(const IngestTarget& target, const std::vector<std::string>& paths,
                                 const FileIngestOptions& given, Progress& progress) {
  std::lock_guard turn(IngestTurn());
  FileIngestOptions options = given;
  if (options.time_zone.empty()) options.time_zone = options.default_time_zone;
  TRY_STATUS(CheckOptions(target, options));
  TRY(SourceList sources, ListSources(paths, options.record));
  if (!options.dry_run) TRY_STATUS(RemoveLeftovers(target));
  progress.Stage("reading", TotalBytes(sources.files), "B");
  IngestRun run(target, options, progress);
  auto files = Batch(run, sources.files).Take();
  Status done = files ? Status() : tl::unexpected(files.error());
  if (done) done = CheckGivenKeys(*files, options);
  if (done) done = CheckReplaced(*files);
  if (done) done = CommitFiles(target, *files, options.replace ? "replace" : "ingest", options.dry_run);
  if (!done) {
    // What lies in the lake without a commit goes away now, or with the next ingest.
    if (files) files->clear();  // they reserve it
    if (!options.dry_run) (void)RemoveLeftovers(target);
    return tl::unexpected(done.error());
  }
  IngestReport report = MakeReport(*files);
  report.left_out = std::move(sources.left_out);
  return report;
}

}  // namespace souk::ingest
