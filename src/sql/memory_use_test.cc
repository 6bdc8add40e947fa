#include "sql/memory_use.h"

#include <gtest/gtest.h>

#include "base/files.h"

namespace souk::sql {
namespace {

uint64_t Used(Database& database) {
  uint64_t bytes = 0;
  auto uses = MemoryUses(database);
  EXPECT_TRUE(uses);
  for (const MemoryUse& use : *uses) bytes += use.bytes;
  return bytes;
}

TEST(MemoryUse, PagesAreGivenBackWhenNothingRuns) {
  constexpr uint64_t kIdle = 16 << 20;
  TempDir directory;
  auto opened = Database::Open({.path = directory.path() + "/a.duckdb", .idle_bytes = kIdle});
  ASSERT_TRUE(opened) << opened.error().message;
  Database& database = **opened;
  auto connection = database.Connect();
  ASSERT_TRUE(
      connection->Execute("CREATE TABLE t AS SELECT hash(i)::VARCHAR AS text FROM range(4000000) AS r(i); "
                          "CHECKPOINT"));
  const char* kScan = "SELECT max(text) AS most FROM t";
  auto first = connection->Query(kScan);
  ASSERT_TRUE(first);
  uint64_t before = Used(database);
  ASSERT_GT(before, 2 * kIdle);

  ASSERT_TRUE(connection->Stream("SELECT text FROM t", {}, [&](const Table&) {
    database.GiveBackPages();
    return false;
  }));
  EXPECT_GE(Used(database), before) << "taken from a statement that runs";

  database.GiveBackPages();
  EXPECT_LE(Used(database), kIdle);
  auto again = connection->Query(kScan);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->rows, first->rows);
  EXPECT_GT(Used(database), kIdle) << "the bound holds while something runs";
}

}  // namespace
}  // namespace souk::sql
