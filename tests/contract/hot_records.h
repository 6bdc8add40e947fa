// Records for a hot store, and what a store holds as text.
#pragma once

#include <map>
#include <string>

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

// Everything that the contract lets one see of a store.
std::string Everything(HotStore& store);

}  // namespace souk::store
