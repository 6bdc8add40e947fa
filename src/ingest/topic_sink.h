// From topics to files of JSON lines, each record in exactly one of them.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/progress.h"
#include "base/result.h"
#include "kafka/client_settings.h"
#include "lake/file_store.h"

namespace souk::ingest {

struct TopicSinkOptions {
  std::vector<std::string> topics;
  std::string group = "souk-sink";
  std::string instance;  // static member of the group; "" = none
  std::string folder;    // of the file store
  size_t batch_records = 1000;
  std::chrono::milliseconds batch_time{10'000};
  uint64_t records = 0;    // end after so many at least; 0 = when it is stopped
  bool until_end = false;  // end when everything that is there has been written
};

struct TopicSinkSummary {
  uint64_t records = 0, files = 0, bytes = 0;
  uint64_t skipped = 0;  // records that an earlier run had written and not committed
  double seconds = 0;
  // From a record's timestamp to the moment its file was in place.
  double mean_latency_s = 0, longest_latency_s = 0;
};

// A file is written for every partition when `batch_records` have come or `batch_time` is over since the
// first of them, and is named <topic>-<partition>-<first offset>-<last offset>-<UTC time>.jsonl. The value of
// a record is one line; its line ends are turned into blanks (between two JSON tokens they mean the same), a
// record without a value is an empty line. Offsets are committed once the file is in place. What was written
// before a crash and not committed is known by the names of the files and not written again, so every record
// is in one file. Ends in order when `progress` is cancelled. Blocks; the calling thread does the work.
Result<TopicSinkSummary> RunTopicSink(const TopicSinkOptions& options, const kafka::ClientSettings& settings,
                                      lake::FileStore& store, const Clock& clock, Progress& progress);

// The offset after the last one that a file name of the form above has, or −1 when it is none of this
// partition's.
int64_t EndOfSinkFile(std::string_view name, const std::string& topic, int32_t partition);

}  // namespace souk::ingest
