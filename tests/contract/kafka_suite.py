"""What a Kafka broker answers, asked message by message in every version that both offer. The same expectations hold for
Souk's broker and for Apache Kafka; tests/interop/kafka_contract.py runs them. Messages are kafka-python's."""

import socket
import struct
import time
import uuid

from kafka.protocol.admin import (AlterConfigsRequest, AlterConfigsResponse, DeleteRecordsRequest, DeleteRecordsResponse,
                                  CreatePartitionsRequest, CreatePartitionsResponse, CreateTopicsRequest, CreateTopicsResponse,
                                  DeleteGroupsRequest, DeleteGroupsResponse, DeleteTopicsRequest, DeleteTopicsResponse,
                                  DescribeClusterRequest, DescribeClusterResponse, DescribeConfigsRequest, DescribeConfigsResponse,
                                  DescribeGroupsRequest, DescribeGroupsResponse, IncrementalAlterConfigsRequest,
                                  IncrementalAlterConfigsResponse, ListGroupsRequest, ListGroupsResponse)
from kafka.protocol.consumer import (FetchRequest, FetchResponse, HeartbeatRequest, HeartbeatResponse, JoinGroupRequest,
                                     JoinGroupResponse, LeaveGroupRequest, LeaveGroupResponse, ListOffsetsRequest,
                                     ListOffsetsResponse, OffsetCommitRequest, OffsetCommitResponse, OffsetFetchRequest,
                                     OffsetFetchResponse, SyncGroupRequest, SyncGroupResponse)
from kafka.protocol.metadata import (ApiVersionsRequest, ApiVersionsResponse, FindCoordinatorRequest, FindCoordinatorResponse,
                                     MetadataRequest, MetadataResponse)
from kafka.protocol.producer import InitProducerIdRequest, InitProducerIdResponse, ProduceRequest, ProduceResponse
from kafka.record.default_records import DefaultRecordBatchBuilder

ANSWERS = {name.replace("Response", "Request"): cls for name, cls in list(globals().items()) if name.endswith("Response")}
SESSION_MS, REBALANCE_MS = 10_000, 20_000


