package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const records = 20

// A user is the client of one step, with a topic and a group of its own.
type user struct {
	ctx            context.Context
	step           step
	client         *kgo.Client
	topic, group   string
	topicID        [16]byte
	instance       *string // of the group's member, where it is static
	nowhere, alone string  // a topic and a group that are not there
}

func (u *user) fail(format string, values ...any) {
	fail("Kafka %s: %s", u.step.name, fmt.Sprintf(format, values...))
}

func (u *user) must(what string, err error) {
	if err != nil {
		u.fail("%s: %v", what, err)
	}
}

func (u *user) has(key kmsg.Key) bool {
	_, has := u.step.versions[key.Int16()]
	return has
}

func (u *user) version(key kmsg.Key) int16 {
	if version, has := u.step.versions[key.Int16()]; has {
		return version
	}
	return -1
}

// ask sends a request as it is to the broker, in the version of the step.
func ask[Response kmsg.Response](u *user, request kmsg.Request) Response {
	answer, err := u.client.Broker(node).RetriableRequest(u.ctx, request)
	name := kmsg.NameForKey(request.Key())
	u.must(name, err)
	if got, wanted := answer.GetVersion(), u.step.versions[request.Key()]; got != wanted {
		u.fail("%s was asked in version %d, not %d", name, got, wanted)
	}
	return answer.(Response)
}

// code compares an answer's error code; nil is none.
func (u *user) code(what string, got int16, wanted error) {
	if err := kerr.ErrorForCode(got); !errors.Is(err, wanted) {
		u.fail("%s: %v, not %v", what, err, wanted)
	}
}

func (u *user) open(options ...kgo.Opt) *kgo.Client {
	client, err := kgo.NewClient(append(options, kgo.SeedBrokers(u.address()), kgo.MaxVersions(pinned(u.step.versions)),
		kgo.AllowAutoTopicCreation(), kgo.MetadataMinAge(50*time.Millisecond))...)
	u.must("client", err)
	return client
}

func (u *user) address() string { return u.ctx.Value(addressKey{}).(string) }

type addressKey struct{}

func use(ctx context.Context, address string, step step) {
	u := &user{ctx: context.WithValue(ctx, addressKey{}, address), step: step, topic: "topic-of-" + step.name,
		group: "group-of-" + step.name, nowhere: "nowhere-" + step.name, alone: "alone-" + step.name}
	u.client = u.open()
	defer u.client.Close()
	u.create()
	u.lookUp()
	u.produce()
	u.read()
	u.offsets()
	u.strangers()
	u.configure()
	u.remove()
}

// create makes the topic; where there was no request for that, looking at it or writing to it does.
func (u *user) create() {
	if u.has(kmsg.CreateTopics) {
		wanted := kmsg.NewCreateTopicsRequestTopic()
		wanted.Topic, wanted.NumPartitions, wanted.ReplicationFactor = u.topic, 1, 1
		request := kmsg.NewPtrCreateTopicsRequest()
		request.Topics = []kmsg.CreateTopicsRequestTopic{wanted}
		u.code("create the topic", ask[*kmsg.CreateTopicsResponse](u, request).Topics[0].ErrorCode, nil)
		u.code("create it again", ask[*kmsg.CreateTopicsResponse](u, request).Topics[0].ErrorCode, kerr.TopicAlreadyExists)
	}
	if u.has(kmsg.InitProducerID) {
		request := kmsg.NewPtrInitProducerIDRequest()
		u.code("a producer's id", ask[*kmsg.InitProducerIDResponse](u, request).ErrorCode, nil)
		request.TransactionalID = kmsg.StringPtr("a transaction")
		u.code("a transaction's id", ask[*kmsg.InitProducerIDResponse](u, request).ErrorCode, kerr.TransactionalIDAuthorizationFailed)
	}
}

