// One request on its way: what a handler knows of it, and where its answer goes.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "protocol/kafka/header.h"

namespace souk::broker {

// Where answers go: the connection. Called from any thread.
class AnswerSink {
 public:
  virtual ~AnswerSink() = default;
  // No segments: nothing is sent, the next request may come.
  virtual void Answer(std::vector<protocol::kafka::Segment> segments) = 0;
  // The request cannot be answered; the connection ends. `reason` is for the log.
  virtual void Abort(const std::string& reason) = 0;
  // The loop of the connection's thread, for timers.
  virtual boost::asio::io_context& loop() = 0;
  // The address by which the client reached the broker.
  virtual std::string local_address() const = 0;
  virtual std::string remote_address() const = 0;
};

// How often one API was asked in one version. Threads: any.
struct ApiCount {
  std::atomic<uint64_t> requests{0};
  std::atomic<uint64_t> errors{0};  // requests whose answer held an error code
};

// A request is answered exactly once, by Reply, NoReply or Abort, from any thread; the next request of its
// connection is handled after that.
class Call {
 public:
  // `count` null: the request is not counted.
  Call(std::shared_ptr<AnswerSink> sink, std::shared_ptr<ApiCount> count,
       const protocol::kafka::RequestHeader& header)
      : sink_(std::move(sink)),
        count_(std::move(count)),
        correlation_id_(header.correlation_id),
        version_(header.api_version),
        client_id_(header.client_id.value_or(std::string_view())) {}

  int version() const { return version_; }
  const std::string& client_id() const { return client_id_; }
  AnswerSink& sink() { return *sink_; }

  template <typename Response>
  void Reply(const Response& response) {
    // ApiVersions is answered with the oldest header, since the client does not know yet what the broker can
    // read.
    ReplyAs(response, version_, version_ >= Response::kFlexibleFrom && Response::kApiKey != 18);
  }
  template <typename Response>
  void ReplyAs(const Response& response, int version, bool flexible_header) {
    if (count_ && response.HasError(version)) ++count_->errors;
    protocol::kafka::Writer out;
    out.Int32(0);  // the size, set below
    protocol::kafka::WriteResponseHeader(out, correlation_id_, flexible_header);
    response.Encode(out, version);
    auto size = static_cast<uint32_t>(out.size() - 4);
    auto segments = out.Take();
    for (size_t i = 0; i < 4; ++i) segments[0].bytes[i] = static_cast<char>(size >> (24 - 8 * i));
    sink_->Answer(std::move(segments));
  }
  void NoReply() { sink_->Answer({}); }
  void Abort(const std::string& reason) { sink_->Abort(reason); }

 private:
  std::shared_ptr<AnswerSink> sink_;
  std::shared_ptr<ApiCount> count_;
  int32_t correlation_id_;
  int16_t version_;
  std::string client_id_;
};
using CallPtr = std::shared_ptr<Call>;

}  // namespace souk::broker
