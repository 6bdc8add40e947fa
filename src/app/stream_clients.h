// Clients of the stream as the settings say: the embedded broker of the running `souk up`, or a Kafka by URL.
#pragma once

#include <optional>
#include <string>

#include "base/options.h"
#include "base/progress.h"
#include "kafka/admin.h"
#include "kafka/client_settings.h"

namespace souk::app {

// kafka.url decides where the stream is; the files of kafka.properties say the rest, and where it is when
// kafka.url was not set. Their notes go to the log. kUnavailable: the embedded broker does not run.
Result<kafka::ClientSettings> StreamSettings(const Settings& settings);
Result<std::unique_ptr<kafka::Admin>> OpenStreamAdmin(const Settings& settings);

struct StreamCheck {
  std::string name;  // "kafka://h1:9092,h2:9092"
  Status status;
};
// Whether a Kafka somewhere else lists its topics; nothing when the stream is the embedded broker.
std::optional<StreamCheck> CheckRemoteStream(const Settings& settings);

// "2025-11-28", "2025-11-28T12:04:30Z" (fraction and seconds may be missing) in ms since 1970-01-01 UTC.
Result<int64_t> ParseTimeMs(std::string_view text);
// A place in every partition of a topic.
struct StreamPosition {
  enum class Kind { kBeginning, kEnd, kOffset, kTime };
  Kind kind = Kind::kBeginning;
  int64_t value = 0;  // the offset, or ms since 1970-01-01 UTC

  // The offset in a partition that holds `range`; not for a time, which only the broker can look up.
  int64_t Within(const kafka::Range& range) const;
};
// "beginning", "end", an offset, or a time as ParseTimeMs takes it.
Result<StreamPosition> ParsePosition(std::string_view text);
// "2025-11-28T12:04:30.123Z"; "" for a negative time.
std::string FormatTimeMs(int64_t time_ms);

}  // namespace souk::app
