// Producers and consumers against librdkafka's mock of a broker.
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
// Needs the line above it.
#include <librdkafka/rdkafka_mock.h>

#include <atomic>
#include <set>

#include "kafka/consumer.h"
#include "kafka/handle.h"
#include "kafka/producer.h"

namespace souk::kafka {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class ClientsTest : public testing::Test {
 protected:
  void SetUp() override {
    handle_ = MakeHandle(RD_KAFKA_PRODUCER, Conf(rd_kafka_conf_new())).value();
    cluster_ = rd_kafka_mock_cluster_new(handle_.get(), 1);
    ASSERT_TRUE(cluster_);
    ASSERT_FALSE(rd_kafka_mock_topic_create(cluster_, "orders", 3, 1));
    settings_.all["bootstrap.servers"] = rd_kafka_mock_cluster_bootstraps(cluster_);
  }
  void TearDown() override { rd_kafka_mock_cluster_destroy(cluster_); }

  std::unique_ptr<Producer> MakeProducer(const ProducerOptions& options = {}) {
    auto producer = Producer::Open(settings_, options);
    EXPECT_TRUE(producer) << producer.error().message;
    return std::move(*producer);
  }
  std::unique_ptr<Consumer> MakeConsumer(const std::string& group) {
    ConsumerOptions options;
    options.group = group;
    options.properties = {{"session.timeout.ms", "6000"}, {"heartbeat.interval.ms", "200"}};
    auto consumer = Consumer::Open(settings_, options);
    EXPECT_TRUE(consumer) << consumer.error().message;
    return std::move(*consumer);
  }
  void Produce(int from, int to) {
    auto producer = MakeProducer();
    for (int i = from; i < to; ++i) {
      Message message;
      message.topic = "orders";
      message.partition = i % 3;
      message.key = "k" + std::to_string(i);
      message.value = std::to_string(i);
      message.timestamp_ms = 1'764'331'470'000 + i;
      ASSERT_TRUE(producer->Send(std::move(message)));
    }
    ASSERT_TRUE(producer->Flush(seconds(20)));
  }
  // Reads until `count` records are there.
  std::multiset<int> Consume(Consumer& consumer, size_t count) {
    std::multiset<int> values;
    for (int i = 0; i < 300 && values.size() < count; ++i) {
      auto batch = consumer.PollBatch(count - values.size(), milliseconds(100));
      EXPECT_TRUE(batch) << batch.error().message;
      if (!batch) break;
      for (const Message& message : *batch) values.insert(std::stoi(*message.value));
    }
    return values;
  }

  Handle handle_;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
  ClientSettings settings_;
};

TEST_F(ClientsTest, RecordsComeBackAsTheyWere) {
  auto producer = MakeProducer();
  Message sent;
  sent.topic = "orders";
  sent.partition = 1;
  sent.key = std::string("a\0b", 3);
  sent.value = std::nullopt;
  sent.timestamp_ms = 1'764'331'470'123;
  sent.headers = {{"h", "1"}, {"h", std::nullopt}, {"empty", ""}};
  std::atomic<int> reports{0};
  ASSERT_TRUE(producer->Send(sent, [&](const Result<Delivered>& report) {
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->where.partition, 1);
    EXPECT_EQ(report->offset, 0);
    ++reports;
  }));
  ASSERT_TRUE(producer->Flush(seconds(20)));
  EXPECT_EQ(reports, 1);
  EXPECT_EQ(producer->waiting(), 0u);
  auto consumer = MakeConsumer("");
  ASSERT_TRUE(consumer->Assign({{{"orders", 1}, kBeginning}}));
  std::optional<Message> got;
  for (int i = 0; i < 100 && !got; ++i) got = consumer->Poll(milliseconds(100)).value();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->key, sent.key);
  EXPECT_EQ(got->value, sent.value);
  EXPECT_EQ(got->timestamp_ms, sent.timestamp_ms);
  EXPECT_EQ(got->headers, sent.headers);
  EXPECT_EQ(got->offset, 0);
  for (int i = 0; i < 100 && !consumer->AtEnd({"orders", 1}); ++i)
    ASSERT_TRUE(consumer->Poll(milliseconds(100)));
  EXPECT_TRUE(consumer->AtEnd({"orders", 1}));
  EXPECT_FALSE(consumer->Commit({{{"orders", 1}, 1}})) << "there is no group";
}

