// Fetch sessions (KIP-227): the broker remembers which partitions a consumer reads, so that its requests name
// only what changed and the answers only what is new.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "broker/errors.h"
#include "protocol/kafka/message/fetch.h"

namespace souk::broker {

// One partition that is to be read, and what its reader was told last.
struct FetchTarget {
  std::string topic;  // as in the request: the name up to version 12, empty with an id
  protocol::kafka::Uuid topic_id;
  int32_t partition = 0;
  int32_t leader_epoch = -1;
  int64_t fetch_offset = 0;
  int32_t max_bytes = 0;
  int64_t told_high_watermark = -1;
  int64_t told_start_offset = -1;

  bool Same(const FetchTarget& other) const {
    return partition == other.partition && topic == other.topic && topic_id == other.topic_id;
  }
};

// The partitions that one request is about, in the order in which they are to be served.
struct FetchPlan {
  ErrorCode error = ErrorCode::kNone;
  int32_t session_id = 0;
  bool incremental = false;  // partitions with nothing new are left out of the answer
  std::vector<FetchTarget> targets;
};

// Threads: any.
class FetchSessions {
 public:
  explicit FetchSessions(size_t most = 1000);
  // What `request` is about, as its session has it; makes, changes and ends sessions.
  FetchPlan Begin(const protocol::kafka::FetchRequest& request);
  // Notes what was told. Partitions that had records go to the end, so that all get their turn.
  void Finish(int32_t session_id, const std::vector<FetchTarget>& told, const std::vector<bool>& had_records);
  size_t size() const;

 private:
  struct Session {
    int32_t epoch = 1;  // of the next request
    std::vector<FetchTarget> targets;
    std::list<int32_t>::iterator use;
  };
  int32_t NewId();
  void Erase(int32_t id);

  const size_t most_;
  mutable std::mutex mutex_;
  std::unordered_map<int32_t, Session> sessions_;
  std::list<int32_t> by_use_;  // longest unused first
  std::mt19937 random_;
};

}  // namespace souk::broker
