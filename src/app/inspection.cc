#include "app/inspection.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "record/csv_dialect.h"
#include "record/encoding.h"

namespace souk::app {
namespace {

using record::ColumnProfile;
using record::FieldType;
using Json = nlohmann::ordered_json;

constexpr size_t kTopWidth = 60;   // of the most frequent texts together
constexpr size_t kCellWidth = 24;  // of one text

// At most `width` characters, cut where a character ends; not UTF-8 becomes '?'.
std::string Short(std::string_view text, size_t width) {
  std::string shown;
  size_t characters = 0;
  for (char c : text) {
    if ((c & 0xC0) != 0x80 && ++characters > width) return shown + "…";
    shown += c;
  }
  // A text that the profile cut in the middle of a character.
  while (!shown.empty() && !record::IsUtf8(shown)) shown.pop_back();
  return shown;
}

std::string Bar(const std::vector<uint64_t>& buckets) {
  constexpr const char* kSteps[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  uint64_t most = *std::max_element(buckets.begin(), buckets.end());
  std::string bar;
  for (uint64_t count : buckets) {
    size_t step = count == 0 || most == 0 ? 0 : 1 + count * 6 / most;
    bar += kSteps[std::min<size_t>(step, 7)];
  }
  return bar;
}

std::string TopText(const ColumnProfile& profile) {
  if (profile.distinct == 0) return "";
  bool all = profile.distinct_exact && profile.distinct == profile.rows - profile.nulls;
  if (profile.distinct > 1 && all) return "all differ";
  bool most = profile.distinct * 10 > (profile.rows - profile.nulls) * 9;
  if (profile.top.empty()) return most ? "almost all differ" : "none stands out";
  if (!profile.top_exact && profile.top[0].second < profile.top_slack) return "none stands out";
  std::string text;
  size_t width = 0;
  for (const auto& [value, count] : profile.top) {
    std::string part = fmt::format("{} {}", Short(value, kCellWidth), GroupDigits(count));
    width += std::min(part.size(), kCellWidth + 8) + 2;
    if (!text.empty() && width > kTopWidth) return text + ", …";
    text += (text.empty() ? "" : ", ") + part;
  }
  return text;
}

std::string Distribution(const ColumnProfile& profile) {
  if (profile.histogram.empty()) return TopText(profile);
  return profile.distinct > 1 ? Bar(profile.histogram) : "one value";
}

std::string About(uint64_t count, bool exact) { return (exact ? "" : "about ") + GroupDigits(count); }

std::string Nulls(const ColumnProfile& profile) {
  if (profile.nulls == 0) return "0";
  double share = 100.0 * static_cast<double>(profile.nulls) / static_cast<double>(profile.rows);
  return fmt::format("{} ({} %)", GroupDigits(profile.nulls),
                     share >= 0.5 ? fmt::format("{:.0f}", share) : fmt::format("{:.2g}", share));
}

// The way times and numbers are written, where it is not the usual one.
std::string WrittenAs(const ColumnProfile& profile) {
  const auto& reading = profile.reading;
  if (reading.type == FieldType::kTimestamp) return reading.time.text();
  bool number = reading.type == FieldType::kInt || reading.type == FieldType::kDecimal;
  if (!number || (reading.number.decimal == '.' && !reading.number.grouped)) return "";
  if (reading.number.decimal == ',') return reading.number.grouped ? "1.234,50" : "1234,50";
  return "1,234.50";
}

std::string ShownType(const ColumnProfile& profile) {
  std::string written = WrittenAs(profile);
  return TypeText(profile) + (written.empty() ? "" : ", " + written);
}

void PrintColumns(const ingest::Inspection& inspection, Progress& out) {
  ListBuilder list({{"column", "VARCHAR"},
                    {"type", "VARCHAR"},
                    {"nulls", "BIGINT"},
                    {"distinct", "BIGINT"},
                    {"min", "VARCHAR"},
                    {"max", "VARCHAR"},
                    {"distribution", "VARCHAR"},
                    {"field", "VARCHAR"}});
  for (const auto& column : inspection.columns) {
    const ColumnProfile& profile = column.profile;
    list.Row({Short(column.name, 40), ShownType(profile), Nulls(profile),
              About(profile.distinct, profile.distinct_exact), Short(profile.min, kCellWidth),
              Short(profile.max, kCellWidth), Distribution(profile), column.field});
  }
  PrintTable(out, list.table(), OutputFormat::kTable);
}

std::string RecordLine(const ingest::Inspection& inspection) {
  if (!inspection.record) return "";
  size_t mapped = inspection.mapping.fields.size();
  return fmt::format("most likely {}: {} of {} become fields of that record; souk ingest '{}' --as {}",
                     inspection.record->name, mapped, Counted(inspection.columns.size(), "column"),
                     inspection.path, inspection.record->name);
}

void PrintReport(const ingest::Inspection& inspection, Progress& out) {
  std::string facts = inspection.format;
  if (inspection.text.mark_bytes > 0) facts += ", byte order mark";
  if (inspection.text.kind != ingest::SourceKind::kParquet)
    facts += fmt::format(", lines end in {}", inspection.line_end);
  if (inspection.bytes > 0) facts += ", " + FormatBytes(inspection.bytes);
  out.Line(fmt::format("{}: {}", inspection.path, facts));
  if (!inspection.header_reason.empty()) {
    out.Line(fmt::format("{}: {}", inspection.text.dialect.header ? "header" : "no header",
                         inspection.header_reason));
  }
  out.Line(fmt::format("{}, {}, {}", Counted(inspection.rows, "row"),
                       Counted(inspection.columns.size(), "column"),
                       inspection.duplicate_rows == 0
                           ? "no row twice"
                           : fmt::format("{} equal to an earlier row",
                                         About(inspection.duplicate_rows, inspection.duplicates_exact))));
  if (inspection.record) out.Line(RecordLine(inspection));
  out.Line("");
  PrintColumns(inspection, out);
  if (inspection.warnings.empty()) return;
  out.Line("");
  for (const std::string& warning : inspection.warnings) out.Line("- " + warning);
}

Json ColumnJson(const ingest::InspectedColumn& column) {
  const ColumnProfile& profile = column.profile;
  Json json = {{"name", column.name},
               {"type", TypeText(profile)},
               {"written_as", WrittenAs(profile)},
               {"field", column.field.empty() ? Json() : Json(column.field)},
               {"nulls", profile.nulls},
               {"distinct", profile.distinct},
               {"distinct_exact", profile.distinct_exact},
               {"min", profile.distinct ? Json(profile.min) : Json()},
               {"max", profile.distinct ? Json(profile.max) : Json()},
               {"longest", profile.longest}};
  if (!profile.histogram.empty()) {
    json["histogram"] = profile.histogram;
  } else {
    Json top = Json::array();
    for (const auto& [value, count] : profile.top) top.push_back({{"value", value}, {"count", count}});
    json["top"] = std::move(top);
    json["top_exact"] = profile.top_exact;
  }
  return json;
}

void PrintJson(const ingest::Inspection& inspection, Progress& out) {
  const auto& text = inspection.text;
  Json json = {{"file", inspection.path}, {"bytes", inspection.bytes}, {"format", inspection.format}};
  if (text.kind != ingest::SourceKind::kParquet) {
    json["encoding"] = record::EncodingName(text.encoding);
    json["byte_order_mark"] = text.mark_bytes > 0;
    json["line_end"] = inspection.line_end;
  }
  if (text.kind == ingest::SourceKind::kCsv) {
    json["delimiter"] = text.blank_runs ? " " : std::string(1, text.dialect.delimiter);
    json["header"] = text.dialect.header;
    json["header_reason"] = inspection.header_reason;
  }
  json["rows"] = inspection.rows;
  json["duplicate_rows"] = inspection.duplicate_rows;
  json["duplicate_rows_exact"] = inspection.duplicates_exact;
  json["record"] = inspection.record ? Json(inspection.record->name) : Json();
  json["columns"] = Json::array();
  for (const auto& column : inspection.columns) json["columns"].push_back(ColumnJson(column));
  json["warnings"] = inspection.warnings;
  out.Line(json.dump(2, ' ', false, Json::error_handler_t::replace));
}

void PrintCsv(const ingest::Inspection& inspection, Progress& out) {
  ListBuilder list({{"column", "VARCHAR"},
                    {"type", "VARCHAR"},
                    {"written_as", "VARCHAR"},
                    {"field", "VARCHAR"},
                    {"nulls", "BIGINT"},
                    {"distinct", "BIGINT"},
                    {"distinct_exact", "BOOLEAN"},
                    {"min", "VARCHAR"},
                    {"max", "VARCHAR"}});
  for (const auto& column : inspection.columns) {
    const ColumnProfile& profile = column.profile;
    list.Row({column.name, TypeText(profile), WrittenAs(profile), column.field,
              static_cast<int64_t>(profile.nulls), static_cast<int64_t>(profile.distinct),
              profile.distinct_exact, profile.min, profile.max});
  }
  PrintTable(out, list.table(), OutputFormat::kCsv);
}

}  // namespace

std::string TypeText(const ColumnProfile& profile) {
  switch (profile.reading.type) {
    case FieldType::kText: return profile.distinct ? "text" : "empty";
    case FieldType::kInt: return "int";
    case FieldType::kDecimal:
      if (profile.exponent) return "decimal";
      return fmt::format("decimal({},{})", std::max(profile.whole_digits, 1) + profile.scale, profile.scale);
    case FieldType::kTimestamp: return profile.has_clock ? "time" : "date";
    case FieldType::kBool: return "bool";
  }
  return "";
}

Result<ingest::Inspection> InspectFile(const std::string& path, ingest::InspectOptions options,
                                       const Settings& settings, Progress& progress) {
  options.database = [&settings]() -> Result<std::shared_ptr<sql::Database>> {
    sql::DatabaseOptions database;
    database.memory_bytes = settings.Bytes("sql.memory");
    return sql::Database::Open(database);
  };
  return ingest::InspectFile(path, options, progress);
}

void PrintInspection(const ingest::Inspection& inspection, OutputFormat format, Progress& out) {
  switch (format) {
    case OutputFormat::kTable: return PrintReport(inspection, out);
    case OutputFormat::kCsv: return PrintCsv(inspection, out);
    case OutputFormat::kJson: return PrintJson(inspection, out);
  }
}

}  // namespace souk::app
