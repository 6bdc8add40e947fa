#include "app/status_list.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/data_directory.h"
#include "app/output.h"
#include "app/stream_clients.h"
#include "net/http_client.h"

namespace souk::app {
namespace {

using nlohmann::json;

constexpr int64_t kTimeoutMs = 10'000;

Result<json> Ask(const std::string& url, const std::string& target) {
  TRY(auto answer, net::HttpClient(url, kTimeoutMs).Send("GET", target));
  if (answer.status != 200)
    return Fail(Code::kUnavailable, "{}{} answers {}: {}", url, target, answer.status, answer.body);
  auto parsed = json::parse(answer.body, nullptr, false);
  if (!parsed.is_object()) return Fail(Code::kCorrupt, "{}{} answers no JSON object", url, target);
  return parsed;
}

// "" for what is missing or null.
std::string TextOf(const json& object, const char* name) {
  auto found = object.find(name);
  if (found == object.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

class StatusList {
 public:
  void AddProgram(const std::string& url, const json& status) {
    Row("souk", "page", url);
    Row("souk", "version", TextOf(status, "version"));
    Row("souk", "started_at", TextOf(status, "started_at"));
    json jobs = status.value("jobs", json::object());
    Row("souk", "jobs",
        fmt::format("{} running, {} queued", TextOf(jobs, "running"), TextOf(jobs, "queued")));
    for (const json& service : status.value("services", json::array())) {
      std::string value = fmt::format("{} since {}", TextOf(service, "state"), TextOf(service, "since"));
      int restarts = service.value("restarts", 0);
      if (restarts > 0) value += fmt::format(", {}", Counted(static_cast<uint64_t>(restarts), "restart"));
      if (std::string error = TextOf(service, "error"); !error.empty()) value += ": " + error;
      Row("service", TextOf(service, "name"), value);
    }
  }

  void AddStream(const json& live) {
    json health = live.value("health", json::object());
    json latency = health.value("latency_ms", json::object());
    json counters = health.value("counters", json::object());
    std::string error = TextOf(live, "error");
    Row("stream", "state", TextOf(live, "state") + (error.empty() ? "" : ": " + error));
    Row("stream", "records_per_second", TextOf(health, "records_per_second"));
    Row("stream", "lag", TextOf(health, "lag"));
    Row("stream", "latency_p50_ms", TextOf(latency, "p50"));
    Row("stream", "latency_p99_ms", TextOf(latency, "p99"));
    for (const char* name : {"events", "transactions", "updates", "duplicates", "late", "refused"})
      Row("stream", name, TextOf(counters, name));
    Row("stream", "committed_at", TextOf(live, "committed_at"));
    Row("stream", "watermark", TextOf(live, "watermark"));
  }

  void AddBuild(const json& status) {
    auto build = status.find("last_build");
    if (build == status.end() || !build->is_object()) {
      Row("build", "last", "none yet");
      return;
    }
    std::string value = fmt::format("{} at {}, {} s", TextOf(*build, "state"), TextOf(*build, "ended"),
                                    TextOf(*build, "seconds"));
    if (std::string error = TextOf(*build, "error"); !error.empty()) value += ": " + error;
    Row("build", "last", value);
  }

  Status AddTopics(const Settings& settings) {
    TRY(auto admin, OpenStreamAdmin(settings));
    TRY(auto topics, admin->Topics());
    for (const kafka::TopicInfo& topic : topics) {
      std::vector<kafka::TopicPartition> where;
      for (const auto& partition : topic.partitions) where.push_back({topic.name, partition.partition});
      TRY(auto ranges, admin->Ranges(where));
      uint64_t records = 0;
      for (const auto& [one, range] : ranges) records += static_cast<uint64_t>(range.end - range.start);
      Row("topic", topic.name,
          fmt::format("{} in {}", Counted(records, "record"), Counted(where.size(), "partition")));
    }
    return {};
  }

  void Row(const std::string& part, const std::string& name, const std::string& value) {
    list_.Row({part, name, value.empty() ? sql::Cell() : sql::Cell(value)});
  }
  const sql::Table& table() const { return list_.table(); }

 private:
  ListBuilder list_{{{"part", "VARCHAR"}, {"name", "VARCHAR"}, {"value", "VARCHAR"}}};
};

}  // namespace

Result<sql::Table> PlatformStatus(const Settings& settings) {
  const std::string& directory = settings.Text("data.dir");
  auto owner = DataDirectory::FindOwner(directory);
  if (!owner || owner->url.empty()) {
    if (owner && !owner->broker.empty()) {
      return Fail(
          Code::kUnavailable,
          "only the broker runs for {} (kafka://{}); status needs the page: start souk up without --only",
          directory, owner->broker);
    }
    return Fail(Code::kUnavailable, "no souk up runs for {}; start it with: souk up", directory);
  }
  TRY(json status, Ask(owner->url, "/api/status"));
  StatusList list;
  list.AddProgram(owner->url, status);
  if (auto live = Ask(owner->url, "/api/live/now")) {
    list.AddStream(*live);
  } else {
    list.Row("stream", "state", "does not run here");
  }
  list.AddBuild(status);
  if (Status topics = list.AddTopics(settings); !topics) list.Row("topic", "", topics.error().message);
  return list.table();
}

}  // namespace souk::app
