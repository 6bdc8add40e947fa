#include "stream/kpi_book.h"

#include <gtest/gtest.h>

#include "base/embedded.h"

namespace souk::stream {
namespace {

std::string ErrorOf(const std::string& yaml) {
  Symbols symbols;
  auto book = KpiBook::Parse(yaml, "live.yml", symbols);
  return book ? "" : book.error().message;
}

std::string With(const std::string& kpi) {
  return "windows: {minute: tumbling 1m, hour: sliding 1h every 10m}\nkpis:\n  - " + kpi + "\n";
}

TEST(KpiBookTest, TheBuiltInFiguresAreThere) {
  Symbols symbols;
  auto book = KpiBook::Parse(*FindAsset("models/live.yml"), "models/live.yml", symbols);
  ASSERT_TRUE(book) << book.error().message;
  size_t cube = 0, measure = 0;
  for (const char* name : {"revenue", "orders", "failed_payments", "cancelled_orders", "returns", "sessions",
                           "abandoned_carts", "product_revenue"}) {
    EXPECT_TRUE(book->Find(name, cube, measure)) << name;
  }
  ASSERT_TRUE(book->Find("revenue", cube, measure));
  EXPECT_TRUE(book->cubes()[cube].measures[measure].money);
  EXPECT_EQ(book->cubes()[cube].measures[measure].scale, 2);
  EXPECT_EQ(book->ratios().size(), 2U);
  EXPECT_FALSE(book->Find("nothing", cube, measure));
}

TEST(KpiBookTest, FiguresWithTheSameWindowsShareRows) {
  Symbols symbols;
  auto book = KpiBook::Parse(
      "windows: {minute: tumbling 1m, hour: sliding 1h every 10m}\n"
      "kpis:\n"
      "  - {name: a, of: transactions, value: count, by: [city]}\n"
      "  - {name: b, of: transactions, value: sum(quantity * unit_price), by: [city]}\n"
      "  - {name: c, of: transactions, value: count, by: [country]}\n"
      "  - {name: d, of: transactions, value: count, by: [city], window: hour}\n"
      "  - {name: e, of: transactions, value: count, by: [city], at: updated_at}\n",
      "live.yml", symbols);
  ASSERT_TRUE(book) << book.error().message;
  ASSERT_EQ(book->cubes().size(), 4U);
  EXPECT_EQ(book->cubes()[0].measures.size(), 2U);
  EXPECT_EQ(book->cubes()[0].measures[1].scale, 4);
  EXPECT_EQ(book->longest_window(Subject::kTransactions), 3600 * kMicrosPerSecond);
  EXPECT_EQ(book->longest_window(Subject::kVisits), 0);
}

TEST(KpiBookTest, AFigureSaysWhichThingsItIsMadeOf) {
  Symbols symbols;
  auto book = KpiBook::Parse(
      "filters:\n"
      "  paid: payment_status in (paid, 'it''s')\n"
      "windows: {minute: tumbling 1m}\n"
      "kpis:\n"
      "  - {name: a, of: transactions, where: paid and not quantity <= 0, value: sum(total_amount), at: "
      "updated_at}\n"
      "  - {name: b, of: transactions, where: total_amount >= -10.5 or city != Bonn, value: count, at: "
      "updated_at}\n"
      "  - {name: c, value: a / b}\n"
      "  - {name: d, of: visits, where: has_view, value: count}\n"
      "gauges:\n"
      "  - {name: g, of: visits, where: ended_at >= now - 5m, value: count}\n",
      "live.yml", symbols);
  ASSERT_TRUE(book) << book.error().message;
  const std::string a =
      "(coalesce(\"payment_status\" IN ('paid', 'it''s'), false) AND (NOT coalesce(\"quantity\" <= 0, "
      "false)))";
  const std::string b =
      "(((NOT (\"total_amount\" IS NULL)) AND (NOT coalesce(\"total_amount\" < -10.50, false))) OR "
      "((NOT (\"city\" IS NULL)) AND (NOT coalesce(\"city\" = 'Bonn', false))))";
  EXPECT_EQ(book->FindDefinition("a")->condition, a);
  EXPECT_EQ(book->FindDefinition("a")->time, "updated_at");
  EXPECT_EQ(book->FindDefinition("b")->condition, b);
  EXPECT_EQ(book->FindDefinition("c")->condition, "(" + a + " OR " + b + ")");
  EXPECT_EQ(book->FindDefinition("c")->time, "updated_at");
  EXPECT_EQ(book->FindDefinition("d")->condition, "coalesce(\"has_view\", false)");
  EXPECT_EQ(book->FindDefinition("d")->subject, Subject::kVisits);
  EXPECT_EQ(book->FindDefinition("g")->condition,
            "((NOT (\"ended_at\" IS NULL)) AND (NOT coalesce(\"ended_at\" < CAST($now AS TIMESTAMPTZ) + "
            "to_microseconds(-300000000), false)))");
  EXPECT_EQ(book->FindDefinition("nothing"), nullptr);
}

TEST(KpiBookTest, AFigureIsDefinedByItsEntryAndWhatItUses) {
  Symbols symbols;
  auto book = KpiBook::Parse(
      "filters:\n"
      "  paid: payment_status = paid\n"
      "  sold: paid and quantity > 0\n"
      "  other: status = cancelled\n"
      "windows: {minute: tumbling 1m, hour: sliding 1h every 10m}\n"
      "kpis:\n"
      "  - {name: a, label: A, of: transactions, where: sold, value: count, by: [city, country]}\n"
      "  - {name: b, of: transactions, value: count, window: hour}\n"
      "gauges:\n"
      "  - {name: g, of: visits, value: count}\n",
      "live.yml", symbols);
  ASSERT_TRUE(book) << book.error().message;
  ASSERT_EQ(book->definitions().size(), 3U);
  EXPECT_EQ(
      book->definitions()[0].text,
      "name: a\nlabel: A\nof: transactions\nwhere: sold\nvalue: count\nby: [city, country]\nfilters:\n"
      "  paid: payment_status = paid\n  sold: paid and quantity > 0\nwindow: minute, 60 s every 60 s\n");
  EXPECT_EQ(book->definitions()[1].text,
            "name: b\nof: transactions\nvalue: count\nwindow: hour, 3600 s every 600 s\n");
  EXPECT_EQ(book->definitions()[2].text, "name: g\nof: visits\nvalue: count\n");
}

TEST(KpiBookTest, ErrorsNameFileAndFigure) {
  EXPECT_EQ(ErrorOf("kpis: []\n"), "live.yml: there are no windows");
  EXPECT_EQ(ErrorOf("windows: {minute: tumbling 1}\n"),
            "live.yml: window minute: '1' is not a value with a unit, such as 250ms, 10s, 5m, 2h or 7d");
  EXPECT_EQ(ErrorOf("windows: {hour: sliding 1h every 7m}\n"),
            "live.yml: window hour: 1h is no multiple of 7m");
  EXPECT_EQ(ErrorOf(With("{name: a, of: orders, value: count}")),
            "live.yml: kpi a: of: 'orders' is none of transactions, clickstream, visits");
  EXPECT_EQ(ErrorOf(With("{name: a, of: transactions, value: median(quantity)}")),
            "live.yml: kpi a: value: 'median(quantity)' is neither count, sum(field), sum(field * field) nor "
            "distinct(field)");
  EXPECT_EQ(ErrorOf(With("{name: a, of: transactions, value: sum(city)}")),
            "live.yml: kpi a: city is no number");
  EXPECT_EQ(ErrorOf(With("{name: a, of: clickstream, value: distinct(session_id)}")),
            "live.yml: kpi a: of distinct things, windows count order_id of transactions only");
  EXPECT_EQ(ErrorOf(With("{name: a, of: transactions, value: count, by: [order_id]}")),
            "live.yml: kpi a: by: order_id is no text that names a group");
  EXPECT_EQ(
      ErrorOf(With("{name: a, of: transactions, value: count, colour: red}")),
      "live.yml: kpi a: 'colour' is not known; there are name, label, of, where, value, window, at, by");
  EXPECT_EQ(ErrorOf(With("{name: a, value: b / c}")), "live.yml: kpi a: there is no figure b");
  EXPECT_EQ(ErrorOf(With("{name: a, of: transactions, value: count, window: day}")),
            "live.yml: kpi a: there is no window day");
  EXPECT_NE(ErrorOf("windows: [").find("live.yml line 1"), std::string::npos);
}

}  // namespace
}  // namespace souk::stream
