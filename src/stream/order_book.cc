#include "stream/order_book.h"

#include <algorithm>
#include <utility>

#include "stream/window/window.h"

namespace souk::stream {
namespace {

constexpr Micros kMinute = 60 * kMicrosPerSecond;
constexpr size_t kAhead = 8;

}  // namespace

uint32_t OrderBook::HeadOf(const Id& order) const {
  return orders_.Find(order, [&](uint32_t node) { return nodes_[node].order == order; });
}

uint32_t OrderBook::Find(uint32_t node, const Id& line) const {
  while (node != kNone && nodes_[node].line != line) node = nodes_[node].next;
  return node;
}

std::span<const Values> OrderBook::SiblingsOf(uint32_t head, uint32_t node) {
  siblings_.clear();
  for (uint32_t at = head; at != kNone; at = nodes_[at].next) {
    if (at != node) siblings_.push_back(ValuesOf(at));
  }
  return siblings_;
}

void OrderBook::Store(uint32_t node, Micros updated_at, Values values) {
  nodes_[node].updated_at = updated_at;
  std::copy(values.begin(), values.end(), values_.begin() + static_cast<int64_t>(node * width_));
}

uint32_t OrderBook::Insert(uint32_t head, const Id& order, const Id& line, Micros updated_at, Values values) {
  uint32_t node;
  if (free_.empty()) {
    node = static_cast<uint32_t>(nodes_.size());
    nodes_.emplace_back();
    values_.resize(values_.size() + width_);
  } else {
    node = free_.back();
    free_.pop_back();
  }
  nodes_[node] = {order, line, updated_at, kNone};
  if (head == kNone) {
    orders_.Insert(order, node);
  } else {
    nodes_[node].next = std::exchange(nodes_[head].next, node);
  }
  Store(node, updated_at, values);
  return node;
}

OrderBook::Taken OrderBook::Take(const Id& order, const Id& line, Micros updated_at, Values values,
                                 Accumulator& figures) {
  uint32_t head = HeadOf(order);
  uint32_t node = Find(head, line);
  Taken taken;
  if (node != kNone) {
    taken.replaced = nodes_[node].updated_at;
    if (updated_at == taken.replaced) return {Outcome::kDuplicate};
    if (updated_at < taken.replaced) return {Outcome::kOlder};
    taken.outcome = Outcome::kReplaced;
    figures.Apply(Subject::kTransactions, ValuesOf(node), -1, SiblingsOf(head, node));
    Store(node, updated_at, values);
  } else {
    node = Insert(head, order, line, updated_at, values);
  }
  figures.Apply(Subject::kTransactions, ValuesOf(node), 1, SiblingsOf(head, node));
  changed_[AlignDown(updated_at, kMinute)].push_back(node);
  return taken;
}

void OrderBook::Restore(const Id& order, const Id& line, Micros updated_at, Values values) {
  uint32_t head = HeadOf(order);
  uint32_t node = Find(head, line);
  if (node == kNone) {
    node = Insert(head, order, line, updated_at, values);
  } else if (updated_at > nodes_[node].updated_at) {
    Store(node, updated_at, values);
  } else {
    return;
  }
  changed_[AlignDown(updated_at, kMinute)].push_back(node);
}

void OrderBook::ForgetOrder(Id order, Micros before) {
  uint32_t head = HeadOf(order);
  for (uint32_t at = head; at != kNone; at = nodes_[at].next) {
    if (nodes_[at].updated_at >= before) return;  // a later minute names it too
  }
  if (head == kNone) return;
  orders_.Erase(order, [&](uint32_t node) { return node == head; });
  for (uint32_t at = head; at != kNone; at = nodes_[at].next) free_.push_back(at);
}

void OrderBook::Forget(Micros before) {
  while (!changed_.empty() && changed_.begin()->first + kMinute <= before) {
    const std::vector<uint32_t>& changed = changed_.begin()->second;
    for (size_t i = 0; i < changed.size(); ++i) {
      if (i + 2 * kAhead < changed.size()) __builtin_prefetch(&nodes_[changed[i + 2 * kAhead]]);
      if (i + kAhead < changed.size()) orders_.Prefetch(nodes_[changed[i + kAhead]].order);
      ForgetOrder(nodes_[changed[i]].order, before);
    }
    changed_.erase(changed_.begin());
  }
}

}  // namespace souk::stream
