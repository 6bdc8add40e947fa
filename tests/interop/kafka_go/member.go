package main

import (
	"context"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// A member of the group reads in its own goroutine and commits what it has read before it gives a partition away.
type member struct {
	client *kgo.Client
	done   chan struct{}

	mutex sync.Mutex // over all below
	owned map[int32]bool
	read  []*kgo.Record
}

func join(ctx context.Context, address string) *member {
	m := &member{done: make(chan struct{}), owned: map[int32]bool{}}
	own := func(is bool) func(context.Context, *kgo.Client, map[string][]int32) {
		return func(_ context.Context, _ *kgo.Client, changed map[string][]int32) {
			m.mutex.Lock()
			defer m.mutex.Unlock()
			for _, p := range changed[topic] {
				if is {
					m.owned[p] = true
				} else {
					delete(m.owned, p)
				}
			}
		}
	}
	m.client = client(address, kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.DisableAutoCommit(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.BlockRebalanceOnPoll(), kgo.HeartbeatInterval(300*time.Millisecond),
		kgo.OnPartitionsAssigned(own(true)), kgo.OnPartitionsRevoked(own(false)), kgo.OnPartitionsLost(own(false)))
	go m.work(ctx)
	return m
}

func (m *member) work(ctx context.Context) {
	defer close(m.done)
	for {
		fetched := m.client.PollFetches(ctx)
		if fetched.IsClientClosed() {
			return
		}
		must("fetch", fetched.Err())
		must("commit", m.client.CommitRecords(ctx, fetched.Records()...))
		m.mutex.Lock()
		m.read = append(m.read, fetched.Records()...)
		m.mutex.Unlock()
		m.client.AllowRebalance()
	}
}

func (m *member) leave() {
	m.client.CloseAllowingRebalance()
	<-m.done
}

func (m *member) owns() int {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return len(m.owned)
}

func (m *member) all() []*kgo.Record {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return append([]*kgo.Record(nil), m.read...)
}

func waitFor(ctx context.Context, what string, is func() bool) {
	for !is() {
		if ctx.Err() != nil {
			fail("still not so: %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
