// How the records of a JSON raw file stand in it. Records that come one by one may use other keys for the
// same field; those that one reading fits go into one file.
#pragma once

#include <string>
#include <vector>

#include "lake/raw_zone.h"
#include "record/json_decoder.h"

namespace souk::lake {

// Not thread-safe.
class JsonForm {
 public:
  explicit JsonForm(const record::Schema& schema);

  // Whether the record that `decoder` decoded last, which became `record`, can be in this file; if so the
  // form holds for it from now on.
  bool Take(const record::JsonDecoder& decoder, const record::TypedRecord& record);
  // Notes how a record stands that cannot be in any file, as far as it could be read.
  void Note(const record::JsonDecoder& decoder);
  // Rows have no ids of their own and are told apart by their place in the file.
  bool numbered() const { return numbered_; }
  // `time_zone` is that of times without an offset.
  RawFormat Format(const std::string& time_zone) const;

 private:
  enum class Zone : char { kOpen, kZoned, kWall };

  bool Fits(const record::JsonDecoder& decoder, bool numbered, bool content) const;

  const record::Schema* schema_;
  std::vector<size_t> ids_;        // places of the fields that tell a row from all others
  std::vector<std::string> keys_;  // "" = no record had one yet
  std::vector<Zone> zones_;
  void Keep(const record::JsonDecoder& decoder);

  bool any_ = false;
  bool numbered_ = false;
  // Ids are made from the whole content, so columns are named as in each single record.
  bool content_ = false;
};

}  // namespace souk::lake
