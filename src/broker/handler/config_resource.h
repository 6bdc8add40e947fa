// What the requests about configuration have in common.
#pragma once

#include <cstdint>

#include "broker/core.h"
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

// The answer to a request that changes configuration: `alter(resource)` for every topic that it names.
template <typename Response, typename Request, typename Alter>
Response AlterEach(const Request& request, Alter alter) {
  Response response;
  for (const auto& resource : request.resources) {
    auto& answer = response.responses.emplace_back();
    answer.resource_type = resource.resource_type;
    answer.resource_name = resource.resource_name;
    SetAlterResult(answer, resource.resource_type == kTopicResource
                               ? alter(resource)
                               : Status(Fail(Code::kUnsupported, "{}", kOnlyTopics)));
  }
  return response;
}

// Puts `configs` in the place of all that are set for the topic, when they are valid.
inline Status SetConfigs(Core& core, const std::string& topic, const log::TopicConfigs& configs,
                         bool validate_only) {
  if (auto valid = log::ApplyTopicConfigs({}, configs); !valid) return tl::unexpected(valid.error());
  return validate_only ? Status() : core.store().SetTopicConfigs(topic, configs);
}

}  // namespace souk::broker
