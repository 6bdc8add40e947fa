// Whether the decoder takes a line as an ingest of files does. For tests.
#pragma once

#include <map>
#include <string>

#include "record/json_decoder.h"
#include "record/json_lines.h"

namespace souk::record {

struct Taking {
  bool taken = false;
  Fault fault;
};

// Both say of the same line what becomes of it. The check's columns are all fields, each under the key that
// the line has for it, and times with offsets where the line has them.
class SameTaking {
 public:
  explicit SameTaking(const Schema& schema, const JsonDecoderOptions& options = {})
      : schema_(schema), decoder_(*JsonDecoder::Make(schema, options)) {}

  Taking Decoder(std::string_view line) {
    Taking taking;
    taking.taken = decoder_.Decode(line, record, taking.fault);
    return taking;
  }

  // After Decoder of the same line.
  Taking Check(std::string_view line) {
    std::vector<SourceColumn> columns;
    std::vector<std::string> names;
    Mapping mapping;
    mapping.schema = &schema_;
    for (size_t f = 0; f < schema_.fields.size(); ++f) {
      std::string key(decoder_.key(f));
      if (key.empty()) key = schema_.fields[f].name;
      SourceColumn column;
      column.name = key;
      column.time = schema_.fields[f].type == FieldType::kTimestamp;
      column.time_has_zone = decoder_.zone(f) == ZoneOfTime::kOffset;
      columns.push_back(column);
      names.push_back(key);
      mapping.fields.push_back({schema_.fields[f].name, key, "given"});
    }
    RecordCheck check = *RecordCheck::Make(mapping, columns);
    JsonLines lines(names);
    std::string padded(line);
    padded.resize(line.size() + kJsonPadding);
    Taking taking;
    taking.taken = lines.Check({padded.data(), line.size()}, check, taking.fault);
    return taking;
  }

  JsonDecoder& decoder() { return decoder_; }
  TypedRecord record;

 private:
  const Schema& schema_;
  JsonDecoder decoder_;
};

}  // namespace souk::record
