#include "ingest/intake/receipt.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace souk::ingest {
namespace {

constexpr const char* kRetryAfterSeconds = "2";

std::string Quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

Receipt::Receipt(size_t records, std::function<void(const Receipt&)> answer)
    : outcomes_(records), answer_(std::move(answer)) {}

void Receipt::Reject(size_t record, record::Fault fault) {
  outcomes_[record].kind = Outcome::Kind::kRejected;
  outcomes_[record].fault = std::move(fault);
}

void Receipt::Delivered(size_t record, const Result<kafka::Delivered>& result) {
  Outcome& outcome = outcomes_[record];
  if (result) {
    outcome.kind = Outcome::Kind::kAccepted;
    outcome.partition = result->where.partition;
    outcome.offset = result->offset;
  } else {
    outcome.kind = Outcome::Kind::kFailed;
    outcome.fault.reason = result.error().message;
  }
  Finish();
}

void Receipt::Finish() {
  if (--waiting_ == 0) answer_(*this);
}

Receipt::Counts Receipt::counts() const {
  Counts counts;
  for (const Outcome& outcome : outcomes_) {
    counts.accepted += outcome.kind == Outcome::Kind::kAccepted;
    counts.rejected += outcome.kind == Outcome::Kind::kRejected;
    counts.failed += outcome.kind == Outcome::Kind::kFailed;
  }
  return counts;
}

void Receipt::Append(std::string& json, size_t record) const {
  const Outcome& outcome = outcomes_[record];
  if (json.back() == '}') json += ',';
  auto out = std::back_inserter(json);
  switch (outcome.kind) {
    case Outcome::Kind::kAccepted:
      fmt::format_to(out, R"({{"index":{},"status":"accepted","partition":{},"offset":{}}})", record,
                     outcome.partition, outcome.offset);
      break;
    case Outcome::Kind::kRejected:
      fmt::format_to(out, R"({{"index":{},"status":"rejected","field":{},"reason":{}}})", record,
                     outcome.fault.field.empty() ? "null" : Quoted(outcome.fault.field),
                     Quoted(outcome.fault.reason));
      break;
    case Outcome::Kind::kFailed:
    case Outcome::Kind::kPending:
      fmt::format_to(out, R"({{"index":{},"status":"failed","reason":{}}})", record,
                     Quoted(outcome.fault.reason));
      break;
  }
}

net::HttpResponse Receipt::Answer(bool details) const {
  Counts counts = this->counts();
  net::HttpResponse response;
  response.content_type = "application/json";
  response.status = counts.failed > 0 ? 503 : counts.rejected == 0 ? 200 : counts.accepted > 0 ? 207 : 422;
  if (counts.failed > 0) response.headers.emplace_back("Retry-After", kRetryAfterSeconds);
  std::string& json = response.body;
  json = fmt::format(R"({{"accepted":{},"rejected":{})", counts.accepted, counts.rejected);
  if (counts.failed > 0) json += fmt::format(R"(,"failed":{})", counts.failed);
  bool all = details || counts.failed > 0;
  if (all || counts.rejected > 0) {
    json += R"(,"results":[)";
    for (size_t i = 0; i < outcomes_.size(); ++i) {
      if (all || outcomes_[i].kind == Outcome::Kind::kRejected) Append(json, i);
    }
    json += ']';
  }
  json += "}\n";
  return response;
}

}  // namespace souk::ingest
