// The inside of LogStore, shared by the sources that implement it.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>

#include "log/log_store.h"
#include "log/state_log.h"
#include "log/store_keys.h"
#include "log/syncer.h"

namespace souk::log {

struct LogStore::Impl {
  Impl(std::string given, const StoreOptions& wanted, const Clock& time, FileLayer& layer)
      : directory(std::move(given)), options(wanted), clock(time), files(layer) {}

  const std::string directory;
  const StoreOptions options;
  const Clock& clock;
  FileLayer& files;
  StoreReport report;
  std::string cluster_id;

  std::shared_ptr<Syncer> syncer = std::make_shared<Syncer>();
  std::shared_ptr<StateLog> state;

  std::mutex change;  // creating, deleting and changing topics, one at a time; taken before `mutex`
  mutable std::shared_mutex mutex;  // guards:
  std::map<std::string, std::shared_ptr<const Topic>, std::less<>> topics;
  std::map<Uuid, std::shared_ptr<const Topic>> topics_by_id;
  bool closed = false;

  std::mutex producer_mutex;  // guards:
  int64_t next_producer = 0;
  int64_t producers_until = 0;

  std::mutex thread_mutex;  // guards:
  std::condition_variable thread_wake;
  bool stopping = false;
  std::thread thread;
  int64_t last_state_sync = 0;

  int64_t NowMs() const { return clock.Now() / 1000; }
  std::string TopicDirectory(std::string_view name) const {
    return fmt::format("{}/topics/{}", directory, name);
  }
  std::string TopicDirectory(std::string_view name, const Uuid& id) const {
    return fmt::format("{}/{}", TopicDirectory(name), UuidText(id));
  }
  std::vector<std::shared_ptr<PartitionLog>> Partitions() const;
  Status CheckOpen() const;

  // Only while loading: the checkpoints of the last stop.
  std::map<std::string, Checkpoint, std::less<>> stopped;

  // log_store.cc
  Status Load();
  Status LoadIdentity();
  Status LoadTopics();
  Status TidyTopics();
  Result<std::shared_ptr<const Topic>> OpenTopic(const std::string& name, const TopicState& state);
  Result<std::shared_ptr<PartitionLog>> OpenPartition(const Topic& topic, int32_t partition);
  void Note(const PartitionLog& partition);
  void Put(std::shared_ptr<const Topic> topic);
  // log_store_work.cc
  Status FlushDue();
  Status Maintain();
  void Work();
  // Calls `done` when what was applied is as durable as promised.
  void Answer(const Status& applied, Done done);
};

}  // namespace souk::log
