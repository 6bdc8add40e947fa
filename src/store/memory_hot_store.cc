#include "store/memory_hot_store.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <set>
#include <unordered_map>
#include <vector>

namespace souk::store {
namespace {

std::string_view TextOf(const HotRecord& record, std::string_view field) {
  record::TypedRecord view = record.record.View();
  const record::Field* found = view.schema->Find(field);
  return view.values[static_cast<size_t>(found - view.schema->fields.data())].text;
}
Micros TimeOf(const HotRecord& record, std::string_view field) {
  record::TypedRecord view = record.record.View();
  const record::Field* found = view.schema->Find(field);
  return view.values[static_cast<size_t>(found - view.schema->fields.data())].number;
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
    for (const HotRecord& line : batch.lines) lines_[std::string(TextOf(line, "transaction_id"))] = line;
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
    std::erase_if(lines_, [&](const auto& entry) {
      return TimeOf(entry.second, "updated_at") < retention.lines_before;
    });
    std::erase_if(windows_, [&](const auto& entry) { return entry.first.end < retention.windows_before; });
    std::erase_if(late_, [&](const auto& record) { return record.processing_time < retention.late_before; });
    for (auto* list : {&events_, &late_}) {
      while (list->size() > retention.most_events) list->pop_front();
    }
    std::erase_if(events_,
                  [&](const auto& event) { return TimeOf(event, "event_time") < retention.events_before; });
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
      if (TimeOf(line, "updated_at") >= since) TRY_STATUS(on_line(line));
    }
    return {};
  }

  Result<std::vector<HotRecord>> FindOrders(const std::vector<std::string>& order_ids) override {
    std::lock_guard lock(mutex_);
    std::set<std::string_view> wanted(order_ids.begin(), order_ids.end());
    std::vector<HotRecord> found;
    for (const auto& [key, line] : lines_) {
      if (wanted.contains(TextOf(line, "order_id"))) found.push_back(line);
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
    return HotSize{0, lines_.size(), events_.size(), late_.size(), windows_.size()};
  }

 private:
  std::mutex mutex_;
  std::map<std::string, HotRecord> lines_;  // by transaction_id
  std::deque<HotRecord> events_, late_;
  std::unordered_map<WindowKey, int64_t, KeyHash> windows_;
  std::map<std::string, std::map<std::string, std::string>> state_;
  HotHead head_;
};

}  // namespace

std::unique_ptr<HotStore> MakeMemoryHotStore() { return std::make_unique<MemoryHotStore>(); }

}  // namespace souk::store
