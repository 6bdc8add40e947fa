#include "lake/delta_table.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "lake/delta_log.h"
#include "lake/delta_schema.h"

namespace souk::lake {
namespace {

constexpr Micros kNow = 1'764'331'470'123'456;
constexpr char kFolder[] = "ecommerce/warehouse/agg_daily_sales";

class DeltaTableTest : public testing::Test {
 protected:
  DeltaFile File(const std::string& path, std::map<std::string, std::string> values = {{"year", "2025"}}) {
    EXPECT_TRUE(store_->PrepareFolder(std::string(kFolder) + "/" + path));
    std::ofstream(store_->EngineUrl(std::string(kFolder) + "/" + path)) << "PAR1";
    return DeltaFile{path, 4, 12, std::move(values)};
  }
  DeltaCommit Write(std::vector<DeltaFile> add, std::vector<std::string> remove = {}) {
    DeltaCommit commit;
    commit.operation = "WRITE";
    commit.parameters = {{"mode", "Overwrite"}};
    commit.schema.columns = {{"revenue", "decimal(18,2)", true, "What customers paid"},
                             {"year", "integer", true, ""}};
    commit.schema.partition_columns = {"year"};
    commit.description = "Sales by day.";
    commit.add = std::move(add);
    commit.remove = std::move(remove);
    return commit;
  }
  Result<int64_t> CommitNow(const DeltaCommit& commit, Micros now = kNow) {
    TRY(DeltaSnapshot base, table_.Snapshot());
    return table_.Commit(base, commit, now);
  }
  std::string Paths(std::optional<int64_t> version = {}) {
    auto snapshot = table_.Snapshot(version);
    if (!snapshot) return snapshot.error().message;
    std::string text = fmt::format("{}:", snapshot->version);
    for (const DeltaFile& file : snapshot->files) text += " " + file.path;
    return text;
  }
  std::string EntryPath(int64_t version) {
    return fmt::format("{}/_delta_log/{:020}.json", kFolder, version);
  }
  std::vector<nlohmann::json> Entry(int64_t version) {
    std::vector<nlohmann::json> lines;
    std::string content = *store_->Read(EntryPath(version));
    for (size_t begin = 0; begin < content.size();) {
      size_t end = content.find('\n', begin);
      lines.push_back(nlohmann::json::parse(content.substr(begin, end - begin)));
      begin = end + 1;
    }
    return lines;
  }

  TempDir dir_;
  std::shared_ptr<FileStore> store_ = OpenFileStore(dir_.path()).value();
  DeltaTable table_{store_, kFolder};
};

TEST_F(DeltaTableTest, WritesTheEntriesOfTheFormatPage) {
  DeltaCommit commit = Write({File("year=2025/part-1.parquet")});
  commit.transactions["souk"] = 1;
  ASSERT_EQ(*CommitNow(commit), 0);
  auto lines = Entry(0);
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines[0].dump(),
            R"({"commitInfo":{"actions":4,"engineInfo":"Souk","isBlindAppend":true,"operation":"WRITE",)"
            R"("operationParameters":{"mode":"Overwrite"},"timestamp":1764331470123}})");
  EXPECT_EQ(lines[1].dump(), R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}})");
  const auto& metadata = lines[2]["metaData"];
  EXPECT_EQ(
      metadata["schemaString"],
      R"x({"type":"struct","fields":[{"name":"revenue","type":"decimal(18,2)","nullable":true,)x"
      R"("metadata":{"comment":"What customers paid"}},{"name":"year","type":"integer","nullable":true,)"
      R"("metadata":{}}]})");
  EXPECT_EQ(metadata["partitionColumns"].dump(), R"(["year"])");
  EXPECT_EQ(metadata["format"].dump(), R"({"options":{},"provider":"parquet"})");
  EXPECT_EQ(metadata["name"], "agg_daily_sales");
  EXPECT_EQ(metadata["id"].get<std::string>().size(), 36u);
  EXPECT_EQ(lines[3].dump(), R"({"txn":{"appId":"souk","lastUpdated":1764331470123,"version":1}})");
  EXPECT_EQ(lines[4].dump(),
            R"({"add":{"dataChange":true,"modificationTime":1764331470123,"partitionValues":{"year":"2025"},)"
            R"("path":"year=2025/part-1.parquet","size":4,"stats":"{\"numRecords\":12}"}})");
}

