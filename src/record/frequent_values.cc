#include "record/frequent_values.h"

#include <algorithm>
#include <cstddef>

namespace souk::record {
namespace {

constexpr size_t kPlaces = 4 * FrequentValues::kBound;
constexpr size_t kEnough = 8;  // times that texts were forgotten, to judge by

}  // namespace

FrequentValues::FrequentValues() : places_(kPlaces) {}

// Where the hash is or belongs.
size_t FrequentValues::Find(uint64_t hash) const {
  size_t at = (hash >> 20) & (kPlaces - 1);
  while (places_[at] != 0 && entries_[places_[at] - 1u].hash != hash) at = (at + 1) & (kPlaces - 1);
  return at;
}

bool FrequentValues::Add(uint64_t hash, std::string_view text) {
  size_t at = Find(hash);
  if (places_[at] != 0) {
    ++entries_[places_[at] - 1u].count;
    return true;
  }
  if (entries_.size() == kBound) {
    Forget();
    at = Find(hash);
  }
  entries_.push_back({hash, 1, std::string(text.substr(0, kTextBytes))});
  places_[at] = static_cast<uint16_t>(entries_.size());
  return false;
}

// Takes the count of the median from all of them: half of the places become free at once.
void FrequentValues::Forget() {
  std::vector<uint64_t> counts;
  for (const Entry& entry : entries_) counts.push_back(entry.count);
  std::nth_element(counts.begin(), counts.begin() + static_cast<ptrdiff_t>(counts.size() / 2), counts.end());
  uint64_t median = counts[counts.size() / 2];
  slack_ += median;
  uint64_t most = *std::max_element(counts.begin(), counts.end());
  lost_ = ++forgotten_ >= kEnough && most - median < slack_;
  std::erase_if(entries_, [&](const Entry& entry) { return entry.count <= median; });
  std::fill(places_.begin(), places_.end(), uint16_t{0});
  for (size_t i = 0; i < entries_.size(); ++i) {
    entries_[i].count -= median;
    places_[Find(entries_[i].hash)] = static_cast<uint16_t>(i + 1);
  }
}

std::vector<std::pair<std::string, uint64_t>> FrequentValues::Top(size_t most) const {
  std::vector<std::pair<std::string, uint64_t>> top;
  for (const Entry& entry : entries_) top.emplace_back(entry.text, entry.count);
  auto before = [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  };
  most = std::min(most, top.size());
  std::partial_sort(top.begin(), top.begin() + static_cast<ptrdiff_t>(most), top.end(), before);
  top.resize(most);
  return top;
}

}  // namespace souk::record
