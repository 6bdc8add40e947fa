#include "contract/hot_store_suite.h"

#include <csignal>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

#include "contract/hot_records.h"
#include "store/memory_hot_store.h"
#include "store/open_hot_store.h"

namespace souk::store {
namespace {

using std::string_literals::operator""s;

constexpr Micros kT = 1'764'331'470'123'456;
constexpr Micros kMinute = 60 * kMicrosPerSecond;

std::string Ids(const Result<std::vector<HotRecord>>& lines) {
  if (!lines) return lines.error().message;
  std::string text;
  for (const HotRecord& line : *lines)
    text += fmt::format("{}/{} ", line.record.value(1).text, line.record.value(0).text);
  return text;
}

std::string Values(const Result<std::vector<WindowValue>>& windows) {
  if (!windows) return windows.error().message;
  std::string text;
  for (const WindowValue& window : *windows)
    text += fmt::format("{}:{}:{}={} ", window.key.kpi, (window.key.start - kT) / kMinute, window.key.member,
                        window.value);
  return text;
}

// A batch that depends on its number alone.
HotBatch Numbered(int n) {
  HotBatch batch;
  for (int i = 0; i < 30; ++i) batch.lines.push_back(Sale(fmt::format("T{}", (n * 20 + i) % 400), kT + n));
  for (int i = 0; i < 10; ++i)
    batch.events.push_back(Click(fmt::format("E{}", n * 10 + i), kT + n, n * 10 + i));
  for (int i = 0; i < 20; ++i)
    batch.windows.push_back(Window("revenue", kT, fmt::format("m{}", i), n * 20 + i));
  for (int i = 0; i < 10; ++i) batch.state.push_back({"dedupe", fmt::format("{:08}", n * 10 + i), "v"});
  batch.forgotten.push_back({"dedupe", fmt::format("{:08}", n * 10 - 50)});
  batch.positions[{"ecommerce-transactions", 0}] = {n, kT + n};
  batch.counters["commits"] = n;
  batch.committed_at = kT + n;
  return batch;
}

}  // namespace

HotBatch Marked(HotStore& store, HotBatch batch) {
  std::map<std::string, Micros, std::less<>> lines;
  EXPECT_TRUE(store.ReadLines(INT64_MIN / 4, [&](const HotRecord& line) -> Status {
    lines[KeyOf(line)] = UpdatedAt(line);
    return {};
  }));
  for (HotRecord& line : batch.lines) {
    if (auto there = lines.find(KeyOf(line)); there != lines.end()) line.replaces = there->second;
  }
  std::vector<WindowKey> keys;
  for (const WindowValue& window : batch.windows) keys.push_back(window.key);
  std::set<WindowKey> stored;
  auto found = store.FindWindows(keys);
  for (const WindowValue& window : *found) stored.insert(window.key);
  for (WindowValue& window : batch.windows) window.stored = stored.contains(window.key);
  return batch;
}

TEST_P(HotStoreSuite, BeginsEmpty) {
  EXPECT_EQ(Everything(*store_), Everything(*MakeMemoryHotStore()));
  EXPECT_EQ(store_->Head()->committed_at, 0);
  EXPECT_TRUE(store_->FindOrders({"O1"})->empty());
  EXPECT_TRUE(store_->FindOrders({})->empty());
  EXPECT_TRUE(store_->FindWindows({})->empty());
  EXPECT_TRUE(store_->Trim({kT, kT, kT, 0}));
}

TEST_P(HotStoreSuite, KeepsEveryValueAsItWas) {
  HotBatch batch;
  batch.lines = {Sale("T1", kT,
                      {{"city", "Kö\nln 'x' \"y\" \\x00 日本"},
                       {"country", ""},
                       {"quantity", "-2147483649"},
                       {"unit_price", "-999999999999"},
                       {"total_amount", "1"},
                       {"user_id", "a\0b"s},
                       {"card_number", "4111111111111111"}}),
                 Sale("T2", -kT, {{"discount", "0"}})};
  batch.lines[1].latency_us = -1'234'567;
  batch.lines[1].offset = INT64_MAX;
  batch.lines[1].partition = INT32_MAX;
  batch.windows = {Window("größe", kT, "Zürich", INT64_MIN), Window("größe", kT, "", INT64_MAX)};
  batch.watermark = INT64_MIN;
  batch.committed_at = INT64_MAX;
  batch.counters = {{"late", INT64_MAX}, {"größe", -1}};
  auto plain = MakeMemoryHotStore();
  ASSERT_TRUE(plain->Commit(batch));
  Commit(batch);
  EXPECT_EQ(Everything(*store_), Everything(*plain));
  Reopen();
  EXPECT_EQ(Everything(*store_), Everything(*plain));
}

TEST_P(HotStoreSuite, NewestVersionOfALineStands) {
  HotBatch batch;
  batch.lines = {Sale("T1", kT), Sale("T2", kT), Sale("T1", kT + 1, {{"status", "pending"}})};
  Commit(batch);
  EXPECT_EQ(store_->Size()->lines, 2u);
  batch.lines = {Sale("T1", kT + 2, {{"status", "cancelled"}, {"transaction_timestamp", "5"}})};
  Commit(batch);
  auto plain = MakeMemoryHotStore();
  ASSERT_TRUE(plain->Commit({.lines = {Sale("T2", kT), batch.lines[0]}}));
  EXPECT_EQ(Everything(*store_), Everything(*plain));
}

TEST_P(HotStoreSuite, FindsOrdersAndLines) {
  HotBatch batch;
  batch.lines = {Sale("T1", kT, {{"order_id", "O2"}}), Sale("T3", kT + 1, {{"order_id", "O1"}}),
                 Sale("T2", kT + 2, {{"order_id", "O2"}}), Sale("T4", kT + 3, {{"order_id", "o'3"}})};
  Commit(batch);
  EXPECT_EQ(Ids(store_->FindOrders({"O2", "O1", "O9", "O2"})), "O1/T3 O2/T1 O2/T2 ");
  EXPECT_EQ(Ids(store_->FindOrders({"o'3"})), "o'3/T4 ");
  int seen = 0;
  EXPECT_TRUE(store_->ReadLines(kT + 2, [&](const HotRecord&) -> Status { return ++seen, Status(); }));
  EXPECT_EQ(seen, 2);
  Status stopped =
      store_->ReadLines(0, [](const HotRecord&) -> Status { return Fail(Code::kTimeout, "no"); });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().message, "no");
}

