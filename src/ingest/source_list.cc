#include "ingest/source_list.h"

#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "base/files.h"
#include "record/schema.h"

namespace souk::ingest {
namespace {

constexpr std::string_view kEndings[] = {".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet"};

// The generator's own account of its shop is no data of the shop.
constexpr std::string_view kTruth = "truth.json";

bool IsData(const std::string& path) {
  if (path.substr(path.rfind('/') + 1) == kTruth) return false;
  std::string lower = path;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::any_of(std::begin(kEndings), std::end(kEndings),
                     [&](auto ending) { return lower.ends_with(ending); });
}

// The folders of a path, outermost first.
std::vector<std::string> FoldersOf(const std::string& path) {
  std::vector<std::string> folders;
  size_t begin = 0;
  for (size_t end; (end = path.find('/', begin)) != std::string::npos; begin = end + 1) {
    if (end > begin) folders.push_back(path.substr(begin, end - begin));
  }
  return folders;
}

std::string RecordOfFolders(const std::vector<std::string>& folders) {
  for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
    if (record::FindSchema(*folder)) return *folder;
  }
  return "";
}

// The number that `text` is when it has exactly `digits` digits, else -1.
int Digits(const std::string& text, size_t digits) {
  if (text.size() != digits || text.find_first_not_of("0123456789") != std::string::npos) return -1;
  return std::stoi(text);
}

std::optional<Day> DayOfFolders(const std::vector<std::string>& folders) {
  for (size_t i = folders.size(); i-- > 2;) {
    Day day{Digits(folders[i - 2], 4), Digits(folders[i - 1], 2), Digits(folders[i], 2)};
    if (day.year < 1 || day.month < 1 || day.month > 12 || day.day < 1 || day.day > 31) continue;
    Day real = DayFromDays(DaysFromDay(day));
    if (real.month == day.month) return day;
  }
  return std::nullopt;
}

SourceFile MakeSource(const std::string& path, const std::string& record) {
  std::vector<std::string> folders = FoldersOf(AbsolutePath(path));
  struct stat info {};
  bool regular = stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
  return {path, record.empty() ? RecordOfFolders(folders) : record, DayOfFolders(folders),
          regular ? static_cast<uint64_t>(info.st_size) : 0};
}

Status AddFolder(const std::string& folder, const std::string& record, SourceList& list) {
  TRY(auto files, ListFiles(folder));
  size_t before = list.files.size();
  for (const std::string& file : files) {
    if (IsData(file)) {
      list.files.push_back(MakeSource(file, record));
    } else {
      list.left_out.push_back(file);
    }
  }
  if (list.files.size() > before) return {};
  return Fail(Code::kInvalid,
              "{} has no data files in it ({}); files ending in .csv .tsv .txt .json .jsonl .ndjson or "
              ".parquet are taken",
              folder, files.empty() ? "it is empty" : fmt::format("{} others", files.size()));
}

}  // namespace

Result<SourceList> ListSources(const std::vector<std::string>& paths, const std::string& record) {
  if (paths.empty()) return Fail(Code::kInvalid, "no file is named; give files or folders to take");
  SourceList list;
  std::set<std::string> seen;
  for (const std::string& path : paths) {
    if (!PathExists(path)) {
      return Fail(Code::kNotFound,
                  "there is no file or folder {}; look at the spelling and the current directory", path);
    }
    if (!seen.insert(AbsolutePath(path)).second) continue;
    if (IsDirectory(path)) {
      TRY_STATUS(AddFolder(path, record, list));
    } else {
      list.files.push_back(MakeSource(path, record));
    }
  }
  return list;
}

}  // namespace souk::ingest
