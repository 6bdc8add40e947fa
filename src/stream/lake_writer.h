// From topics to the raw zone of the lake, each record exactly once: what can be read into files of its hour,
// the rest into quarantine.
//
// Exactly once: how far a topic is stands in the log of the raw zone, in the commit that adds its records'
// files. Whatever a crash left without commit is removed or written again at the next start.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "kafka/client_settings.h"
#include "lake/quarantine.h"
#include "lake/raw_zone.h"

namespace souk::stream {

struct LakeTopic {
  std::string topic;
  std::string record;  // "transactions"
};

struct LakeWriterOptions {
  std::vector<LakeTopic> topics;
  std::string quarantine_topic = "ecommerce-quarantine";
  std::string time_zone = "UTC";  // the shop's: of the hours, and of times without an offset
  std::string currency = "EUR";
  std::string scratch;                           // a directory of the local disk, of the store's file system
  Micros interval = 60 * kMicrosPerSecond;       // records are in the lake after so long at the latest …
  uint64_t bytes = 64 << 20;                     // … or when there are so many bytes of them
  Micros merge_after = 7200 * kMicrosPerSecond;  // files of an hour become one when it is over for so long
  Micros vacuum_after = kMicrosPerDay;           // files that were merged are kept for so long
  bool until_end = false;                        // end when everything that is there is in the lake
};

// Since the start, but for lag and last_commit.
struct LakeTopicStatus {
  std::string topic, record;
  uint64_t records = 0, bytes = 0, files = 0;  // committed
  uint64_t refused = 0;
  uint64_t held_bytes = 0;  // in memory, of records that wait for the commit
  int64_t lag = 0;          // records of the topic that are not in the lake yet
  Micros last_commit = 0;   // 0 = none yet
  std::string error;        // why it does not go on now; "" = it does
};

class TopicIntoLake;

class LakeWriter {
 public:
  // The clients, the store and the clock must outlive it.
  static Result<std::unique_ptr<LakeWriter>> Open(const LakeWriterOptions& options,
                                                  const kafka::ClientSettings& clients,
                                                  std::shared_ptr<lake::FileStore> store, const Clock& clock);
  ~LakeWriter();
  LakeWriter(const LakeWriter&) = delete;

  // Works on the calling thread until `stop`, then puts what it has into the lake. A broker or a store that
  // does not answer is tried again, and status() says so; what fails for good is returned. When `stop` comes
  // while something fails, what is not in the lake is read again at the next start.
  Status Run(const std::atomic<bool>& stop);
  // Any thread.
  std::vector<LakeTopicStatus> status() const;

 private:
  LakeWriter(const LakeWriterOptions& options, const kafka::ClientSettings& clients,
             std::shared_ptr<lake::FileStore> store, const Clock& clock);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace souk::stream
