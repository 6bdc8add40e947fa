#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "kafka/position.h"
#include "record/encoding.h"
#include "serve/http/api.h"
#include "serve/http/errors.h"
#include "serve/http/json.h"
#include "serve/http/query_value.h"
#include "serve/message_reader.h"

namespace souk::serve {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kTopics = "/api/topics/";
constexpr std::string_view kGroups = "/api/groups/";
constexpr size_t kShownOfMany = 16'000;    // bytes of a value among others
constexpr size_t kShownOfOne = 2'000'000;  // … of one that was asked for alone
constexpr ApiParameter kTopic{"topic", "path", "string", "The topic's name."};

std::string Dump(const ordered_json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

template <typename T>
ordered_json OrNull(const std::optional<T>& value) {
  return value ? ordered_json(*value) : ordered_json();
}

ordered_json RowJson(const TopicRow& row) {
  ordered_json groups = ordered_json::array();
  for (const GroupLag& group : row.groups) groups.push_back({{"group", group.group}, {"lag", group.lag}});
  return {{"name", row.name},         {"partitions", row.partitions}, {"records", row.records},
          {"rate", OrNull(row.rate)}, {"bytes", OrNull(row.bytes)},   {"groups", groups}};
}

std::string OverviewJson(const StreamOverview& overview) {
  ordered_json topics = ordered_json::array(), groups = ordered_json::array();
  for (const TopicRow& row : overview.topics) topics.push_back(RowJson(row));
  for (const GroupRow& row : overview.groups) {
    groups.push_back({{"name", row.name}, {"state", row.state}, {"members", row.members}, {"lag", row.lag}});
  }
  return Dump({{"at", FormatUtc(overview.at)}, {"topics", topics}, {"groups", groups}});
}

std::string TopicJson(const TopicDetail& detail) {
  ordered_json object = RowJson(detail.row);
  object["partition_list"] = ordered_json::array();
  for (const auto& partition : detail.partitions) {
    object["partition_list"].push_back({{"partition", partition.info.partition},
                                        {"start", partition.range.start},
                                        {"end", partition.range.end},
                                        {"bytes", OrNull(partition.bytes)},
                                        {"leader", partition.info.leader},
                                        {"replicas", partition.info.replicas},
                                        {"in_sync", partition.info.in_sync}});
  }
  object["settings"] = ordered_json::array();
  for (const auto& setting : detail.settings) {
    object["settings"].push_back(
        {{"name", setting.name}, {"value", setting.value}, {"default", setting.is_default}});
  }
  return Dump(object);
}

std::string GroupJson(const GroupDetail& detail) {
  ordered_json partitions = ordered_json::array();
  for (const auto& one : detail.partitions) {
    std::optional<int64_t> lag;
    if (one.committed && one.end) lag = std::max<int64_t>(*one.end - *one.committed, 0);
    partitions.push_back({{"topic", one.where.topic},
                          {"partition", one.where.partition},
                          {"committed", OrNull(one.committed)},
                          {"end", OrNull(one.end)},
                          {"lag", OrNull(lag)},
                          {"member", one.member},
                          {"client", one.client},
                          {"host", one.host}});
  }
  return Dump({{"name", detail.info.name},
               {"state", detail.info.state},
               {"assignor", detail.info.assignor},
               {"members", detail.info.members.size()},
               {"partitions", partitions}});
}

// Bytes that are no text are shown in hexadecimal, as far as a person reads them.
ordered_json TextJson(const std::optional<std::string>& bytes, size_t most) {
  if (!bytes) return nullptr;
  std::string_view shown = std::string_view(*bytes).substr(0, most);
  bool cut = shown.size() < bytes->size();
  if (cut) {
    while (!shown.empty() && (static_cast<unsigned char>((*bytes)[shown.size()]) & 0xC0) == 0x80)
      shown.remove_suffix(1);
  }
  if (record::IsUtf8(shown)) {
    return {{"text", shown}, {"bytes", bytes->size()}, {"cut", cut}, {"binary", false}};
  }
  constexpr size_t kHexBytes = 512;
  std::string hex;
  for (unsigned char byte : std::string_view(*bytes).substr(0, kHexBytes))
    hex += fmt::format("{}{:02x}", hex.empty() ? "" : " ", byte);
  return {{"text", hex}, {"bytes", bytes->size()}, {"cut", bytes->size() > kHexBytes}, {"binary", true}};
}

ordered_json MessageJson(const kafka::Message& message, size_t most) {
  ordered_json headers = ordered_json::array();
  for (const auto& [name, value] : message.headers)
    headers.push_back({{"name", name}, {"value", TextJson(value, most)}});
  return {{"partition", message.partition},
          {"offset", message.offset},
          {"timestamp", message.timestamp_ms < 0 ? ordered_json()
                                                 : ordered_json(kafka::FormatTimeMs(message.timestamp_ms))},
          {"key", TextJson(message.key, most)},
          {"value", TextJson(message.value, most)},
          {"headers", headers}};
}

std::string PageJson(const MessagePage& page, size_t most) {
  ordered_json messages = ordered_json::array(), next = ordered_json::object();
  for (const kafka::Message& message : page.messages) messages.push_back(MessageJson(message, most));
  ordered_json partitions = ordered_json::array();
  for (const auto& [partition, range] : page.ranges)
    partitions.push_back({{"partition", partition}, {"start", range.start}, {"end", range.end}});
  for (const auto& [partition, offset] : page.next) next[std::to_string(partition)] = offset;
  return Dump({{"messages", messages},
               {"next", next},
               {"partitions", partitions},
               {"looked_at", page.looked_at},
               {"passed_over", page.passed_over},
               {"complete", page.complete}});
}

// "0:12,1:40": partition and offset.
Result<std::map<int32_t, int64_t>> ParseAfter(std::string_view text) {
  std::map<int32_t, int64_t> after;
  while (!text.empty()) {
    std::string_view item = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), item.size() + 1));
    size_t colon = item.find(':');
    int32_t partition = -1;
    int64_t offset = -1;
    const char* end = item.data() + item.size();
    bool fits = colon != std::string_view::npos &&
                std::from_chars(item.data(), item.data() + colon, partition).ptr == item.data() + colon &&
                std::from_chars(item.data() + colon + 1, end, offset).ptr == end && partition >= 0 &&
                offset >= 0;
    if (!fits) return Fail(Code::kInvalid, "after='{}' is not of the form partition:offset", item);
    after[partition] = offset;
  }
  return after;
}

