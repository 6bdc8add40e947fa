#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "serve/http/api.h"
#include "serve/http/errors.h"
#include "serve/http/json.h"

namespace souk::serve {
namespace {

using nlohmann::ordered_json;
using schedule::JobHost;
using schedule::JobInfo;
using schedule::JobProgress;

constexpr std::string_view kJobsPath = "/api/jobs/";

ordered_json ProgressJson(const JobProgress& progress) {
  return {{"stage", progress.stage}, {"done", progress.done}, {"total", progress.total},
          {"unit", progress.unit},   {"rate", progress.rate}, {"eta_ms", progress.eta_ms}};
}

ordered_json TimeJson(Micros time) { return time == 0 ? ordered_json() : ordered_json(FormatUtc(time)); }

ordered_json JobJson(const JobInfo& job, bool with_lines) {
  ordered_json object = {{"id", job.id},
                         {"verb", job.request.verb},
                         {"args", job.request.args},
                         {"cause", job.request.cause},
                         {"state", JobStateName(job.state)},
                         {"submitted", TimeJson(job.submitted)},
                         {"started", TimeJson(job.started)},
                         {"ended", TimeJson(job.ended)},
                         {"progress", ProgressJson(job.progress)},
                         {"error", job.error.message}};
  if (with_lines) object["lines"] = job.lines;
  return object;
}

std::string Dump(const ordered_json& object) {
  return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// The number in "/api/jobs/12" or "/api/jobs/12/events".
Result<int64_t> JobId(std::string_view path) {
  std::string_view text = path.substr(kJobsPath.size());
  text = text.substr(0, text.find('/'));
  int64_t id = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size())
    return Fail(Code::kNotFound, "'{}' is no job", text);
  return id;
}

Result<schedule::JobRequest> ParseSubmission(const std::string& body) {
  auto object = nlohmann::json::parse(body, nullptr, false);
  if (!object.is_object() || !object.contains("verb") || !object["verb"].is_string()) {
    return Fail(Code::kInvalid, "a job is an object with \"verb\" and \"args\"");
  }
  schedule::JobRequest request;
  request.verb = object["verb"];
  request.directory = object.value("cwd", "/");
  request.cause = object.value("cause", "page");
  for (const auto& arg : object.value("args", nlohmann::json::array())) {
    if (!arg.is_string()) return Fail(Code::kInvalid, "\"args\" is a list of texts");
    request.args.push_back(arg);
  }
  return request;
}

void SendEvent(net::EventStream& stream, const JobHost::Event& event) {
  switch (event.kind) {
    case JobHost::Event::Kind::kProgress: stream.Send("progress", Dump(ProgressJson(event.progress))); break;
    case JobHost::Event::Kind::kLine: stream.Send("line", Dump({{"text", event.line}})); break;
    case JobHost::Event::Kind::kEnd:
      stream.Send("end", Dump({{"state", JobStateName(event.state)},
                               {"code", static_cast<int>(event.error.code)},
                               {"error", event.error.message}}));
      stream.Close();
      break;
  }
}

// Keeps the subscription as long as the reader is there.
void FollowJob(const ApiParts& parts, int64_t id, const std::shared_ptr<net::EventStream>& stream) {
  auto handle = parts.jobs->Follow(id, [stream](const JobHost::Event& event) { SendEvent(*stream, event); });
  if (!handle) {
    stream->Send("end", Dump({{"state", "failed"},
                              {"code", static_cast<int>(handle.error().code)},
                              {"error", handle.error().message}}));
    stream->Close();
    return;
  }
  stream->OnClose([kept = *std::move(handle)]() mutable { kept.reset(); });
}

constexpr ApiParameter kId{"id", "path", "integer", "The job's number."};

ApiDoc SubmitDoc() {
  ApiDoc doc{"jobs", "Submits a job: a verb of the command line."};
  doc.parameters = {{"verb", "body", "string", "build, ingest, quarantine, …", true},
                    {"args", "body", "array", "What follows the verb on the command line, as texts."},
                    {"cwd", "body", "string", "Relative paths are meant from here."},
                    {"cause", "body", "string", "Who wanted it."}};
  doc.status = 202;
  return doc;
}

}  // namespace

void AddJobRoutes(ApiServer& server, SharedParts parts) {
  server.Post("/api/jobs", SubmitDoc(), [parts](const net::HttpRequest& request) {
    auto submission = ParseSubmission(request.body);
    if (!submission) return ProblemOf(submission.error());
    auto id = parts->jobs->Submit(*std::move(submission));
    if (!id) return ProblemOf(id.error());
    net::HttpResponse response = JsonResponse(Dump({{"id", *id}}));
    response.status = 202;
    return response;
  });
  server.Get("/api/jobs", {"jobs", "The latest hundred jobs, newest first."},
             [parts](const net::HttpRequest&) {
               ordered_json list = ordered_json::array();
               for (const JobInfo& job : parts->jobs->List(100)) list.push_back(JobJson(job, false));
               return JsonResponse(Dump(list));
             });
  server.Get("/api/jobs/*", {"jobs", "One job with what it has said so far.", {kId}},
             [parts](const net::HttpRequest& request) {
               auto id = JobId(request.path);
               auto job = id ? parts->jobs->Get(*id) : Result<JobInfo>(tl::unexpected(id.error()));
               return job ? JsonResponse(Dump(JobJson(*job, true))) : ProblemOf(job.error());
             });
  server.Delete("/api/jobs/*", {"jobs", "Cancels a job.", {kId}}, [parts](const net::HttpRequest& request) {
    auto id = JobId(request.path);
    Status cancelled = id ? parts->jobs->Cancel(*id) : Status(tl::unexpected(id.error()));
    return cancelled ? JsonResponse("{}") : ProblemOf(cancelled.error());
  });
  ApiDoc events{"jobs", "A job as it goes on: events `progress`, `line` and `end`.", {kId}};
  server.Stream("/api/jobs/*/events", events,
                [parts](const net::HttpRequest& request, std::shared_ptr<net::EventStream> stream) {
                  auto id = JobId(request.path);
                  FollowJob(*parts, id ? *id : 0, stream);
                });
}

}  // namespace souk::serve
