// Clients of the stream as the settings say: the embedded broker of the running `souk up`, or a Kafka by URL.
#pragma once

#include <optional>
#include <string>

#include "base/options.h"
#include "base/progress.h"
#include "kafka/admin.h"
#include "kafka/client_settings.h"

namespace souk::app {

// kafka.url decides where the stream is; the files of kafka.properties say the rest, and where it is when
// kafka.url was not set. Their notes go to the log. kUnavailable: the embedded broker does not run.
Result<kafka::ClientSettings> StreamSettings(const Settings& settings);
Result<std::unique_ptr<kafka::Admin>> OpenStreamAdmin(const Settings& settings);

struct StreamCheck {
  std::string name;  // "kafka://h1:9092,h2:9092"
  Status status;
};
// Whether a Kafka somewhere else lists its topics; nothing when the stream is the embedded broker.
std::optional<StreamCheck> CheckRemoteStream(const Settings& settings);

}  // namespace souk::app
