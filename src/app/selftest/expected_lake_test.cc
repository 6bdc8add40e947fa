#include "app/selftest/expected_lake.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>

namespace souk::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOrder =
    R"({"transaction_id":"T1","transaction_timestamp":"2025-11-20T18:59:59.999Z","note": "as it came"})";
constexpr const char* kView = R"({"event_id":"E1","event_time":"2025-11-20T19:00:00Z"})";
constexpr const char* kBroken = R"({"event_id":"E2","event_time":)";
constexpr const char* kLatin = "{\"name\":\"\xE9t\xE9\"}";

// A small lake as it has to be, which each test spoils in one way.
class ExpectedLakeTest : public testing::Test {
 protected:
  ExpectedLakeTest() {
    fs::create_directories(root_);
    ShopLoadOptions topics;
    topics.transactions_topic = "orders";
    topics.clickstream_topic = "events";
    auto sent = SentRecords::Open((root_ / "sent.duckdb").string(), topics);
    EXPECT_TRUE(sent) << sent.error().message;
    sent_ = std::make_unique<SentRecords>(*std::move(sent));
    EXPECT_TRUE(sent_->Add({{true, LoadKind::kGood, 0, 0, kOrder},
                            {false, LoadKind::kGood, 1, 0, kView},
                            {false, LoadKind::kLate, 1, 1, kView},
                            {false, LoadKind::kPoison, 1, 2, kBroken},
                            {true, LoadKind::kPoison, 2, 0, kLatin}}));
    Write(order_, std::string(kOrder) + "\n");
    Write("raw/clickstream/2025/11/20/19/a.jsonl", std::string(kView) + "\n");
    Write("raw/clickstream/2025/11/20/19/whole.jsonl", std::string(kView) + "\n" + kView + "\n");
    Write("raw/transactions/_commits/00000000000000000001.json",
          "{\"commit\":{\"version\":1}}\n{\"add\":{\"path\":\"2025/11/20/18/o.jsonl\",\"rows\":1}}\n");
    Write("raw/clickstream/_commits/00000000000000000001.json",
          "{\"commit\":{\"version\":1}}\n{\"add\":{\"path\":\"2025/11/20/19/a.jsonl\",\"rows\":1}}\n");
    Write(merge_,
          "{\"remove\":{\"path\":\"2025/11/20/19/a.jsonl\"}}\n"
          "{\"add\":{\"path\":\"2025/11/20/19/whole.jsonl\",\"rows\":2}}\n");
    Write("quarantine/clickstream/1.jsonl",
          "{\"quarantine\":{\"records\":1}}\n{\"line\":1,\"place\":\"events-1@2\",\"content\":"
          "\"{\\\"event_id\\\":\\\"E2\\\",\\\"event_time\\\":\"}\n");
    Write(latin_,
          "{\"quarantine\":{\"records\":1}}\n{\"line\":1,\"place\":\"orders-2@0\",\"content_base64\":"
          "\"eyJuYW1lIjoi6XTpIn0=\"}\n");
  }
  ~ExpectedLakeTest() override { fs::remove_all(root_); }

  fs::path Path(const std::string& file) const { return root_ / "lake/ecommerce" / file; }
  void Write(const std::string& file, const std::string& text,
             std::ios::openmode mode = std::ios::trunc) const {
    fs::create_directories(Path(file).parent_path());
    std::ofstream(Path(file), mode | std::ios::out) << text;
  }
  void Append(const std::string& file, const std::string& text) const { Write(file, text, std::ios::app); }
  // What is wrong; "" = nothing.
  std::string Check() {
    auto checked = CheckLake(*sent_, (root_ / "lake").string(), told_);
    if (!checked) return checked.error().message;
    EXPECT_EQ(checked->records, 3u);
    return "";
  }

  const fs::path root_ = fs::path(testing::TempDir()) / ("expected_lake_" + std::to_string(getpid()));
  const std::string order_ = "raw/transactions/2025/11/20/18/o.jsonl";
  const std::string merge_ = "raw/clickstream/_commits/00000000000000000002.json";
  const std::string latin_ = "quarantine/transactions/2.jsonl";
  std::unique_ptr<SentRecords> sent_;
  std::vector<RefusedMessage> told_ = {{"events-1@2", kBroken}, {"orders-2@0", kLatin}};
};

TEST_F(ExpectedLakeTest, ALakeThatHasEachRecordOnceIsRight) { EXPECT_EQ(Check(), ""); }

TEST_F(ExpectedLakeTest, ALineTooMuchIsSeen) {
  Append(order_, std::string(kOrder) + "\n");
  EXPECT_NE(Check().find("1 rows in the log, 2 lines"), std::string::npos) << Check();
}

TEST_F(ExpectedLakeTest, ARecordOfAnotherHourIsSeen) {
  fs::create_directories(Path("raw/transactions/2025/11/20/17"));
  fs::rename(Path(order_), Path("raw/transactions/2025/11/20/17/o.jsonl"));
  Write("raw/transactions/_commits/00000000000000000001.json",
        "{\"add\":{\"path\":\"2025/11/20/17/o.jsonl\",\"rows\":1}}\n");
  EXPECT_NE(Check().find("records of the lake: 2 differences: transactions 2025/11/20/17"), std::string::npos)
      << Check();
}

TEST_F(ExpectedLakeTest, ARecordThatIsNotAsItCameIsSeen) {
  Write(order_, "{\"transaction_id\":\"T1\",\"transaction_timestamp\":\"2025-11-20T18:59:59.999Z\"}\n");
  EXPECT_NE(Check().find("records of the lake: 2 differences"), std::string::npos) << Check();
}

TEST_F(ExpectedLakeTest, AMergeThatCountsBesideItsPartsIsSeen) {
  Write(merge_, "{\"add\":{\"path\":\"2025/11/20/19/whole.jsonl\",\"rows\":2}}\n");
  EXPECT_NE(Check().find("is there 3 times, 2 acknowledged"), std::string::npos) << Check();
}

TEST_F(ExpectedLakeTest, FilesThatAreMissingOrOfNoCommitAreSeen) {
  Write("raw/clickstream/2025/11/20/19/left.jsonl", "");
  fs::remove(Path(order_));
  std::string wrong = Check();
  EXPECT_NE(wrong.find("left.jsonl is in no commit"), std::string::npos) << wrong;
  EXPECT_NE(wrong.find("o.jsonl counts and is not there"), std::string::npos) << wrong;
}

TEST_F(ExpectedLakeTest, BrokenRecordsThatAreMissingOrTwiceAreSeen) {
  fs::copy_file(Path(latin_), Path("quarantine/transactions/3.jsonl"));
  EXPECT_NE(Check().find("quarantine: 1 difference: too many orders-2@0"), std::string::npos) << Check();
  fs::remove(Path("quarantine/transactions/3.jsonl"));
  fs::remove(Path(latin_));
  EXPECT_NE(Check().find("quarantine: 1 difference: missing orders-2@0"), std::string::npos) << Check();
}

TEST_F(ExpectedLakeTest, BrokenRecordsThatWereToldTwiceAreSeen) {
  told_.push_back(told_.front());
  EXPECT_NE(Check().find("the topic of refused records: 1 difference: too many events-1@2"),
            std::string::npos)
      << Check();
}

}  // namespace
}  // namespace souk::app
