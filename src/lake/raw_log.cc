#include "lake/raw_log.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "lake/action.h"

namespace souk::lake {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

ordered_json FormatBody(const RawFormat& format) {
  ordered_json body;
  body["kind"] = format.kind;
  body["columns"] = format.columns;
  body["mapping"] = format.mapping;
  body["delimiter"] = format.delimiter;
  body["quote"] = format.quote;
  body["escape"] = format.escape;
  body["header"] = format.header;
  body["time_formats"] = format.time_formats;
  body["zoned_times"] = format.zoned_times;
  body["time_zone"] = format.time_zone;
  body["decimal_separator"] = format.decimal_separator;
  body["decimal_separators"] = format.decimal_separators;
  body["null_texts"] = format.null_texts;
  body["source_encoding"] = format.source_encoding;
  return body;
}

Result<RawFormat> FormatOf(const json& body) {
  if (!body.is_object()) return Fail(Code::kCorrupt, "'format' is not an object");
  ActionReader reader(body);
  RawFormat format;
  format.kind = reader.Text("kind");
  format.columns = reader.Texts("columns");
  format.mapping = reader.TextMap("mapping");
  format.delimiter = reader.TextOr("delimiter", ",");
  format.quote = reader.TextOr("quote", "\"");
  format.escape = reader.TextOr("escape", "\"");
  format.header = reader.FlagOr("header", true);
  format.time_formats = reader.TextMap("time_formats");
  format.time_zone = reader.TextOr("time_zone");
  format.decimal_separator = reader.TextOr("decimal_separator", ".");
  format.zoned_times = reader.Texts("zoned_times");
  format.decimal_separators = reader.TextMap("decimal_separators");
  format.null_texts = reader.Texts("null_texts");
  format.source_encoding = reader.TextOr("source_encoding", "UTF-8");
  TRY_STATUS(reader.status());
  return format;
}

std::string AddLine(const RawFile& file, Micros added) {
  ordered_json body;
  body["path"] = file.path;
  body["size"] = file.bytes;
  body["rows"] = file.rows;
  body["fingerprint"] = file.fingerprint;
  body["source"] = file.source;
  if (!file.origin.empty()) body["origin"] = file.origin;
  body["added_us"] = added;
  body["format"] = FormatBody(file.format);
  return ActionLine("add", std::move(body));
}

std::string RemoveLine(const std::string& path, Micros removed) {
  ordered_json body;
  body["path"] = path;
  body["removed_us"] = removed;
  return ActionLine("remove", std::move(body));
}

}  // namespace

LogShape RawLogShape() { return LogShape{"commit", true, 1}; }

std::string RawFormatToJson(const RawFormat& format) {
  return FormatBody(format).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Result<RawFormat> RawFormatFromJson(std::string_view text) {
  json body = json::parse(text, nullptr, false);
  if (body.is_discarded()) return Fail(Code::kCorrupt, "the format of a raw file is not JSON");
  return FormatOf(body);
}

Status RawFold::Apply(const std::string& action, const json& body) {
  if (action == "commit") return Commit(body);
  if (action == "add") return Add(body);
  if (action == "remove") return Remove(body);
  return {};
}

Status RawFold::Commit(const json& body) {
  ActionReader reader(body);
  int64_t version = reader.Integer("version");
  TRY_STATUS(reader.status());
  // The first one may be any: a saved state begins in the middle.
  if (version < 1 || (version_ != 0 && version - 1 != version_)) {
    return Fail(Code::kCorrupt, "version {} follows version {}", version, version_);
  }
  version_ = version;
  return {};
}

Status RawFold::Add(const json& body) {
  ActionReader reader(body);
  RawFile file;
  file.path = reader.Text("path");
  file.bytes = reader.Count("size");
  file.rows = reader.Count("rows");
  file.fingerprint = reader.TextOr("fingerprint");
  file.source = reader.TextOr("source");
  file.origin = reader.TextOr("origin");
  file.added = reader.IntegerOr("added_us", 0);
  const json* format = reader.Find("format");
  if (format == nullptr) reader.Reject("'format' is missing");
  TRY_STATUS(reader.status());
  if (Status path = CheckStorePath(file.path); !path) return Fail(Code::kCorrupt, "{}", path.error().message);
  TRY(file.format, FormatOf(*format));
  Forget(file.path);
  removed_.erase(file.path);
  if (!file.fingerprint.empty()) paths_[file.fingerprint] = file.path;
  std::string path = file.path;
  files_.emplace(std::move(path), std::move(file));
  return {};
}

Status RawFold::Remove(const json& body) {
  ActionReader reader(body);
  std::string path = reader.Text("path");
  TRY_STATUS(reader.status());
  Forget(path);
  removed_.insert(std::move(path));
  return {};
}

void RawFold::Forget(const std::string& path) {
  auto file = files_.find(path);
  if (file == files_.end()) return;
  auto known = paths_.find(file->second.fingerprint);
  if (known != paths_.end() && known->second == path) paths_.erase(known);
  files_.erase(file);
}

const RawFile* RawFold::FindFingerprint(const std::string& fingerprint) const {
  auto path = paths_.find(fingerprint);
  return path == paths_.end() ? nullptr : &files_.at(path->second);
}

std::vector<std::string> RawFold::ToLines(const std::set<std::string>& present) const {
  std::vector<std::string> lines;
  ordered_json commit;
  commit["version"] = version_;
  lines.push_back(ActionLine("commit", std::move(commit)));
  for (const std::string& path : removed_) {
    if (present.count(path) > 0) lines.push_back(RemoveLine(path, 0));
  }
  for (const auto& [path, file] : files_) lines.push_back(AddLine(file, file.added));
  return lines;
}

std::string EncodeRawEntry(int64_t version, const std::string& operation, const std::vector<RawFile>& add,
                           const std::vector<std::string>& remove, Micros now) {
  ordered_json commit;
  commit["version"] = version;
  commit["time_us"] = now;
  commit["operation"] = operation;
  std::vector<std::string> lines;
  for (const std::string& path : remove) lines.push_back(RemoveLine(path, now));
  for (const RawFile& file : add) lines.push_back(AddLine(file, now));
  return EncodeLogEntry("commit", std::move(commit), lines);
}

}  // namespace souk::lake
