#include "ingest/raw_format.h"

#include <algorithm>

#include "record/values.h"

namespace souk::ingest {
namespace {

template <typename Columns>
auto FindColumn(Columns& columns, const std::string& name) {
  return std::find_if(columns.begin(), columns.end(),
                      [&](const auto& column) { return column.name == name; });
}

}  // namespace

lake::RawFormat FormatOfMapping(const record::Mapping& mapping,
                                const std::vector<record::SourceColumn>& columns,
                                const std::string& time_zone) {
  lake::RawFormat format;
  format.time_zone = time_zone;
  for (std::string_view text : record::MissingTexts()) format.null_texts.emplace_back(text);
  for (const record::MappedField& mapped : mapping.fields) {
    format.mapping[mapped.field] = mapped.column;
    auto column = FindColumn(columns, mapped.column);
    const record::Field* field = mapping.schema->Find(mapped.field);
    if (column == columns.end() || !field) continue;
    if (field->type == record::FieldType::kTimestamp) {
      if (column->time && !column->time_format.empty())
        format.time_formats[field->name] = column->time_format;
      if (column->time_has_zone) format.zoned_times.push_back(field->name);
    }
    bool number = field->type == record::FieldType::kInt || field->type == record::FieldType::kDecimal;
    if (number && (column->grouped_numbers || column->decimal_separator != '.')) {
      format.decimal_separators[field->name] = std::string(1, column->decimal_separator);
    }
  }
  return format;
}

void SetDialect(const record::CsvDialect& dialect, lake::RawFormat& format) {
  format.delimiter = std::string(1, dialect.delimiter);
  format.quote = dialect.quote ? std::string(1, dialect.quote) : "";
  format.escape = dialect.escape ? std::string(1, dialect.escape) : "";
  format.header = dialect.header;
}

record::CsvDialect DialectOf(const lake::RawFormat& format) {
  record::CsvDialect dialect;
  dialect.delimiter = format.delimiter.empty() ? ',' : format.delimiter[0];
  dialect.quote = format.quote.empty() ? '\0' : format.quote[0];
  dialect.escape = format.escape.empty() ? '\0' : format.escape[0];
  dialect.header = format.header;
  return dialect;
}

std::string HeaderLine(const lake::RawFormat& format) {
  std::string line;
  for (const std::string& name : format.columns) {
    if (!line.empty()) line += format.delimiter;
    bool quoted =
        !format.quote.empty() && name.find_first_of(format.delimiter + format.quote + "\r\n") != name.npos;
    if (!quoted) {
      line += name;
      continue;
    }
    line += format.quote;
    for (char c : name) line += c == format.quote[0] ? format.escape + c : std::string(1, c);
    line += format.quote;
  }
  return line;
}

std::vector<record::SourceColumn> ColumnsOf(const lake::RawFormat& format) {
  std::vector<record::SourceColumn> columns;
  auto column_named = [&](const std::string& name) {
    auto found = FindColumn(columns, name);
    if (found != columns.end()) return found;
    columns.emplace_back().name = name;
    return columns.end() - 1;
  };
  for (const std::string& name : format.columns) column_named(name);
  for (const auto& [field, name] : format.mapping) {
    auto column = column_named(name);
    auto time = format.time_formats.find(field);
    column->time |= time != format.time_formats.end();
    if (time != format.time_formats.end()) column->time_format = time->second;
    column->time_has_zone |= std::count(format.zoned_times.begin(), format.zoned_times.end(), field) > 0;
    auto separator = format.decimal_separators.find(field);
    if (separator == format.decimal_separators.end() || separator->second.empty()) continue;
    column->decimal_separator = separator->second[0];
    column->grouped_numbers = true;
  }
  return columns;
}

}  // namespace souk::ingest
