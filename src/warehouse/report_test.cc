#include "warehouse/report.h"

#include <gtest/gtest.h>

#include "warehouse/report_file.h"
#include "warehouse/test_reports.h"

namespace souk::warehouse {
namespace {

class ReportTest : public SampleReports {
 protected:
  // One column of the first row.
  std::string Value(const ReportRequest& request, const std::string& column) {
    auto report = shop_.RunReport(request);
    if (!report || report->table.rows.empty()) return "no row";
    const auto& cell = report->table.rows[0][*report->table.Find(column)];
    return std::holds_alternative<std::monostate>(cell) ? "-" : sql::CellText(cell);
  }
};

// Sales lines: T1 42.84, T2 10.70, T3 34.49, T4 20.00 (its correction lifts the failure), T6 2.50, R1 −10.00.
TEST_F(ReportTest, Overview) {
  auto request = March("sales_overview");
  EXPECT_EQ(Value(request, "revenue"), "100.53");
  EXPECT_EQ(Value(request, "transactions"), "5");
  EXPECT_EQ(Value(request, "orders"), "3");
  EXPECT_EQ(Value(request, "average_transaction_value"), "20.11");
  EXPECT_EQ(Value(request, "average_order_value"), "33.51");
  EXPECT_EQ(Value(request, "units"), "7");
  EXPECT_EQ(Value(request, "gross_sales"), "102.49");  // 40 + 10 + 29.985 + 20 + 2.5
  EXPECT_EQ(Value(request, "discounts"), "4.00");
  EXPECT_EQ(Value(request, "returns"), "10.00");
  EXPECT_EQ(Value(request, "net_sales"), "88.49");
  EXPECT_EQ(Value(request, "sessions"), "4");
  EXPECT_EQ(Value(request, "conversion_rate"), "0.25");
  EXPECT_EQ(Value(request, "failed_payments"), "0");
  EXPECT_EQ(Value(request, "failed_payment_rate"), "0");
  EXPECT_EQ(Value(request, "cancelled_orders"), "1");
  EXPECT_EQ(Value(request, "discount_rate").substr(0, 8), "0.039030");  // 4 of 102.485
  EXPECT_EQ(Value(request, "return_rate").substr(0, 8), "0.097575");
}

TEST_F(ReportTest, FailedPayments) {
  shop_.Add("transactions",
            "transaction_id,unit_price,payment_status,transaction_timestamp\nF,1,failed,2025-03-01\n");
  shop_.MustBuild();
  EXPECT_EQ(Value(March("sales_overview"), "failed_payments"), "1");
  EXPECT_EQ(Value(March("sales_overview"), "failed_payment_rate"), "0.14285714285714285");
}

TEST_F(ReportTest, TrendHasEveryDay) {
  EXPECT_EQ(Run(March("sales_trend")),
            "2025-03-01|53.54|2|1|26.77|53.54|3|1|1|50.00|4.00|0.00|46.00\n"
            "2025-03-02|56.99|3|2|19.00|28.50|5|3|0|52.49|0.00|0.00|52.49\n"
            "2025-03-03|-10.00|0|0|-|-|-1|0|-|0.00|0.00|10.00|-10.00\n"
            "2025-03-04|0.00|0|0|-|-|0|0|-|0.00|0.00|0.00|0.00\n");
}

TEST_F(ReportTest, ByCategoryAndRegion) {
  EXPECT_EQ(Value(March("revenue_by_category"), "category"), "Home");
  auto request = March("revenue_by_category");
  request.to = Day{2025, 3, 1};
  EXPECT_EQ(Run(request), "Home|42.84|0.8001494209936497|1|2\nBooks|10.70|0.1998505790063504|1|1\n");
  EXPECT_EQ(Run(March("revenue_by_region")),
            "Asia|56.99|0.5668954540933054|2\nEurope|43.54|0.4331045459066945|1\n");
}

TEST_F(ReportTest, TopProductsWithoutCharges) {
  EXPECT_EQ(Run(March("top_products")), "P1|Lamp|Home|62.84|3|2|0.5\nP2|Book|Books|35.19|3|2|0\n");
  auto request = March("top_products");
  request.limit = 1;
  EXPECT_EQ(Run(request), "P1|Lamp|Home|62.84|3|2|0.5\n");
}

TEST_F(ReportTest, FiltersNarrow) {
  auto request = March("sales_overview");
  request.filters["region"] = {"Europe"};
  EXPECT_EQ(Value(request, "revenue"), "43.54");
  EXPECT_EQ(Value(request, "sessions"), "1");
  request.filters["region"] = {"Europe", "Asia"};
  EXPECT_EQ(Value(request, "revenue"), "100.53");
  request.filters["segment"] = {"Loyal"};
  EXPECT_EQ(Value(request, "revenue"), "20.00");
  request.filters = {{"region", {"Atlantis' OR 1=1 --"}}};
  EXPECT_EQ(Value(request, "revenue"), "0.00");
  EXPECT_EQ(Value(request, "average_order_value"), "-");
}

// 1 March 2025 was a Saturday.
TEST_F(ReportTest, FiltersOfProductWeekdayHourAndCustomer) {
  auto revenue = [&](const std::string& filter, const std::vector<std::string>& values) {
    auto request = March("sales_overview");
    request.filters[filter] = values;
    return Value(request, "revenue") + "|" + Value(request, "sessions");
  };
  EXPECT_EQ(revenue("product", {"P1"}), "62.84|2");
  EXPECT_EQ(revenue("weekday", {"6"}), "53.54|1");
  EXPECT_EQ(revenue("weekday", {"6", "7"}), "110.53|4");
  EXPECT_EQ(revenue("weekday", {"Saturday"}), "0.00|0");
  EXPECT_EQ(revenue("customer", {"New"}), "63.54|-");
  EXPECT_EQ(revenue("customer", {"Guest"}), "36.99|-");
  EXPECT_EQ(revenue("customer", {"Returning"}), "0.00|-");

  auto hours = March("sales_trend");
  for (int hour = 0; hour < 24; ++hour) hours.filters["hour"].push_back(std::to_string(hour));
  EXPECT_EQ(Run(hours), Run(March("sales_trend")));
  EXPECT_EQ(revenue("hour", {"99"}), "0.00|0");
}

TEST_F(ReportTest, TheLinesBehindAFigure) {
  auto lines = [&](const std::vector<std::string>& kinds) {
    auto request = March("order_lines");
    if (!kinds.empty()) request.filters["line"] = kinds;
    auto report = shop_.RunReport(request);
    std::string ids;
    for (const auto& row : report->table.rows)
      ids += sql::CellText(row[*report->table.Find("transaction_id")]) + " ";
    return ids;
  };
  EXPECT_EQ(lines({"sold"}), "T3 T6 T4 T1 T2 ");
  EXPECT_EQ(lines({"returned"}), "R1 ");
  EXPECT_EQ(lines({"sale"}), "R1 T3 T6 T4 T1 T2 ");
  EXPECT_EQ(lines({"discounted"}), "T1 ");
  EXPECT_EQ(lines({"cancelled", "returned"}), "R1 T5 ");
  EXPECT_EQ(lines({}), "R1 T5 T3 T6 T4 T1 T2 ");
  auto newest = March("order_lines");
  newest.limit = 1;
  EXPECT_EQ(shop_.RunReport(newest)->table.rows.size(), 1u);
}

TEST_F(ReportTest, DiscountsAndReturns) {
  EXPECT_EQ(Run(March("discounts_and_returns")),
            "Home|60.00|4.00|0.06666666666666667|0.00|0|56.00\n"
            "Books|39.99|0.00|0|10.00|0.25009378516943853|29.99\n"
            "Uncategorised|2.50|0.00|0|0.00|0|2.50\n");
}

TEST_F(ReportTest, SessionsOfACategoryAndOfNoPaymentMethod) {
  auto request = March("sales_overview");
  request.filters["category"] = {"Home"};
  EXPECT_EQ(Value(request, "sessions"), "2");
  EXPECT_EQ(Value(request, "conversion_rate"), "0.5");
  request.filters = {{"payment_method", {"paypal"}}};
  EXPECT_EQ(Value(request, "sessions"), "-");
  EXPECT_EQ(Value(request, "conversion_rate"), "-");
  EXPECT_EQ(Value(request, "revenue"), "36.99");
  auto trend = March("sales_trend");
  trend.filters = request.filters;
  EXPECT_TRUE(Run(trend).starts_with("2025-03-01|0.00|0|0|-|-|0|-|-|0.00|0.00|0.00|0.00\n")) << Run(trend);
}

TEST_F(ReportTest, PeriodsAndPartialDays) {
  ReportRequest request;
  request.name = "sales_overview";
  request.compare_previous = true;
  auto report = shop_.RunReport(request);
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(FormatDay(report->from), "2025-03-01");
  EXPECT_EQ(FormatDay(report->to), "2025-03-03");
  EXPECT_TRUE(report->partial);
  EXPECT_EQ(FormatDay(*report->previous_from), "2025-02-26");
  EXPECT_EQ(FormatDay(*report->previous_to), "2025-02-28");
  EXPECT_EQ(report->previous->rows.size(), 1u);
  request.to = Day{2025, 3, 2};
  EXPECT_FALSE(shop_.RunReport(request)->partial);
}

TEST_F(ReportTest, ColumnsAreSaid) {
  auto report = shop_.RunReport(March("revenue_by_category"));
  ASSERT_EQ(report->columns.size(), report->table.columns.size());
  EXPECT_EQ(report->columns[1].label, "Total revenue");
  EXPECT_EQ(report->columns[1].unit, "EUR");
  EXPECT_EQ(report->columns[2].type, "percent");
  EXPECT_TRUE(report->sql.starts_with("-- $from = '2025-03-01'\n-- $to = '2025-03-04'\n")) << report->sql;
}

TEST_F(ReportTest, EveryReportHasTheColumnsItSays) {
  auto files = ReportFiles::Load("", "EUR");
  ASSERT_TRUE(files.has_value()) << files.error().message;
  for (const ReportFile& file : files->reports()) {
    ReportRequest request = March(file.info.name);
    if (file.info.period == PeriodKind::kNone) request.from = request.to = std::nullopt;
    auto report = shop_.RunReport(request);
    ASSERT_TRUE(report.has_value()) << report.error().message;
    ASSERT_EQ(report->table.columns.size(), file.columns.size()) << file.info.name;
    for (size_t i = 0; i < file.columns.size(); ++i)
      EXPECT_EQ(report->table.columns[i].name, file.columns[i].name);
  }
}

TEST_F(ReportTest, MistakesAreSaid) {
  ReportRequest request = March("sales_overviev");
  EXPECT_EQ(shop_.RunReport(request).error().message,
            "there is no report sales_overviev; did you mean sales_overview?");
  request = March("sales_overview");
  request.filters["colour"] = {"red"};
  EXPECT_EQ(shop_.RunReport(request).error().message,
            "sales_overview has no filter colour; it has region, category, payment_method, device, source, "
            "segment, product, weekday, hour, customer");
  request = March("sales_overview");
  std::swap(request.from, request.to);
  EXPECT_EQ(shop_.RunReport(request).error().message,
            "the period begins on 2025-03-04 and ends before, on 2025-03-01");
}

TEST_F(ReportTest, FilterValuesByRevenue) {
  auto door = std::make_shared<sql::QueryDoor>(shop_.database, sql::DoorOptions{});
  auto book = ReportBook::Open(door, *shop_.warehouse, shop_.options);
  using Values = std::vector<std::string>;
  auto values = [&](const char* filter) { return *(*book)->FilterValues(governance::LocalOwner(), filter); };
  EXPECT_EQ(values("region"), (Values{"Asia", "Europe"}));
  EXPECT_EQ(values("category"), (Values{"Home", "Books", "Uncategorised"}));
  EXPECT_EQ(values("payment_method"), (Values{"credit_card", "paypal", "other"}));
  EXPECT_EQ(values("segment"), (Values{"VIP", "Loyal"}));
  EXPECT_FALSE((*book)->FilterValues(governance::LocalOwner(), "colour").has_value());
}

TEST(ReportBeforeBuild, IsUnavailable) {
  TestShop shop;
  shop.Open();
  ReportRequest request;
  request.name = "sales_overview";
  EXPECT_EQ(shop.RunReport(request).error().code, Code::kUnavailable);
}

TEST(ReportOfNothing, HasARow) {
  TestShop shop;
  shop.MustBuild();
  ReportRequest request;
  request.name = "sales_overview";
  auto report = shop.RunReport(request);
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(report->table.rows.size(), 1u);
}

}  // namespace
}  // namespace souk::warehouse
