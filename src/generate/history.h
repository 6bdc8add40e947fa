// The shop simulator, historical half: users, products, transactions and clickstream of a statistically
// plausible shop, written as files in the layout that `souk ingest` knows, with truth.json: the exact figures
// a correct platform reports.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/progress.h"
#include "base/result.h"

namespace souk::generate {

enum class FileFormat { kCsv, kJson, kParquet };
// How much is wrong with the transactions and the clickstream, on purpose; see dirt.h.
enum class DirtLevel { kNone, kUsual, kHeavy };
const char* DirtName(DirtLevel level);  // "none", "usual", "heavy"

struct HistoryOptions {
  std::string directory;  // made when missing; must be empty or hold an earlier shop (then `overwrite`)
  bool overwrite = false;
  bool resume = false;  // go on with a shop that was begun there with the same options
  std::string samples;  // a directory for samples of 1000 rows of each record, outside `directory`; "" = none
  uint64_t seed = 1;
  uint64_t users = 100'000;
  uint64_t products = 10'000;
  uint64_t transactions = 500'000;
  uint64_t events = 1'000'000;  // of the clickstream: none, or as many as transactions at least
  Day first_day = {2024, 11, 21};
  Day last_day = {2025, 11, 20};            // inclusive
  std::string time_zone = "Europe/Berlin";  // the shop's; decides the rhythm of its days
  std::string currency = "EUR";
  // Defaults of A20–A25: users and products CSV, transactions Parquet, clickstream JSON lines.
  FileFormat entities_format = FileFormat::kCsv;
  FileFormat transactions_format = FileFormat::kParquet;
  FileFormat clickstream_format = FileFormat::kJson;
  DirtLevel dirt = DirtLevel::kNone;
  int threads = 2;  // changes the speed only, never a byte
};

struct HistorySummary {
  uint64_t users = 0, products = 0, transactions = 0, events = 0, files = 0, bytes = 0;
  uint64_t changes = 0;  // later versions of users and products
};

// Writes <directory>/{users/users.csv, products/products.csv, {users,products}/changes/YYYY/MM/DD/*,
// transactions/YYYY/MM/DD/*, clickstream/YYYY/MM/DD/*, truth.json}. Same options (threads aside) = same
// bytes. Memory is bounded whatever the sizes.
// After an error or a stop, the files that are complete stay, and so does a hidden file with the options; a
// later call with `resume` makes the rest, with the same bytes as if nothing had happened.
Result<HistorySummary> GenerateHistory(const HistoryOptions& options, Progress& progress);

}  // namespace souk::generate
