// Keys and values of the store's state, as docs/format/log.md has them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "log/log_store.h"

namespace souk::log {

inline constexpr std::string_view kClusterKey = "cluster";
inline constexpr std::string_view kProducerKey = "producer";
inline constexpr std::string_view kTopicPrefix = "topic/";
inline constexpr std::string_view kCheckPrefix = "check/";
inline constexpr std::string_view kOffsetPrefix = "offset/";
inline constexpr std::string_view kGroupPrefix = "group/";

struct TopicState {
  Uuid id{};
  int32_t partitions = 0;
  TopicConfigs configs;
};

std::string TopicKey(std::string_view name);
std::string CheckKey(const Uuid& id, int32_t partition);
std::string OffsetKey(std::string_view group, const TopicPartition& where);
// The prefix of all offsets of a group.
std::string OffsetsPrefix(std::string_view group);
std::string GroupKey(std::string_view group);

// Of a key that begins with kOffsetPrefix; nullopt: it is none.
struct OffsetKeyParts {
  std::string group;
  TopicPartition where;
};
std::optional<OffsetKeyParts> ParseOffsetKey(std::string_view key);

std::string EncodeTopic(const TopicState& topic);
std::optional<TopicState> DecodeTopic(std::string_view value);
std::string EncodeCheckpoint(const Checkpoint& checkpoint);
std::optional<Checkpoint> DecodeCheckpoint(std::string_view value);
std::string EncodeOffset(const CommittedOffset& offset);
std::optional<CommittedOffset> DecodeOffset(std::string_view value);

}  // namespace souk::log
