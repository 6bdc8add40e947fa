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

std::string StreamLine(const std::string& topic, const TopicPosition& position) {
  ordered_json body;
  body["topic"] = topic;
  body["next"] = OffsetsBody(position.next);
  if (!position.quarantine_next.empty()) body["quarantine_next"] = OffsetsBody(position.quarantine_next);
  return ActionLine("stream", std::move(body));
}

std::string AddLine(const RawFile& file, Micros added) {
  ordered_json body;
  body["path"] = file.path;
  body["size"] = file.bytes;
  body["rows"] = file.rows;
  body["fingerprint"] = file.fingerprint;
  body["source"] = file.source;
  if (!file.origin.empty()) body["origin"] = file.origin;
  if (!file.topic.empty()) {
    body["topic"] = file.topic;
    body["offsets"] = RangesBody(file.offsets);
  }
  if (!file.merged.empty()) body["merged"] = file.merged;
  body["added_us"] = added;
  body["format"] = FormatBody(file.format);
  return ActionLine("add", std::move(body));
}

std::string RemoveLine(const std::string& path, Micros removed, const std::string& topic = "") {
  ordered_json body;
  body["path"] = path;
  if (!topic.empty()) body["topic"] = topic;
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
  if (action == "stream") return Stream(body);
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
  file.topic = reader.TextOr("topic");
  file.merged = reader.Texts("merged");
  const json* format = reader.Find("format");
  if (format == nullptr) reader.Reject("'format' is missing");
  TRY_STATUS(reader.status());
  if (Status path = CheckStorePath(file.path); !path) return Fail(Code::kCorrupt, "{}", path.error().message);
  TRY(file.format, FormatOf(*format));
  TRY_STATUS(ReadRanges(reader.Find("offsets"), file.offsets));
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
  Micros removed = reader.IntegerOr("removed_us", 0);
  TRY_STATUS(reader.status());
  auto file = files_.find(path);
  std::string topic = file == files_.end() ? reader.TextOr("topic") : file->second.topic;
  Forget(path);
  removed_[std::move(path)] = {removed, std::move(topic)};
  return {};
}

Status RawFold::Stream(const json& body) {
  ActionReader reader(body);
  std::string topic = reader.Text("topic");
  TRY_STATUS(reader.status());
  TopicPosition& position = positions_[topic];
  TRY_STATUS(ReadOffsets(reader.Find("next"), position.next));
  return ReadOffsets(reader.Find("quarantine_next"), position.quarantine_next);
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
  for (const auto& [path, removed] : removed_) {
    if (present.count(path) > 0) lines.push_back(RemoveLine(path, removed.at, removed.topic));
  }
  for (const auto& [topic, position] : positions_) lines.push_back(StreamLine(topic, position));
  for (const auto& [path, file] : files_) lines.push_back(AddLine(file, file.added));
  return lines;
}

std::string EncodeRawEntry(int64_t version, const RawCommit& change, Micros now) {
  ordered_json commit;
  commit["version"] = version;
  commit["time_us"] = now;
  commit["operation"] = change.operation;
  std::vector<std::string> lines;
  for (const std::string& path : change.remove) lines.push_back(RemoveLine(path, now));
  for (const RawFile& file : change.add) lines.push_back(AddLine(file, now));
  for (const TopicAdvance& advance : change.advance) {
    TopicPosition position;
    for (const auto& [partition, range] : advance.partitions) position.next[partition] = range.next;
    position.quarantine_next = advance.quarantine_next;
    lines.push_back(StreamLine(advance.topic, position));
  }
  return EncodeLogEntry("commit", std::move(commit), lines);
}

}  // namespace souk::lake
