#include "kafka/client_settings.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/files.h"
#include "base/options.h"
#include "kafka/handle.h"
#include "kafka/java_properties.h"

namespace souk::kafka {
namespace {

constexpr std::string_view kScheme = "kafka://";

using Names = std::pair<std::string_view, std::string_view>;

// What the Java clients call otherwise.
constexpr Names kRenamed[] = {
    {"max.request.size", "message.max.bytes"},
    {"fetch.max.wait.ms", "fetch.wait.max.ms"},
    {"receive.buffer.bytes", "socket.receive.buffer.bytes"},
    {"send.buffer.bytes", "socket.send.buffer.bytes"},
    {"max.block.ms", ""},
    {"max.poll.records", ""},
    {"key.serializer", ""},
    {"value.serializer", ""},
    {"key.deserializer", ""},
    {"value.deserializer", ""},
    {"partitioner.class", ""},
    {"interceptor.classes", ""},
    {"metric.reporters", ""},
    {"ssl.truststore.location", ""},
    {"ssl.truststore.password", ""},
    {"ssl.truststore.type", ""},
};

constexpr Names kAssignors[] = {
    {"CooperativeStickyAssignor", "cooperative-sticky"},
    {"RangeAssignor", "range"},
    {"RoundRobinAssignor", "roundrobin"},
};

constexpr std::string_view kTopicSettings[] = {
    "cleanup.policy",
    "delete.retention.ms",
    "flush.messages",
    "flush.ms",
    "index.interval.bytes",
    "max.message.bytes",
    "message.timestamp.type",
    "min.cleanable.dirty.ratio",
    "min.compaction.lag.ms",
    "min.insync.replicas",
    "preallocate",
    "retention.bytes",
    "retention.ms",
    "segment.bytes",
    "segment.ms",
    "name",
    "partitions",
    "replication.factor",
};

// Names under which librdkafka knows a property too; its own list has only the other one.
constexpr std::string_view kAliases[] = {
    "bootstrap.servers",
    "acks",
    "linger.ms",
    "compression.type",
    "retries",
    "delivery.timeout.ms",
    "fetch.max.bytes",
    "max.partition.fetch.bytes",
    "max.in.flight.requests.per.connection",
};

// How the names of a broker's own settings begin.
constexpr std::string_view kBrokerPrefixes[] = {
    "broker.",
    "listener",
    "advertised.",
    "log.",
    "num.",
    "socket.",
    "zookeeper.",
    "offsets.",
    "transaction.",
    "group.",
    "auto.create.",
    "delete.topic",
    "inter.broker.",
    "replica.",
    "leader.",
    "controller.",
    "process.roles",
    "node.id",
    "default.replication.factor",
    "background.",
    "queued.",
    "unclean.",
    "authorizer.",
    "super.users",
    "confluent.",
};

bool KnownProperty(const std::string& name) {
  Conf conf(rd_kafka_conf_new());
  char reason[256];
  return rd_kafka_conf_set(conf.get(), name.c_str(), "", reason, sizeof reason) != RD_KAFKA_CONF_UNKNOWN;
}

std::vector<std::string> AllProperties() {
  Conf conf(rd_kafka_conf_new());
  size_t count = 0;
  const char** dump = rd_kafka_conf_dump(conf.get(), &count);
  std::vector<std::string> names;
  for (size_t i = 0; i < count; i += 2) names.emplace_back(dump[i]);
  rd_kafka_conf_dump_free(dump, count);
  for (std::string_view name : kTopicSettings) names.emplace_back(name);
  for (std::string_view name : kAliases) names.emplace_back(name);
  return names;
}

Status CheckValue(const std::string& name, const std::string& value, std::string_view origin) {
  Properties one = {{name, value}};
  auto conf = MakeConf({&one});
  return conf ? Status() : Status(Wrap(conf.error(), origin));
}

// What stands between `before` and the next quotation mark.
std::string Quoted(std::string_view text, std::string_view before) {
  size_t start = text.find(before);
  if (start == std::string_view::npos) return "";
  text.remove_prefix(start + before.size());
  return std::string(text.substr(0, text.find('"')));
}

// "org.apache.kafka.clients.consumer.RangeAssignor, …" as librdkafka calls them.
std::string Assignors(std::string_view value) {
  std::string names;
  for (const auto& [java, ours] : kAssignors) {
    if (value.find(java) != std::string_view::npos) names += (names.empty() ? "" : ",") + std::string(ours);
  }
  return names.empty() ? std::string(value) : names;
}

// One line of a file.
class PropertyReader {
 public:
  explicit PropertyReader(ClientSettings& to) : to_(to) {}

