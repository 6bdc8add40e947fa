// Small numbers as Parquet keeps levels and dictionary indexes: its hybrid of runs and bit-packed groups of
// eight.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace souk::lake {

// Appends values of `width` bits each (1 to 32). Eight or more equal values become a run where that can
// begin, which is behind a multiple of eight others.
void AppendHybrid(std::string& out, std::span<const uint32_t> values, int width);
void AppendHybrid(std::string& out, std::span<const uint8_t> values, int width);
// The same value `count` times, as one run.
void AppendRun(std::string& out, uint32_t value, size_t count, int width);
// All values in one bit-packed run.
void AppendPacked(std::string& out, std::span<const uint8_t> values, int width);

}  // namespace souk::lake
