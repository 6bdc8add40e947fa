// The page's look into the stream, against the embedded broker.
#include "serve/message_reader.h"

#include <gtest/gtest.h>

#include "app/broker_service.h"
#include "app/settings.h"
#include "base/files.h"
#include "serve/topic_watch.h"

namespace souk::app {
namespace {

using serve::MessageRequest;

class MessageReaderTest : public testing::Test {
 protected:
  void SetUp() override {
    Settings settings(SettingTable());
    ASSERT_TRUE(settings.Set("broker.port", "0", "test"));
    auto options = BrokerServiceOptionsOf(settings, dir_.path() + "/log");
    broker_ = std::make_unique<BrokerService>(options, SystemClock(),
                                              [this](const std::string& address) { address_ = address; });
    ASSERT_TRUE(broker_->Start());
    auto admin = access_.Admin();
    ASSERT_TRUE(admin) << admin.error().message;
    ASSERT_TRUE((*admin)->CreateTopic("orders", 3, -1, {}));
    for (int i = 0; i < 30; ++i) Send(i);
  }
  void TearDown() override { broker_->Stop(); }

  void Send(int i) {
    kafka::Message message;
    message.topic = "orders";
    message.partition = i % 3;
    message.timestamp_ms = 1'764'331'470'000 + i * 1000;
    message.key = "k" + std::to_string(i);
    message.value = "{\"n\": " + std::to_string(i) + "}";
    message.headers = {{"from", "test"}};
    auto sent = serve::SendMessage(access_, std::move(message));
    ASSERT_TRUE(sent) << sent.error().message;
    EXPECT_EQ(sent->where.partition, i % 3);
  }
  // The keys that are found.
  std::vector<std::string> Keys(const MessageRequest& request) {
    auto page = serve::ReadMessages(access_, request);
    EXPECT_TRUE(page) << page.error().message;
    if (!page) return {};
    last_ = *page;
    std::vector<std::string> keys;
    for (const auto& message : page->messages) keys.push_back(*message.key);
    return keys;
  }
  static MessageRequest Wish(const std::string& from, size_t limit) {
    MessageRequest request;
    request.topic = "orders";
    request.from = from;
    request.limit = limit;
    return request;
  }
  using Texts = std::vector<std::string>;

