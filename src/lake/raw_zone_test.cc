#include "lake/raw_zone.h"

#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "base/files.h"
#include "lake/raw_log.h"

namespace souk::lake {
namespace {

constexpr Micros kNow = 1'764'331'470'123'456;

class RawZoneTest : public testing::Test {
 protected:
  // Puts a file in place and describes it.
  RawFile File(const std::string& name, const std::string& content) {
    RawFile file;
    file.path = "ecommerce/raw/transactions/" + name;
    file.bytes = content.size();
    file.rows = 1;
    file.fingerprint = "fingerprint of " + content;
    file.source = "/home/ann/" + name;
    file.origin = "f00d";
    file.format.kind = "csv";
    EXPECT_TRUE(store_->PrepareFolder(file.path));
    std::ofstream(store_->EngineUrl(file.path)) << content;
    return file;
  }
  Result<int64_t> Commit(const std::vector<RawFile>& add, const std::vector<std::string>& remove = {}) {
    return zone_.Commit("transactions", "ingest", add, remove, kNow);
  }
  std::string Paths(std::optional<int64_t> version = {}) {
    auto files = zone_.Files("transactions", version);
    if (!files) return files.error().message;
    std::string text;
    for (const RawFile& file : *files) text += file.path.substr(file.path.rfind('/') + 1) + " ";
    return text;
  }