func (u *user) lookUp() {
	ofTopic := func(name string) kmsg.MetadataResponseTopic {
		wanted := kmsg.NewMetadataRequestTopic()
		wanted.Topic = kmsg.StringPtr(name)
		request := kmsg.NewPtrMetadataRequest()
		request.Topics, request.AllowAutoTopicCreation = []kmsg.MetadataRequestTopic{wanted}, true
		return ask[*kmsg.MetadataResponse](u, request).Topics[0]
	}
	found := ofTopic(u.topic)
	u.code("look at the topic", found.ErrorCode, nil)
	if len(found.Partitions) != 1 {
		u.fail("the topic has %d partitions, not 1", len(found.Partitions))
	}
	u.topicID = found.TopicID
	u.code("look at a topic that cannot be", ofTopic("no name").ErrorCode, kerr.InvalidTopicException)
	if u.has(kmsg.DescribeCluster) {
		request := kmsg.NewPtrDescribeClusterRequest()
		u.code("describe the cluster", ask[*kmsg.DescribeClusterResponse](u, request).ErrorCode, nil)
		if u.version(kmsg.DescribeCluster) >= 1 {
			request.EndpointType = 2
			u.code("describe the controllers", ask[*kmsg.DescribeClusterResponse](u, request).ErrorCode, kerr.InvalidRequest)
		}
	}
}

func (u *user) produce() {
	var options []kgo.Opt
	if !u.has(kmsg.InitProducerID) {
		options = append(options, kgo.DisableIdempotentWrite())
	}
	producer := u.open(options...)
	defer producer.Close()
	for i := range records {
		record := &kgo.Record{Topic: u.topic, Value: fmt.Appendf(nil, "record %d", i), Timestamp: time.UnixMilli(int64(1000 * (i + 1)))}
		u.must("produce", producer.ProduceSync(u.ctx, record).FirstErr())
	}
	partition := kmsg.NewProduceRequestTopicPartition()
	partition.Partition = 99
	topic := kmsg.NewProduceRequestTopic()
	topic.Topic, topic.TopicID = u.topic, u.topicID
	topic.Partitions = []kmsg.ProduceRequestTopicPartition{partition}
	request := kmsg.NewPtrProduceRequest()
	request.Acks, request.TimeoutMillis, request.Topics = -1, 10_000, []kmsg.ProduceRequestTopic{topic}
	answer := ask[*kmsg.ProduceResponse](u, request)
	u.code("produce where nothing is", answer.Topics[0].Partitions[0].ErrorCode, kerr.UnknownTopicOrPartition)
}

