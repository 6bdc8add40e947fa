#include "app/selftest/test_topics.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "kafka/admin.h"
#include "kafka/consumer.h"

namespace souk::app {

Result<std::string> FreeLocalAddress() {
  int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  bool found = probe >= 0 && bind(probe, plain, size) == 0 && getsockname(probe, plain, &size) == 0;
  if (probe >= 0) close(probe);
  if (!found) return Fail(Code::kUnavailable, "there is no free port on 127.0.0.1");
  return fmt::format("127.0.0.1:{}", ntohs(address.sin_port));
}

Status MakeEmptyTopics(const kafka::ClientSettings& clients, const std::vector<std::string>& topics) {
  TRY(auto admin, kafka::Admin::Open(clients));
  for (const std::string& topic : topics) {
    auto info = admin->DescribeTopic(topic);
    if (!info && info.error().code == Code::kNotFound) {
      TRY_STATUS(admin->CreateTopic(topic, 3, -1, {}));
      continue;
    }
    if (!info) return tl::unexpected(info.error());
    std::vector<kafka::TopicPartition> where;
    for (const auto& partition : info->partitions) where.push_back({topic, partition.partition});
    TRY(auto ranges, admin->Ranges(where));
    for (const auto& [partition, range] : ranges) {
      if (range.end == 0) continue;
      return Fail(Code::kAlreadyExists,
                  "{} holds records; the test needs empty topics, on a Kafka of its own",
                  kafka::Place(partition, range.end));
    }
  }
  return {};
}

Result<std::vector<RefusedMessage>> ReadRefused(const kafka::ClientSettings& clients,
                                                const std::string& topic) {
  constexpr auto kPatience = std::chrono::seconds(30);
  TRY(auto consumer, kafka::Consumer::Open(clients, {}));
  TRY(auto partitions, consumer->PartitionsOf(topic));
  kafka::Offsets from;
  for (const auto& where : partitions) from[where] = kafka::kBeginning;
  TRY_STATUS(consumer->Assign(from));
  std::vector<RefusedMessage> refused;
  auto at_end = [&](const kafka::TopicPartition& where) { return consumer->AtEnd(where); };
  auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (!std::all_of(partitions.begin(), partitions.end(), at_end)) {
    if (std::chrono::steady_clock::now() > give_up)
      return Fail(Code::kTimeout, "{} cannot be read to its end", topic);
    TRY(auto messages, consumer->PollBatch(1000, std::chrono::milliseconds(100)));
    for (kafka::Message& message : messages) {
      std::map<std::string, std::string> headers;
      for (const auto& [name, value] : message.headers) headers[name] = value.value_or("");
      refused.push_back({fmt::format("{}-{}@{}", headers["topic"], headers["partition"], headers["offset"]),
                         message.value.value_or("")});
    }
  }
  return refused;
}

}  // namespace souk::app
