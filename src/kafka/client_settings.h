// Where the stream is and how clients talk to it: from kafka.url, and from Kafka's own .properties files.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace souk::kafka {

// Names and values as librdkafka knows them, "bootstrap.servers" among them.
using Properties = std::map<std::string, std::string, std::less<>>;

struct ClientSettings {
  Properties all;       // for every client
  Properties producer;  // beside `all`
  Properties consumer;
  Properties topic;  // of topics that are created: "retention.ms", …
  // What was given and has no effect here, one sentence each, for the user.
  std::vector<std::string> notes;
};

// "kafka://h1:9092,h2?security.protocol=ssl&…" (9092 when there is no port). "embedded" is the program's own
// broker at `embedded` ("127.0.0.1:9092"). kInvalid: another form, or a property that librdkafka does not
// know.
Result<ClientSettings> ParseUrl(std::string_view url, std::string_view embedded);

// A .properties file as Java reads it, with the names that Kafka's clients, topics and brokers have. A name
// may begin with "producer.", "consumer." or "topic.". Names of Java classes and of a broker's own settings
// are passed over with a note; kInvalid: a name nobody knows, with its line, or a value that is not possible.
Result<ClientSettings> ReadProperties(const std::string& path);
Result<ClientSettings> ParseProperties(std::string_view content, std::string_view origin);

// `over` wins.
ClientSettings Merge(ClientSettings base, const ClientSettings& over);

}  // namespace souk::kafka
