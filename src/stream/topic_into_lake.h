// One topic's records on their way into the raw zone. Inner part of lake_writer.h.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kafka/consumer.h"
#include "lake/quarantine.h"
#include "lake/raw_zone.h"
#include "record/json_decoder.h"
#include "stream/hour_files.h"
#include "stream/lake_writer.h"
#include "stream/refused_records.h"

namespace souk::stream {

// Not thread-safe.
class TopicIntoLake {
 public:
  static Result<std::unique_ptr<TopicIntoLake>> Make(const LakeTopic& topic, const LakeWriterOptions& options,
                                                     std::shared_ptr<lake::FileStore> store,
                                                     const Clock& clock, QuarantineTopic& quarantine_topic);

  // Looks where the lake is, removes what a crash left there, and forgets what is not committed.
  Status Begin();
  // Offset to read a partition from; kafka::kBeginning when the lake has nothing of it.
  int64_t NextOf(int32_t partition) const;
  // Refuses what cannot be read. Records that the lake has already are passed over.
  Status Take(const kafka::MessageView& message);
  // Everything taken so far becomes one commit. Can be repeated after a failure; kAlreadyExists: another
  // writer has taken these records, so this one has to Begin again.
  Status Commit();
  bool empty() const { return next_.empty(); }
  // Of records waiting for the commit.
  uint64_t bytes() const { return hours_.bytes() + refused_bytes_; }
  uint64_t bytes_in_memory() const { return hours_.bytes_in_memory() + refused_bytes_; }
  // There is as much as may be held in memory.
  bool full() const { return refused_bytes_ >= (16 << 20) || refused_.size() >= 100'000; }
  Micros since() const { return since_; }  // when the first of them came
  const LakeTopic& topic() const { return topic_; }
  const LakeTopicStatus& counts() const { return counts_; }
  // Hours that are long over get one file in place of many small ones, and what was merged long ago is
  // removed. To be called with nothing waiting.
  Status TidyUp();

 private:
  TopicIntoLake(const LakeTopic& topic, const record::Schema& schema, record::JsonDecoder decoder,
                const LakeWriterOptions& options, const TimeZone& zone,
                std::shared_ptr<lake::FileStore> store, const Clock& clock,
                QuarantineTopic& quarantine_topic);

  void Refuse(const kafka::MessageView& message, record::Fault fault);
  std::map<int32_t, lake::OffsetRange> Ranges() const;
  Status KeepRefused();
  void RemoveScratch();
  Status RemoveUncommittedQuarantine();
  Status Merge(const std::vector<lake::RawFile>& files);
  Result<std::vector<lake::RawFile>> PlaceFiles();
  lake::RawFile FileOf(const HourFile& hour, size_t number) const;
  Result<bool> Stands(const lake::RawCommit& commit) const;
  void Forget();
  void NoteCommit(size_t files);

  LakeTopic topic_;
  const record::Schema& schema_;
  const LakeWriterOptions& options_;
  std::shared_ptr<lake::FileStore> store_;
  lake::RawZone raw_;
  lake::Quarantine quarantine_;
  const Clock& clock_;
  QuarantineTopic& quarantine_topic_;
  record::JsonDecoder decoder_;
  record::TypedRecord record_;
  HourFiles hours_;
  std::map<int32_t, int64_t> committed_;  // by partition; what the lake has
  std::map<int32_t, int64_t> next_;       // of partitions with records waiting for the commit
  std::vector<RefusedRecord> refused_;
  uint64_t refused_bytes_ = 0;
  lake::JsonForm refused_form_;
  Micros since_ = 0;
  size_t placed_ = 0;  // files of hours_ that are in the store
  std::vector<std::unique_ptr<lake::RawReservation>> reserved_;
  LakeTopicStatus counts_;
};

}  // namespace souk::stream