// read takes the records as a member of the group, which is static where the versions allow it.
func (u *user) read() {
	options := []kgo.Opt{kgo.ConsumeTopics(u.topic), kgo.ConsumerGroup(u.group), kgo.DisableAutoCommit(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.HeartbeatInterval(50 * time.Millisecond),
		kgo.FetchMaxWait(200 * time.Millisecond)}
	if u.version(kmsg.JoinGroup) >= 5 && u.version(kmsg.Heartbeat) >= 3 && u.version(kmsg.LeaveGroup) >= 3 {
		u.instance = kmsg.StringPtr("instance-of-" + u.step.name)
		options = append(options, kgo.InstanceID(*u.instance))
	}
	reader := u.open(options...)
	defer reader.Close()
	for count := 0; count < records; {
		fetched := reader.PollFetches(u.ctx)
		u.must("read", fetched.Err())
		fetched.EachRecord(func(r *kgo.Record) {
			if r.Offset != int64(count) || string(r.Value) != fmt.Sprintf("record %d", count) {
				u.fail("record %d came as %q of offset %d", count, r.Value, r.Offset)
			}
			count++
		})
	}
	u.must("commit", reader.CommitUncommittedOffsets(u.ctx))
	time.Sleep(120 * time.Millisecond) // two heartbeats
	u.listed("Stable", 1)
	if u.instance != nil {
		u.impostor()
	}
	u.must("leave", reader.LeaveGroupContext(u.ctx))
	if u.instance != nil { // leaving by itself it would keep its place
		member := kmsg.NewLeaveGroupRequestMember()
		member.InstanceID = u.instance
		request := kmsg.NewPtrLeaveGroupRequest()
		request.Group, request.Members = u.group, []kmsg.LeaveGroupRequestMember{member}
		u.code("take the static member out", ask[*kmsg.LeaveGroupResponse](u, request).Members[0].ErrorCode, nil)
	}
	u.listed("Empty", 0)
}

// impostor comes under the name of the static member.
func (u *user) impostor() {
	request := kmsg.NewPtrHeartbeatRequest()
	request.Group, request.Generation, request.MemberID, request.InstanceID = u.group, 1, "nobody", u.instance
	u.code("heartbeat as another", ask[*kmsg.HeartbeatResponse](u, request).ErrorCode, kerr.FencedInstanceID)
}

// listed checks what is told of the group, and of one that is not there.
func (u *user) listed(state string, members int) {
	describe := func(group string) kmsg.DescribeGroupsResponseGroup {
		request := kmsg.NewPtrDescribeGroupsRequest()
		request.Groups = []string{group}
		return ask[*kmsg.DescribeGroupsResponse](u, request).Groups[0]
	}
	group, alone := describe(u.group), describe(u.alone)
	u.code("describe the group", group.ErrorCode, nil)
	if group.State != state || len(group.Members) != members {
		u.fail("the group is %s with %d members, not %s with %d", group.State, len(group.Members), state, members)
	}
	if u.version(kmsg.DescribeGroups) >= 6 {
		u.code("describe a group that is not there", alone.ErrorCode, kerr.GroupIDNotFound)
	} else if alone.State != "Dead" {
		u.fail("a group that is not there is %s", alone.State)
	}
	list := ask[*kmsg.ListGroupsResponse](u, kmsg.NewPtrListGroupsRequest())
	u.code("list the groups", list.ErrorCode, nil)
	for _, one := range list.Groups {
		if one.Group == u.group {
			return
		}
	}
	u.fail("the group is not listed")
}

// offsets looks at what was committed, and where things are in the partition.
func (u *user) offsets() {
	ofGroup := kmsg.NewOffsetFetchRequestGroupTopic()
	ofGroup.Topic, ofGroup.Partitions = u.topic, []int32{0}
	group := kmsg.NewOffsetFetchRequestGroup()
	group.Group, group.Topics = u.group, []kmsg.OffsetFetchRequestGroupTopic{ofGroup}
	topic := kmsg.NewOffsetFetchRequestTopic()
	topic.Topic, topic.Partitions = u.topic, []int32{0}
	request := kmsg.NewPtrOffsetFetchRequest()
	request.Group, request.Topics, request.Groups = u.group, []kmsg.OffsetFetchRequestTopic{topic}, []kmsg.OffsetFetchRequestGroup{group}
	answer := ask[*kmsg.OffsetFetchResponse](u, request)
	committed := int64(-1)
	if u.version(kmsg.OffsetFetch) >= 8 {
		committed = answer.Groups[0].Topics[0].Partitions[0].Offset
	} else {
		committed = answer.Topics[0].Partitions[0].Offset
	}
	if committed != records {
		u.fail("%d is committed, not %d", committed, records)
	}
	list := func(partition int32, timestamp int64) kmsg.ListOffsetsResponseTopicPartition {
		wanted := kmsg.NewListOffsetsRequestTopicPartition()
		wanted.Partition, wanted.Timestamp = partition, timestamp
		topic := kmsg.NewListOffsetsRequestTopic()
		topic.Topic, topic.Partitions = u.topic, []kmsg.ListOffsetsRequestTopicPartition{wanted}
		request := kmsg.NewPtrListOffsetsRequest()
		request.ReplicaID, request.Topics = -1, []kmsg.ListOffsetsRequestTopic{topic}
		return ask[*kmsg.ListOffsetsResponse](u, request).Topics[0].Partitions[0]
	}
	if at := list(0, 5001); at.ErrorCode != 0 || at.Offset != 5 {
		u.fail("the offset of a time is %+v, not 5", at)
	}
	if at := list(0, -1); at.ErrorCode != 0 || at.Offset != records {
		u.fail("the end is %+v, not %d", at, records)
	}
	u.code("offsets where nothing is", list(99, -1).ErrorCode, kerr.UnknownTopicOrPartition)
	fetch := kmsg.NewFetchRequestTopicPartition()
	fetch.FetchOffset, fetch.PartitionMaxBytes = 1_000_000, 1<<20
	wanted := kmsg.NewFetchRequestTopic()
	wanted.Topic, wanted.TopicID, wanted.Partitions = u.topic, u.topicID, []kmsg.FetchRequestTopicPartition{fetch}
	fetchRequest := kmsg.NewPtrFetchRequest()
	fetchRequest.MinBytes, fetchRequest.Topics = 1, []kmsg.FetchRequestTopic{wanted}
	code := ask[*kmsg.FetchResponse](u, fetchRequest).Topics[0].Partitions[0].ErrorCode
	u.code("fetch behind the end", code, kerr.OffsetOutOfRange)
}