class Wire:
    """One connection that sends messages as they are."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=30)
        self.versions = {}
        for api in self.ask(ApiVersionsRequest, 3, client_software_name="suite", client_software_version="1").api_keys:
            self.versions[api.api_key] = (api.min_version, api.max_version)

    def send(self, cls, version, **fields):
        message = cls(version=version, **fields)
        flexible = message.flexible_version_q(version)
        body = message._struct.encode(message, version=version, compact=flexible, tagged=flexible)
        header = struct.pack(">hhi", cls.API_KEY, version, 7) + b"\x00\x05suite" + (b"\x00" if flexible else b"")
        self.socket.sendall(struct.pack(">i", len(header) + len(body)) + header + bytes(body))

    def receive(self, cls, version):
        size = struct.unpack(">i", self.take(4))[0]
        answer = ANSWERS[cls.__name__]
        data = self.take(size)
        flexible = cls(version=version).flexible_version_q(version)
        body = data[5:] if flexible and cls is not ApiVersionsRequest else data[4:]
        import io
        return answer._struct.decode(io.BytesIO(body), version=version, compact=flexible, tagged=flexible)

    def ask(self, cls, version, **fields):
        self.send(cls, version, **fields)
        return self.receive(cls, version)

    def take(self, count):
        data = b""
        while len(data) < count:
            got = self.socket.recv(count - len(data))
            if not got:
                raise ConnectionError("the broker closed the connection")
            data += got
        return data

    def close(self):
        self.socket.close()


def batch(*values, producer=(-1, -1, -1), timestamp=None):
    builder = DefaultRecordBatchBuilder(2, 0, 0, producer[0], producer[1], producer[2], 1 << 22)
    for i, value in enumerate(values):
        builder.append(i, timestamp or int(time.time() * 1000), None, value, [])
    return bytes(builder.build())


class Suite:
    def __init__(self, address, versions):
        """`versions`: for each API key the versions that are to be asked in."""
        self.address, self.range, self.checks, self.failures = address, versions, 0, []
        self.wire = Wire(address)

    def warm_up(self):
        """A cluster that has just started has no coordinators yet."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            group = self.join(9, "suite-warm-up").error_code
            producer = self.wire.ask(InitProducerIdRequest, 4, transactional_id=None, transaction_timeout_ms=1000, producer_id=-1,
                                     producer_epoch=-1).error_code
            if group == 79 and producer == 0:
                return
            self.wire.ask(FindCoordinatorRequest, 2, key="suite-warm-up", key_type=0)
            time.sleep(0.2)
        raise TimeoutError("the broker's coordinators are not ready after 60 s")

    def run(self):
        self.warm_up()
        for name in sorted(n for n in dir(self) if n.startswith("check_")):
            self.name = name.removeprefix("check_")
            try:
                getattr(self, name)()
            except Exception as error:  # the other checks are still of interest
                self.failures.append(f"{self.name}: {type(error).__name__}: {error}")
                self.wire.close()
                self.wire = Wire(self.address)
        self.wire.close()

    def versions(self, cls):
        low, high = self.range[cls.API_KEY]
        return range(low, high + 1)

    def expect(self, what, got, wanted):
        self.checks += 1
        if got != wanted:
            self.failures.append(f"{self.name}, {what}: got {got!r}, wanted {wanted!r}")

    def topic(self, partitions=1, **configs):
        name = f"suite-{uuid.uuid4()}"
        answer = self.create(7, name, partitions, configs=configs)
        self.expect("create", answer.error_code, 0)
        # A cluster takes a moment to know of it, and a moment more until its partitions have a leader that answers.
        until = time.monotonic() + 30
        ready = lambda: self.metadata(name).error_code == 0 and all(  # noqa: E731
            self.fetch(12, name, 0, partition=p).responses[0].partitions[0].error_code == 0 for p in range(partitions))
        while not ready() and time.monotonic() < until:
            time.sleep(0.02)
        return name

    def create(self, version, name, partitions=1, replication=1, configs=None, validate_only=False, assignments=None):
        T = CreateTopicsRequest.CreatableTopic
        topic = T(version=version, name=name, num_partitions=partitions, replication_factor=replication,
                  assignments=[T.CreatableReplicaAssignment(version=version, partition_index=p, broker_ids=b)
                               for p, b in (assignments or {}).items()],
                  configs=[T.CreatableTopicConfig(version=version, name=n.replace("_", "."), value=v) for n, v in (configs or {}).items()])
        return self.wire.ask(CreateTopicsRequest, version, topics=[topic], timeout_ms=10_000, validate_only=validate_only).topics[0]

    def metadata(self, name):
        T = MetadataRequest.MetadataRequestTopic
        return self.wire.ask(MetadataRequest, 12, topics=[T(version=12, topic_id=uuid.UUID(int=0), name=name)],
                             allow_auto_topic_creation=False).topics[0]

    def produce(self, version, name, records, acks=-1, topic_id=None, transactional_id=None, partition=0):
        T = ProduceRequest.TopicProduceData
        fields = {"topic_id": topic_id or self.metadata(name).topic_id} if version >= 13 else {"name": name}
        data = T(version=version, partition_data=[T.PartitionProduceData(version=version, index=partition, records=records)], **fields)
        answer = self.wire.ask(ProduceRequest, version, transactional_id=transactional_id, acks=acks, timeout_ms=10_000, topic_data=[data])
        return answer.responses[0].partition_responses[0]

    def fetch(self, version, name, offset, wait_ms=0, min_bytes=1, topic_id=None, partition=0, session=(0, -1), max_bytes=1 << 20):
        T = FetchRequest.FetchTopic
        fields = {"topic_id": topic_id or self.metadata(name).topic_id} if version >= 13 else {"topic": name}
        topics = [] if name is None else [
            T(version=version, partitions=[T.FetchPartition(version=version, partition=partition, current_leader_epoch=-1,
                                                            fetch_offset=offset, last_fetched_epoch=-1, log_start_offset=-1,
                                                            partition_max_bytes=max_bytes)], **fields)]
        more = {"session_id": session[0], "session_epoch": session[1]} if version >= 7 else {}
        return self.wire.ask(FetchRequest, version, max_wait_ms=wait_ms, min_bytes=min_bytes, max_bytes=1 << 24, isolation_level=0,
                             topics=topics, **({"replica_id": -1} if version < 15 else {}), **more,
                             **({"forgotten_topics_data": []} if version >= 7 else {}), **({"rack_id": ""} if version >= 11 else {}))

    # Topics

    def check_create_topics(self):
        for v in self.versions(CreateTopicsRequest):
            name = f"suite-{uuid.uuid4()}"
            self.expect(f"v{v} validate only", self.create(v, name, validate_only=True).error_code, 0)
            self.expect(f"v{v}", self.create(v, name).error_code, 0)
            self.expect(f"v{v} again", self.create(v, name).error_code, 36)
            self.expect(f"v{v} name", self.create(v, "no/slash").error_code, 17)
            self.expect(f"v{v} empty name", self.create(v, "").error_code, 17)
            self.expect(f"v{v} long name", self.create(v, "x" * 250).error_code, 17)
            self.expect(f"v{v} no partitions", self.create(v, name + "a", partitions=0).error_code, 37)
            self.expect(f"v{v} replicas", self.create(v, name + "b", replication=3).error_code, 38)
            self.expect(f"v{v} config", self.create(v, name + "c", configs={"no_such": "1"}).error_code, 40)
            self.expect(f"v{v} value", self.create(v, name + "d", configs={"retention_ms": "soon"}).error_code, 40)
            self.expect(f"v{v} own replicas", self.create(v, name + "e", -1, -1, assignments={0: [1], 1: [1]}).error_code, 0)
            self.expect(f"v{v} foreign replicas", self.create(v, name + "f", -1, -1, assignments={0: [77]}).error_code, 39)

    def check_metadata(self):
        name = self.topic(2)
        for v in self.versions(MetadataRequest):
            T = MetadataRequest.MetadataRequestTopic
            ask = lambda n: self.wire.ask(MetadataRequest, v, topics=[T(version=v, name=n, topic_id=uuid.UUID(int=0))],  # noqa: E731
                                          **({"allow_auto_topic_creation": False} if v >= 4 else {}))
            answer = ask(name)
            self.expect(f"v{v} brokers", len(answer.brokers), 1)
            self.expect(f"v{v} topic", (answer.topics[0].error_code, answer.topics[0].name), (0, name))
            self.expect(f"v{v} partitions", sorted(p.partition_index for p in answer.topics[0].partitions), [0, 1])
            self.expect(f"v{v} leader", {p.leader_id for p in answer.topics[0].partitions}, {answer.brokers[0].node_id})
            if v >= 4:
                self.expect(f"v{v} unknown", ask("suite-nowhere").topics[0].error_code, 3)
                self.expect(f"v{v} not a name", ask("no/slash").topics[0].error_code, 17)
            if v >= 12:
                by_id = lambda i: self.wire.ask(MetadataRequest, v, topics=[T(version=v, name=None, topic_id=i)],  # noqa: E731
                                                allow_auto_topic_creation=False).topics[0]
                self.expect(f"v{v} by id", by_id(answer.topics[0].topic_id).name, name)
                self.expect(f"v{v} unknown id", by_id(uuid.uuid4()).error_code, 100)
            everything = self.wire.ask(MetadataRequest, v, topics=[] if v == 0 else None).topics
            self.expect(f"v{v} all", name in {t.name for t in everything}, True)

    def check_delete_topics(self):
        for v in self.versions(DeleteTopicsRequest):
            name = self.topic()
            T = DeleteTopicsRequest.DeleteTopicState
            def ask(n, i=None):
                if v < 6:
                    return self.wire.ask(DeleteTopicsRequest, v, topic_names=[n], timeout_ms=10_000).responses[0].error_code
                return self.wire.ask(DeleteTopicsRequest, v, topics=[T(version=v, name=n, topic_id=i or uuid.UUID(int=0))],
                                     timeout_ms=10_000).responses[0].error_code
            if v >= 6:
                self.expect(f"v{v} unknown id", ask(None, uuid.uuid4()), 100)
                self.expect(f"v{v} by id", ask(None, self.metadata(name).topic_id), 0)
            else:
                self.expect(f"v{v}", ask(name), 0)
            self.expect(f"v{v} again", ask(name), 3)

    def check_create_partitions(self):
        for v in self.versions(CreatePartitionsRequest):
            name = self.topic(2)
            T = CreatePartitionsRequest.CreatePartitionsTopic
            ask = lambda n, count, only=False: self.wire.ask(  # noqa: E731
                CreatePartitionsRequest, v, topics=[T(version=v, name=n, count=count, assignments=None)], timeout_ms=10_000,
                validate_only=only).results[0].error_code
            self.expect(f"v{v} validate only", ask(name, 4, True), 0)
            self.expect(f"v{v} as many", ask(name, 2), 37)
            self.expect(f"v{v} fewer", ask(name, 1), 37)
            self.expect(f"v{v} unknown", ask("suite-nowhere", 3), 3)
            self.expect(f"v{v} more", ask(name, 3), 0)

    def check_configs(self):
        name = self.topic(retention_ms="1000000")
        R = DescribeConfigsRequest.DescribeConfigsResource
        def describe(v, kind, what, keys=None):
            answer = self.wire.ask(DescribeConfigsRequest, v, resources=[R(version=v, resource_type=kind, resource_name=what, configuration_keys=keys)],
                                   include_synonyms=False, **({"include_documentation": False} if v >= 3 else {}))
            return answer.results[0]
        for v in self.versions(DescribeConfigsRequest):
            answer = describe(v, 2, name)
            values = {c.name: c for c in answer.configs}
            self.expect(f"v{v} set", (values["retention.ms"].value, values["retention.ms"].config_source), ("1000000", 1))
            self.expect(f"v{v} default", (values["cleanup.policy"].value, values["cleanup.policy"].config_source), ("delete", 5))
            self.expect(f"v{v} keys", [c.name for c in describe(v, 2, name, ["segment.bytes"]).configs], ["segment.bytes"])
            self.expect(f"v{v} unknown", describe(v, 2, "suite-nowhere").error_code, 3)
            self.expect(f"v{v} broker", describe(v, 4, "1").error_code, 0)
        A = IncrementalAlterConfigsRequest.AlterConfigsResource
        for v in self.versions(IncrementalAlterConfigsRequest):
            def alter(what, key, operation, value, only=False):
                change = A.AlterableConfig(version=v, name=key, config_operation=operation, value=value)
                return self.wire.ask(IncrementalAlterConfigsRequest, v, validate_only=only, resources=[
                    A(version=v, resource_type=2, resource_name=what, configs=[change])]).responses[0].error_code
            value = lambda key: describe(4, 2, name, [key]).configs[0].value  # noqa: E731
            def becomes(what, key, wanted):
                until = time.monotonic() + 5
                while value(key) != wanted and time.monotonic() < until:
                    time.sleep(0.02)
                self.expect(what, value(key), wanted)
            self.expect(f"v{v} validate only", alter(name, "retention.ms", 0, "5000", True), 0)
            self.expect(f"v{v} unchanged", value("retention.ms"), "1000000")
            self.expect(f"v{v} set", alter(name, "retention.ms", 0, "5000"), 0)
            becomes(f"v{v} is set", "retention.ms", "5000")
            self.expect(f"v{v} append", alter(name, "cleanup.policy", 2, "compact"), 0)
            becomes(f"v{v} is appended", "cleanup.policy", "delete,compact")
            self.expect(f"v{v} subtract", alter(name, "cleanup.policy", 3, "compact"), 0)
            becomes(f"v{v} is subtracted", "cleanup.policy", "delete")
            self.expect(f"v{v} no key", alter(name, "no.such", 0, "1"), 40)
            self.expect(f"v{v} no number", alter(name, "retention.ms", 0, "soon"), 40)
            self.expect(f"v{v} unknown", alter("suite-nowhere", "retention.ms", 0, "1"), 3)
            self.expect(f"v{v} reset", alter(name, "retention.ms", 0, "1000000"), 0)
            becomes(f"v{v} is reset", "retention.ms", "1000000")

    def check_alter_configs(self):
        R = AlterConfigsRequest.AlterConfigsResource
        for v in self.versions(AlterConfigsRequest):
            name = self.topic(retention_ms="1000000")
            def alter(what, key, value, only=False):
                return self.wire.ask(AlterConfigsRequest, v, validate_only=only, resources=[
                    R(version=v, resource_type=2, resource_name=what, configs=[R.AlterableConfig(version=v, name=key, value=value)])
                ]).responses[0].error_code
            self.expect(f"v{v} validate only", alter(name, "segment.bytes", "2000000", True), 0)
            self.expect(f"v{v} unknown", alter("suite-nowhere", "segment.bytes", "2000000"), 3)
            self.expect(f"v{v} no key", alter(name, "no.such", "1"), 40)
            self.expect(f"v{v}", alter(name, "segment.bytes", "2000000"), 0)
            D = DescribeConfigsRequest.DescribeConfigsResource
            until = time.monotonic() + 5
            while time.monotonic() < until:
                configs = self.wire.ask(DescribeConfigsRequest, 4, include_synonyms=False, include_documentation=False, resources=[
                    D(version=4, resource_type=2, resource_name=name, configuration_keys=None)]).results[0].configs
                own = {c.name: c.value for c in configs if c.config_source == 1}
                if "segment.bytes" in own:
                    break
            self.expect(f"v{v} replaces all", own, {"segment.bytes": "2000000"})

    def check_delete_records(self):
        T = DeleteRecordsRequest.DeleteRecordsTopic
        for v in self.versions(DeleteRecordsRequest):
            name = self.topic()
            self.produce(9, name, batch(b"a", b"b", b"c"))
            def delete(what, offset, partition=0):
                p = T.DeleteRecordsPartition(version=v, partition_index=partition, offset=offset)
                got = self.wire.ask(DeleteRecordsRequest, v, timeout_ms=5000, topics=[T(version=v, name=what, partitions=[p])])
                return got.topics[0].partitions[0].error_code, got.topics[0].partitions[0].low_watermark
            self.expect(f"v{v}", delete(name, 2), (0, 2))
            self.expect(f"v{v} before", delete(name, 1), (0, 2))
            self.expect(f"v{v} too far", delete(name, 9), (1, -1))
            self.expect(f"v{v} partition", delete(name, 1, 5), (3, -1))
            self.expect(f"v{v} all", delete(name, -1), (0, 3))
            self.expect(f"v{v} fetch", self.fetch(11, name, 0).responses[0].partitions[0].error_code, 1)

    def check_describe_cluster(self):
        for v in self.versions(DescribeClusterRequest):
            answer = self.wire.ask(DescribeClusterRequest, v, include_cluster_authorized_operations=False,
                                   **({"endpoint_type": 1} if v >= 1 else {}), **({"include_fenced_brokers": False} if v >= 2 else {}))
            self.expect(f"v{v}", (answer.error_code, len(answer.brokers)), (0, 1))

    # Records

    def check_produce_and_fetch(self):
        for v in self.versions(ProduceRequest):
            if v < 3:
                continue
            name = self.topic()
            self.expect(f"v{v} first", (r := self.produce(v, name, batch(b"a", b"b"))) and (r.error_code, r.base_offset), (0, 0))
            self.expect(f"v{v} second", self.produce(v, name, batch(b"c"), acks=1).base_offset, 2)
            flipped = bytearray(batch(b"x"))
            flipped[-1] ^= 1
            self.expect(f"v{v} CRC", self.produce(v, name, bytes(flipped)).error_code, 2)
            self.expect(f"v{v} acks", self.produce(v, name, batch(b"x"), acks=7).error_code, 21)
            self.expect(f"v{v} large", self.produce(v, name, batch(b"x" * 1_100_000)).error_code, 10)
            self.expect(f"v{v} partition", self.produce(v, name, batch(b"x"), partition=9).error_code, 3)
            if v < 13:
                self.expect(f"v{v} unknown", self.produce(v, "suite-nowhere", batch(b"x")).error_code, 3)
            else:
                self.expect(f"v{v} unknown", self.produce(v, name, batch(b"x"), topic_id=uuid.uuid4()).error_code, 100)
            self.expect(f"v{v} third", self.produce(v, name, batch(b"d")).base_offset, 3)
        for v in self.versions(FetchRequest):
            part = lambda answer: answer.responses[0].partitions[0]  # noqa: E731
            got = part(self.fetch(v, name, 1))
            self.expect(f"v{v}", (got.error_code, got.high_watermark, len(got.records) > 100), (0, 4, True))
            self.expect(f"v{v} at the end", (got := part(self.fetch(v, name, 4))) and (got.error_code, len(got.records or b"")), (0, 0))
            self.expect(f"v{v} behind the end", part(self.fetch(v, name, 5)).error_code, 1)
            self.expect(f"v{v} before the start", part(self.fetch(v, name, -5)).error_code, 1)
            self.expect(f"v{v} partition", part(self.fetch(v, name, 0, partition=9)).error_code, 3)
            # A batch larger than what is allowed comes all the same, or the reader would never get past it.
            self.expect(f"v{v} small limit", len(part(self.fetch(v, name, 0, max_bytes=1)).records) > 60, True)
            began = time.monotonic()
            self.fetch(v, name, 4, wait_ms=200)
            self.expect(f"v{v} waits", 0.15 < time.monotonic() - began < 5, True)
            if v < 13:
                self.expect(f"v{v} unknown", part(self.fetch(v, "suite-nowhere", 0)).error_code, 3)
            else:
                self.expect(f"v{v} unknown", part(self.fetch(v, name, 0, topic_id=uuid.uuid4())).error_code, 100)
            if v >= 7:
                first = self.fetch(v, name, 4, session=(0, 0))
                self.expect(f"v{v} session", first.session_id > 0, True)
                again = self.fetch(v, None, 0, session=(first.session_id, 1), topic_id=uuid.UUID(int=0))
                self.expect(f"v{v} nothing new", (again.error_code, len(again.responses)), (0, 0))
                self.expect(f"v{v} epoch", self.fetch(v, None, 0, session=(first.session_id, 9), topic_id=uuid.UUID(int=0)).error_code, 71)
                self.expect(f"v{v} no session", self.fetch(v, None, 0, session=(123456789, 1), topic_id=uuid.UUID(int=0)).error_code, 70)

    def check_list_offsets(self):
        name = self.topic()
        for i in range(3):
            self.produce(9, name, batch(b"x", timestamp=1_700_000_000_000 + 100 * i))
        T = ListOffsetsRequest.ListOffsetsTopic
        for v in self.versions(ListOffsetsRequest):
            def ask(timestamp, n=name, partition=0):
                p = T.ListOffsetsPartition(version=v, partition_index=partition, timestamp=timestamp, **({"current_leader_epoch": -1} if v >= 4 else {}))
                answer = self.wire.ask(ListOffsetsRequest, v, replica_id=-1, topics=[T(version=v, name=n, partitions=[p])],
                                       **({"isolation_level": 0} if v >= 2 else {}), **({"timeout_ms": 5000} if v >= 10 else {}))
                got = answer.topics[0].partitions[0]
                return got.error_code or got.offset
            self.expect(f"v{v} latest", ask(-1), 3)
            self.expect(f"v{v} earliest", ask(-2), 0)
            self.expect(f"v{v} by time", ask(1_700_000_000_050), 1)
            self.expect(f"v{v} late", ask(1_800_000_000_000), -1)
            self.expect(f"v{v} unknown", ask(-1, "suite-nowhere"), 3)
            self.expect(f"v{v} partition", ask(-1, name, 7), 3)
            if v >= 7:
                self.expect(f"v{v} largest time", ask(-3), 2)

    def check_idempotence(self):
        for v in self.versions(InitProducerIdRequest):
            name = self.topic()
            fields = {"producer_id": -1, "producer_epoch": -1} if v >= 3 else {}
            new = lambda: self.wire.ask(InitProducerIdRequest, v, transactional_id=None, transaction_timeout_ms=1000, **fields)  # noqa: E731
            one, two = new(), new()
            self.expect(f"v{v}", (one.error_code, one.producer_epoch, one.producer_id != two.producer_id), (0, 0, True))
            send = lambda sequence, *values, epoch=0: (  # noqa: E731
                r := self.produce(9, name, batch(*values, producer=(one.producer_id, epoch, sequence)))) and (r.error_code, r.base_offset)
            self.expect(f"v{v} first", send(0, b"a", b"b"), (0, 0))
            self.expect(f"v{v} again", send(0, b"a", b"b"), (0, 0))
            self.expect(f"v{v} next", send(2, b"c"), (0, 2))
            self.expect(f"v{v} gap", send(9, b"x")[0], 45)
            self.expect(f"v{v} new epoch", send(0, b"d", epoch=1), (0, 3))
            self.expect(f"v{v} old epoch", send(3, b"x", epoch=0)[0], 47)
            for sequence in range(1, 8):
                send(sequence, b"e", epoch=1)
            self.expect(f"v{v} much later", send(0, b"d", epoch=1)[0] in (45, 46), True)

    # Groups

    def check_find_coordinator(self):
        for v in self.versions(FindCoordinatorRequest):
            fields = {"key": "suite"} if v < 4 else {"coordinator_keys": ["suite", "other"]}
            until = time.monotonic() + 20
            while True:
                answer = self.wire.ask(FindCoordinatorRequest, v, **fields, **({"key_type": 0} if v >= 1 else {}))
                got = [answer] if v < 4 else answer.coordinators
                if all(c.error_code != 15 for c in got) or time.monotonic() > until:
                    break
                time.sleep(0.1)  # a new Kafka makes the topic of its groups first
            self.expect(f"v{v}", [(c.error_code, c.port) for c in got], [(0, int(self.address.rsplit(":", 1)[1]))] * len(got))

    def join(self, v, group, member="", instance=None, protocols=(("range", b"meta"),), session=SESSION_MS, kind="consumer"):
        P = JoinGroupRequest.JoinGroupRequestProtocol
        return self.wire.ask(JoinGroupRequest, v, group_id=group, session_timeout_ms=session, member_id=member, protocol_type=kind,
                             protocols=[P(version=v, name=n, metadata=m) for n, m in protocols],
                             **({"rebalance_timeout_ms": REBALANCE_MS} if v >= 1 else {}), **({"group_instance_id": instance} if v >= 5 else {}),
                             **({"reason": None} if v >= 8 else {}))

    def sync(self, v, group, member, generation, assignments=(), kind="consumer", name="range"):
        A = SyncGroupRequest.SyncGroupRequestAssignment
        return self.wire.ask(SyncGroupRequest, v, group_id=group, generation_id=generation, member_id=member,
                             assignments=[A(version=v, member_id=m, assignment=a) for m, a in assignments],
                             **({"group_instance_id": None} if v >= 3 else {}), **({"protocol_type": kind, "protocol_name": name} if v >= 5 else {}))

    def beat(self, v, group, member, generation):
        return self.wire.ask(HeartbeatRequest, v, group_id=group, generation_id=generation, member_id=member,
                             **({"group_instance_id": None} if v >= 3 else {})).error_code

    def leave(self, v, group, member):
        M = LeaveGroupRequest.MemberIdentity
        if v < 3:
            return self.wire.ask(LeaveGroupRequest, v, group_id=group, member_id=member).error_code
        answer = self.wire.ask(LeaveGroupRequest, v, group_id=group, members=[M(version=v, member_id=member, group_instance_id=None,
                                                                               **({"reason": None} if v >= 5 else {}))])
        return answer.error_code or answer.members[0].error_code

    def stable(self, group, metadata=b"meta"):
        """A group with one member; its id and generation."""
        member = self.join(9, group).member_id
        joined = self.join(9, group, member, protocols=(("range", metadata),))
        self.expect("join", joined.error_code, 0)
        self.sync(5, group, member, joined.generation_id, [(member, b"all")])
        return member, joined.generation_id

    def check_join_group(self):
        for v in self.versions(JoinGroupRequest):
            group = f"suite-{uuid.uuid4()}"
            first = self.join(v, group)
            if v >= 4:
                self.expect(f"v{v} needs an id", (first.error_code, bool(first.member_id)), (79, True))
                first = self.join(v, group, first.member_id)
            self.expect(f"v{v}", (first.error_code, first.generation_id, first.protocol_name, first.leader), (0, 1, "range", first.member_id))
            self.expect(f"v{v} members", [(m.member_id, bytes(m.metadata)) for m in first.members], [(first.member_id, b"meta")])
            self.expect(f"v{v} unknown member", self.join(v, group, "nobody").error_code, 25)
            self.expect(f"v{v} other protocols", self.join(v, group, protocols=(("odd", b""),)).error_code, 23)
            self.expect(f"v{v} other type", self.join(v, group, kind="connect").error_code, 23)
            self.expect(f"v{v} short session", self.join(v, group, session=1).error_code, 26)
            self.expect(f"v{v} no group", self.join(v, "").error_code, 24)
            if v >= 5:
                fixed = f"suite-{uuid.uuid4()}"
                one = self.join(v, fixed, instance="host")
                self.expect(f"v{v} static", (one.error_code, one.generation_id), (0, 1))
                self.sync(5, fixed, one.member_id, 1, [(one.member_id, b"all")])
                two = self.join(v, fixed, instance="host")
                self.expect(f"v{v} static again", (two.error_code, two.generation_id, two.member_id != one.member_id), (0, 1, True))
                self.expect(f"v{v} fenced", self.join(v, fixed, one.member_id, instance="host").error_code, 82)

    def check_sync_heartbeat_leave(self):
        for v in self.versions(SyncGroupRequest):
            group = f"suite-{uuid.uuid4()}"
            member = self.join(9, group).member_id
            generation = self.join(9, group, member).generation_id
            self.expect(f"v{v} wrong generation", self.sync(v, group, member, generation + 1).error_code, 22)
            self.expect(f"v{v} unknown member", self.sync(v, group, "nobody", generation).error_code, 25)
            self.expect(f"v{v} unknown group", self.sync(v, group + "x", member, generation).error_code, 25)
            if v >= 5:
                self.expect(f"v{v} other protocol", self.sync(v, group, member, generation, name="odd").error_code, 23)
            got = self.sync(v, group, member, generation, [(member, b"mine")])
            self.expect(f"v{v}", (got.error_code, bytes(got.assignment)), (0, b"mine"))
            self.expect(f"v{v} again", bytes(self.sync(v, group, member, generation).assignment), b"mine")
        for v in self.versions(HeartbeatRequest):
            self.expect(f"heartbeat v{v}", self.beat(v, group, member, generation), 0)
            self.expect(f"heartbeat v{v} generation", self.beat(v, group, member, generation + 1), 22)
            self.expect(f"heartbeat v{v} member", self.beat(v, group, "nobody", generation), 25)
            self.expect(f"heartbeat v{v} group", self.beat(v, group + "x", member, generation), 25)
        for v in self.versions(LeaveGroupRequest):
            group = f"suite-{uuid.uuid4()}"
            member, _ = self.stable(group)
            self.expect(f"leave v{v} unknown", self.leave(v, group, "nobody"), 25)
            self.expect(f"leave v{v}", self.leave(v, group, member), 0)
            self.expect(f"leave v{v} again", self.leave(v, group, member), 25)

    def check_rebalance(self):
        group = f"suite-{uuid.uuid4()}"
        member, generation = self.stable(group)
        other, self.wire = self.wire, Wire(self.address)
        newcomer = self.join(9, group).member_id
        P = JoinGroupRequest.JoinGroupRequestProtocol
        self.wire.send(JoinGroupRequest, 9, group_id=group, session_timeout_ms=SESSION_MS, rebalance_timeout_ms=REBALANCE_MS,
                       member_id=newcomer, group_instance_id=None, protocol_type="consumer", reason=None,
                       protocols=[P(version=9, name="range", metadata=b"new")])
        waiting, self.wire = self.wire, other
        until = time.monotonic() + 10
        while (code := self.beat(4, group, member, generation)) == 0 and time.monotonic() < until:
            time.sleep(0.02)
        self.expect("heartbeat while it rebalances", code, 27)
        self.expect("sync while it rebalances", self.sync(5, group, member, generation).error_code, 27)
        self.expect("commit while it rebalances", self.commit(9, group, member, generation, self.topic(), 1), 0)
        again = self.join(9, group, member)
        joined = waiting.receive(JoinGroupRequest, 9)
        self.expect("both are in", (again.generation_id, joined.generation_id, len(again.members)), (generation + 1, generation + 1, 2))
        self.expect("commit before the division", self.commit(9, group, member, again.generation_id, self.topic(), 1), 27)
        waiting.close()

    def commit(self, v, group, member, generation, topic, offset, metadata="", partition=0):
        T = OffsetCommitRequest.OffsetCommitRequestTopic
        P = T.OffsetCommitRequestPartition
        part = P(version=v, partition_index=partition, committed_offset=offset, committed_metadata=metadata,
                 **({"committed_leader_epoch": -1} if v >= 6 else {}))
        answer = self.wire.ask(OffsetCommitRequest, v, group_id=group, generation_id_or_member_epoch=generation, member_id=member,
                               topics=[T(version=v, name=topic, partitions=[part])], **({"group_instance_id": None} if v >= 7 else {}),
                               **({"retention_time_ms": -1} if v < 5 else {}))
        return answer.topics[0].partitions[0].error_code

    def offset(self, v, group, topic, partition=0):
        if v < 8:
            T = OffsetFetchRequest.OffsetFetchRequestTopic
            answer = self.wire.ask(OffsetFetchRequest, v, group_id=group, topics=[T(version=v, name=topic, partition_indexes=[partition])],
                                   **({"require_stable": False} if v >= 7 else {}))
            topics = answer.topics
        else:
            G = OffsetFetchRequest.OffsetFetchRequestGroup
            T = G.OffsetFetchRequestTopics
            answer = self.wire.ask(OffsetFetchRequest, v, require_stable=False, groups=[
                G(version=v, group_id=group, topics=[T(version=v, name=topic, partition_indexes=[partition])],
                  **({"member_id": None, "member_epoch": -1} if v >= 9 else {}))])
            topics = answer.groups[0].topics
        got = topics[0].partitions[0]
        return got.error_code, got.committed_offset, got.metadata

    def check_offsets(self):
        topic = self.topic()
        for v in self.versions(OffsetCommitRequest):
            group = f"suite-{uuid.uuid4()}"
            self.expect(f"v{v} on its own", self.commit(v, group, "", -1, topic, 5, "note"), 0)
            self.expect(f"v{v} unknown topic", self.commit(v, group, "", -1, "suite-nowhere", 5), 3)
            self.expect(f"v{v} long metadata", self.commit(v, group, "", -1, topic, 5, "x" * 5000), 12)
            self.expect(f"v{v} no such generation", self.commit(v, group + "x", "m", 3, topic, 5), 69 if v >= 9 else 22)
            member, generation = self.stable(group)
            self.expect(f"v{v} member", self.commit(v, group, member, generation, topic, 6, "note"), 0)
            self.expect(f"v{v} wrong generation", self.commit(v, group, member, generation + 1, topic, 7), 22)
            self.expect(f"v{v} stranger", self.commit(v, group, "nobody", generation, topic, 7), 25)
        for v in self.versions(OffsetFetchRequest):
            self.expect(f"fetch v{v}", self.offset(v, group, topic), (0, 6, "note"))
            self.expect(f"fetch v{v} nothing", self.offset(v, group, topic, 1), (0, -1, ""))
            self.expect(f"fetch v{v} unknown group", self.offset(v, "suite-nobody", topic), (0, -1, ""))

    def check_describe_list_delete_groups(self):
        group = f"suite-{uuid.uuid4()}"
        member, generation = self.stable(group)
        for v in self.versions(DescribeGroupsRequest):
            ask = lambda g: self.wire.ask(DescribeGroupsRequest, v, groups=[g],  # noqa: E731
                                          **({"include_authorized_operations": False} if v >= 3 else {})).groups[0]
            got = ask(group)
            self.expect(f"v{v}", (got.error_code, got.group_state, got.protocol_type, got.protocol_data), (0, "Stable", "consumer", "range"))
            self.expect(f"v{v} member", [(m.member_id, m.client_id, bytes(m.member_assignment)) for m in got.members], [(member, "suite", b"all")])
            self.expect(f"v{v} unknown", (r := ask("suite-nobody")) and (r.error_code, r.group_state), (69 if v >= 6 else 0, "Dead"))
        for v in self.versions(ListGroupsRequest):
            def names(**filters):
                return {g.group_id for g in self.wire.ask(ListGroupsRequest, v, **filters).groups}
            self.expect(f"list v{v}", group in names(**({"states_filter": []} if v >= 4 else {}), **({"types_filter": []} if v >= 5 else {})), True)
            if v >= 4:
                more = {"types_filter": []} if v >= 5 else {}
                self.expect(f"list v{v} stable", group in names(states_filter=["Stable"], **more), True)
                self.expect(f"list v{v} empty", group in names(states_filter=["Empty"], **more), False)
            if v >= 5:
                self.expect(f"list v{v} classic", group in names(states_filter=[], types_filter=["classic"]), True)
                self.expect(f"list v{v} other", group in names(states_filter=[], types_filter=["consumer"]), False)
        for v in self.versions(DeleteGroupsRequest):
            delete = lambda g: self.wire.ask(DeleteGroupsRequest, v, groups_names=[g]).results[0].error_code  # noqa: E731
            group = f"suite-{uuid.uuid4()}"
            member, generation = self.stable(group)
            self.expect(f"delete v{v} with members", delete(group), 68)
            self.leave(5, group, member)
            self.expect(f"delete v{v}", delete(group), 0)
            self.expect(f"delete v{v} again", delete(group), 69)

    def check_api_versions(self):
        for v in self.versions(ApiVersionsRequest):
            fields = {"client_software_name": "suite", "client_software_version": "1"} if v >= 3 else {}
            answer = self.wire.ask(ApiVersionsRequest, v, **fields)
            self.expect(f"v{v}", (answer.error_code, len(answer.api_keys) >= 20), (0, True))
