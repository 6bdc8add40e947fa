#include "store/memory_hot_store.h"

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace souk::store {
namespace {

record::TypedValue ValueOf(const HotRecord& record, std::string_view field) {
  const record::Schema& schema = *record.record.schema();
  return record.record.value(static_cast<size_t>(schema.Find(field) - schema.fields.data()));
}

Micros OwnTime(const HotRecord& record) {
  return ValueOf(record, record.record.schema()->name == "transactions" ? "updated_at" : "event_time").number;
}

uint64_t BytesOf(const HotRecord& record) {
  uint64_t bytes = 32 + record.topic.size();
  for (size_t i = 0; i < record.record.size(); ++i) {
    record::TypedValue value = record.record.value(i);
    if (!value.present) continue;
    bytes += record.record.schema()->fields[i].type == record::FieldType::kText ? value.text.size() : 8;
  }
  return bytes;
}

void KeepNewest(std::vector<HotRecord>& records, uint64_t most, Micros (*time)(const HotRecord&)) {
  if (records.size() <= most) return;
  std::sort(records.begin(), records.end(), [&](const HotRecord& a, const HotRecord& b) {
    return std::make_tuple(time(b), std::cref(b.topic), b.partition, b.offset) <
           std::make_tuple(time(a), std::cref(a.topic), a.partition, a.offset);
  });
  records.resize(most);
}

struct KeyHash {
  size_t operator()(const WindowKey& key) const {
    size_t hash = std::hash<Micros>()(key.start ^ (key.end << 1));
    for (const std::string* part : {&key.kpi, &key.dimension, &key.member})
      hash = (hash ^ std::hash<std::string>()(*part)) * 0x9E3779B97F4A7C15ULL;
    return hash;
  }
};

class MemoryHotStore final : public HotStore {
 public:
  Status Commit(const HotBatch& batch) override {
    std::lock_guard lock(mutex_);
    for (const HotRecord& line : batch.lines)
      lines_[std::string(ValueOf(line, "transaction_id").text)] = line;
    events_.insert(events_.end(), batch.events.begin(), batch.events.end());
    late_.insert(late_.end(), batch.late.begin(), batch.late.end());
    for (const WindowValue& window : batch.windows) {
      if (window.value == 0) {
        windows_.erase(window.key);
      } else {
        windows_[window.key] = window.value;
      }
    }
    for (const StateRange& range : batch.forgotten) {
      auto& space = state_[range.space];
      space.erase(space.begin(), space.lower_bound(range.below));
    }
    for (const StateChange& change : batch.state) {
      if (change.value) {
        state_[change.space][change.key] = *change.value;
      } else {
        state_[change.space].erase(change.key);
      }
    }
    for (const auto& [where, position] : batch.positions) head_.positions[where] = position;
    for (const auto& [name, value] : batch.counters) head_.counters[name] = value;
    head_.watermark = batch.watermark;
    head_.committed_at = batch.committed_at;
    return {};
  }

  Status Trim(const HotRetention& retention) override {
    std::lock_guard lock(mutex_);
    std::erase_if(lines_, [&](const auto& line) { return OwnTime(line.second) < retention.lines_before; });
    std::erase_if(events_, [&](const HotRecord& event) { return OwnTime(event) < retention.events_before; });
    std::erase_if(late_, [&](const HotRecord& late) { return late.processing_time < retention.late_before; });
    std::erase_if(windows_, [&](const auto& window) { return window.first.end < retention.windows_before; });
    KeepNewest(events_, retention.most_events, OwnTime);
    KeepNewest(late_, retention.most_events, [](const HotRecord& late) { return late.processing_time; });
    return {};
  }

  Result<HotHead> Head() override {
    std::lock_guard lock(mutex_);
    return head_;
  }

  Status ReadState(const std::string& space,
                   const std::function<Status(std::string_view, std::string_view)>& on_entry) override {
    std::lock_guard lock(mutex_);
    for (const auto& [key, value] : state_[space]) TRY_STATUS(on_entry(key, value));
    return {};
  }

  Status ReadLines(Micros since, const std::function<Status(const HotRecord&)>& on_line) override {
    std::lock_guard lock(mutex_);
    for (const auto& [key, line] : lines_) {
      if (OwnTime(line) >= since) TRY_STATUS(on_line(line));
    }
    return {};
  }

  Result<std::vector<HotRecord>> FindOrders(const std::vector<std::string>& order_ids) override {
    std::lock_guard lock(mutex_);
    std::set<std::string_view> wanted(order_ids.begin(), order_ids.end());
    std::vector<HotRecord> found;
    for (const auto& [key, line] : lines_) {
      if (wanted.contains(ValueOf(line, "order_id").text)) found.push_back(line);
    }
    return found;
  }

  Status ReadWindows(Micros from, Micros to,
                     const std::function<Status(const WindowValue&)>& on_window) override {
    std::lock_guard lock(mutex_);
    std::vector<const std::pair<const WindowKey, int64_t>*> found;
    for (const auto& window : windows_) {
      if (window.first.start >= from && window.first.start < to) found.push_back(&window);
    }
    std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
    for (const auto* window : found) TRY_STATUS(on_window({window->first, window->second}));
    return {};
  }

  Result<std::vector<WindowValue>> FindWindows(const std::vector<WindowKey>& keys) override {
    std::lock_guard lock(mutex_);
    std::vector<WindowValue> found;
    for (const WindowKey& key : keys) {
      if (auto at = windows_.find(key); at != windows_.end()) found.push_back({key, at->second});
    }
    return found;
  }

  Result<HotSize> Size() override {
    std::lock_guard lock(mutex_);
    HotSize size{0, lines_.size(), events_.size(), late_.size(), windows_.size()};
    for (const auto& [key, line] : lines_) size.bytes += BytesOf(line);
    for (const HotRecord& event : events_) size.bytes += BytesOf(event);
    for (const HotRecord& late : late_) size.bytes += BytesOf(late) + late.record.schema()->name.size();
    for (const auto& [key, value] : windows_)
      size.bytes += 24 + key.kpi.size() + key.dimension.size() + key.member.size();
    return size;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, HotRecord> lines_;  // by transaction_id
  std::vector<HotRecord> events_, late_;
  std::unordered_map<WindowKey, int64_t, KeyHash> windows_;
  std::map<std::string, std::map<std::string, std::string>> state_;
  HotHead head_;
};

}  // namespace

std::unique_ptr<HotStore> MakeMemoryHotStore() { return std::make_unique<MemoryHotStore>(); }

}  // namespace souk::store
