#include "app/selftest/crash_selftest.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>
#include <vector>

#include "app/output.h"
#include "app/selftest/expected_figures.h"
#include "app/selftest/expected_lake.h"
#include "app/selftest/platform_child.h"
#include "app/selftest/shop_load.h"
#include "app/selftest/test_topics.h"
#include "base/files.h"
#include "lake/local_file_store.h"
#include "lake/raw_zone.h"
#include "net/http_client.h"
#include "stream/crash_point.h"
#include "stream/processor.h"

namespace souk::app {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr auto kLook = std::chrono::milliseconds(50);
constexpr int kStartTimeout_s = 60, kStopTimeout_s = 60, kCrashTimeout_s = 120, kDrainTimeout_s = 300;
constexpr Micros kShopBegins = 6 * kMicrosPerDay;  // before now: its time goes faster than ours
constexpr double kLongestLife_s = 2, kShortestLife_s = 0.2;
constexpr double kKilledAtStart = 0.25;  // share of the kills that do not wait until it serves
constexpr const char* kNeverTrimmed = "100000000";
constexpr const char* kLakeInterval = "200ms";  // so that the kills meet commits
constexpr const char* kRefusedTopic = "ecommerce-quarantine";

double SecondsSince(SteadyClock::time_point since) {
  return std::chrono::duration<double>(SteadyClock::now() - since).count();
}

class CrashSelftest {
 public:
  CrashSelftest(Progress& out, const CrashSelftestOptions& options)
      : out_(out),
        options_(options),
        embedded_(options.kafka_url == "embedded"),
        random_(options.seed),
        began_(SteadyClock::now()) {}

  Status Run() {
    TRY_STATUS(CreateDirectories(options_.directory));
    TRY_STATUS(MakePlatform());
    TRY_STATUS(WarmUp());
    PlanRounds();
    for (size_t i = 0; i < plan_.size() && !out_.Cancelled(); ++i) TRY_STATUS(Round(i));
    TRY_STATUS(out_.CheckCancelled());
    return Finish();
  }

 private:
  Status MakePlatform() {
    stream::ProcessorOptions topics;
    load_options_.transactions_topic = topics.transactions_topic;
    load_options_.clickstream_topic = topics.clickstream_topic;
    load_options_.rate = options_.rate;
    load_options_.begin = SystemClock().Now() - kShopBegins;
    TRY(address_, embedded_ ? FreeLocalAddress() : Result<std::string>(options_.kafka_url));
    TRY(clients_, kafka::ParseUrl(options_.kafka_url, address_));
    if (!embedded_) {
      TRY_STATUS(MakeEmptyTopics(
          clients_, {load_options_.transactions_topic, load_options_.clickstream_topic, kRefusedTopic}));
    }
    TRY(auto sent, SentRecords::Open(options_.directory + "/sent.duckdb", load_options_));
    sent_ = std::make_unique<SentRecords>(std::move(sent));
    PlatformChildOptions child;
    child.data_directory = DataPath();
    child.log_path = options_.directory + "/up.log";
    auto set = [&](const std::string& key, const std::string& value) {
      child.arguments.insert(child.arguments.end(), {"--set", key + "=" + value});
    };
    set("kafka.properties", "");
    set("kafka.url", options_.kafka_url);
    if (embedded_) set("broker.port", address_.substr(address_.find(':') + 1));
    set("web.port", "0");
    set("stream.keep_events", kNeverTrimmed);
    set("stream.lake_interval", kLakeInterval);
    child.arguments.insert(child.arguments.end(),
                           {"--only", embedded_ ? "broker,stream,lake,web" : "stream,lake,web"});
    child_ = std::make_unique<PlatformChild>(std::move(child));
    return {};
  }

  std::string DataPath() const { return options_.directory + "/data"; }
  std::string LakePath() const { return DataPath() + "/lake"; }

