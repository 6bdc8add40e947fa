// `souk schema`: CREATE TABLE for the columns of a file or of a record.
#pragma once

#include <string>

#include "base/result.h"
#include "ingest/inspect.h"
#include "record/table_sql.h"

namespace souk::app {

// The table of a file that was looked at. Comments before the statement say what a load has to convert.
std::string SchemaOfFile(const ingest::Inspection& inspection, const std::string& table,
                         record::SqlDialect dialect);
// "transactions" when the file most likely holds those, else the file's name in plain letters.
std::string TableNameOf(const ingest::Inspection& inspection);
// The table of a record of schemas/, called like it unless `table` is given.
Result<std::string> SchemaOfRecord(const std::string& record, const std::string& table,
                                   record::SqlDialect dialect);

}  // namespace souk::app
