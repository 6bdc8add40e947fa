// A record of a topic.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace souk::kafka {

struct TopicPartition {
  std::string topic;
  int32_t partition = -1;
  auto operator<=>(const TopicPartition&) const = default;
};

struct Message {
  std::string topic;
  int32_t partition = -1;  // to send: -1 = chosen by the key's hash (or at random without one)
  int64_t offset = -1;
  int64_t timestamp_ms = -1;  // since 1970-01-01 UTC; to send: -1 = now
  std::optional<std::string> key;
  std::optional<std::string> value;  // nullopt: a tombstone
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

// A record as it lies in the client's memory: good as long as Consumer::PollEach says. No key and no headers.
struct MessageView {
  std::string_view topic;
  int32_t partition = -1;
  int64_t offset = -1;
  int64_t timestamp_ms = -1;
  std::optional<std::string_view> value;
};

// Where a record is now, or why it is not there.
struct Delivered {
  TopicPartition where;
  int64_t offset = -1;
};
using DeliveryReport = std::function<void(const Result<Delivered>&)>;

// "orders-0@17"
std::string Place(const TopicPartition& where, int64_t offset);

}  // namespace souk::kafka
