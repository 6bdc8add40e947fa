#include "stream/accumulator.h"

#include <algorithm>

#include "stream/window/sliding.h"
#include "stream/window/tumbling.h"

namespace souk::stream {
namespace {

__extension__ using Wide = unsigned __int128;

int64_t AmountOf(const Measure& measure, Values values) {
  if (measure.kind != Measure::Kind::kSum) return 1;
  int64_t amount = values[measure.field];
  if (amount == kNull) return 0;
  if (measure.product) {
    if (values[measure.factor] == kNull) return 0;
    amount *= values[measure.factor];
  }
  return measure.negative ? -amount : amount;
}

template <typename OnWindow>
void ForEachWindow(const WindowSpec& spec, Micros time, OnWindow&& on_window) {
  if (spec.size == spec.every) {
    on_window(TumblingWindows{spec.size}.Of(time));
  } else {
    SlidingWindows{spec.size, spec.every}.ForEach(time, on_window);
  }
}

bool InWindow(const WindowSpec& spec, Micros start, Micros time) {
  return time != kNull && time >= start && time < start + spec.size;
}

}  // namespace

Accumulator::Accumulator(const KpiBook& book, Symbols& symbols)
    : book_(book), symbols_(symbols), cubes_(book.cubes().size()) {
  for (size_t i = 0; i < book.cubes().size(); ++i)
    by_subject_[static_cast<size_t>(book.cubes()[i].subject)].push_back(i);
  ListConditions();
}

void Accumulator::ListConditions() {
  for (const Cube& cube : book_.cubes()) {
    auto& conditions = conditions_[static_cast<size_t>(cube.subject)];
    auto& places = condition_of_.emplace_back();
    for (const Measure& measure : cube.measures) {
      auto same = [&](const Expression* other) { return *other == measure.where; };
      auto known = std::find_if(conditions.begin(), conditions.end(), same);
      places.push_back(static_cast<uint32_t>(known - conditions.begin()));
      if (known == conditions.end()) conditions.push_back(&measure.where);
    }
  }
}

size_t Accumulator::KeyHash::operator()(const Key& key) const {
  auto mix = [](uint64_t a, uint64_t b) {
    Wide product = static_cast<Wide>(a ^ 0x9fb21c651e98df25ULL) * (b ^ 0xd6e8feb86659fd93ULL);
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  };
  return mix(static_cast<uint64_t>(key.start) ^ key.dimension, static_cast<uint64_t>(key.member));
}

uint32_t Accumulator::SlotOf(size_t cube, const Key& key) {
  CubeRows& rows = cubes_[cube];
  size_t width = book_.cubes()[cube].measures.size();
  auto [found, made] = rows.index.try_emplace(key, 0);
  if (!made) return found->second;
  uint32_t slot;
  if (rows.free.empty()) {
    slot = static_cast<uint32_t>(rows.rows.size());
    rows.rows.emplace_back();
    rows.values.resize(rows.values.size() + width);
    rows.written.resize(rows.written.size() + width);
  } else {
    slot = rows.free.back();
    rows.free.pop_back();
    std::fill_n(rows.values.begin() + slot * width, width, 0);
    std::fill_n(rows.written.begin() + slot * width, width, 0);
  }
  const Cube& of = book_.cubes()[cube];
  rows.rows[slot] = {key, key.start + of.window.size >= complete_from_[static_cast<size_t>(of.subject)],
                     false};
  found->second = slot;
  return slot;
}

// Whether a sibling counts in the same row, so that this one changes nothing there.
bool Accumulator::Counted(const Cube& cube, const Key& key, size_t measure, size_t siblings) const {
  for (size_t i = 0; i < siblings; ++i) {
    Values other = siblings_[i];
    if (key.dimension != 0 && other[cube.dimensions[key.dimension - 1]] != key.member) continue;
    if (InWindow(cube.window, key.start, other[cube.time]) && cube.measures[measure].where.Holds(other))
      return true;
  }
  return false;
}

void Accumulator::AddToRow(size_t index, const Key& key, size_t siblings, int sign) {
  const Cube& cube = book_.cubes()[index];
  CubeRows& rows = cubes_[index];
  uint32_t slot = SlotOf(index, key);
  int64_t* values = &rows.values[slot * cube.measures.size()];
  for (uint32_t measure : passed_) {
    if (cube.measures[measure].kind == Measure::Kind::kDistinct && Counted(cube, key, measure, siblings))
      continue;
    values[measure] += sign * amounts_[measure];
  }
  if (rows.rows[slot].changed) return;
  rows.rows[slot].changed = true;
  rows.changed.push_back(slot);
}

void Accumulator::Apply(Subject subject, Values values, int sign, std::span<const Values> siblings) {
  siblings_ = siblings;
  const auto& conditions = conditions_[static_cast<size_t>(subject)];
  holds_.resize(conditions.size());
  for (size_t i = 0; i < conditions.size(); ++i) holds_[i] = conditions[i]->Holds(values);
  for (size_t index : by_subject_[static_cast<size_t>(subject)]) {
    const Cube& cube = book_.cubes()[index];
    Micros time = values[cube.time];
    if (time == kNull) continue;
    passed_.clear();
    amounts_.resize(cube.measures.size());
    for (uint32_t i = 0; i < cube.measures.size(); ++i) {
      if (!holds_[condition_of_[index][i]]) continue;
      amounts_[i] = AmountOf(cube.measures[i], values);
      passed_.push_back(i);
    }
    if (passed_.empty()) continue;
    ForEachWindow(cube.window, time, [&](const Window& window) {
      if (oldest_ != kNull && window.end < oldest_) return;
      AddToRow(index, {0, kNull, window.start}, siblings.size(), sign);
      for (uint32_t i = 0; i < cube.dimensions.size(); ++i)
        AddToRow(index, {i + 1, values[cube.dimensions[i]], window.start}, siblings.size(), sign);
    });
  }
}

store::WindowKey Accumulator::KeyOf(size_t index, const Key& key, size_t measure) const {
  const Cube& cube = book_.cubes()[index];
  return {cube.measures[measure].name, key.start, key.start + cube.window.size,
          key.dimension == 0 ? "" : cube.dimension_names[key.dimension - 1],
          key.member == kNull ? "" : symbols_.Text(key.member)};
}

// False for figures and dimensions that the book no longer has.
bool Accumulator::KeyFrom(const store::WindowKey& key, size_t& index, size_t& measure, Key& row) const {
  if (!book_.Find(key.kpi, index, measure)) return false;
  const Cube& cube = book_.cubes()[index];
  if (key.end - key.start != cube.window.size) return false;
  row = {0, kNull, key.start};
  if (key.dimension.empty()) return true;
  auto dimension = std::find(cube.dimension_names.begin(), cube.dimension_names.end(), key.dimension);
  if (dimension == cube.dimension_names.end()) return false;
  row.dimension = static_cast<uint32_t>(dimension - cube.dimension_names.begin()) + 1;
  if (!key.member.empty()) row.member = symbols_.Of(key.member);
  return true;
}

void Accumulator::Load(const store::WindowValue& value) {
  size_t index = 0, measure = 0;
  Key key;
  if (!KeyFrom(value.key, index, measure, key)) return;
  uint32_t slot = SlotOf(index, key);
  size_t at = slot * book_.cubes()[index].measures.size() + measure;
  cubes_[index].rows[slot].known = true;
  cubes_[index].values[at] = cubes_[index].written[at] = value.value;
}

std::vector<store::WindowKey> Accumulator::Unknown() const {
  std::vector<store::WindowKey> keys;
  for (size_t index = 0; index < cubes_.size(); ++index) {
    for (uint32_t slot : cubes_[index].changed) {
      const Row& row = cubes_[index].rows[slot];
      if (row.known) continue;
      for (size_t i = 0; i < book_.cubes()[index].measures.size(); ++i)
        keys.push_back(KeyOf(index, row.key, i));
    }
  }
  return keys;
}

void Accumulator::Join(const std::vector<store::WindowValue>& stored) {
  for (const store::WindowValue& value : stored) {
    size_t index = 0, measure = 0;
    Key key;
    if (!KeyFrom(value.key, index, measure, key)) continue;
    CubeRows& rows = cubes_[index];
    auto found = rows.index.find(key);
    if (found == rows.index.end() || rows.rows[found->second].known) continue;
    size_t at = found->second * book_.cubes()[index].measures.size() + measure;
    rows.values[at] += value.value;
    rows.written[at] = value.value;
  }
  for (CubeRows& rows : cubes_) {
    for (uint32_t slot : rows.changed) rows.rows[slot].known = true;
  }
}

std::vector<store::WindowValue> Accumulator::TakeChanges() {
  std::vector<store::WindowValue> changes;
  for (size_t index = 0; index < cubes_.size(); ++index) {
    CubeRows& rows = cubes_[index];
    size_t width = book_.cubes()[index].measures.size();
    for (uint32_t slot : rows.changed) {
      rows.rows[slot].changed = false;
      for (size_t i = 0; i < width; ++i) {
        size_t at = slot * width + i;
        if (rows.values[at] == rows.written[at]) continue;
        changes.push_back({KeyOf(index, rows.rows[slot].key, i), rows.values[at], rows.written[at] != 0});
        rows.written[at] = rows.values[at];
      }
    }
    rows.changed.clear();
  }
  return changes;
}

void Accumulator::Forget(Subject subject, Micros before) {
  for (size_t index : by_subject_[static_cast<size_t>(subject)]) {
    Micros size = book_.cubes()[index].window.size;
    CubeRows& rows = cubes_[index];
    for (auto at = rows.index.begin(); at != rows.index.end();) {
      auto row = at++;
      if (row->first.start + size >= before || rows.rows[row->second].changed) continue;
      rows.free.push_back(row->second);
      rows.index.erase(row);
    }
  }
  Micros& complete = complete_from_[static_cast<size_t>(subject)];
  complete = std::max(complete, before);
}

size_t Accumulator::rows() const {
  size_t count = 0;
  for (const CubeRows& rows : cubes_) count += rows.index.size();
  return count;
}

uint64_t Accumulator::bytes() const {
  uint64_t bytes = 0;
  for (const CubeRows& rows : cubes_) {
    bytes += rows.rows.capacity() * sizeof(Row);
    bytes += (rows.values.capacity() + rows.written.capacity()) * sizeof(int64_t);
  }
  return bytes;
}

}  // namespace souk::stream
