#include "warehouse/raw_field.h"

#include <algorithm>

#include "sql/database.h"

namespace souk::warehouse {
namespace {

using lake::RawFormat;
using record::Field;
using record::FieldType;
using sql::QuoteLiteral;

std::string Lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

std::string Null(const Field& field) { return fmt::format("CAST(NULL AS {})", record::DuckdbType(field)); }

// Text that means something: not empty, not one of the source's words for nothing. The CSV reader has sorted
// those out.
std::string Present(const std::string& column, const RawFormat& format) {
  if (format.kind == "csv") return column;
  if (format.null_texts.empty()) return fmt::format("nullif({}, '')", column);
  std::string sql = fmt::format("CASE {} WHEN '' THEN NULL", column);
  for (const std::string& text : format.null_texts)
    sql += fmt::format(" WHEN {} THEN NULL", QuoteLiteral(text));
  return sql + fmt::format(" ELSE {} END", column);
}

// Hardly any text has blanks around it or is a word for nothing, and a look at its ends and its length tells
// that much cheaper than the rules themselves. No text that is empty or begins with a blank comes after '!'.
std::string ByRules(const std::string& column, const RawFormat& format, const std::string& suspect,
                    const std::string& macro) {
  std::string blank = fmt::format("{0} LIKE ' %' OR {0} LIKE '% '{1}", column, suspect);
  std::string rules =
      fmt::format("CASE WHEN {} THEN {}({}) ELSE {} END", blank, macro, column, Present(column, format));
  if (format.kind == "csv") return rules;
  size_t longest = 0;
  for (const std::string& text : format.null_texts) longest = std::max(longest, text.size());
  return fmt::format("CASE WHEN strlen({0}) <= {1} OR {0} < '!' OR {0} LIKE '% '{2} THEN {3} ELSE {0} END",
                     column, longest, suspect, rules);
}

std::string PlainText(const std::string& column, const RawFormat& format) {
  return ByRules(column, format, "", "clean_text");
}

std::string Id(const std::string& column, const RawFormat& format) {
  return ByRules(column, format, fmt::format(" OR contains({}, '.0')", column), "id_text");
}

std::string Text(const Field& field, const RawFormat& format, const std::string& column,
                 const std::string& type) {
  std::string text = type == "VARCHAR" ? column : fmt::format("CAST({} AS VARCHAR)", column);
  return field.id ? Id(text, format) : PlainText(text, format);
}

std::string Number(const Field& field, const RawFormat& format, const std::string& column,
                   const std::string& type) {
  std::string wanted = record::DuckdbType(field);
  if (type == wanted) return column;
  if (type != "VARCHAR") return fmt::format("TRY_CAST({} AS {})", column, wanted);
  auto own = format.decimal_separators.find(field.name);
  bool grouped = own != format.decimal_separators.end();
  bool comma = (grouped ? own->second : format.decimal_separator) == ",";
  std::string text = column;
  if (grouped) text = fmt::format("replace({}, {}, '')", text, comma ? "'.'" : "','");
  if (comma) text = fmt::format("replace({}, ',', '.')", text);
  return fmt::format("TRY_CAST({} AS {})", text, wanted);
}

// The moment at which the clocks of the file's zone showed `local`.
std::string FromZone(const std::string& local, const RawFormat& format) {
  // A cast would ask the calendar of the session's time zone, which is UTC, for every row.
  if (format.time_zone.empty() || format.time_zone == "UTC") {
    return fmt::format("make_timestamptz(epoch_us({}))", local);
  }
  return fmt::format("timezone({}, {})", QuoteLiteral(format.time_zone), local);
}

std::string Epoch(const std::string& column, int64_t micros) {
  return fmt::format("make_timestamptz(CAST(TRY_CAST({} AS DECIMAL(24, 6)) * {} AS BIGINT))", column, micros);
}

std::string Time(const Field& field, const RawFormat& format, const std::string& column,
                 const std::string& type) {
  if (type == "TIMESTAMP WITH TIME ZONE") return column;
  if (type.starts_with("TIMESTAMP") || type == "DATE") {
    return FromZone(fmt::format("CAST({} AS TIMESTAMP)", column), format);
  }
  auto found = format.time_formats.find(field.name);
  std::string how = found == format.time_formats.end() ? "" : found->second;
  if (how == "epoch_s") return Epoch(column, kMicrosPerSecond);
  if (how == "epoch_ms") return Epoch(column, 1000);
  if (how == "epoch_us") return Epoch(column, 1);
  const auto& zoned_times = format.zoned_times;
  bool zoned = std::find(zoned_times.begin(), zoned_times.end(), field.name) != zoned_times.end();
  if (!how.empty()) {
    std::string parsed =
        fmt::format("try_strptime(trim(CAST({} AS VARCHAR)), {})", column, QuoteLiteral(how));
    return zoned ? fmt::format("CAST({} AS TIMESTAMPTZ)", parsed) : FromZone(parsed, format);
  }
  std::string parsed = fmt::format("coalesce(TRY_CAST({0} AS {1}), TRY_CAST(trim({0}) AS {1}))", column,
                                   zoned ? "TIMESTAMPTZ" : "TIMESTAMP");
  return zoned ? parsed : FromZone(parsed, format);
}

}  // namespace

// A chain of comparisons is faster here than IN, which DuckDB turns into a join.
std::string RawWord(const Field& field, const std::string& column) {
  std::string exact, folded;
  for (const std::string& word : field.accepted) {
    exact += fmt::format("{}{} = {}", exact.empty() ? "" : " OR ", column, QuoteLiteral(word));
    folded += fmt::format(" WHEN {} THEN {}", QuoteLiteral(Lower(word)), QuoteLiteral(word));
  }
  for (const auto& [other, word] : field.synonyms) {
    folded += fmt::format(" WHEN {} THEN {}", QuoteLiteral(Lower(other)), QuoteLiteral(word));
  }
  return fmt::format("CASE WHEN {1} THEN {0} ELSE CASE lower({0}){2} ELSE {0} END END", column, exact,
                     folded);
}

std::string RawField(const Field& field, const RawFormat& format, const SourceTypes& types) {
  auto mapped = format.mapping.find(field.name);
  if (mapped == format.mapping.end()) return Null(field);
  auto type = types.find(mapped->second);
  if (type == types.end()) return Null(field);
  std::string column = sql::QuoteName(mapped->second);
  switch (field.type) {
    case FieldType::kText: return Text(field, format, column, type->second);
    case FieldType::kInt:
    case FieldType::kDecimal: return Number(field, format, column, type->second);
    case FieldType::kTimestamp: return Time(field, format, column, type->second);
    case FieldType::kBool: return type->second == "BOOLEAN" ? column : fmt::format("to_bool({})", column);
  }
  return Null(field);
}

}  // namespace souk::warehouse
