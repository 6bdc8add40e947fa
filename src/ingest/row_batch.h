// Rows of a file by column, as text: what the readers of every format hand to those who look at values.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace souk::ingest {

struct RowBatch {
  std::vector<std::vector<std::string_view>> columns;  // all as long as `lines`
  std::vector<uint64_t> lines;                         // where each row begins, from 1
  std::vector<std::string_view> rows;                  // each row whole: equal rows have equal texts

  // What the views point into.
  std::string text;
  std::deque<std::string> made;

  void Clear(size_t column_count) {
    columns.resize(column_count);
    for (auto& column : columns) column.clear();
    lines.clear();
    rows.clear();
    made.clear();
  }
};

// Lines that are not as they should be: how many, and the first of them.
struct Occurrences {
  uint64_t count = 0;
  uint64_t first_line = 0;
  void Note(uint64_t line) {
    if (count++ == 0) first_line = line;
  }
};

}  // namespace souk::ingest
