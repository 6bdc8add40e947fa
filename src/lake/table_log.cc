#include "lake/table_log.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/log.h"
#include "lake/action.h"

namespace souk::lake {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr size_t kVersionDigits = 20;
constexpr std::string_view kStatePrefix = "_state.";

// "00000000000000000007.json" → 7; empty for every other name and for numbers that no writer of ours can
// reach.
std::optional<int64_t> VersionOf(std::string_view name) {
  if (name.size() != kVersionDigits + 5 || !name.ends_with(".json")) return std::nullopt;
  int64_t version = 0;
  for (char c : name.substr(0, kVersionDigits)) {
    if (c < '0' || c > '9') return std::nullopt;
    if (version > INT64_MAX / 10 - 1) return std::nullopt;
    version = version * 10 + (c - '0');
  }
  return version;
}

Status ApplyLine(const json& line, LogFold& fold) {
  if (!line.is_object() || line.empty()) return Fail(Code::kCorrupt, "not a JSON object");
  for (const auto& [action, body] : line.items()) {
    if (body.is_null()) continue;
    if (!body.is_object()) return Fail(Code::kCorrupt, "'{}' is not an object", action);
    if (Status applied = fold.Apply(action, body); !applied) return Wrap(applied.error(), action);
  }
  return {};
}

// How many lines the first line says will follow; empty when it does not say.
Result<std::optional<uint64_t>> AnnouncedLines(const json& line, const LogShape& shape) {
  auto header = line.is_object() ? line.find(shape.header) : line.end();
  if (!line.is_object() || header == line.end()) {
    if (shape.header_required) return Fail(Code::kCorrupt, "'{}' is missing", shape.header);
    return std::optional<uint64_t>();
  }
  if (!header->is_object()) return Fail(Code::kCorrupt, "'{}' is not an object", shape.header);
  auto actions = header->find("actions");
  if (actions != header->end() && actions->is_number_unsigned())
    return std::optional(actions->get<uint64_t>());
  if (shape.header_required)
    return Fail(Code::kCorrupt, "'{}' does not say how many actions follow", shape.header);
  return std::optional<uint64_t>();
}

}  // namespace

Status DecodeLogEntry(std::string_view content, const std::string& file, const LogShape& shape,
                      LogFold& fold) {
  uint64_t number = 0;
  std::optional<uint64_t> announced;
  while (!content.empty()) {
    size_t end = std::min(content.find('\n'), content.size());
    std::string_view text = content.substr(0, end);
    content.remove_prefix(std::min(end + 1, content.size()));
    ++number;
    json line = json::parse(text, nullptr, false);
    if (line.is_discarded()) return Fail(Code::kCorrupt, "{} line {}: not JSON", file, number);
    if (number == 1) {
      auto lines = AnnouncedLines(line, shape);
      if (!lines) return Wrap(lines.error(), fmt::format("{} line 1", file));
      announced = *lines;
    }
    Status applied = ApplyLine(line, fold);
    if (!applied) return Wrap(applied.error(), fmt::format("{} line {}", file, number));
  }
  if (number == 0) return Fail(Code::kCorrupt, "{} is empty", file);
  if (announced && *announced != number - 1) {
    return Fail(Code::kCorrupt, "{} has {} actions, its first line says {}", file, number - 1, *announced);
  }
  return {};
}

std::string EncodeLogEntry(const std::string& header, ordered_json body,
                           const std::vector<std::string>& lines) {
  body["actions"] = lines.size();
  std::string entry = ActionLine(header, std::move(body));
  for (const std::string& line : lines) entry += line;
  return entry;
}

std::string TableLog::EntryPath(int64_t version) const {
  return fmt::format("{}/{:020}.json", folder_, version);
}

std::string TableLog::StatePath(int64_t version) const {
  return fmt::format("{}/{}{:020}.json", folder_, kStatePrefix, version);
}

Result<TableLog::Versions> TableLog::ListVersions() const {
  TRY(auto files, store_->List(folder_));
  Versions versions;
  for (const FileInfo& file : files) {
    std::string_view name = std::string_view(file.path).substr(folder_.size() + 1);
    bool state = name.starts_with(kStatePrefix);
    if (state) name.remove_prefix(kStatePrefix.size());
    if (auto version = VersionOf(name)) (state ? versions.states : versions.entries).push_back(*version);
  }
  versions.latest = shape_.first_version - 1;
  if (!versions.entries.empty()) versions.latest = std::max(versions.latest, versions.entries.back());
  if (!versions.states.empty()) versions.latest = std::max(versions.latest, versions.states.back());
  return versions;
}

Result<int64_t> TableLog::Latest() const {
  TRY(Versions versions, ListVersions());
  return versions.latest;
}

// A state only saves time: when it cannot be read the entries are, and somebody is told.
bool TableLog::ReplayState(int64_t version, LogFold& fold) const {
  static const LogShape kStateShape{"state", true, 0};
  fold.Clear();
  auto content = store_->Read(StatePath(version));
  Status decoded;
  if (content) decoded = DecodeLogEntry(*content, store_->EngineUrl(StatePath(version)), kStateShape, fold);
  if (content && decoded) return true;
  const std::string& reason = content ? decoded.error().message : content.error().message;
  Log(LogLevel::kWarn, "lake", "a saved state of a table cannot be read, its log is read instead",
      {{"reason", reason}});
  fold.Clear();
  return false;
}

Result<int64_t> TableLog::Replay(std::optional<int64_t> version, LogFold& fold) const {
  TRY(Versions versions, ListVersions());
  int64_t target = version.value_or(versions.latest);
  if (target > versions.latest || target < shape_.first_version - 1) {
    return Fail(Code::kNotFound, "{} has no version {}; the latest is {}", store_->EngineUrl(folder_), target,
                versions.latest);
  }
  fold.Clear();
  int64_t next = shape_.first_version;
  for (auto state = versions.states.rbegin(); state != versions.states.rend(); ++state) {
    if (*state > target || !ReplayState(*state, fold)) continue;
    next = *state + 1;
    break;
  }
  for (; next <= target; ++next) {
    if (!std::binary_search(versions.entries.begin(), versions.entries.end(), next)) {
      return Fail(Code::kCorrupt,
                  "{} is missing, though the log goes on to version {}; bring it back from a backup "
                  "(checkpoints that "
                  "other programs write are not read)",
                  store_->EngineUrl(EntryPath(next)), versions.latest);
    }
    TRY(std::string content, store_->Read(EntryPath(next)));
    TRY_STATUS(DecodeLogEntry(content, store_->EngineUrl(EntryPath(next)), shape_, fold));
  }
  return target;
}

Status TableLog::Append(int64_t version, std::string_view entry) {
  return store_->Create(EntryPath(version), entry);
}

Status TableLog::SaveState(int64_t version, const std::vector<std::string>& lines) {
  ordered_json body;
  body["version"] = version;
  TRY_STATUS(store_->Write(StatePath(version), EncodeLogEntry("state", std::move(body), lines)));
  TRY(Versions versions, ListVersions());
  for (size_t i = 0; i + 2 < versions.states.size(); ++i)
    TRY_STATUS(store_->Remove(StatePath(versions.states[i])));
  return {};
}

Status TableLog::RemoveLeftovers() {
  TRY(auto files, store_->List(folder_));
  for (const FileInfo& file : files) {
    if (file.path.ends_with(".tmp")) TRY_STATUS(store_->Remove(file.path));
  }
  return {};
}

}  // namespace souk::lake
