// CSV (RFC 4180 with "\n", header line, nothing for null) and JSON lines (every key on every line, null for
// null).
#pragma once

#include <memory>
#include <vector>

#include "generate/row_writer.h"

namespace souk::generate {

std::unique_ptr<RowWriter> MakeCsvWriter(std::vector<Column> columns);
std::unique_ptr<RowWriter> MakeJsonWriter(std::vector<Column> columns);

}  // namespace souk::generate
