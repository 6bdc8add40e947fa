// What the requests about configuration have in common.
#pragma once

#include <cstdint>

#include "broker/errors.h"

namespace souk::broker {

constexpr int8_t kTopicResource = 2, kBrokerResource = 4;
// Where a value comes from.
constexpr int8_t kTopicConfigSource = 1, kStaticBrokerConfigSource = 4, kDefaultConfigSource = 5;

constexpr const char* kOnlyTopics =
    "only topics can be configured by clients; the broker's own settings are in souk.toml";

// Puts the outcome of a change into the answer about its resource.
template <typename Answer>
void SetAlterResult(Answer& answer, const Status& altered) {
  answer.error_message.reset();
  if (altered) return;
  ErrorCode error = KafkaError(altered.error());
  if (altered.error().code == Code::kInvalid) error = ErrorCode::kInvalidConfig;
  if (altered.error().code == Code::kUnsupported) error = ErrorCode::kInvalidRequest;
  answer.error_code = Wire(error);
  answer.error_message = altered.error().message;
}

}  // namespace souk::broker
