#include "app/stream_clients.h"

#include <algorithm>
#include <charconv>

#include "app/data_directory.h"
#include "base/clock.h"
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

// The number that `text` is, as a whole.
bool Number(std::string_view text, int64_t& number) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && !text.empty() && text[0] != '-';
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

Result<int64_t> ParseTimeMs(std::string_view text) {
  auto wrong = [text] {
    return Fail(Code::kInvalid, "'{}' is not a time; write 2025-11-28 or 2025-11-28T12:04:30Z", text);
  };
  auto day = ParseDay(text.substr(0, 10));
  if (!day) return wrong();
  int64_t ms = DaysFromDay(*day) * 86'400'000;
  if (text.size() == 10) return ms;
  std::string_view rest = text.substr(11);
  if (text[10] != 'T' && text[10] != ' ') return wrong();
  if (rest.ends_with('Z')) rest.remove_suffix(1);
  int64_t hours = 0;
  int64_t minutes = 0;
  int64_t seconds = 0;
  int64_t fraction = 0;
  bool fits = (rest.size() == 5 || rest.size() == 8 || (rest.size() == 12 && rest[8] == '.')) &&
              rest[2] == ':' && Number(rest.substr(0, 2), hours) && Number(rest.substr(3, 2), minutes) &&
              (rest.size() < 8 || (rest[5] == ':' && Number(rest.substr(6, 2), seconds))) &&
              (rest.size() < 12 || Number(rest.substr(9), fraction)) && hours < 24 && minutes < 60 &&
              seconds < 60;
  if (!fits) return wrong();
  return ms + ((hours * 60 + minutes) * 60 + seconds) * 1000 + fraction;
}

int64_t StreamPosition::Within(const kafka::Range& range) const {
  if (kind == Kind::kBeginning) return range.start;
  return kind == Kind::kEnd ? range.end : std::clamp(value, range.start, range.end);
}

Result<StreamPosition> ParsePosition(std::string_view text) {
  using Kind = StreamPosition::Kind;
  if (text == "beginning") return StreamPosition{Kind::kBeginning};
  if (text == "end") return StreamPosition{Kind::kEnd};
  if (int64_t offset = 0; Number(text, offset)) return StreamPosition{Kind::kOffset, offset};
  auto time = ParseTimeMs(text);
  if (!time) {
    return Fail(Code::kInvalid,
                "'{}' is no place in a topic; write beginning, end, an offset, 2025-11-28 or "
                "2025-11-28T12:04:30Z",
                text);
  }
  return StreamPosition{Kind::kTime, *time};
}

std::string FormatTimeMs(int64_t time_ms) {
  if (time_ms < 0) return "";
  std::string text = FormatUtc(time_ms * 1000);
  return fmt::format("{}.{:03}Z", text.substr(0, text.size() - 1), time_ms % 1000);
}

}  // namespace souk::app
