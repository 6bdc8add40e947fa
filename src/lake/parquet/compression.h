// A page's bytes, made smaller.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "lake/parquet/metadata.h"

namespace souk::lake {

// "snappy", "zstd", "gzip", "none"; kInvalid for any other.
Result<ParquetCodec> ParquetCodecOf(std::string_view name);

// Appends the page to `out`; the bytes it takes there.
size_t AppendCompressed(std::string& out, std::string_view page, ParquetCodec codec);

}  // namespace souk::lake
