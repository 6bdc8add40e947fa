// What a source file is, judged by its beginning and by pieces from all over it.
#pragma once

#include <string>
#include <vector>

#include "ingest/source_reader.h"
#include "record/csv_scanner.h"
#include "record/mapping.h"

namespace souk::ingest {

enum class SourceKind { kCsv, kJson, kParquet };

struct TextProfile {
  SourceKind kind = SourceKind::kCsv;
  record::Encoding encoding = record::Encoding::kUtf8;
  bool encoding_known = true;  // false: nothing but ASCII so far
  size_t mark_bytes = 0;       // of a byte order mark
  record::CsvDialect dialect;  // CSV
  bool blank_runs = false;     // CSV: no delimiter, runs of blanks separate; an ingest does not take that
  std::vector<record::SourceColumn> columns;

  // "CSV, comma, UTF-8, header"
  std::string Describe() const;
};

struct ProfileOptions {
  std::string delimiter;    // "" = detect
  std::string encoding;     // "" = detect
  bool blank_runs = false;  // look whether runs of blanks separate the fields
};

// Parquet by its magic, JSON by its first character or the file's ending, else CSV. kInvalid says what an
// empty or binary file is and what to do with it.
Result<SourceKind> KindOf(const SourceReader& reader);

// Everything but the columns: what can be told from a look at a few lines. `kind` is kCsv or kJson.
Result<TextProfile> ProfileText(const SourceReader& reader, SourceKind kind, const ProfileOptions& options);
// Why the first line is taken for a header, or is not: a clause.
std::string HeaderReason(const SourceReader& reader, const TextProfile& profile);
// Fills in the columns with names, types and ways of writing.
Status SampleColumns(const SourceReader& reader, TextProfile& profile);
// Only the names, from the first lines: the header's, or the keys that occur in them.
std::vector<std::string> FirstNames(const SourceReader& reader, const TextProfile& profile);

}  // namespace souk::ingest
