#include "ingest/parquet_columns.h"

#include <map>

#include "record/columns.h"

namespace souk::ingest {
namespace {

using record::FieldType;
using record::SourceColumn;

bool IsWhole(const std::string& type) {
  return type.ends_with("INT") || type == "INTEGER" || type == "UINTEGER";
}

bool IsNumber(const std::string& type) {
  return IsWhole(type) || type == "DOUBLE" || type == "FLOAT" || type.starts_with("DECIMAL");
}

bool IsTime(const std::string& type) { return type == "DATE" || type.starts_with("TIMESTAMP"); }

bool IsNested(const std::string& type) {
  return type.ends_with("]") || type.starts_with("STRUCT") || type.starts_with("MAP") ||
         type.starts_with("UNION");
}

// The file's own type says more than the sample; texts and counts since 1970 are left to the sample.
void TrustType(const std::string& type, SourceColumn& column) {
  if (IsTime(type)) {
    column.type = FieldType::kTimestamp;
    column.time = true;
    column.time_format.clear();
    column.time_ambiguous = false;
    column.time_has_zone = type == "TIMESTAMP WITH TIME ZONE";
  } else if (IsNumber(type)) {
    column.type = IsWhole(type) ? FieldType::kInt : FieldType::kDecimal;
    column.time = column.time && IsWhole(type);
    column.decimal_separator = '.';
    column.grouped_numbers = false;
  } else if (type == "BOOLEAN") {
    column.type = FieldType::kBool;
  }
}

}  // namespace

Result<ParquetColumns> DescribeParquet(const std::vector<std::string>& files, sql::Connection& connection) {
  constexpr int64_t kSample = 2000;
  TRY(auto described,
      connection.Query("DESCRIBE SELECT * FROM read_parquet($file)", {{"file", files.front()}}));
  ParquetColumns result;
  std::string list;
  std::vector<record::ColumnSampler> samplers;
  for (const auto& row : described.rows) {
    std::string name = sql::CellText(row.at(0)), type = sql::CellText(row.at(1));
    if (IsNested(type)) {
      result.nested.push_back(std::move(name));
      continue;
    }
    list += fmt::format("{}CAST({} AS VARCHAR)", list.empty() ? "" : ", ", sql::QuoteName(name));
    samplers.emplace_back(name);
    result.types.push_back(std::move(type));
  }
  if (samplers.empty()) return Fail(Code::kInvalid, "it has no column with single values");
  TRY(auto sample,
      connection.Query(fmt::format("SELECT {} FROM read_parquet($files) LIMIT {}", list, kSample),
                       {{"files", files}}));
  for (const auto& row : sample.rows) {
    for (size_t i = 0; i < samplers.size(); ++i) samplers[i].Add(sql::CellText(row.at(i)));
  }
  for (size_t i = 0; i < samplers.size(); ++i) {
    result.columns.push_back(samplers[i].Finish());
    TrustType(result.types[i], result.columns.back());
  }
  return result;
}

Result<std::vector<std::vector<size_t>>> GroupByColumns(const std::vector<std::string>& files,
                                                        const std::vector<std::string>& names,
                                                        sql::Connection& connection) {
  constexpr const char* kSchema =
      "SELECT file_name, concat_ws(' ', name, type, converted_type, logical_type, num_children) "
      "FROM parquet_schema($files)";
  auto table = connection.Query(kSchema, {{"files", files}});
  if (!table) {
    for (size_t i = 0; i < files.size(); ++i) {
      auto single = connection.Query(kSchema, {{"files", std::vector<std::string>{files[i]}}});
      if (!single && single.error().code != Code::kCancelled) {
        return Fail(Code::kInvalid, "{} is no sound Parquet file ({}); write it anew and take that", names[i],
                    single.error().message);
      }
    }
    return tl::unexpected(table.error());
  }
  std::map<std::string, std::string> signatures;
  for (const auto& row : table->rows) signatures[sql::CellText(row.at(0))] += sql::CellText(row.at(1)) + "\n";
  std::map<std::string, std::vector<size_t>> groups;
  for (size_t i = 0; i < files.size(); ++i) groups[signatures[files[i]]].push_back(i);
  std::vector<std::vector<size_t>> result;
  for (auto& [signature, places] : groups) result.push_back(std::move(places));
  return result;
}

}  // namespace souk::ingest
