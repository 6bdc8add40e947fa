// The lines of recent orders in their latest versions, as far as live figures look at them.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <map>
#include <vector>

#include "stream/accumulator.h"
#include "stream/id.h"

namespace souk::stream {

// Not thread-safe. A line stays with its order: another order_id under the same transaction_id is another
// line.
class OrderBook {
 public:
  // `width` numbers of each line are kept.
  explicit OrderBook(size_t width) : width_(width) {}

  enum class Outcome { kNew, kReplaced, kDuplicate, kOlder };

  // A version of a line: what it contributes is added, what its earlier version did is taken back. Nothing
  // happens when the version that is there is the same or newer.
  Outcome Take(const Id& order, const Id& line, Micros updated_at, Values values, Accumulator& figures);
  // A line that the store has: its contribution counts already. An older version than the one there is left
  // out.
  void Restore(const Id& order, const Id& line, Micros updated_at, Values values);

  bool Has(const Id& order) const { return orders_.contains(order); }
  // Forgets orders none of whose lines changed since `before`.
  void Forget(Micros before);
  size_t lines() const { return nodes_.size() - free_.size(); }

 private:
  static constexpr uint32_t kNone = 0xffffffff;
  struct Node {
    Id line;
    Micros updated_at = 0;
    uint32_t next = kNone;  // line of the same order
  };

  Values ValuesOf(uint32_t node) const { return {&values_[node * width_], width_}; }
  uint32_t Find(uint32_t head, const Id& line) const;
  uint32_t Insert(const Id& order, const Id& line, Micros updated_at, Values values);
  void Store(uint32_t node, Micros updated_at, Values values);
  std::span<const Values> SiblingsOf(uint32_t head, uint32_t node);

  size_t width_;
  boost::unordered_flat_map<Id, uint32_t, IdHash> orders_;  // first line
  std::vector<Node> nodes_;
  std::vector<int64_t> values_;
  std::vector<uint32_t> free_;
  std::map<int64_t, std::vector<Id>> changed_;  // orders by the minute of a change
  std::vector<Values> siblings_;
};

}  // namespace souk::stream
