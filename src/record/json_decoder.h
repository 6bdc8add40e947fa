// From one JSON object to a typed record: what comes over a topic or over HTTP. Takes exactly what an ingest
// of the same line takes (record_check.h), and fills in what staging fills in: ids without the ".0" of a
// spreadsheet, synonyms, defaults, and values that follow from others (records.md, "Defaults").
#pragma once

#include <cstdint>
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

enum class ZoneOfTime : uint8_t {
  kNone,    // there was no time
  kWall,    // a time of the shop's clock
  kOffset,  // a time with its offset from UTC
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
  // freed meanwhile. A line without an id of its own has none here either where only its place could make
  // one: transaction_id without order_id, event_id.
  bool Decode(std::string_view json, TypedRecord& record, Fault& fault);

  // Why the staging model keeps the last record out of its table although it could be read ("unknown status",
  // "a robot by its user agent"), and why a line that is in it is in no figure ("bad_debt",
  // "stock_correction", "invalid_amount"); "" = it does not. Amounts that are missing stay so in a record
  // that is kept out.
  std::string_view rejection() const;
  std::string_view exclusion() const;
  // How a field of the last record stood in the object: its key ("" = there was none), and how its time was
  // written. Good until the next call.
  std::string_view key(size_t field) const;
  ZoneOfTime zone(size_t field) const;
  // The last record's transaction_id was made from its order and its content.
  bool has_content_id() const;

 private:
  struct Impl;
  explicit JsonDecoder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace souk::record
