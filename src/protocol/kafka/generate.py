#!/usr/bin/env python3
"""Writes C++ structs with Encode and Decode for Kafka's messages.

Usage: generate.py DEFINITIONS OUT MESSAGE...     e.g. generate.py build/deps/kafka-messages build/x Fetch Produce
DEFINITIONS holds Kafka's own <Message>Request.json and <Message>Response.json. For each message OUT gets
<message>.h and <message>.cc, and for tests samples.h and samples.cc, which fill messages with made-up values.
--list prints the file names instead, for the build. Standard library only.
"""
import json
import pathlib
import re
import sys

NUMBERS = {"bool": "bool", "int8": "int8_t", "int16": "int16_t", "uint16": "uint16_t", "int32": "int32_t",
           "int64": "int64_t", "float64": "double"}
METHODS = {"bool": "Bool", "int8": "Int8", "int16": "Int16", "uint16": "Uint16", "int32": "Int32",
           "int64": "Int64", "float64": "Float64"}
LAST = 32767


def snake(name):
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)).lower()


def version_range(text):
    """'3+' -> (3, LAST); '2-4' -> (2, 4); '5' -> (5, 5); 'none' or nothing -> None."""
    if not text or text == "none":
        return None
    low, dash, high = text.rstrip("+").partition("-")
    return int(low), LAST if text.endswith("+") else int(high if dash else low)


class Field:
    def __init__(self, raw, kind):
        self.name = snake(raw["name"])
        self.about = raw.get("about", "")
        self.type = raw["type"]
        self.is_array = self.type.startswith("[]")
        self.element = self.type.removeprefix("[]")
        self.is_struct = self.element[0].isupper()
        self.fields = raw.get("fields")
        self.versions = version_range(raw.get("versions", "0+"))
        self.nullable = version_range(raw.get("nullableVersions"))
        self.tagged = version_range(raw.get("taggedVersions"))
        self.tag = raw.get("tag")
        self.never_flexible = raw.get("flexibleVersions") == "none"
        self.default = raw.get("default")
        self.kind = kind

    def element_type(self):
        text = {"string": "std::string_view", "bytes": "std::string_view"} if self.kind == "request" else \
            {"string": "std::string", "bytes": "std::string"}
        return NUMBERS.get(self.element) or {**text, "records": "Records", "uuid": "Uuid"}.get(self.element, self.element)

    def cpp_type(self):
        inner = f"std::vector<{self.element_type()}>" if self.is_array else self.element_type()
        return f"std::optional<{inner}>" if self.is_optional() else inner

    def is_optional(self):
        return self.nullable is not None and self.element != "records" or self.nullable is not None and self.is_array

    def initial(self):
        if self.is_optional():
            # As Kafka: null only where the definition says so.
            return "" if self.default == "null" else "{std::in_place}"
        if self.is_array or self.element in ("records", "uuid") or self.is_struct:
            return ""
        value = self.default
        if self.element in ("string", "bytes"):
            return f'{{"{value}"}}' if value else ""
        if self.element == "bool":
            return f"{{{str(value or 'false').lower()}}}"
        if value is None:
            return "{0}"
        number = int(str(value), 0)
        return f"{{{number}}}" if number != -2**63 else "{INT64_MIN}"


