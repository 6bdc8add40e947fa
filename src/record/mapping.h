// Which column of a source becomes which field of a record: guessed by name and type, said with its reason,
// overridable.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "record/schema.h"

namespace souk::record {

// What was seen of one source column in a sample of the file. A type holds when two of three values have it.
struct SourceColumn {
  std::string name;
  FieldType type = FieldType::kText;  // the narrowest type of the sampled values
  bool time = false;                  // the values can be read as times (also kInt: "1700000000", "20250131")
  std::string time_format;            // time: a record::TimeFormat, "" = ISO 8601
  bool time_has_zone = false;
  bool time_ambiguous = false;  // 03/04/2025 could be either order in every sampled value
  char decimal_separator = '.';
  bool grouped_numbers = false;  // "1.234,50", "1,234.50"
  size_t empty = 0;              // of `sampled`
  size_t sampled = 0;
  size_t unfit = 0;                   // sampled values that are there and do not have the type
  std::vector<std::string> examples;  // up to 3 distinct values
};

struct MappedField {
  std::string field;
  std::string column;
  std::string reason;  // "same name", "alias", "looks like a time", "given"
};

struct Mapping {
  const Schema* schema = nullptr;
  std::vector<MappedField> fields;    // in the order of the schema
  std::vector<std::string> unmapped;  // source columns nobody takes
  std::vector<std::string> warnings;  // plain sentences a person can act on

  const MappedField* Find(std::string_view field) const;
};

// `given` = target → source column ("--map"); an unknown target or column fails with the nearest name; the
// empty source
// ("--map discount=") leaves a field unmapped. Fails when the record cannot be made: a required field that
// has neither a column nor a rule by which it is derived.
Result<Mapping> GuessMapping(const Schema& schema, const std::vector<SourceColumn>& columns,
                             const std::map<std::string, std::string>& given = {});

// The schema that takes these columns best; nullptr when none takes half of them, or two do about equally
// well.
const Schema* GuessSchema(const std::vector<SourceColumn>& columns);

}  // namespace souk::record
