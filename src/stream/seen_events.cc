#include "stream/seen_events.h"

#include <algorithm>

#include "stream/window/window.h"

namespace souk::stream {
namespace {

constexpr Micros kMinute = 60 * kMicrosPerSecond;

// Minute and chunk, big-endian, so that entries are in order of time.
std::string KeyOf(int64_t minute, uint64_t chunk) {
  return IdBytes({static_cast<uint64_t>(minute) ^ (1ULL << 63), chunk});
}

}  // namespace

bool SeenEvents::Add(const Id& id, Micros time) {
  Minute& minute = minutes_[AlignDown(time, kMinute) / kMinute];
  if (!minute.ids.Insert(id)) return false;
  minute.fresh.push_back(id);
  return true;
}

void SeenEvents::TakeChanges(std::vector<store::StateChange>& changes) {
  for (auto& [number, minute] : minutes_) {
    if (minute.fresh.empty()) continue;
    std::string value;
    value.reserve(minute.fresh.size() * 16);
    for (const Id& id : minute.fresh) value += IdBytes(id);
    changes.push_back({kSpace, KeyOf(number, minute.chunks++), std::move(value), true});
    minute.fresh.clear();
  }
}

void SeenEvents::Forget(Micros before, std::vector<store::StateRange>& forgotten) {
  int64_t first = AlignDown(before, kMinute) / kMinute;
  auto end = minutes_.lower_bound(first);
  if (end == minutes_.begin()) return;
  minutes_.erase(minutes_.begin(), end);
  forgotten.push_back({kSpace, KeyOf(first, 0)});
}

Status SeenEvents::Restore(std::string_view key, std::string_view value) {
  if (key.size() != 16 || value.size() % 16 != 0)
    return Fail(Code::kCorrupt, "an entry of the events that were seen has {} bytes", value.size());
  Id at = IdFromBytes(key);
  Minute& minute = minutes_[static_cast<int64_t>(at.high ^ (1ULL << 63))];
  minute.chunks = std::max(minute.chunks, at.low + 1);
  for (; !value.empty(); value.remove_prefix(16)) minute.ids.Insert(IdFromBytes(value));
  return {};
}

size_t SeenEvents::size() const {
  size_t count = 0;
  for (const auto& [number, minute] : minutes_) count += minute.ids.size();
  return count;
}

}  // namespace souk::stream
