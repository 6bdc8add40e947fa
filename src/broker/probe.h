// Asks a broker whether it answers.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace souk::broker {

// Connects to "host:port", asks for the API versions and reads the answer, all within `timeout_ms`. Blocks.
// kUnavailable: nobody listens, or what answers is no Kafka broker; kTimeout.
Status ProbeBroker(const std::string& address, int64_t timeout_ms);

}  // namespace souk::broker