TEST_P(HotStoreSuite, WindowsAreReplacedAndRemoved) {
  HotBatch batch;
  batch.windows = {Window("b", kT, "x", 1), Window("a", kT + kMinute, "", 2), Window("a", kT, "y", 3),
                   Window("a", kT, "x", 0), Window("c", kT, "z", 8),          Window("c", kT, "z", 9)};
  Commit(batch);
  auto all = [&] {
    std::vector<WindowValue> windows;
    EXPECT_TRUE(store_->ReadWindows(kT, kT + kMinute, [&](const WindowValue& window) -> Status {
      windows.push_back(window);
      return {};
    }));
    return Values(windows);
  };
  EXPECT_EQ(all(), "a:0:y=3 b:0:x=1 c:0:z=9 ") << "the end of the time is not in it";
  int ever = 0;
  Status read = store_->ReadWindows(std::numeric_limits<Micros>::min(), std::numeric_limits<Micros>::max(),
                                    [&](const WindowValue&) -> Status {
                                      ++ever;
                                      return {};
                                    });
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(ever, 4);
  EXPECT_EQ(store_->Size()->windows, 4u);
  Commit({.windows = {Window("b", kT, "x", 0), Window("a", kT, "y", -4), Window("d", kT, "", 0)}});
  EXPECT_EQ(all(), "a:0:y=-4 c:0:z=9 ");
  auto key = [](const char* kpi, Micros start, const char* member) {
    return Window(kpi, start, member, 1).key;
  };
  EXPECT_EQ(Values(store_->FindWindows({key("c", kT, "z"), key("b", kT, "x"), key("a", kT + kMinute, ""),
                                        key("a", kT, "z"), key("c", kT, "z")})),
            "a:1:=2 c:0:z=9 ");
  // Another end or another dimension is another window.
  WindowKey longer = key("c", kT, "z"), other = longer;
  longer.end += kMinute;
  other.dimension = "country";
  Commit({.windows = {{longer, 1}, {other, 2}}});
  EXPECT_EQ(Values(store_->FindWindows({longer, other})), "c:0:z=2 c:0:z=1 ");
  EXPECT_EQ(store_->Size()->windows, 5u);
}

TEST_P(HotStoreSuite, StateIsOrderedAsBytes) {
  auto keys = [&](const std::string& space) {
    std::string text;
    EXPECT_TRUE(store_->ReadState(space, [&](std::string_view key, std::string_view value) -> Status {
      for (unsigned char c : key) text += fmt::format("{:02x}", c);
      text += fmt::format("={} ", value.size());
      return {};
    }));
    return text;
  };
  Commit({.state = {{"a", "\xff", "1"},
                    {"a", "\0\1"s, ""},
                    {"a", ""s, "\0"s},
                    {"a", "\0"s, "123"},
                    {"a", "ab", "x"},
                    {"a", "a", "gone"},
                    {"a", "a", std::nullopt},
                    {"b'", "a", "other"}}});
  EXPECT_EQ(keys("a"), "=1 00=3 0001=0 6162=1 ff=1 ");
  EXPECT_EQ(keys("b'"), "61=5 ");
  EXPECT_EQ(keys("c"), "");
  Commit({.state = {{"a", "\0"s, "new"}, {"a", "ab", std::nullopt}, {"a", "never", std::nullopt}},
          .forgotten = {{"a", "\0\1"s}}});
  EXPECT_EQ(keys("a"), "00=3 0001=0 ff=1 ") << "forgotten first, then written";
  Commit({.forgotten = {{"a", "\xff\xff"}, {"c", "x"}}});
  EXPECT_EQ(keys("a"), "");
  EXPECT_EQ(keys("b'"), "61=5 ");
}

