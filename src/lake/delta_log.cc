#include "lake/delta_log.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/hash.h"
#include "lake/action.h"
#include "lake/delta_schema.h"
#include "lake/uri.h"

namespace souk::lake {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int64_t kReaderVersion = 1;
constexpr int64_t kWriterVersion = 2;

// A UUID (version 8, RFC 9562: free content) that only the folder and the time decide.
std::string TableId(const std::string& folder, Micros now) {
  std::string id = Sha256Hex(fmt::format("{}\n{}", folder, now)).substr(0, 32);
  id[12] = '8';
  id[16] = "89ab"[id[16] & 3];
  for (size_t hyphen : {20, 16, 12, 8}) id.insert(hyphen, 1, '-');
  return id;
}

Result<std::string> PathOf(ActionReader& reader) {
  std::string text = reader.Text("path");
  TRY_STATUS(reader.status());
  if (!SchemeOf(text).empty() || text.starts_with('/')) {
    return Fail(Code::kUnsupported, "the file {} lies outside the table's folder", text);
  }
  auto path = PercentDecode(text);
  Status valid = path ? CheckStorePath(*path) : Status(tl::unexpected(path.error()));
  if (!valid) return Fail(Code::kCorrupt, "{}", valid.error().message);
  return path;
}

uint64_t RowsOf(const std::string& stats) {
  json body = json::parse(stats, nullptr, false);
  if (!body.is_object()) return 0;
  auto rows = body.find("numRecords");
  return rows != body.end() && rows->is_number_unsigned() ? rows->get<uint64_t>() : 0;
}

// Every partition column, with null where the file has no value for it.
ordered_json PartitionBody(const DeltaFile& file, const std::vector<std::string>& columns) {
  ordered_json body = ordered_json::object();
  for (const std::string& column : columns) {
    auto value = file.partition_values.find(column);
    // Delta reads an empty text as null too; we say so.
    bool null = value == file.partition_values.end() || value->second.empty();
    body[column] = null ? ordered_json(nullptr) : ordered_json(value->second);
  }
  return body;
}

std::string AddLine(const DeltaFile& file, const std::vector<std::string>& columns, int64_t modified_ms,
                    bool change) {
  ordered_json body;
  body["path"] = PercentEncodePath(file.path);
  body["partitionValues"] = PartitionBody(file, columns);
  body["size"] = file.bytes;
  body["modificationTime"] = modified_ms;
  body["dataChange"] = change;
  body["stats"] = fmt::format("{{\"numRecords\":{}}}", file.rows);
  return ActionLine("add", std::move(body));
}

std::string RemoveLine(const DeltaFile& file, const std::vector<std::string>& columns, int64_t now_ms,
                       bool change) {
  ordered_json body;
  body["path"] = PercentEncodePath(file.path);
  body["deletionTimestamp"] = now_ms;
  body["dataChange"] = change;
  body["extendedFileMetadata"] = true;
  body["partitionValues"] = PartitionBody(file, columns);
  body["size"] = file.bytes;
  return ActionLine("remove", std::move(body));
}

std::string ProtocolLine(int64_t writer_version) {
  ordered_json body;
  body["minReaderVersion"] = kReaderVersion;
  body["minWriterVersion"] = writer_version;
  return ActionLine("protocol", std::move(body));
}

std::string MetadataLine(const DeltaSnapshot& table, const std::string& name) {
  ordered_json body;
  body["id"] = table.id;
  if (!name.empty()) body["name"] = name;
  if (!table.description.empty()) body["description"] = table.description;
  body["format"] = {{"provider", "parquet"}, {"options", ordered_json::object()}};
  body["schemaString"] = SchemaToJson(table.schema);
  body["partitionColumns"] = table.schema.partition_columns;
  body["configuration"] = table.configuration;
  body["createdTime"] = table.created_ms;
  return ActionLine("metaData", std::move(body));
}

std::string TransactionLine(const std::string& application, int64_t version, int64_t now_ms) {
  ordered_json body;
  body["appId"] = application;
  body["version"] = version;
  if (now_ms != 0) body["lastUpdated"] = now_ms;
  return ActionLine("txn", std::move(body));
}

const DeltaFile& FileAt(const DeltaSnapshot& table, const std::string& path) {
  return *std::lower_bound(
      table.files.begin(), table.files.end(), path,
      [](const DeltaFile& file, const std::string& wanted) { return file.path < wanted; });
}

}  // namespace

LogShape DeltaLogShape() { return LogShape{"commitInfo", false, 0}; }

Status DeltaFold::Apply(const std::string& action, const json& body) {
  if (action == "add") return Add(body);
  if (action == "remove") return Remove(body);
  if (action == "txn") return Transaction(body);
  if (action == "metaData") return Metadata(body);
  if (action == "protocol") return Protocol(body);
  return {};
}

