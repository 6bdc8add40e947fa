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
std::string RawField(const record::Field& field, const lake::RawFormat& format, const SourceTypes& types);

}  // namespace souk::warehouse
