// Topics and groups of a cluster: what there is, and changing it.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kafka/client_settings.h"
#include "kafka/consumer.h"
#include "kafka/message.h"

namespace souk::kafka {

struct PartitionInfo {
  int32_t partition = 0;
  int32_t leader = -1;
  std::vector<int32_t> replicas;
  std::vector<int32_t> in_sync;
};

struct TopicInfo {
  std::string name;
  std::vector<PartitionInfo> partitions;

  std::vector<TopicPartition> Places() const;
};

struct TopicSetting {
  std::string name;
  std::string value;
  bool is_default = true;
  bool read_only = false;
};

struct GroupMember {
  std::string id;
  std::string instance;  // "": a dynamic member
  std::string client;
  std::string host;
  std::vector<TopicPartition> assignment;
};

struct GroupInfo {
  std::string name;
  std::string state;     // "Stable", "Empty", …
  std::string assignor;  // "" when there are no members
  std::vector<GroupMember> members;
};

// Threads: any. Each call asks the cluster and waits at most `timeout`.
class Admin {
 public:
  static Result<std::unique_ptr<Admin>> Open(const ClientSettings& settings,
                                             std::chrono::milliseconds timeout = std::chrono::seconds(30));
  ~Admin();
  Admin(const Admin&) = delete;

  Result<std::vector<TopicInfo>> Topics();  // by name
  Result<TopicInfo> DescribeTopic(const std::string& name);
  // kAlreadyExists, kInvalid. `replicas` -1: the cluster's default.
  Status CreateTopic(const std::string& name, int32_t partitions, int32_t replicas,
                     const Properties& settings);
  Status DeleteTopic(const std::string& name);
  Status AddPartitions(const std::string& name, int32_t total);
  Result<std::vector<TopicSetting>> TopicSettings(const std::string& name);
  // Sets these, keeps the others that were set; an empty value goes back to the default.
  Status SetTopicSettings(const std::string& name, const Properties& settings);
  Result<std::map<TopicPartition, Range>> Ranges(const std::vector<TopicPartition>& where);
  Result<Offsets> OffsetsForTime(const std::vector<TopicPartition>& where, int64_t timestamp_ms);

  Result<std::vector<std::string>> Groups();
  Result<GroupInfo> DescribeGroup(const std::string& name);
  Result<Offsets> GroupOffsets(const std::string& name);
  // The group must have no members reading these partitions; else kUnavailable.
  Status SetGroupOffsets(const std::string& name, const Offsets& offsets);
  Status DeleteGroup(const std::string& name);

 private:
  struct Impl;
  explicit Admin(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace souk::kafka
