#include "stream/reminders.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace souk::stream {
namespace {

TEST(Reminders, ComeInOrderWhenTheyAreDue) {
  std::mt19937 random(5);
  Reminders reminders;
  std::multiset<std::pair<Micros, uint32_t>> expected;
  Micros now = -30 * kMicrosPerSecond;
  for (int step = 0; step < 3000; ++step) {
    now += static_cast<Micros>(random() % 400'000);
    for (unsigned i = random() % 5; i > 0; --i) {
      // Some of the past, some of this second, some of later ones.
      Micros at = now + static_cast<Micros>(random() % 20'000'000) - 3'000'000;
      uint32_t node = static_cast<uint32_t>(random());
      reminders.Add(at, node);
      expected.emplace(at, node);
    }
    Micros at = 0;
    for (uint32_t node = 0; reminders.Take(now, at, node);) {
      ASSERT_FALSE(expected.empty());
      ASSERT_EQ(*expected.begin(), std::pair(at, node));
      ASSERT_LE(at, now);
      expected.erase(expected.begin());
    }
    ASSERT_TRUE(expected.empty() || expected.begin()->first > now) << "step " << step;
  }
}

}  // namespace
}  // namespace souk::stream
