// Files whose fields are separated by runs of blanks, as programs print tables.
#pragma once

#include <string>
#include <string_view>

namespace souk::ingest {

// Makes one tab of every run of spaces and tabs and removes those at the ends of lines; what stands in quotes
// stays. Takes a stream in pieces cut anywhere. Not thread-safe.
class BlankRuns {
 public:
  void Append(std::string_view text, std::string& out);

 private:
  bool begun_ = false;  // the line has a character that is no blank
  bool blank_ = false;  // a run is waiting for the field behind it
  bool quoted_ = false;
};

// Whether the beginning of a file, which no delimiter cuts, is such a table: nine in ten lines have the same
// number of words, and some run is longer than one blank or most lines hold a number.
bool IsBlankSeparated(std::string_view sample, bool whole);

}  // namespace souk::ingest
