#include "serve/answer_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace souk::serve {
namespace {

class AnswerCacheTest : public testing::Test {
 protected:
  std::string Ask(int64_t version, const std::string& question, const std::string& body = "x") {
    auto answer = cache_.Get(version, question, [&]() -> Result<CachedAnswer> {
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
  auto failing = [&]() -> Result<CachedAnswer> { return Fail(Code::kIo, "the disk is gone"); };
  EXPECT_FALSE(cache_.Get(1, "a", failing));
  EXPECT_EQ(Ask(1, "a", "there again"), "there again");
  auto newer = [&]() -> Result<CachedAnswer> { return CachedAnswer{"new", "", 2}; };
  EXPECT_EQ((*cache_.Get(1, "b", newer))->body, "new");
  EXPECT_EQ(Ask(1, "b", "old"), "old");
}

TEST_F(AnswerCacheTest, WhoAsksMeanwhileWaitsForTheSameAnswer) {
  std::atomic<int> made{0}, waiting{0};
  auto slow = [&]() -> Result<CachedAnswer> {
    ++made;
    while (waiting < 4) std::this_thread::yield();
    return CachedAnswer{"once", "", 1};
  };
  std::vector<std::thread> askers;
  std::atomic<int> right{0};
  for (int i = 0; i < 4; ++i) {
    askers.emplace_back([&] {
      ++waiting;
      right += (*cache_.Get(1, "a", slow))->body == "once";
    });
  }
  for (auto& asker : askers) asker.join();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(right, 4);
}

}  // namespace
}  // namespace souk::serve
