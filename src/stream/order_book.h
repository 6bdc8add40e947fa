// The lines of recent orders in their latest versions, as far as live figures look at them.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "stream/accumulator.h"
#include "stream/id.h"
#include "stream/node_table.h"

namespace souk::stream {

// Not thread-safe. A line stays with its order: another order_id under the same transaction_id is another
// line.
class OrderBook {
 public:
  // `width` numbers of each line are kept.
  explicit OrderBook(size_t width) : width_(width) {}
  OrderBook(const OrderBook&) = delete;

  enum class Outcome { kNew, kReplaced, kDuplicate, kOlder };

  // A version of a line: what it contributes is added, what its earlier version did is taken back. Nothing
  // happens when the version that is there is the same or newer.
  struct Taken {
    Outcome outcome = Outcome::kNew;
    Micros replaced = 0;  // kReplaced: updated_at of the version before
  };
  Taken Take(const Id& order, const Id& line, Micros updated_at, Values values, Accumulator& figures);
  // A line that the store has: its contribution counts already. An older version than the one there is left
  // out.
  void Restore(const Id& order, const Id& line, Micros updated_at, Values values);

  bool Has(const Id& order) const { return HeadOf(order) != kNone; }
  // A line of this order is taken soon.
  void Expect(const Id& order) const { orders_.Prefetch(order); }
  // Forgets orders none of whose lines changed since `before`.
  void Forget(Micros before);
  size_t lines() const { return nodes_.size() - free_.size(); }
  // Of the lines, without what finds them.
  uint64_t bytes() const { return nodes_.capacity() * sizeof(Node) + values_.capacity() * sizeof(int64_t); }

 private:
  static constexpr uint32_t kNone = NodeTable::kNone;
  struct Node {
    Id order, line;
    Micros updated_at = 0;
    uint32_t next = kNone;  // line of the same order
  };
  Values ValuesOf(uint32_t node) const { return {&values_[node * width_], width_}; }
  // kNone when there is none.
  uint32_t HeadOf(const Id& order) const;
  uint32_t Find(uint32_t head, const Id& line) const;
  // `head` is the order's.
  uint32_t Insert(uint32_t head, const Id& order, const Id& line, Micros updated_at, Values values);
  void ForgetOrder(Id order, Micros before);
  void Store(uint32_t node, Micros updated_at, Values values);
  std::span<const Values> SiblingsOf(uint32_t head, uint32_t node);

  size_t width_;
  std::vector<Node> nodes_;
  std::vector<int64_t> values_;
  std::vector<uint32_t> free_;
  NodeTable orders_;  // their first lines
  // Lines by the minute of a change. One that is of another order meanwhile does no harm: it is looked at as
  // that order's.
  std::map<int64_t, std::vector<uint32_t>> changed_;
  std::vector<Values> siblings_;
};

}  // namespace souk::stream
