// A Kafka broker over the event log: any Kafka client takes it for a Kafka of one node.
// What it speaks: docs/guide/kafka.md.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "log/log_store.h"

namespace souk::broker {

struct BrokerOptions {
  std::string host = "127.0.0.1";
  uint16_t port = 9092;          // 0 = any free port
  std::string advertised_host;   // told to clients; empty: the address they reached
  uint16_t advertised_port = 0;  // 0: the port that is listened on
  int threads = 2;               // network threads; each connection stays with one
  size_t max_connections = 20'000;
  size_t max_request_bytes = 104'857'600;
  // Of records in the answer to a Fetch that asks for more, unless it will not take less: a client works on
  // one part while the next comes, in memory that it has just used.
  size_t max_fetch_bytes = 4'194'304;
  size_t memory_bytes = 268'435'456;    // of requests being received; more wait
  int64_t idle_timeout_ms = 600'000;    // a connection that does nothing is closed
  int64_t request_timeout_ms = 30'000;  // to receive one request completely
  bool auto_create_topics = true;
  int32_t default_partitions = 1;
  int64_t initial_rebalance_delay_ms = 3000;
  int64_t min_session_timeout_ms = 6000;
  int64_t max_session_timeout_ms = 1'800'000;
};

// Which requests came: what clients use, and what of it fails.
struct ApiUse {
  const char* name = "";
  int16_t api_key = 0;
  int16_t version = 0;
  uint64_t requests = 0;
  uint64_t errors = 0;  // requests whose answer held an error code
};

struct BrokerStatus {
  size_t connections = 0;
  size_t fetch_waits = 0;
  size_t fetch_sessions = 0;
  uint64_t request_bytes = 0;  // memory of requests that are being received
  uint64_t requests = 0;
  uint64_t received_bytes = 0, sent_bytes = 0;
  uint64_t appended_records = 0;  // by producers, duplicates not counted
  uint64_t refused_batches = 0;
};

// One API that the broker offers.
struct ApiRange {
  const char* name = "";
  int16_t api_key = 0;
  int16_t min_version = 0;
  int16_t max_version = 0;
};
// In the order of their keys; the answer of ApiVersions and the guide's table are made from it.
const std::vector<ApiRange>& SupportedApis();

// Threads: the functions may be called from any thread, Start and Stop from one.
// The broker has `threads` network threads, two for work that waits for the disk, and one for the deadlines
// of groups.
class Broker {
 public:
  // `store` and `clock` outlive the broker. Groups are read from the store.
  static Result<std::unique_ptr<Broker>> Make(BrokerOptions options, log::LogStore& store);
  virtual ~Broker() = default;
  // Listens and serves. kUnavailable when the port is taken (says which setting to change).
  virtual Status Start() = 0;
  virtual uint16_t port() const = 0;
  // "127.0.0.1:9092", for people and clients on this machine.
  virtual std::string address() const = 0;
  virtual BrokerStatus status() const = 0;
  virtual std::vector<ApiUse> api_use() const = 0;
  // Takes no more requests, answers what waits, closes all connections. What was acknowledged is in the
  // store.
  virtual void Stop() = 0;
};

}  // namespace souk::broker
