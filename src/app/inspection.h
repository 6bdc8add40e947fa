// `souk inspect`: the look at a file, and how it is shown.
#pragma once

#include <string>

#include "app/output.h"
#include "base/options.h"
#include "base/progress.h"
#include "ingest/inspect.h"

namespace souk::app {

// Opens DuckDB in memory where the file is Parquet.
Result<ingest::Inspection> InspectFile(const std::string& path, ingest::InspectOptions options,
                                       const Settings& settings, Progress& progress);

// A report to read, one CSV line per column, or one JSON object.
void PrintInspection(const ingest::Inspection& inspection, OutputFormat format, Progress& out);

// "int", "decimal(8,2)", "date", "time", "text", "bool".
std::string TypeText(const record::ColumnProfile& profile);

}  // namespace souk::app
