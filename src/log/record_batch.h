// Kafka's record batch, format v2 ("magic 2"): the unit that is written, stored and fetched as it came.
// Layout: docs/format/log.md. All numbers big-endian; times in milliseconds since 1970-01-01 UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace souk::log {

constexpr size_t kBatchHeaderBytes = 61;
constexpr size_t kBatchCrcFrom = 21;  // the checksum is of everything from here on
// base offset, batch length: what has to be there to know the rest.
constexpr size_t kBatchPrefixBytes = 12;
constexpr int64_t kNoProducer = -1;
constexpr int64_t kNoTimestamp = -1;

enum class Compression : uint8_t { kNone = 0, kGzip = 1, kSnappy = 2, kLz4 = 3, kZstd = 4 };
const char* CompressionName(Compression compression);  // as in compression.type: "none", "gzip", …

struct BatchHeader {
  int64_t base_offset = 0;
  uint32_t batch_bytes = 0;  // of the whole batch, the prefix included
  int32_t leader_epoch = 0;
  int8_t magic = 2;
  uint32_t crc = 0;
  uint16_t attributes = 0;
  int32_t last_offset_delta = 0;
  int64_t base_timestamp = kNoTimestamp;
  int64_t max_timestamp = kNoTimestamp;
  int64_t producer_id = kNoProducer;
  int16_t producer_epoch = -1;
  int32_t base_sequence = -1;
  int32_t records = 0;

  int64_t last_offset() const { return base_offset + last_offset_delta; }
  int64_t next_offset() const { return last_offset() + 1; }
  // Sequence numbers wrap from 2^31-1 to 0.
  int32_t last_sequence() const {
    return static_cast<int32_t>((static_cast<int64_t>(base_sequence) + last_offset_delta) & 0x7fffffff);
  }
  Compression compression() const { return static_cast<Compression>(attributes & 0x7); }
  bool log_append_time() const { return attributes & 0x8; }
  bool transactional() const { return attributes & 0x10; }
  bool control() const { return attributes & 0x20; }
};

// What is wrong with a batch, as its producer has to be told. Refusals are answers; the log itself is well.
enum class Refusal {
  kNone,
  kCorrupt,    // CRC, lengths or counts do not fit
  kTooLarge,   // beyond max.message.bytes
  kOldFormat,  // magic 0 or 1
  kInvalid,    // well-formed, but not allowed: no key in a compacted topic, a control batch, an unknown codec
  kTransactional,  // transactions are not supported
  kOutOfOrder,     // the sequence does not follow the producer's last one
  kOldEpoch,       // a newer instance of the producer has taken over
  kOldDuplicate,   // sent again, and too long ago for its offsets to be known
};
const char* RefusalName(Refusal refusal);

struct BatchCheck {
  Refusal refusal = Refusal::kNone;
  std::string reason;  // empty when kNone
  BatchHeader header;
};

// Reads the fixed header; nullopt when there are fewer than 61 bytes. Judges nothing.
std::optional<BatchHeader> ParseBatchHeader(std::string_view bytes);
// Writes the 61 bytes of `header`, its `crc` as given.
void WriteBatchHeader(const BatchHeader& header, char* to);

// Checks that `bytes` is exactly one whole v2 batch: lengths, counts, CRC32C; in uncompressed batches the
// frame of every record too. `CheckStored` is the same for what was stored before: more room for what
// compaction leaves (gaps in offsets, no records at all), no look at single records.
BatchCheck CheckProduced(std::string_view bytes);
BatchCheck CheckStored(std::string_view bytes);
// CheckStored for one whose bytes are not in memory all at once: empty, or what is wrong with the header.
std::string_view StoredHeaderFault(const BatchHeader& header);
std::string WrongChecksum(uint32_t stored, uint32_t computed);  // for people

struct Record {
  int64_t offset = 0;
  int64_t timestamp = kNoTimestamp;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  int32_t header_count = 0;
  std::string_view headers;  // as encoded: per header varint length, key, varint length (-1: null), value
};

// Goes through the records of one batch, decompressing when needed. Views in a Record live until the reader
// dies or is moved. `batch` must outlive the reader.
class RecordReader {
 public:
  // kCorrupt when it cannot be decompressed; kInvalid when it would need more than `max_bytes` of memory.
  static Result<RecordReader> Open(std::string_view batch, size_t max_bytes = 256u << 20);
  // False at the end; kCorrupt when a record's frame is broken.
  Result<bool> Next(Record& record);
  const BatchHeader& header() const { return header_; }

 private:
  RecordReader() = default;
  BatchHeader header_;
  std::string decompressed_;
  std::string_view batch_;
  size_t position_ = 0;  // in the records' bytes
  int32_t read_ = 0;
};

// Makes batches: for compaction and for tests.
class BatchBuilder {
 public:
  // Producer, timestamps' type and compression are taken from `header`; counts and offsets come from the
  // records.
  explicit BatchBuilder(const BatchHeader& header) : header_(header) {}
  // Instead of those of the first record; before Add.
  void SetBaseOffset(int64_t offset) { base_offset_ = offset; }
  void SetBaseTimestamp(int64_t timestamp) { base_timestamp_ = timestamp; }
  // Offsets grow. `headers` is as in Record.
  void Add(const Record& record);
  bool empty() const { return header_.records == 0 || !started_; }
  // The finished batch. With `last_offset` the batch is said to reach until there (compaction keeps the
  // range).
  Result<std::string> Finish(std::optional<int64_t> last_offset = std::nullopt);

 private:
  BatchHeader header_;
  bool started_ = false;
  std::optional<int64_t> base_offset_;
  std::optional<int64_t> base_timestamp_;
  std::string records_;
};

}  // namespace souk::log