TEST_F(DeltaTableTest, SnapshotsOfEveryVersion) {
  EXPECT_EQ(Paths(), "-1:");
  ASSERT_EQ(*CommitNow(Write({File("year=2025/a"), File("year=2025/b")})), 0);
  ASSERT_EQ(*CommitNow(Write({File("year=2025/c")}, {"year=2025/a"}), kNow + 5'000'000), 1);
  EXPECT_EQ(Paths(), "1: year=2025/b year=2025/c");
  EXPECT_EQ(Paths(0), "0: year=2025/a year=2025/b");
  EXPECT_EQ(table_.Snapshot(2).error().code, Code::kNotFound);
  auto removal = Entry(1)[1]["remove"];
  EXPECT_EQ(removal["deletionTimestamp"], 1'764'331'475'123);
  EXPECT_EQ(removal["partitionValues"].dump(), R"({"year":"2025"})");
  EXPECT_EQ(removal["size"], 4);
  EXPECT_EQ(Entry(1).size(), 3u) << "no protocol and no metadata when nothing changed";
}

TEST_F(DeltaTableTest, AFileComesBackAsItWas) {
  DeltaFile file = File("city=New%20York/a+b c.parquet", {{"city", "New York"}});
  DeltaCommit commit = Write({file, File("city=__HIVE_DEFAULT_PARTITION__/x", {})});
  commit.schema.columns = {{"a", "long", false, ""}, {"city", "string", true, ""}};
  commit.schema.partition_columns = {"city"};
  ASSERT_TRUE(CommitNow(commit));
  EXPECT_EQ(Entry(0)[3]["add"]["path"], "city=New%2520York/a%2Bb%20c.parquet");
  EXPECT_EQ(Entry(0)[4]["add"]["partitionValues"].dump(), R"({"city":null})");
  auto snapshot = table_.Snapshot();
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  EXPECT_EQ(snapshot->files[0].path, file.path);
  EXPECT_EQ(snapshot->files[0].rows, 12u);
  EXPECT_EQ(snapshot->files[0].bytes, 4u);
  EXPECT_EQ(snapshot->files[0].partition_values, file.partition_values);
  EXPECT_TRUE(snapshot->files[1].partition_values.empty());
  EXPECT_FALSE(snapshot->schema.columns[0].nullable);
}

TEST_F(DeltaTableTest, ALaterWriterLoses) {
  DeltaSnapshot base = *table_.Snapshot();
  ASSERT_TRUE(table_.Commit(base, Write({File("year=2025/a")}), kNow));
  auto second = table_.Commit(base, Write({File("year=2025/b")}), kNow);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kAlreadyExists);
  EXPECT_EQ(Paths(), "0: year=2025/a");
}

TEST_F(DeltaTableTest, MetadataChangesWithSchemaAndDescription) {
  ASSERT_TRUE(CommitNow(Write({File("year=2025/a")})));
  DeltaSnapshot first = *table_.Snapshot();
  DeltaCommit wider = Write({});
  wider.schema.columns.push_back({"orders", "long", true, ""});
  ASSERT_TRUE(CommitNow(wider, kNow + 1'000'000));
  DeltaCommit same;
  same.operation = "OPTIMIZE";
  same.remove = {"year=2025/a"};
  same.add = {File("year=2025/b")};
  ASSERT_TRUE(CommitNow(same, kNow + 2'000'000));
  DeltaSnapshot last = *table_.Snapshot();
  EXPECT_EQ(last.schema.columns.size(), 3u);
  EXPECT_EQ(last.description, "Sales by day.");
  EXPECT_EQ(last.id, first.id);
  EXPECT_EQ(last.created_ms, kNow / 1000);
  EXPECT_EQ(Entry(1).size(), 2u);
  EXPECT_EQ(Entry(2).size(), 3u);
  EXPECT_EQ(Entry(2)[1]["remove"]["dataChange"], false);
  EXPECT_EQ(Entry(2)[2]["add"]["dataChange"], false);
  EXPECT_EQ(table_.Snapshot(0)->schema.columns.size(), 2u);
}

