#include "log/record_batch.h"

#include <cstring>

#include "log/big_endian.h"
#include "log/compression.h"
#include "log/crc32c.h"
#include "log/varint.h"

namespace souk::log {
namespace {

constexpr size_t kMagicAt = 16;
constexpr size_t kCrcAt = 17;
// Length, attributes, two deltas, two lengths, number of headers, a byte each.
constexpr size_t kLeastRecordBytes = 7;

BatchCheck Refuse(BatchCheck check, Refusal refusal, std::string reason) {
  check.refusal = refusal;
  check.reason = std::move(reason);
  return check;
}

// Everything but counts and records.
BatchCheck CheckFrame(std::string_view bytes) {
  BatchCheck check;
  if (bytes.size() > kMagicAt && static_cast<int8_t>(bytes[kMagicAt]) < 2 && bytes[kMagicAt] >= 0) {
    return Refuse(
        check, Refusal::kOldFormat,
        fmt::format("message format v{} is not supported, only v2 is; use a client of Kafka 0.11 or newer",
                    static_cast<int>(bytes[kMagicAt])));
  }
  std::optional<BatchHeader> header = ParseBatchHeader(bytes);
  if (!header) {
    return Refuse(
        check, Refusal::kCorrupt,
        fmt::format("a record batch has at least {} bytes, this has {}", kBatchHeaderBytes, bytes.size()));
  }
  check.header = *header;
  if (header->magic != 2) {
    return Refuse(check, Refusal::kCorrupt, fmt::format("unknown record batch format {}", header->magic));
  }
  if (header->batch_bytes != bytes.size()) {
    return Refuse(
        check, Refusal::kCorrupt,
        fmt::format("the batch says it has {} bytes, there are {}", header->batch_bytes, bytes.size()));
  }
  uint32_t crc = Crc32c(bytes.substr(kBatchCrcFrom));
  if (crc != header->crc) {
    return Refuse(check, Refusal::kCorrupt, WrongChecksum(header->crc, crc));
  }
  return check;
}

// The record's frame: its length holds all of it, and its offset is the one that follows.
bool CheckRecords(std::string_view records, int32_t count) {
  const char* p = records.data();
  const char* end = p + records.size();
  for (int32_t i = 0; i < count; ++i) {
    int64_t length;
    int64_t timestamp;
    int64_t offset;
    if (!ReadVarint(p, end, length) || length < 0 || length > end - p) return false;
    const char* next = p + length;
    if (p == next) return false;
    ++p;  // attributes
    if (!ReadVarint(p, next, timestamp) || !ReadVarint(p, next, offset) || offset != i) return false;
    p = next;
  }
  return p == end;
}

}  // namespace

const char* CompressionName(Compression compression) {
  switch (compression) {
    case Compression::kNone: return "none";
    case Compression::kGzip: return "gzip";
    case Compression::kSnappy: return "snappy";
    case Compression::kLz4: return "lz4";
    case Compression::kZstd: return "zstd";
  }
  return "unknown";
}

std::string WrongChecksum(uint32_t stored, uint32_t computed) {
  return fmt::format("the checksum is {:08x}, the bytes give {:08x}", stored, computed);
}

const char* RefusalName(Refusal refusal) {
  switch (refusal) {
    case Refusal::kNone: return "none";
    case Refusal::kCorrupt: return "corrupt";
    case Refusal::kTooLarge: return "too large";
    case Refusal::kOldFormat: return "old format";
    case Refusal::kInvalid: return "invalid";
    case Refusal::kTransactional: return "transactional";
    case Refusal::kOutOfOrder: return "out of order";
    case Refusal::kOldEpoch: return "old epoch";
    case Refusal::kOldDuplicate: return "old duplicate";
  }
  return "unknown";
}

std::optional<BatchHeader> ParseBatchHeader(std::string_view bytes) {
  if (bytes.size() < kBatchHeaderBytes) return std::nullopt;
  const char* p = bytes.data();
  BatchHeader header;
  header.base_offset = LoadBig<int64_t>(p);
  header.batch_bytes = LoadBig<uint32_t>(p + 8);
  // A length near 2^32 must not wrap into a small one.
  header.batch_bytes = header.batch_bytes > 0x7fffffff
                           ? 0xffffffff
                           : header.batch_bytes + static_cast<uint32_t>(kBatchPrefixBytes);
  header.leader_epoch = LoadBig<int32_t>(p + 12);
  header.magic = static_cast<int8_t>(p[kMagicAt]);
  header.crc = LoadBig<uint32_t>(p + kCrcAt);
  header.attributes = LoadBig<uint16_t>(p + 21);
  header.last_offset_delta = LoadBig<int32_t>(p + 23);
  header.base_timestamp = LoadBig<int64_t>(p + 27);
  header.max_timestamp = LoadBig<int64_t>(p + 35);
  header.producer_id = LoadBig<int64_t>(p + 43);
  header.producer_epoch = LoadBig<int16_t>(p + 51);
  header.base_sequence = LoadBig<int32_t>(p + 53);
  header.records = LoadBig<int32_t>(p + 57);
  return header;
}

void WriteBatchHeader(const BatchHeader& header, char* to) {
  StoreBig(to, header.base_offset);
  StoreBig(to + 8, static_cast<uint32_t>(header.batch_bytes - kBatchPrefixBytes));
  StoreBig(to + 12, header.leader_epoch);
  to[kMagicAt] = static_cast<char>(header.magic);
  StoreBig(to + kCrcAt, header.crc);
  StoreBig(to + 21, header.attributes);
  StoreBig(to + 23, header.last_offset_delta);
  StoreBig(to + 27, header.base_timestamp);
  StoreBig(to + 35, header.max_timestamp);
  StoreBig(to + 43, header.producer_id);
  StoreBig(to + 51, header.producer_epoch);
  StoreBig(to + 53, header.base_sequence);
  StoreBig(to + 57, header.records);
}

BatchCheck CheckProduced(std::string_view bytes) {
  BatchCheck check = CheckFrame(bytes);
  if (check.refusal != Refusal::kNone) return check;
  const BatchHeader& header = check.header;
  if (header.records <= 0 || header.last_offset_delta != header.records - 1) {
    return Refuse(check, Refusal::kCorrupt,
                  fmt::format("{} records and a last offset delta of {} do not fit", header.records,
                              header.last_offset_delta));
  }
  if ((header.attributes & 0x7) > static_cast<uint16_t>(Compression::kZstd)) {
    return Refuse(check, Refusal::kInvalid, fmt::format("unknown compression {}", header.attributes & 0x7));
  }
  if (header.control()) return Refuse(check, Refusal::kInvalid, "producers may not write control batches");
  if (header.transactional()) return Refuse(check, Refusal::kTransactional, "transactions are not supported");
  if (header.producer_id >= 0 && (header.producer_epoch < 0 || header.base_sequence < 0)) {
    return Refuse(check, Refusal::kInvalid, "a producer id needs an epoch and a sequence");
  }
  std::string_view records = bytes.substr(kBatchHeaderBytes);
  if (header.compression() == Compression::kNone) {
    bool fit = static_cast<size_t>(header.records) <= records.size() / kLeastRecordBytes;
    if (!fit || !CheckRecords(records, header.records)) {
      return Refuse(check, Refusal::kCorrupt, "the records do not fill the batch");
    }
  } else if (records.empty()) {
    return Refuse(check, Refusal::kCorrupt, "the batch has no bytes for its records");
  }
  return check;
}

std::string_view StoredHeaderFault(const BatchHeader& header) {
  // Compaction takes records out and leaves the range of offsets.
  bool fits = header.records >= 0 && header.last_offset_delta >= 0 &&
              header.records <= int64_t{header.last_offset_delta} + 1 && header.base_offset >= 0 &&
              header.base_offset <= INT64_MAX - header.last_offset_delta - 1;
  return fits ? "" : "offsets and number of records do not fit";
}

BatchCheck CheckStored(std::string_view bytes) {
  BatchCheck check = CheckFrame(bytes);
  if (check.refusal != Refusal::kNone) return check;
  std::string_view fault = StoredHeaderFault(check.header);
  if (!fault.empty()) return Refuse(check, Refusal::kCorrupt, std::string(fault));
  return check;
}

Result<RecordReader> RecordReader::Open(std::string_view batch, size_t max_bytes) {
  RecordReader reader;
  std::optional<BatchHeader> header = ParseBatchHeader(batch);
  if (!header) return Fail(Code::kCorrupt, "the record batch ends within its header");
  reader.header_ = *header;
  reader.batch_ = batch;
  if (header->compression() != Compression::kNone && header->records > 0) {
    TRY(reader.decompressed_, Decompress(header->compression(), batch.substr(kBatchHeaderBytes), max_bytes));
  }
  return reader;
}

Result<bool> RecordReader::Next(Record& record) {
  if (read_ >= header_.records) return false;
  std::string_view all = header_.compression() == Compression::kNone ? batch_.substr(kBatchHeaderBytes)
                                                                     : std::string_view(decompressed_);
  const char* p = all.data() + position_;
  const char* end = all.data() + all.size();
  auto broken = [&] {
    return Fail(Code::kCorrupt, "record {} of the batch at offset {} is damaged", read_, header_.base_offset);
  };
  int64_t length;
  if (!ReadVarint(p, end, length) || length < 1 || length > end - p) return broken();
  end = p + length;
  ++p;  // attributes: none are defined
  int64_t timestamp;
  int64_t offset;
  if (!ReadVarint(p, end, timestamp) || !ReadVarint(p, end, offset)) return broken();
  if (offset < 0 || offset > header_.last_offset_delta) return broken();
  if (!ReadBytes(p, end, record.key) || !ReadBytes(p, end, record.value)) return broken();
  int64_t headers;
  if (!ReadVarint(p, end, headers) || headers < 0 || headers > end - p) return broken();
  record.headers = {p, static_cast<size_t>(end - p)};
  record.header_count = static_cast<int32_t>(headers);
  record.offset = header_.base_offset + offset;
  record.timestamp = header_.log_append_time()
                         ? header_.max_timestamp
                         : static_cast<int64_t>(static_cast<uint64_t>(header_.base_timestamp) +
                                                static_cast<uint64_t>(timestamp));
  position_ = static_cast<size_t>(end - all.data());
  ++read_;
  return true;
}

void BatchBuilder::Add(const Record& record) {
  if (!started_) {
    started_ = true;
    header_.base_offset = base_offset_.value_or(record.offset);
    header_.records = 0;
    header_.base_timestamp = base_timestamp_.value_or(record.timestamp);
    if (!header_.log_append_time()) header_.max_timestamp = record.timestamp;
  }
  if (!header_.log_append_time()) header_.max_timestamp = std::max(header_.max_timestamp, record.timestamp);
  header_.last_offset_delta = static_cast<int32_t>(record.offset - header_.base_offset);
  ++header_.records;
  std::string body(1, '\0');
  AppendVarint(body, record.timestamp - header_.base_timestamp);
  AppendVarint(body, header_.last_offset_delta);
  AppendBytes(body, record.key);
  AppendBytes(body, record.value);
  AppendVarint(body, record.header_count);
  body += record.headers;
  AppendVarint(records_, static_cast<int64_t>(body.size()));
  records_ += body;
}

Result<std::string> BatchBuilder::Finish(std::optional<int64_t> last_offset) {
  if (empty()) return Fail(Code::kInvalid, "a batch without records cannot be built");
  if (last_offset) header_.last_offset_delta = static_cast<int32_t>(*last_offset - header_.base_offset);
  if (header_.compression() != Compression::kNone) {
    TRY(records_, Compress(header_.compression(), records_));
  }
  header_.magic = 2;
  header_.batch_bytes = static_cast<uint32_t>(kBatchHeaderBytes + records_.size());
  std::string batch(kBatchHeaderBytes, '\0');
  WriteBatchHeader(header_, batch.data());
  batch += records_;
  StoreBig(batch.data() + kCrcAt, Crc32c(std::string_view(batch).substr(kBatchCrcFrom)));
  return batch;
}

}  // namespace souk::log
