// Requests of the Kafka protocol as they come from the network. Whatever is accepted must survive being
// written and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "protocol/kafka/header.h"
#include "protocol/kafka/message/samples.h"

namespace souk::protocol::kafka {
namespace {

template <typename T>
void DecodeTwice(Reader in, int version) {
  T message;
  if (!message.Decode(in, version)) return;
  Writer out;
  message.Encode(out, version);
  std::string bytes = out.TakeBytes();
  Reader again(bytes);
  T read;
  if (!read.Decode(again, version) || again.left() != 0 || !(read == message)) std::abort();
}

}  // namespace
}  // namespace souk::protocol::kafka

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace souk::protocol::kafka;
  Reader in(std::string_view(reinterpret_cast<const char*>(data), size));
  RequestHeader header = ReadRequestHeader(in);
  ForEachMessage([&]<typename T>(const char* name) {
    if (T::kApiKey != header.api_key || !std::string_view(name).ends_with("Request")) return;
    if (header.api_version < T::kMinVersion || header.api_version > T::kMaxVersion) return;
    if (header.api_version >= T::kFlexibleFrom) in.SkipTags();
    DecodeTwice<T>(in, header.api_version);
  });
  return 0;
}
