// What there is in the stream: topics with their rate and lag, and the groups that read them.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "serve/stream_access.h"

namespace souk::serve {

struct GroupLag {
  std::string group;
  int64_t lag = 0;  // records of the topic that it has not committed
};

struct TopicRow {
  std::string name;
  int32_t partitions = 0;
  int64_t records = 0;            // that are kept
  std::optional<double> rate;     // records per second over the last seconds; nothing at the first look
  std::optional<uint64_t> bytes;  // on disk; only the embedded broker tells
  std::vector<GroupLag> groups;   // that have offsets in it
};

struct GroupRow {
  std::string name;
  std::string state;  // "Stable", "Empty", …
  int32_t members = 0;
  int64_t lag = 0;
};

struct StreamOverview {
  Micros at = 0;
  std::vector<TopicRow> topics;  // by name
  std::vector<GroupRow> groups;  // by name
};

struct TopicDetail {
  struct Partition {
    kafka::PartitionInfo info;
    kafka::Range range;
    std::optional<uint64_t> bytes;
  };
  TopicRow row;
  std::vector<Partition> partitions;
  std::vector<kafka::TopicSetting> settings;
};

struct GroupDetail {
  struct Partition {
    kafka::TopicPartition where;
    std::optional<int64_t> committed;
    std::optional<int64_t> end;  // nothing: the topic is gone
    std::string member, client, host;
  };
  kafka::GroupInfo info;
  std::vector<Partition> partitions;
};

// Records per second of topics, from how far they had come when somebody looked.
class RateBook {
 public:
  // `ends`: topic → sum of its partitions' end offsets.
  void Add(Micros at, std::map<std::string, int64_t> ends);
  // Between the last look and the oldest one of the ten seconds before; nothing where there is none, or when
  // the topic was made anew meanwhile.
  std::optional<double> RateOf(const std::string& topic) const;

 private:
  struct Look {
    Micros at;
    std::map<std::string, int64_t> ends;
  };
  std::deque<Look> looks_;
};

// Sizes on disk by topic and partition.
using TopicBytes = std::map<kafka::TopicPartition, uint64_t>;

// Threads: any. What was found is told again for a second, however many pages ask.
class TopicWatch {
 public:
  // `bytes` gives nothing when the stream is not the embedded broker. All outlive the watch.
  TopicWatch(StreamAccess& access, const Clock& clock, std::function<std::optional<TopicBytes>()> bytes)
      : access_(access), clock_(clock), bytes_(std::move(bytes)) {}

  Result<StreamOverview> Overview();
  Result<TopicDetail> Topic(const std::string& name);  // kNotFound
  Result<GroupDetail> Group(const std::string& name);  // kNotFound

 private:
  Result<StreamOverview> Look();

  StreamAccess& access_;
  const Clock& clock_;
  std::function<std::optional<TopicBytes>()> bytes_;
  std::mutex mutex_;  // guards what follows
  RateBook rates_;
  std::optional<StreamOverview> last_;
};

}  // namespace souk::serve
