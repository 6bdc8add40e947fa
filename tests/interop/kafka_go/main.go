// Uses a Kafka broker through franz-go as a program would: kafka_go HOST:PORT. What is not as it should be ends it with a
// message and status 1.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	topic      = "from-go"
	group      = "go-readers"
	partitions = 4
	perCodec   = 1000
	day        = 1_764_288_000_000 // the time of record 0 in ms; each is a second after the one before
)

type codec struct {
	kind uint8 // as in a batch's attributes
	name string
	use  kgo.CompressionCodec
}

var codecs = []codec{{0, "none", kgo.NoCompression()}, {1, "gzip", kgo.GzipCompression()}, {2, "snappy", kgo.SnappyCompression()},
	{3, "lz4", kgo.Lz4Compression()}, {4, "zstd", kgo.ZstdCompression()}}

func fail(format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
	os.Exit(1)
}

func must(what string, err error) {
	if err != nil {
		fail("%s: %v", what, err)
	}
}

func client(address string, options ...kgo.Opt) *kgo.Client {
	made, err := kgo.NewClient(append(options, kgo.SeedBrokers(address))...)
	must("client", err)
	return made
}

func value(i int) string { return fmt.Sprintf("record %d", i) }

// produce writes the records of one codec, from number `first` on, idempotent and with acks=all.
func produce(ctx context.Context, address string, with codec, first int) {
	producer := client(address, kgo.ProducerBatchCompression(with.use), kgo.RequiredAcks(kgo.AllISRAcks()))
	defer producer.Close()
	records := make([]*kgo.Record, perCodec)
	for i := range records {
		records[i] = &kgo.Record{Topic: topic, Key: fmt.Appendf(nil, "key %d", (first+i)%97), Value: []byte(value(first + i)),
			Timestamp: time.UnixMilli(day + 1000*int64(first+i)),
			Headers:   []kgo.RecordHeader{{Key: "codec", Value: []byte(with.name)}}}
	}
	must("produce with "+with.name, producer.ProduceSync(ctx, records...).FirstErr())
}

// check looks at what was read of the group: every record once, whole, in its codec and by an idempotent producer.
func check(read []*kgo.Record) {
	seen := map[string]bool{}
	for _, r := range read {
		if seen[string(r.Value)] {
			fail("%q was read twice", r.Value)
		}
		seen[string(r.Value)] = true
		number := int(r.Timestamp.UnixMilli()-day) / 1000
		wanted := codecs[number/perCodec]
		if string(r.Value) != value(number) || string(r.Key) != fmt.Sprintf("key %d", number%97) {
			fail("record %d came as %q, %q", number, r.Key, r.Value)
		}
		if r.Attrs.CompressionType() != wanted.kind || len(r.Headers) != 1 || string(r.Headers[0].Value) != wanted.name {
			fail("record %d: not in %s, but %d", number, wanted.name, r.Attrs.CompressionType())
		}
		if r.ProducerID < 0 || r.ProducerEpoch < 0 {
			fail("record %d came from a producer without an id", number)
		}
	}
	if len(seen) != perCodec*len(codecs) {
		fail("%d records were read, %d produced", len(seen), perCodec*len(codecs))
	}
}

// offsets compares what the broker says of offsets with what was read.
func offsets(ctx context.Context, admin *kadm.Client, read []*kgo.Record) {
	committed, err := admin.FetchOffsets(ctx, group)
	must("committed offsets", err)
	ends, err := admin.ListEndOffsets(ctx, topic)
	must("end offsets", err)
	moment := int64(day + 1000*1234)
	late, err := admin.ListOffsetsAfterMilli(ctx, moment, topic)
	must("offsets by time", err)
	for p := int32(0); p < partitions; p++ {
		end, first := int64(0), int64(-1)
		for _, r := range read {
			if r.Partition != p {
				continue
			}
			end = max(end, r.Offset+1)
			if r.Timestamp.UnixMilli() >= moment && (first < 0 || r.Offset < first) {
				first = r.Offset
			}
		}
		if at, ok := ends.Lookup(topic, p); !ok || at.Err != nil || at.Offset != end {
			fail("the end of partition %d is %+v, not %d", p, at, end)
		}
		if at, ok := committed.Lookup(topic, p); !ok || at.Err != nil || at.At != end {
			fail("committed in partition %d is %+v, not %d", p, at, end)
		}
		if at, ok := late.Lookup(topic, p); !ok || at.Err != nil || at.Offset != first {
			fail("the offset of the time in partition %d is %+v, not %d", p, at, first)
		}
	}
}

func groupIs(ctx context.Context, admin *kadm.Client, state string, members int) {
	described, err := admin.DescribeGroups(ctx, group)
	must("describe the group", err)
	if one := described[group]; one.Err != nil || one.State != state || len(one.Members) != members {
		fail("the group is %s with %d members (%v), not %s with %d", one.State, len(one.Members), one.Err, state, members)
	}
}

func main() {
	if len(os.Args) != 2 {
		fail("usage: kafka_go HOST:PORT")
	}
	address := os.Args[1]
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	admin := kadm.NewClient(client(address))
	defer admin.Close()
	created, err := admin.CreateTopic(ctx, partitions, 1, nil, topic)
	must("create the topic", err)
	must("create the topic", created.Err)

	stays, leaves := join(ctx, address), join(ctx, address)
	waitFor(ctx, "two members share the partitions", func() bool { return stays.owns() == 2 && leaves.owns() == 2 })
	groupIs(ctx, admin, "Stable", 2)
	for i, with := range codecs {
		produce(ctx, address, with, i*perCodec)
		if i == 1 { // one leaves with the work half done
			waitFor(ctx, "two members read", func() bool { return len(stays.all())+len(leaves.all()) == 2*perCodec })
			leaves.leave()
			waitFor(ctx, "the other has all partitions", func() bool { return stays.owns() == partitions })
			groupIs(ctx, admin, "Stable", 1)
		}
	}
	waitFor(ctx, "all is read", func() bool { return len(stays.all())+len(leaves.all()) >= perCodec*len(codecs) })
	stays.leave()
	read := append(stays.all(), leaves.all()...)
	check(read)
	if len(leaves.all()) == 0 {
		fail("the second member read nothing")
	}
	offsets(ctx, admin, read)
	groupIs(ctx, admin, "Empty", 0)

	deleted, err := admin.DeleteGroup(ctx, group)
	must("delete the group", err)
	must("delete the group", deleted.Err)
	gone, err := admin.DeleteTopic(ctx, topic)
	must("delete the topic", err)
	must("delete the topic", gone.Err)
	left, err := admin.ListTopics(ctx, topic)
	must("list the topics", err)
	if left.Has(topic) {
		fail("the deleted topic is still there")
	}
	fmt.Printf("%d records in %d codecs, read once by 2 members of a group of which one left\n", len(read), len(codecs))
}
