// The rows of live figures: for each window and member of a dimension one number for every figure of a cube.
// Contributions are added and taken back; rows that are not in memory are joined with what the store has when
// a batch is cut.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <span>
#include <vector>

#include "store/hot_store.h"
#include "stream/kpi_book.h"

namespace souk::stream {

using Values = std::span<const int64_t>;  // of a subject, by place in its FieldUse

// Not thread-safe.
class Accumulator {
 public:
  // Both must outlive it.
  Accumulator(const KpiBook& book, Symbols& symbols);

  // Adds (sign 1) or takes back (sign −1) what a thing with these values contributes to every cube of its
  // subject. `siblings` are other lines of its order that count now: what is distinct counts once among them.
  void Apply(Subject subject, Values values, int sign, std::span<const Values> siblings = {});

  // A row that the store has, before anything is applied to it.
  void Load(const store::WindowValue& value);
  // A row of a window that ends here or later is not in the store when it is not in memory.
  void SetComplete(Subject subject, Micros from) { complete_from_[static_cast<size_t>(subject)] = from; }

  // Keys of rows that were touched and whose stored part is not known.
  std::vector<store::WindowKey> Unknown() const;
  // Tells the stored part of rows of Unknown(); those that are not named have none.
  void Join(const std::vector<store::WindowValue>& stored);
  // What changed since the last call, as it is now.
  std::vector<store::WindowValue> TakeChanges();
  // Forgets rows of windows that end before `before`; call after TakeChanges.
  void Forget(Subject subject, Micros before);
  // Contributions to windows that end before it are left out.
  void SetOldest(Micros oldest) { oldest_ = oldest; }
  size_t rows() const;
  // Of the rows, without what finds them.
  uint64_t bytes() const;

 private:
  struct Key {
    uint32_t dimension = 0;  // 0 = in all, else place in the cube's dimensions + 1
    int64_t member = kNull;
    Micros start = 0;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    using is_avalanching = void;
    size_t operator()(const Key& key) const;
  };
  struct Row {
    Key key;
    bool known = true;  // `values` hold the stored part too
    bool changed = false;
  };
  struct CubeRows {
    boost::unordered_flat_map<Key, uint32_t, KeyHash> index;
    std::vector<Row> rows;         // by slot
    std::vector<int64_t> values;   // slot × measures
    std::vector<int64_t> written;  // as the store has them
    std::vector<uint32_t> free, changed;
  };

  // Figures often share a condition, which then is looked at once for each thing.
  void ListConditions();
  uint32_t SlotOf(size_t cube, const Key& key);
  void AddToRow(size_t cube, const Key& key, size_t siblings, int sign);
  bool Counted(const Cube& cube, const Key& key, size_t measure, size_t siblings) const;
  store::WindowKey KeyOf(size_t cube, const Key& key, size_t measure) const;
  bool KeyFrom(const store::WindowKey& key, size_t& cube, size_t& measure, Key& row) const;

  const KpiBook& book_;
  Symbols& symbols_;
  std::vector<CubeRows> cubes_;
  std::vector<size_t> by_subject_[3];
  std::vector<const Expression*> conditions_[3];     // each once
  std::vector<std::vector<uint32_t>> condition_of_;  // by cube and measure: place in its subject's conditions
  Micros complete_from_[3] = {kNull, kNull, kNull};
  Micros oldest_ = kNull;
  // Of the thing that is applied, for the cube at hand.
  std::vector<char> holds_;  // by condition
  std::vector<int64_t> amounts_;
  std::vector<uint32_t> passed_;
  std::span<const Values> siblings_;
};

}  // namespace souk::stream
