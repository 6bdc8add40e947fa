// Numbers and texts as bytes of the stream's state (docs/format/stream_state.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace souk::stream {

class ByteWriter {
 public:
  // 7 bits in each byte, the lowest first; the top bit says that more follow.
  void Unsigned(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>(value | 0x80));
    bytes_.push_back(static_cast<char>(value));
  }
  // Zigzag: small numbers of both signs stay short.
  void Signed(int64_t value) {
    Unsigned((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
  }
  void Text(std::string_view text) {
    Unsigned(text.size());
    bytes_.append(text);
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads what a ByteWriter wrote. After the first thing that is not there everything is 0 or empty, and ok()
// is false.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  uint64_t Unsigned() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at_ >= bytes_.size()) break;
      auto byte = static_cast<uint8_t>(bytes_[at_++]);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    at_ = bytes_.size();
    return 0;
  }
  int64_t Signed() {
    uint64_t value = Unsigned();
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
  }
  std::string_view Text() { return Take(Unsigned()); }
  // So many bytes as they are.
  std::string_view Take(uint64_t size) {
    if (size > bytes_.size() - at_) {
      ok_ = false;
      at_ = bytes_.size();
      return {};
    }
    std::string_view text = bytes_.substr(at_, size);
    at_ += size;
    return text;
  }
  std::string_view Rest() const { return bytes_.substr(at_); }
  // A number of things of which there are at most `most`.
  uint64_t Count(uint64_t most) {
    uint64_t count = Unsigned();
    if (count > most) ok_ = false;
    return ok_ ? count : 0;
  }
  bool ok() const { return ok_; }
  bool AtEnd() const { return at_ == bytes_.size(); }

 private:
  std::string_view bytes_;
  size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace souk::stream
