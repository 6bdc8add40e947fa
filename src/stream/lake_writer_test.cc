// Topics into the raw zone, against librdkafka's mock of a broker.
#include "stream/lake_writer.h"

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
// Needs the line above it.
#include <librdkafka/rdkafka_mock.h>

#include <filesystem>
#include <set>
#include <thread>

#include "base/files.h"
#include "kafka/consumer.h"
#include "kafka/handle.h"
#include "kafka/producer.h"
#include "lake/faulty_file_store.h"
#include "stream/topic_into_lake.h"

namespace souk::stream {
namespace {

using kafka::Message;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Micros kNow = 1'764'331'470'123'456;  // 2025-11-28 12:04:30
constexpr char kTopic[] = "ecommerce-transactions";
constexpr char kRefused[] = "ecommerce-quarantine";

class LakeWriterTest : public testing::Test {
 protected:
  void SetUp() override {
    handle_ = kafka::MakeHandle(RD_KAFKA_PRODUCER, kafka::Conf(rd_kafka_conf_new())).value();
    cluster_ = rd_kafka_mock_cluster_new(handle_.get(), 1);
    ASSERT_FALSE(rd_kafka_mock_topic_create(cluster_, kTopic, 3, 1));
    ASSERT_FALSE(rd_kafka_mock_topic_create(cluster_, kRefused, 2, 1));
    settings_.all["bootstrap.servers"] = rd_kafka_mock_cluster_bootstraps(cluster_);
    options_.topics = {{kTopic, "transactions"}};
    options_.time_zone = "Europe/Berlin";
    options_.scratch = dir_.path() + "/scratch";
    options_.until_end = true;
  }
  void TearDown() override { rd_kafka_mock_cluster_destroy(cluster_); }

  static std::string Line(int number, const std::string& time) {
    return fmt::format(
        R"({{"transaction_id":"T{}","order_id":"O{}","unit_price":1.5,"transaction_timestamp":"{}"}})",
        number, number, time);
  }
  void Produce(const std::vector<std::optional<std::string>>& values) {
    auto producer = kafka::Producer::Open(settings_).value();
    for (const auto& value : values) {
      Message message;
      message.topic = kTopic;
      message.partition = produced_++ % 3;
      message.value = value;
      ASSERT_TRUE(producer->Send(std::move(message)));
    }
    ASSERT_TRUE(producer->Flush(seconds(20)));
  }
  Status Run(const std::shared_ptr<lake::FileStore>& store) {
    auto writer = LakeWriter::Open(options_, settings_, store, clock_);
    EXPECT_TRUE(writer) << writer.error().message;
    std::atomic<bool> stop{false};
    Status done = (*writer)->Run(stop);
    status_ = (*writer)->status().front();
    return done;
  }
  // Until the store is seen to be dead.
  void RunUntilDead(const std::shared_ptr<lake::FaultyFileStore>& store) {
    auto writer = LakeWriter::Open(options_, settings_, store, clock_).value();
    std::atomic<bool> stop{false};
    std::atomic<bool> ended{false};
    std::thread work([&] {
      (void)writer->Run(stop);
      ended = true;
    });
    while (!ended && !store->fired()) std::this_thread::sleep_for(milliseconds(5));
    stop = true;
    work.join();
  }
  void MustRun() {
    Status done = Run(store_);
    ASSERT_TRUE(done) << done.error().message;
  }
  // Lines of all files that count, and that their descriptions are right.
  std::multiset<std::string> Lines() {
    std::multiset<std::string> lines;
    const auto files = raw_.Files("transactions").value();
    for (const auto& file : files) {
      std::string content = store_->Read(file.path).value();
      EXPECT_EQ(content.size(), file.bytes);
      uint64_t rows = 0;
      for (size_t at = 0; at < content.size(); ++rows) {
        size_t end = content.find('\n', at);
        lines.insert(content.substr(at, end - at));
        at = end + 1;
      }
      EXPECT_EQ(rows, file.rows);
    }
    return lines;
  }
  std::multiset<std::string> Quarantined() {
    std::multiset<std::string> all;
    const auto files = quarantine_.List().value();
    for (const auto& file : files) {
      const auto records = quarantine_.Records(file.id, 0, 1000).value();
      for (const auto& record : records) {
        all.insert(record.place + " " + record.field + " " + record.reason + " " + record.content);
      }
    }
    return all;
  }
  // The topic of refused records, as Quarantined has them.
  std::multiset<std::string> Published() {
    auto consumer = kafka::Consumer::Open(settings_, {}).value();
    EXPECT_TRUE(consumer->Assign({{{kRefused, 0}, kafka::kBeginning}, {{kRefused, 1}, kafka::kBeginning}}));
    std::multiset<std::string> all;
    auto at_end = [&] { return consumer->AtEnd({kRefused, 0}) && consumer->AtEnd({kRefused, 1}); };
    for (int i = 0; i < 100 && !at_end(); ++i) {
      auto batch = consumer->PollBatch(100, milliseconds(100));
      EXPECT_TRUE(batch) << batch.error().message;
      for (const Message& message : *batch) {
        auto header = [&](size_t at) { return *message.headers.at(at).second; };
        EXPECT_EQ(message.partition, std::stoi(header(3)) % 2);
        all.insert(header(2) + "-" + header(3) + "@" + header(4) + " " + header(1) + " " + header(0) + " " +
                   message.value.value_or(""));
      }
    }
    return all;
  }
  // Hour and rows of each file, sorted.
  std::string Paths() {
    std::multiset<std::string> paths;
    const auto files = raw_.Files("transactions").value();
    for (const auto& file : files) {
      paths.insert(file.path.substr(lake::RawZone::Folder("transactions").size() + 1, 14) +
                   std::to_string(file.rows));
    }
    std::string text;
    for (const auto& path : paths) text += path + " ";
    return text;
  }

