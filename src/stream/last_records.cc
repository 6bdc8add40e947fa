#include "stream/last_records.h"

#include <fmt/format.h>

#include <utility>

#include "stream/bytes.h"

namespace souk::stream {
namespace {

std::string KeyOf(const std::string& topic, int32_t partition) {
  return fmt::format("{}-{}", topic, partition);
}

}  // namespace

uint64_t LastRecords::Of(const std::string& topic, int32_t partition) const {
  auto found = partitions_.find(KeyOf(topic, partition));
  return found == partitions_.end() ? 0 : found->second.fingerprint;
}

void LastRecords::Set(const std::string& topic, int32_t partition, uint64_t fingerprint) {
  partitions_[KeyOf(topic, partition)] = {fingerprint, true};
}

void LastRecords::TakeChanges(std::vector<store::StateChange>& changes) {
  for (auto& [key, last] : partitions_) {
    if (!std::exchange(last.changed, false)) continue;
    ByteWriter value;
    value.Unsigned(last.fingerprint);
    changes.push_back({kSpace, key, value.Take()});
  }
}

Status LastRecords::Restore(std::string_view key, std::string_view value) {
  ByteReader in(value);
  partitions_[std::string(key)].fingerprint = in.Unsigned();
  if (in.ok() && in.AtEnd()) return {};
  return Fail(Code::kCorrupt, "the state of {} cannot be read", key);
}

}  // namespace souk::stream
