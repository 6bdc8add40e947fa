#include "warehouse/text.h"

#include <gtest/gtest.h>

namespace souk::warehouse {
namespace {

TEST(FillIn, ReplacesEveryNameAndKeepsTheRest) {
  auto text = FillIn(
      "a {{ x }}-{{y}} {one}", "f.sql",
      [](std::string_view name) -> std::optional<std::string> { return "<" + std::string(name) + ">"; });
  EXPECT_EQ(*text, "a <x>-<y> {one}");
}

TEST(FillIn, NamesTheFileAndWhatIsWrong) {
  auto none = [](std::string_view) -> std::optional<std::string> { return std::nullopt; };
  EXPECT_EQ(FillIn("{{ z }}", "f.sql", none).error().message, "f.sql: {{ z }} is not known");
  EXPECT_EQ(FillIn("{{ z ", "f.sql", none).error().message, "f.sql: a {{ is not closed");
}

TEST(NameRelations, NamesWhatFollowsFromAndJoin) {
  std::map<std::string, std::string> names = {{"a", "s.a"}, {"b", "s.b"}};
  EXPECT_EQ(NameRelations("SELECT a, a.b FROM a JOIN B ON a.x = b.x", names),
            "SELECT a, a.b FROM s.a JOIN s.b ON a.x = b.x");
  EXPECT_EQ(NameRelations("select * from(select 1 as a from a)", names),
            "select * from(select 1 as a from s.a)");
  EXPECT_EQ(NameRelations("FROM -- the from a\n a", names), "FROM -- the from a\n s.a");
}

TEST(NameRelations, LeavesStringsCommentsAndQualifiedNames) {
  std::map<std::string, std::string> names = {{"a", "s.a"}};
  for (const char* sql :
       {"SELECT 'from a' FROM x", "/* from a */ SELECT 1", "FROM \"a\"", "FROM a.b", "FROM 'it''s' , a"}) {
    EXPECT_EQ(NameRelations(sql, names), sql);
  }
}

}  // namespace
}  // namespace souk::warehouse
