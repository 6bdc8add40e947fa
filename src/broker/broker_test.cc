// The broker over real sockets and a real log.
#include "broker/broker.h"

#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "base/files.h"
#include "broker/errors.h"
#include "broker/probe.h"
#include "broker/test_client.h"
#include "protocol/kafka/message/api_versions.h"
#include "protocol/kafka/message/create_topics.h"
#include "protocol/kafka/message/fetch.h"
#include "protocol/kafka/message/find_coordinator.h"
#include "protocol/kafka/message/init_producer_id.h"
#include "protocol/kafka/message/list_offsets.h"
#include "protocol/kafka/message/metadata.h"
#include "protocol/kafka/message/produce.h"

namespace souk::broker {
namespace {

using namespace protocol::kafka;

struct BrokerTest : testing::Test {
  void Open(BrokerOptions options = {}, log::FlushMode flush = log::FlushMode::kOs) {
    Close();
    log::StoreOptions store_options;
    store_options.defaults.flush = flush;
    store = *log::LogStore::Open(directory.path() + "/log", store_options, SystemClock());
    options.port = 0;
    broker = *Broker::Make(options, *store);
    Status started = broker->Start();
    ASSERT_TRUE(started) << started.error().message;
  }
  void Close() {
    if (broker) broker->Stop();
    broker.reset();
    if (store) {
      EXPECT_TRUE(store->Close());
    }
    store.reset();
  }
  void SetUp() override { Open(); }
  void TearDown() override { Close(); }

  void MakeTopic(const std::string& name, int32_t partitions = 1) {
    auto made = store->CreateTopic(name, partitions, {});
    ASSERT_TRUE(made) << made.error().message;
  }

  ProduceResponse::PartitionProduceResponse Produce(TestClient& client, const std::string& topic,
                                                    std::string_view batch, int16_t acks = -1) {
    ProduceRequest request;
    request.acks = acks;
    auto& data = request.topic_data.emplace_back();
    data.name = topic;
    data.partition_data.push_back({0, Records::Of(batch)});
    return client.Ask<ProduceResponse>(request, 9).responses[0].partition_responses[0];
  }

  static FetchRequest FetchFrom(const std::string& topic, int64_t offset, int32_t wait_ms = 0,
                                int32_t min_bytes = 1) {
    FetchRequest request;
    request.max_wait_ms = wait_ms;
    request.min_bytes = min_bytes;
    auto& wanted = request.topics.emplace_back();
    static std::string kept;
    kept = topic;
    wanted.topic = kept;
    auto& partition = wanted.partitions.emplace_back();
    partition.fetch_offset = offset;
    partition.partition_max_bytes = 1 << 20;
    return request;
  }

