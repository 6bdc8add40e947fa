#include "stream/node_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace souk::stream {
namespace {

// Few marks, so that most orders stand behind others in the table; the highest ones around its end.
Id OrderOf(uint32_t number) {
  return {number, (number % 3 == 0 ? uint64_t{0xffffffff} : uint64_t{number % 7}) << 32};
}

TEST(NodeTable, FindsWhatAMapFinds) {
  std::mt19937 random(17);
  std::map<uint32_t, uint32_t> expected;  // order → node
  std::vector<Id> nodes;
  NodeTable table;
  auto find = [&](const Id& order) {
    return table.Find(order, [&](uint32_t node) { return nodes[node] == order; });
  };
  for (int step = 0; step < 20'000; ++step) {
    uint32_t number = static_cast<uint32_t>(random() % 300);
    Id order = OrderOf(number);
    auto known = expected.find(number);
    if (known == expected.end()) {
      ASSERT_EQ(find(order), NodeTable::kNone);
      expected[number] = static_cast<uint32_t>(nodes.size());
      table.Insert(order, static_cast<uint32_t>(nodes.size()));
      nodes.push_back(order);
    } else {
      ASSERT_EQ(find(order), known->second);
      table.Erase(order, [&](uint32_t node) { return node == known->second; });
      expected.erase(known);
    }
  }
  for (uint32_t number = 0; number < 300; ++number) {
    auto known = expected.find(number);
    EXPECT_EQ(find(OrderOf(number)), known == expected.end() ? NodeTable::kNone : known->second);
  }
}

class NodeTableGrowth : public testing::TestWithParam<size_t> {};

TEST_P(NodeTableGrowth, GrowsWithWhatItHas) {
  NodeTable table(GetParam());
  auto id = [](uint64_t number) { return Id{number, number * 0x9fb21c651e98df25ULL}; };
  for (uint32_t i = 0; i < 100'000; ++i) table.Insert(id(i), i);
  for (uint32_t i = 0; i < 100'000; ++i)
    ASSERT_EQ(table.Find(id(i), [&](uint32_t node) { return node == i; }), i);
  EXPECT_EQ(table.Find(id(100'000), [](uint32_t) { return false; }), NodeTable::kNone);
}

INSTANTIATE_TEST_SUITE_P(Eighths, NodeTableGrowth, testing::Values(4, 6));

}  // namespace
}  // namespace souk::stream
