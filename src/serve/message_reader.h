// Records of a topic for a person who looks: a bounded number, from a bounded number that is looked at,
// within a bounded time. No group is used and nothing is committed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "serve/stream_access.h"

namespace souk::serve {

struct MessageRequest {
  std::string topic;
  std::vector<int32_t> partitions;  // none: all
  // "latest": the newest that fit, newest first. Else as kafka::ParsePosition takes it: what follows,
  // partition by partition.
  std::string from = "latest";
  // Goes on from these offsets instead: what an answer before said in `next`. A partition that is missing
  // begins at its end.
  std::map<int32_t, int64_t> after;
  // With `after`: what is far behind the end is passed over, so that a reader stays with what comes now.
  bool follow = false;
  std::string filter;  // as souk consume --filter takes it; "" = all
  size_t limit = 50;   // of records in the answer
};

struct MessagePage {
  std::vector<kafka::Message> messages;
  std::map<int32_t, int64_t> next;         // where reading goes on
  std::map<int32_t, kafka::Range> ranges;  // of each partition, as they were before reading
  uint64_t looked_at = 0;                  // records, for a filter
  uint64_t passed_over = 0;                // with `follow`
  // False: there may be more in the direction of reading, because the limit or the time was reached.
  bool complete = true;
};

struct ReaderLimits {
  size_t most = 1000;                    // records in one answer
  std::chrono::milliseconds time{2500};  // for reading, all partitions together
  uint64_t look_at = 2'000'000;          // records a filter may look at
  uint64_t bytes = 16'000'000;           // of keys and values in one answer
  std::stop_token stop = {};             // kCancelled, within some 100 ms
};

// kInvalid: a filter, place or partition that is none. kNotFound: no such topic. kUnavailable: no stream.
Result<MessagePage> ReadMessages(StreamAccess& access, const MessageRequest& request,
                                 const ReaderLimits& limits = {});

// Writes one record into a topic that is there, and waits until it is acknowledged.
Result<kafka::Delivered> SendMessage(StreamAccess& access, kafka::Message message);

}  // namespace souk::serve
