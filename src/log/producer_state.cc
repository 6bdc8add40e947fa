#include "log/producer_state.h"

#include <algorithm>

#include "log/big_endian.h"
#include "log/crc32c.h"

namespace souk::log {
namespace {

constexpr char kVersion = 1;
constexpr size_t kHeadBytes = 13;
constexpr size_t kProducerBytes = 19;
constexpr size_t kBatchBytes = 32;

int32_t FollowingSequence(int32_t sequence) { return sequence == INT32_MAX ? 0 : sequence + 1; }

// How far `to` is behind `from` on the circle of sequence numbers.
uint32_t Distance(int32_t from, int32_t to) {
  return (static_cast<uint32_t>(to) - static_cast<uint32_t>(from)) & 0x7fffffff;
}

}  // namespace

ProducerState::Verdict ProducerState::Judge(const BatchHeader& header) const {
  Verdict verdict;
  if (header.producer_id < 0) return verdict;
  auto found = producers_.find(header.producer_id);
  if (found == producers_.end()) return verdict;
  const Producer& producer = found->second;
  if (header.producer_epoch < producer.epoch) {
    verdict.refusal = Refusal::kOldEpoch;
    verdict.reason = fmt::format("producer {} has epoch {} by now, this batch has {}", header.producer_id,
                                 producer.epoch, header.producer_epoch);
    return verdict;
  }
  int32_t wanted = 0;
  if (header.producer_epoch == producer.epoch && producer.count > 0) {
    for (size_t i = 0; i < producer.count; ++i) {
      const Batch& batch = producer.batches[i];
      if (batch.first_sequence == header.base_sequence && batch.last_sequence == header.last_sequence()) {
        verdict.duplicate.emplace(batch.first_offset, batch.last_offset);
        return verdict;
      }
    }
    wanted = FollowingSequence(producer.batches[producer.count - 1].last_sequence);
    uint32_t behind = Distance(header.last_sequence(), producer.batches[0].first_sequence);
    if (producer.count == kBatches && behind > 0 && behind < (1u << 30)) {
      verdict.refusal = Refusal::kOldDuplicate;
      verdict.reason = fmt::format("producer {} sent sequence {} again, it is at {}", header.producer_id,
                                   header.base_sequence, wanted);
      return verdict;
    }
  }
  if (header.base_sequence != wanted) {
    verdict.refusal = Refusal::kOutOfOrder;
    verdict.reason = fmt::format("producer {} sent sequence {} where {} follows", header.producer_id,
                                 header.base_sequence, wanted);
  }
  return verdict;
}

void ProducerState::Note(const BatchHeader& header, int64_t now) {
  if (header.producer_id < 0) return;
  Producer& producer = producers_[header.producer_id];
  if (producer.epoch != header.producer_epoch) {
    producer.epoch = header.producer_epoch;
    producer.count = 0;
  }
  producer.last_write = now;
  if (producer.count == kBatches) {
    std::move(producer.batches.begin() + 1, producer.batches.end(), producer.batches.begin());
    --producer.count;
  }
  producer.batches[producer.count++] = {header.base_sequence, header.last_sequence(), header.base_offset,
                                        header.last_offset(), header.max_timestamp};
}

void ProducerState::Expire(int64_t before) {
  std::erase_if(producers_, [before](const auto& entry) { return entry.second.last_write < before; });
}

std::string ProducerState::Encode() const {
  std::string bytes(4, '\0');
  bytes.push_back(kVersion);
  AppendBig(bytes, static_cast<int64_t>(producers_.size()));
  for (const auto& [id, producer] : producers_) {
    AppendBig(bytes, id);
    AppendBig(bytes, producer.epoch);
    AppendBig(bytes, producer.last_write);
    bytes.push_back(static_cast<char>(producer.count));
    for (size_t i = 0; i < producer.count; ++i) {
      const Batch& batch = producer.batches[i];
      AppendBig(bytes, batch.first_sequence);
      AppendBig(bytes, batch.last_sequence);
      AppendBig(bytes, batch.first_offset);
      AppendBig(bytes, batch.last_offset);
      AppendBig(bytes, batch.timestamp);
    }
  }
  StoreBig(bytes.data(), Crc32c(std::string_view(bytes).substr(4)));
  return bytes;
}

Result<ProducerState> ProducerState::Decode(std::string_view bytes) {
  auto corrupt = [] { return Fail(Code::kCorrupt, "this is not a snapshot of producers"); };
  if (bytes.size() < kHeadBytes || bytes[4] != kVersion) return corrupt();
  if (LoadBig<uint32_t>(bytes.data()) != Crc32c(bytes.substr(4))) return corrupt();
  int64_t count = LoadBig<int64_t>(bytes.data() + 5);
  bytes.remove_prefix(kHeadBytes);
  ProducerState state;
  for (int64_t n = 0; n < count; ++n) {
    if (bytes.size() < kProducerBytes) return corrupt();
    const char* p = bytes.data();
    Producer producer;
    producer.epoch = LoadBig<int16_t>(p + 8);
    producer.last_write = LoadBig<int64_t>(p + 10);
    producer.count = static_cast<uint8_t>(p[18]);
    bytes.remove_prefix(kProducerBytes);
    if (producer.count > kBatches || bytes.size() < producer.count * kBatchBytes) return corrupt();
    for (size_t i = 0; i < producer.count; ++i) {
      const char* b = bytes.data() + i * kBatchBytes;
      producer.batches[i] = {LoadBig<int32_t>(b), LoadBig<int32_t>(b + 4), LoadBig<int64_t>(b + 8),
                             LoadBig<int64_t>(b + 16), LoadBig<int64_t>(b + 24)};
    }
    bytes.remove_prefix(producer.count * kBatchBytes);
    state.producers_.emplace(LoadBig<int64_t>(p), producer);
  }
  if (!bytes.empty()) return corrupt();
  return state;
}

}  // namespace souk::log
