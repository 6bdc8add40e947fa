#include "app/thread_use.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace souk::app {
namespace {

TEST(ThreadUseTest, TheBusyOneIsFoundByItsName) {
  FakeClock clock(1'000'000'000);
  ThreadWatch watch(clock);
  EXPECT_FALSE(watch.Use()) << "one look says nothing of how busy anybody is";
  std::atomic<bool> stop{false};
  std::thread busy;
  {
    ThreadName name("grinder");
    busy = std::thread([&] {
      while (!stop) {
      }
    });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  clock.Advance(3 * kMicrosPerSecond);
  auto use = watch.Use();
  stop = true;
  busy.join();
  ASSERT_TRUE(use);
  EXPECT_GT(use->cores["grinder"], 0.01);
  EXPECT_LT(use->cores["grinder"], 0.2) << "0.3 s of 3 s";
  EXPECT_GE(use->all, use->cores["grinder"] * 0.8);
  EXPECT_GE(use->threads, 2);
  EXPECT_EQ(watch.Use()->cores.at("grinder"), use->cores.at("grinder")) << "asked again at once";
}

}  // namespace
}  // namespace souk::app