class Message:
    """One request or response: its structs in the order in which C++ needs them, and the code for each."""

    def __init__(self, definitions, name):
        text = (definitions / f"{name}.json").read_text()
        raw = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.M))
        self.name, self.kind = name, raw["type"]
        self.api_key = raw["apiKey"]
        self.low, self.high = version_range(raw["validVersions"])
        self.flexible = version_range(raw["flexibleVersions"])
        self.structs = []   # (name, fields), inner ones first
        for common in raw.get("commonStructs", []):
            self.collect(common["name"], common["fields"])
        self.fields = self.collect(None, raw["fields"])

    def collect(self, name, raw_fields):
        fields = []
        for raw in raw_fields:
            field = Field(raw, self.kind)
            clipped = self.clip(field.versions)
            if clipped is None:
                continue
            if field.fields and field.is_struct:
                self.collect(field.element, field.fields)
            fields.append(field)
        if name:
            self.structs.append((name, fields))
        return fields

    def clip(self, versions):
        if versions is None:
            return None
        low, high = max(versions[0], self.low), min(versions[1], self.high)
        return (low, high) if low <= high else None

    def condition(self, versions, inside):
        """A C++ condition that holds where `versions` do, given that those of `inside` hold; '' when always."""
        versions, inside = self.clip(versions), self.clip(inside)
        if versions is None:
            return "false"
        parts = []
        if versions[0] > inside[0]:
            parts.append(f"version >= {versions[0]}")
        if versions[1] < inside[1]:
            parts.append(f"version <= {versions[1]}")
        return " && ".join(parts)

    def flexible_expression(self):
        everything = (self.low, self.high)
        if self.clip(self.flexible) is None:
            return "false"
        return self.condition(self.flexible, everything) or "true"


def guard(condition, body, indent):
    pad = " " * indent
    if not condition:
        return [pad + line for line in body]
    return [f"{pad}if ({condition}) {{"] + [f"{pad}  {line}" for line in body] + [f"{pad}}}"]


def encode_value(field, value, compact):
    """Lines that write one element (never null)."""
    if field.element in METHODS:
        return [f"out.{METHODS[field.element]}({value});"]
    if field.element == "string":
        return [f"out.String({value}, {compact});"]
    if field.element == "bytes":
        return [f"out.Bytes({value}, {compact});"]
    if field.element == "records":
        return [f"out.WriteRecords({value}, {compact});"]
    if field.element == "uuid":
        return [f"out.WriteUuid({value});"]
    return [f"{value}.Encode(out, version);"]


def encode_whole(field, value, compact):
    if not field.is_array:
        return encode_value(field, value, compact)
    return [f"out.Count({value}.size(), {compact});",
            f"for (const auto& item : {value}) {{", *["  " + line for line in encode_value(field, "item", compact)], "}"]


def encode_null(field, compact):
    if field.is_struct and not field.is_array:
        return ["out.Int8(-1);"]
    return [f"out.Null({compact}, {2 if field.element == 'string' and not field.is_array else 4});"]


def encode_field(message, field, compact):
    if not field.is_optional():
        return encode_whole(field, field.name, compact)
    present = encode_whole(field, f"(*{field.name})", compact)
    if field.is_struct and not field.is_array:
        present = ["out.Int8(1);", *present]
    null_ok = message.condition(field.nullable, field.versions)
    # Where null cannot be said, an empty value stands for it.
    absent = encode_null(field, compact)
    if null_ok:
        empty = ["out.Count(0, %s);" % compact] if field.is_array or field.element == "bytes" else \
            [f"out.String({{}}, {compact});"] if field.element == "string" else \
            [f"{field.element_type()}{{}}.Encode(out, version);"]
        absent = [f"if ({null_ok}) {absent[0]}", f"else {empty[0]}"]
    return [f"if ({field.name}) {{", *["  " + line for line in present], "} else {",
            *["  " + line for line in absent], "}"]


def decode_element(field, compact):
    if field.element in METHODS:
        return f"in.{METHODS[field.element]}()"
    if field.element in ("string", "bytes"):
        call = f"in.{field.element.capitalize()}({compact})"
        return call if field.kind == "request" else f"std::string({call})"
    return {"records": f"in.ReadRecords({compact})", "uuid": "in.ReadUuid()"}[field.element]


def decode_items(field, target, compact):
    """Lines that fill the vector `target` with `count` elements."""
    step = [f"if (!{target}.emplace_back().Decode(in, version)) return false;"] if field.is_struct else \
        [f"{target}.push_back({decode_element(field, compact)});"]
    return ["for (int32_t i = 0; i < count && in.ok(); ++i) {", *["  " + line for line in step], "}"]


