#include "serve/topic_watch.h"

#include <gtest/gtest.h>

namespace souk::serve {
namespace {

constexpr Micros kSecond = kMicrosPerSecond;

TEST(RateBookTest, OverTheLastTenSeconds) {
  RateBook book;
  EXPECT_FALSE(book.RateOf("orders"));
  book.Add(100 * kSecond, {{"orders", 1000}});
  EXPECT_FALSE(book.RateOf("orders")) << "one look says nothing";
  book.Add(102 * kSecond, {{"orders", 1200}, {"clicks", 5}});
  EXPECT_DOUBLE_EQ(*book.RateOf("orders"), 100);
  EXPECT_FALSE(book.RateOf("clicks")) << "it is new";
  for (int second = 104; second <= 130; second += 2) book.Add(second * kSecond, {{"orders", 1200}});
  EXPECT_DOUBLE_EQ(*book.RateOf("orders"), 0) << "what came long ago is no rate of now";
  book.Add(131 * kSecond, {{"orders", 3}});
  EXPECT_FALSE(book.RateOf("orders")) << "deleted and made again";
}

TEST(RateBookTest, SomebodyWhoLooksRarelyHasARateToo) {
  RateBook book;
  book.Add(0, {{"orders", 0}});
  book.Add(600 * kSecond, {{"orders", 6000}});
  EXPECT_DOUBLE_EQ(*book.RateOf("orders"), 10);
}

}  // namespace
}  // namespace souk::serve
