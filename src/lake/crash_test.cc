// Every change of the store, one after the other, goes wrong: the tables are then at their old or their new
// version, and the next run ends where an undisturbed one ends.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "base/files.h"
#include "lake/delta_log.h"
#include "lake/faulty_file_store.h"
#include "lake/quarantine.h"
#include "lake/raw_log.h"

namespace souk::lake {
namespace {

constexpr Micros kNow = 1'764'331'470'123'456;
constexpr auto kCopy =
    std::filesystem::copy_options::recursive | std::filesystem::copy_options::create_hard_links;

class CrashTest : public testing::Test {
 protected:
  using Work = std::function<Status(const std::shared_ptr<FileStore>&)>;
  using Check = std::function<void(const std::shared_ptr<FileStore>&)>;

  // Runs `work` on copies of the lake in `prepared`, each time with another fault; `between` looks at what is
  // left, then `work` runs again, undisturbed, and `after` at the end.
  void ForEveryFault(const Work& work, const Check& between, const Check& after) {
    for (Fault fault : {Fault::kFail, Fault::kFailAfter, Fault::kDie}) {
      for (uint64_t n = 1;; ++n) {
        SCOPED_TRACE(fmt::format("fault {} at change {}", static_cast<int>(fault), n));
        TempDir dir;
        // Links do: files of the lake are replaced, never changed.
        std::filesystem::copy(prepared_.path(), dir.path(), kCopy);
        std::shared_ptr<FileStore> store = OpenFileStore(dir.path()).value();
        auto faulty = std::make_shared<FaultyFileStore>(store);
        faulty->Arm(n, fault);
        Status done = work(faulty);
        if (!faulty->fired()) {
          EXPECT_TRUE(done) << done.error().message;
          EXPECT_GT(n, 1u) << "nothing was changed";
          break;
        }
        between(store);
        Status again = work(store);
        EXPECT_TRUE(again) << again.error().message;
        after(store);
        if (HasFailure()) return;
      }
    }
  }
  std::shared_ptr<FileStore> Prepared() { return OpenFileStore(prepared_.path()).value(); }
  // As the table log keeps it, without waiting for the disk.
  void PutEntry(const std::string& log, int64_t version, const std::string& entry) {
    std::filesystem::create_directories(prepared_.path() + "/" + log);
    std::ofstream(fmt::format("{}/{}/{:020}.json", prepared_.path(), log, version)) << entry;
  }

