// What a person says about how files are to be read; everything else is found out. Kept as a file, it is a
// saved mapping.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "record/mapping.h"

namespace souk::ingest {

struct ReadingOptions {
  std::string record;                      // "" = by folder name (users/, transactions/…), else by columns
  std::map<std::string, std::string> map;  // target → source column; "" leaves the target out
  std::map<std::string, std::string> time_formats;  // target → strptime format, where the guess is wrong
  // Target → "," or ".", where the guess is wrong; the target "" stands for all numbers. The other of the two
  // may separate groups.
  std::map<std::string, std::string> decimal_separators;
  std::string time_zone;  // of times without offset
  std::string delimiter;  // "" = detect
  std::string encoding;   // "" = detect (UTF-8, UTF-16 by BOM, else Windows-1252)
};

// kInvalid names what is unknown or malformed: record, field, time format, separator, delimiter, encoding.
// Time zones are not looked at.
Status CheckReading(const ReadingOptions& options);

// `own` where it says something, `saved` elsewhere; entries of maps each on their own. kInvalid when the two
// are about different records.
Result<ReadingOptions> Combined(const ReadingOptions& saved, const ReadingOptions& own);

// A saved mapping as YAML, and back; docs/format/mapping.md. `name` is the file's, for errors. What is read
// has been checked as by CheckReading.
std::string ReadingToYaml(const ReadingOptions& options);
Result<ReadingOptions> ReadingFromYaml(const std::string& text, const std::string& name);

// record::GuessMapping with what a person gave: its map, and its time formats and decimal separators put into
// the columns that they are for. kInvalid also when such a target has no column, or is of another kind.
Result<record::Mapping> MapColumns(const record::Schema& schema, std::vector<record::SourceColumn>& columns,
                                   const ReadingOptions& given);

}  // namespace souk::ingest
