#include "stream/visit_log.h"

#include <algorithm>

#include "stream/bytes.h"
#include "stream/window/window.h"

namespace souk::stream {
namespace {

constexpr Micros kForgetEvery = 60 * kMicrosPerSecond;

// Second and number of the entry, big-endian, so that entries are in order of time.
std::string KeyOf(int64_t second, uint64_t number) {
  return IdBytes({static_cast<uint64_t>(second) ^ (1ULL << 63), number});
}

}  // namespace

void VisitLog::Add(Micros until, const Id& id, std::string_view bytes) {
  int64_t second = until / kMicrosPerSecond;
  Second& of = seconds_[second];
  if (!of.bytes.empty() && of.bytes.size() + bytes.size() + 20 > kEntryBytes) Cut(second, of);
  ByteWriter out;
  out.Text(bytes);
  of.bytes += IdBytes(id);
  of.bytes += out.Take();
}

void VisitLog::Cut(int64_t second, Second& of) {
  cut_.push_back(
      {.space = kSpace, .key = KeyOf(second, of.entries++), .value = std::move(of.bytes), .fresh = true});
  of.bytes.clear();
}

void VisitLog::TakeChanges(Micros watermark, std::vector<store::StateChange>& changes,
                           std::vector<store::StateRange>& forgotten) {
  for (auto& [second, of] : seconds_) {
    if (!of.bytes.empty()) Cut(second, of);
  }
  std::move(cut_.begin(), cut_.end(), std::back_inserter(changes));
  cut_.clear();
  if (watermark < forgotten_at_ + kForgetEvery) return;
  forgotten_at_ = watermark;
  int64_t first = watermark / kMicrosPerSecond;
  auto end = seconds_.lower_bound(first);
  if (end == seconds_.begin()) return;
  seconds_.erase(seconds_.begin(), end);
  forgotten.push_back({kSpace, KeyOf(first, 0)});
}

Status VisitLog::Restore(std::string_view key, std::string_view value, const OnVersion& on_version) {
  if (key.size() != 16) return Fail(Code::kCorrupt, "the key of visits has {} bytes", key.size());
  Id at = IdFromBytes(key);
  int64_t second = static_cast<int64_t>(at.high ^ (1ULL << 63));
  Second& of = seconds_[second];
  of.entries = std::max(of.entries, at.low + 1);
  ByteReader in(value);
  while (in.ok() && !in.AtEnd()) {
    std::string_view id = in.Take(16), bytes = in.Text();
    if (in.ok()) TRY_STATUS(on_version(second * kMicrosPerSecond, IdFromBytes(id), bytes));
  }
  if (!in.ok()) return Fail(Code::kCorrupt, "an entry of visits cannot be read ({} bytes)", value.size());
  return {};
}

}  // namespace souk::stream
