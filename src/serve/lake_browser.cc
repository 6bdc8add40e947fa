#include "serve/lake_browser.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>

#include "record/encoding.h"

namespace fs = std::filesystem;

namespace souk::serve {
namespace {

constexpr uint64_t kTextShown = 64'000;
constexpr size_t kCellShown = 2000;
constexpr int64_t kTimeoutMs = 10'000;

// "" for what is shown as text.
std::string FormatOf(std::string_view path) {
  static constexpr std::pair<std::string_view, std::string_view> kFormats[] = {
      {".parquet", "Parquet"}, {".csv", "CSV"},      {".tsv", "CSV"},
      {".csv.gz", "CSV"},      {".json", "JSON"},    {".jsonl", "JSON"},
      {".ndjson", "JSON"},     {".json.gz", "JSON"}, {".jsonl.gz", "JSON"}};
  for (const auto& [ending, format] : kFormats) {
    if (path.ends_with(ending)) return std::string(format);
  }
  return "";
}

// DuckDB takes these characters of a file's name for a pattern.
std::string WithoutPatterns(std::string_view path) {
  std::string out;
  for (char c : path) {
    if (c == '*' || c == '?' || c == '[') {
      out += fmt::format("[{}]", c);
    } else {
      out += c;
    }
  }
  return out;
}

void CutAt(std::string& text, size_t most) {
  if (text.size() <= most) return;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  text.resize(most);
}

// A text that was cut anywhere, without the part of a character at its end.
std::string_view WholeCharacters(std::string_view text) {
  size_t end = text.size();
  for (size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if (byte < 0x80) break;
    if (byte >= 0xC0) {
      end = text.size() - back;
      break;
    }
  }
  return text.substr(0, end);
}

}  // namespace

// A link inside the lake may lead anywhere; what is not below the root is not shown.
Status LakeBrowser::Inside(const std::string& path) const {
  TRY_STATUS(lake::CheckStorePath(path));
  std::string url = store_->EngineUrl(path);
  if (!url.starts_with('/')) return {};  // a store that has no links
  std::error_code error;
  fs::path root = fs::weakly_canonical(store_->EngineUrl(""), error);
  fs::path real = error ? fs::path() : fs::weakly_canonical(url, error);
  auto inside = fs::path(real).lexically_relative(root);
  if (error || inside.empty() || *inside.begin() == "..") {
    return Fail(Code::kDenied, "{} leads out of the lake by a link, and is not shown", path);
  }
  return {};
}

Result<LakeFolder> LakeBrowser::List(const std::string& path) const {
  if (!path.empty()) TRY_STATUS(Inside(path));
  TRY(auto files, store_->List(path));
  if (files.empty() && !path.empty())
    return Fail(Code::kNotFound, "there is nothing at {} in the lake", path);
  LakeFolder folder;
  folder.path = path;
  std::map<std::string, LakeFolder::Entry> folders;
  size_t skip = path.empty() ? 0 : path.size() + 1;
  for (const lake::FileInfo& file : files) {
    ++folder.all_files;
    folder.all_bytes += file.bytes;
    std::string_view rest = std::string_view(file.path).substr(skip);
    size_t slash = rest.find('/');
    if (slash == std::string_view::npos) {
      ++folder.files_here;
      if (folder.files.size() < LakeFolder::kMostFiles)
        folder.files.push_back({std::string(rest), 1, file.bytes});
      continue;
    }
    auto& below = folders[std::string(rest.substr(0, slash))];
    ++below.files;
    below.bytes += file.bytes;
  }
  for (auto& [name, entry] : folders) {
    if (!Inside(path.empty() ? name : path + "/" + name)) continue;
    entry.name = name;
    folder.folders.push_back(std::move(entry));
  }
  return folder;
}

Result<uint64_t> LakeBrowser::Size(const std::string& path) const {
  TRY_STATUS(Inside(path));
  return store_->Size(path);
}

Result<std::string> LakeBrowser::Read(const std::string& path, uint64_t offset, uint64_t bytes) const {
  TRY_STATUS(Inside(path));
  return store_->ReadRange(path, offset, bytes);
}

Result<sql::Table> LakeBrowser::FirstRows(const std::string& path, const std::string& format, size_t rows,
                                          const sql::QueryOptions& options) const {
  std::string file = sql::QuoteLiteral(WithoutPatterns(store_->EngineUrl(path)));
  // Texts as they are, so that a look at a file never fails for a value that is odd.
  std::string reader = format == "Parquet" ? fmt::format("read_parquet({}, hive_partitioning = false)", file)
                       : format == "CSV"
                           ? fmt::format(
                                 "read_csv({}, all_varchar = true, ignore_errors = true, "
                                 "hive_partitioning = false, sample_size = 2048)",
                                 file)
                           : fmt::format(
                                 "read_json({}, ignore_errors = true, format = 'newline_delimited', "
                                 "hive_partitioning = false, convert_strings_to_integers = false, "
                                 "sample_size = 2048)",
                                 file);
  TRY(auto database, database_());
  TRY(auto connection, database->Connect());
  return connection.Query(fmt::format("SELECT * FROM {} LIMIT {}", reader, rows), {}, options);
}

Result<LakePreview> LakeBrowser::Preview(const std::string& path, size_t rows,
                                         sql::QueryOptions options) const {
  LakePreview preview;
  TRY(preview.bytes, Size(path));
  preview.format = FormatOf(path);
  if (!preview.format.empty() && preview.bytes > 0) {
    options.timeout_ms = kTimeoutMs;
    if (auto table = FirstRows(path, preview.format, rows + 1, options)) {
      preview.kind = LakePreview::Kind::kRows;
      preview.more = table->rows.size() > rows;
      if (preview.more) table->rows.resize(rows);
      for (auto& row : table->rows) {
        for (sql::Cell& cell : row) {
          if (auto* text = std::get_if<std::string>(&cell)) CutAt(*text, kCellShown);
        }
      }
      preview.rows = *std::move(table);
      return preview;
    }
  }
  // What cannot be read as rows may still be read by a person.
  TRY(std::string head, Read(path, 0, kTextShown));
  std::string_view whole = head.size() < preview.bytes ? WholeCharacters(head) : std::string_view(head);
  if (whole.find('\0') != std::string_view::npos || !record::IsUtf8(whole)) return preview;
  preview.kind = LakePreview::Kind::kText;
  if (preview.format.empty()) preview.format = "text";
  preview.text = whole;
  preview.more = head.size() < preview.bytes;
  return preview;
}

}  // namespace souk::serve
