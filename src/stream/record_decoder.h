// The first half of the processor's work, which needs nothing of what was counted before: from the bytes of
// records to what is counted of them. It may be done for the next records while the last are counted.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "record/json_decoder.h"
#include "stream/id.h"
#include "stream/kpi_book.h"
#include "stream/visit.h"

namespace souk::stream {

// What a product's category is, where its lines do not say so. Any thread.
class ProductCategories {
 public:
  virtual ~ProductCategories() = default;
  // "" when it is not known.
  virtual std::string CategoryOf(std::string_view product_id) const = 0;
};

// A record as it is in its topic. The text is needed while it is decoded only.
struct StreamRecord {
  size_t partition = 0;  // as AddPartition numbered it
  int64_t offset = 0;
  int64_t timestamp_ms = 0;
  std::optional<std::string_view> value;
};

// Tells a record from another one that has taken its place; never 0.
uint64_t FingerprintOf(const StreamRecord& record);

// Where fields of the two records are in their schemas.
struct LineFields {
  LineFields();
  size_t line, order, product, category, time, updated;
};
struct EventFields {
  EventFields();
  size_t event, session, user, time, type, quantity, price, device, source, campaign, city, country;
};

// The fields of a line or an event that figures look at, as numbers. Not thread-safe.
class Projection {
 public:
  // Both must outlive it.
  Projection(const KpiBook& book, Subject subject, Symbols& symbols);

  size_t width() const { return use_.fields().size(); }
  // Behind what is in `to`.
  void Append(const record::TypedRecord& record, std::vector<int64_t>& to);

 private:
  int64_t Number(const record::TypedRecord& record, size_t field);

  const FieldUse& use_;
  const std::vector<LiveField>& fields_;
  KnownSymbols symbols_;
  size_t category_;  // place of a line's
};

// Records without their bytes. All of it is the batch's own.
struct DecodedBatch {
  enum class Kind : uint8_t { kRefused, kLine, kEvent };
  struct Text {  // in `texts`
    size_t begin = 0, size = 0;
  };
  struct Record {
    size_t partition = 0;
    int64_t offset = 0, timestamp_ms = 0;
    Kind kind = Kind::kRefused;  // kRefused: it cannot be read; the lake's writer puts it in quarantine
    uint32_t place = 0;          // in `lines` or `events`
  };
  struct Line {
    Id order, line;
    Micros time = 0, updated_at = 0;
    Text order_id;
  };
  struct Event {
    Id id;
    Text session_id, event_id, user;
    VisitEvent visit;  // without its texts
  };
  // The last record of a partition.
  struct Last {
    size_t partition = 0;
    int64_t offset = 0;
    uint64_t fingerprint = 0;
  };

  std::string_view TextOf(const Text& text) const {
    return std::string_view(texts).substr(text.begin, text.size);
  }
  void Clear();

  std::vector<Record> records;  // in the order they came
  std::vector<Line> lines;
  std::vector<Event> events;
  std::vector<int64_t> line_values, event_values;  // what a Projection appends, one after the other
  std::vector<record::OwnedRecord> owned;          // by record; empty unless records are kept
  std::vector<Last> last;
  std::string texts;
};

struct RecordDecoderOptions {
  record::JsonDecoderOptions decoder;
  bool keep_records = true;  // whether batches have `owned`
};

// Threads: one at a time; beside the symbols it shares nothing that changes.
class RecordDecoder {
 public:
  // All must outlive it.
  static Result<RecordDecoder> Make(const RecordDecoderOptions& options, const KpiBook& book,
                                    Symbols& symbols, const ProductCategories& categories);

  // They are numbered from 0. `lines`: its records are lines of orders, else events.
  void AddPartition(const std::string& topic, int32_t partition, bool lines);
  // `batch` has these records afterwards, and nothing of before.
  void Decode(std::span<const StreamRecord> records, DecodedBatch& batch);

 private:
  struct Partition {
    std::string topic;
    int32_t number = 0;
    bool lines = false;
  };

  RecordDecoder(const RecordDecoderOptions& options, const KpiBook& book, Symbols& symbols,
                const ProductCategories& categories, record::JsonDecoder lines, record::JsonDecoder events);
  bool Read(record::JsonDecoder& decoder, const StreamRecord& record);
  void NameByPlace(const StreamRecord& record, std::initializer_list<size_t> ids);
  void FillCategory();
  void DecodeLine(DecodedBatch& batch);
  void DecodeEvent(DecodedBatch& batch);
  VisitEvent VisitEventOf();
  void FindLast(std::span<const StreamRecord> records, DecodedBatch& batch);

  RecordDecoderOptions options_;
  const ProductCategories* categories_;
  record::JsonDecoder line_decoder_, event_decoder_;
  LineFields line_fields_;
  EventFields event_fields_;
  Projection line_projection_, event_projection_;
  KnownSymbols origins_;
  std::vector<Partition> partitions_;

  // Of the record at hand.
  record::TypedRecord record_;
  std::string category_, place_;
};

}  // namespace souk::stream
