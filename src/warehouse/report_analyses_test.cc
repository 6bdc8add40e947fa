// The analyses of customers, carts and products over the sample shop; every expected row was worked out by
// hand from FillWithSamples. tests/independent has the odd cases and the large numbers.
#include <gtest/gtest.h>

#include "warehouse/report.h"
#include "warehouse/test_reports.h"

namespace souk::warehouse {
namespace {

class AnalysesTest : public SampleReports {
 protected:
  // The named columns of every row.
  using SampleReports::Run;
  std::string Run(const std::string& name, const std::vector<std::string>& columns) {
    auto report = shop_.RunReport(March(name));
    EXPECT_TRUE(report.has_value()) << report.error().message;
    if (!report) return "";
    sql::Table chosen;
    for (const auto& row : report->table.rows) {
      auto& cells = chosen.rows.emplace_back();
      for (const std::string& column : columns) cells.push_back(row[*report->table.Find(column)]);
    }
    return Joined(chosen);
  }
  std::string Refusal(const ReportRequest& request) {
    auto report = shop_.RunReport(request);
    return report ? "" : report.error().message;
  }
};

TEST_F(AnalysesTest, NewReturningAndGuests) {
  EXPECT_EQ(Run("new_vs_returning", {"kind", "customers", "orders", "revenue", "average_order_value"}),
            "New|2|2|63.54|31.77\nReturning|0|0|0.00|-\nGuest|-|1|36.99|36.99\n");
}

TEST_F(AnalysesTest, CustomersAreScored) {
  EXPECT_EQ(Run(March("rfm_customers")),
            "U1|Hibernating|2025-03-01|3|1|43.54|1|1|3\nU2|About to sleep|2025-03-02|2|1|20.00|3|1|1\n");
  EXPECT_EQ(Run("customer_segments", {"segment", "customers", "revenue"}),
            "Champions|0|0.00\nLoyal|0|0.00\nPotential loyalist|0|0.00\nNew|0|0.00\nPromising|0|0.00\n"
            "Need attention|0|0.00\nAbout to sleep|1|20.00\nAt risk|0|0.00\nCannot lose|0|0.00\n"
            "Hibernating|1|43.54\nLost|0|0.00\n");
}

TEST_F(AnalysesTest, TheCustomersOfASegment) {
  auto request = March("rfm_customers");
  request.filters["rfm_segment"] = {"Hibernating"};
  EXPECT_EQ(Run(request), "U1|Hibernating|2025-03-01|3|1|43.54|1|1|3\n");
  request.filters["rfm_segment"] = {"Hibernating", "About to sleep"};
  EXPECT_EQ(Run(request), Run(March("rfm_customers")));
  request.filters["rfm_segment"] = {"Champions"};
  EXPECT_EQ(Run(request), "");
  request.filters["rfm_segment"] = {"Hibernating"};
  request.filters["region"] = {"Atlantis"};
  EXPECT_EQ(Run(request), "");
}

TEST_F(AnalysesTest, FunnelAndCarts) {
  EXPECT_EQ(Run("conversion_funnel", {"name", "sessions", "drop_off"}),
            "Viewed a product|3|-\nPut one into the cart|1|2\nBought|1|0\n");
  EXPECT_EQ(Run("abandoned_carts", {"day", "carts", "abandoned_carts", "value"}),
            "2025-03-01|1|0|0.00\n2025-03-02|0|0|0.00\n2025-03-03|0|0|0.00\n2025-03-04|0|0|0.00\n");
}

TEST_F(AnalysesTest, PaymentsAndCancellations) {
  EXPECT_EQ(Run("payment_methods", {"payment_method", "revenue", "orders"}),
            "credit_card|53.54|1\npaypal|36.99|1\nother|10.00|1\n");
  EXPECT_EQ(Run(March("cancelled_orders")),
            "2025-03-01|1|0|0|0.00\n2025-03-02|2|0|0|0.00\n2025-03-03|1|1|1|5.00\n2025-03-04|0|0|-|0.00\n");
  EXPECT_EQ(Run(March("failed_payments")), "");  // the correction of T4 lifts its failure
}

TEST_F(AnalysesTest, AsOfADayIsComparedWithTheDayBeforeThePeriod) {
  auto request = March("rfm_customers");
  request.from = request.to = Day{2025, 3, 2};
  request.compare_previous = true;
  auto report = shop_.RunReport(request);
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(report->table.rows.size(), 2u);
  ASSERT_EQ(report->previous->rows.size(), 1u);
  EXPECT_EQ(FormatDay(*report->previous_to), "2025-03-01");
  EXPECT_EQ(sql::CellText(report->previous->rows[0][0]), "U1");
}

TEST_F(AnalysesTest, AReportWithoutPeriodSaysSo) {
  const std::string refusal =
      "days_of_cover has no period: it is always as of the last day that has data; ask for it without days "
      "and without a comparison";
  ReportRequest request;
  request.name = "days_of_cover";
  EXPECT_EQ(Refusal(request), "");
  request.compare_previous = true;
  EXPECT_EQ(Refusal(request), refusal);
  request.compare_previous = false;
  request.from = Day{2025, 3, 1};
  EXPECT_EQ(Refusal(request), refusal);
}

TEST_F(AnalysesTest, AReportHasItsOwnPeriod) {
  shop_.Add("transactions",
            "transaction_id,user_id,unit_price,transaction_timestamp\nX,U1,1,2024-01-01T10:00:00\n");
  shop_.MustBuild();
  ReportRequest request;
  request.name = "revenue_hourly";
  auto report = shop_.RunReport(request);
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(DaysFromDay(report->to) - DaysFromDay(report->from), 6);
  EXPECT_EQ(report->table.rows.size(), 7u * 24);
}

TEST_F(AnalysesTest, AnUnknownPeriodIsSaid) {
  shop_.WriteModel("reports/odd.sql", "SELECT 1 AS x");
  shop_.WriteModel("reports/odd.yml", "report: odd\ntitle: t\ndescription: d\nperiod: weekly\n");
  EXPECT_EQ(Refusal(March("odd")), "models/reports/odd.sql: period weekly is none of range, as_of, none");
}

}  // namespace
}  // namespace souk::warehouse
