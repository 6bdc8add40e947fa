// Between what is known of a source's columns and what the raw zone keeps for a build.
#pragma once

#include <vector>

#include "lake/raw_zone.h"
#include "record/csv_scanner.h"
#include "record/mapping.h"

namespace souk::ingest {

// How the columns are mapped and written; kind and CSV dialect are left to the caller.
lake::RawFormat FormatOfMapping(const record::Mapping& mapping,
                                const std::vector<record::SourceColumn>& columns,
                                const std::string& time_zone);
void SetDialect(const record::CsvDialect& dialect, lake::RawFormat& format);
record::CsvDialect DialectOf(const lake::RawFormat& format);
// The names of a CSV file's columns as its first line, without line end.
std::string HeaderLine(const lake::RawFormat& format);
// Columns as the format knows them, in its order; those it only maps come behind.
std::vector<record::SourceColumn> ColumnsOf(const lake::RawFormat& format);

}  // namespace souk::ingest
