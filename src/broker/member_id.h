// Ids that the broker makes up: of group members.
#pragma once

#include <string>

namespace souk::broker {

// `prefix` and a random UUID, as Kafka's coordinator makes them; never the same twice. Threads: any.
std::string NewMemberId(const std::string& prefix);

}  // namespace souk::broker
