#include "ingest/topic_sink.h"

#include <gtest/gtest.h>

namespace souk::ingest {
namespace {

TEST(TopicSinkTest, AFileNameSaysHowFarItGoes) {
  EXPECT_EQ(EndOfSinkFile("orders-0-0-999-20261121T201500Z.jsonl", "orders", 0), 1000);
  EXPECT_EQ(EndOfSinkFile("orders-12-5-5-20261121T201500Z.jsonl", "orders", 12), 6);
  EXPECT_EQ(EndOfSinkFile("a-b-1-10-20-20261121T201500Z.jsonl", "a-b", 1), 21);
}

TEST(TopicSinkTest, OtherFilesSayNothing) {
  EXPECT_EQ(EndOfSinkFile("orders-1-0-999-20261121T201500Z.jsonl", "orders", 0), -1);
  EXPECT_EQ(EndOfSinkFile("orders-10-0-999-20261121T201500Z.jsonl", "orders", 1), -1);
  EXPECT_EQ(EndOfSinkFile("orders-0-999-0-20261121T201500Z.jsonl", "orders", 0), -1);
  EXPECT_EQ(EndOfSinkFile("orders-0-0-999-20261121T201500Z.csv", "orders", 0), -1);
  // Partition 2 of the topic "a-1", and not partition 1 of the topic "a".
  EXPECT_EQ(EndOfSinkFile("a-1-2-3-4-20261121T201500Z.jsonl", "a-1", 2), 5);
  EXPECT_EQ(EndOfSinkFile("a-1-2-3-4-20261121T201500Z.jsonl", "a", 1), -1);
  for (const char* name :
       {"orders-0-", "orders-0-x", "orders-0-1", "orders-0-1-", "orders-0-1-2", ".jsonl", ""}) {
    EXPECT_EQ(EndOfSinkFile(name, "orders", 0), -1) << name;
    EXPECT_EQ(EndOfSinkFile(std::string(name) + ".jsonl", "orders", 0), -1) << name;
  }
}

}  // namespace
}  // namespace souk::ingest
