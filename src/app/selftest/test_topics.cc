#include "app/selftest/test_topics.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kafka/admin.h"

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

}  // namespace souk::app
