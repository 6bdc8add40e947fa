// souk selftest crash: a platform that is killed again and again under load, and the proof that every record
// counted exactly once and is in the lake exactly once.
#pragma once

#include <cstdint>
#include <string>

#include "base/progress.h"
#include "base/result.h"

namespace souk::app {

struct CrashSelftestOptions {
  int rounds = 5;       // kills at random moments
  bool points = false;  // and one at every place between two steps of a commit, of stream and lake
  double rate = 5000;   // records per second
  std::string kafka_url = "embedded";
  // Where the platform keeps its data, and the records that were sent; must not be there. Stays.
  std::string directory;
  uint64_t seed = 1;  // of the moments
};

// Prints a line for each kill and the verdict. kCorrupt: a figure or the lake is wrong; other errors: the
// test could not be done. Blocks; stopped by `out`'s cancellation after the round.
Status RunCrashSelftest(Progress& out, const CrashSelftestOptions& options);

}  // namespace souk::app