Result<net::HttpResponse> Messages(const ApiParts& parts, const net::HttpRequest& request) {
  MessageRequest wanted;
  wanted.topic = request.path.substr(kTopics.size());
  wanted.topic.resize(wanted.topic.rfind('/'));
  if (std::string from = request.QueryValue("from"); !from.empty()) wanted.from = from;
  TRY(wanted.after, ParseAfter(request.QueryValue("after")));
  wanted.follow = request.QueryValue("follow") == "1";
  wanted.filter = request.QueryValue("filter");
  TRY(int64_t limit, NumberOf(request, "limit", 50, 1, 1000));
  wanted.limit = static_cast<size_t>(limit);
  if (!request.QueryValue("partition").empty()) {
    TRY(int64_t partition, NumberOf(request, "partition", 0, 0, INT32_MAX));
    wanted.partitions.push_back(static_cast<int32_t>(partition));
  }
  ReaderLimits limits;
  limits.stop = request.gone;
  TRY(auto page, ReadMessages(*parts.stream, wanted, limits));
  return JsonResponse(PageJson(page, limit == 1 ? kShownOfOne : kShownOfMany));
}

Result<std::optional<std::string>> TextOrNull(const nlohmann::json& object, const char* name) {
  auto found = object.find(name);
  if (found == object.end() || found->is_null()) return std::optional<std::string>();
  if (!found->is_string()) return Fail(Code::kInvalid, "\"{}\" is a text or null", name);
  return std::optional(found->get<std::string>());
}

