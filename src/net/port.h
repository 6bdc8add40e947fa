// Whether a server could listen somewhere, asked before long work whose end needs it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace souk::net {

// kUnavailable when somebody else listens there; `remedy` is the part of the message that says what to do. 0
// stands for any free port.
Status CheckPortFree(const std::string& address, uint16_t port, std::string_view remedy);

}  // namespace souk::net
