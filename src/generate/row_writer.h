// Rows into a file of one of the formats. A table is a list of columns; a row is one value per column, in
// their order.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "generate/history.h"

namespace souk::generate {

enum class ColumnKind { kText, kChoice, kInt, kMoney, kTime, kBool };

// How a time is written where the format is text.
enum class TimeForm : uint8_t { kUtc, kOffset, kBlank, kUnreadable };

struct Column {
  std::string_view name;
  ColumnKind kind = ColumnKind::kText;
  bool nullable = false;
  int precision = 12;  // kMoney: DECIMAL(precision, scale) where the format has such a type
  int scale = 2;       // kMoney: at least 2
  std::vector<std::string> choices = {};  // kChoice: the values there are, at most 256
};

// Files one after the other; not thread-safe. A failure is told by Finish.
class RowWriter {
 public:
  virtual ~RowWriter() = default;

  // A new file, emptied when it exists. Its directory must exist.
  virtual void Begin(const std::string& path) = 0;

  // The value of the next column; the column must be of that kind.
  // Text is written as it is: no quotes, commas, backslashes or line ends. At most kMaxText bytes.
  virtual void Text(std::string_view text) = 0;
  virtual void Choice(size_t index) = 0;
  virtual void Int(int64_t value) = 0;
  virtual void Money(int64_t cents) = 0;
  virtual void Time(Micros time) = 0;
  // In another form; formats with a type for times know only one.
  virtual void TimeIn(TimeForm, Micros time) { Time(time); }
  virtual void Bool(bool value) = 0;
  virtual void Null() = 0;
  virtual void EndRow() = 0;
  // Ends a row that nobody can read: cut off or rubbish, as `draw` says. Text formats only.
  virtual void EndDamagedRow(uint64_t draw) = 0;

  // Completes the file; its size.
  virtual Result<uint64_t> Finish() = 0;

  static constexpr size_t kMaxText = 255;
};

std::unique_ptr<RowWriter> MakeRowWriter(FileFormat format, std::vector<Column> columns);
// "csv", "json", "parquet": also what the file's name ends in.
const char* FormatName(FileFormat format);

}  // namespace souk::generate