Status DeltaFold::Protocol(const json& body) {
  ActionReader reader(body);
  int64_t reader_version = reader.Integer("minReaderVersion");
  snapshot_.writer_version = reader.Integer("minWriterVersion");
  TRY_STATUS(reader.status());
  if (reader_version > kReaderVersion) {
    return Fail(Code::kUnsupported, "the table asks for Delta reader version {}; Souk reads version {}",
                reader_version, kReaderVersion);
  }
  return {};
}

Status DeltaFold::Metadata(const json& body) {
  ActionReader reader(body);
  snapshot_.id = reader.Text("id");
  snapshot_.description = reader.TextOr("description");
  snapshot_.created_ms = reader.IntegerOr("createdTime", 0);
  snapshot_.configuration = reader.TextMap("configuration");
  std::string schema = reader.Text("schemaString");
  std::vector<std::string> partition_columns = reader.Texts("partitionColumns");
  TRY_STATUS(reader.status());
  TRY(snapshot_.schema, SchemaFromJson(schema));
  snapshot_.schema.partition_columns = std::move(partition_columns);
  return {};
}

Status DeltaFold::Add(const json& body) {
  ActionReader reader(body);
  File entry;
  TRY(entry.file.path, PathOf(reader));
  entry.file.bytes = reader.Count("size");
  entry.file.rows = RowsOf(reader.TextOr("stats"));
  entry.file.partition_values = reader.TextMap("partitionValues");
  entry.modified_ms = reader.IntegerOr("modificationTime", 0);
  if (reader.Find("deletionVector") != nullptr) {
    return Fail(Code::kUnsupported, "the file {} has a deletion vector", entry.file.path);
  }
  TRY_STATUS(reader.status());
  removed_.erase(entry.file.path);
  std::string path = entry.file.path;
  files_.insert_or_assign(std::move(path), std::move(entry));
  return {};
}

Status DeltaFold::Remove(const json& body) {
  ActionReader reader(body);
  TRY(std::string path, PathOf(reader));
  int64_t removed_ms = reader.IntegerOr("deletionTimestamp", 0);
  TRY_STATUS(reader.status());
  files_.erase(path);
  removed_[path] = removed_ms;
  return {};
}

Status DeltaFold::Transaction(const json& body) {
  ActionReader reader(body);
  std::string application = reader.Text("appId");
  int64_t version = reader.Integer("version");
  TRY_STATUS(reader.status());
  snapshot_.transactions[application] = version;
  return {};
}

DeltaSnapshot DeltaFold::ToSnapshot() const {
  DeltaSnapshot snapshot = snapshot_;
  snapshot.files.reserve(files_.size());
  for (const auto& [path, entry] : files_) snapshot.files.push_back(entry.file);
  return snapshot;
}

std::vector<std::string> DeltaFold::ToLines(const std::set<std::string>& present) const {
  const std::vector<std::string>& columns = snapshot_.schema.partition_columns;
  std::vector<std::string> lines = {ProtocolLine(snapshot_.writer_version), MetadataLine(snapshot_, "")};
  for (const auto& [application, version] : snapshot_.transactions) {
    lines.push_back(TransactionLine(application, version, 0));
  }
  for (const auto& [path, removed_ms] : removed_) {
    if (present.count(path) > 0) lines.push_back(RemoveLine(DeltaFile{path, 0, 0, {}}, {}, removed_ms, true));
  }
  for (const auto& [path, entry] : files_)
    lines.push_back(AddLine(entry.file, columns, entry.modified_ms, true));
  return lines;
}

std::string EncodeDeltaEntry(const std::string& folder, const DeltaSnapshot& base, const DeltaCommit& commit,
                             Micros now) {
  int64_t now_ms = now / 1000;
  DeltaSnapshot table = base;
  bool created = base.version < 0;
  if (created) {
    table.id = TableId(folder, now);
    table.created_ms = now_ms;
  }
  if (!commit.schema.columns.empty()) {
    table.schema = commit.schema;
    table.description = commit.description;
  }
  bool described = created || table.description != base.description || !SameSchema(table.schema, base.schema);
  bool change = commit.operation != "OPTIMIZE";

  std::vector<std::string> lines;
  if (created) lines.push_back(ProtocolLine(kWriterVersion));
  if (described) lines.push_back(MetadataLine(table, folder.substr(folder.rfind('/') + 1)));
  for (const auto& [application, version] : commit.transactions) {
    lines.push_back(TransactionLine(application, version, now_ms));
  }
  for (const std::string& path : commit.remove) {
    lines.push_back(RemoveLine(FileAt(base, path), base.schema.partition_columns, now_ms, change));
  }
  for (const DeltaFile& file : commit.add) {
    lines.push_back(AddLine(file, table.schema.partition_columns, now_ms, change));
  }

  ordered_json info;
  info["timestamp"] = now_ms;
  info["operation"] = commit.operation;
  info["operationParameters"] = commit.parameters;
  info["isBlindAppend"] = commit.remove.empty() && change;
  info["engineInfo"] = "Souk";
  return EncodeLogEntry("commitInfo", std::move(info), lines);
}

}  // namespace souk::lake
