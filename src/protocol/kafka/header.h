// What stands before every request and answer on a connection of the Kafka protocol.
#pragma once

#include <optional>
#include <string_view>

#include "protocol/kafka/wire.h"

namespace souk::protocol::kafka {

struct RequestHeader {
  int16_t api_key = 0;
  int16_t api_version = 0;
  int32_t correlation_id = 0;
  std::optional<std::string_view> client_id;  // a view into the request
};

// Reads the part that is the same in all versions, up to and with the client's id. Whether tagged fields
// follow depends on the message: call SkipTags on the reader then.
inline RequestHeader ReadRequestHeader(Reader& in) {
  RequestHeader header;
  header.api_key = in.Int16();
  header.api_version = in.Int16();
  header.correlation_id = in.Int32();
  header.client_id = in.NullableString(false);
  return header;
}

inline void WriteRequestHeader(Writer& out, const RequestHeader& header, bool flexible) {
  out.Int16(header.api_key);
  out.Int16(header.api_version);
  out.Int32(header.correlation_id);
  if (header.client_id)
    out.String(*header.client_id, false);
  else
    out.Null(false, 2);
  if (flexible) out.NoTags();
}

// `flexible` is that of the message, and false for ApiVersions, which a client must be able to read before it
// knows anything about the broker.
inline void WriteResponseHeader(Writer& out, int32_t correlation_id, bool flexible) {
  out.Int32(correlation_id);
  if (flexible) out.NoTags();
}

}  // namespace souk::protocol::kafka
