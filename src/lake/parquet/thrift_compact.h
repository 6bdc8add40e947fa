// Structures in Thrift's compact protocol, as Parquet's headers and footers are written. Writing only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace souk::lake {

// Fields of a structure must come in the order of their numbers. Not thread-safe.
class CompactWriter {
 public:
  enum Type : uint8_t { kI32 = 5, kBinary = 8, kStruct = 12 };

  explicit CompactWriter(std::string* out) : out_(out) { open_.push_back(0); }

  void I8(int field, int8_t value) {
    Header(field, 3);
    out_->push_back(static_cast<char>(value));
  }
  void I32(int field, int32_t value) {
    Header(field, kI32);
    Signed(value);
  }
  void I64(int field, int64_t value) {
    Header(field, 6);
    Signed(value);
  }
  void Bool(int field, bool value) { Header(field, value ? 1 : 2); }
  void Text(int field, std::string_view value) {
    Header(field, kBinary);
    Element(value);
  }

  // A structure as a field, or (without number) as an element of a list or as the outermost one.
  void Begin(int field) {
    Header(field, kStruct);
    Begin();
  }
  void Begin() { open_.push_back(0); }
  void End() {
    open_.pop_back();
    out_->push_back(0);
  }

  // A list; its elements follow.
  void List(int field, Type type, size_t size) {
    Header(field, 9);
    if (size < 15) {
      out_->push_back(static_cast<char>(size << 4 | type));
    } else {
      out_->push_back(static_cast<char>(0xF0 | type));
      Varint(size);
    }
  }
  void Element(int32_t value) { Signed(value); }
  void Element(std::string_view value) {
    Varint(value.size());
    out_->append(value);
  }

 private:
  void Header(int field, uint8_t type) {
    int step = field - open_.back();
    open_.back() = field;
    if (step <= 15) {
      out_->push_back(static_cast<char>(step << 4 | type));
    } else {
      out_->push_back(static_cast<char>(type));
      Signed(field);
    }
  }
  void Varint(uint64_t value) {
    for (; value >= 128; value >>= 7) out_->push_back(static_cast<char>(value | 128));
    out_->push_back(static_cast<char>(value));
  }
  void Signed(int64_t value) {
    Varint(static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63));
  }

  std::string* out_;
  std::vector<int> open_;  // the last field of each structure that is open
};

}  // namespace souk::lake