def decode_field(message, field, compact):
    name, null_ok = field.name, message.condition(field.nullable, field.versions) if field.nullable else "false"
    refuse = [] if null_ok == "" else [f"if ({'!(' + null_ok + ')' if null_ok != 'false' else 'true'}) "
                                       f'in.Fail("{name} is null and must not be");']
    if field.is_array:
        clear = f"{name}.emplace();" if field.is_optional() else f"{name}.clear();"
        target = f"(*{name})" if field.is_optional() else name
        null = [*refuse, f"{name}.reset();"] if field.is_optional() else [f'in.Fail("{name} is null and must not be");']
        return ["{", f"  int32_t count = in.Count({compact});", f"  {clear}",
                *["  " + line for line in decode_items(field, target, compact)],
                "  if (count < 0) {", *["    " + line for line in null], "  }", "}"]
    if field.is_struct:
        if not field.is_optional():
            return [f"if (!{name}.Decode(in, version)) return false;"]
        return ["if (in.Int8() < 0) {", *["  " + line for line in refuse], f"  {name}.reset();",
                f"}} else if (!{name}.emplace().Decode(in, version)) {{", "  return false;", "}"]
    if not field.is_optional():
        return [f"{name} = {decode_element(field, compact)};"]
    call = f"in.Nullable{field.element.capitalize()}({compact})"
    if field.kind == "request":
        lines = [f"{name} = {call};"]
    else:
        lines = [f"if (auto text = {call}) {name} = std::string(*text);", f"else {name}.reset();"]
    return lines + [f"if (!{name}) {{ {line} }}" for line in refuse]


def encode_tags(message, fields, versions):
    """The tagged fields of a struct: their number, then each with its size, where it differs from the default."""
    tagged = sorted((f for f in fields if f.tagged and message.clip(f.tagged)), key=lambda f: f.tag)
    if not tagged:
        return ["out.NoTags();"]
    lines, names = ["uint32_t tags = 0;"], []
    for field in tagged:
        flag = f"has_{field.name}"
        present = message.condition(field.tagged, versions)
        differs = f"!({field.name} == Defaults().{field.name})"
        lines += [f"const bool {flag} = {present + ' && ' if present else ''}{differs};", f"tags += {flag};"]
        names.append((flag, field))
    lines.append("out.UnsignedVarint(tags);")
    for flag, field in names:
        lines += [f"if ({flag}) {{", "  Writer body;", "  {", "    Writer& whole = out;", "    Writer& out = body;",
                  *["    " + line for line in encode_field(message, field, "true")],
                  f"    whole.Tagged({field.tag}, body);", "  }", "}"]
    return lines


def decode_tags(message, fields, versions):
    tagged = sorted((f for f in fields if f.tagged and message.clip(f.tagged)), key=lambda f: f.tag)
    if not tagged:
        return ["in.SkipTags();"]
    lines = ["Reader& all = in;", "for (uint32_t tags = all.UnsignedVarint(); tags > 0 && all.ok(); --tags) {",
             "  const uint32_t tag = all.UnsignedVarint();", "  Reader in = all.Sub(all.UnsignedVarint());"]
    for field in tagged:
        present = message.condition(field.tagged, versions)
        lines += [f"  if ({present + ' && ' if present else ''}tag == {field.tag}) {{",
                  *["    " + line for line in decode_field(message, field, "true")], "  }"]
    lines += ["  if (!in.ok()) all.Fail(in.problem());", "}"]
    return lines


def struct_versions(message, fields):
    return (message.low, message.high)


def function_bodies(message, name, fields):
    versions = struct_versions(message, fields)
    flexible = message.flexible_expression()
    encode, decode = [], []
    for field in fields:
        present = message.clip(field.versions)
        compact = "false" if field.never_flexible else "flexible"
        always_tagged = field.tagged and message.clip(field.tagged) == present
        if always_tagged:
            continue
        condition = message.condition(field.versions, versions)
        if field.tagged and message.clip(field.tagged):
            condition = " && ".join(filter(None, [condition, f"!({message.condition(field.tagged, versions)})"]))
        encode += guard(condition, encode_field(message, field, compact), 2)
        decode += guard(condition, decode_field(message, field, compact), 2)
    if flexible != "false":
        tagged_encode = encode_tags(message, fields, versions)
        tagged_decode = decode_tags(message, fields, versions)
        encode += guard("flexible", tagged_encode, 2)
        decode += guard("flexible", tagged_decode, 2)
    full = message.name + (f"::{name}" if name else "")
    head = [f"  [[maybe_unused]] const bool flexible = {flexible};"]
    return [f"void {full}::Encode(Writer& out, [[maybe_unused]] int version) const {{", *head, *encode, "}", "",
            f"bool {full}::Decode(Reader& in, [[maybe_unused]] int version) {{", *head, *decode, "  return in.ok();",
            "}", ""]