TEST_F(DeltaTableTest, ACommitThatDoesNotFitIsRefused) {
  ASSERT_TRUE(CommitNow(Write({File("year=2025/a")})));
  DeltaFile b = File("year=2025/b");
  auto refused = [&](const DeltaCommit& commit) {
    auto committed = CommitNow(commit);
    return committed ? "taken" : committed.error().message.substr(committed.error().message.find(": ") + 2);
  };
  EXPECT_EQ(refused(Write({}, {"year=2025/none"})),
            "the file year=2025/none cannot be removed: it is not in version 0, or is named twice");
  EXPECT_NE(refused(Write({b, b})), "taken");
  EXPECT_NE(refused(Write({File("year=2025/a")}, {"year=2025/a"})), "taken");
  EXPECT_NE(refused(Write({DeltaFile{"year=2025/missing", 1, 1, {{"year", "2025"}}}})), "taken");
  EXPECT_NE(refused(Write({DeltaFile{"../x", 1, 1, {}}})), "taken");
  EXPECT_NE(refused(Write({File("year=2025/c", {{"month", "1"}})})), "taken");
  DeltaCommit repartitioned = Write({b});
  repartitioned.schema.partition_columns = {};
  EXPECT_NE(refused(repartitioned), "taken");
  DeltaCommit doubled = Write({});
  doubled.schema.columns.push_back({"YEAR", "integer", true, ""});
  EXPECT_EQ(refused(doubled), "the column 'YEAR' is there twice (Delta does not tell upper from lower case)");
  DeltaCommit spaced = Write({});
  spaced.schema.columns.push_back({"net sales", "long", true, ""});
  EXPECT_NE(refused(spaced), "taken");
  EXPECT_EQ(Paths(), "0: year=2025/a");
}

TEST_F(DeltaTableTest, OrphansAndVacuum) {
  ASSERT_TRUE(CommitNow(Write({File("year=2025/a"), File("year=2025/b")})));
  ASSERT_TRUE(CommitNow(Write({}, {"year=2025/a"}), kNow + 10'000'000));
  File("year=2026/orphan");
  File("orphan.parquet");
  ASSERT_TRUE(store_->Write(std::string(kFolder) + "/_other/x", "not ours"));
  ASSERT_TRUE(store_->Write(EntryPath(2) + ".abc.tmp", "half"));
  EXPECT_EQ(*table_.RemoveOrphans(), 2u);
  EXPECT_EQ(*table_.RemoveOrphans(), 0u);
  EXPECT_TRUE(store_->Exists(std::string(kFolder) + "/_other/x"));
  EXPECT_TRUE(store_->Exists(std::string(kFolder) + "/year=2025/a"));
  EXPECT_FALSE(store_->Exists(EntryPath(2) + ".abc.tmp"));

  EXPECT_EQ(*table_.Vacuum(kNow + 10'000'000), 0u);
  EXPECT_EQ(*table_.Vacuum(kNow + 11'000'000), 1u);
  EXPECT_EQ(*table_.Vacuum(kNow + 11'000'000), 0u);
  EXPECT_FALSE(store_->Exists(std::string(kFolder) + "/year=2025/a"));
  EXPECT_TRUE(store_->Exists(std::string(kFolder) + "/year=2025/b"));
  EXPECT_EQ(Paths(), "1: year=2025/b");
}