TEST_P(HotStoreSuite, HeadIsMerged) {
  Commit({.positions = {{{"a", 0}, {5, 50}}, {{"a", 1}, {6, 60}}},
          .counters = {{"late", 1}},
          .watermark = 9,
          .committed_at = 10});
  Commit({.positions = {{{"a", 1}, {7, 70}}, {{"b", 0}, {8, 80}}},
          .counters = {{"dups", 2}},
          .watermark = 8,
          .committed_at = 11});
  const char* expected = "watermark 8 at 11\na-0: 5 50\na-1: 7 70\nb-0: 8 80\ndups: 2\nlate: 1\n";
  EXPECT_EQ(TextOf(*store_->Head()), expected);
  Reopen();
  EXPECT_EQ(TextOf(*store_->Head()), expected);
}

TEST_P(HotStoreSuite, FailedCommitChangesNothing) {
  HotBatch good = Numbered(1);
  Commit(good);
  std::string before = Everything(*store_);
  HotBatch bad = Numbered(2);
  bad.late = {Sale("T1", kT, {{"total_amount", "1000000000000"}})};  // DECIMAL(12,2) ends one before
  Status refused = store_->Commit(bad);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kInvalid);
  EXPECT_EQ(Everything(*store_), before);
  bad = Numbered(2);
  bad.windows.push_back(Window("revenue", kT, "\xff", 1));
  EXPECT_FALSE(store_->Commit(bad)) << "not UTF-8";
  bad = Numbered(2);
  bad.events.push_back(Sale("T1", kT));
  EXPECT_FALSE(store_->Commit(bad)) << "a sale is no event";
  bad = Numbered(2);
  bad.lines.emplace_back();
  EXPECT_FALSE(store_->Commit(bad)) << "a record of nothing";
  EXPECT_EQ(Everything(*store_), before);
  Commit(Numbered(2));
  auto plain = MakeMemoryHotStore();
  ASSERT_TRUE(plain->Commit(good));
  ASSERT_TRUE(plain->Commit(Numbered(2)));
  EXPECT_EQ(Everything(*store_), Everything(*plain));
  Reopen();
  EXPECT_EQ(Everything(*store_), Everything(*plain));
}

TEST_P(HotStoreSuite, TrimKeepsWhatIsNew) {
  HotBatch batch;
  batch.lines = {Sale("T1", kT - 1), Sale("T2", kT), Sale("T3", kT + 9, {{"transaction_timestamp", "1"}})};
  for (int i = 0; i < 6; ++i) batch.events.push_back(Click(fmt::format("E{}", i), kT + i / 4, i));
  batch.late = {Sale("T9", kT - 1), Click("E7", kT - 1), Sale("T8", kT), Click("E8", kT + 5)};
  batch.windows = {Window("a", kT - kMinute, "", 1), Window("a", kT - kMinute - 1, "", 2)};
  auto plain = MakeMemoryHotStore();
  ASSERT_TRUE(plain->Commit(batch));
  Commit(batch);
  for (const HotRetention& retention :
       {HotRetention{0, 0, 0, 0, 100}, HotRetention{kT, kT, kT, kT + 7, 5},
        HotRetention{kT, kT + 1, kT, kT + 8, 1}, HotRetention{kT, kT, kT, kT, 0}}) {
    ASSERT_TRUE(plain->Trim(retention));
    ASSERT_TRUE(store_->Trim(retention));
    EXPECT_EQ(Everything(*store_), Everything(*plain));
  }
  EXPECT_EQ(store_->Size()->lines, 2u) << "an old sale that changed lately stays";
  Reopen();
  EXPECT_EQ(Everything(*store_), Everything(*plain));
}

