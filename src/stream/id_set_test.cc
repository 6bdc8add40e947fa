#include "stream/id_set.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace souk::stream {
namespace {

TEST(IdSet, HasWhatASetHas) {
  std::mt19937_64 random(23);
  IdSet ids;
  std::set<std::pair<uint32_t, uint64_t>> expected;  // the bits that decide
  // Ids so near to each other are all tried one after the other, so there are few.
  for (int i = 0; i < 6'000; ++i) {
    Id id = {random() % 4, random() % 2'400};
    if (i % 3 == 0) id.low <<= 49;  // around its beginning and its end
    if (i % 3 == 1) id.low = ~id.low;
    if (i == 3'000) id = {};
    bool is_new = expected.emplace(static_cast<uint32_t>(id.high), id.low).second;
    // 0 and 1 of the lowest place are one.
    if (id.low == 0 && id.high < 2) continue;
    ASSERT_EQ(ids.Insert(id), is_new) << i;
  }
}

TEST(IdSet, ManyIds) {
  IdSet ids;
  for (int i = 0; i < 300'000; ++i) ASSERT_TRUE(ids.Insert(IdOf(std::to_string(i))));
  for (int i = 0; i < 300'000; ++i) ASSERT_FALSE(ids.Insert(IdOf(std::to_string(i))));
  EXPECT_EQ(ids.size(), 300'000U);
}

}  // namespace
}  // namespace souk::stream
