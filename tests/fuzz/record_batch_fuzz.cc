// Record batches as producers send them, and the files of a partition as a start finds them. What is accepted
// must be read back; what a start leaves must be sound.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "log/big_endian.h"
#include "log/crc32c.h"
#include "log/lossy_files.h"
#include "log/partition_log.h"
#include "log/state_log.h"
#include "log/syncer.h"

namespace souk::log {
namespace {

constexpr size_t kMostBytes = 1 << 20;

// Every record, or as far as it goes.
void ReadAll(std::string_view batch) {
  auto reader = RecordReader::Open(batch, kMostBytes);
  if (!reader) return;
  BatchBuilder builder(reader->header());
  Record record;
  size_t records = 0;
  while (reader->Next(record).value_or(false)) {
    if (record.offset < reader->header().base_offset) std::abort();
    ++records;
  }
  if (records > static_cast<size_t>(std::max(reader->header().records, 0))) std::abort();
}

void TryBatch(std::string_view bytes) {
  BatchCheck check = CheckProduced(bytes);
  if ((check.refusal == Refusal::kNone) != check.reason.empty()) std::abort();
  CheckStored(bytes);
  ReadAll(bytes);
  if (bytes.size() < kBatchHeaderBytes) return;
  // With lengths and sum made right the inside is reached.
  std::string whole(bytes);
  StoreBig(whole.data() + 8, static_cast<uint32_t>(whole.size() - kBatchPrefixBytes));
  whole[16] = 2;
  StoreBig(whole.data() + 17, Crc32c(std::string_view(whole).substr(21)));
  check = CheckProduced(whole);
  ReadAll(whole);
  std::string header(kBatchHeaderBytes, '\0');
  WriteBatchHeader(*ParseBatchHeader(whole), header.data());
  if (header != whole.substr(0, kBatchHeaderBytes)) std::abort();
}

void Put(LossyFiles& files, const std::string& path, std::string_view content) {
  auto file = files.Open(path, OpenMode::kCreate);
  if (!file || !(*file)->WriteAt(0, {content})) std::abort();
}

// The bytes as a segment that a crash left, and as its index.
void TryRecovery(std::string_view bytes) {
  LossyFiles files;
  FakeClock clock{1'764'331'470'123'456};
  if (!files.CreateDirectory("/p")) std::abort();
  Put(files, "/p/00000000000000000000.log", bytes);
  Put(files, "/p/00000000000000000000.index", bytes.substr(0, bytes.size() / 8 * 8));
  Put(files, "/p/00000000000000000000.snapshot", bytes);
  for (int64_t recovery_point : {0, 3}) {
    PartitionLog::Setup setup;
    setup.files = &files;
    setup.clock = &clock;
    setup.directory = "/p";
    setup.name = "p-0";
    setup.checkpoint.recovery_point = recovery_point;
    auto log = PartitionLog::Open(std::move(setup));
    if (!log) std::abort();
    auto damages = (*log)->Check();
    if (!damages) std::abort();
    if (recovery_point == 0 && !damages->empty()) std::abort();
    for (int64_t offset = 0; offset < (*log)->end_offset() && offset < 20; ++offset) {
      if (!(*log)->Read(offset, kMostBytes) && damages->empty()) std::abort();
    }
    (void)(*log)->OffsetForTime(1);
  }
}

void TryState(std::string_view bytes) {
  LossyFiles files;
  Syncer syncer;
  Put(files, "/state.log", bytes);
  auto state = StateLog::Open(files, "/state.log", syncer);
  if (!state || !(*state)->Apply({{"key", "value"}}, true)) std::abort();
  if (auto again = StateLog::Open(files, "/state.log", syncer); !again || (*again)->Find("key") != "value")
    std::abort();
}

}  // namespace
}  // namespace souk::log

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace souk::log;
  [[maybe_unused]] static const bool quiet =
      souk::ConfigureLog({souk::LogLevel::kOff, false, ""}).has_value();
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  TryBatch(bytes);
  TryRecovery(bytes);
  TryState(bytes);
  return 0;
}
