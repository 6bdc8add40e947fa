#include "lake/table_log.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"

namespace souk::lake {
namespace {

// Keeps the texts of all "put" actions.
class Texts : public LogFold {
 public:
  void Clear() override { texts.clear(); }
  Status Apply(const std::string& action, const nlohmann::json& body) override {
    if (action != "put") return {};
    auto text = body.find("text");
    if (text == body.end() || !text->is_string()) return Fail(Code::kCorrupt, "no text");
    texts += text->get<std::string>();
    return {};
  }
  std::string texts;
};

const LogShape kShape{"head", true, 0};
std::string Line(const std::string& text) { return "{\"put\":{\"text\":\"" + text + "\"}}\n"; }

class TableLogTest : public testing::Test {
 protected:
  std::string Entry(const std::vector<std::string>& lines) {
    return EncodeLogEntry("head", nlohmann::ordered_json::object(), lines);
  }
  void AppendUpTo(int64_t last) {
    for (int64_t version = *log_.Latest() + 1; version <= last; ++version) {
      ASSERT_TRUE(log_.Append(version, Entry({Line(std::string(1, static_cast<char>('a' + version % 26)))})));
    }
  }
  std::string Replayed(std::optional<int64_t> version = {}) {
    Texts fold;
    auto found = log_.Replay(version, fold);
    return found ? fmt::format("{}:{}", *found, fold.texts) : found.error().message;
  }

