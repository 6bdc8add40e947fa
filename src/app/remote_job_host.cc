#include "app/remote_job_host.h"

#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "net/http_client.h"

namespace souk::app {
namespace {

using nlohmann::json;
using schedule::JobHost;
using schedule::JobInfo;
using schedule::JobState;

const std::vector<std::pair<std::string, std::string>> kGuard = {{"X-Souk", "1"}};

JobState StateOf(const std::string& name) {
  for (JobState state :
       {JobState::kQueued, JobState::kRunning, JobState::kDone, JobState::kFailed, JobState::kCancelled}) {
    if (name == JobStateName(state)) return state;
  }
  return JobState::kFailed;
}

// The answer's JSON, or the problem it tells as an error.
Result<json> Read(const Result<net::HttpAnswer>& answer) {
  if (!answer) return tl::unexpected(answer.error());
  auto object = json::parse(answer->body, nullptr, false);
  if (object.is_discarded())
    return Fail(Code::kCorrupt, "the running souk answered something that is not JSON");
  if (answer->status < 400) return object;
  std::string remedy = object.value("remedy", "");
  Code code = answer->status == 404   ? Code::kNotFound
              : answer->status == 503 ? Code::kUnavailable
                                      : Code::kInvalid;
  return Fail(code, "{}{}{}", object.value("detail", "the running souk refused"), remedy.empty() ? "" : "; ",
              remedy);
}

JobHost::Event EventOf(std::string_view name, const json& data) {
  JobHost::Event event{JobHost::Event::Kind::kProgress, {}, {}, JobState::kRunning, {}};
  if (name == "line") {
    event.kind = JobHost::Event::Kind::kLine;
    event.line = data.value("text", "");
  } else if (name == "end") {
    event.kind = JobHost::Event::Kind::kEnd;
    event.state = StateOf(data.value("state", ""));
    event.error = {static_cast<Code>(data.value("code", 0)), data.value("error", "")};
  } else {
    event.progress = {data.value("stage", ""),          data.value("done", uint64_t{0}),
                      data.value("total", uint64_t{0}), data.value("unit", ""),
                      data.value("rate", 0.0),          data.value("eta_ms", int64_t{-1})};
  }
  return event;
}

JobInfo InfoOf(const json& object) {
  JobInfo info;
  info.id = object.value("id", int64_t{0});
  info.request.verb = object.value("verb", "");
  info.request.args = object.value("args", std::vector<std::string>());
  info.request.cause = object.value("cause", "");
  info.state = StateOf(object.value("state", ""));
  info.error.message = object.value("error", "");
  info.lines = object.value("lines", std::vector<std::string>());
  return info;
}

}  // namespace

Result<int64_t> RemoteJobHost::Submit(schedule::JobRequest request) {
  json body = {
      {"verb", request.verb}, {"args", request.args}, {"cwd", request.directory}, {"cause", request.cause}};
  std::string text = body.dump(-1, ' ', false, json::error_handler_t::replace);
  TRY(json answer, Read(net::HttpClient(url_).Send("POST", "/api/jobs", text, kGuard)));
  return answer.value("id", int64_t{0});
}

Result<JobInfo> RemoteJobHost::Get(int64_t id) const {
  TRY(json answer, Read(net::HttpClient(url_).Send("GET", fmt::format("/api/jobs/{}", id))));
  return InfoOf(answer);
}

std::vector<JobInfo> RemoteJobHost::List(size_t limit) const {
  auto answer = Read(net::HttpClient(url_).Send("GET", "/api/jobs"));
  std::vector<JobInfo> jobs;
  if (!answer || !answer->is_array()) return jobs;
  for (const json& object : *answer) {
    if (jobs.size() < limit) jobs.push_back(InfoOf(object));
  }
  return jobs;
}

Status RemoteJobHost::Cancel(int64_t id) {
  return Read(net::HttpClient(url_).Send("DELETE", fmt::format("/api/jobs/{}", id), {}, kGuard))
      .map([](const json&) {});
}

Result<std::shared_ptr<void>> RemoteJobHost::Follow(int64_t id, std::function<void(const Event&)> on_event) {
  struct Reader {
    std::atomic<bool> stop{false};
    std::thread thread;
    ~Reader() {
      stop = true;
      thread.join();
    }
  };
  auto reader = std::make_shared<Reader>();
  reader->thread = std::thread([url = url_, id, on_event = std::move(on_event), reader = reader.get()] {
    bool ended = false;
    auto take = [&](std::string_view name, std::string_view data) {
      auto object = json::parse(data, nullptr, false);
      if (!object.is_object()) return true;
      Event event = EventOf(name, object);
      ended = event.kind == Event::Kind::kEnd;
      on_event(event);
      return !ended && !reader->stop;
    };
    Status status = net::HttpClient(url).Events(fmt::format("/api/jobs/{}/events", id), take,
                                                [&] { return !reader->stop.load(); });
    if (ended || reader->stop) return;
    Error lost{Code::kUnavailable,
               "the running souk stopped answering; `souk jobs show` says how the job ended"};
    on_event({Event::Kind::kEnd, {}, {}, JobState::kFailed, status ? lost : status.error()});
  });
  return std::static_pointer_cast<void>(reader);
}

}  // namespace souk::app
