// Runs the stories of src/stream/scenarios; its README says how they are written.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/embedded.h"
#include "base/files.h"
#include "base/options.h"
#include "record/times.h"
#include "store/memory_hot_store.h"
#include "stream/processor.h"

namespace souk::stream {
namespace {

constexpr size_t kPartitions = 6;
constexpr const char* kDay = "2025-11-28";

struct Step {
  enum Kind { kRecord, kWait } kind = kRecord;
  size_t partition = 0;
  int64_t offset = 0;
  int64_t timestamp_ms = 0;
  std::string value;
  int64_t wait_us = 0;
};

struct Story {
  std::vector<std::string> shown, dimensions;
  std::vector<Step> steps;
  std::string told, expected;
};

std::string FullTime(const std::string& text) {
  return text.find('T') == std::string::npos ? fmt::format("{}T{}Z", kDay, text) : text + "Z";
}

Micros MicrosOf(const std::string& text) {
  record::TimeValue value;
  EXPECT_TRUE(record::TimeFormat().Read(FullTime(text), value)) << text;
  return value.micros;
}

nlohmann::json LineOf(const std::string& id, const std::string& time) {
  return {{"transaction_id", id},
          {"order_id", "O" + id},
          {"product_id", "P1"},
          {"quantity", 1},
          {"status", "completed"},
          {"payment_status", "paid"},
          {"payment_method", "paypal"},
          {"currency", "EUR"},
          {"discount", 0},
          {"tax", 0},
          {"shipping", 0},
          {"transaction_timestamp", FullTime(time)},
          {"updated_at", FullTime(time)}};
}

nlohmann::json ClickOf(const std::string& id, const std::string& time) {
  return {{"event_id", id},
          {"session_id", "S1"},
          {"event_time", FullTime(time)},
          {"event_type", "view"},
          {"page_url", "https://shop.example/"},
          {"device_type", "mobile"},
          {"traffic_source", "direct"}};
}

void SetField(nlohmann::json& record, const std::string& name, const std::string& value) {
  static const std::vector<std::string> numbers = {"quantity", "discount", "tax", "shipping", "price"};
  if (name == "total") {
    record["total_amount"] = nlohmann::json::parse(value);
    record["unit_price"] = nlohmann::json::parse(value);
  } else if (name == "at") {
    record["transaction_timestamp"] = FullTime(value);
  } else if (name == "unit_price" || std::find(numbers.begin(), numbers.end(), name) != numbers.end()) {
    record[name] = nlohmann::json::parse(value);
  } else {
    record[name] = value;
  }
}

Step ParseStep(const std::string& line) {
  std::istringstream words(line);
  Step step;
  std::string first, time, what, key, field;
  words >> first >> time;
  if (first == "wait") {
    step.kind = Step::kWait;
    step.wait_us = *ParseDurationMs(time) * 1000;
    return step;
  }
  step.partition = std::stoul(first);
  if (time == "raw") {
    std::getline(words >> std::ws, step.value);
    return step;
  }
  words >> what >> key;
  nlohmann::json record = what == "line" ? LineOf(key, time) : ClickOf(key, time);
  while (words >> field) {
    size_t equals = field.find('=');
    SetField(record, field.substr(0, equals), field.substr(equals + 1));
  }
  step.timestamp_ms = MicrosOf(time) / 1000 + 1;
  step.value = record.dump();
  return step;
}

Story ReadStory(const std::string& path) {
  Story story;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line) && line != "----") {
    story.told += line + "\n";
    if (line.starts_with("show ") || line.starts_with("by ")) {
      std::istringstream words(line.substr(line.find(' ')));
      auto& list = line.starts_with("by ") ? story.dimensions : story.shown;
      for (std::string word; words >> word;) list.push_back(word);
    } else if (!line.empty() && line[0] != '#') {
      story.steps.push_back(ParseStep(line));
    }
  }
  while (std::getline(file, line)) story.expected += line + "\n";
  return story;
}

class Categories : public ProductCategories {
 public:
  std::string CategoryOf(std::string_view product_id) const override {
    return product_id == "P1" ? "Books" : "";
  }
};

// How a story is told: a batch is committed after every `cut_every` records; the processor is lost, with what
// was not committed, after every `kill_every` records, and made anew. 0 = never.
struct Telling {
  size_t cut_every = 0, kill_every = 0;
};

class Teller {
 public:
  Teller(const Story& story, const Telling& telling) : story_(story), telling_(telling) {}

  std::string Tell() {
    store_ = store::MakeMemoryHotStore();
    Begin();
    size_t told = 0;
    for (const Step& step : story_.steps) {
      log_.push_back(step);
      if (step.kind == Step::kRecord) log_.back().offset = sizes_[step.partition]++;
      Do(log_.back());
      ++told;
      if (telling_.cut_every != 0 && told % telling_.cut_every == 0) Commit();
      if (telling_.kill_every != 0 && told % telling_.kill_every == 0) {
        Begin();
        for (const Step& again : log_) Do(again);
      }
    }
    Commit();
    now_ += 2 * kMicrosPerSecond;  // gauges are measured once a second
    Commit();
    return Print();
  }

