// Batches and records for the tests of this room.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "log/partition_log.h"
#include "log/record_batch.h"

namespace souk::log {

struct TestRecord {
  std::optional<std::string> key;
  std::optional<std::string> value;
  int64_t timestamp = 1000;
};

// As a producer would send them; base offset 0.
inline std::string MakeBatch(const std::vector<TestRecord>& records, BatchHeader header = {}) {
  BatchBuilder builder(header);
  int64_t offset = 0;
  for (const TestRecord& from : records) {
    Record record;
    record.offset = offset++;
    record.timestamp = from.timestamp;
    if (from.key) record.key = *from.key;
    if (from.value) record.value = *from.value;
    builder.Add(record);
  }
  return builder.Finish().value();
}

inline std::string MakeBatch(const std::string& value, int64_t timestamp = 1000) {
  return MakeBatch({{"key", value, timestamp}});
}

inline BatchHeader FromProducer(int64_t id, int16_t epoch, int32_t sequence) {
  BatchHeader header;
  header.producer_id = id;
  header.producer_epoch = epoch;
  header.base_sequence = sequence;
  return header;
}

struct StoredRecord {
  int64_t offset;
  std::string key;
  std::string value;
  bool operator==(const StoredRecord&) const = default;
};

// Everything from `offset` on, as a consumer that goes on reading would get it.
inline Result<std::vector<StoredRecord>> ReadRecords(const PartitionLog& log, int64_t offset,
                                                     uint64_t max_bytes = 1 << 20) {
  std::vector<StoredRecord> all;
  while (true) {
    TRY(ReadResult read, log.Read(offset, max_bytes));
    if (read.bytes == 0) return all;
    for (const FileRange& range : read.ranges) {
      TRY(std::string bytes, ReadRange(range));
      for (std::string_view rest = bytes; !rest.empty();) {
        uint32_t size = ParseBatchHeader(rest)->batch_bytes;
        TRY(RecordReader reader, RecordReader::Open(rest.substr(0, size)));
        Record record;
        while (true) {
          TRY(bool more, reader.Next(record));
          if (!more) break;
          if (record.offset < offset) continue;
          all.push_back(
              {record.offset, std::string(record.key.value_or("")), std::string(record.value.value_or(""))});
        }
        offset = reader.header().next_offset();
        rest.remove_prefix(size);
      }
    }
  }
}

}  // namespace souk::log
