// Names for files that are no text, so that a message can say what to do with them.
#pragma once

#include <string>
#include <string_view>

namespace souk::ingest {

// "" when `head`, the beginning of the file at `path`, is text or Parquet; else a clause such as
// "is compressed with gzip; unpack it first, e.g. gunzip -k orders.csv.gz".
std::string BinaryKind(std::string_view head, const std::string& path);

}  // namespace souk::ingest
