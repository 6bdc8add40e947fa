// Delta's schema as JSON text (schemaString of the metaData action). Inner part of lake/delta_table.h.
#pragma once

#include <string>

#include "lake/delta_table.h"

namespace souk::lake {

// Without the partition columns' list, which metaData has beside it.
std::string SchemaToJson(const DeltaSchema& schema);
// Fills `columns` only. A type that is not a name (struct, array, map) is kept as its JSON text.
Result<DeltaSchema> SchemaFromJson(const std::string& text);
// kInvalid when Delta or its readers would refuse the schema: no column, a name twice or with a character
// that Parquet readers do not take, a partition column that does not exist, nothing but partition columns.
Status CheckSchema(const DeltaSchema& schema);

bool SameSchema(const DeltaSchema& a, const DeltaSchema& b);

}  // namespace souk::lake
