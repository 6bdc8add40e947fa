// Reports over the sample shop of test_shop.h.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "warehouse/test_shop.h"

namespace souk::warehouse {

class SampleReports : public ::testing::Test {
 protected:
  void SetUp() override {
    FillWithSamples(shop_);
    shop_.MustBuild();
  }
  ReportRequest March(const std::string& name) {
    ReportRequest request;
    request.name = name;
    request.from = Day{2025, 3, 1};
    request.to = Day{2025, 3, 4};
    return request;
  }
  std::string Run(const ReportRequest& request) {
    auto report = shop_.RunReport(request);
    EXPECT_TRUE(report.has_value()) << report.error().message;
    return report ? Joined(report->table) : "";
  }

  TestShop shop_;
};

}  // namespace souk::warehouse