def may_fail(message, fields):
    """Whether an answer's struct holds an error code somewhere."""
    inner = dict(message.structs)
    return any(f.name == "error_code" or f.is_struct and may_fail(message, inner[f.element]) for f in fields)


def error_body(message, name, fields):
    """bool HasError(version) of an answer: whether it holds an error code other than 0 that is sent in this version."""
    inner = dict(message.structs)
    lines = []
    for field in fields:
        if field.name == "error_code":
            found = ["if (error_code != 0) return true;"]
        elif field.is_struct and may_fail(message, inner[field.element]):
            value = f"(*{field.name})" if field.is_optional() else field.name
            found = [f"for (const auto& item : {value}) {{", "  if (item.HasError(version)) return true;", "}"] \
                if field.is_array else [f"if ({value}.HasError(version)) return true;"]
            if field.is_optional():
                found = guard(field.name, found, 0)
        else:
            continue
        lines += guard(message.condition(field.versions, struct_versions(message, fields)), found, 2)
    full = message.name + (f"::{name}" if name else "")
    return [f"bool {full}::HasError([[maybe_unused]] int version) const {{", *lines, "  return false;", "}", ""]


def has_defaults(message, fields):
    return any(f.tagged and message.clip(f.tagged) for f in fields)


def declaration(message, name, fields, indent):
    pad = " " * indent
    lines = []
    for field in fields:
        lines.append(f"{pad}{field.cpp_type()} {field.name}{field.initial()};")
    lines += ["", f"{pad}void Encode(Writer& out, int version) const;",
              f"{pad}bool Decode(Reader& in, int version);"]
    full = name or message.name
    if message.kind == "response" and (name is None or may_fail(message, fields)):
        about = ["// Whether an error code other than 0 is in what is sent in this version."] if name is None else []
        lines += [pad + line for line in [*about, "bool HasError(int version) const;"]]
    lines.append(f"{pad}bool operator==(const {full}&) const = default;")
    if has_defaults(message, fields):
        lines.append(f"{pad}static const {full}& Defaults();")
    return lines


def header(messages):
    lines = ["// Made by src/protocol/kafka/generate.py from Kafka's message definitions.", "#pragma once", "",
             "#include <cstdint>", "#include <optional>", "#include <string>", "#include <string_view>",
             "#include <vector>", "", '#include "protocol/kafka/wire.h"', "", "namespace souk::protocol::kafka {", ""]
    for message in messages:
        lines += [f"struct {message.name} {{", f"  static constexpr int16_t kApiKey = {message.api_key};",
                  f"  static constexpr int16_t kMinVersion = {message.low};",
                  f"  static constexpr int16_t kMaxVersion = {message.high};",
                  f"  static constexpr int16_t kFlexibleFrom = {message.flexible[0] if message.flexible else LAST};", ""]
        for name, fields in message.structs:
            lines += [f"  struct {name} {{", *declaration(message, name, fields, 4), "  };", ""]
        lines += [*declaration(message, None, message.fields, 2), "};", ""]
    return lines + ["}  // namespace souk::protocol::kafka", ""]


def source(messages, file):
    lines = [f'#include "protocol/kafka/message/{file}.h"', "", "namespace souk::protocol::kafka {", ""]
    for message in messages:
        for name, fields in [*message.structs, (None, message.fields)]:
            if has_defaults(message, fields):
                full = message.name + (f"::{name}" if name else "")
                lines += [f"const {full}& {full}::Defaults() {{", f"  static const {full} defaults;",
                          "  return defaults;", "}", ""]
            lines += function_bodies(message, name, fields)
            if message.kind == "response" and (name is None or may_fail(message, fields)):
                lines += error_body(message, name, fields)
    return lines + ["}  // namespace souk::protocol::kafka", ""]


