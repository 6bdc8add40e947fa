#include "ingest/reading.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/options.h"
#include "record/csv_dialect.h"
#include "record/encoding.h"
#include "record/times.h"

namespace souk::ingest {
namespace {

using record::Field;
using record::FieldType;
using record::SourceColumn;

// Whether a record that may be meant has the field.
Status CheckField(const std::string& record, const std::string& name) {
  std::vector<std::string> known;
  for (const record::Schema& schema : record::Schemas()) {
    if (!record.empty() && schema.name != record) continue;
    if (schema.Find(name)) return {};
    for (const Field& field : schema.fields) known.push_back(field.name);
  }
  std::string nearest = NearestWord(name, known);
  return Fail(Code::kInvalid, "{} field '{}'{}", record.empty() ? "no record has a" : record + " have no",
              name, nearest.empty() ? "" : fmt::format(", did you mean {}", nearest));
}

bool IsNumber(const Field& field) {
  return field.type == FieldType::kInt || field.type == FieldType::kDecimal;
}

SourceColumn* ColumnOf(const record::MappedField& mapped, std::vector<SourceColumn>& columns) {
  auto found = std::find_if(columns.begin(), columns.end(),
                            [&](const SourceColumn& column) { return column.name == mapped.column; });
  return found == columns.end() ? nullptr : &*found;
}

Status ApplyTimeFormat(const std::string& target, const std::string& text, const record::Mapping& mapping,
                       std::vector<SourceColumn>& columns) {
  const record::MappedField* mapped = mapping.Find(target);
  SourceColumn* column = mapped ? ColumnOf(*mapped, columns) : nullptr;
  if (!column)
    return Fail(Code::kInvalid, "a time format is given for '{}', which comes from no column", target);
  TRY(record::TimeFormat format, record::TimeFormat::Parse(text));
  column->time = true;
  column->time_ambiguous = false;
  column->time_format = text;
  column->time_has_zone = text.find("%z") != std::string::npos || text.rfind("epoch_", 0) == 0 ||
                          (text.empty() && column->time_has_zone);
  return {};
}

Status ApplySeparator(const std::string& target, char separator, const record::Mapping& mapping,
                      std::vector<SourceColumn>& columns) {
  bool any = false;
  for (const record::MappedField& mapped : mapping.fields) {
    if (!target.empty() && mapped.field != target) continue;
    if (!IsNumber(*mapping.schema->Find(mapped.field))) continue;
    SourceColumn* column = ColumnOf(mapped, columns);
    if (!column) continue;
    any = true;
    column->decimal_separator = separator;
    column->grouped_numbers = true;
  }
  if (any || target.empty()) return {};
  if (mapping.Find(target))
    return Fail(Code::kInvalid, "a decimal separator is given for '{}', which is no number", target);
  return Fail(Code::kInvalid, "a decimal separator is given for '{}', which comes from no column", target);
}

}  // namespace

Status CheckReading(const ReadingOptions& options) {
  if (!options.record.empty()) TRY_STATUS(record::FindSchema(options.record).map([](auto) {}));
  for (const auto& [target, column] : options.map) TRY_STATUS(CheckField(options.record, target));
  for (const auto& [target, format] : options.time_formats) {
    TRY_STATUS(CheckField(options.record, target));
    auto parsed = record::TimeFormat::Parse(format);
    if (!parsed) return Wrap(parsed.error(), "time format of " + target);
  }
  for (const auto& [target, separator] : options.decimal_separators) {
    if (!target.empty()) TRY_STATUS(CheckField(options.record, target));
    if (separator != "," && separator != ".")
      return Fail(Code::kInvalid, "the decimal separator '{}' is neither , nor .", separator);
  }
  if (!options.delimiter.empty()) TRY_STATUS(record::ParseDelimiter(options.delimiter).map([](char) {}));
  if (!options.encoding.empty()) TRY_STATUS(record::ParseEncoding(options.encoding).map([](auto) {}));
  return {};
}

Result<ReadingOptions> Combined(const ReadingOptions& saved, const ReadingOptions& own) {
  if (!saved.record.empty() && !own.record.empty() && saved.record != own.record) {
    return Fail(Code::kInvalid, "the mapping is for {}, not for {}", saved.record, own.record);
  }
  ReadingOptions both = own;  // its entries win: insert keeps what is there
  both.map.insert(saved.map.begin(), saved.map.end());
  both.time_formats.insert(saved.time_formats.begin(), saved.time_formats.end());
  both.decimal_separators.insert(saved.decimal_separators.begin(), saved.decimal_separators.end());
  for (auto member : {&ReadingOptions::record, &ReadingOptions::time_zone, &ReadingOptions::delimiter,
                      &ReadingOptions::encoding}) {
    if ((both.*member).empty()) both.*member = saved.*member;
  }
  return both;
}

Result<record::Mapping> MapColumns(const record::Schema& schema, std::vector<SourceColumn>& columns,
                                   const ReadingOptions& given) {
  TRY(auto mapping, record::GuessMapping(schema, columns, given.map));
  if (given.time_formats.empty() && given.decimal_separators.empty()) return mapping;
  for (const auto& [target, format] : given.time_formats) {
    TRY_STATUS(ApplyTimeFormat(target, format, mapping, columns));
  }
  // The one for all numbers comes first in the map, those for a single field follow.
  for (const auto& [target, separator] : given.decimal_separators) {
    if (separator.empty()) continue;
    TRY_STATUS(ApplySeparator(target, separator[0], mapping, columns));
  }
  // Again, for the warnings: there is no doubt about what was given.
  return record::GuessMapping(schema, columns, given.map);
}

}  // namespace souk::ingest
