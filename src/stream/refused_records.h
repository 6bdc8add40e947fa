// Records of a topic that cannot be taken: into the lake's quarantine, and to a topic of their own for
// whoever watches it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "kafka/consumer.h"
#include "kafka/producer.h"
#include "lake/quarantine.h"
#include "record/record_check.h"

namespace souk::stream {

struct RefusedRecord {
  int32_t partition = 0;
  int64_t offset = 0;
  record::Fault fault;
  std::string content;
};

// The topic of refused records. A record there has the refused one's bytes as value and the headers reason,
// field, topic, partition and offset; its partition follows from the refused one's. Each is there once also
// after a crash, because the place up to which the topic belongs to commits is kept with the commit of the
// raw zone, and what lies behind it is looked at before anything is sent. Not thread-safe.
class QuarantineTopic {
 public:
  QuarantineTopic(std::string name, const kafka::ClientSettings& clients)
      : name_(std::move(name)), clients_(clients) {}

  // Ends() of the last commit of `source`; nothing = look from its beginning.
  void Begin(const std::string& source, const std::map<int32_t, int64_t>& from);
  // Sends what is not there yet, and waits until it is durable. Can be repeated after a failure.
  Status Publish(const std::string& source, const std::vector<RefusedRecord>& records);
  // Up to where what was sent for `source` belongs to its commits, once there is one up to `next` (partition
  // → first record that is not committed): the ends that this writer knows, but no further than records that
  // another one sent before it died and that no commit has.
  std::map<int32_t, int64_t> Ends(const std::string& source, const std::map<int32_t, int64_t>& next) const;
  // That commit stands.
  void Committed(const std::string& source, const std::map<int32_t, int64_t>& next);
  const std::string& name() const { return name_; }

 private:
  using Place = std::pair<int32_t, int64_t>;  // partition and offset

  Status LookAtTail(const std::string& source);
  Status Connect();

  std::string name_;
  const kafka::ClientSettings& clients_;
  std::unique_ptr<kafka::Producer> producer_;
  int32_t partitions_ = 0;
  std::map<int32_t, int64_t> ends_;                           // of this topic, as far as this writer knows
  std::map<std::string, std::map<int32_t, int64_t>> begins_;  // by source
  std::set<std::string> looked_;                              // sources whose tail is known
  // By source: refused records that are there and belong to no commit, and where they are.
  std::map<std::string, std::map<Place, Place>> there_;
};

}  // namespace souk::stream
