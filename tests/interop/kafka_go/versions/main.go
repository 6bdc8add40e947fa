// Uses a Kafka broker as clients of every release of Kafka from 0.9 on: versions HOST:PORT. franz-go is told to keep to the
// versions that a release had, or to the broker's lowest where that is above it; where a release went up by more than one, a
// client for each version between comes before it. What is not as it should be ends the program with a message and status 1.
// What the broker offers is printed, a line "offered KEY LOW HIGH" for each API.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
)

const (
	atOnce = 6 // clients
	node   = 1 // the broker's id

	firstProduce = 3 // the first version that is served
)

type release struct {
	name     string
	versions *kversion.Versions
}

var releases = []release{{"0.9", kversion.V0_9_0()}, {"0.10.0", kversion.V0_10_0()}, {"0.10.1", kversion.V0_10_1()},
	{"0.10.2", kversion.V0_10_2()}, {"0.11", kversion.V0_11_0()}, {"1.0", kversion.V1_0_0()}, {"1.1", kversion.V1_1_0()},
	{"2.0", kversion.V2_0_0()}, {"2.1", kversion.V2_1_0()}, {"2.2", kversion.V2_2_0()}, {"2.3", kversion.V2_3_0()},
	{"2.4", kversion.V2_4_0()}, {"2.5", kversion.V2_5_0()}, {"2.6", kversion.V2_6_0()}, {"2.7", kversion.V2_7_0()},
	{"2.8", kversion.V2_8_0()}, {"3.0", kversion.V3_0_0()}, {"3.1", kversion.V3_1_0()}, {"3.2", kversion.V3_2_0()},
	{"3.3", kversion.V3_3_0()}, {"3.4", kversion.V3_4_0()}, {"3.5", kversion.V3_5_0()}, {"3.6", kversion.V3_6_0()},
	{"3.7", kversion.V3_7_0()}, {"3.8", kversion.V3_8_0()}, {"3.9", kversion.V3_9_0()}, {"4.0", kversion.V4_0_0()},
	{"4.1", kversion.V4_1_0()}}

// A step is what one client speaks: for each API one version. An API that is not there is not used.
type step struct {
	name     string
	versions map[int16]int16
}

func fail(format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
	os.Exit(1)
}

func pinned(versions map[int16]int16) *kversion.Versions {
	all := new(kversion.Versions)
	for key, version := range versions {
		all.SetMaxKeyVersion(key, version)
	}
	return all
}

// offered asks the broker for its APIs. Of Produce it names versions that it does not serve; they are not used, see refused.
func offered(ctx context.Context, address string) map[int16]kmsg.ApiVersionsResponseApiKey {
	client, err := kgo.NewClient(kgo.SeedBrokers(address))
	if err != nil {
		fail("client: %v", err)
	}
	defer client.Close()
	answer, err := kmsg.NewPtrApiVersionsRequest().RequestWith(ctx, client)
	if err != nil || answer.ErrorCode != 0 {
		fail("the broker does not say what it offers: %v, %+v", err, answer)
	}
	apis := map[int16]kmsg.ApiVersionsResponseApiKey{}
	for _, api := range answer.ApiKeys {
		fmt.Printf("offered %d %d %d\n", api.ApiKey, api.MinVersion, api.MaxVersion)
		if api.ApiKey == kmsg.Produce.Int16() {
			api.MinVersion = firstProduce
		}
		apis[api.ApiKey] = api
	}
	return apis
}

// steps gives the versions of each release as far as the broker offers them, and between two releases, or before the first
// that has an API, the versions that no release ended with.
func steps(apis map[int16]kmsg.ApiVersionsResponseApiKey) []step {
	var all []step
	now := map[int16]int16{}
	for _, release := range releases {
		goal := map[int16]int16{}
		for key, api := range apis {
			if version, has := release.versions.LookupMaxKeyVersion(key); has {
				goal[key] = max(api.MinVersion, min(api.MaxVersion, version))
			}
		}
		for number, there := 1, false; !there; number++ {
			there = true
			next := map[int16]int16{}
			for key, version := range goal {
				before, has := now[key]
				if !has {
					before = apis[key].MinVersion - 1
				}
				next[key] = min(version, before+1)
				there = there && next[key] == version
			}
			name := release.name
			if !there {
				name = fmt.Sprintf("%s-%d", release.name, number)
			}
			all = append(all, step{name, next})
			now = next
		}
	}
	return all
}

// refused has one client ask in versions that the broker does not speak.
func refused(ctx context.Context, address string) {
	unknown := kversion.Stable()
	unknown.SetMaxKeyVersion(kmsg.ApiVersions.Int16(), 99)
	client, err := kgo.NewClient(kgo.SeedBrokers(address), kgo.MaxVersions(unknown))
	if err != nil {
		fail("client: %v", err)
	}
	defer client.Close()
	if err := client.Ping(ctx); err != nil {
		fail("a client that asks for the versions in an unknown version is not served: %v", err)
	}
	for version := int16(0); version < firstProduce; version++ {
		old := kversion.Stable()
		old.SetMaxKeyVersion(kmsg.Produce.Int16(), version)
		client, err := kgo.NewClient(kgo.SeedBrokers(address), kgo.MaxVersions(old))
		if err != nil {
			fail("client: %v", err)
		}
		if _, err := client.Broker(node).Request(ctx, kmsg.NewPtrProduceRequest()); !errors.Is(err, io.EOF) {
			fail("Produce in version %d did not end the connection: %v", version, err)
		}
		client.Close()
	}
}

func main() {
	if len(os.Args) != 2 {
		fail("usage: versions HOST:PORT")
	}
	address := os.Args[1]
	ctx, cancel := context.WithTimeout(context.Background(), 150*time.Second)
	defer cancel()
	all := steps(offered(ctx, address))
	refused(ctx, address)
	var running sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for _, one := range all {
		free <- struct{}{}
		running.Add(1)
		go func() {
			defer running.Done()
			use(ctx, address, one)
			<-free
		}()
	}
	running.Wait()
	fmt.Printf("%d clients, of Kafka %s to %s and between\n", len(all), releases[0].name, releases[len(releases)-1].name)
}
