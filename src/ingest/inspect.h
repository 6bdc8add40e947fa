// A look at a file before it is ingested: what it is, what its columns hold, which record it most likely is,
// and what a person should know or mend first.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/result.h"
#include "ingest/row_source.h"
#include "ingest/text_profile.h"
#include "record/column_profile.h"
#include "record/mapping.h"
#include "sql/database.h"

namespace souk::ingest {

struct InspectOptions {
  std::string delimiter;  // "" = detect
  std::string encoding;   // "" = detect
  int threads = 2;
  // Opens a database in memory; called for Parquet files only.
  std::function<Result<std::shared_ptr<sql::Database>>()> database;
};

struct InspectedColumn {
  std::string name;
  std::string field;  // of the record the file most likely is; "" = none takes it
  record::ColumnProfile profile;
  record::SourceColumn sample;
};

struct Inspection {
  std::string path;
  uint64_t bytes = 0;
  TextProfile text;           // kind; the rest for text files
  std::string format;         // "CSV, comma, UTF-8, header"
  std::string header_reason;  // CSV
  std::string line_end;       // text: "\\n", "\\r\\n, some \\n"
  LineFacts facts;            // text
  uint64_t rows = 0;
  uint64_t duplicate_rows = 0;  // equal to an earlier row in every byte
  bool duplicates_exact = true;
  std::vector<InspectedColumn> columns;
  std::vector<std::string> nested;         // Parquet: columns of lists or objects, which are not looked at
  const record::Schema* record = nullptr;  // nullptr = none fits
  record::Mapping mapping;                 // when there is a record
  std::vector<std::string> warnings;       // plain sentences a person can act on
};

// Reads the file once; once more when the sample misled about a column. Memory is bounded whatever the file's
// size: some ten megabytes, and up to 16 bytes for each of kDistinctBudget values. A pipe is read once.
Result<Inspection> InspectFile(const std::string& path, const InspectOptions& options, Progress& progress);

// The warnings that follow from what was found.
std::vector<std::string> WarningsOf(const Inspection& inspection);

// Values that are remembered to tell how many differ, over all columns; and rows, to find duplicates.
constexpr size_t kDistinctBudget = 1 << 23;
constexpr size_t kDistinctBound = 1 << 19;  // of one column
constexpr size_t kRowBound = 1 << 20;
constexpr size_t kMaxColumns = 10'000;

}  // namespace souk::ingest