  // Until time has begun for every partition: before that, nothing is too late.
  Status WarmUp() {
    TRY_STATUS(child_->Start(""));
    TRY_STATUS(AwaitServing());
    TRY(load_, ShopLoad::Start(clients_, load_options_));
    auto began = SteadyClock::now();
    while (true) {
      TRY(auto now, LiveNow());
      if (now["watermark"].is_string() && now["watermark"] > "1971") break;
      if (SecondsSince(began) > kStartTimeout_s)
        return Fail(Code::kTimeout, "the stream has counted nothing after {} s", kStartTimeout_s);
      std::this_thread::sleep_for(kLook);
    }
    load_->SendLate();
    out_.Line(fmt::format("{} records per second go to {}; {} kills follow", options_.rate,
                          embedded_ ? "its own broker" : options_.kafka_url,
                          static_cast<size_t>(options_.rounds) + Points().size()));
    return {};
  }

  std::vector<std::string> Points() const {
    std::vector<std::string> points;
    if (!options_.points) return points;
    points.assign(std::begin(stream::kCrashPoints), std::end(stream::kCrashPoints));
    points.insert(points.end(), std::begin(stream::kLakeCrashPoints), std::end(stream::kLakeCrashPoints));
    return points;
  }

  void PlanRounds() {
    plan_.assign(static_cast<size_t>(options_.rounds), "");
    for (const std::string& point : Points()) {
      // These are rare; the first comes right after the start.
      bool rare = point == "hot_trimmed" || point == "offsets_committed" || point == "lake_cleaned" ||
                  point.starts_with("lake_merge");
      uint64_t most = rare ? 1 : point.starts_with("lake_") ? 4 : 10;
      plan_.push_back(fmt::format("{}:{}", point, 1 + random_() % most));
    }
    std::shuffle(plan_.begin(), plan_.end(), random_);
  }

  // A platform runs; it dies, and another one is started.
  Status Round(size_t number) {
    const std::string& point = plan_[number];
    auto began = SteadyClock::now();
    std::string what;
    if (point.empty()) {
      TRY(what, KillSometime());
    } else {
      // So that there are files to be merged.
      if (point.starts_with("lake_merge")) Pause(kLongestLife_s);
      TRY_STATUS(child_->Kill());
      TRY_STATUS(child_->Start(point));
      TRY_STATUS(child_->AwaitCrash(kCrashTimeout_s));
      what = fmt::format("died at {}", point);
    }
    double lived = SecondsSince(began);
    began = SteadyClock::now();
    TRY_STATUS(child_->Start(""));
    TRY_STATUS(AwaitServing());
    double start = SecondsSince(began);
    TRY_STATUS(load_->Check());
    TRY_STATUS(sent_->Add(load_->TakeAcknowledged()));
    out_.Line(fmt::format("{}/{}: {} after {:.1f} s, serves again after {:.1f} s; {} acknowledged",
                          number + 1, plan_.size(), what, lived, start,
                          Counted(load_->counts().acknowledged, "record")));
    return {};
  }

