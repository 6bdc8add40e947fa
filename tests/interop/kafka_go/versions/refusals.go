package main

import (
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// strangers: requests about groups from members that are none, and for coordinators that are not there.
func (u *user) strangers() {
	join := kmsg.NewPtrJoinGroupRequest()
	join.Group, join.SessionTimeoutMillis, join.RebalanceTimeoutMillis, join.ProtocolType = u.alone, 1, 1, "consumer"
	u.code("join for a millisecond", ask[*kmsg.JoinGroupResponse](u, join).ErrorCode, kerr.InvalidSessionTimeout)
	sync := kmsg.NewPtrSyncGroupRequest()
	sync.Group, sync.Generation, sync.MemberID = u.alone, 1, "nobody"
	u.code("sync as nobody", ask[*kmsg.SyncGroupResponse](u, sync).ErrorCode, kerr.UnknownMemberID)
	heartbeat := kmsg.NewPtrHeartbeatRequest()
	heartbeat.Group, heartbeat.Generation, heartbeat.MemberID = u.alone, 1, "nobody"
	u.code("heartbeat as nobody", ask[*kmsg.HeartbeatResponse](u, heartbeat).ErrorCode, kerr.UnknownMemberID)

	member := kmsg.NewLeaveGroupRequestMember()
	member.MemberID = "nobody"
	leave := kmsg.NewPtrLeaveGroupRequest()
	leave.Group, leave.MemberID, leave.Members = u.group, "nobody", []kmsg.LeaveGroupRequestMember{member}
	if left := ask[*kmsg.LeaveGroupResponse](u, leave); u.version(kmsg.LeaveGroup) >= 3 {
		u.code("leave as nobody", left.Members[0].ErrorCode, kerr.UnknownMemberID)
	} else {
		u.code("leave as nobody", left.ErrorCode, kerr.UnknownMemberID)
	}

	partition := kmsg.NewOffsetCommitRequestTopicPartition()
	topic := kmsg.NewOffsetCommitRequestTopic()
	topic.Topic, topic.Partitions = u.topic, []kmsg.OffsetCommitRequestTopicPartition{partition}
	commit := kmsg.NewPtrOffsetCommitRequest()
	commit.Group, commit.Generation, commit.MemberID, commit.Topics = u.alone, 7, "nobody", []kmsg.OffsetCommitRequestTopic{topic}
	var wanted error = kerr.IllegalGeneration
	if u.version(kmsg.OffsetCommit) >= 9 {
		wanted = kerr.GroupIDNotFound
	}
	u.code("commit as nobody", ask[*kmsg.OffsetCommitResponse](u, commit).Topics[0].Partitions[0].ErrorCode, wanted)

	find := kmsg.NewPtrFindCoordinatorRequest()
	find.CoordinatorKey, find.CoordinatorKeys, find.CoordinatorType = u.alone, []string{u.alone}, 1
	switch found := ask[*kmsg.FindCoordinatorResponse](u, find); {
	case u.version(kmsg.FindCoordinator) >= 4:
		u.code("find a transaction's", found.Coordinators[0].ErrorCode, kerr.TransactionalIDAuthorizationFailed)
	case u.version(kmsg.FindCoordinator) >= 1:
		u.code("find a transaction's", found.ErrorCode, kerr.TransactionalIDAuthorizationFailed)
	}
}

// configure changes the topic and its configuration, rightly and wrongly.
func (u *user) configure() {
	if u.has(kmsg.DescribeConfigs) {
		for name, wanted := range map[string]error{u.topic: nil, u.nowhere: kerr.UnknownTopicOrPartition} {
			resource := kmsg.NewDescribeConfigsRequestResource()
			resource.ResourceType, resource.ResourceName = kmsg.ConfigResourceTypeTopic, name
			request := kmsg.NewPtrDescribeConfigsRequest()
			request.Resources = []kmsg.DescribeConfigsRequestResource{resource}
			u.code("describe settings", ask[*kmsg.DescribeConfigsResponse](u, request).Resources[0].ErrorCode, wanted)
		}
	}
	for setting, wanted := range map[string]error{"retention.ms": nil, "no.such.setting": kerr.InvalidConfig} {
		if u.has(kmsg.AlterConfigs) {
			config := kmsg.NewAlterConfigsRequestResourceConfig()
			config.Name, config.Value = setting, kmsg.StringPtr("100000000")
			resource := kmsg.NewAlterConfigsRequestResource()
			resource.ResourceType, resource.ResourceName = kmsg.ConfigResourceTypeTopic, u.topic
			resource.Configs = []kmsg.AlterConfigsRequestResourceConfig{config}
			request := kmsg.NewPtrAlterConfigsRequest()
			request.Resources = []kmsg.AlterConfigsRequestResource{resource}
			u.code("alter settings", ask[*kmsg.AlterConfigsResponse](u, request).Resources[0].ErrorCode, wanted)
		}
		if u.has(kmsg.IncrementalAlterConfigs) {
			config := kmsg.NewIncrementalAlterConfigsRequestResourceConfig()
			config.Name, config.Value = setting, kmsg.StringPtr("200000000")
			resource := kmsg.NewIncrementalAlterConfigsRequestResource()
			resource.ResourceType, resource.ResourceName = kmsg.ConfigResourceTypeTopic, u.topic
			resource.Configs = []kmsg.IncrementalAlterConfigsRequestResourceConfig{config}
			request := kmsg.NewPtrIncrementalAlterConfigsRequest()
			request.Resources = []kmsg.IncrementalAlterConfigsRequestResource{resource}
			u.code("alter one setting", ask[*kmsg.IncrementalAlterConfigsResponse](u, request).Resources[0].ErrorCode, wanted)
		}
	}
	if u.has(kmsg.CreatePartitions) {
		wanted := kmsg.NewCreatePartitionsRequestTopic()
		wanted.Topic, wanted.Count = u.topic, 2
		request := kmsg.NewPtrCreatePartitionsRequest()
		request.Topics = []kmsg.CreatePartitionsRequestTopic{wanted}
		u.code("a second partition", ask[*kmsg.CreatePartitionsResponse](u, request).Topics[0].ErrorCode, nil)
		u.code("the same again", ask[*kmsg.CreatePartitionsResponse](u, request).Topics[0].ErrorCode, kerr.InvalidPartitions)
	}
	if u.has(kmsg.DeleteRecords) {
		for offset, wanted := range map[int64]error{2: nil, 1_000_000: kerr.OffsetOutOfRange} {
			partition := kmsg.NewDeleteRecordsRequestTopicPartition()
			partition.Offset = offset
			topic := kmsg.NewDeleteRecordsRequestTopic()
			topic.Topic, topic.Partitions = u.topic, []kmsg.DeleteRecordsRequestTopicPartition{partition}
			request := kmsg.NewPtrDeleteRecordsRequest()
			request.Topics = []kmsg.DeleteRecordsRequestTopic{topic}
			u.code("delete records", ask[*kmsg.DeleteRecordsResponse](u, request).Topics[0].Partitions[0].ErrorCode, wanted)
		}
	}
}

// remove deletes the group's offset, the group and the topic; what is gone cannot be deleted again.
func (u *user) remove() {
	if u.has(kmsg.OffsetDelete) {
		for group, wanted := range map[string]error{u.group: nil, u.alone: kerr.GroupIDNotFound} {
			topic := kmsg.NewOffsetDeleteRequestTopic()
			topic.Topic, topic.Partitions = u.topic, []kmsg.OffsetDeleteRequestTopicPartition{kmsg.NewOffsetDeleteRequestTopicPartition()}
			request := kmsg.NewPtrOffsetDeleteRequest()
			request.Group, request.Topics = group, []kmsg.OffsetDeleteRequestTopic{topic}
			u.code("delete offsets of "+group, ask[*kmsg.OffsetDeleteResponse](u, request).ErrorCode, wanted)
		}
	}
	if u.has(kmsg.DeleteGroups) {
		for _, one := range []struct {
			group  string
			wanted error
		}{{u.group, nil}, {u.alone, kerr.GroupIDNotFound}} {
			request := kmsg.NewPtrDeleteGroupsRequest()
			request.Groups = []string{one.group}
			u.code("delete "+one.group, ask[*kmsg.DeleteGroupsResponse](u, request).Groups[0].ErrorCode, one.wanted)
		}
	}
	if u.has(kmsg.DeleteTopics) {
		topic := kmsg.NewDeleteTopicsRequestTopic()
		topic.Topic = kmsg.StringPtr(u.topic)
		request := kmsg.NewPtrDeleteTopicsRequest()
		request.TopicNames, request.Topics, request.TimeoutMillis = []string{u.topic}, []kmsg.DeleteTopicsRequestTopic{topic}, 10_000
		u.code("delete the topic", ask[*kmsg.DeleteTopicsResponse](u, request).Topics[0].ErrorCode, nil)
		u.code("delete it again", ask[*kmsg.DeleteTopicsResponse](u, request).Topics[0].ErrorCode, kerr.UnknownTopicOrPartition)
	}
}
