// Records on their way into the raw zone: one file for each hour of the shop's clock, and for each way in
// which records stand in JSON. They go to scratch files as they come; little of them is in memory.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time_zone.h"
#include "lake/json_form.h"

namespace souk::stream {

struct HourFile {
  explicit HourFile(const record::Schema& schema) : form(schema) {}

  Micros hour = 0;   // on the shop's clock
  Micros first = 0;  // the first record's own time, UTC
  lake::JsonForm form;
  std::string scratch;  // path of the scratch file
  std::string buffer;   // what is not in it yet
  uint64_t rows = 0, bytes = 0;
  std::map<int32_t, lake::OffsetRange> offsets;  // by partition
};

// Not thread-safe. Its scratch files go with it.
class HourFiles {
 public:
  HourFiles(const record::Schema& schema, const TimeZone& zone, std::string scratch_prefix);
  ~HourFiles();
  HourFiles(const HourFiles&) = delete;

  // `decoder` decoded `value` last, which became `record`. Line ends within `value` become blanks.
  Status Add(const record::JsonDecoder& decoder, const record::TypedRecord& record, std::string_view value,
             int32_t partition, int64_t offset);
  // Everything that is in memory goes to the scratch files.
  Status Spill();
  const std::vector<HourFile>& files() const { return files_; }
  uint64_t rows() const { return rows_; }
  uint64_t bytes() const { return bytes_; }
  uint64_t bytes_in_memory() const { return buffered_; }
  void Clear();

 private:
  HourFile& FileFor(const record::JsonDecoder& decoder, const record::TypedRecord& record);
  Status Spill(HourFile& file);

  const record::Schema& schema_;
  TimeZone zone_;
  std::string scratch_prefix_;
  size_t time_ = 0;  // place of the event's own time
  std::vector<HourFile> files_;
  std::map<Micros, std::vector<size_t>> by_hour_;  // places in files_
  uint64_t rows_ = 0, bytes_ = 0, buffered_ = 0;
};

}  // namespace souk::stream
