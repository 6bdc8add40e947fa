// Log files of the shop's application, as its servers would write them.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/progress.h"
#include "base/result.h"

namespace souk::generate {

struct LogOptions {
  std::string directory;  // made when missing
  uint64_t files = 10;
  uint64_t lines = 1000;  // of each file
  uint64_t seed = 1;
  Day first_day = {2025, 11,
                   20};      // the first file begins with it (UTC), each later one an hour after the last
  double error_rate = 0.02;  // share of the lines with level ERROR
  bool overwrite = false;
};

struct LogSummary {
  uint64_t files = 0, lines = 0, errors = 0, bytes = 0;
};

// Writes <directory>/app-YYYYMMDDTHHMMSSZ.log; a file has its name only when it is complete. Same options =
// same bytes. kAlreadyExists when a file of that name is there, before anything is written.
Result<LogSummary> GenerateLogs(const LogOptions& options, Progress& progress);

}  // namespace souk::generate
