// How verbs print lists: as an aligned table, as CSV (RFC 4180) or as JSON (an array of objects, decimals
// exact).
#pragma once

#include <string>
#include <vector>

#include "base/progress.h"
#include "sql/database.h"

namespace souk::app {

enum class OutputFormat { kTable, kCsv, kJson };
Result<OutputFormat> ParseOutputFormat(const std::string& text);

void PrintTable(Progress& out, const sql::Table& table, OutputFormat format);

// A table made by hand; every column is text unless `types` says otherwise.
class ListBuilder {
 public:
  explicit ListBuilder(std::vector<sql::Column> columns) { table_.columns = std::move(columns); }
  void Row(std::vector<sql::Cell> cells) { table_.rows.push_back(std::move(cells)); }
  const sql::Table& table() const { return table_; }

 private:
  sql::Table table_;
};

// "1,234,567"
std::string GroupDigits(uint64_t number);
// "1 record", "1,234 records"
std::string Counted(uint64_t number, std::string_view singular);
// "1.2 MB"
std::string FormatBytes(uint64_t bytes);

}  // namespace souk::app
