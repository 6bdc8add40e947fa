// CRC-32C (Castagnoli), as in record batches and in this room's own files.
#pragma once

#include <cstdint>
#include <string_view>

namespace souk::log {

// Continues `crc`, the result of the bytes before (0 at the start).
uint32_t Crc32c(std::string_view bytes, uint32_t crc = 0);
// Without the processor's instruction; the same result. For machines without it and for tests.
uint32_t Crc32cPortable(std::string_view bytes, uint32_t crc = 0);

}  // namespace souk::log
