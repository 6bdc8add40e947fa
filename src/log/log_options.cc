#include "log/log_options.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace souk::log {
namespace {

constexpr int64_t kMaxInt = std::numeric_limits<int32_t>::max();
constexpr int64_t kMaxLong = std::numeric_limits<int64_t>::max();

// A setting that is a whole number, with the range that Kafka gives it.
struct Number {
  std::string_view name;
  TopicConfigKey::Type type;
  int64_t LogOptions::*member;
  int64_t least;
  int64_t most;
  std::string_view documentation;
};

using Type = TopicConfigKey::Type;

constexpr Number kNumbers[] = {
    {"segment.bytes", Type::kInt, &LogOptions::segment_bytes, 14, kMaxInt,
     "Size at which a new segment is begun."},
    {"segment.ms", Type::kLong, &LogOptions::segment_ms, 1, kMaxLong, "Age at which a new segment is begun."},
    {"retention.ms", Type::kLong, &LogOptions::retention_ms, -1, kMaxLong,
     "Age at which records are deleted; -1: never."},
    {"retention.bytes", Type::kLong, &LogOptions::retention_bytes, -1, kMaxLong,
     "Size of a partition beyond which its oldest records are deleted; -1: never."},
    {"index.interval.bytes", Type::kInt, &LogOptions::index_interval_bytes, 0, kMaxInt,
     "Bytes of log for one entry of the offset index."},
    {"max.message.bytes", Type::kInt, &LogOptions::max_batch_bytes, 0, kMaxInt,
     "Largest record batch that is taken."},
    {"delete.retention.ms", Type::kLong, &LogOptions::delete_retention_ms, 0, kMaxLong,
     "How long compaction keeps tombstones."},
    {"min.compaction.lag.ms", Type::kLong, &LogOptions::min_compaction_lag_ms, 0, kMaxLong,
     "Age before which a record is not compacted."},
    {"flush.ms", Type::kLong, &LogOptions::flush_interval_ms, 1, kMaxLong,
     "With flush=interval: time between two syncs."},
};

constexpr TopicConfigKey kOthers[] = {
    {"cleanup.policy", Type::kList, "What happens to old records: delete, compact, or both."},
    {"min.cleanable.dirty.ratio", Type::kDouble, "Share of the log that is new before it is compacted."},
    {"message.timestamp.type", Type::kString, "Whose time a record has: CreateTime or LogAppendTime."},
    {"compression.type", Type::kString, "Always producer: batches are kept as they came."},
};

tl::unexpected<Error> BadValue(std::string_view name, std::string_view value, const std::string& allowed) {
  return Fail(Code::kInvalid, "{}={} is not possible; allowed: {}", name, value, allowed);
}

Status SetNumber(const Number& number, std::string_view value, LogOptions& options) {
  int64_t parsed = 0;
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
  bool whole = error == std::errc() && end == value.data() + value.size();
  if (!whole || parsed < number.least || parsed > number.most) {
    return BadValue(number.name, value,
                    fmt::format("whole numbers from {} to {}", number.least, number.most));
  }
  options.*number.member = parsed;
  return {};
}

Status SetCleanupPolicy(std::string_view value, LogOptions& options) {
  std::string_view rest = value;
  options.cleanup_delete = options.cleanup_compact = false;
  while (true) {
    size_t comma = rest.find(',');
    std::string_view word = rest.substr(0, comma);
    word.remove_prefix(std::min(word.find_first_not_of(' '), word.size()));
    word = word.substr(0, word.find_last_not_of(' ') + 1);
    if (word == "delete") {
      options.cleanup_delete = true;
    } else if (word == "compact") {
      options.cleanup_compact = true;
    } else {
      return BadValue("cleanup.policy", value, "delete, compact, or both with a comma");
    }
    if (comma == std::string_view::npos) return {};
    rest.remove_prefix(comma + 1);
  }
}

Status SetRatio(std::string_view value, LogOptions& options) {
  double parsed = 0;
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
  if (error != std::errc() || end != value.data() + value.size() || !(parsed >= 0 && parsed <= 1)) {
    return BadValue("min.cleanable.dirty.ratio", value, "numbers from 0 to 1");
  }
  options.min_cleanable_dirty_ratio = parsed;
  return {};
}

Status SetOne(std::string_view name, std::string_view value, LogOptions& options) {
  for (const Number& number : kNumbers) {
    if (number.name == name) return SetNumber(number, value, options);
  }
  if (name == "cleanup.policy") return SetCleanupPolicy(value, options);
  if (name == "min.cleanable.dirty.ratio") return SetRatio(value, options);
  if (name == "message.timestamp.type") {
    options.log_append_time = value == "LogAppendTime";
    if (options.log_append_time || value == "CreateTime") return {};
    return BadValue(name, value, "CreateTime, LogAppendTime");
  }
  if (name == "compression.type") {
    if (value == "producer") return {};
    return BadValue(name, value, "producer (batches are kept as they came)");
  }
  return Fail(Code::kInvalid, "{} is not a setting of topics here", name);
}

}  // namespace

Result<FlushMode> ParseFlushMode(std::string_view text) {
  for (FlushMode mode : {FlushMode::kOs, FlushMode::kInterval, FlushMode::kEach}) {
    if (text == FlushModeName(mode)) return mode;
  }
  return Fail(Code::kInvalid, "'{}' is not a way to flush; there are: os, interval, each", text);
}

const char* FlushModeName(FlushMode mode) {
  switch (mode) {
    case FlushMode::kOs: return "os";
    case FlushMode::kInterval: return "interval";
    case FlushMode::kEach: return "each";
  }
  return "unknown";
}

const std::vector<TopicConfigKey>& TopicConfigKeys() {
  static const std::vector<TopicConfigKey> keys = [] {
    std::vector<TopicConfigKey> all(std::begin(kOthers), std::end(kOthers));
    for (const Number& number : kNumbers) all.push_back({number.name, number.type, number.documentation});
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return all;
  }();
  return keys;
}

Result<LogOptions> ApplyTopicConfigs(const LogOptions& defaults, const TopicConfigs& overrides) {
  LogOptions options = defaults;
  for (const auto& [name, value] : overrides) TRY_STATUS(SetOne(name, value, options));
  return options;
}

TopicConfigs DescribeOptions(const LogOptions& options) {
  TopicConfigs all;
  for (const Number& number : kNumbers) all.emplace(number.name, std::to_string(options.*number.member));
  std::string policy = options.cleanup_compact ? "compact" : "";
  if (options.cleanup_delete) policy += policy.empty() ? "delete" : ",delete";
  all.emplace("cleanup.policy", policy);
  all.emplace("min.cleanable.dirty.ratio", fmt::format("{}", options.min_cleanable_dirty_ratio));
  all.emplace("message.timestamp.type", options.log_append_time ? "LogAppendTime" : "CreateTime");
  all.emplace("compression.type", "producer");
  return all;
}

Status CheckTopicName(std::string_view name) {
  auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  if (name.empty() || name.size() > 249 || name == "." || name == ".." ||
      !std::all_of(name.begin(), name.end(), allowed)) {
    return Fail(Code::kInvalid,
                "'{}' cannot be the name of a topic: 1 to 249 letters, digits, dots, underscores and dashes",
                name);
  }
  return {};
}

}  // namespace souk::log
