#include "app/stream_topics.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "app/stream_clients.h"
#include "kafka/position.h"

namespace souk::app {
namespace {

using kafka::TopicPartition;

Result<kafka::Properties> ParsePairs(const std::vector<std::string>& pairs) {
  kafka::Properties properties;
  for (const std::string& pair : pairs) {
    size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Fail(Code::kInvalid, "'{}' is not a setting; write name=value", pair);
    }
    properties[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return properties;
}

// Where `to` is in each partition.
Result<kafka::Offsets> FindOffsets(kafka::Admin& admin, const std::vector<TopicPartition>& where,
                                   const std::string& to) {
  TRY(kafka::Position position, kafka::ParsePosition(to));
  if (position.kind == kafka::Position::Kind::kTime) return admin.OffsetsForTime(where, position.value);
  TRY(auto ranges, admin.Ranges(where));
  kafka::Offsets offsets;
  for (const auto& [one, range] : ranges) offsets[one] = position.Within(range);
  return offsets;
}

sql::Cell Text(const std::string& text) { return text.empty() ? sql::Cell() : sql::Cell(text); }

}  // namespace

Status ListTopics(Progress& out, const Settings& settings, OutputFormat format) {
  TRY(auto admin, OpenStreamAdmin(settings));
  TRY(auto topics, admin->Topics());
  ListBuilder list({{"topic", "VARCHAR"}, {"partitions", "BIGINT"}, {"records", "BIGINT"}});
  for (const kafka::TopicInfo& topic : topics) {
    TRY(auto ranges, admin->Ranges(topic.Places()));
    int64_t records = 0;
    for (const auto& [where, range] : ranges) records += range.end - range.start;
    list.Row({topic.name, static_cast<int64_t>(topic.partitions.size()), records});
  }
  PrintTable(out, list.table(), format);
  return {};
}

Status DescribeTopic(Progress& out, const Settings& settings, const std::string& topic, OutputFormat format) {
  TRY(auto admin, OpenStreamAdmin(settings));
  TRY(auto info, admin->DescribeTopic(topic));
  TRY(auto ranges, admin->Ranges(info.Places()));
  ListBuilder list({{"partition", "BIGINT"},
                    {"start", "BIGINT"},
                    {"end", "BIGINT"},
                    {"records", "BIGINT"},
                    {"leader", "BIGINT"},
                    {"replicas", "VARCHAR"},
                    {"in_sync", "VARCHAR"}});
  for (const auto& partition : info.partitions) {
    const kafka::Range& range = ranges.at({topic, partition.partition});
    list.Row({int64_t{partition.partition}, range.start, range.end, range.end - range.start,
              int64_t{partition.leader}, fmt::format("{}", fmt::join(partition.replicas, ",")),
              fmt::format("{}", fmt::join(partition.in_sync, ","))});
  }
  PrintTable(out, list.table(), format);
  return {};
}

Status CreateTopic(Progress& out, const Settings& settings, const TopicRequest& request) {
  TRY(auto properties, ParsePairs(request.settings));
  TRY(auto admin, OpenStreamAdmin(settings));
  TRY_STATUS(admin->CreateTopic(request.name, request.partitions, request.replicas, properties));
  out.Line(fmt::format("created {} with {}", request.name,
                       Counted(static_cast<uint64_t>(request.partitions), "partition")));
  return {};
}

Status DeleteTopic(Progress& out, const Settings& settings, const std::string& topic) {
  TRY(auto admin, OpenStreamAdmin(settings));
  TRY_STATUS(admin->DeleteTopic(topic));
  out.Line("deleted " + topic);
  return {};
}

Status TopicConfig(Progress& out, const Settings& settings, const std::string& topic,
                   const std::vector<std::string>& changes, bool all, OutputFormat format) {
  TRY(auto properties, ParsePairs(changes));
  TRY(auto admin, OpenStreamAdmin(settings));
  if (!properties.empty()) TRY_STATUS(admin->SetTopicSettings(topic, properties));
  TRY(auto found, admin->TopicSettings(topic));
  ListBuilder list({{"setting", "VARCHAR"}, {"value", "VARCHAR"}, {"origin", "VARCHAR"}});
  for (const kafka::TopicSetting& setting : found) {
    if (setting.is_default && !all) continue;
    list.Row({setting.name, setting.value, std::string(setting.is_default ? "default" : "topic")});
  }
  PrintTable(out, list.table(), format);
  return {};
}

Status ListGroups(Progress& out, const Settings& settings, OutputFormat format) {
  TRY(auto admin, OpenStreamAdmin(settings));
  TRY(auto groups, admin->Groups());
  ListBuilder list({{"group", "VARCHAR"}, {"state", "VARCHAR"}, {"members", "BIGINT"}, {"lag", "BIGINT"}});
  for (const std::string& name : groups) {
    TRY(auto group, admin->DescribeGroup(name));
    TRY(auto offsets, admin->GroupOffsets(name));
    int64_t lag = 0;
    for (const auto& [where, offset] : offsets) {
      // A topic that is gone has no lag.
      if (auto range = admin->Ranges({where})) lag += std::max<int64_t>(range->at(where).end - offset, 0);
    }
    list.Row({name, group.state, static_cast<int64_t>(group.members.size()), lag});
  }
  PrintTable(out, list.table(), format);
  return {};
}

Status DescribeGroup(Progress& out, const Settings& settings, const std::string& group, OutputFormat format) {
  TRY(auto admin, OpenStreamAdmin(settings));
  TRY(auto info, admin->DescribeGroup(group));
  TRY(auto offsets, admin->GroupOffsets(group));
  if (info.state == "Dead" && offsets.empty()) return Fail(Code::kNotFound, "there is no group {}", group);
  std::map<TopicPartition, const kafka::GroupMember*> readers;
  for (const kafka::GroupMember& member : info.members) {
    for (const TopicPartition& where : member.assignment) readers[where] = &member;
  }
  for (const auto& [where, offset] : offsets) readers.try_emplace(where, nullptr);
  ListBuilder list({{"topic", "VARCHAR"},
                    {"partition", "BIGINT"},
                    {"committed", "BIGINT"},
                    {"end", "BIGINT"},
                    {"lag", "BIGINT"},
                    {"member", "VARCHAR"},
                    {"instance", "VARCHAR"},
                    {"host", "VARCHAR"}});
  for (const auto& [where, member] : readers) {
    auto range = admin->Ranges({where});
    auto committed = offsets.find(where);
    bool known = committed != offsets.end();
    sql::Cell end = range ? sql::Cell(range->at(where).end) : sql::Cell();
    sql::Cell lag =
        range ? sql::Cell(range->at(where).end - (known ? committed->second : range->at(where).start))
              : sql::Cell();
    list.Row({where.topic, int64_t{where.partition}, known ? sql::Cell(committed->second) : sql::Cell(), end,
              lag, member ? Text(member->id) : sql::Cell(), member ? Text(member->instance) : sql::Cell(),
              member ? Text(member->host) : sql::Cell()});
  }
  PrintTable(out, list.table(), format);
  return {};
}

Status ResetGroup(Progress& out, const Settings& settings, const GroupReset& reset, OutputFormat format) {
  TRY(auto admin, OpenStreamAdmin(settings));
  TRY(auto topic, admin->DescribeTopic(reset.topic));
  TRY(auto before, admin->GroupOffsets(reset.group));
  TRY(auto offsets, FindOffsets(*admin, topic.Places(), reset.to));
  if (!reset.dry_run) TRY_STATUS(admin->SetGroupOffsets(reset.group, offsets));
  ListBuilder list(
      {{"topic", "VARCHAR"}, {"partition", "BIGINT"}, {"before", "BIGINT"}, {"after", "BIGINT"}});
  for (const auto& [where, offset] : offsets) {
    auto old = before.find(where);
    list.Row({where.topic, int64_t{where.partition},
              old == before.end() ? sql::Cell() : sql::Cell(old->second), offset});
  }
  PrintTable(out, list.table(), format);
  return {};
}

Status DeleteGroup(Progress& out, const Settings& settings, const std::string& group) {
  TRY(auto admin, OpenStreamAdmin(settings));
  TRY_STATUS(admin->DeleteGroup(group));
  out.Line("deleted " + group);
  return {};
}

}  // namespace souk::app
