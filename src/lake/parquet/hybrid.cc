#include "lake/parquet/hybrid.h"

#include <cstring>

namespace souk::lake {
namespace {

constexpr size_t kGroup = 8;

void AppendVarint(std::string& out, uint64_t value) {
  for (; value >= 128; value >>= 7) out.push_back(static_cast<char>(value | 128));
  out.push_back(static_cast<char>(value));
}

// The last group is filled up with zeros.
template <typename T>
void Pack(std::string& out, std::span<const T> values, int width) {
  if (values.empty()) return;
  uint64_t groups = (values.size() + kGroup - 1) / kGroup;
  AppendVarint(out, groups << 1 | 1);
  size_t at = out.size();
  out.resize(at + groups * static_cast<size_t>(width));
  char* to = out.data() + at;
  uint64_t bits = 0;
  int held = 0;
  for (T value : values) {
    bits |= uint64_t{value} << held;
    held += width;
    if (held < 32) continue;
    std::memcpy(to, &bits, 4);
    to += 4;
    bits >>= 32;
    held -= 32;
  }
  for (; held > 0; held -= 8, bits >>= 8) *to++ = static_cast<char>(bits);
}

template <typename T>
size_t RunAt(std::span<const T> values, size_t begin) {
  size_t end = begin + 1;
  while (end < values.size() && values[end] == values[begin]) ++end;
  return end - begin;
}

// Of the eight values from `begin`.
template <typename T>
bool AllEqual(std::span<const T> values, size_t begin) {
  T different = 0;
  for (size_t i = 1; i < kGroup; ++i) different |= static_cast<T>(values[begin + i] ^ values[begin]);
  return different == 0;
}

// A run pays where it fills a group; what is before that group is packed.
template <typename T>
void Append(std::string& out, std::span<const T> values, int width) {
  size_t packed = 0;  // values before it are written
  for (size_t at = 0; at + kGroup <= values.size();) {
    if (!AllEqual(values, at)) {
      at += kGroup;
      continue;
    }
    size_t run = RunAt(values, at);
    Pack(out, values.subspan(packed, at - packed), width);
    AppendRun(out, static_cast<uint32_t>(values[at]), run, width);
    packed = at += run;
  }
  Pack(out, values.subspan(packed), width);
}

}  // namespace

void AppendHybrid(std::string& out, std::span<const uint32_t> values, int width) {
  Append(out, values, width);
}

void AppendHybrid(std::string& out, std::span<const uint8_t> values, int width) {
  Append(out, values, width);
}

void AppendRun(std::string& out, uint32_t value, size_t count, int width) {
  AppendVarint(out, uint64_t{count} << 1);
  for (int bits = 0; bits < width; bits += 8, value >>= 8) out.push_back(static_cast<char>(value));
}

void AppendPacked(std::string& out, std::span<const uint8_t> values, int width) { Pack(out, values, width); }

}  // namespace souk::lake
