#include "app/stream_clients.h"

#include "app/data_directory.h"
#include "base/files.h"
#include "base/log.h"

namespace souk::app {
namespace {

constexpr const char* kServers = "bootstrap.servers";
constexpr std::chrono::seconds kCheckTimeout{5};

Result<kafka::ClientSettings> FromFiles(const Settings& settings) {
  kafka::ClientSettings all;
  bool asked_for = settings.Origin("kafka.properties") != "default";
  for (const std::string& path : settings.List("kafka.properties")) {
    if (!asked_for && !PathExists(path)) continue;
    TRY(kafka::ClientSettings file, kafka::ReadProperties(path));
    all = kafka::Merge(std::move(all), file);
  }
  for (const std::string& note : all.notes) Log(LogLevel::kInfo, "kafka", note);
  return all;
}

}  // namespace

Result<kafka::ClientSettings> StreamSettings(const Settings& settings) {
  TRY(kafka::ClientSettings files, FromFiles(settings));
  const std::string& url = settings.Text("kafka.url");
  if (settings.Origin("kafka.url") == "default" && files.all.contains(kServers)) return files;
  std::string embedded;
  if (url == "embedded") {
    auto owner = DataDirectory::FindOwner(settings.Text("data.dir"));
    if (!owner || owner->broker.empty()) {
      return Fail(Code::kUnavailable,
                  "no broker runs for {}; start it with souk up, or set kafka.url to kafka://host:9092",
                  settings.Text("data.dir"));
    }
    embedded = owner->broker;
  }
  TRY(kafka::ClientSettings where, kafka::ParseUrl(url, embedded));
  return kafka::Merge(std::move(files), where);
}

Result<std::unique_ptr<kafka::Admin>> OpenStreamAdmin(const Settings& settings) {
  TRY(kafka::ClientSettings clients, StreamSettings(settings));
  return kafka::Admin::Open(clients);
}

std::optional<StreamCheck> CheckRemoteStream(const Settings& settings) {
  auto files = FromFiles(settings);
  bool by_file = settings.Origin("kafka.url") == "default" && files && files->all.contains(kServers);
  if (files && !by_file && settings.Text("kafka.url") == "embedded") return std::nullopt;
  auto clients = StreamSettings(settings);
  if (!clients) return StreamCheck{"kafka", tl::unexpected(clients.error())};
  StreamCheck check{"kafka://" + clients->all[kServers], {}};
  auto admin = kafka::Admin::Open(*clients, kCheckTimeout);
  if (!admin) {
    check.status = tl::unexpected(admin.error());
  } else if (auto topics = (*admin)->Topics(); !topics) {
    check.status = tl::unexpected(topics.error());
  }
  return check;
}

}  // namespace souk::app