  TempDir directory;
  std::unique_ptr<log::LogStore> store;
  std::unique_ptr<Broker> broker;
};

TEST_F(BrokerTest, TellsWhatItSupports) {
  TestClient client(broker->port());
  auto response = client.Ask<ApiVersionsResponse>(ApiVersionsRequest{}, 3);
  ASSERT_EQ(response.api_keys.size(), SupportedApis().size());
  for (size_t i = 0; i < response.api_keys.size(); ++i) {
    EXPECT_EQ(response.api_keys[i].api_key, SupportedApis()[i].api_key);
    EXPECT_EQ(response.api_keys[i].max_version, SupportedApis()[i].max_version);
    if (i > 0) {
      EXPECT_GT(response.api_keys[i].api_key, response.api_keys[i - 1].api_key);
    }
  }
  EXPECT_TRUE(ProbeBroker(broker->address(), 1000));
}

TEST_F(BrokerTest, TheGuideNamesExactlyWhatIsSupported) {
  std::ifstream file("docs/guide/kafka.md");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  for (const ApiRange& api : SupportedApis()) {
    std::string row =
        fmt::format("| {} | {} | {}–{} |", api.name, api.api_key, api.min_version, api.max_version);
    EXPECT_NE(text.find(row), std::string::npos) << "docs/guide/kafka.md has no row: " << row;
  }
}

TEST_F(BrokerTest, CountsRequestsAndTheErrorsAmongThem) {
  MakeTopic("orders");
  TestClient client(broker->port());
  EXPECT_EQ(client.Ask<FetchResponse>(FetchFrom("orders", 0), 12).error_code, 0);
  EXPECT_EQ(client.Ask<FetchResponse>(FetchFrom("orders", 99), 12).responses[0].partitions[0].error_code,
            Wire(ErrorCode::kOffsetOutOfRange));
  EXPECT_EQ(client.Ask<FetchResponse>(FetchFrom("orders", 0), 4).throttle_time_ms, 0);
  auto use = broker->api_use();
  ASSERT_EQ(use.size(), 2u);
  EXPECT_STREQ(use[0].name, "Fetch");
  EXPECT_EQ(use[0].version, 4);
  EXPECT_EQ(use[0].requests, 1u);
  EXPECT_EQ(use[0].errors, 0u);
  EXPECT_EQ(use[1].version, 12);
  EXPECT_EQ(use[1].requests, 2u);
  EXPECT_EQ(use[1].errors, 1u);
}

TEST_F(BrokerTest, AnswersAskingInATooNewVersionInTheOldestOne) {
  TestClient client(broker->port());
  std::string frame = TestClient::Frame(ApiVersionsRequest{}, 4, 9);
  frame[7] = 99;  // the version
  ASSERT_TRUE(client.SendBytes(frame));
  std::string answer = client.ReceiveFrame();
  Reader in(answer);
  EXPECT_EQ(in.Int32(), 9);
  ApiVersionsResponse response;
  ASSERT_TRUE(response.Decode(in, 0));
  EXPECT_EQ(response.error_code, 35);
  EXPECT_FALSE(response.api_keys.empty());
}

TEST_F(BrokerTest, ClosesOnWhatItDoesNotSpeak) {
  for (std::string bytes : {std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
                            std::string("\0\0\0\12\x7f\xff\0\0\0\0\0\1\0\0", 14),
                            std::string("\xff\xff\xff\xff", 4), std::string("\0\0\0\2\0\0", 6)}) {
    TestClient client(broker->port());
    ASSERT_TRUE(client.SendBytes(bytes));
    EXPECT_TRUE(client.Ended());
  }
  TestClient old(broker->port());
  std::string frame = TestClient::Frame(ProduceRequest{}, 3, 1);
  frame[7] = 2;  // a version whose records are of an old format
  ASSERT_TRUE(old.SendBytes(frame));
  EXPECT_TRUE(old.Ended());
}

TEST_F(BrokerTest, RequestsInOneGoAreAnsweredInOrder) {
  MakeTopic("orders");
  TestClient client(broker->port());
  std::string all;
  // A fetch that waits stands between requests that could be answered at once.
  all += TestClient::Frame(ApiVersionsRequest{}, 0, 1);
  all += TestClient::Frame(FetchFrom("orders", 0, 300), 11, 2);
  for (int32_t id = 3; id <= 200; ++id) all += TestClient::Frame(MetadataRequest{}, 1, id);
  ASSERT_TRUE(client.SendBytes(all));
  for (int32_t id = 1; id <= 200; ++id) {
    std::string frame = client.ReceiveFrame();
    ASSERT_EQ(Reader(frame).Int32(), id);
  }
}

TEST_F(BrokerTest, RequestsMayComeByteByByte) {
  TestClient client(broker->port());
  for (char byte : TestClient::Frame(MetadataRequest{}, 12, 5)) {
    ASSERT_TRUE(client.SendBytes({&byte, 1}));
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  std::string frame = client.ReceiveFrame();
  EXPECT_EQ(Reader(frame).Int32(), 5);
}

TEST_F(BrokerTest, WhatIsProducedIsFetchedAsItCame) {
  MakeTopic("orders");
  TestClient client(broker->port());
  std::string small = MakeBatch({"one", "two"}), large = MakeBatch({std::string(500'000, 'x')});
  auto first = Produce(client, "orders", small);
  EXPECT_EQ(first.error_code, 0) << first.error_message.value_or("");
  EXPECT_EQ(first.base_offset, 0);
  EXPECT_EQ(Produce(client, "orders", large).base_offset, 2);
  auto fetched = client.Ask<FetchResponse>(FetchFrom("orders", 1), 11);
  auto& partition = fetched.responses[0].partitions[0];
  EXPECT_EQ(partition.high_watermark, 3);
  std::string bytes(partition.records.bytes);
  ASSERT_EQ(bytes.size(), small.size() + large.size());
  // But for the base offset and the leader's epoch, which the broker sets.
  EXPECT_EQ(bytes.substr(16, small.size() - 16), small.substr(16));
  EXPECT_EQ(bytes.substr(small.size() + 16), large.substr(16));
  auto header = log::ParseBatchHeader(std::string_view(bytes).substr(small.size()));
  EXPECT_EQ(header->base_offset, 2);
}

TEST_F(BrokerTest, RefusesBatchesThatAreNotInOrder) {
  MakeTopic("orders");
  TestClient client(broker->port());
  std::string batch = MakeBatch({"value"});
  std::string flipped = batch;
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  EXPECT_EQ(Produce(client, "orders", flipped).error_code, Wire(ErrorCode::kCorruptMessage));
  std::string old = batch;
  old[16] = 1;
  EXPECT_EQ(Produce(client, "orders", old).error_code, Wire(ErrorCode::kUnsupportedForMessageFormat));
  EXPECT_EQ(Produce(client, "orders", MakeBatch({std::string(2'000'000, 'x')})).error_code,
            Wire(ErrorCode::kMessageTooLarge));
  EXPECT_EQ(Produce(client, "nowhere", batch).error_code, Wire(ErrorCode::kUnknownTopicOrPartition));
  EXPECT_EQ(Produce(client, "orders", batch, 7).error_code, Wire(ErrorCode::kInvalidRequiredAcks));
  EXPECT_EQ(Produce(client, "orders", batch).base_offset, 0) << "nothing of the above was kept";
}

TEST_F(BrokerTest, WithoutAcknowledgementNothingIsAnswered) {
  MakeTopic("orders");
  TestClient client(broker->port());
  ProduceRequest request;
  request.acks = 0;
  request.topic_data.emplace_back().name = "orders";
  std::string batch = MakeBatch({"a"});
  request.topic_data[0].partition_data.push_back({0, Records::Of(batch)});
  ASSERT_TRUE(
      client.SendBytes(TestClient::Frame(request, 9, 1) + TestClient::Frame(MetadataRequest{}, 1, 2)));
  std::string frame = client.ReceiveFrame();
  EXPECT_EQ(Reader(frame).Int32(), 2);
  EXPECT_EQ(store->FindPartition("orders", 0)->end_offset(), 1);
}

TEST_F(BrokerTest, AFetchWaitsForRecordsAndIsWoken) {
  MakeTopic("orders");
  TestClient reader(broker->port()), writer(broker->port());
  auto started = std::chrono::steady_clock::now();
  ASSERT_TRUE(reader.SendBytes(TestClient::Frame(FetchFrom("orders", 0, 30'000), 11, 1)));
  EXPECT_TRUE(reader.ReceiveFrame(100).empty());
  EXPECT_EQ(broker->status().fetch_waits, 1u);
  Produce(writer, "orders", MakeBatch({"news"}));
  EXPECT_FALSE(reader.ReceiveFrame().empty());
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(5));
  EXPECT_EQ(broker->status().fetch_waits, 0u);
}

TEST_F(BrokerTest, AFetchWaitsUntilThereIsEnoughOrItsTimeIsOver) {
  MakeTopic("orders");
  TestClient reader(broker->port()), writer(broker->port());
  std::string batch = MakeBatch({std::string(1000, 'x')});
  auto wanted = static_cast<int32_t>(3 * batch.size());
  ASSERT_TRUE(reader.SendBytes(TestClient::Frame(FetchFrom("orders", 0, 30'000, wanted), 11, 1)));
  Produce(writer, "orders", batch);
  Produce(writer, "orders", batch);
  EXPECT_TRUE(reader.ReceiveFrame(100).empty());
  Produce(writer, "orders", batch);
  EXPECT_GT(reader.ReceiveFrame().size(), 3 * batch.size());
  auto late = reader.Ask<FetchResponse>(FetchFrom("orders", 0, 50, 1 << 20), 11);
  EXPECT_EQ(late.responses[0].partitions[0].records.bytes.size(), 3 * batch.size());
}

TEST_F(BrokerTest, AnswersOfASessionNameOnlyWhatIsNew) {
  MakeTopic("orders", 2);
  TestClient client(broker->port());
  FetchRequest request = FetchFrom("orders", 0);
  request.topics[0].partitions.push_back(request.topics[0].partitions[0]);
  request.topics[0].partitions[1].partition = 1;
  request.session_epoch = 0;
  auto full = client.Ask<FetchResponse>(request, 11);
  ASSERT_NE(full.session_id, 0);
  EXPECT_EQ(full.responses[0].partitions.size(), 2u);
  FetchRequest next;
  next.session_id = full.session_id;
  next.session_epoch = 1;
  EXPECT_TRUE(client.Ask<FetchResponse>(next, 11).responses.empty());
  Produce(client, "orders", MakeBatch({"x"}));
  next.session_epoch = 2;
  auto news = client.Ask<FetchResponse>(next, 11);
  ASSERT_EQ(news.responses.size(), 1u);
  ASSERT_EQ(news.responses[0].partitions.size(), 1u);
  EXPECT_EQ(news.responses[0].partitions[0].partition_index, 0);
}

TEST_F(BrokerTest, OffsetsOutsideOfTheLogAreRefused) {
  MakeTopic("orders");
  TestClient client(broker->port());
  auto fetched = client.Ask<FetchResponse>(FetchFrom("orders", 10), 11);
  EXPECT_EQ(fetched.responses[0].partitions[0].error_code, Wire(ErrorCode::kOffsetOutOfRange));
  auto unknown = client.Ask<FetchResponse>(FetchFrom("nowhere", 0), 11);
  EXPECT_EQ(unknown.responses[0].partitions[0].error_code, Wire(ErrorCode::kUnknownTopicOrPartition));
}

TEST_F(BrokerTest, ListsOffsetsByTime) {
  MakeTopic("orders");
  TestClient client(broker->port());
  for (int64_t i = 0; i < 3; ++i) Produce(client, "orders", MakeBatch({"x"}, 1000 + i * 100));
  auto ask = [&](int64_t timestamp) {
    ListOffsetsRequest request;
    request.topics.emplace_back().name = "orders";
    request.topics[0].partitions.emplace_back().timestamp = timestamp;
    return client.Ask<ListOffsetsResponse>(request, 7).topics[0].partitions[0];
  };
  EXPECT_EQ(ask(-1).offset, 3);
  EXPECT_EQ(ask(-2).offset, 0);
  EXPECT_EQ(ask(-3).offset, 2);
  EXPECT_EQ(ask(1050).offset, 1);
  EXPECT_EQ(ask(1050).timestamp, 1100);
  EXPECT_EQ(ask(9999).offset, -1);
}

TEST_F(BrokerTest, AnswersWithTheAddressByWhichTheClientCame) {
  TestClient client(broker->port());
  auto metadata = client.Ask<MetadataResponse>(MetadataRequest{}, 12);
  ASSERT_EQ(metadata.brokers.size(), 1u);
  EXPECT_EQ(metadata.brokers[0].host, "127.0.0.1");
  EXPECT_EQ(metadata.brokers[0].port, broker->port());
  EXPECT_EQ(metadata.cluster_id->size(), 22u);
  FindCoordinatorRequest find;
  find.key = "group";
  EXPECT_EQ(client.Ask<FindCoordinatorResponse>(find, 2).port, broker->port());
}

TEST_F(BrokerTest, TransactionsAreRefusedForGood) {
  TestClient client(broker->port());
  InitProducerIdRequest request;
  request.transactional_id = "tx";
  EXPECT_EQ(client.Ask<InitProducerIdResponse>(request, 4).error_code,
            Wire(ErrorCode::kTransactionalIdAuthorizationFailed));
  FindCoordinatorRequest find;
  find.key = "tx";
  find.key_type = 1;
  EXPECT_EQ(client.Ask<FindCoordinatorResponse>(find, 2).error_code,
            Wire(ErrorCode::kTransactionalIdAuthorizationFailed));
  request.transactional_id.reset();
  auto one = client.Ask<InitProducerIdResponse>(request, 4),
       two = client.Ask<InitProducerIdResponse>(request, 4);
  EXPECT_NE(one.producer_id, two.producer_id);
}

TEST_F(BrokerTest, ARequestLargerThanAllowedEndsTheConnection) {
  BrokerOptions options;
  options.max_request_bytes = 1000;
  Open(options);
  TestClient client(broker->port());
  ASSERT_TRUE(client.SendBytes(std::string("\0\0\4\0", 4)));
  EXPECT_TRUE(client.Ended());
}

TEST_F(BrokerTest, ConnectionsBeyondTheLimitAreRefused) {
  BrokerOptions options;
  options.max_connections = 2;
  Open(options);
  TestClient one(broker->port()), two(broker->port());
  one.Ask<MetadataResponse>(MetadataRequest{}, 1);
  two.Ask<MetadataResponse>(MetadataRequest{}, 1);
  TestClient three(broker->port());
  EXPECT_TRUE(three.Ended());
}

TEST_F(BrokerTest, AClientThatDoesNotReadHoldsNobodyUp) {
  BrokerOptions options;
  options.threads = 1;
  options.max_fetch_bytes = 100'000'000;
  Open(options);
  MakeTopic("orders");
  TestClient writer(broker->port());
  for (int i = 0; i < 20; ++i) Produce(writer, "orders", MakeBatch({std::string(900'000, 'x')}));
  TestClient slow(broker->port(), 4096);
  FetchRequest all = FetchFrom("orders", 0);
  all.topics[0].partitions[0].partition_max_bytes = 30'000'000;
  std::string many;
  for (int32_t id = 1; id <= 12; ++id) many += TestClient::Frame(all, 11, id);
  ASSERT_TRUE(slow.SendBytes(many));
  for (int i = 0; i < 100; ++i) {
    auto started = std::chrono::steady_clock::now();
    writer.Ask<MetadataResponse>(MetadataRequest{}, 1);
    ASSERT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(2));
  }
  for (int32_t id = 1; id <= 12; ++id) {
    std::string frame = slow.ReceiveFrame();
    ASSERT_EQ(Reader(frame).Int32(), id);
    ASSERT_GT(frame.size(), 18'000'000u);
  }
}

TEST_F(BrokerTest, AnAnswerHasAsManyRecordsAsItMay) {
  BrokerOptions options;
  options.max_fetch_bytes = 4'000'000;
  Open(options);
  MakeTopic("orders");
  TestClient client(broker->port());
  for (int i = 0; i < 20; ++i) Produce(client, "orders", MakeBatch({std::string(900'000, 'x')}));
  auto batches = [&](int32_t min_bytes, int32_t max_bytes) {
    FetchRequest all = FetchFrom("orders", 0, 5000, min_bytes);
    all.topics[0].partitions[0].partition_max_bytes = 30'000'000;
    all.max_bytes = max_bytes;
    return client.Ask<FetchResponse>(all, 11).responses[0].partitions[0].records.size() / 900'000;
  };
  EXPECT_EQ(batches(1, 50'000'000), 4u);
  EXPECT_EQ(batches(1, 2'000'000), 2u);
  EXPECT_EQ(batches(1, 10), 1u);  // the first one whatever its size
  EXPECT_EQ(batches(9'100'000, 50'000'000), 10u);
}

TEST_F(BrokerTest, AClientThatLeavesInTheMiddleOfAnAnswerHarmsNobody) {
  MakeTopic("orders");
  TestClient writer(broker->port());
  for (int i = 0; i < 20; ++i) Produce(writer, "orders", MakeBatch({std::string(900'000, 'x')}));
  FetchRequest all = FetchFrom("orders", 0);
  all.topics[0].partitions[0].partition_max_bytes = 30'000'000;
  for (int i = 0; i < 20; ++i) {
    TestClient leaving(broker->port(), 4096);
    ASSERT_TRUE(leaving.SendBytes(TestClient::Frame(all, 11, 1)));
    if (i % 2 == 0) leaving.ReceiveFrame(1);
  }
  EXPECT_EQ(Produce(writer, "orders", MakeBatch({"x"})).base_offset, 20);
}

TEST_F(BrokerTest, IdleConnectionsCostLittle) {
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 400; ++i) {
    clients.push_back(std::make_unique<TestClient>(broker->port()));
    ASSERT_TRUE(clients.back()->connected());
    clients.back()->Ask<MetadataResponse>(MetadataRequest{}, 1);
  }
  EXPECT_EQ(broker->status().connections, 400u);
  clients.clear();
  for (int i = 0; i < 500 && broker->status().connections > 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(broker->status().connections, 0u);
}

TEST_F(BrokerTest, AppendsThatAreSyncedOneByOneAreAnsweredAfterTheSync) {
  Open({}, log::FlushMode::kEach);
  MakeTopic("orders");
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&] {
      TestClient client(broker->port());
      for (int j = 0; j < 20; ++j) EXPECT_EQ(Produce(client, "orders", MakeBatch({"x"})).error_code, 0);
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(store->FindPartition("orders", 0)->high_watermark(), 80);
}

TEST_F(BrokerTest, StoppingAnswersWhatWaits) {
  MakeTopic("orders");
  TestClient reader(broker->port());
  ASSERT_TRUE(reader.SendBytes(TestClient::Frame(FetchFrom("orders", 0, 60'000), 11, 1)));
  while (broker->status().fetch_waits == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  auto started = std::chrono::steady_clock::now();
  broker->Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(3));
}

}  // namespace
}  // namespace souk::broker
