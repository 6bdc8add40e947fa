// A file of records, told to a topic line by line, as if they happened now.
#pragma once

#include <cstdint>
#include <string>

#include "base/progress.h"
#include "base/result.h"
#include "generate/deliveries.h"
#include "kafka/producer.h"

namespace souk::generate {

struct ReplayOptions {
  std::string
      path;  // JSON lines (.json, .jsonl, .ndjson), sent as they are; else CSV, each line as a JSON object
  std::string topic = "ecommerce-transactions";
  double every_s = 3;    // seconds between two records; 0 = without a pause
  uint64_t records = 0;  // end after so many; 0 = at the end of the file
  std::string key;       // the field that becomes the record's key; "" = none
};

// Record n goes to partition n mod partitions, or where its key belongs when there is one. CSV is read as
// DuckDB reads it: delimiter, quotes and header are found; every value stays text; nothing (an empty field)
// is null. When `progress` is cancelled it ends in order. kNotFound: no such file or topic.
Result<DeliverySummary> RunReplay(const ReplayOptions& options, int32_t partitions, kafka::Producer& producer,
                                  Progress& progress);

}  // namespace souk::generate