  Status Take(const JavaProperty& property, std::string_view origin) {
    std::string place = fmt::format("{} line {}", origin, property.line);
    std::string name = property.name;
    Properties* target = &to_.all;
    for (auto [prefix, where] : {std::pair<std::string_view, Properties*>{"producer.", &to_.producer},
                                 {"consumer.", &to_.consumer},
                                 {"topic.", &to_.topic}}) {
      // "topic.metadata.refresh.interval.ms" is a client's.
      if (!name.starts_with(prefix) || KnownProperty(name)) continue;
      name.erase(0, prefix.size());
      target = where;
    }
    if (target == &to_.topic ||
        (target == &to_.all && Contains(kTopicSettings, name) && !KnownProperty(name))) {
      if (!Contains(kTopicSettings, name)) return Unknown(property.name, place);
      to_.topic[name] = property.value;
      return {};
    }
    return TakeClient(name, property.value, *target, place);
  }

 private:
  template <size_t n>
  static bool Contains(const std::string_view (&names)[n], std::string_view name) {
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
  }

  Status TakeClient(std::string name, std::string value, Properties& target, const std::string& place) {
    for (const auto& [java, ours] : kRenamed) {
      if (name != java) continue;
      if (ours.empty()) return Skip(name, place, "it is of the Java clients and has no effect here");
      name = ours;
    }
    if (name == "buffer.memory") {
      name = "queue.buffering.max.kbytes";
      value = std::to_string(std::max<int64_t>(std::strtoll(value.c_str(), nullptr, 10) / 1024, 1));
    }
    if (name == "sasl.jaas.config") {
      target["sasl.username"] = Quoted(value, "username=\"");
      target["sasl.password"] = Quoted(value, "password=\"");
      return {};
    }
    if (name == "partition.assignment.strategy") value = Assignors(value);
    if (KnownProperty(name)) {
      target[name] = value;
      return CheckValue(name, value, place);
    }
    for (std::string_view prefix : kBrokerPrefixes) {
      if (name.starts_with(prefix))
        return Skip(name, place, "it is a broker's; souk's own is set up under [broker]");
    }
    return Unknown(name, place);
  }

  Status Skip(const std::string& name, const std::string& place, std::string_view why) {
    to_.notes.push_back(fmt::format("{}: {} is passed over: {}.", place, name, why));
    return {};
  }

  static Status Unknown(const std::string& name, const std::string& place) {
    std::string near = NearestWord(name, AllProperties());
    return Fail(Code::kInvalid, "{}: Kafka has no property {}{}", place, name,
                near.empty() ? "" : fmt::format("; did you mean {}?", near));
  }

  ClientSettings& to_;
};

Result<std::string> WithPorts(std::string_view hosts, std::string_view url) {
  std::string brokers;
  while (true) {
    size_t comma = hosts.find(',');
    std::string_view host = hosts.substr(0, comma);
    if (host.empty() || host.find_first_of("/@ ") != std::string_view::npos) {
      return Fail(Code::kInvalid, "{} is not the address of a Kafka: write kafka://host:9092,host2:9092",
                  url);
    }
    bool port = host.back() != ']' && host.rfind(':') != std::string_view::npos;
    brokers += (brokers.empty() ? "" : ",") + std::string(host) + (port ? "" : ":9092");
    if (comma == std::string_view::npos) return brokers;
    hosts.remove_prefix(comma + 1);
  }
}

}  // namespace

Result<ClientSettings> ParseUrl(std::string_view url, std::string_view embedded) {
  ClientSettings settings;
  if (url == "embedded") {
    settings.all["bootstrap.servers"] = embedded;
    return settings;
  }
  if (!url.starts_with(kScheme)) {
    return Fail(Code::kInvalid, "{} is not the address of a Kafka; there are: embedded, kafka://host:9092,…",
                url);
  }
  std::string_view rest = url.substr(kScheme.size());
  size_t question = rest.find('?');
  TRY(settings.all["bootstrap.servers"], WithPorts(rest.substr(0, question), url.substr(0, url.find('?'))));
  if (question == std::string_view::npos) return settings;
  for (rest.remove_prefix(question + 1); !rest.empty();) {
    size_t end = std::min(rest.find('&'), rest.size());
    std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    size_t equals = pair.find('=');
    if (equals == std::string_view::npos) {
      return Fail(Code::kInvalid, "kafka.url: '{}' has no value; write name=value", pair);
    }
    JavaProperty property{0, std::string(pair.substr(0, equals)), std::string(pair.substr(equals + 1))};
    TRY_STATUS(CheckValue(property.name, property.value, "kafka.url"));
    settings.all[property.name] = property.value;
  }
  return settings;
}

Result<ClientSettings> ParseProperties(std::string_view content, std::string_view origin) {
  ClientSettings settings;
  PropertyReader reader(settings);
  for (const JavaProperty& property : ReadJavaProperties(content)) TRY_STATUS(reader.Take(property, origin));
  return settings;
}

Result<ClientSettings> ReadProperties(const std::string& path) {
  TRY(std::string content, ReadFile(path));
  return ParseProperties(content, path);
}

ClientSettings Merge(ClientSettings base, const ClientSettings& over) {
  for (auto member :
       {&ClientSettings::all, &ClientSettings::producer, &ClientSettings::consumer, &ClientSettings::topic}) {
    for (const auto& [name, value] : over.*member) (base.*member)[name] = value;
  }
  base.notes.insert(base.notes.end(), over.notes.begin(), over.notes.end());
  return base;
}

}  // namespace souk::kafka