Result<kafka::Message> ParseMessage(const net::HttpRequest& request) {
  auto object = nlohmann::json::parse(request.body, nullptr, false);
  if (!object.is_object()) return Fail(Code::kInvalid, "a message is an object with \"value\"");
  kafka::Message message;
  message.topic = request.path.substr(kTopics.size());
  message.topic.resize(message.topic.rfind('/'));
  TRY(message.key, TextOrNull(object, "key"));
  TRY(message.value, TextOrNull(object, "value"));
  if (auto partition = object.find("partition"); partition != object.end() && !partition->is_null()) {
    bool fits = partition->is_number_integer() && partition->get<int64_t>() >= -1 &&
                partition->get<int64_t>() <= INT32_MAX;
    if (!fits)
      return Fail(Code::kInvalid, "\"partition\" is a number, or null for the one that the key decides");
    message.partition = partition->get<int32_t>();
  }
  for (const auto& header : object.value("headers", nlohmann::json::array())) {
    if (!header.is_object() || !header.contains("name") || !header["name"].is_string())
      return Fail(Code::kInvalid, "a header is an object with \"name\" and \"value\"");
    TRY(auto value, TextOrNull(header, "value"));
    message.headers.emplace_back(header["name"].get<std::string>(), std::move(value));
  }
  return message;
}

Result<net::HttpResponse> Produce(const ApiParts& parts, const net::HttpRequest& request) {
  TRY(auto message, ParseMessage(request));
  TRY(auto delivered, SendMessage(*parts.stream, std::move(message)));
  return JsonResponse(Dump({{"partition", delivered.where.partition}, {"offset", delivered.offset}}));
}

net::HttpResponse OrProblem(Result<net::HttpResponse> answer) {
  return answer ? *std::move(answer) : ProblemOf(answer.error());
}

ApiDoc MessagesDoc() {
  ApiDoc doc{"stream", "Records of a topic: a bounded number, read within seconds."};
  doc.parameters = {
      kTopic,
      {"from", "query", "string",
       "latest (newest first), beginning, end, an offset, or a time: 2026-01-31T12:00:00Z."},
      {"after", "query", "string", "Instead of from: the `next` of an answer before, as 0:12,1:40."},
      {"follow", "query", "integer", "1, with after: what is far behind the end is passed over."},
      {"partition", "query", "integer", "Only this one."},
      {"filter", "query", "string", "A condition on JSON: $.quantity >= 2"},
      {"limit", "query", "integer", "Records at most, 1 to 1000; 50 when not given."}};
  return doc;
}

ApiDoc ProduceDoc() {
  ApiDoc doc{"stream", "Writes one record into a topic; it is acknowledged when the answer comes."};
  doc.parameters = {kTopic,
                    {"key", "body", "string", "null: none."},
                    {"value", "body", "string", "null: a tombstone."},
                    {"headers", "body", "array", "Objects with name and value."},
                    {"partition", "body", "integer", "null: the one that the key decides."}};
  return doc;
}

}  // namespace

void AddStreamRoutes(ApiServer& server, SharedParts parts) {
  server.Get("/api/topics", {"stream", "Topics with rate, size and lag, and the groups that read them."},
             [parts](const net::HttpRequest&) {
               auto overview = parts->topics->Overview();
               return overview ? JsonResponse(OverviewJson(*overview)) : ProblemOf(overview.error());
             });
  server.Get("/api/topics/*", {"stream", "One topic: its partitions and settings.", {kTopic}},
             [parts](const net::HttpRequest& request) {
               auto topic = parts->topics->Topic(request.path.substr(kTopics.size()));
               return topic ? JsonResponse(TopicJson(*topic)) : ProblemOf(topic.error());
             });
  server.Get("/api/topics/*/messages", MessagesDoc(),
             [parts](const net::HttpRequest& request) { return OrProblem(Messages(*parts, request)); });
  server.Post("/api/topics/*/messages", ProduceDoc(),
              [parts](const net::HttpRequest& request) { return OrProblem(Produce(*parts, request)); });
  server.Get("/api/groups/*",
             {"stream",
              "One group: its partitions with committed offset, end and lag.",
              {{"group", "path", "string", "The group's name."}}},
             [parts](const net::HttpRequest& request) {
               auto group = parts->topics->Group(request.path.substr(kGroups.size()));
               return group ? JsonResponse(GroupJson(*group)) : ProblemOf(group.error());
             });
}

}  // namespace souk::serve
