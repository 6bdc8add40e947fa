#include "lake/parquet/text_values.h"

#include <algorithm>
#include <cstring>

#include "base/text_hash.h"
#include "lake/parquet/distinct.h"

namespace souk::lake {
namespace {

constexpr size_t kFirstSlots = 256;
// A dictionary is given up when more than half of the rows are distinct, but not for the first rows alone.
constexpr size_t kManyDistinct = 700;

}  // namespace

std::string_view ParquetTexts::TextAt(size_t begin) const {
  uint32_t size = 0;
  std::memcpy(&size, plain_.data() + begin, sizeof size);
  return {plain_.data() + begin + sizeof size, size};
}

void ParquetTexts::AppendPlain(std::string_view text) {
  auto size = static_cast<uint32_t>(text.size());
  plain_.append(reinterpret_cast<const char*>(&size), sizeof size);
  plain_ += text;
}

void ParquetTexts::Append(std::string_view text) {
  if (!by_place_) {
    AppendPlain(text);
    return;
  }
  plain_bytes_ += sizeof(uint32_t) + text.size();
  // Of one visit, or the same all day.
  if (!places_.empty() && TextAt(begins_[places_.back()]) == text) {
    places_.push_back(places_.back());
    return;
  }
  places_.push_back(AddDistinct(text));
  if (begins_.size() <= kManyDistinct || begins_.size() * 2 <= places_.size()) return;
  if (hint_ != nullptr && begins_.size() * 4 > places_.size() * 3) hint_->diverse = true;
  GiveUpDictionary();
}

// The text's place, a new one if it has none.
uint32_t ParquetTexts::AddDistinct(std::string_view text) {
  if (begins_.size() * 2 >= slots_.size()) GrowSlots();
  auto hash = static_cast<uint32_t>(TextHashOf(text));
  size_t mask = slots_.size() - 1;
  size_t at = hash & mask;
  for (; slots_[at].place != kFree; at = (at + 1) & mask) {
    if (slots_[at].hash == hash && TextAt(begins_[slots_[at].place]) == text) return slots_[at].place;
  }
  auto place = static_cast<uint32_t>(begins_.size());
  slots_[at] = {place, hash};
  begins_.push_back(plain_.size());
  AppendPlain(text);
  return place;
}

void ParquetTexts::GrowSlots() {
  std::vector<Slot> larger(std::max(kFirstSlots, slots_.size() * 4));
  for (const Slot& slot : slots_) {
    if (slot.place == kFree) continue;
    size_t at = slot.hash & (larger.size() - 1);
    while (larger[at].place != kFree) at = (at + 1) & (larger.size() - 1);
    larger[at] = slot;
  }
  slots_ = std::move(larger);
}

void ParquetTexts::GiveUpDictionary() {
  std::string plain;
  plain.reserve(plain_bytes_);
  for (uint32_t place : places_) {
    std::string_view text = TextAt(begins_[place]);
    plain.append(text.data() - sizeof(uint32_t), text.size() + sizeof(uint32_t));
  }
  Clear();
  plain_ = std::move(plain);
  by_place_ = false;
}

void ParquetTexts::Settle() {
  if (!by_place_) return;
  auto width = static_cast<size_t>(WidthOfPlaces(begins_.size()));
  if (plain_.size() + places_.size() * width / 8 >= plain_bytes_) GiveUpDictionary();
}

void ParquetTexts::Clear() {
  by_place_ = hint_ == nullptr || !hint_->diverse;
  plain_.clear();
  begins_.clear();
  places_.clear();
  std::fill(slots_.begin(), slots_.end(), Slot{});
  plain_bytes_ = 0;
}

ParquetTexts::Bounds ParquetTexts::FindBounds() const {
  Bounds bounds;
  for (size_t at = 0; at < plain_.size();) {
    std::string_view text = TextAt(at);
    if (!bounds.any || text < bounds.least) bounds.least = text;
    if (!bounds.any || text > bounds.most) bounds.most = text;
    bounds.any = true;
    at += sizeof(uint32_t) + text.size();
  }
  return bounds;
}

}  // namespace souk::lake
