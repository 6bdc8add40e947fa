#include "lake/quarantine.h"

#include <openssl/evp.h>
#include <simdjson.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "lake/action.h"

namespace souk::lake {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::string_view kRoot = "ecommerce/quarantine";
constexpr std::string_view kSuffix = ".jsonl";
constexpr size_t kShortestId = 8;
constexpr uint64_t kHeaderGuess = 16 * 1024;

std::string EncodeBase64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // with the zero that OpenSSL writes
  int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(length));
  return text;
}

Result<std::string> DecodeBase64(std::string_view text) {
  std::string bytes(3 * ((text.size() + 3) / 4), '\0');
  int length =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (length < 0 || text.size() % 4 != 0) return Fail(Code::kCorrupt, "a member is not base64");
  size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;  // decoded as zeros
  bytes.resize(static_cast<size_t>(length) - padding);
  return bytes;
}

// As text when the bytes are UTF-8, else as base64 in "<name>_base64".
void PutBytes(ordered_json& body, const std::string& name, const std::string& bytes) {
  bool text = simdjson::validate_utf8(bytes.data(), bytes.size());
  body[text ? name : name + "_base64"] = text ? bytes : EncodeBase64(bytes);
}

Result<std::string> BytesOf(ActionReader& reader, const std::string& name) {
  std::string encoded = reader.TextOr((name + "_base64").c_str());
  if (!encoded.empty()) return DecodeBase64(encoded);
  return reader.TextOr(name.c_str());
}

std::string RecordLine(const QuarantinedRecord& record) {
  ordered_json body;
  body["line"] = record.line;
  body["reason"] = record.reason;
  if (!record.field.empty()) body["field"] = record.field;
  if (!record.place.empty()) body["place"] = record.place;
  PutBytes(body, "content", record.content);
  return body.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

Result<QuarantinedRecord> RecordOf(std::string_view line) {
  json body = json::parse(line, nullptr, false);
  if (!body.is_object()) return Fail(Code::kCorrupt, "not a JSON object");
  ActionReader reader(body);
  QuarantinedRecord record;
  record.line = reader.Count("line");
  record.reason = reader.Text("reason");
  record.field = reader.TextOr("field");
  record.place = reader.TextOr("place");
  TRY(record.content, BytesOf(reader, "content"));
  TRY_STATUS(reader.status());
  return record;
}

Result<std::string> Encode(const QuarantineFile& file, const std::vector<QuarantinedRecord>& records) {
  ordered_json body;
  body["record"] = file.record;
  body["source"] = file.source;
  body["fingerprint"] = file.fingerprint;
  PutBytes(body, "header", file.header);
  if (!file.format_json.empty()) {
    ordered_json format = ordered_json::parse(file.format_json, nullptr, false);
    if (!format.is_object())
      return Fail(Code::kInvalid, "the format of {} is not a JSON object", file.source);
    body["format"] = std::move(format);
  }
  if (!file.topic.empty()) {
    body["topic"] = file.topic;
    body["offsets"] = RangesBody(file.offsets);
  }
  body["added_us"] = file.added;
  body["records"] = records.size();
  std::string content = ActionLine("quarantine", std::move(body));
  for (const QuarantinedRecord& record : records) content += RecordLine(record);
  return content;
}

Result<QuarantineFile> HeaderOf(std::string_view line) {
  ordered_json parsed = ordered_json::parse(line, nullptr, false);
  json action = json::parse(line, nullptr, false);
  if (!action.is_object() || !action.contains("quarantine"))
    return Fail(Code::kCorrupt, "'quarantine' is missing");
  ActionReader reader(action["quarantine"]);
  QuarantineFile file;
  file.record = reader.Text("record");
  file.source = reader.TextOr("source");
  file.fingerprint = reader.Text("fingerprint");
  file.records = reader.Count("records");
  file.added = reader.IntegerOr("added_us", 0);
  file.topic = reader.TextOr("topic");
  TRY_STATUS(ReadRanges(reader.Find("offsets"), file.offsets));
  TRY(file.header, BytesOf(reader, "header"));
  TRY_STATUS(reader.status());
  // From the ordered form: the text comes back as it was given.
  if (reader.Find("format") != nullptr) file.format_json = parsed["quarantine"]["format"].dump();
  return file;
}

std::string IdOf(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  return std::string(name.substr(0, name.size() - kSuffix.size()));
}

std::string_view NextLine(std::string_view& content) {
  size_t end = std::min(content.find('\n'), content.size());
  std::string_view line = content.substr(0, end);
  content.remove_prefix(std::min(end + 1, content.size()));
  return line;
}

}  // namespace

