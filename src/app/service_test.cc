#include "app/service.h"

#include <gtest/gtest.h>

#include "app/builder_service.h"

namespace souk::app {
namespace {

struct Script {
  std::vector<std::string> log;
  bool start_fails = false;
  bool sick = false;
};

class FakeService : public Service {
 public:
  FakeService(std::string name, Script& script) : name_(std::move(name)), script_(script) {}
  std::string_view name() const override { return name_; }
  Status Start() override {
    if (script_.start_fails) return Fail(Code::kUnavailable, "port taken");
    script_.log.push_back("start " + name_);
    return {};
  }
  void Stop() override { script_.log.push_back("stop " + name_); }
  Status Health() override {
    if (script_.sick) return Fail(Code::kIo, "no answer");
    return {};
  }
  std::vector<Holding> Holds() override { return {{"parcels", 42}}; }

 private:
  std::string name_;
  Script& script_;
};

TEST(ServiceHost, StartsInOrderStopsInReverse) {
  FakeClock clock(0);
  Script script;
  ServiceHost host(clock);
  host.Add(std::make_unique<FakeService>("a", script));
  host.Add(std::make_unique<FakeService>("b", script));
  ASSERT_TRUE(host.Start());
  host.Stop();
  EXPECT_EQ(script.log, (std::vector<std::string>{"start a", "start b", "stop b", "stop a"}));
}

TEST(ServiceHost, AFailedStartStopsTheOthersAndSaysWhich) {
  FakeClock clock(0);
  Script good, bad;
  bad.start_fails = true;
  ServiceHost host(clock);
  host.Add(std::make_unique<FakeService>("a", good));
  host.Add(std::make_unique<FakeService>("b", bad));
  auto status = host.Start();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "service b did not start: port taken");
  EXPECT_EQ(good.log, (std::vector<std::string>{"start a", "stop a"}));
}

TEST(ServiceHost, TellsWhatAServiceHoldsWhileItRuns) {
  FakeClock clock(0);
  Script script;
  ServiceHost host(clock);
  host.Add(std::make_unique<FakeService>("a", script));
  ASSERT_TRUE(host.Start());
  host.Watch();
  ASSERT_EQ(host.Services()[0].holds.size(), 1u);
  EXPECT_EQ(host.Services()[0].holds[0].what, "parcels");
  EXPECT_EQ(host.Services()[0].holds[0].bytes, 42u);
  script.sick = true;
  host.Watch();
  EXPECT_TRUE(host.Services()[0].holds.empty());
}

TEST(ServiceHost, RestartsWithGrowingPauses) {
  FakeClock clock(0);
  Script script;
  ServiceHost host(clock);
  host.Add(std::make_unique<FakeService>("a", script));
  ASSERT_TRUE(host.Start());
  script.sick = true;
  script.start_fails = true;
  host.Watch();
  EXPECT_EQ(host.Services()[0].state, ServiceState::kFailed);
  EXPECT_EQ(host.Services()[0].error, "no answer");
  int64_t pauses_ms[] = {1000, 2000, 4000, 8000};
  int restarts = 0;
  for (int64_t pause : pauses_ms) {
    clock.Advance(pause * 1000 - 1);
    host.Watch();
    EXPECT_EQ(host.Services()[0].restarts, restarts);
    clock.Advance(1);
    host.Watch();
    EXPECT_EQ(host.Services()[0].restarts, ++restarts);
  }
  script.sick = script.start_fails = false;
  clock.Advance(kMaxRestartPauseMs * 1000);
  host.Watch();
  EXPECT_EQ(host.Services()[0].state, ServiceState::kRunning);
}

TEST(ServiceHost, RestartsOnRequest) {
  FakeClock clock(0);
  Script script;
  ServiceHost host(clock);
  host.Add(std::make_unique<FakeService>("a", script));
  host.Add(std::make_unique<FakeService>("b", script));
  ASSERT_TRUE(host.Start());
  script.log.clear();
  auto unknown = host.Restart("c");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message, "there is no service c; there are a, b");
  EXPECT_FALSE(host.restart_wanted());
  ASSERT_TRUE(host.Restart("b"));
  EXPECT_TRUE(host.restart_wanted());
  clock.Advance(5);
  host.Watch();
  EXPECT_FALSE(host.restart_wanted());
  EXPECT_EQ(script.log, (std::vector<std::string>{"stop b", "start b"}));
  EXPECT_EQ(host.Services()[1].since, 5);
  EXPECT_EQ(host.Services()[1].restarts, 0) << "only those after a failure count";
  // One that failed is started at once, whatever pause it was to make.
  script.sick = script.start_fails = true;
  host.Watch();
  EXPECT_EQ(host.Services()[1].state, ServiceState::kFailed);
  script.sick = script.start_fails = false;
  script.log.clear();
  ASSERT_TRUE(host.Restart("b"));
  host.Watch();
  EXPECT_EQ(host.Services()[1].state, ServiceState::kRunning);
  EXPECT_EQ(script.log, (std::vector<std::string>{"start b"}));
}

TEST(BuildTrigger, WaitsUntilInputIsQuietButNotForEver) {
  BuildTrigger trigger(2000, 10'000);
  Micros second = kMicrosPerSecond;
  EXPECT_FALSE(trigger.Observe(0, 0)) << "nothing ever came in";
  EXPECT_FALSE(trigger.Observe(1, 1 * second));
  EXPECT_FALSE(trigger.Observe(1, 2 * second));
  EXPECT_TRUE(trigger.Observe(1, 3 * second));
  EXPECT_FALSE(trigger.Observe(1, 100 * second)) << "built already";
  for (int64_t i = 0; i < 10; ++i) EXPECT_FALSE(trigger.Observe(2 + i, (101 + i) * second)) << i;
  EXPECT_TRUE(trigger.Observe(20, 111 * second)) << "the bounded wait is over";
}

}  // namespace
}  // namespace souk::app
