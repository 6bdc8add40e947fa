// One file in two: the past, to be loaded, and what comes after it, to be played as if it happened now.
#pragma once

#include <cstdint>
#include <string>

#include "base/progress.h"
#include "base/result.h"

namespace souk::ingest {

struct SplitOptions {
  double historical = 0.7;  // share of the rows, more than 0 and less than 1
  std::string directory;    // made when it is not there
  std::string name;         // of the outputs: NAME_historical.csv; "" = see SplitFile
  std::string time_column;  // "" = found out
  std::string time_format;  // strptime; "" = found out
  std::string delimiter;    // of CSV; "" = detect
  bool overwrite = false;
};

struct SplitReport {
  std::string historical_path, realtime_path;
  uint64_t historical_rows = 0, realtime_rows = 0;
  std::string time_column;     // "" = split by the order of lines
  std::string time_format;     // "" = ISO 8601
  uint64_t without_time = 0;   // rows whose time is missing or cannot be read; they are historical
  std::string first_realtime;  // the earliest time of the second part
};

// Takes CSV and JSON lines. The earliest rows by time, equal ones by line, go into the first file, in the
// order of the source in both; without a time column it is the first rows. Lines keep their bytes, a header
// and a byte order mark stand in both files, blank lines stay with the line before them, and every row is in
// exactly one of them. Outputs are called transactions when the file most likely holds those, else like the
// file. They are written under other names and put in place when both are whole. Reads the file twice;
// memory: 16 bytes per row, 8 for its time and as many again while the border between the parts is found.
Result<SplitReport> SplitFile(const std::string& path, const SplitOptions& options, Progress& progress);

}  // namespace souk::ingest
