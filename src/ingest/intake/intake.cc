#include "ingest/intake/intake.h"

#include <fmt/ranges.h>

#include <optional>

#include "base/log.h"
#include "ingest/intake/body.h"
#include "ingest/intake/intake_metrics.h"
#include "ingest/intake/json_split.h"
#include "ingest/intake/receipt.h"
#include "net/problem.h"

namespace souk::ingest {
namespace {

using Steady = std::chrono::steady_clock;

constexpr const char* kPath = "/v1/events";
constexpr const char* kRetryAfterSeconds = "2";
constexpr size_t kRecordOverhead = 200;  // memory beside a waiting record's bytes

// What an error means here, which is not what it means to readers of the API.
int StatusOf(const Error& error) {
  switch (error.code) {
    case Code::kDenied: return 413;
    case Code::kUnsupported: return 415;
    case Code::kNotFound: return 404;
    case Code::kUnavailable:
    case Code::kTimeout: return 503;
    case Code::kInvalid: return 400;
    default: return 500;
  }
}

net::HttpResponse Refusal(int status, const std::string& message) {
  size_t split = message.rfind("; ");
  const char* title = status == 401   ? "No key"
                      : status == 403 ? "Not allowed"
                      : status == 404 ? "Unknown record"
                      : status == 413 ? "Too large"
                      : status == 415 ? "Unknown encoding"
                      : status == 503 ? "Not now"
                      : status == 500 ? "Internal error"
                                      : "Unreadable request";
  auto response = net::ProblemResponse(status, title, std::string_view(message).substr(0, split),
                                       split == message.npos ? "" : message.substr(split + 2));
  if (status == 503) response.headers.emplace_back("Retry-After", kRetryAfterSeconds);
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

// So that the page's script may read the answer.
void AllowPage(net::HttpResponse& response, std::string_view origin) {
  response.headers.emplace_back("Access-Control-Allow-Origin", std::string(origin));
  response.headers.emplace_back("Access-Control-Expose-Headers", "Retry-After");
  response.headers.emplace_back("Vary", "Origin");
}

BodyForm FormOf(const net::HttpRequest& request) {
  std::string_view type = request.Header("content-type");
  bool lines = type.find("ndjson") != type.npos || type.find("jsonl") != type.npos;
  return lines ? BodyForm::kLines : BodyForm::kDetect;
}

}  // namespace

// One request on its way.
struct Intake::Batch {
  Sender sender;
  std::string record;
  bool details = false;
  net::HttpReply reply;
  struct Ready {
    size_t index = 0;
    kafka::Message message;
  };
  std::vector<Ready> ready;
  std::optional<Receipt> receipt;
  size_t reserved = 0;
  Steady::time_point sent_at;
};

Intake::Intake(IntakeOptions options, std::unique_ptr<EventOutlet> outlet, const Clock& clock,
               MetricRegistry& metrics)
    : options_(std::move(options)),
      clock_(clock),
      metrics_(metrics),
      readers_(options_.decoder),
      outlet_(std::move(outlet)) {}

net::HttpResponse Intake::Preflight(const net::HttpRequest& request) const {
  if (Status may = AdmitOrigin(request, options_.rules); !may) return Refusal(403, may.error().message);
  net::HttpResponse response;
  response.status = 204;
  AllowPage(response, request.Header("origin"));
  response.headers.emplace_back("Access-Control-Allow-Methods", "POST");
  response.headers.emplace_back("Access-Control-Allow-Headers",
                                "Authorization, Content-Encoding, Content-Type, X-Souk-Key");
  response.headers.emplace_back("Access-Control-Max-Age", "86400");
  return response;
}

void Intake::Take(const net::HttpRequest& request, const net::HttpReply& reply) {
  auto sender = Admit(request, options_.rules);
  bool page = AdmitOrigin(request, options_.rules).has_value() && !request.Header("origin").empty();
  auto answer = [reply,
                 origin = std::string(page ? request.Header("origin") : "")](net::HttpResponse response) {
    if (!origin.empty()) AllowPage(response, origin);
    reply(std::move(response));
  };
  if (!sender)
    return answer(Refusal(sender.error().code == Code::kDenied ? 403 : 401, sender.error().message));
  auto batch = std::make_shared<Batch>();
  batch->sender = std::move(*sender);
  batch->reply = answer;
  batch->details = request.QueryValue("details") == "1";
  if (Status read = ReadRecords(request, *batch); !read) {
    return answer(Refusal(StatusOf(read.error()), read.error().message));
  }
  if (Status reserved = Reserve(*batch); !reserved) {
    metrics_.CounterOf(kIntakeTurnedAway).Add();
    return answer(Refusal(503, reserved.error().message));
  }
  Send(batch);
}

// Everything but the sending: afterwards what is good is in `ready`, what is not has its fault.
Status Intake::ReadRecords(const net::HttpRequest& request, Batch& batch) {
  batch.record = request.path.size() > std::string_view(kPath).size() + 1
                     ? request.path.substr(std::string_view(kPath).size() + 1)
                     : request.QueryValue("record");
  if (batch.record.empty()) batch.record = options_.default_record;
  auto topic = options_.topics.find(batch.record);
  if (topic == options_.topics.end()) {
    std::vector<std::string> names;
    for (const auto& [name, ignored] : options_.topics) names.push_back(name);
    return Fail(Code::kNotFound, "no record '{:.40}' is taken here; there are {}", batch.record,
                fmt::join(names, ", "));
  }
  TRY(std::string body,
      DecodeBody(request.body, request.Header("content-encoding"), options_.max_request_bytes));
  metrics_.CounterOf(kIntakeBytes, {batch.sender.source}).Add(body.size());
  TRY(auto records, SplitBody(body, FormOf(request), options_.max_records));
  TRY(auto reader, readers_.Take(batch.record));
  batch.receipt.emplace(records.size(), [this, &batch](const Receipt&) { Finish(batch); });
  batch.ready.reserve(records.size());
  Micros now = clock_.Now();
  for (size_t i = 0; i < records.size(); ++i) {
    Batch::Ready ready{i, {}};
    record::Fault fault;
    if (records[i].size() > options_.max_record_bytes) {
      fault.reason = fmt::format("larger than {} bytes", options_.max_record_bytes);
      batch.receipt->Reject(i, std::move(fault));
    } else if (!reader->Read(records[i], batch.sender, options_.address, now, ready.message, fault)) {
      batch.receipt->Reject(i, std::move(fault));
    } else {
      ready.message.topic = topic->second;
      ready.message.headers.emplace_back("source", batch.sender.source);
      batch.ready.push_back(std::move(ready));
    }
  }
  readers_.Give(batch.record, std::move(reader));
  return {};
}

// Room for all of the request's records, or for none: so a request is not taken in part.
Status Intake::Reserve(Batch& batch) {
  if (batch.ready.empty()) return {};
  TRY_STATUS(outlet_->Ready());
  size_t bytes = 0;
  for (const auto& ready : batch.ready) bytes += ready.message.value->size() + kRecordOverhead;
  size_t before = waiting_bytes_.fetch_add(bytes);
  // A request larger than the whole room may come when nothing else is there.
  if (before > 0 && before + bytes > options_.max_waiting_bytes) {
    waiting_bytes_ -= bytes;
    return Fail(Code::kUnavailable,
                "the stream does not keep up: {} bytes wait to be acknowledged; send again later", before);
  }
  batch.reserved = bytes;
  metrics_.GaugeOf(kIntakeWaiting).Set(static_cast<double>(before + bytes));
  return {};
}

void Intake::Send(const std::shared_ptr<Batch>& batch) {
  batch->sent_at = Steady::now();
  Receipt& receipt = *batch->receipt;
  for (auto& ready : batch->ready) {
    receipt.Await();
    auto report = [batch, index = ready.index](const Result<kafka::Delivered>& result) {
      batch->receipt->Delivered(index, result);
    };
    Status sent = outlet_->Send(std::move(ready.message), report);
    if (!sent) receipt.Delivered(ready.index, tl::unexpected(sent.error()));
  }
  receipt.Sealed();
}

void Intake::Finish(Batch& batch) {
  waiting_bytes_ -= batch.reserved;
  metrics_.GaugeOf(kIntakeWaiting).Set(static_cast<double>(waiting_bytes_.load()));
  Receipt::Counts counts = batch.receipt->counts();
  auto count = [&](const char* result, size_t records) {
    if (records > 0)
      metrics_.CounterOf(kIntakeRecords, {batch.sender.source, batch.record, result}).Add(records);
  };
  count("accepted", counts.accepted);
  count("rejected", counts.rejected);
  count("failed", counts.failed);
  if (!batch.ready.empty()) {
    std::chrono::duration<double> took = Steady::now() - batch.sent_at;
    metrics_.HistogramOf(kIntakeSeconds).Observe(took.count());
  }
  if (counts.failed > 0) {
    Log(LogLevel::kWarn, "ingest", "records of a request were not acknowledged",
        {{"source", batch.sender.source},
         {"record", batch.record},
         {"failed", std::to_string(counts.failed)},
         {"accepted", std::to_string(counts.accepted)}});
  }
  batch.reply(batch.receipt->Answer(batch.details));
}

void AddIntakeRoutes(net::HttpServer& server, Intake& intake) {
  for (const char* path : {"/v1/events", "/v1/events/*"}) {
    server.HandleLater(
        "POST", path,
        [&intake](const net::HttpRequest& request, const net::HttpReply& reply) {
          intake.Take(request, reply);
        },
        true);
    server.HandleLater(
        "OPTIONS", path,
        [&intake](const net::HttpRequest& request, const net::HttpReply& reply) {
          reply(intake.Preflight(request));
        },
        true);
  }
}

}  // namespace souk::ingest
