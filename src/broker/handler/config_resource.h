// Numbers that requests about configuration use.
#pragma once

#include <cstdint>

namespace souk::broker {

constexpr int8_t kTopicResource = 2, kBrokerResource = 4;
// Where a value comes from.
constexpr int8_t kTopicConfigSource = 1, kStaticBrokerConfigSource = 4, kDefaultConfigSource = 5;

}  // namespace souk::broker