def sample_field(message, field):
    """Lines that give a field made-up values; null sometimes where that may be."""
    def one(target):
        if field.is_struct:
            return [f"Sample(random, version, {target});"]
        return [f"random.Fill({target});"]
    if field.is_array:
        whole = ["size_t count = random.Count();"]
        target = field.name
        if field.is_optional():
            whole += [f"message.{field.name}.emplace();"]
            target = f"(*message.{field.name})"
        else:
            target = f"message.{field.name}"
            whole += [f"{target}.clear();"]
        whole += ["for (size_t i = 0; i < count; ++i) {", f"  {field.element_type_in(message)} item{{}};",
                  *["  " + line for line in one("item")], f"  {target}.push_back(std::move(item));", "}"]
        lines = ["{", *["  " + line for line in whole], "}"]
    elif field.is_optional():
        lines = [f"message.{field.name}.emplace();", *one(f"(*message.{field.name})")]
    else:
        lines = one(f"message.{field.name}")
    if field.is_optional():
        null_ok = message.condition(field.nullable, field.versions)
        null_ok = f"({null_ok}) && " if null_ok else ""
        lines = [f"if ({null_ok}random.Rarely()) {{", f"  message.{field.name}.reset();", "} else {",
                 *["  " + line for line in lines], "}"]
    return lines


def element_type_in(self, message):
    return f"{message.name}::{self.element}" if self.is_struct else self.element_type()


Field.element_type_in = element_type_in


def samples(all_messages, files):
    head = ["// Made by src/protocol/kafka/generate.py: messages with made-up values, for tests.", "#pragma once", "",
            '#include "protocol/kafka/test_random.h"', *[f'#include "protocol/kafka/message/{f}.h"' for f in files], "",
            "namespace souk::protocol::kafka {", ""]
    body = ['#include "protocol/kafka/message/samples.h"', "", "namespace souk::protocol::kafka {", ""]
    for message in all_messages:
        for name, fields in [*message.structs, (None, message.fields)]:
            full = message.name + (f"::{name}" if name else "")
            signature = f"void Sample([[maybe_unused]] TestRandom& random, [[maybe_unused]] int version, {full}& message)"
            head.append(f"void Sample(TestRandom& random, int version, {full}& message);")
            body.append(signature + " {")
            for field in fields:
                condition = message.condition(field.versions, (message.low, message.high))
                body += guard(condition, sample_field(message, field), 2)
            body += ["}", ""]
    head += ["", "// Calls visit.template operator()<Message>() for every message.", "template <typename Visit>",
             "void ForEachMessage(Visit&& visit) {",
             *[f"  visit.template operator()<{m.name}>(\"{m.name}\");" for m in all_messages], "}", "",
             "}  // namespace souk::protocol::kafka", ""]
    return head, body + ["}  // namespace souk::protocol::kafka", ""]


def main(arguments):
    if arguments[0] == "--list":
        out = pathlib.Path(arguments[1])
        files = [f"{snake(name)}.{ending}" for name in arguments[2:] for ending in ("h", "cc")]
        print(";".join(str(out / file) for file in files), end="")
        return
    definitions, out, names = pathlib.Path(arguments[0]), pathlib.Path(arguments[1]), arguments[2:]
    out.mkdir(parents=True, exist_ok=True)
    everything = []
    for name in names:
        pair = [Message(definitions, name + "Request"), Message(definitions, name + "Response")]
        everything += pair
        (out / f"{snake(name)}.h").write_text("\n".join(header(pair)))
        (out / f"{snake(name)}.cc").write_text("\n".join(source(pair, snake(name))))
    head, body = samples(everything, [snake(name) for name in names])
    (out / "samples.h").write_text("\n".join(head))
    (out / "samples.cc").write_text("\n".join(body))


if __name__ == "__main__":
    main(sys.argv[1:])
