#include "serve/topic_watch.h"

#include <algorithm>

namespace souk::serve {
namespace {

using kafka::TopicPartition;

constexpr Micros kAgain = kMicrosPerSecond;
constexpr Micros kRateOver = 10 * kMicrosPerSecond;

using Ends = std::map<TopicPartition, kafka::Range>;

// The lag of one group by topic; topics that are gone have none.
std::map<std::string, int64_t> LagOf(const kafka::Offsets& committed, const Ends& ranges) {
  std::map<std::string, int64_t> lag;
  for (const auto& [where, offset] : committed) {
    auto range = ranges.find(where);
    if (range == ranges.end()) continue;
    lag[where.topic] += std::max<int64_t>(range->second.end - std::max(offset, range->second.start), 0);
  }
  return lag;
}

}  // namespace

void RateBook::Add(Micros at, std::map<std::string, int64_t> ends) {
  looks_.push_back({at, std::move(ends)});
  // One look from before the ten seconds stays, so that somebody who looks rarely has a rate too.
  while (looks_.size() > 2 && looks_[1].at <= at - kRateOver) looks_.pop_front();
}

std::optional<double> RateBook::RateOf(const std::string& topic) const {
  if (looks_.size() < 2) return std::nullopt;
  const Look &first = looks_.front(), &last = looks_.back();
  auto before = first.ends.find(topic), now = last.ends.find(topic);
  if (before == first.ends.end() || now == last.ends.end() || last.at <= first.at) return std::nullopt;
  if (now->second < before->second) return std::nullopt;
  return static_cast<double>(now->second - before->second) * kMicrosPerSecond /
         static_cast<double>(last.at - first.at);
}

Result<StreamOverview> TopicWatch::Overview() {
  std::lock_guard lock(mutex_);
  Micros now = clock_.Now();
  if (last_ && now >= last_->at && now - last_->at < kAgain) return *last_;
  auto found = Look();
  if (!found) last_.reset();
  if (found) last_ = *found;
  return found;
}

// With mutex_ held.
Result<StreamOverview> TopicWatch::Look() {
  TRY(auto admin, access_.Admin());
  TRY(auto topics, admin->Topics());
  StreamOverview overview;
  overview.at = clock_.Now();
  auto sizes = bytes_();
  Ends ranges;
  std::map<std::string, int64_t> ends;
  for (const kafka::TopicInfo& topic : topics) {
    TRY(auto found, admin->Ranges(topic.Places()));
    TopicRow& row = overview.topics.emplace_back();
    row.name = topic.name;
    row.partitions = static_cast<int32_t>(topic.partitions.size());
    if (sizes) row.bytes = 0;
    for (const auto& [where, range] : found) {
      row.records += range.end - range.start;
      ends[topic.name] += range.end;
      if (sizes && sizes->contains(where)) *row.bytes += sizes->at(where);
    }
    ranges.merge(found);
  }
  rates_.Add(overview.at, std::move(ends));
  for (TopicRow& row : overview.topics) row.rate = rates_.RateOf(row.name);
  TRY(auto groups, admin->Groups());
  for (const std::string& name : groups) {
    TRY(auto info, admin->DescribeGroup(name));
    TRY(auto offsets, admin->GroupOffsets(name));
    GroupRow& row = overview.groups.emplace_back(
        GroupRow{name, info.state, static_cast<int32_t>(info.members.size()), 0});
    for (const auto& [topic, lag] : LagOf(offsets, ranges)) {
      row.lag += lag;
      auto of = std::find_if(overview.topics.begin(), overview.topics.end(),
                             [&](const TopicRow& each) { return each.name == topic; });
      if (of != overview.topics.end()) of->groups.push_back({name, lag});
    }
  }
  return overview;
}

Result<TopicDetail> TopicWatch::Topic(const std::string& name) {
  TRY(auto overview, Overview());
  TRY(auto admin, access_.Admin());
  TRY(auto info, admin->DescribeTopic(name));
  TRY(auto ranges, admin->Ranges(info.Places()));
  TopicDetail detail;
  for (TopicRow& row : overview.topics) {
    if (row.name == name) detail.row = std::move(row);
  }
  detail.row.name = name;
  auto sizes = bytes_();
  for (const kafka::PartitionInfo& partition : info.partitions) {
    TopicPartition where{name, partition.partition};
    auto& one = detail.partitions.emplace_back(TopicDetail::Partition{partition, ranges.at(where), {}});
    if (sizes && sizes->contains(where)) one.bytes = sizes->at(where);
  }
  TRY(detail.settings, admin->TopicSettings(name));
  return detail;
}

Result<GroupDetail> TopicWatch::Group(const std::string& name) {
  TRY(auto admin, access_.Admin());
  GroupDetail detail;
  TRY(detail.info, admin->DescribeGroup(name));
  TRY(auto offsets, admin->GroupOffsets(name));
  if (detail.info.state == "Dead" && offsets.empty())
    return Fail(Code::kNotFound, "there is no group {}", name);
  std::map<TopicPartition, const kafka::GroupMember*> readers;
  for (const kafka::GroupMember& member : detail.info.members) {
    for (const TopicPartition& where : member.assignment) readers[where] = &member;
  }
  for (const auto& [where, offset] : offsets) readers.try_emplace(where, nullptr);
  for (const auto& [where, member] : readers) {
    auto& one = detail.partitions.emplace_back();
    one.where = where;
    if (auto committed = offsets.find(where); committed != offsets.end()) one.committed = committed->second;
    if (auto range = admin->Ranges({where})) one.end = range->at(where).end;
    if (member) one.member = member->id, one.client = member->client, one.host = member->host;
  }
  return detail;
}

}  // namespace souk::serve
