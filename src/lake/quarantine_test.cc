#include "lake/quarantine.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/files.h"
#include "lake/raw_zone.h"

namespace souk::lake {
namespace {

class QuarantineTest : public testing::Test {
 protected:
  QuarantineFile File(const std::string& fingerprint, Micros added = 1000) {
    QuarantineFile file;
    file.record = "transactions";
    file.source = "/home/ann/orders.csv";
    file.fingerprint = fingerprint;
    file.header = "InvoiceNo;Gr\xf6\xdf\x65";  // ISO 8859-1
    RawFormat format;
    format.kind = "csv";
    format.delimiter = ";";
    file.format_json = RawFormatToJson(format);
    file.added = added;
    return file;
  }
  const std::vector<QuarantinedRecord> records_ = {
      {17, "3 fields, 2 expected", "", "1001;\"12,50\";x"},
      {40, "not UTF-8", "InvoiceNo", "\xff\x31;2"},
      {41, "empty", "", ""},
  };

  TempDir dir_;
  std::shared_ptr<FileStore> store_ = OpenFileStore(dir_.path()).value();
  Quarantine quarantine_{store_};
};

TEST_F(QuarantineTest, EverythingComesBack) {
  auto added = quarantine_.Add(File("9f86d0810000aaaa"), records_);
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(added->id, "9f86d081");
  EXPECT_EQ(added->records, 3u);
  auto file = quarantine_.Get("9f86d081");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->id, added->id);
  EXPECT_EQ(file->record, "transactions");
  EXPECT_EQ(file->source, added->source);
  EXPECT_EQ(file->fingerprint, added->fingerprint);
  EXPECT_EQ(file->header, added->header);
  EXPECT_EQ(file->format_json, added->format_json);
  EXPECT_EQ(file->records, 3u);
  EXPECT_EQ(file->added, 1000);
  auto records = quarantine_.Records("9f86d081", 0, 100);
  ASSERT_TRUE(records) << records.error().message;
  ASSERT_EQ(records->size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*records)[i].line, records_[i].line);
    EXPECT_EQ((*records)[i].reason, records_[i].reason);
    EXPECT_EQ((*records)[i].field, records_[i].field);
    EXPECT_EQ((*records)[i].content, records_[i].content);
  }
}

TEST_F(QuarantineTest, EveryLengthOfBytesComesBack) {
  std::vector<QuarantinedRecord> records;
  for (size_t length = 1; length < 20; ++length)
    records.push_back({length, "bytes", "", std::string(length, '\xfe')});
  ASSERT_TRUE(quarantine_.Add(File("9f86d081"), records));
  auto read = quarantine_.Records("9f86d081", 0, 100);
  ASSERT_TRUE(read) << read.error().message;
  for (size_t i = 0; i < records.size(); ++i) EXPECT_EQ((*read)[i].content, records[i].content);
}

TEST_F(QuarantineTest, RecordsInPages) {
  ASSERT_TRUE(quarantine_.Add(File("9f86d081"), records_));
  EXPECT_EQ(quarantine_.Records("9f86d081", 1, 1)->front().line, 40u);
  EXPECT_EQ(quarantine_.Records("9f86d081", 1, 100)->size(), 2u);
  EXPECT_TRUE(quarantine_.Records("9f86d081", 3, 100)->empty());
  EXPECT_TRUE(quarantine_.Records("9f86d081", 0, 0)->empty());
}

TEST_F(QuarantineTest, TheSameFileAgainReplacesIt) {
  ASSERT_TRUE(quarantine_.Add(File("9f86d0810000aaaa"), records_));
  ASSERT_TRUE(quarantine_.Add(File("9f86d0810000aaaa"), {records_[0]}));
  auto files = quarantine_.List();
  ASSERT_EQ(files->size(), 1u);
  EXPECT_EQ(files->front().records, 1u);
}

TEST_F(QuarantineTest, AnotherFileWithTheSameBeginningGetsALongerId) {
  ASSERT_TRUE(quarantine_.Add(File("9f86d0810000aaaabbbb", 1), records_));
  auto second = quarantine_.Add(File("9f86d0810000cccc", 2), records_);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->id, "9f86d0810000cccc");
  auto files = quarantine_.List();
  ASSERT_EQ(files->size(), 2u);
  EXPECT_EQ((*files)[0].id, "9f86d0810000cccc") << "newest first";
  EXPECT_EQ(quarantine_.Add(File("9f86d0810000cccc"), records_)->id, second->id);
}

TEST_F(QuarantineTest, ReplaceKeepsWhatStillFails) {
  ASSERT_TRUE(quarantine_.Add(File("9f86d081"), records_));
  ASSERT_TRUE(quarantine_.Replace("9f86d081", {records_[1]}));
  EXPECT_EQ(quarantine_.Get("9f86d081")->records, 1u);
  EXPECT_EQ(quarantine_.Get("9f86d081")->header, File("").header);
  EXPECT_EQ(quarantine_.Records("9f86d081", 0, 100)->front().line, 40u);
  ASSERT_TRUE(quarantine_.Replace("9f86d081", {}));
  EXPECT_TRUE(quarantine_.List()->empty());
  EXPECT_EQ(quarantine_.Replace("9f86d081", {}).error().code, Code::kNotFound);
}

TEST_F(QuarantineTest, UnknownIdsAndMissingFingerprints) {
  auto file = quarantine_.Get("nothing");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().message,
            "nothing in quarantine is called 'nothing'; `souk quarantine ls` lists what is");
  ASSERT_TRUE(quarantine_.Add(File("9f86d081"), records_));
  for (const char* id : {"", "transactions/9f86d081", "../quarantine/transactions/9f86d081", "f86d081"}) {
    EXPECT_EQ(quarantine_.Get(id).error().code, Code::kNotFound) << id;
  }
  EXPECT_EQ(quarantine_.Add(File(""), records_).error().code, Code::kInvalid);
}

TEST_F(QuarantineTest, AWideHeaderIsReadWhole) {
  QuarantineFile file = File("9f86d081");
  file.header = std::string(200'000, 'x');
  ASSERT_TRUE(quarantine_.Add(file, records_));
  EXPECT_EQ(quarantine_.Get("9f86d081")->header, file.header);
}

TEST_F(QuarantineTest, DamageIsNamed) {
  ASSERT_TRUE(quarantine_.Add(File("9f86d081"), records_));
  std::string path = "ecommerce/quarantine/transactions/9f86d081.jsonl";
  std::string content = *store_->Read(path);
  for (size_t size = 0; size + 1 < content.size(); ++size) {
    std::ofstream(dir_.path() + "/" + path) << content.substr(0, size);
    auto records = quarantine_.Records("9f86d081", 0, 100);
    ASSERT_FALSE(records) << size;
    EXPECT_EQ(records.error().code, Code::kCorrupt);
    EXPECT_NE(records.error().message.find(path), std::string::npos) << records.error().message;
  }
}

}  // namespace
}  // namespace souk::lake
