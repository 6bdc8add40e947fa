// What a hot store has to give, in the plainest way there is: maps in memory, everything compared as text.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "store/hot_store.h"

namespace souk::store {

// A sale; `fields` replaces others by name ("city" → "Köln", "quantity" → "-2").
using Fields = std::map<std::string, std::string>;
HotRecord Sale(const std::string& transaction_id, Micros updated_at, const Fields& fields = {});
HotRecord Click(const std::string& event_id, Micros event_time, int64_t offset = 0);
WindowValue Window(const std::string& kpi, Micros start, const std::string& member, int64_t value);

std::string KeyOf(const HotRecord& record);
Micros UpdatedAt(const HotRecord& line);
std::string TextOf(const HotRecord& record);
std::string TextOf(const HotHead& head);

class PlainHotStore {
 public:
  void Commit(const HotBatch& batch);
  void Trim(const HotRetention& retention);

  // Everything that the contract lets one see.
  std::string Everything() const;
  // The same of a store.
  static std::string Everything(HotStore& store);

 private:
  HotSize Size() const;

  std::map<std::string, HotRecord> lines_;
  std::vector<HotRecord> events_, late_;
  std::map<WindowKey, int64_t> windows_;
  std::map<std::pair<std::string, std::string>, std::string> state_;
  HotHead head_;
};

}  // namespace souk::store
