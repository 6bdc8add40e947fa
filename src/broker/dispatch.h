// From the bytes of a request to its handler.
#pragma once

#include <array>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>

#include "broker/broker.h"
#include "broker/call.h"
#include "broker/core.h"

namespace souk::broker {

// Threads: any.
class Dispatcher {
 public:
  explicit Dispatcher(Core& core) : core_(core) {}
  // `handled` is called on the sink's thread when the request's bytes are not needed any more.
  void Dispatch(std::string_view request, std::shared_ptr<AnswerSink> sink, std::function<void()> handled,
                boost::asio::thread_pool& workers);
  std::vector<ApiUse> use() const;

 private:
  static constexpr size_t kKeys = 64, kVersions = 24;

  Core& core_;
  // Shared with the calls: an answer may come when the broker is gone.
  using Counts = std::array<std::array<ApiCount, kVersions>, kKeys>;
  std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
};

}  // namespace souk::broker
