// CSV (RFC 4180 with "\n", header line, nothing for null) and JSON lines (every key on every line, null for
// null).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "generate/row_writer.h"

namespace souk::generate {

std::unique_ptr<RowWriter> MakeCsvWriter(std::vector<Column> columns);
std::unique_ptr<RowWriter> MakeJsonWriter(std::vector<Column> columns);

// One JSON object at a time, in memory.
class JsonText {
 public:
  explicit JsonText(std::vector<Column> columns);
  ~JsonText();
  RowWriter& row() { return *writer_; }
  // The row that was ended last, without line end.
  std::string Take();

 private:
  std::string text_;
  std::unique_ptr<RowWriter> writer_;
};

}  // namespace souk::generate