TEST_F(ClientsTest, AGroupGoesOnWhereItCommitted) {
  Produce(0, 30);
  std::vector<TopicPartition> assigned;
  std::vector<TopicPartition> revoked;
  Offsets next;
  {
    auto consumer = MakeConsumer("g");
    ASSERT_TRUE(consumer->Subscribe(
        {"orders"}, [&](const auto& where) { assigned.insert(assigned.end(), where.begin(), where.end()); },
        [&](const auto& where) { revoked.insert(revoked.end(), where.begin(), where.end()); }));
    std::multiset<int> first = Consume(*consumer, 30);
    EXPECT_EQ(first.size(), 30u);
    EXPECT_EQ(assigned.size(), 3u);
    EXPECT_EQ(consumer->assignment().size(), 3u);
    for (const TopicPartition& where : assigned) next[where] = 10;
    ASSERT_TRUE(consumer->Commit(next));
    EXPECT_EQ(consumer->Committed(assigned).value(), next);
    ASSERT_TRUE(consumer->Close());
  }
  EXPECT_EQ(revoked.size(), 3u);
  Produce(30, 40);
  auto consumer = MakeConsumer("g");
  ASSERT_TRUE(consumer->Subscribe({"orders"}));
  std::multiset<int> second = Consume(*consumer, 10);
  EXPECT_EQ(*second.begin(), 30);
  EXPECT_EQ(second.size(), 10u);
}

TEST_F(ClientsTest, SeeksAndKnowsTheRange) {
  Produce(0, 30);
  auto consumer = MakeConsumer("");
  EXPECT_EQ(consumer->PartitionsOf("orders")->size(), 3u);
  auto range = consumer->RangeOf({"orders", 0});
  ASSERT_TRUE(range) << range.error().message;
  EXPECT_EQ(range->start, 0);
  EXPECT_EQ(range->end, 10);
  ASSERT_TRUE(consumer->Assign({{{"orders", 0}, 8}}));
  EXPECT_EQ(Consume(*consumer, 2), (std::multiset<int>{24, 27}));
  ASSERT_TRUE(consumer->Seek({"orders", 0}, 0));
  EXPECT_EQ(Consume(*consumer, 10).size(), 10u);
}

TEST_F(ClientsTest, AFailedRecordIsReportedOnce) {
  settings_.producer["message.timeout.ms"] = "1000";
  auto producer = MakeProducer();
  rd_kafka_mock_broker_set_down(cluster_, 1);
  std::atomic<int> reports{0};
  Message message;
  message.topic = "orders";
  message.partition = 0;
  message.value = "lost";
  ASSERT_TRUE(producer->Send(message, [&](const Result<Delivered>& report) {
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, Code::kTimeout) << report.error().message;
    EXPECT_NE(report.error().message.find("orders-0"), std::string::npos) << report.error().message;
    ++reports;
  }));
  (void)producer->Flush(seconds(20));
  EXPECT_EQ(reports, 1);
}

TEST_F(ClientsTest, AFullQueueHoldsTheSenderUp) {
  rd_kafka_mock_broker_set_down(cluster_, 1);
  ProducerOptions options;
  options.properties = {{"queue.buffering.max.messages", "10"}, {"message.timeout.ms", "60000"}};
  options.full_queue_timeout = milliseconds(50);
  auto producer = MakeProducer(options);
  std::atomic<int> reports{0};
  Message message;
  message.topic = "orders";
  message.value = "x";
  int sent = 0;
  Status status;
  while (sent < 1000 && (status = producer->Send(message, [&](const Result<Delivered>&) { ++reports; })))
    ++sent;
  EXPECT_EQ(sent, 10);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kTimeout);
  rd_kafka_mock_broker_set_up(cluster_, 1);
  ASSERT_TRUE(producer->Flush(seconds(30)));
  EXPECT_EQ(reports, 10);
}

TEST_F(ClientsTest, FewerAcknowledgementsTakeIdempotenceAway) {
  for (const char* acks : {"0", "1", "all"}) {
    settings_.producer["acks"] = acks;
    auto producer = MakeProducer();
    ASSERT_TRUE(producer);
    Message message;
    message.topic = "orders";
    message.value = "x";
    ASSERT_TRUE(producer->Send(message));
    EXPECT_TRUE(producer->Flush(seconds(20)));
  }
  settings_.producer = {{"acks", "1"}, {"enable.idempotence", "true"}};
  EXPECT_FALSE(Producer::Open(settings_));
}

TEST_F(ClientsTest, WhatIsNotThereIsSaid) {
  auto consumer = MakeConsumer("");
  rd_kafka_mock_topic_set_error(cluster_, "nowhere", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  auto partitions = consumer->PartitionsOf("nowhere");
  ASSERT_FALSE(partitions);
  EXPECT_EQ(partitions.error().code, Code::kNotFound) << partitions.error().message;
}

}  // namespace
}  // namespace souk::kafka
