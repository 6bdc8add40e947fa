// souk topics and souk groups: what there is in the stream, and changing it.
#pragma once

#include <string>
#include <vector>

#include "app/output.h"
#include "base/options.h"
#include "base/progress.h"

namespace souk::app {

// Every function asks the stream that the settings name, and prints through `out`.
Status ListTopics(Progress& out, const Settings& settings, OutputFormat format);
Status DescribeTopic(Progress& out, const Settings& settings, const std::string& topic, OutputFormat format);
struct TopicRequest {
  std::string name;
  int32_t partitions = 3;
  int32_t replicas = -1;              // -1: the cluster's default
  std::vector<std::string> settings;  // "retention.ms=1000"
};
Status CreateTopic(Progress& out, const Settings& settings, const TopicRequest& request);
Status DeleteTopic(Progress& out, const Settings& settings, const std::string& topic);
// Without `changes` prints the settings; "name=value" sets one, "name=" goes back to the default.
Status TopicConfig(Progress& out, const Settings& settings, const std::string& topic,
                   const std::vector<std::string>& changes, bool all, OutputFormat format);

Status ListGroups(Progress& out, const Settings& settings, OutputFormat format);
// Its partitions with committed offset, end and lag, and who reads them.
Status DescribeGroup(Progress& out, const Settings& settings, const std::string& group, OutputFormat format);
struct GroupReset {
  std::string group;
  std::string topic;
  std::string to;  // beginning, end, an offset, or a time
  bool dry_run = false;
};
Status ResetGroup(Progress& out, const Settings& settings, const GroupReset& reset, OutputFormat format);
Status DeleteGroup(Progress& out, const Settings& settings, const std::string& group);

}  // namespace souk::app
