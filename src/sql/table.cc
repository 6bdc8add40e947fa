#include <fmt/format.h>

#include <cstdlib>

#include "base/log.h"
#include "sql/database.h"

namespace souk::sql {
namespace {

std::string Quote(std::string_view text, char quote) {
  std::string quoted(1, quote);
  for (char c : text) {
    if (c == quote) quoted += quote;
    quoted += c;
  }
  return quoted + quote;
}

struct ToText {
  std::string operator()(std::monostate) const { return ""; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(const std::string& value) const { return value; }
};

}  // namespace

const Cell& Table::At(size_t row, size_t column) const {
  if (row < rows.size() && column < rows[row].size()) return rows[row][column];
  Log(LogLevel::kError, "sql", "a result has not the shape that the program expects",
      {{"row", fmt::format("{}", row)}, {"column", fmt::format("{}", column)}});
  std::abort();
}

std::optional<size_t> Table::Find(std::string_view column) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == column) return i;
  }
  return std::nullopt;
}

std::string CellText(const Cell& cell) { return std::visit(ToText(), cell); }

std::string QuoteLiteral(std::string_view text) { return Quote(text, '\''); }
std::string QuoteName(std::string_view name) { return Quote(name, '"'); }

}  // namespace souk::sql