  TempDir dir_;
  std::shared_ptr<FileStore> store_ = OpenFileStore(dir_.path()).value();
  TableLog log_{store_, "t/log", kShape};
};

TEST_F(TableLogTest, ReplaysUpToAnyVersion) {
  EXPECT_EQ(*log_.Latest(), -1);
  EXPECT_EQ(Replayed(), "-1:");
  AppendUpTo(3);
  EXPECT_EQ(Replayed(), "3:abcd");
  EXPECT_EQ(Replayed(1), "1:ab");
  EXPECT_EQ(Replayed(-1), "-1:");
  Texts fold;
  EXPECT_EQ(log_.Replay(4, fold).error().code, Code::kNotFound);
  EXPECT_EQ(log_.Replay(-2, fold).error().code, Code::kNotFound);
}

TEST_F(TableLogTest, AVersionHasOneWriter) {
  AppendUpTo(0);
  EXPECT_EQ(log_.Append(0, Entry({})).error().code, Code::kAlreadyExists);
  EXPECT_EQ(Replayed(), "0:a");
}

TEST_F(TableLogTest, OtherFilesAreIgnored) {
  AppendUpTo(1);
  for (const char* name : {"_last_checkpoint", "00000000000000000009.checkpoint.parquet", "1.json", "x.json",
                           "00000000000000000002.json.abc.tmp", "99999999999999999999.json",
                           "sub/00000000000000000002.json", "0000000000000000000x.json", "_state.1.json"}) {
    ASSERT_TRUE(store_->Write(std::string("t/log/") + name, "junk"));
  }
  EXPECT_EQ(Replayed(), "1:ab");
  ASSERT_TRUE(log_.RemoveLeftovers());
  EXPECT_FALSE(store_->Exists("t/log/00000000000000000002.json.abc.tmp"));
  EXPECT_TRUE(store_->Exists("t/log/_last_checkpoint"));
}

TEST_F(TableLogTest, AGapIsNamed) {
  AppendUpTo(4);
  ASSERT_TRUE(store_->Remove("t/log/00000000000000000002.json"));
  Texts fold;
  auto replayed = log_.Replay({}, fold);
  ASSERT_FALSE(replayed);
  EXPECT_EQ(replayed.error().code, Code::kCorrupt);
  EXPECT_NE(replayed.error().message.find("00000000000000000002.json is missing"), std::string::npos);
  EXPECT_EQ(Replayed(1), "1:ab");
}

TEST_F(TableLogTest, StatesSpareEntries) {
  AppendUpTo(3);
  ASSERT_TRUE(log_.SaveState(2, {Line("S")}));
  EXPECT_EQ(Replayed(), "3:Sd");
  EXPECT_EQ(Replayed(2), "2:S");
  EXPECT_EQ(Replayed(1), "1:ab");
  ASSERT_TRUE(store_->Remove("t/log/00000000000000000000.json"));
  EXPECT_EQ(Replayed(), "3:Sd");
}

TEST_F(TableLogTest, DamagedStatesAreNotNeeded) {
  AppendUpTo(4);
  ASSERT_TRUE(log_.SaveState(1, {Line("S")}));
  ASSERT_TRUE(log_.SaveState(3, {Line("T"), Line("U")}));
  EXPECT_EQ(Replayed(), "4:TUe");
  std::string path = "t/log/_state.00000000000000000003.json";
  std::string content = *store_->Read(path);
  for (size_t size = 0; size + 1 < content.size(); size += 7) {
    ASSERT_TRUE(store_->Write(path, content.substr(0, size)));
    EXPECT_EQ(Replayed(), "4:Scde");
  }
}

TEST_F(TableLogTest, TheTwoNewestStatesStay) {
  AppendUpTo(4);
  for (int64_t version : {1, 2, 3, 4}) ASSERT_TRUE(log_.SaveState(version, {}));
  EXPECT_FALSE(store_->Exists("t/log/_state.00000000000000000002.json"));
  EXPECT_TRUE(store_->Exists("t/log/_state.00000000000000000003.json"));
  EXPECT_TRUE(store_->Exists("t/log/_state.00000000000000000004.json"));
}

Status Decoded(const std::string& content, const LogShape& shape = kShape) {
  Texts fold;
  return DecodeLogEntry(content, "entry", shape, fold);
}

TEST(LogEntry, EveryTruncationIsNoticed) {
  std::string entry =
      EncodeLogEntry("head", nlohmann::ordered_json::object(), {Line("a"), Line("b"), Line("c")});
  ASSERT_TRUE(Decoded(entry));
  for (size_t size = 0; size + 1 < entry.size(); ++size) {
    Status decoded = Decoded(entry.substr(0, size));
    ASSERT_FALSE(decoded) << size;
    EXPECT_EQ(decoded.error().code, Code::kCorrupt);
    EXPECT_EQ(decoded.error().message.rfind("entry", 0), 0u) << decoded.error().message;
  }
  // Without its last newline the entry says the same.
  EXPECT_TRUE(Decoded(entry.substr(0, entry.size() - 1)));
}

TEST(LogEntry, ForeignFilesAreCorrupt) {
  for (const char* content :
       {"", "\n", "hello", "[]", "{}", "1", "null", "{\"head\":1}", "{\"head\":{}}",
        "{\"put\":{\"text\":\"a\"}}", "{\"head\":{\"actions\":0}}\n\n", "\xff\xfe{\"head\":{}}",
        "{\"head\":{\"actions\":1}}\n{\"put\":7}", "{\"head\":{\"actions\":1}}\n{\"put\":{}}"}) {
    EXPECT_FALSE(Decoded(content)) << content;
  }
  EXPECT_EQ(Decoded("{\"head\":{\"actions\":1}}\n{\"put\":{}}").error().message,
            "entry line 2: put: no text");
  EXPECT_EQ(Decoded("{\"head\":{\"actions\":2}}\n{\"put\":{}}").error().message,
            "entry line 2: put: no text");
}

TEST(LogEntry, UnknownActionsAreIgnored) {
  EXPECT_TRUE(Decoded("{\"head\":{\"actions\":2,\"new\":[1]}}\n{\"later\":{\"a\":1}}\n{\"cdc\":null}"));
  LogShape optional{"head", false, 0};
  EXPECT_TRUE(Decoded("{\"later\":{}}\n{\"put\":{\"text\":\"a\"}}", optional));
}

TEST(LogEntry, DeepNestingIsHarmless) {
  std::string deep =
      "{\"head\":{\"actions\":0,\"x\":" + std::string(200'000, '[') + std::string(200'000, ']') + "}}";
  EXPECT_TRUE(Decoded(deep));
}

}  // namespace
}  // namespace souk::lake
