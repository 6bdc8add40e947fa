// A look at a file in any shape: dialect, encoding, types of columns, and the split in two. An inspection
// says the same whatever its number of threads, its counts fit together, and both parts of a split are the
// file again. The first byte chooses the file's ending, the second the options.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/files.h"
#include "ingest/inspect.h"
#include "ingest/split.h"

namespace souk::ingest {
namespace {

// In memory where that is a directory: a fuzzer writes thousands of files a second.
class Folder {
 public:
  Folder() {
    char name[] = "/dev/shm/souk-fuzz-XXXXXX";
    char elsewhere[] = "/tmp/souk-fuzz-XXXXXX";
    const char* made = mkdtemp(name);
    if (!made) made = mkdtemp(elsewhere);
    if (!made) std::abort();
    path_ = made;
  }
  ~Folder() { (void)RemoveTree(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

void Put(const std::string& path, std::string_view content) {
  int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) std::abort();
  while (!content.empty()) {
    ssize_t written = write(fd, content.data(), content.size());
    if (written <= 0) std::abort();
    content.remove_prefix(static_cast<size_t>(written));
  }
  close(fd);
}

// All that a person is shown.
std::string Shown(const Inspection& inspection) {
  std::string text =
      fmt::format("{} {} {} {} {} {}\n", inspection.format, inspection.header_reason, inspection.line_end,
                  inspection.rows, inspection.duplicate_rows, inspection.duplicates_exact);
  for (const InspectedColumn& column : inspection.columns) {
    const record::ColumnProfile& profile = column.profile;
    text += fmt::format("{} {} {} {} {} {}\n", column.name, column.field, profile.rows, profile.nulls,
                        profile.distinct, static_cast<int>(profile.reading.type));
  }
  for (const std::string& warning : inspection.warnings) text += warning + "\n";
  return text;
}

void Check(const Inspection& inspection, size_t lines) {
  if (inspection.rows > lines || inspection.duplicate_rows > inspection.rows) std::abort();
  for (const InspectedColumn& column : inspection.columns) {
    const record::ColumnProfile& profile = column.profile;
    if (profile.rows != inspection.rows || profile.nulls > profile.rows) std::abort();
    if (profile.distinct > profile.rows || profile.unfit > profile.rows) std::abort();
  }
}

void Look(const std::string& path, const InspectOptions& options, size_t lines) {
  auto one = InspectFile(path, options, SilentProgress());
  InspectOptions more = options;
  more.threads = 2;
  auto two = InspectFile(path, more, SilentProgress());
  if (one.has_value() != two.has_value()) std::abort();
  if (!one && one.error().message != two.error().message) std::abort();
  if (!one) return;
  Check(*one, lines);
  if (Shown(*one) != Shown(*two)) std::abort();
}

// The bytes of both parts are those of the file, with what stands in both of them once more.
void CheckSplit(const SplitReport& report, std::string_view input) {
  auto past = ReadFile(report.historical_path), rest = ReadFile(report.realtime_path);
  if (!past || !rest || report.historical_rows == 0 || report.realtime_rows == 0) std::abort();
  size_t both = past->size() + rest->size();
  if (both < input.size()) std::abort();
  size_t header = both - input.size();
  if (header > past->size() || past->substr(0, header) != rest->substr(0, header)) std::abort();
  std::string bytes = *past + rest->substr(header), same(input);
  std::sort(bytes.begin(), bytes.end());
  std::sort(same.begin(), same.end());
  if (bytes != same) std::abort();
}

}  // namespace
}  // namespace souk::ingest

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace souk::ingest;
  if (size < 2 || size > 1 << 16) return 0;
  static Folder folder;
  static const char* const kEndings[] = {"csv", "jsonl", "txt", "tsv"};
  std::string_view input(reinterpret_cast<const char*>(data) + 2, size - 2);
  // Parquet is DuckDB's to read.
  if (input.substr(0, 4) == "PAR1") return 0;
  std::string path = folder.path() + "/input." + kEndings[data[0] % 4];
  Put(path, input);
  InspectOptions options;
  options.threads = 1;
  if (data[1] & 1) options.delimiter = ";";
  if (data[1] & 2) options.encoding = "windows-1252";
  Look(path, options,
       static_cast<size_t>(std::count(input.begin(), input.end(), '\n')) +
           static_cast<size_t>(std::count(input.begin(), input.end(), '\r')) + 1);
  SplitOptions split;
  split.directory = folder.path() + "/parts";
  split.historical = 0.01 + (data[1] >> 2) / 65.0;
  split.delimiter = options.delimiter;
  split.overwrite = true;
  auto report = SplitFile(path, split, souk::SilentProgress());
  if (report) CheckSplit(*report, input);
  (void)souk::RemoveTree(path);
  return 0;
}
