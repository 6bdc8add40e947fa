// JSON lines: one object per line, checked whole and against a record's fields.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "record/columns.h"
#include "record/record_check.h"

namespace souk::record {

// Readable bytes that must follow a line handed to JsonLines, whatever they hold.
constexpr size_t kJsonPadding = 64;

// Not thread-safe; keeps its buffers from line to line.
class JsonLines {
 public:
  // `columns` are the keys whose values the check looks at, in the order of the check's columns.
  explicit JsonLines(std::vector<std::string> columns);
  ~JsonLines();

  // False with the fault when `line` (without its line end) is no JSON object or cannot become a record.
  bool Check(std::string_view line, RecordCheck& check, Fault& fault);

  // Keys that were met and are no columns (64 of them at most), judged by their first values.
  std::vector<SourceColumn> Unknown() const;
  // Columns whose key no line had.
  std::vector<std::string> Unmet() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The columns of a sample of lines: every key at the top of an object, in order of appearance. Lines that are
// no object are passed over; `objects` counts those that are.
std::vector<SourceColumn> SampleJsonLines(const std::vector<std::string_view>& lines, size_t& objects);

}  // namespace souk::record
