// The way in over HTTP: records of a page or a program into the stream. docs/guide/intake.md is what senders
// see.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/metric.h"
#include "ingest/intake/outlet.h"
#include "ingest/intake/record_reader.h"
#include "ingest/intake/sender.h"
#include "net/http_server.h"

namespace souk::ingest {

struct IntakeOptions {
  SenderRules rules;
  AddressDetail address = AddressDetail::kMasked;
  size_t max_request_bytes = 8'388'608;  // as sent, and after decompression
  size_t max_record_bytes = 1'000'000;
  size_t max_records = 100'000;           // of one request
  size_t max_waiting_bytes = 67'108'864;  // not acknowledged; what would go beyond is answered 503
  record::JsonDecoderOptions decoder;
  std::map<std::string, std::string> topics;   // of each record that is taken
  std::string default_record = "clickstream";  // of a request that names none
};

// Threads: any. It outlives the server's handlers; its end waits for what is on the way. A record is accepted
// when the stream has acknowledged it. A request that cannot be taken as a whole (no stream, too much waits,
// unreadable) is refused as a whole; after that each record has its own answer.
class Intake {
 public:
  // `clock` and `metrics` outlive it.
  Intake(IntakeOptions options, std::unique_ptr<EventOutlet> outlet, const Clock& clock,
         MetricRegistry& metrics);

  // A request to /v1/events or /v1/events/RECORD. `reply` is called once, from any thread.
  void Take(const net::HttpRequest& request, const net::HttpReply& reply);
  // A browser's question whether its page may send.
  net::HttpResponse Preflight(const net::HttpRequest& request) const;

 private:
  struct Batch;
  Status ReadRecords(const net::HttpRequest& request, Batch& batch);
  Status Reserve(Batch& batch);
  void Send(const std::shared_ptr<Batch>& batch);
  void Finish(Batch& batch);

  const IntakeOptions options_;
  const Clock& clock_;
  MetricRegistry& metrics_;
  ReaderPool readers_;
  std::atomic<size_t> waiting_bytes_{0};
  const std::unique_ptr<EventOutlet> outlet_;  // ends first: its last reports use the others
};

// POST and OPTIONS of /v1/events and below. Register before the server starts.
void AddIntakeRoutes(net::HttpServer& server, Intake& intake);

}  // namespace souk::ingest
