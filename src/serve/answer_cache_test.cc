#include "serve/answer_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace souk::serve {
namespace {

class AnswerCacheTest : public testing::Test {
 protected:
  std::string Ask(int64_t version, const std::string& question, const std::string& body = "x") {
    auto answer = cache_.Get(version, question, {}, [&](std::stop_token) -> Result<CachedAnswer> {
      ++made_;
      return CachedAnswer{body, "\"" + body + "\"", version};
    });
    return answer ? (*answer)->body : answer.error().message;
  }

  AnswerCache cache_{100};
  int made_ = 0;
};

TEST_F(AnswerCacheTest, AnAnswerIsMadeOncePerVersion) {
  EXPECT_EQ(Ask(1, "a", "one"), "one");
  EXPECT_EQ(Ask(1, "a", "other"), "one");
  EXPECT_EQ(made_, 1);
  EXPECT_EQ(Ask(2, "a", "two"), "two");
  EXPECT_EQ(Ask(2, "a"), "two");
  EXPECT_EQ(made_, 2);
  // Somebody who still sees the old one does not bring it back.
  EXPECT_EQ(Ask(1, "a", "old"), "old");
  EXPECT_EQ(Ask(2, "a"), "two");
}

TEST_F(AnswerCacheTest, KeepsThoseAskedForLastWithinItsBytes) {
  std::string body(20, 'x');
  for (const char* question : {"a", "b", "c", "d"}) Ask(1, question, body);
  EXPECT_EQ(cache_.bytes(), 84U);
  Ask(1, "a");
  Ask(1, "e", body);  // "b" goes
  EXPECT_EQ(made_, 5);
  EXPECT_EQ(cache_.bytes(), 84U);
  Ask(1, "a");
  EXPECT_EQ(made_, 5);
  Ask(1, "b", body);
  EXPECT_EQ(made_, 6);
  // One that would push out the others is not kept.
  Ask(1, "f", std::string(40, 'x'));
  EXPECT_EQ(cache_.bytes(), 84U);
}

TEST_F(AnswerCacheTest, FailuresAndAnswersOfAnotherVersionAreNotKept) {
  auto failing = [&](std::stop_token) -> Result<CachedAnswer> { return Fail(Code::kIo, "the disk is gone"); };
  EXPECT_FALSE(cache_.Get(1, "a", {}, failing));
  EXPECT_EQ(Ask(1, "a", "there again"), "there again");
  auto newer = [&](std::stop_token) -> Result<CachedAnswer> { return CachedAnswer{"new", "", 2}; };
  EXPECT_EQ((*cache_.Get(1, "b", {}, newer))->body, "new");
  EXPECT_EQ(Ask(1, "b", "old"), "old");
}

TEST_F(AnswerCacheTest, WhoAsksMeanwhileWaitsForTheSameAnswer) {
  std::atomic<int> made{0}, waiting{0};
  auto slow = [&](std::stop_token) -> Result<CachedAnswer> {
    ++made;
    while (waiting < 4) std::this_thread::yield();
    return CachedAnswer{"once", "", 1};
  };
  std::vector<std::thread> askers;
  std::atomic<int> right{0};
  for (int i = 0; i < 4; ++i) {
    askers.emplace_back([&] {
      ++waiting;
      right += (*cache_.Get(1, "a", {}, slow))->body == "once";
    });
  }
  for (auto& asker : askers) asker.join();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(right, 4);
}

// Askers of one question, each on a thread of its own; the first one's computes it until it is let go.
class LeavingAskersTest : public AnswerCacheTest {
 protected:
  struct Asker {
    std::stop_source gone;
    std::optional<Code> failed;
    std::atomic<bool> ended = false;
    std::thread thread;
  };

  std::unique_ptr<Asker> Begin() {
    auto asker = std::make_unique<Asker>();
    asker->thread = std::thread([this, asker = asker.get()] {
      auto answer = cache_.Get(1, "a", asker->gone.get_token(), [this](std::stop_token nobody_waits) {
        ++computations_;
        while (!let_go_ && !nobody_waits.stop_requested()) std::this_thread::yield();
        given_up_ += nobody_waits.stop_requested();
        return let_go_ ? Result<CachedAnswer>(CachedAnswer{"made", "", 1})
                       : Fail(Code::kCancelled, "given up");
      });
      if (!answer) asker->failed = answer.error().code;
      asker->ended = true;
    });
    return asker;
  }
  // The one that computes, and one that has joined it.
  void BeginTwo() {
    first_ = Begin();
    while (computations_ == 0) std::this_thread::yield();
    second_ = Begin();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  void TearDown() override {
    let_go_ = true;
    for (auto* asker : {first_.get(), second_.get(), third_.get()}) End(asker);
  }
  static void End(Asker* asker) {
    if (asker != nullptr && asker->thread.joinable()) asker->thread.join();
  }

  std::atomic<bool> let_go_ = false;
  std::atomic<int> computations_ = 0, given_up_ = 0;
  std::unique_ptr<Asker> first_, second_, third_;
};

TEST_F(LeavingAskersTest, WhoWaitsLeavesAtOnceAndTheOtherGetsItsAnswer) {
  BeginTwo();
  second_->gone.request_stop();
  End(second_.get());
  EXPECT_EQ(second_->failed, Code::kCancelled);
  EXPECT_FALSE(first_->ended);
  let_go_ = true;
  End(first_.get());
  EXPECT_FALSE(first_->failed);
  EXPECT_EQ(given_up_, 0);
}

TEST_F(LeavingAskersTest, TheOneThatComputesGoesOnForTheOther) {
  BeginTwo();
  first_->gone.request_stop();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_FALSE(first_->ended);
  let_go_ = true;
  End(second_.get());
  EXPECT_FALSE(second_->failed);
  EXPECT_EQ(computations_, 1);
  EXPECT_EQ(given_up_, 0);
}

TEST_F(LeavingAskersTest, NobodyWaitsWhenTheLastOneHasLeft) {
  BeginTwo();
  first_->gone.request_stop();
  second_->gone.request_stop();
  End(first_.get());
  End(second_.get());
  EXPECT_EQ(first_->failed, Code::kCancelled);
  EXPECT_EQ(second_->failed, Code::kCancelled);
  EXPECT_EQ(given_up_, 1);
  // What was given up is not told to who asks now.
  let_go_ = true;
  third_ = Begin();
  End(third_.get());
  EXPECT_FALSE(third_->failed);
  EXPECT_EQ(computations_, 2);
}

}  // namespace
}  // namespace souk::serve