// The first line, whatever its length, without reading the records.
Result<QuarantineFile> Quarantine::ReadHeader(const std::string& path) const {
  for (uint64_t bytes = kHeaderGuess;; bytes *= 2) {
    TRY(std::string start, store_->ReadRange(path, 0, bytes));
    size_t end = start.find('\n');
    if (end == std::string::npos && start.size() == bytes) continue;
    auto file = HeaderOf(std::string_view(start).substr(0, end));
    if (!file) return Wrap(file.error(), store_->EngineUrl(path) + " line 1");
    file->id = IdOf(path);
    return file;
  }
}

// Fills in the id: the beginning of the fingerprint, as long as it must be to be another file's in no case.
Result<std::string> Quarantine::FreePath(QuarantineFile& file) const {
  for (size_t length = kShortestId;; length *= 2) {
    file.id = file.fingerprint.substr(0, length);
    std::string path = fmt::format("{}/{}{}", Folder(file.record), file.id, kSuffix);
    auto taken = FindPath(file.id);
    if (!taken && taken.error().code == Code::kNotFound) return path;
    if (!taken) return tl::unexpected(taken.error());
    TRY(QuarantineFile other, ReadHeader(*taken));
    if (*taken == path && other.fingerprint == file.fingerprint) return path;
    if (length >= file.fingerprint.size()) {
      return Fail(Code::kAlreadyExists, "{} holds the records of another file with the same fingerprint",
                  store_->EngineUrl(*taken));
    }
  }
}

Result<std::string> Quarantine::FindPath(const std::string& id) const {
  TRY(auto files, store_->List(std::string(kRoot)));
  std::string name = fmt::format("/{}{}", id, kSuffix);
  for (const FileInfo& file : files) {
    if (!id.empty() && id.find('/') == std::string::npos && file.path.ends_with(name)) return file.path;
  }
  return Fail(Code::kNotFound, "nothing in quarantine is called '{}'; `souk quarantine ls` lists what is",
              id);
}

Result<QuarantineFile> Quarantine::Add(QuarantineFile file, const std::vector<QuarantinedRecord>& records) {
  if (file.fingerprint.empty()) return Fail(Code::kInvalid, "{} has no fingerprint", file.source);
  TRY(std::string path, FreePath(file));
  file.records = records.size();
  TRY(std::string content, Encode(file, records));
  TRY_STATUS(store_->Write(path, content));
  return file;
}

Result<std::vector<QuarantineFile>> Quarantine::List() const {
  TRY(auto infos, store_->List(std::string(kRoot)));
  std::vector<QuarantineFile> files;
  for (const FileInfo& info : infos) {
    if (!info.path.ends_with(kSuffix)) continue;
    TRY(QuarantineFile file, ReadHeader(info.path));
    files.push_back(std::move(file));
  }
  std::stable_sort(files.begin(), files.end(),
                   [](const QuarantineFile& a, const QuarantineFile& b) { return a.added > b.added; });
  return files;
}

Result<QuarantineFile> Quarantine::Get(const std::string& id) const {
  TRY(std::string path, FindPath(id));
  return ReadHeader(path);
}

Result<std::vector<QuarantinedRecord>> Quarantine::Records(const std::string& id, uint64_t offset,
                                                           uint64_t limit) const {
  TRY(std::string path, FindPath(id));
  TRY(std::string text, store_->Read(path));
  std::string_view content = text;
  auto file = HeaderOf(NextLine(content));
  if (!file) return Wrap(file.error(), store_->EngineUrl(path) + " line 1");
  std::vector<QuarantinedRecord> records;
  uint64_t index = 0;
  for (; !content.empty(); ++index) {
    std::string_view line = NextLine(content);
    if (index < offset || records.size() >= limit) continue;
    auto record = RecordOf(line);
    if (!record) return Wrap(record.error(), fmt::format("{} line {}", store_->EngineUrl(path), index + 2));
    records.push_back(*std::move(record));
  }
  if (index != file->records) {
    return Fail(Code::kCorrupt, "{} has {} records, its first line says {}", store_->EngineUrl(path), index,
                file->records);
  }
  return records;
}

Status Quarantine::Replace(const std::string& id, const std::vector<QuarantinedRecord>& records) {
  TRY(std::string path, FindPath(id));
  if (records.empty()) return store_->Remove(path);
  TRY(QuarantineFile file, ReadHeader(path));
  TRY(std::string content, Encode(file, records));
  return store_->Write(path, content);
}

}  // namespace souk::lake
