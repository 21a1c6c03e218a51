# SPDX-License-Identifier: Apache-2.0
"""Frames of proto/muster.proto, encoded and decoded without any of Muster's code, so that nothing refuses to send what
an agent would not. The messages are read from the .proto file: a field that is added there is attacked, too."""
import os
import re
import struct

PROTO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../proto/muster.proto")
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
NUMBERS = ("uint32", "uint64", "int64", "sint32", "bool")


def read_messages():
    """{message: {field: (number, type, repeated)}}; an enum's type is its name."""
    with open(PROTO, encoding="utf-8") as f:
        text = re.sub(r"//.*", "", f.read())
    messages = {}
    for name, body in re.findall(r"message (\w+) \{(.*?)\n\}", text, re.S):
        fields = re.findall(r"(repeated )?(\w+) (\w+) = (\d+)", body)
        messages[name] = {field: (int(number), kind, bool(many)) for many, kind, field, number in fields}
    return messages


MESSAGES = read_messages()
KINDS = {field: kind for field, (_, kind, _) in MESSAGES["Frame"].items()}


def varint(n):
    n &= 2**64 - 1
    out = b""
    while n > 127:
        out += bytes((n & 127 | 128,))
        n >>= 7
    return out + bytes((n,))


def tagged(number, wire, payload):
    return varint(number << 3 | wire) + payload


def lengthy(number, data):
    return tagged(number, BYTES, varint(len(data)) + data)


def encode_field(number, kind, value):
    if isinstance(value, Raw):
        return value.data
    if kind in MESSAGES:
        return lengthy(number, encode(kind, value))
    if kind == "string":
        return lengthy(number, value if isinstance(value, bytes) else value.encode())
    if kind == "sint32":
        value = value << 1 ^ value >> 63
    return tagged(number, VARINT, varint(value))


class Raw:
    """Bytes that take the place of a field, tag and all."""

    def __init__(self, data):
        self.data = data


def encode(message, values):
    """values: {field: value, or a list of a repeated field}; a key "+" adds raw bytes at the end."""
    out = b""
    for field, value in values.items():
        if field == "+":
            out += value
            continue
        number, kind, many = MESSAGES[message][field]
        for one in value if many and isinstance(value, list) else [value]:
            out += encode_field(number, kind, one)
    return out


def frame(kind, values):
    return encode("Frame", {kind: values})


def read_varint(data, at):
    n = shift = 0
    while True:
        byte = data[at]
        n |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return n, at


def read_value(data, at, wire):
    if wire == VARINT:
        return read_varint(data, at)
    if wire == BYTES:
        n, at = read_varint(data, at)
        return data[at:at + n], at + n
    if wire == FIXED64:
        return struct.unpack_from("<Q", data, at)[0], at + 8
    return struct.unpack_from("<I", data, at)[0], at + 4


def decode(message, data):
    """{field: value or list}; unknown fields are skipped."""
    by_number = {number: (field, kind, many) for field, (number, kind, many) in MESSAGES[message].items()}
    values, at = {}, 0
    while at < len(data):
        tag, at = read_varint(data, at)
        value, at = read_value(data, at, tag & 7)
        if tag >> 3 not in by_number:
            continue
        field, kind, many = by_number[tag >> 3]
        if kind in MESSAGES:
            value = decode(kind, value)
        elif kind == "string":
            value = value.decode(errors="replace")
        if many:
            values.setdefault(field, []).append(value)
        else:
            values[field] = value
    return values


def decode_frame(data):
    """(kind, values)"""
    return next(iter(decode("Frame", data).items()), ("none", {}))