TEST_F(DeltaTableTest, WithoutAnyCommitEverythingIsAnOrphan) {
  File("year=2025/a");
  EXPECT_EQ(*table_.RemoveOrphans(), 1u);
  EXPECT_EQ(*table_.RemoveOrphans(), 0u);
}

TEST_F(DeltaTableTest, AFileThatComesBackIsNotVacuumed) {
  ASSERT_TRUE(CommitNow(Write({File("year=2025/a")})));
  ASSERT_TRUE(CommitNow(Write({}, {"year=2025/a"})));
  ASSERT_TRUE(CommitNow(Write({File("year=2025/a")})));
  EXPECT_EQ(*table_.Vacuum(kNow + kMicrosPerDay), 0u);
  EXPECT_EQ(Paths(), "2: year=2025/a");
}

TEST_F(DeltaTableTest, StatesKeepEverything) {
  for (int i = 0; i <= 105; ++i) {
    DeltaCommit commit = Write({File(fmt::format("year=2025/{}", i))});
    if (i > 0 && i != 7) commit.remove = {fmt::format("year=2025/{}", i == 8 ? 6 : i - 1)};
    commit.transactions["souk"] = i;
    ASSERT_TRUE(CommitNow(commit, kNow + i * 1'000'000)) << i;
  }
  std::string state = std::string(kFolder) + "/_delta_log/_state.00000000000000000100.json";
  ASSERT_TRUE(store_->Exists(state));
  DeltaSnapshot with = *table_.Snapshot();
  DeltaSnapshot at_100 = *table_.Snapshot(100);
  EXPECT_EQ(*table_.RemoveOrphans(), 0u) << "the state knows the files that were removed";
  ASSERT_TRUE(store_->Remove(state));
  DeltaSnapshot without = *table_.Snapshot();
  EXPECT_EQ(Paths(), "105: year=2025/105 year=2025/7");
  ASSERT_EQ(with.files.size(), without.files.size());
  EXPECT_EQ(with.files[0].path, without.files[0].path);
  EXPECT_EQ(with.files[0].partition_values, without.files[0].partition_values);
  EXPECT_EQ(with.id, without.id);
  EXPECT_EQ(with.created_ms, without.created_ms);
  EXPECT_EQ(with.description, without.description);
  EXPECT_EQ(with.transactions, (std::map<std::string, int64_t>{{"souk", 105}}));
  EXPECT_TRUE(SameSchema(with.schema, without.schema));
  EXPECT_EQ(at_100.files.size(), table_.Snapshot(100)->files.size());
  EXPECT_EQ(*table_.Vacuum(kNow + kMicrosPerDay), 104u);
}

TEST_F(DeltaTableTest, ForeignTablesWithinTheProtocolAreKept) {
  ASSERT_TRUE(store_->Write(
      EntryPath(0),
      "{\"protocol\":{\"minReaderVersion\":1,\"minWriterVersion\":2}}\n"
      "{\"metaData\":{\"id\":\"x\",\"format\":{\"provider\":\"parquet\",\"options\":{}},\"schemaString\":"
      "\"{\\\"type\\\":\\\"struct\\\",\\\"fields\\\":[{\\\"name\\\":\\\"l\\\",\\\"type\\\":{\\\"type\\\":"
      "\\\"array\\\","
      "\\\"elementType\\\":\\\"long\\\",\\\"containsNull\\\":true},\\\"nullable\\\":true,\\\"metadata\\\":{}}"
      "]}\","
      "\"partitionColumns\":[],\"createdTime\":5,\"configuration\":{\"delta.appendOnly\":\"false\"}}}\n"
      "{\"add\":{\"path\":\"a%20b\",\"partitionValues\":{},\"size\":1,\"modificationTime\":1,\"dataChange\":"
      "true}}"));
  auto snapshot = table_.Snapshot();
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  EXPECT_EQ(snapshot->files[0].path, "a b");
  EXPECT_EQ(snapshot->schema.columns[0].type, R"({"containsNull":true,"elementType":"long","type":"array"})");
  DeltaCommit commit;
  commit.operation = "WRITE";
  commit.schema = snapshot->schema;
  commit.description = "now described";
  ASSERT_TRUE(CommitNow(commit));
  auto metadata = Entry(1)[1]["metaData"];
  EXPECT_EQ(metadata["configuration"]["delta.appendOnly"], "false");
  EXPECT_EQ(metadata["id"], "x");
  EXPECT_TRUE(SameSchema(table_.Snapshot()->schema, snapshot->schema));
}

