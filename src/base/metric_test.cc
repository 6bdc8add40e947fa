#include "base/metric.h"

#include <gtest/gtest.h>

#include <thread>

namespace souk {
namespace {

constexpr MetricSpec kSeen{"souk_test_seen_total", MetricKind::kCounter, "Things seen.", "kind,place"};
constexpr MetricSpec kLevel{"souk_test_level_bytes", MetricKind::kGauge, "Back\\slash and\nline."};
constexpr double kBounds[] = {0.1, 1};
constexpr MetricSpec kTook{"souk_test_took_seconds", MetricKind::kHistogram, "Time.", "route", kBounds};
constexpr MetricSpec kTold{"souk_test_told", MetricKind::kGauge, "Told by a collector.", "name"};

TEST(Metric, TextOfAllKinds) {
  MetricRegistry registry;
  registry.Declare(kLevel);
  registry.CounterOf(kSeen, {"a\"b\\c\nd", "\xff"}).Add(3);
  registry.CounterOf(kSeen, {"a\"b\\c\nd", "\xff"}).Add();
  Histogram& took = registry.HistogramOf(kTook, {"/x"});
  took.Observe(0.1);  // a bound belongs to its bucket
  took.Observe(0.5);
  took.Observe(7);
  auto told = registry.Collect([](MetricSamples& out) { out.Add(kTold, {"ä"}, 1.5); });
  EXPECT_EQ(registry.Text(),
            "# HELP souk_test_level_bytes Back\\\\slash and\\nline.\n"
            "# TYPE souk_test_level_bytes gauge\n"
            "# HELP souk_test_seen_total Things seen.\n"
            "# TYPE souk_test_seen_total counter\n"
            "souk_test_seen_total{kind=\"a\\\"b\\\\c\\nd\",place=\"\xEF\xBF\xBD\"} 4\n"
            "# HELP souk_test_told Told by a collector.\n"
            "# TYPE souk_test_told gauge\n"
            "souk_test_told{name=\"ä\"} 1.5\n"
            "# HELP souk_test_took_seconds Time.\n"
            "# TYPE souk_test_took_seconds histogram\n"
            "souk_test_took_seconds_bucket{route=\"/x\",le=\"0.1\"} 1\n"
            "souk_test_took_seconds_bucket{route=\"/x\",le=\"1\"} 2\n"
            "souk_test_took_seconds_bucket{route=\"/x\",le=\"+Inf\"} 3\n"
            "souk_test_took_seconds_sum{route=\"/x\"} 7.6\n"
            "souk_test_took_seconds_count{route=\"/x\"} 3\n");
  told.reset();
  EXPECT_EQ(registry.Text().find("souk_test_told"), std::string::npos);
}

TEST(Metric, CountsFromManyThreads) {
  MetricRegistry registry;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&registry] {
      Counter& seen = registry.CounterOf(kSeen, {"a", "b"});
      for (int n = 0; n < 10'000; ++n) {
        seen.Add();
        registry.HistogramOf(kTook, {"/"}).Observe(2);
        registry.GaugeOf(kLevel).Add(n % 2 ? 1 : -1);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(registry.CounterOf(kSeen, {"a", "b"}).value(), 40'000u);
  EXPECT_EQ(registry.HistogramOf(kTook, {"/"}).count(2), 40'000u);
  EXPECT_EQ(registry.HistogramOf(kTook, {"/"}).sum(), 80'000);
  EXPECT_EQ(registry.GaugeOf(kLevel).value(), 0);
}

TEST(MetricDeathTest, RefusesMistakesOfTheProgrammer) {
  MetricRegistry registry;
  EXPECT_DEATH(registry.CounterOf(kSeen, {"one"}), "wrong number of labels");
  EXPECT_DEATH(registry.GaugeOf(kSeen, {"a", "b"}), "used as another kind");
}

}  // namespace
}  // namespace souk
