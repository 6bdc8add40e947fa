// One record of a request, checked and made ready for the stream.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "ingest/intake/sender.h"
#include "kafka/message.h"
#include "record/json_decoder.h"

namespace souk::ingest {

// Not thread-safe.
class RecordReader {
 public:
  static Result<std::unique_ptr<RecordReader>> Make(const record::Schema& schema,
                                                    const record::JsonDecoderOptions& options);

  // Fills in value and key; false with the fault when the object cannot become a record. The value is the
  // object as it came, on one line; to an event of a visit what is missing is added: event_time (`now`),
  // event_id, and where a page sends, the visitor's address as far as `detail` lets it, and the browser.
  bool Read(std::string_view json, const Sender& sender, AddressDetail detail, Micros now,
            kafka::Message& message, record::Fault& fault);

 private:
  RecordReader(const record::Schema& schema, record::JsonDecoder decoder);
  bool Lacks(size_t field) const { return field != kNone && decoder_.key(field).empty(); }
  void FillIn(const Sender& sender, AddressDetail detail);
  void Add(size_t field, std::string_view value);
  std::optional<std::string> Key() const;

  static constexpr size_t kNone = static_cast<size_t>(-1);
  size_t Place(std::string_view field) const;  // kNone: the record has no such field

  const record::Schema& schema_;
  record::JsonDecoder decoder_;
  record::TypedRecord record_;
  std::vector<size_t> keys_;  // the first that has a value is the record's key in the topic
  size_t event_id_ = kNone, event_time_ = kNone, address_ = kNone, user_agent_ = kNone;
  std::string text_;
};

// Readers that are not in use, by record. Threads: any.
class ReaderPool {
 public:
  explicit ReaderPool(record::JsonDecoderOptions options) : options_(std::move(options)) {}
  Result<std::unique_ptr<RecordReader>> Take(const std::string& record);
  void Give(const std::string& record, std::unique_ptr<RecordReader> reader);

 private:
  record::JsonDecoderOptions options_;
  std::mutex mutex_;
  std::map<std::string, std::vector<std::unique_ptr<RecordReader>>> free_;
};

// A random id as RFC 4122 writes it.
std::string RandomUuid();

}  // namespace souk::ingest