  kafka::Handle handle_;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
  kafka::ClientSettings settings_;
  TempDir dir_;
  std::shared_ptr<lake::FileStore> store_ = lake::OpenFileStore(dir_.path() + "/lake").value();
  lake::RawZone raw_{store_};
  lake::Quarantine quarantine_{store_};
  FakeClock clock_{kNow};
  LakeWriterOptions options_;
  LakeTopicStatus status_;
  int produced_ = 0;
};

TEST_F(LakeWriterTest, PutsEachRecordOnceIntoTheFileOfItsHour) {
  // Midnight in Berlin is between the two.
  Produce({Line(1, "2025-11-20T22:59:59Z"), Line(2, "2025-11-20T23:00:00Z"), Line(3, "2025-11-20T23:30:00Z"),
           Line(4, "2025-11-21 00:10:00")});
  MustRun();
  EXPECT_EQ(Paths(), "2025/11/20/23/1 2025/11/21/00/1 2025/11/21/00/2 ");
  EXPECT_EQ(status_.records, 4u);
  EXPECT_EQ(status_.files, 3u);
  EXPECT_EQ(status_.lag, 0);
  EXPECT_EQ(status_.last_commit, kNow);
  EXPECT_EQ(status_.error, "");
  auto positions = raw_.Positions("transactions").value();
  EXPECT_EQ(positions[kTopic].next, (std::map<int32_t, int64_t>{{0, 2}, {1, 1}, {2, 1}}));
  MustRun();
  EXPECT_EQ(*raw_.Version("transactions"), 1) << "nothing new came";
  Produce({"{\n\"transaction_id\":\"T5\",\r\n \"price\":2,\"date\":\"2025-11-20T23:30:00Z\"}"});
  MustRun();
  EXPECT_EQ(Lines(), (std::multiset<std::string>{
                         Line(1, "2025-11-20T22:59:59Z"), Line(2, "2025-11-20T23:00:00Z"),
                         Line(3, "2025-11-20T23:30:00Z"), Line(4, "2025-11-21 00:10:00"),
                         "{ \"transaction_id\":\"T5\",   \"price\":2,\"date\":\"2025-11-20T23:30:00Z\"}"}));
  auto file = raw_.Files("transactions")->back();
  EXPECT_EQ(file.topic, kTopic);
  EXPECT_FALSE(file.offsets.empty());
}

TEST_F(LakeWriterTest, RefusedRecordsGoToQuarantineAndToTheirTopic) {
  std::string deep = std::string(3000, '[');
  Produce({std::nullopt, "", Line(1, "2025-11-20T22:00:00Z"), "{\"a\":\"\xFF\"}", Line(2, "yesterday"), deep,
           Line(3, "2025-11-20T22:00:00Z")});
  MustRun();
  EXPECT_EQ(Lines().size(), 2u);
  auto refused = Quarantined();
  EXPECT_EQ(refused.size(), 5u);
  EXPECT_EQ(refused.count("ecommerce-transactions-0@0  no value (a tombstone) "), 1u);
  EXPECT_EQ(refused.count("ecommerce-transactions-1@0  empty "), 1u);
  EXPECT_EQ(refused.count("ecommerce-transactions-0@1  not valid UTF-8 {\"a\":\"\xFF\"}"), 1u);
  EXPECT_EQ(
      refused.count("ecommerce-transactions-1@1 transaction_timestamp transaction_timestamp: 'yesterday' is "
                    "not a time in ISO 8601 " +
                    Line(2, "yesterday")),
      1u);
  EXPECT_EQ(Published(), refused);
  EXPECT_EQ(status_.refused, 5u);
  Produce({"again"});
  MustRun();
  EXPECT_EQ(Quarantined().size(), 6u);
  EXPECT_EQ(Published(), Quarantined());
}

TEST_F(LakeWriterTest, LosesAndDoublesNothingWhereverItDies) {
  std::multiset<std::string> sent;
  size_t refused = 0;
  int number = 0, deaths = 0;
  for (uint64_t change = 1; change <= 5; ++change) {
    for (auto fault : {lake::Fault::kDie, change % 2 ? lake::Fault::kFail : lake::Fault::kFailAfter}) {
      SCOPED_TRACE(fmt::format("fault {} at change {}", static_cast<int>(fault), change));
      std::vector<std::optional<std::string>> values;
      for (int i = 0; i < 6; ++i) {
        bool bad = i % 3 == 2;
        values.push_back(Line(++number, bad ? "?" : fmt::format("2025-11-20T{:02}:00:00Z", 10 + i / 3)));
        bad ? ++refused : (sent.insert(*values.back()), 0);
      }
      Produce(values);
      auto faulty = std::make_shared<lake::FaultyFileStore>(store_);
      faulty->Arm(change, fault);
      RunUntilDead(faulty);
      deaths += faulty->fired();
      // Half the time more comes before the next start, so that it commits other ranges.
      if (change % 2 == 0) {
        Produce({Line(++number, "!")});
        ++refused;
      }
      MustRun();
      ASSERT_EQ(Lines(), sent);
      ASSERT_EQ(Quarantined().size(), refused);
    }
  }
  EXPECT_EQ(Published(), Quarantined());
  EXPECT_GE(deaths, 8);  // a run changes the store four times at least
  EXPECT_EQ(*raw_.RemoveOrphans("transactions"), 0u);
}

// A writer that died had sent more refused records than the next one's first commit has.
TEST_F(LakeWriterTest, RefusedRecordsAreToldOnceAlsoWhenCommitsBecomeSmaller) {
  std::filesystem::create_directories(options_.scratch);
  auto take = [](TopicIntoLake& into, const std::vector<int64_t>& offsets) {
    for (int64_t offset : offsets) {
      std::string value = fmt::format("broken {}", offset);
      ASSERT_TRUE(into.Take({kTopic, 0, offset, -1, value}));
    }
  };
  auto begun = [&](const std::shared_ptr<lake::FileStore>& store, QuarantineTopic& topic) {
    auto into = TopicIntoLake::Make(options_.topics[0], options_, store, clock_, topic).value();
    EXPECT_TRUE(into->Begin());
    return into;
  };
  auto faulty = std::make_shared<lake::FaultyFileStore>(store_);
  QuarantineTopic first(kRefused, settings_), second(kRefused, settings_), third(kRefused, settings_);
  auto one = begun(faulty, first);
  take(*one, {0, 1, 2, 3});
  faulty->Arm(2, lake::Fault::kDie);  // in quarantine and told, not committed
  ASSERT_FALSE(one->Commit());
  EXPECT_EQ(Published().size(), 4u);
  auto two = begun(store_, second);
  take(*two, {0});
  ASSERT_TRUE(two->Commit());
  take(*two, {1});
  ASSERT_TRUE(two->Commit());
  auto three = begun(store_, third);
  take(*three, {2, 3, 4});
  ASSERT_TRUE(three->Commit());
  EXPECT_EQ(Quarantined().size(), 5u);
  EXPECT_EQ(Published(), Quarantined());
}

TEST_F(LakeWriterTest, OfTwoWritersOneIsRefused) {
  QuarantineTopic topic(kRefused, settings_);
  std::filesystem::create_directories(options_.scratch + "2");
  LakeWriterOptions other = options_;
  other.scratch += "2";
  std::filesystem::create_directories(options_.scratch);
  auto one = TopicIntoLake::Make(options_.topics[0], options_, store_, clock_, topic).value();
  auto two = TopicIntoLake::Make(options_.topics[0], other, store_, clock_, topic).value();
  ASSERT_TRUE(one->Begin());
  ASSERT_TRUE(two->Begin());
  std::string line = Line(1, "2025-11-20T22:00:00Z"), next = Line(2, "2025-11-20T22:00:00Z");
  ASSERT_TRUE(one->Take({kTopic, 0, 0, -1, line}));
  ASSERT_TRUE(two->Take({kTopic, 0, 0, -1, line}));
  ASSERT_TRUE(two->Take({kTopic, 0, 1, -1, next}));
  ASSERT_TRUE(one->Commit());
  Status refused = two->Commit();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kAlreadyExists);
  EXPECT_EQ(
      refused.error().message,
      "the records of ecommerce-transactions-0 from offset 0 on cannot be committed: the raw zone has this "
      "partition up to offset 1, so another writer was faster");
  ASSERT_TRUE(two->Begin());
  EXPECT_EQ(two->NextOf(0), 1);
  ASSERT_TRUE(two->Take({kTopic, 0, 1, -1, next}));
  ASSERT_TRUE(two->Commit());
  EXPECT_EQ(Lines(), (std::multiset<std::string>{line, next}));
}

TEST_F(LakeWriterTest, FilesOfAPastHourBecomeOne) {
  for (int i = 1; i <= 4; ++i) {
    Produce({Line(i, "2025-11-20T22:00:00Z"), Line(10 + i, "2025-11-28T12:00:00Z")});
    MustRun();
  }
  auto lines = Lines();
  ASSERT_EQ(lines.size(), 8u);
  auto positions = raw_.Positions("transactions").value();
  QuarantineTopic topic(kRefused, settings_);
  auto writer = TopicIntoLake::Make(options_.topics[0], options_, store_, clock_, topic).value();
  ASSERT_TRUE(writer->Begin());
  clock_.Advance(kMicrosPerSecond);
  ASSERT_TRUE(writer->TidyUp());
  EXPECT_EQ(Lines(), lines);
  EXPECT_EQ(Paths(), "2025/11/20/23/4 2025/11/28/13/1 2025/11/28/13/1 2025/11/28/13/1 2025/11/28/13/1 ");
  EXPECT_EQ(raw_.Positions("transactions").value()[kTopic].next, positions[kTopic].next);
  size_t present = store_->List("ecommerce/raw/transactions/2025/11/20")->size();
  EXPECT_GT(present, 1u) << "readers of older versions still find theirs";
  clock_.Advance(2 * kMicrosPerDay);
  ASSERT_TRUE(writer->TidyUp());
  EXPECT_EQ(Lines(), lines);
  EXPECT_EQ(store_->List("ecommerce/raw/transactions/2025/11/20")->size(), 1u);
}

TEST_F(LakeWriterTest, ATopicThatWasMadeAnewIsSaid) {
  lake::RawCommit commit;
  commit.operation = "stream";
  commit.advance.push_back({kTopic, {{0, {-1, 500}}}, {}});
  ASSERT_TRUE(raw_.Commit("transactions", commit, kNow));
  Status done = Run(store_);
  ASSERT_FALSE(done);
  EXPECT_EQ(
      done.error().message,
      "ecommerce-transactions-0 ends at offset 0, and the lake has its records up to 500: the topic was made "
      "anew. Give it another name, so that its records can be told from the old ones");
}

}  // namespace
}  // namespace souk::stream