  static void Pause(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

  Result<std::string> KillSometime() {
    auto unit = [&] { return std::uniform_real_distribution<>()(random_); };
    Pause(kShortestLife_s + unit() * (kLongestLife_s - kShortestLife_s));
    TRY_STATUS(child_->Kill());
    if (unit() >= kKilledAtStart) return "killed";
    TRY_STATUS(child_->Start(""));
    Pause(unit() * 0.5);
    TRY_STATUS(child_->Kill());
    return "killed, and again while it started,";
  }

  Status AwaitServing() {
    TRY(std::string url, child_->AwaitUrl(kStartTimeout_s));
    http_ = std::make_unique<net::HttpClient>(url, 10'000);
    return {};
  }

  Result<nlohmann::json> LiveNow() {
    TRY_STATUS(child_->CheckAlive());
    TRY(auto answer, http_->Send("GET", "/api/live/now"));
    if (answer.status != 200)
      return Fail(Code::kUnavailable, "/api/live/now answers {}: {}", answer.status, answer.body);
    auto json = nlohmann::json::parse(answer.body, nullptr, false);
    if (!json.is_object()) return Fail(Code::kCorrupt, "/api/live/now answers no JSON: {}", answer.body);
    if (json["state"] == "failed")
      return Fail(Code::kUnavailable, "the stream failed: {}", json["error"].dump());
    return json;
  }

  // Until the stream and the lake have as many records as there are.
  Status Drain() {
    auto began = SteadyClock::now();
    uint64_t all = load_->counts().acknowledged, read = 0, kept = 0;
    while (SecondsSince(began) < kDrainTimeout_s) {
      TRY(auto now, LiveNow());
      read = 0;
      for (const auto& partition : now["health"]["partitions"])
        read += partition.value("next_offset", uint64_t{0});
      TRY(kept, RecordsOfLake());
      if (read >= all && kept >= all) return {};
      std::this_thread::sleep_for(kLook);
    }
    return Fail(Code::kCorrupt,
                "of {} acknowledged records the stream has read {} and the lake {} after {} s", all, read,
                kept, kDrainTimeout_s);
  }

  // That it has taken or refused, as its commits say.
  Result<uint64_t> RecordsOfLake() const {
    TRY(auto store, lake::LocalFileStore::Open(LakePath()));
    lake::RawZone raw(store);
    uint64_t records = 0;
    for (const char* record : {"transactions", "clickstream"}) {
      TRY(auto positions, raw.Positions(record));
      for (const auto& [topic, position] : positions) {
        for (const auto& [partition, next] : position.next) records += static_cast<uint64_t>(next);
      }
    }
    return records;
  }

  Status Finish() {
    TRY_STATUS(load_->Stop());
    TRY_STATUS(sent_->Add(load_->TakeAcknowledged()));
    TRY_STATUS(Drain());
    TRY(auto refused, ReadRefused(clients_, kRefusedTopic));
    TRY_STATUS(child_->Stop(kStopTimeout_s));
    ShopLoadCounts sent = load_->counts();
    out_.Line(fmt::format("{} acknowledged: {} out of order, {} sent twice, {} too late, {} broken",
                          Counted(sent.acknowledged, "record"), GroupDigits(sent.behind),
                          GroupDigits(sent.again), GroupDigits(sent.late), GroupDigits(sent.poison)));
    TRY(FiguresChecked live, CheckHotStore(*sent_, DataPath() + "/hot.duckdb"));
    out_.Line(fmt::format("{} of figures, {} and {} are as they were computed from these records",
                          Counted(live.windows, "value"), Counted(live.lines, "order line"),
                          Counted(live.events, "event")));
    TRY(LakeChecked lake, CheckLake(*sent_, LakePath(), refused));
    out_.Line(fmt::format(
        "{} are in {} of the lake, those of their hours, and {} in quarantine and its topic",
        Counted(lake.records, "record"), Counted(lake.files, "file"), Counted(lake.refused, "broken one")));
    out_.Line(
        fmt::format("passed: {} in {:.0f} s; every record counted exactly once, and is in the lake once",
                    Counted(plan_.size(), "kill"), SecondsSince(began_)));
    return {};
  }

  Progress& out_;
  const CrashSelftestOptions& options_;
  const bool embedded_;
  std::mt19937_64 random_;
  SteadyClock::time_point began_;
  std::string address_;
  kafka::ClientSettings clients_;
  ShopLoadOptions load_options_;
  std::vector<std::string> plan_;  // crash points; "" = a moment
  std::unique_ptr<SentRecords> sent_;
  std::unique_ptr<PlatformChild> child_;
  std::unique_ptr<net::HttpClient> http_;
  std::unique_ptr<ShopLoad> load_;
};

}  // namespace

Status RunCrashSelftest(Progress& out, const CrashSelftestOptions& options) {
  if (!(options.rate >= 100)) return Fail(Code::kInvalid, "the rate must be at least 100 records per second");
  if (options.rounds < 0 || (options.rounds == 0 && !options.points))
    return Fail(Code::kInvalid, "there must be at least one round");
  if (PathExists(options.directory))
    return Fail(Code::kAlreadyExists, "{} is there already; the test needs a directory of its own",
                options.directory);
  return CrashSelftest(out, options).Run();
}

}  // namespace souk::app
