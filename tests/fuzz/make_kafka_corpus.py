#!/usr/bin/env python3
"""Messages of the Kafka protocol as kafka-python writes them: the test data of src/protocol and the fuzz corpus.

Usage: <Python with deps/python-interop.txt> tests/fuzz/make_kafka_corpus.py
Writes src/protocol/kafka/testdata/kafka_python.txt (a line per message and version) and tests/fuzz/corpus/kafka_request/
(one file per request: its header and body). The values are made up from a fixed seed.
"""
import pathlib
import random
import re
import uuid

from kafka.protocol.api_message import ApiMessage
import kafka.protocol.admin, kafka.protocol.consumer, kafka.protocol.metadata, kafka.protocol.producer  # noqa: E401,F401

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXT = "ecommerce-transactions"
VERSIONS = {  # of Kafka 4.1, where kafka-python would still write older ones or writes newer ones
    "Produce": (3, 13), "Fetch": (4, 18), "Metadata": (0, 13), "ListOffsets": (1, 10), "OffsetCommit": (2, 10),
    "OffsetFetch": (1, 10), "CreateTopics": (2, 7), "DeleteTopics": (1, 6), "DescribeConfigs": (1, 4)}


def messages():
    names = re.search(r"set\(messages (.*?)\)", (ROOT / "src/protocol/CMakeLists.txt").read_text(), re.S)[1].split()
    known = {cls.__name__: cls for cls in subclasses(ApiMessage)}
    for name in names:
        for kind in ("Request", "Response"):
            if name + kind in known:
                yield name, kind, known[name + kind]


def subclasses(cls):
    for child in cls.__subclasses__():
        yield child
        yield from subclasses(child)


def scalar(rng, kind):
    if kind == "bool":
        return rng.random() < 0.5
    if kind.startswith("int"):
        bits = int(kind[3:]) - 1
        return rng.choice([0, 1, -1, 2**bits - 1, -2**bits, rng.getrandbits(bits)])
    if kind == "bitfield":  # authorized operations
        return set(rng.sample(range(31), 3))
    if kind == "uint16":
        return rng.getrandbits(16)
    if kind == "float64":
        return rng.random()
    if kind == "uuid":
        return uuid.UUID(int=rng.getrandbits(128))
    if kind == "string":
        return TEXT[:rng.randrange(len(TEXT))]
    if kind in ("bytes", "records"):
        return rng.randbytes(rng.randrange(30))
    raise ValueError(kind)


def value(rng, field, version):
    kind = field.type_str
    if field.nullable_for_version_q(version) and rng.random() < 0.2:
        return None
    if field.is_struct_array():
        return [struct(rng, field, version) for _ in range(rng.randrange(3))]
    if field.is_struct():
        return struct(rng, field, version)
    if field.is_array():
        return [scalar(rng, kind.removeprefix("[]")) for _ in range(rng.randrange(3))]
    return scalar(rng, kind)


def struct(rng, field, version):
    values = {f.name: value(rng, f, version) for f in field.fields.values() if f.for_version_q(version)}
    return field.data_class(version=version, **values)


def main():
    lines, corpus = ["# message, version, bytes; written by tests/fuzz/make_kafka_corpus.py with kafka-python"], {}
    for name, kind, cls in messages():
        low, high = VERSIONS.get(name, (0, 99))
        for version in range(low, min(high, cls.max_version) + 1):
            rng = random.Random(f"{name}{kind}{version}")
            values = {f.name: value(rng, f, version) for f in cls.fields.values() if f.for_version_q(version)}
            message = cls(version=version, **values)
            body = message._struct.encode(message, version=version, compact=message.flexible_version_q(version),
                                          tagged=message.flexible_version_q(version))
            lines.append(f"{name}{kind} {version} {bytes(body).hex() or '-'}")
            if kind == "Request":
                header = (cls.API_KEY.to_bytes(2, "big") + version.to_bytes(2, "big") + bytes([0, 0, 0, 9]) +
                          b"\x00\x04test" + (b"\x00" if message.flexible_version_q(version) else b""))
                corpus[f"{name}_{version}"] = header + bytes(body)
    (ROOT / "src/protocol/kafka/testdata/kafka_python.txt").write_text("\n".join(lines) + "\n")
    folder = ROOT / "tests/fuzz/corpus/kafka_request"
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in corpus.items():
        (folder / file).write_bytes(content)
    print(f"{len(lines) - 1} messages, {len(corpus)} requests")


if __name__ == "__main__":
    main()
