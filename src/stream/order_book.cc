#include "stream/order_book.h"

#include <algorithm>
#include <utility>

#include "stream/window/window.h"

namespace souk::stream {
namespace {

constexpr Micros kMinute = 60 * kMicrosPerSecond;

}  // namespace

uint32_t OrderBook::HeadOf(const Id& order) const {
  auto head = orders_.find(order);
  return head == orders_.end() ? kNone : *head;
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
    orders_.insert(node);
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

void OrderBook::Forget(Micros before) {
  while (!changed_.empty() && changed_.begin()->first + kMinute <= before) {
    for (uint32_t changed : changed_.begin()->second) {
      auto head = orders_.find(nodes_[changed].order);
      if (head == orders_.end()) continue;
      uint32_t first = *head;
      bool recent = false;
      for (uint32_t at = first; at != kNone; at = nodes_[at].next) recent |= nodes_[at].updated_at >= before;
      if (recent) continue;  // a later minute names it too
      orders_.erase(head);
      for (uint32_t at = first; at != kNone; at = nodes_[at].next) free_.push_back(at);
    }
    changed_.erase(changed_.begin());
  }
}

}  // namespace souk::stream