  TempDir prepared_;
};

RawFile Described(const std::string& path, const std::string& content) {
  RawFile file;
  file.path = path;
  file.bytes = content.size();
  file.rows = 1;
  file.fingerprint = "of " + content;
  file.source = path;
  file.format.kind = "csv";
  return file;
}

bool Counts(RawZone& zone, const std::string& fingerprint) {
  auto files = zone.Files("users");
  EXPECT_TRUE(files) << files.error().message;
  for (const RawFile& file : files.value_or(std::vector<RawFile>())) {
    if (file.fingerprint == fingerprint) return true;
  }
  return false;
}

// What an ingest does: tidy up, skip what is there, put the file in place, commit.
Status IngestOne(const std::shared_ptr<FileStore>& store, const std::string& name) {
  TempDir scratch;
  RawZone zone(store);
  TRY_STATUS(zone.RemoveOrphans("users").map([](size_t) {}));
  if (Counts(zone, "of " + name)) return {};
  std::string local = scratch.path() + "/file";
  TRY_STATUS(WriteFileAtomic(local, name));
  RawFile file = Described("ecommerce/raw/users/" + name, name);
  TRY_STATUS(store->Adopt(local, file.path));
  return zone.Commit("users", "ingest", {file}, {}, kNow).map([](int64_t) {});
}

TEST_F(CrashTest, RawCommitIsAllOrNothing) {
  // The commit under test is the one that saves a state and removes an old one.
  const std::string log = RawZone::Folder("users") + "/_commits";
  for (int64_t version = 1; version < 300; ++version) {
    PutEntry(log, version, EncodeRawEntry(version, {"touch", {}, {}, {}}, kNow));
  }
  for (int64_t version : {100, 200}) {
    RawFold fold;
    TableLog table(Prepared(), log, RawLogShape());
    ASSERT_TRUE(table.Replay(version, fold));
    ASSERT_TRUE(table.SaveState(version, fold.ToLines({})));
  }
  ForEveryFault([](const std::shared_ptr<FileStore>& lake) { return IngestOne(lake, "new.csv"); },
                [](const std::shared_ptr<FileStore>& left) {
                  RawZone zone(left);
                  auto version = zone.Version("users");
                  ASSERT_TRUE(version);
                  EXPECT_EQ(Counts(zone, "of new.csv"), *version == 300);
                  EXPECT_TRUE(zone.Files("users", 299)->empty());
                },
                [](const std::shared_ptr<FileStore>& end) {
                  RawZone zone(end);
                  EXPECT_EQ(*zone.Version("users"), 300);
                  ASSERT_EQ(zone.Files("users")->size(), 1u);
                  EXPECT_EQ(*end->Read("ecommerce/raw/users/new.csv"), "new.csv");
                  EXPECT_EQ(*zone.RemoveOrphans("users"), 0u);
                });
}

constexpr char kTable[] = "ecommerce/clean/stg_users";

// What a build does: tidy up, skip what is there, let the engine write, sync, commit.
Status BuildOnce(const std::shared_ptr<FileStore>& store, int64_t build) {
  DeltaTable table(store, kTable);
  TRY_STATUS(table.RemoveOrphans().map([](size_t) {}));
  TRY(DeltaSnapshot base, table.Snapshot());
  auto known = base.transactions.find("souk");
  if (known != base.transactions.end() && known->second >= build) return {};
  DeltaCommit commit;
  commit.operation = "WRITE";
  commit.schema.columns = {{"user_id", "string", true, ""}};
  commit.transactions["souk"] = build;
  for (const DeltaFile& file : base.files) commit.remove.push_back(file.path);
  std::vector<std::string> written;
  for (int part = 0; part < 2; ++part) {
    std::string name = fmt::format("part-{}-{}.parquet", build, part);
    written.push_back(fmt::format("{}/{}", kTable, name));
    TRY_STATUS(store->PrepareFolder(written.back()));
    TRY_STATUS(WriteFileAtomic(store->EngineUrl(written.back()), "PAR1"));
    commit.add.push_back(DeltaFile{name, 4, 1, {}});
  }
  TRY_STATUS(store->Sync(written));
  return table.Commit(base, commit, kNow + build).map([](int64_t) {});
}

TEST_F(CrashTest, DeltaCommitIsAllOrNothing) {
  DeltaSnapshot base;
  for (int64_t build = 0; build < 99; ++build) {
    DeltaCommit commit;
    commit.operation = "WRITE";
    commit.schema.columns = {{"user_id", "string", true, ""}};
    PutEntry(std::string(kTable) + "/_delta_log", build, EncodeDeltaEntry(kTable, base, commit, kNow));
    base = *DeltaTable(Prepared(), kTable).Snapshot();
  }
  ASSERT_TRUE(BuildOnce(Prepared(), 99));
  auto paths = [](const DeltaSnapshot& snapshot) {
    std::string text;
    for (const DeltaFile& file : snapshot.files) text += file.path + " ";
    return text;
  };
  const std::string old_files = "part-99-0.parquet part-99-1.parquet ";
  const std::string new_files = "part-100-0.parquet part-100-1.parquet ";
  ForEveryFault([](const std::shared_ptr<FileStore>& lake) { return BuildOnce(lake, 100); },
                [&](const std::shared_ptr<FileStore>& left) {
                  auto snapshot = DeltaTable(left, kTable).Snapshot();
                  ASSERT_TRUE(snapshot) << snapshot.error().message;
                  EXPECT_EQ(paths(*snapshot), snapshot->version == 99 ? old_files : new_files);
                  EXPECT_EQ(snapshot->transactions["souk"], snapshot->version);
                },
                [&](const std::shared_ptr<FileStore>& end) {
                  DeltaTable table(end, kTable);
                  EXPECT_EQ(table.Snapshot()->version, 100);
                  EXPECT_EQ(paths(*table.Snapshot()), new_files);
                  EXPECT_EQ(paths(*table.Snapshot(99)), old_files);
                  EXPECT_EQ(*table.RemoveOrphans(), 0u);
                });
}

TEST_F(CrashTest, VacuumCanBeRepeated) {
  for (int64_t build = 0; build < 3; ++build) ASSERT_TRUE(BuildOnce(Prepared(), build));
  ForEveryFault(
      [](const std::shared_ptr<FileStore>& lake) {
        return DeltaTable(lake, kTable).Vacuum(kNow + kMicrosPerDay).map([](size_t) {});
      },
      [](const std::shared_ptr<FileStore>& left) { EXPECT_TRUE(DeltaTable(left, kTable).Snapshot()); },
      [](const std::shared_ptr<FileStore>& end) {
        EXPECT_EQ(end->List(kTable)->size(), 2u + 3u) << "two files and three entries";
      });
}

TEST_F(CrashTest, QuarantineHasOldOrNewRecords) {
  const std::vector<QuarantinedRecord> both = {{1, "first", "", "a"}, {2, "second", "", "b"}};
  QuarantineFile file;
  file.record = "users";
  file.fingerprint = "9f86d081";
  ASSERT_TRUE(Quarantine(Prepared()).Add(file, both));
  ForEveryFault(
      [&](const std::shared_ptr<FileStore>& lake) { return Quarantine(lake).Replace("9f86d081", {both[1]}); },
      [](const std::shared_ptr<FileStore>& left) {
        auto records = Quarantine(left).Records("9f86d081", 0, 10);
        ASSERT_TRUE(records) << records.error().message;
        EXPECT_EQ(records->back().line, 2u);
      },
      [](const std::shared_ptr<FileStore>& end) { EXPECT_EQ(Quarantine(end).Get("9f86d081")->records, 1u); });
}

TEST(FaultyFileStore, FailsAsItIsArmed) {
  TempDir dir;
  FaultyFileStore store(OpenFileStore(dir.path()).value());
  store.Arm(2, Fault::kFail);
  EXPECT_TRUE(store.Write("a", "1"));
  EXPECT_FALSE(store.Write("a", "2"));
  EXPECT_EQ(*store.Read("a"), "1");
  EXPECT_TRUE(store.Write("a", "3"));
  EXPECT_EQ(store.changes(), 3u);
  store.Arm(1, Fault::kFailAfter);
  EXPECT_FALSE(store.Write("a", "4"));
  EXPECT_EQ(*store.Read("a"), "4");
  store.Arm(1, Fault::kDie);
  EXPECT_FALSE(store.Write("a", "5"));
  EXPECT_FALSE(store.Read("a"));
  EXPECT_FALSE(store.Exists("a"));
  EXPECT_FALSE(store.Check());
  store.Arm(0, Fault::kFail);
  EXPECT_EQ(*store.Read("a"), "4");
}

}  // namespace
}  // namespace souk::lake
