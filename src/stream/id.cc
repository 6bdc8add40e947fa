#include "stream/id.h"

#include "base/text_hash.h"

namespace souk::stream {

Id IdOf(std::string_view text) {
  WideHash hash = WideHashOf(text);
  return {hash.high, hash.low};
}

std::string IdBytes(const Id& id) {
  std::string bytes(16, '\0');
  for (int i = 0; i < 8; ++i) {
    bytes[i] = static_cast<char>(id.high >> (56 - 8 * i));
    bytes[8 + i] = static_cast<char>(id.low >> (56 - 8 * i));
  }
  return bytes;
}

Id IdFromBytes(std::string_view bytes) {
  Id id;
  for (int i = 0; i < 8; ++i) {
    id.high = id.high << 8 | static_cast<uint8_t>(bytes[i]);
    id.low = id.low << 8 | static_cast<uint8_t>(bytes[8 + i]);
  }
  return id;
}

}  // namespace souk::stream