TEST_P(HotStoreSuite, RandomHistory) {
  std::mt19937 random(17);
  auto pick = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
  auto plain = MakeMemoryHotStore();
  for (int step = 0; step < 120; ++step) {
    HotBatch batch;
    for (int i = pick(60); i > 0; --i)
      batch.lines.push_back(Sale(fmt::format("T{}", pick(300)), kT + pick(1000),
                                 {{"city", std::string(static_cast<size_t>(pick(20)), 'c')}}));
    for (int i = pick(40); i > 0; --i) batch.events.push_back(Click("E", kT + pick(1000), step * 100 + i));
    for (int i = pick(5); i > 0; --i)
      batch.late.push_back(pick(2) ? Sale("T", kT + i) : Click("E", kT + i, step));
    for (int i = pick(80); i > 0; --i)
      batch.windows.push_back(Window(pick(2) ? "a" : "b", kT + pick(8) * kMinute,
                                     fmt::format("m{}", pick(20)), pick(4) ? pick(1000) - 500 : 0));
    for (int i = pick(60); i > 0; --i)
      batch.state.push_back({pick(2) ? "dedupe" : "windows",
                             std::string(1, static_cast<char>(pick(200))) + "\0"s,
                             pick(4) ? std::optional(fmt::format("{}", step)) : std::nullopt});
    if (pick(4) == 0) batch.forgotten.push_back({"dedupe", std::string(1, static_cast<char>(pick(200)))});
    batch.positions[{"topic", pick(3)}] = {step, kT + step};
    batch.counters["late"] = step;
    batch.watermark = kT + step;
    batch.committed_at = kT + step;
    ASSERT_TRUE(plain->Commit(batch));
    Commit(batch);
    if (pick(6) == 0) {
      HotRetention retention{kT + pick(300), kT + pick(300), kT + pick(3) * kMinute, kT + pick(10),
                             20 + random() % 200};
      ASSERT_TRUE(plain->Trim(retention));
      ASSERT_TRUE(store_->Trim(retention));
    }
    if (pick(10) == 0) Reopen();
    if (step % 5 != 0) continue;
    ASSERT_EQ(Everything(*store_), Everything(*plain)) << "step " << step;
  }
  EXPECT_EQ(Everything(*store_), Everything(*plain));
}

// A child commits and says so after each commit; it is killed at some moment. What it said is there, of the
// commit it was at all or nothing.
TEST_P(HotStoreSuite, SurvivesKill) {
  int committed = 0;
  auto plain = MakeMemoryHotStore();
  for (int round = 0; round < 6; ++round) {
    store_.reset();
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto opened = GetParam().open(dir_.path());
      for (int n = committed + 1; opened; ++n) {
        if (!(*opened)->Commit(Marked(**opened, Numbered(n))) ||
            write(pipe_ends[1], &n, sizeof n) != sizeof n)
          break;
      }
      _exit(1);
    }
    close(pipe_ends[1]);
    int told = committed;
    // The first commit has been told when the clock begins.
    ASSERT_EQ(read(pipe_ends[0], &told, sizeof told), static_cast<ssize_t>(sizeof told));
    usleep(static_cast<useconds_t>(20'000 + round * 37'000));
    kill(child, SIGKILL);
    while (read(pipe_ends[0], &told, sizeof told) > 0) continue;
    close(pipe_ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it ended by itself";
    Reopen();
    auto there = static_cast<int>(store_->Head()->counters["commits"]);
    EXPECT_TRUE(there == told || there == told + 1) << there << " of " << told;
    for (int n = committed + 1; n <= there; ++n) ASSERT_TRUE(plain->Commit(Numbered(n)));
    committed = there;
    ASSERT_EQ(Everything(*store_), Everything(*plain)) << "round " << round;
  }
}

TEST_P(HotStoreSuite, HasOneOwner) {
  if (!GetParam().capabilities.one_owner) GTEST_SKIP() << "this store may have several owners";
  auto second = GetParam().open(dir_.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kAlreadyExists);
  EXPECT_TRUE(store_->Commit(Numbered(1))) << "the first is not disturbed";
  store_.reset();
  int to_child[2], to_parent[2];
  ASSERT_EQ(pipe(to_child), 0);
  ASSERT_EQ(pipe(to_parent), 0);
  pid_t child = fork();
  ASSERT_GE(child, 0);
  char byte = 'x';
  if (child == 0) {
    auto opened = GetParam().open(dir_.path());
    (void)!write(to_parent[1], &byte, 1);
    (void)!read(to_child[0], &byte, 1);
    _exit(opened ? 0 : 1);
  }
  ASSERT_EQ(read(to_parent[0], &byte, 1), 1);
  auto other = GetParam().open(dir_.path());
  ASSERT_EQ(write(to_child[1], &byte, 1), 1);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0) << "the child could not open it";
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::kUnavailable) << other.error().message;
  for (int end : {to_child[0], to_child[1], to_parent[0], to_parent[1]}) close(end);
}

namespace {

const HotStoreCase kStores[] = {{"Embedded", {}, [](const std::string& scratch) {
                                   HotStoreOptions options;
                                   options.path = scratch + "/hot.duckdb";
                                   return OpenHotStore("embedded", options);
                                 }}};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Stores, HotStoreSuite, testing::ValuesIn(kStores),
                         [](const testing::TestParamInfo<HotStoreCase>& info) { return info.param.name; });

}  // namespace souk::store
