// From one JSON object to a typed record: what comes over a topic or over HTTP. Takes exactly what an ingest
// of the same line takes (record_check.h), and fills in what staging fills in: ids without the ".0" of a
// spreadsheet, synonyms, defaults, and values that follow from others (records.md, "Defaults").
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "record/record_check.h"
#include "record/typed_record.h"

namespace souk::record {

struct JsonDecoderOptions {
  std::string currency = "EUR";   // the shop's
  std::string time_zone = "UTC";  // of times without an offset, IANA name
};

// Not thread-safe; keeps its buffers from record to record.
class JsonDecoder {
 public:
  static Result<JsonDecoder> Make(const Schema& schema, const JsonDecoderOptions& options);
  ~JsonDecoder();
  JsonDecoder(JsonDecoder&&) noexcept;
  JsonDecoder& operator=(JsonDecoder&&) noexcept;

  // Keys are the schema's field names or their aliases; others are ignored. False with the fault when `json`
  // is no object or cannot become a record. The texts of `record` are good until the next call. `json` may be
  // freed meanwhile.
  bool Decode(std::string_view json, TypedRecord& record, Fault& fault);

 private:
  struct Impl;
  explicit JsonDecoder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace souk::record
