#include "log/crc32c.h"

#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace souk::log {
namespace {

constexpr uint32_t kPolynomial = 0x82f63b78;  // reflected

using Table = std::array<std::array<uint32_t, 256>, 8>;

constexpr Table MakeTable() {
  Table table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? kPolynomial : 0);
    table[0][i] = crc;
  }
  for (uint32_t i = 0; i < 256; ++i) {
    for (size_t k = 1; k < 8; ++k) table[k][i] = (table[k - 1][i] >> 8) ^ table[0][table[k - 1][i] & 0xff];
  }
  return table;
}

constexpr Table kTable = MakeTable();

uint64_t Load64(const char* p) {
  uint64_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

uint32_t Portable(uint32_t crc, const char* p, size_t n) {
  for (; n >= 8; p += 8, n -= 8) {
    uint64_t word = Load64(p) ^ crc;
    uint32_t next = 0;
    for (size_t k = 0; k < 8; ++k) next ^= kTable[7 - k][(word >> (8 * k)) & 0xff];
    crc = next;
  }
  for (; n > 0; ++p, --n) crc = (crc >> 8) ^ kTable[0][(crc ^ static_cast<uint8_t>(*p)) & 0xff];
  return crc;
}

#if defined(__x86_64__)

// Carries a CRC over `kBytes` zero bytes: four look-ups instead of kBytes steps.
template <size_t kBytes>
class Shift {
 public:
  Shift() {
    for (uint32_t byte = 0; byte < 256; ++byte) {
      for (size_t k = 0; k < 4; ++k) table_[k][byte] = Zeros(byte << (8 * k));
    }
  }
  uint32_t operator()(uint32_t crc) const {
    return table_[0][crc & 0xff] ^ table_[1][(crc >> 8) & 0xff] ^ table_[2][(crc >> 16) & 0xff] ^
           table_[3][crc >> 24];
  }

 private:
  static uint32_t Zeros(uint32_t crc) {
    for (size_t i = 0; i < kBytes; ++i) crc = (crc >> 8) ^ kTable[0][crc & 0xff];
    return crc;
  }
  std::array<std::array<uint32_t, 256>, 4> table_;
};

// The instruction gives a result every cycle but takes three: three stretches are summed side by side and
// joined.
template <size_t kBytes>
__attribute__((target("sse4.2"))) uint32_t ThreeWay(uint32_t crc, const char*& p, size_t& n) {
  static const Shift<kBytes> shift;
  for (; n >= 3 * kBytes; p += 3 * kBytes, n -= 3 * kBytes) {
    uint64_t a = crc;
    uint64_t b = 0;
    uint64_t c = 0;
    for (const char* q = p; q < p + kBytes; q += 8) {
      a = _mm_crc32_u64(a, Load64(q));
      b = _mm_crc32_u64(b, Load64(q + kBytes));
      c = _mm_crc32_u64(c, Load64(q + 2 * kBytes));
    }
    crc = shift(static_cast<uint32_t>(a)) ^ static_cast<uint32_t>(b);
    crc = shift(crc) ^ static_cast<uint32_t>(c);
  }
  return crc;
}

__attribute__((target("sse4.2"))) uint32_t Instruction(uint32_t crc, const char* p, size_t n) {
  if (n >= 3 * 4096) crc = ThreeWay<4096>(crc, p, n);
  if (n >= 3 * 256) crc = ThreeWay<256>(crc, p, n);
  uint64_t wide = crc;
  for (; n >= 8; p += 8, n -= 8) wide = _mm_crc32_u64(wide, Load64(p));
  crc = static_cast<uint32_t>(wide);
  for (; n > 0; ++p, --n) crc = _mm_crc32_u8(crc, static_cast<uint8_t>(*p));
  return crc;
}

#endif

using Function = uint32_t (*)(uint32_t, const char*, size_t);

Function Fastest() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return Instruction;
#endif
  return Portable;
}

static_assert(std::endian::native == std::endian::little, "Load64 and the table expect little-endian words");

}  // namespace

uint32_t Crc32c(std::string_view bytes, uint32_t crc) {
  static const Function function = Fastest();
  return ~function(~crc, bytes.data(), bytes.size());
}

uint32_t Crc32cPortable(std::string_view bytes, uint32_t crc) {
  return ~Portable(~crc, bytes.data(), bytes.size());
}

}  // namespace souk::log
