// One field of a record out of a source's column, as DuckDB's SQL.
#pragma once

#include <map>
#include <string>

#include "lake/raw_zone.h"
#include "record/schema.h"

namespace souk::warehouse {

// Column of the source → DuckDB's type of it as its reader delivers it.
using SourceTypes = std::map<std::string, std::string>;

// The field in its canonical type; null where the source has no such column or the value cannot be read.
// Words of a fixed set come as the source writes them, see RawWord.
std::string RawField(const record::Field& field, const lake::RawFormat& format, const SourceTypes& types);

// For a field with `accepted`: the word of the column of such text in its one form; others stay as they are,
// for the staging model to judge.
std::string RawWord(const record::Field& field, const std::string& column);

}  // namespace souk::warehouse