 private:
  void Begin() {
    ProcessorOptions options;
    options.keep_orders = 60 * kMicrosPerSecond;
    auto yaml = FindAsset("models/live.yml");
    ASSERT_TRUE(yaml);
    auto made = Processor::Make(*yaml, "models/live.yml", options, *store_, categories_);
    ASSERT_TRUE(made) << made.error().message;
    processor_ = std::move(*made);
    ASSERT_TRUE(processor_->Restore());
    for (size_t i = 0; i < kPartitions; ++i) {
      const char* topic = i < 3 ? "ecommerce-transactions" : "ecommerce-clickstream";
      int64_t next = 0;
      auto number = processor_->AddPartition(topic, static_cast<int32_t>(i % 3), next);
      ASSERT_TRUE(number);
      ASSERT_EQ(*number, i);
    }
  }

  void Do(const Step& step) {
    if (step.kind == Step::kWait) {
      Commit();
      for (size_t i = 0; i < kPartitions; ++i) processor_->AtEnd(i, now_);
      now_ += step.wait_us;
      Commit();
      return;
    }
    now_ = std::max(now_, step.timestamp_ms * 1000);
    StreamRecord record{step.partition, step.offset, step.timestamp_ms, step.value};
    Status taken = processor_->Take({&record, 1}, now_);  // one that it has is passed over by it
    ASSERT_TRUE(taken) << taken.error().message;
  }

  void Commit() {
    auto batch = processor_->Cut(now_);
    ASSERT_TRUE(batch) << batch.error().message;
    if (*batch) {
      ASSERT_TRUE(store_->Commit(**batch));
    }
    ASSERT_TRUE(store_->Trim(processor_->Retention()));
  }

  static bool Holds(const std::vector<std::string>& list, const std::string& word) {
    return std::find(list.begin(), list.end(), word) != list.end();
  }

  std::string Print() {
    std::vector<std::string> lines;
    auto print = [&](const store::WindowValue& value) -> Status {
      const store::WindowKey& key = value.key;
      if (!Holds(story_.shown, key.kpi)) return {};
      if (!key.dimension.empty() && !Holds(story_.dimensions, key.dimension)) return {};
      size_t cube = 0, measure = 0;
      EXPECT_TRUE(processor_->book().Find(key.kpi, cube, measure));
      int scale = processor_->book().cubes()[cube].measures[measure].scale;
      std::string start = FormatUtc(key.start);
      std::string text = start.starts_with(kDay) ? start.substr(11, 5) : start.substr(0, 16);
      if (key.end - key.start != 60 * kMicrosPerSecond)
        text += fmt::format("+{}m", (key.end - key.start) / 60 / kMicrosPerSecond);
      text += " " + key.kpi;
      if (!key.dimension.empty()) text += fmt::format(" {}={}", key.dimension, key.member);
      std::string digits = fmt::format("{:0{}d}", std::abs(value.value), scale + 1);
      if (scale > 0) digits.insert(digits.size() - static_cast<size_t>(scale), ".");
      lines.push_back(fmt::format("{} {}{}", text, value.value < 0 ? "-" : "", digits));
      return {};
    };
    EXPECT_TRUE(store_->ReadWindows(0, std::numeric_limits<Micros>::max(), print));
    std::sort(lines.begin(), lines.end());
    auto head = store_->Head();
    for (const auto& [name, value] : head->counters) {
      if (!name.starts_with("gauge.") || Holds(story_.shown, "gauges"))
        lines.push_back(fmt::format("{}: {}", name, value));
    }
    lines.push_back(fmt::format("watermark: {}", FormatUtc(head->watermark)));
    return fmt::format("{}\n", fmt::join(lines, "\n"));
  }

  const Story& story_;
  Telling telling_;
  std::unique_ptr<store::HotStore> store_;
  Categories categories_;
  std::unique_ptr<Processor> processor_;
  std::vector<Step> log_;  // what happened, in order
  int64_t sizes_[kPartitions] = {};
  Micros now_ = 1;  // a store that was committed at 0 is a new one
};

std::vector<std::string> Stories() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator("src/stream/scenarios")) {
    if (entry.path().extension() == ".txt") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

class WindowScenario : public testing::TestWithParam<std::string> {};

TEST_P(WindowScenario, FiguresAreThoseOfTheFile) {
  Story story = ReadStory(GetParam());
  std::string told = Teller(story, {}).Tell();
  if (std::getenv("SOUK_UPDATE_SCENARIOS") != nullptr) {
    ASSERT_TRUE(WriteFileAtomic(GetParam(), story.told + "----\n" + told));
    return;
  }
  EXPECT_EQ(told, story.expected);
}

TEST_P(WindowScenario, BatchesChangeNothing) {
  Story story = ReadStory(GetParam());
  for (size_t cut = 1; cut <= story.steps.size(); ++cut)
    ASSERT_EQ(Teller(story, {.cut_every = cut}).Tell(), story.expected) << "a batch every " << cut;
}

TEST_P(WindowScenario, KillsChangeNothing) {
  Story story = ReadStory(GetParam());
  for (size_t cut = 1; cut <= story.steps.size(); ++cut) {
    for (size_t kill = 1; kill <= story.steps.size(); ++kill) {
      ASSERT_EQ(Teller(story, {cut, kill}).Tell(), story.expected)
          << "a batch every " << cut << ", a kill every " << kill;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Files, WindowScenario, testing::ValuesIn(Stories()),
                         [](const auto& info) { return std::filesystem::path(info.param).stem().string(); });

}  // namespace
}  // namespace souk::stream
