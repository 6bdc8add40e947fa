// How a CSV file is written, judged by its beginning.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "record/csv_scanner.h"

namespace souk::record {

// `sample` begins at the file's first line; `whole`: it is all of the file. It may be in any encoding that
// contains ASCII. A delimiter that is not given is the one of , ; tab | that cuts the most lines into the
// same number of fields.
CsvDialect DetectCsvDialect(std::string_view sample, bool whole, char given_delimiter = '\0');

// Whether the first line holds names, and a clause that says why: "no value of its first line is a number or
// a time".
struct HeaderGuess {
  bool header = true;
  std::string reason;
};
HeaderGuess GuessHeader(const CsvDialect& dialect, std::string_view sample, bool whole);

// "," ";" "|" "tab" "\t" or another single character.
Result<char> ParseDelimiter(std::string_view text);
// "comma", "semicolon", "tab", "pipe", "'x'".
std::string DelimiterName(char delimiter);

}  // namespace souk::record