  TempDir dir_;
  std::shared_ptr<FileStore> store_ = OpenFileStore(dir_.path()).value();
  RawZone zone_{store_};
};

TEST_F(RawZoneTest, EverythingAboutAFileComesBack) {
  RawFile file = File("2025/11/28/orders.csv", "a;b\n1;2\n");
  file.rows = 12;
  file.format.delimiter = ";";
  file.format.quote = "";
  file.format.escape = "\\";
  file.format.header = false;
  file.format.columns = {"InvoiceNo", "Größe"};
  file.format.mapping = {{"order_id", "InvoiceNo"}};
  file.format.time_formats = {{"transaction_timestamp", "%d/%m/%Y"}};
  file.format.zoned_times = {"updated_at"};
  file.format.time_zone = "Europe/London";
  file.format.decimal_separator = ",";
  file.format.decimal_separators = {{"unit_price", "."}};
  file.format.null_texts = {"NULL", "n/a"};
  ASSERT_EQ(*Commit({file}), 1);
  auto files = zone_.Files("transactions");
  ASSERT_TRUE(files) << files.error().message;
  ASSERT_EQ(files->size(), 1u);
  const RawFile& read = files->front();
  EXPECT_EQ(read.path, file.path);
  EXPECT_EQ(read.bytes, 8u);
  EXPECT_EQ(read.rows, 12u);
  EXPECT_EQ(read.fingerprint, file.fingerprint);
  EXPECT_EQ(read.source, file.source);
  EXPECT_EQ(read.origin, file.origin);
  EXPECT_EQ(read.added, kNow);
  EXPECT_EQ(RawFormatToJson(read.format), RawFormatToJson(file.format));
  EXPECT_EQ(read.format.columns, file.format.columns);
  EXPECT_EQ(read.format.decimal_separators, file.format.decimal_separators);
  EXPECT_EQ(read.format.null_texts, file.format.null_texts);
  EXPECT_FALSE(read.format.header);
}

TEST_F(RawZoneTest, VersionsCountCommitsAndCanBeReadLater) {
  EXPECT_EQ(*zone_.Version("transactions"), 0);
  EXPECT_EQ(Paths(), "");
  RawFile a = File("a.csv", "1");
  ASSERT_EQ(*Commit({a, File("b.csv", "2")}), 1);
  ASSERT_EQ(*Commit({File("c.csv", "3")}, {a.path}), 2);
  EXPECT_EQ(*zone_.Version("transactions"), 2);
  EXPECT_EQ(Paths(), "b.csv c.csv ");
  EXPECT_EQ(Paths(1), "a.csv b.csv ");
  EXPECT_EQ(Paths(0), "");
  EXPECT_EQ(zone_.Files("transactions", 3).error().code, Code::kNotFound);
  EXPECT_EQ(*zone_.Version("users"), 0);
}

TEST_F(RawZoneTest, TheSameContentCountsOnce) {
  RawFile a = File("a.csv", "1");
  ASSERT_TRUE(Commit({a}));
  auto again = Commit({File("b.csv", "1")});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::kAlreadyExists);
  EXPECT_EQ(again.error().message,
            "/home/ann/b.csv has the same content as /home/ann/a.csv, which is in the raw zone already");
  EXPECT_EQ(Commit({a}).error().code, Code::kAlreadyExists);
  EXPECT_EQ(Commit({File("c.csv", "2"), File("d.csv", "2")}).error().code, Code::kAlreadyExists);
  EXPECT_EQ(Paths(), "a.csv ");
  // In exchange for the first it may come.
  ASSERT_TRUE(Commit({File("b.csv", "1")}, {a.path}));
  EXPECT_EQ(Paths(), "b.csv ");
  EXPECT_EQ(Commit({File("e.csv", "1")}).error().code, Code::kAlreadyExists);
}

TEST_F(RawZoneTest, ACommitThatDoesNotFitChangesNothing) {
  RawFile a = File("a.csv", "1");
  ASSERT_TRUE(Commit({a}));
  RawFile missing = a;
  missing.path = "ecommerce/raw/transactions/none.csv";
  missing.fingerprint = "other";
  EXPECT_EQ(Commit({missing}).error().code, Code::kNotFound);
  EXPECT_EQ(Commit({}, {missing.path}).error().code, Code::kNotFound);
  RawFile elsewhere = a;
  elsewhere.path = "ecommerce/raw/users/a.csv";
  EXPECT_EQ(Commit({elsewhere}).error().code, Code::kInvalid);
  EXPECT_EQ(Commit({}, {"ecommerce/raw/transactions/_commits/00000000000000000001.json"}).error().code,
            Code::kInvalid);
  EXPECT_EQ(Commit({}, {"ecommerce/raw/transactions/../users/a.csv"}).error().code, Code::kInvalid);
  EXPECT_EQ(zone_.Commit("../x", "ingest", {}, {}, kNow).error().code, Code::kInvalid);
  EXPECT_EQ(*zone_.Version("transactions"), 1);
}

TEST_F(RawZoneTest, OrphansAreThoseNoCommitNames) {
  RawFile a = File("a.csv", "1");
  ASSERT_TRUE(Commit({a}));
  ASSERT_TRUE(Commit({File("2025/11/28/b.csv", "2")}, {a.path}));
  File("2025/11/28/orphan.csv", "3");
  ASSERT_TRUE(store_->Write("ecommerce/raw/transactions/c.csv.abc.tmp", "half"));
  ASSERT_TRUE(store_->Write("ecommerce/raw/transactions/_commits/00000000000000000003.json.abc.tmp", "half"));
  ASSERT_TRUE(store_->Write("ecommerce/raw/users/other.csv", "x"));
  EXPECT_EQ(*zone_.RemoveOrphans("transactions"), 2u);
  EXPECT_EQ(*zone_.RemoveOrphans("transactions"), 0u);
  EXPECT_TRUE(store_->Exists(a.path)) << "older versions read it";
  EXPECT_EQ(store_->List("ecommerce/raw/transactions")->size(), 4u);
  EXPECT_TRUE(store_->Exists("ecommerce/raw/users/other.csv"));
  EXPECT_EQ(*zone_.RemoveOrphans("users"), 1u);
  EXPECT_EQ(*zone_.RemoveOrphans("products"), 0u);
}

TEST_F(RawZoneTest, WritersTakeTurns) {
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([this, writer] {
      for (int i = 0; i < 30; ++i) {
        auto committed = Commit({File(fmt::format("{}-{}.csv", writer, i), fmt::format("{} {}", writer, i))});
        EXPECT_TRUE(committed) << committed.error().message;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(*zone_.Version("transactions"), 120);
  EXPECT_EQ(zone_.Files("transactions")->size(), 120u);
  EXPECT_TRUE(store_->Exists("ecommerce/raw/transactions/_commits/_state.00000000000000000100.json"));
  // Without the state the log says the same.
  auto files = *zone_.Files("transactions");
  ASSERT_TRUE(store_->Remove("ecommerce/raw/transactions/_commits/_state.00000000000000000100.json"));
  auto again = *zone_.Files("transactions");
  ASSERT_EQ(again.size(), files.size());
  for (size_t i = 0; i < files.size(); ++i) {
    EXPECT_EQ(again[i].path, files[i].path);
    EXPECT_EQ(again[i].fingerprint, files[i].fingerprint);
    EXPECT_EQ(again[i].added, files[i].added);
  }
}

TEST_F(RawZoneTest, DamageIsNamed) {
  ASSERT_TRUE(Commit({File("a.csv", "1")}));
  ASSERT_TRUE(Commit({File("b.csv", "2")}));
  std::string entry = "ecommerce/raw/transactions/_commits/00000000000000000002.json";
  std::string content = *store_->Read(entry);
  for (const std::string& damaged :
       {content.substr(0, content.size() / 2), std::string(), std::string("PAR1"),
        *store_->Read("ecommerce/raw/transactions/_commits/00000000000000000001.json")}) {
    ASSERT_TRUE(store_->Write(entry, damaged));
    auto files = zone_.Files("transactions");
    ASSERT_FALSE(files);
    EXPECT_EQ(files.error().code, Code::kCorrupt);
    EXPECT_NE(files.error().message.find(dir_.path() + "/" + entry), std::string::npos)
        << files.error().message;
    EXPECT_FALSE(Commit({File("c.csv", "3")}));
    EXPECT_FALSE(zone_.RemoveOrphans("transactions")) << "what counts is not known";
  }
}

TEST(RawLog, EveryTruncationIsNoticed) {
  RawFile file;
  file.path = "2025/11/28/a.csv";
  file.fingerprint = "f";
  file.format.kind = "csv";
  std::string entry = EncodeRawEntry(1, {"ingest", {file, file}, {"b.csv"}, {}}, kNow);
  RawFold fold;
  ASSERT_TRUE(DecodeLogEntry(entry, "entry", RawLogShape(), fold));
  for (size_t size = 0; size + 1 < entry.size(); ++size) {
    RawFold cut;
    EXPECT_FALSE(DecodeLogEntry(entry.substr(0, size), "entry", RawLogShape(), cut)) << size;
  }
}

TEST(RawFormat, ThereAndBackAndDefaults) {
  auto format = RawFormatFromJson("{\"kind\":\"csv\"}");
  ASSERT_TRUE(format);
  EXPECT_EQ(format->delimiter, ",");
  EXPECT_TRUE(format->header);
  EXPECT_FALSE(RawFormatFromJson("{}"));
  EXPECT_FALSE(RawFormatFromJson("kind"));
  EXPECT_FALSE(RawFormatFromJson("{\"kind\":\"csv\",\"columns\":[1]}"));
  EXPECT_FALSE(RawFormatFromJson("{\"kind\":\"csv\",\"mapping\":{\"a\":1}}"));
  std::string text = RawFormatToJson(*format);
  EXPECT_EQ(RawFormatToJson(*RawFormatFromJson(text)), text);
}

TEST_F(RawZoneTest, TopicsGoOnWhereTheyAre) {
  RawFile file = File("2025/11/28/18/orders.jsonl", "{}\n");
  file.topic = "orders";
  file.offsets = {{0, {0, 5}}, {2, {7, 9}}};
  file.merged = {"one", "two"};
  RawCommit commit{"stream", {file}, {}, {{"orders", {{0, {-1, 5}}, {2, {-1, 9}}}, {{0, 3}}}}};
  ASSERT_TRUE(zone_.Commit("transactions", commit, kNow));
  auto positions = zone_.Positions("transactions").value();
  EXPECT_EQ(positions["orders"].next, (std::map<int32_t, int64_t>{{0, 5}, {2, 9}}));
  EXPECT_EQ(positions["orders"].quarantine_next, (std::map<int32_t, int64_t>{{0, 3}}));
  RawFile back = zone_.Files("transactions")->front();
  EXPECT_EQ(back.topic, "orders");
  EXPECT_EQ(back.offsets[2].next, 9);
  EXPECT_EQ(back.merged, file.merged);
  // The same once more, or from anywhere else.
  RawCommit empty{"stream", {}, {}, {{"orders", {{0, {-1, 5}}}, {}}}};
  EXPECT_EQ(zone_.Commit("transactions", empty, kNow).error().code, Code::kAlreadyExists);
  empty.advance[0].partitions = {{0, {5, 6}}, {2, {8, 10}}};
  EXPECT_EQ(zone_.Commit("transactions", empty, kNow).error().code, Code::kAlreadyExists);
  empty.advance[0].partitions = {{0, {5, 6}}, {1, {-1, 1}}};
  ASSERT_TRUE(zone_.Commit("transactions", empty, kNow));
  // Other commits and a saved state change nothing.
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(zone_.Commit("transactions", "touch", {}, {}, kNow));
  positions = zone_.Positions("transactions").value();
  EXPECT_EQ(positions["orders"].next, (std::map<int32_t, int64_t>{{0, 6}, {1, 1}, {2, 9}}));
  EXPECT_EQ(positions["orders"].quarantine_next, (std::map<int32_t, int64_t>{{0, 3}}));
}

TEST_F(RawZoneTest, OnlyWhatIsReservedIsNoOrphan) {
  RawFile mine = File("a.jsonl", "a"), left = File("b.jsonl", "b");
  {
    RawReservation reserved(*store_, mine.path), twice(*store_, mine.path);
    EXPECT_EQ(*zone_.RemoveOrphans("transactions"), 1u);
    EXPECT_TRUE(store_->Exists(mine.path));
    EXPECT_FALSE(store_->Exists(left.path));
  }
  EXPECT_EQ(*zone_.RemoveOrphans("transactions"), 1u);
}

TEST_F(RawZoneTest, OldFilesOfTopicsAreRemovedLater) {
  RawFile streamed = File("a.jsonl", "a"), ingested = File("b.csv", "b");
  streamed.topic = "orders";
  ASSERT_TRUE(Commit({streamed, ingested}));
  ASSERT_TRUE(Commit({}, {streamed.path, ingested.path}));
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(zone_.Commit("transactions", "touch", {}, {}, kNow));
  EXPECT_EQ(*zone_.Vacuum("transactions", kNow), 0u);
  EXPECT_EQ(*zone_.Vacuum("transactions", kNow + 1), 1u);
  EXPECT_FALSE(store_->Exists(streamed.path));
  EXPECT_TRUE(store_->Exists(ingested.path));
}

}  // namespace
}  // namespace souk::lake
