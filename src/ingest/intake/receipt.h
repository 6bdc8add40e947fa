// What became of the records of one request, and the answer that says so.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "kafka/message.h"
#include "net/http_server.h"
#include "record/record_check.h"

namespace souk::ingest {

// Given to the reports of the records; the last of them has the request answered.
// Threads: Reject and Reserve before anything is sent; afterwards Delivered any, each record by one thread.
class Receipt {
 public:
  struct Counts {
    size_t accepted = 0, rejected = 0, failed = 0;
  };
  // `answer` is called once, when the last of the records is through.
  Receipt(size_t records, std::function<void(const Receipt&)> answer);

  void Reject(size_t record, record::Fault fault);
  // The record is on its way: one report will come for it.
  void Await() { ++waiting_; }
  void Delivered(size_t record, const Result<kafka::Delivered>& result);
  // Everything that is awaited has been announced.
  void Sealed() { Finish(); }

  Counts counts() const;
  // 200: all accepted; 207: some rejected; 422: all rejected; 503: some were not acknowledged. `details`:
  // accepted records are listed too, which they otherwise are only beside failed ones.
  net::HttpResponse Answer(bool details) const;

 private:
  struct Outcome {
    enum class Kind { kPending, kAccepted, kRejected, kFailed } kind = Kind::kPending;
    int32_t partition = -1;
    int64_t offset = -1;
    record::Fault fault;  // of a rejected record; of a failed one its reason
  };
  void Finish();
  void Append(std::string& json, size_t record) const;

  std::vector<Outcome> outcomes_;
  std::function<void(const Receipt&)> answer_;
  std::atomic<size_t> waiting_{1};  // one for Sealed
};

}  // namespace souk::ingest
