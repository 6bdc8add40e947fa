#include "stream/expression.h"

#include <gtest/gtest.h>

namespace souk::stream {
namespace {

class ExpressionTest : public testing::Test {
 protected:
  Result<Expression> Parse(std::string_view text) {
    return Expression::Parse(text, {&use_, &symbols_, &filters_});
  }

  // The values of the fields in use; a field that is not named has none.
  bool Holds(const Expression& expression, const std::map<std::string, int64_t>& fields, int64_t now = 0) {
    std::vector<int64_t> values;
    for (size_t field : use_.fields()) {
      auto given = fields.find(FieldsOf(use_.subject())[field].name);
      values.push_back(given == fields.end() ? kNull : given->second);
    }
    return expression.Holds(values, now);
  }
  int64_t Word(std::string_view text) { return symbols_.Of(text); }
  std::string ErrorOf(std::string_view text) {
    auto parsed = Parse(text);
    return parsed ? "" : parsed.error().message;
  }

  FieldUse use_{Subject::kTransactions};
  Symbols symbols_;
  std::map<std::string, std::string> filters_ = {{"sale", "status in (completed, returned)"},
                                                 {"loop", "not loop"}};
};

TEST_F(ExpressionTest, ComparesNumbersExactly) {
  Expression above = *Parse("total_amount > 10.5");
  EXPECT_FALSE(Holds(above, {{"total_amount", 1050}}));
  EXPECT_TRUE(Holds(above, {{"total_amount", 1051}}));
  Expression at_most = *Parse("quantity <= -1");
  EXPECT_TRUE(Holds(at_most, {{"quantity", -1}}));
  EXPECT_FALSE(Holds(at_most, {{"quantity", 0}}));
  EXPECT_TRUE(Holds(*Parse("quantity >= 0 and quantity < 3 and quantity != 1"), {{"quantity", 2}}));
}

TEST_F(ExpressionTest, AndBindsTighterThanOr) {
  Expression expression = *Parse("city = Berlin or city = Paris and quantity > 5");
  EXPECT_TRUE(Holds(expression, {{"city", Word("Berlin")}, {"quantity", 1}}));
  EXPECT_FALSE(Holds(expression, {{"city", Word("Paris")}, {"quantity", 1}}));
  EXPECT_FALSE(Holds(*Parse("(city = Berlin or city = Paris) and quantity > 5"),
                     {{"city", Word("Berlin")}, {"quantity", 1}}));
}

TEST_F(ExpressionTest, MissingValuesFailEveryComparison) {
  for (const char* text : {"city = Berlin", "city != Berlin", "city in (Berlin)", "city not in (Berlin)",
                           "quantity < 1", "quantity >= 1"}) {
    EXPECT_FALSE(Holds(*Parse(text), {})) << text;
  }
  EXPECT_TRUE(Holds(*Parse("city is null"), {}));
  EXPECT_TRUE(Holds(*Parse("not city = Berlin"), {}));
  EXPECT_FALSE(Holds(*Parse("city is not null"), {}));
}

TEST_F(ExpressionTest, TextsMayBeQuoted) {
  EXPECT_TRUE(Holds(*Parse("city = 'Los Angeles'"), {{"city", Word("Los Angeles")}}));
  EXPECT_TRUE(Holds(*Parse("city in (Paris, 'L''Aquila')"), {{"city", Word("L'Aquila")}}));
}

TEST_F(ExpressionTest, FiltersAreNames) {
  Expression expression = *Parse("sale and not city = Berlin");
  EXPECT_TRUE(Holds(expression, {{"status", Word("returned")}, {"city", Word("Paris")}}));
  EXPECT_FALSE(Holds(expression, {{"status", Word("pending")}, {"city", Word("Paris")}}));
}

TEST_F(ExpressionTest, TimesAreComparedWithNow) {
  Expression recent = *Parse("updated_at >= now - 5m");
  EXPECT_TRUE(Holds(recent, {{"updated_at", 700'000'000}}, 1'000'000'000));
  EXPECT_FALSE(Holds(recent, {{"updated_at", 699'999'999}}, 1'000'000'000));
}

TEST_F(ExpressionTest, ErrorsSayWhatIsWrong) {
  EXPECT_EQ(ErrorOf("colour = red"), "in 'colour = red': 'colour' is no field of transactions and no filter");
  EXPECT_EQ(ErrorOf("city = "), "in 'city = ': expected a word or 'text' at character 8, found the end");
  EXPECT_EQ(ErrorOf("quantity = many"),
            "in 'quantity = many': expected a number at character 12, found 'many'");
  EXPECT_EQ(ErrorOf("city < Berlin"), "in 'city < Berlin': city has no order to compare with <");
  EXPECT_EQ(ErrorOf("order_id = O1"), "in 'order_id = O1': order_id can only be compared with null");
  EXPECT_EQ(ErrorOf("city = 'Ber"), "in 'city = 'Ber': a text that begins at character 8 does not end");
  EXPECT_EQ(ErrorOf("city in (Berlin"),
            "in 'city in (Berlin': expected ',' or ')' at character 16, found the end");
  EXPECT_EQ(ErrorOf("sale sale"),
            "in 'sale sale': expected and, or, or the end at character 6, found 'sale'");
  EXPECT_NE(ErrorOf("loop").find("nested more than"), std::string::npos);
  EXPECT_NE(ErrorOf(std::string(1000, '(')).find("nested more than"), std::string::npos);
}

}  // namespace
}  // namespace souk::stream
