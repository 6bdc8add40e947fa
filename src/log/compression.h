// The codecs of record batches, as Kafka's clients write them: gzip, snappy (framed as snappy-java does, or
// bare), LZ4 frames, Zstandard.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "log/record_batch.h"

namespace souk::log {

// kCorrupt: not what the codec writes; kInvalid: more than `max_bytes` would come out.
Result<std::string> Decompress(Compression compression, std::string_view bytes, size_t max_bytes);
Result<std::string> Compress(Compression compression, std::string_view bytes);

}  // namespace souk::log
