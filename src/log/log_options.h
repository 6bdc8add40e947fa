// How a partition is kept, and the topic configuration it comes from, in Kafka's names.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace souk::log {

// What an acknowledged record has outlived (docs/format/log.md, "What is lost").
enum class FlushMode {
  kOs,        // a killed process; the operating system writes when it likes
  kInterval,  // the same, and a power failure for all but the last flush_interval_ms
  kEach,      // a power failure
};
Result<FlushMode> ParseFlushMode(std::string_view text);  // "os", "interval", "each"
const char* FlushModeName(FlushMode mode);

struct LogOptions {
  int64_t segment_bytes = 1 << 30;
  int64_t segment_ms = 604'800'000;    // a segment is closed at the latest after this time
  int64_t retention_ms = 604'800'000;  // 168 h; -1: for ever
  int64_t retention_bytes = -1;        // of a partition; -1: any size
  int64_t index_interval_bytes = 4096;
  int64_t max_batch_bytes = 1'048'588;
  bool cleanup_delete = true;
  bool cleanup_compact = false;
  int64_t delete_retention_ms = 86'400'000;  // tombstones stay that long after their compaction
  int64_t min_compaction_lag_ms = 0;
  double min_cleanable_dirty_ratio = 0.5;
  bool log_append_time = false;
  FlushMode flush = FlushMode::kInterval;
  int64_t flush_interval_ms = 1000;
  int64_t producer_expiry_ms = 86'400'000;
};

// One key that a topic's configuration may have.
struct TopicConfigKey {
  enum class Type { kLong, kInt, kDouble, kString, kList, kBoolean };
  std::string_view name;
  Type type = Type::kLong;
  std::string_view documentation;
};

using TopicConfigs = std::map<std::string, std::string, std::less<>>;

const std::vector<TopicConfigKey>& TopicConfigKeys();
// `overrides` applied to `defaults`. kInvalid: an unknown key, or a value outside its range.
Result<LogOptions> ApplyTopicConfigs(const LogOptions& defaults, const TopicConfigs& overrides);
// The effective value of every key, in Kafka's notation.
TopicConfigs DescribeOptions(const LogOptions& options);
// 1 to 249 of a-z A-Z 0-9 . _ -, and neither "." nor "..".
Status CheckTopicName(std::string_view name);

}  // namespace souk::log
