#include "app/table_schema.h"

#include <filesystem>

namespace souk::app {
namespace {

using record::FieldType;

std::string Conversions(const ingest::Inspection& inspection) {
  std::string notes;
  for (const auto& column : inspection.columns) {
    const auto& reading = column.profile.reading;
    if (reading.type == FieldType::kTimestamp && !reading.time.text().empty()) {
      notes += fmt::format("-- {} is written as {}: convert it when you load the file\n", column.name,
                           reading.time.text());
    }
    bool number = reading.type == FieldType::kInt || reading.type == FieldType::kDecimal;
    if (number && (reading.number.decimal == ',' || reading.number.grouped)) {
      notes += fmt::format("-- {} is written with {}: convert it when you load the file\n", column.name,
                           reading.number.decimal == ',' ? "a decimal comma" : "separators of thousands");
    }
  }
  return notes;
}

record::TableFile FileOf(const ingest::Inspection& inspection) {
  record::TableFile file;
  file.delimiter = inspection.text.dialect.delimiter;
  file.header = inspection.text.dialect.header;
  file.quoted = inspection.facts.quoted;
  switch (inspection.text.kind) {
    case ingest::SourceKind::kCsv: file.format = "csv"; break;
    case ingest::SourceKind::kJson: file.format = "json"; break;
    case ingest::SourceKind::kParquet: file.format = "parquet"; break;
  }
  return file;
}

}  // namespace

std::string SchemaOfFile(const ingest::Inspection& inspection, const std::string& table,
                         record::SqlDialect dialect) {
  std::vector<record::TableColumn> columns;
  for (const auto& column : inspection.columns) {
    const record::Field* field =
        inspection.record && !column.field.empty() ? inspection.record->Find(column.field) : nullptr;
    const auto& profile = column.profile;
    bool unique = profile.nulls == 0 && profile.rows > 0 &&
                  (profile.distinct_exact ? profile.distinct == profile.rows
                                          : profile.distinct * 100 > profile.rows * 98);
    bool key = field && field->name == inspection.record->key && unique;
    columns.push_back(record::TableColumnOf(column.name, profile, field, key));
  }
  return Conversions(inspection) + record::CreateTable(table, columns, dialect, FileOf(inspection));
}

std::string TableNameOf(const ingest::Inspection& inspection) {
  if (inspection.record) return inspection.record->name;
  std::string name;
  for (char c : std::filesystem::path(inspection.path).stem().string()) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain || (!name.empty() && name.back() != '_')) name += plain ? c : '_';
  }
  return name.empty() ? "data" : name;
}

Result<std::string> SchemaOfRecord(const std::string& name, const std::string& table,
                                   record::SqlDialect dialect) {
  TRY(const record::Schema* schema, record::FindSchema(name));
  return record::CreateTable(table.empty() ? name : table, record::TableColumnsOf(*schema), dialect, {});
}

}  // namespace souk::app