TEST_F(DeltaTableTest, NewerProtocolsAreRefused) {
  ASSERT_TRUE(CommitNow(Write({File("year=2025/a")})));
  auto protocol = [&](int reader, int writer) {
    EXPECT_TRUE(store_->Write(EntryPath(1), fmt::format("{{\"protocol\":{{\"minReaderVersion\":{},"
                                                        "\"minWriterVersion\":{}}}}}\n",
                                                        reader, writer)));
  };
  protocol(1, 7);
  EXPECT_EQ(Paths(), "1: year=2025/a");
  EXPECT_EQ(CommitNow(Write({File("year=2025/b")})).error().code, Code::kUnsupported);
  protocol(3, 7);
  EXPECT_EQ(table_.Snapshot().error().code, Code::kUnsupported);
}

TEST(DeltaLog, TruncationsAreNoticed) {
  DeltaSnapshot base;
  DeltaCommit commit;
  commit.schema.columns = {{"a", "long", true, ""}};
  commit.add = {DeltaFile{"a", 1, 1, {}}, DeltaFile{"b", 1, 1, {}}};
  commit.transactions["souk"] = 0;
  std::string entry = EncodeDeltaEntry("folder", base, commit, kNow);
  DeltaFold fold;
  ASSERT_TRUE(DecodeLogEntry(entry, "entry", DeltaLogShape(), fold));
  for (size_t size = 0; size + 1 < entry.size(); ++size) {
    DeltaFold cut;
    EXPECT_FALSE(DecodeLogEntry(entry.substr(0, size), "entry", DeltaLogShape(), cut)) << size;
  }
}

TEST(DeltaType, OfDuckDbTypes) {
  EXPECT_EQ(*DeltaTypeOf("VARCHAR"), "string");
  EXPECT_EQ(*DeltaTypeOf("DECIMAL(18,4)"), "decimal(18,4)");
  EXPECT_EQ(*DeltaTypeOf("TIMESTAMP WITH TIME ZONE"), "timestamp");
  EXPECT_EQ(*DeltaTypeOf("BIGINT"), "long");
  EXPECT_EQ(DeltaTypeOf("TIMESTAMP").error().message,
            "a Delta table cannot hold the type TIMESTAMP: cast it to TIMESTAMPTZ");
  EXPECT_EQ(DeltaTypeOf("STRUCT(a INTEGER)").error().code, Code::kUnsupported);
  EXPECT_FALSE(DeltaTypeOf("DECIMAL(18,4)[]"));
}

TEST(DeltaSchema, DamageIsCorrupt) {
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("{}"), std::string(R"({"fields":{}})"),
        std::string(R"({"fields":[1]})"), std::string(R"({"fields":[{"name":"a"}]})"),
        std::string(R"({"fields":[{"name":"a","type":7}]})"),
        std::string(R"({"fields":[{"name":"a","type":"{x"}]})"),
        R"({"fields":[{"name":"a","type":)" + std::string(50'000, '[') + std::string(50'000, ']') + "}]}"}) {
    auto schema = SchemaFromJson(text);
    ASSERT_FALSE(schema) << text.substr(0, 80);
    EXPECT_EQ(schema.error().code, Code::kCorrupt);
  }
}

}  // namespace
}  // namespace souk::lake