  TempDir dir_;
  std::string address_;
  std::unique_ptr<BrokerService> broker_;
  serve::StreamAccess access_{
      [this]() -> Result<kafka::ClientSettings> { return kafka::ParseUrl("embedded", address_); }};
  serve::MessagePage last_;
};

TEST_F(MessageReaderTest, TheNewestOfAllPartitions) {
  EXPECT_EQ(Keys(Wish("latest", 4)), (Texts{"k29", "k28", "k27", "k26"}));
  EXPECT_FALSE(last_.complete) << "there are older ones";
  EXPECT_EQ(last_.next, (std::map<int32_t, int64_t>{{0, 10}, {1, 10}, {2, 10}}));
  EXPECT_EQ(last_.messages[0].headers[0].first, "from");
  EXPECT_EQ(Keys(Wish("latest", 100)).size(), 30u);
  EXPECT_TRUE(last_.complete);
  auto one = Wish("latest", 2);
  one.partitions = {1};
  EXPECT_EQ(Keys(one), (Texts{"k28", "k25"}));
}

TEST_F(MessageReaderTest, FromAPlaceAndOn) {
  EXPECT_EQ(Keys(Wish("beginning", 3)), (Texts{"k0", "k1", "k2"})) << "every partition has its share";
  EXPECT_FALSE(last_.complete);
  auto on = Wish("", 6);
  on.after = last_.next;
  EXPECT_EQ(Keys(on), (Texts{"k3", "k4", "k5", "k6", "k7", "k8"}));
  auto single = Wish("4", 1);
  single.partitions = {2};
  EXPECT_EQ(Keys(single), (Texts{"k14"}));
  // 25 s after the first one.
  EXPECT_EQ(Keys(Wish("2025-11-28T12:04:55Z", 50)), (Texts{"k25", "k26", "k27", "k28", "k29"}));
  EXPECT_TRUE(last_.complete);
  EXPECT_EQ(Keys(Wish("end", 5)), Texts{});
}

TEST_F(MessageReaderTest, AFilterLooksAtAsManyAsItNeeds) {
  auto wish = Wish("latest", 2);
  wish.filter = "$.n < 3";
  EXPECT_EQ(Keys(wish), (Texts{"k2", "k1"}));
  EXPECT_EQ(last_.looked_at, 30u);
  wish = Wish("beginning", 5);
  wish.filter = "$.n == 17";
  EXPECT_EQ(Keys(wish), (Texts{"k17"}));
  wish.filter = "n = 17";
  auto wrong = serve::ReadMessages(access_, wish);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Code::kInvalid);
}

TEST_F(MessageReaderTest, FollowingPassesOverWhatIsFarBehind) {
  auto follow = Wish("", 6);
  follow.after = {{0, 0}, {1, 10}, {2, 10}};
  follow.follow = true;
  EXPECT_EQ(Keys(follow), (Texts{"k24", "k27"})) << "the last two, its share";
  EXPECT_EQ(last_.passed_over, 8u);
  follow.after = last_.next;
  EXPECT_EQ(Keys(follow), Texts{});
  Send(30);
  EXPECT_EQ(Keys(follow), (Texts{"k30"}));
}

TEST_F(MessageReaderTest, ALimitOfTimeIsKept) {
  serve::ReaderLimits limits;
  limits.look_at = 5;
  auto wish = Wish("beginning", 50);
  wish.filter = "$.n > 1000";
  auto page = serve::ReadMessages(access_, wish, limits);
  ASSERT_TRUE(page);
  EXPECT_FALSE(page->complete);
  EXPECT_LE(page->looked_at, 5u);
  EXPECT_LT(page->next[0], 10) << "the next answer goes on there";
}

TEST_F(MessageReaderTest, WhatIsNotThere) {
  auto wish = Wish("latest", 5);
  wish.topic = "gone";
  EXPECT_EQ(serve::ReadMessages(access_, wish).error().code, Code::kNotFound);
  kafka::Message message;
  message.topic = "gone";
  message.value = "x";
  EXPECT_EQ(serve::SendMessage(access_, message).error().code, Code::kNotFound)
      << "a slip of the pen makes no topic";
  wish = Wish("latest", 5);
  wish.partitions = {3};
  EXPECT_EQ(serve::ReadMessages(access_, wish).error().code, Code::kNotFound);
  EXPECT_EQ(serve::ReadMessages(access_, Wish("somewhere", 5)).error().code, Code::kInvalid);
  EXPECT_EQ(serve::ReadMessages(access_, Wish("latest", 5000)).error().code, Code::kInvalid);
}

TEST_F(MessageReaderTest, TopicsAndGroupsAreTold) {
  auto sizes = [this]() -> std::optional<serve::TopicBytes> {
    serve::TopicBytes bytes;
    auto told = broker_->TopicBytes();
    for (const auto& [where, size] : *told) bytes[{where.first, where.second}] = size;
    return bytes;
  };
  FakeClock clock(1'000'000'000);
  serve::TopicWatch watch(access_, clock, sizes);
  auto admin = access_.Admin();
  ASSERT_TRUE((*admin)->SetGroupOffsets("readers", {{{"orders", 0}, 4}, {{"orders", 1}, 10}}));
  auto first = watch.Overview();
  ASSERT_TRUE(first) << first.error().message;
  auto orders = std::find_if(first->topics.begin(), first->topics.end(),
                             [](auto& row) { return row.name == "orders"; });
  ASSERT_NE(orders, first->topics.end());
  EXPECT_EQ(orders->records, 30);
  EXPECT_GT(*orders->bytes, 500u);
  EXPECT_FALSE(orders->rate);
  ASSERT_EQ(orders->groups.size(), 1u);
  EXPECT_EQ(orders->groups[0].lag, 6);
  for (int i = 30; i < 40; ++i) Send(i);
  clock.Advance(2 * kMicrosPerSecond);
  auto detail = watch.Topic("orders");
  ASSERT_TRUE(detail);
  EXPECT_DOUBLE_EQ(*detail->row.rate, 5);
  EXPECT_EQ(detail->partitions.size(), 3u);
  EXPECT_GT(detail->settings.size(), 5u);
  auto group = watch.Group("readers");
  ASSERT_TRUE(group);
  EXPECT_EQ(group->info.state, "Empty");
  ASSERT_EQ(group->partitions.size(), 2u);
  EXPECT_EQ(*group->partitions[0].committed, 4);
  EXPECT_EQ(watch.Group("nobody").error().code, Code::kNotFound);
  EXPECT_EQ(watch.Topic("gone").error().code, Code::kNotFound);
}

}  // namespace
}  // namespace souk::app
