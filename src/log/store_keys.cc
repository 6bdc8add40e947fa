#include "log/store_keys.h"

#include <algorithm>
#include <charconv>

#include "log/big_endian.h"

namespace souk::log {
std::string UuidText(const Uuid& id) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  uint32_t bits = 0;
  int count = 0;
  for (uint8_t byte : id) {
    bits = (bits << 8) | byte;
    count += 8;
    for (; count >= 6; count -= 6) text += kDigits[(bits >> (count - 6)) & 63];
  }
  text += kDigits[(bits << (6 - count)) & 63];
  return text;
}

std::string TopicKey(std::string_view name) { return fmt::format("{}{}", kTopicPrefix, name); }

std::string CheckKey(const Uuid& id, int32_t partition) {
  return fmt::format("{}{}/{}", kCheckPrefix, UuidText(id), partition);
}

std::string OffsetsPrefix(std::string_view group) {
  std::string key(kOffsetPrefix);
  key += group;
  key += '\0';
  return key;
}

std::string OffsetKey(std::string_view group, const TopicPartition& where) {
  std::string key = OffsetsPrefix(group);
  key += where.topic;
  key += '\0';
  key += std::to_string(where.partition);
  return key;
}

std::string GroupKey(std::string_view group) { return fmt::format("{}{}", kGroupPrefix, group); }

std::optional<OffsetKeyParts> ParseOffsetKey(std::string_view key) {
  if (!key.starts_with(kOffsetPrefix)) return std::nullopt;
  key.remove_prefix(kOffsetPrefix.size());
  // Names of topics have no zero byte; those of groups may have anything.
  size_t second = key.rfind('\0');
  if (second == std::string_view::npos || second == 0) return std::nullopt;
  size_t first = key.rfind('\0', second - 1);
  if (first == std::string_view::npos) return std::nullopt;
  OffsetKeyParts parts;
  parts.group = key.substr(0, first);
  parts.where.topic = key.substr(first + 1, second - first - 1);
  std::string_view number = key.substr(second + 1);
  auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), parts.where.partition);
  if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
  return parts;
}

std::string EncodeTopic(const TopicState& topic) {
  std::string value(topic.id.begin(), topic.id.end());
  AppendBig(value, topic.partitions);
  AppendBig(value, static_cast<uint32_t>(topic.configs.size()));
  for (const auto& [name, setting] : topic.configs) {
    AppendText(value, name);
    AppendText(value, setting);
  }
  return value;
}

std::optional<TopicState> DecodeTopic(std::string_view value) {
  if (value.size() < 24) return std::nullopt;
  TopicState topic;
  std::copy_n(value.begin(), topic.id.size(), topic.id.begin());
  topic.partitions = LoadBig<int32_t>(value.data() + 16);
  uint32_t count = LoadBig<uint32_t>(value.data() + 20);
  value.remove_prefix(24);
  for (uint32_t i = 0; i < count; ++i) {
    std::string name;
    std::string setting;
    if (!TakeText(value, name) || !TakeText(value, setting)) return std::nullopt;
    topic.configs.emplace(std::move(name), std::move(setting));
  }
  return topic;
}

std::string EncodeCheckpoint(const Checkpoint& checkpoint) {
  std::string value;
  AppendBig(value, checkpoint.start_offset);
  AppendBig(value, checkpoint.recovery_point);
  AppendBig(value, checkpoint.clean_end);
  return value;
}

std::optional<Checkpoint> DecodeCheckpoint(std::string_view value) {
  if (value.size() != 24) return std::nullopt;
  return Checkpoint{LoadBig<int64_t>(value.data()), LoadBig<int64_t>(value.data() + 8),
                    LoadBig<int64_t>(value.data() + 16)};
}

std::string EncodeOffset(const CommittedOffset& offset) {
  std::string value;
  AppendBig(value, offset.offset);
  AppendBig(value, offset.leader_epoch);
  AppendBig(value, offset.commit_time);
  return value + offset.metadata;
}

std::optional<CommittedOffset> DecodeOffset(std::string_view value) {
  if (value.size() < 20) return std::nullopt;
  CommittedOffset offset;
  offset.offset = LoadBig<int64_t>(value.data());
  offset.leader_epoch = LoadBig<int32_t>(value.data() + 8);
  offset.commit_time = LoadBig<int64_t>(value.data() + 12);
  offset.metadata = value.substr(20);
  return offset;
}

}  // namespace souk::log
