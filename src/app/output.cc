#include "app/output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace souk::app {
namespace {

bool IsNumeric(const sql::Column& column) {
  static constexpr std::string_view kTypes[] = {"BIGINT",   "INTEGER", "SMALLINT", "TINYINT", "UBIGINT",
                                                "UINTEGER", "HUGEINT", "DOUBLE",   "FLOAT"};
  return column.type.starts_with("DECIMAL") ||
         std::find(std::begin(kTypes), std::end(kTypes), column.type) != std::end(kTypes);
}

// Columns a terminal shows a text in; continuation bytes of UTF-8 take none.
size_t Width(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// A cell on one line: what would break the table's lines is shown escaped.
std::string OneLine(const sql::Cell& cell) {
  if (std::holds_alternative<std::monostate>(cell)) return "–";
  std::string text;
  for (char c : sql::CellText(cell)) {
    if (c == '\n')
      text += "\\n";
    else if (c == '\t')
      text += "\\t";
    else if (static_cast<unsigned char>(c) < 0x20)
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else
      text += c;
  }
  return text;
}

std::string Padded(const std::string& text, size_t width, bool right) {
  std::string space(width - std::min(width, Width(text)), ' ');
  return right ? space + text : text + space;
}

void PrintAligned(Progress& out, const sql::Table& table) {
  std::vector<size_t> widths;
  for (const sql::Column& column : table.columns) widths.push_back(Width(column.name));
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : table.rows) {
    auto& texts = rows.emplace_back();
    for (size_t c = 0; c < row.size(); ++c) {
      texts.push_back(OneLine(row[c]));
      widths[c] = std::max(widths[c], Width(texts.back()));
    }
  }
  auto print = [&](auto text_of) {
    std::string line;
    for (size_t c = 0; c < table.columns.size(); ++c) {
      bool right = IsNumeric(table.columns[c]);
      line += (c > 0 ? "  " : "") + Padded(text_of(c), widths[c], right);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out.Line(line);
  };
  print([&](size_t c) { return table.columns[c].name; });
  std::string rule;
  for (size_t c = 0; c < widths.size(); ++c) {
    if (c > 0) rule += "  ";
    for (size_t i = 0; i < widths[c]; ++i) rule += "─";
  }
  out.Line(rule);
  for (const auto& row : rows) print([&](size_t c) { return row[c]; });
}

std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

void PrintCsv(Progress& out, const sql::Table& table) {
  std::string line;
  for (size_t c = 0; c < table.columns.size(); ++c)
    line += (c > 0 ? "," : "") + CsvField(table.columns[c].name);
  out.Line(line);
  for (const auto& row : table.rows) {
    line.clear();
    for (size_t c = 0; c < row.size(); ++c) line += (c > 0 ? "," : "") + CsvField(sql::CellText(row[c]));
    out.Line(line);
  }
}

std::string JsonText(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string JsonCell(const sql::Cell& cell, const sql::Column& column) {
  if (std::holds_alternative<std::monostate>(cell)) return "null";
  if (const double* real = std::get_if<double>(&cell); real != nullptr && !std::isfinite(*real))
    return "null";
  bool quoted = std::holds_alternative<std::string>(cell) && !IsNumeric(column);
  return quoted ? JsonText(sql::CellText(cell)) : sql::CellText(cell);
}

void PrintJson(Progress& out, const sql::Table& table) {
  out.Line("[");
  for (size_t r = 0; r < table.rows.size(); ++r) {
    std::string line = "  {";
    for (size_t c = 0; c < table.columns.size(); ++c) {
      line += fmt::format("{}{}: {}", c > 0 ? ", " : "", JsonText(table.columns[c].name),
                          JsonCell(table.rows[r][c], table.columns[c]));
    }
    out.Line(line + (r + 1 < table.rows.size() ? "}," : "}"));
  }
  out.Line("]");
}

}  // namespace

Result<OutputFormat> ParseOutputFormat(const std::string& text) {
  if (text == "table") return OutputFormat::kTable;
  if (text == "csv") return OutputFormat::kCsv;
  if (text == "json") return OutputFormat::kJson;
  return Fail(Code::kInvalid, "--format {}: use table, csv or json", text);
}

void PrintTable(Progress& out, const sql::Table& table, OutputFormat format) {
  switch (format) {
    case OutputFormat::kTable: return PrintAligned(out, table);
    case OutputFormat::kCsv: return PrintCsv(out, table);
    case OutputFormat::kJson: return PrintJson(out, table);
  }
}

std::string GroupDigits(uint64_t number) {
  std::string text = std::to_string(number);
  for (auto at = static_cast<ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<size_t>(at), ",");
  return text;
}

std::string Counted(uint64_t number, std::string_view singular) {
  return fmt::format("{} {}{}", GroupDigits(number), singular, number == 1 ? "" : "s");
}

std::string FormatBytes(uint64_t bytes) {
  static constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1000 && unit + 1 < std::size(kUnits)) {
    value /= 1000;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

}  // namespace souk::app
