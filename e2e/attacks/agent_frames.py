# SPDX-License-Identifier: Apache-2.0
"""Root on one node sends frames that no agent sends: every field of every frame at and beyond its bounds, and frames that
are none. The fields are those of proto/muster.proto."""
import itertools
import struct

import peer
import proto
from suite import attack

TEXTS = (b"", b"x" * 63, b"x" * 253, b"x" * 1024, b"x" * 20000, b"\xff\xfe", b"a\0b", b"a\nb", "é".encode() * 300, b"%n%s%s",
         b"../../etc", b'"}')
NUMBERS = (0, 1, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1)


def values_of(kind, many):
    """What a field is set to: values at and beyond its type, other types of the wire, and too many of them."""
    if kind in proto.MESSAGES:
        one = [{}, proto.Raw(b"")]
    elif kind == "string":
        one = list(TEXTS)
    else:
        one = list(NUMBERS)
    return one + [[v] * 300 for v in one[1:3]] if many else one


def raw_values(number):
    """The field with another wire type, cut short, or of a length that is a lie."""
    yield proto.tagged(number, proto.FIXED64, b"\xff" * 8)
    yield proto.tagged(number, proto.FIXED32, b"\xff" * 4)
    yield proto.tagged(number, proto.VARINT, b"\xff" * 10)
    yield proto.tagged(number, proto.BYTES, b"\xff\xff\xff\xff\x0f")
    yield proto.tagged(number, proto.BYTES, proto.varint(2**63))
    yield proto.tagged(number, 7, b"")


def mutations(message, base):
    """The message with one field at a time as no agent sends it."""
    for field, (number, kind, many) in proto.MESSAGES[message].items():
        for value in values_of(kind, many):
            yield field, {**base, field: value}
        for raw in raw_values(number):
            yield field, {**{k: v for k, v in base.items() if k != field}, "+": raw}
        yield field, {k: v for k, v in base.items() if k != field}


class Sender:
    """Sends one frame after the other; where the coordinator hangs up, on a new connection."""

    def __init__(self, s, greet):
        self.s, self.greet, self.peer, self.answers, self.count = s, greet, None, {}, 0
        s.later(self.close)

    def close(self):
        if self.peer:
            self.peer.close()
        self.peer = None

    def send(self, body):
        if self.peer is None:
            self.peer = self.greet()
        kind, answer = self.peer.ask_bytes(body(self.peer) if callable(body) else body)
        self.count += 1
        word = f"{kind} {answer.get('reason', '')}".strip()
        self.answers[word] = self.answers.get(word, 0) + 1
        if kind in ("closed", "silence"):
            self.close()
        return kind

    def told(self):
        return f"{self.count} frames: {self.answers}"


def member(**fields):
    return {"namespace": "n", "job_name": "j", "job_uid": "u", "pod": "j-0-abcde", "pod_uid": "p", "index": 0, "attempt": 1,
            "phase": 2, **fields}


@attack("every field of a Hello", "bug malformed_aborts", light=True)
def every_field_of_a_hello(s):
    """On connections without a session, with a good token where the token is not the field."""
    token = s.node.token()
    base = {"protocol": 1, "token": token, "node": s.node.name, "agent": "a", "last_page": 1}
    sender = Sender(s, s.node.door.peer)
    for _, values in mutations("Hello", base):
        sender.send(proto.frame("hello", values))
    s.reached(sender.told(), "reject 7" in sender.answers)
    yield


@attack("every field of a Report", "bug malformed_aborts", light=True)
def every_field_of_a_report(s):
    """In a session."""
    sender = Sender(s, s.node.session)
    base = {"seq": 1, "members": [member()]}
    for seq, (field, values) in enumerate(mutations("Report", base), 1):
        own = {**values, **({} if field == "seq" else {"seq": seq})}
        sender.send(lambda p, f=field, v=own: proto.frame("report", v if f == "session" else {"session": p.session, **v}))
    s.reached(sender.told(), "reject 7" in sender.answers and "ack" in sender.answers)
    yield


@attack("every field of a Watch", "bug malformed_aborts", light=True)
def every_field_of_a_watch(s):
    """In a session; a Watch without news is held, so each is released by the next one."""
    sender = Sender(s, s.node.session)
    for field, values in mutations("Watch", {"revision": 2**40}):
        sender.send(lambda p, f=field, v=values: proto.frame("watch", v if f == "session" else {"session": p.session, **v}))
    s.reached(sender.told(), "reject 7" in sender.answers and "orders" in sender.answers)
    yield


@attack("every field of a Member", "bug malformed_aborts", light=True)
def every_field_of_a_member(s):
    """Also all phases that an enum may have, and every pair of texts that name a pod."""
    sender = Sender(s, s.node.session)
    seq = itertools.count(1)

    def send(one):
        sender.send(lambda p: proto.frame("report", {"session": p.session, "seq": next(seq), "members": [one]}))
    for _, values in mutations("Member", member()):
        send(values)
    for phase in range(16):
        send(member(phase=phase, pod_uid=f"p{phase}"))
    s.reached(sender.told(), "reject 7" in sender.answers and "ack" in sender.answers)
    yield


@attack("every field of a Capacity", "bug malformed_aborts", light=True)
def every_field_of_a_capacity(s):
    """And of the Resources in it."""
    sender = Sender(s, s.node.session)
    seq = itertools.count(1)
    capacities = [v for _, v in mutations("Capacity", {"foreign_pods": 1})]
    capacities += [{"foreign": [v]} for _, v in mutations("Resource", {"name": "cpu", "milli": 1})]
    for values in capacities:
        sender.send(lambda p, v=values: proto.frame("report", {"session": p.session, "seq": next(seq), "capacity": v}))
    s.reached(sender.told(), "reject 7" in sender.answers and "ack" in sender.answers)
    yield


@attack("answers are no requests", "bug answers_taken", light=True)
def frames_of_the_coordinator(s):
    """Every field of Welcome, Reject, Ack and Orders, sent to the coordinator."""
    sender = Sender(s, s.node.session)
    for kind in ("welcome", "reject", "ack", "orders"):
        for _, values in mutations(proto.KINDS[kind], {}):
            sender.send(proto.frame(kind, values))
    s.reached(sender.told(), "reject 7" in sender.answers)
    yield


def tiny_fields():
    """64 KiB of the smallest fields: what unpacks each of them takes a thousand times as much."""
    yield b"\x0a\x00" * 32000
    yield proto.lengthy(1, b"\x52\x00" * 31000)
    yield proto.lengthy(4, b"\x22\x00" * 31000)
    yield proto.lengthy(4, proto.lengthy(3, b"\x0a\x00" * 31000))
    yield proto.lengthy(1, b"".join(proto.tagged(900 + i % 100, 0, b"\0") for i in range(20000)))
    deep = b""
    for _ in range(5000):
        deep = proto.lengthy(4, deep)
    yield deep[:60000]


@attack("a frame costs what its bytes cost", "bug malformed_aborts", memory_mib=64)
def frames_of_tiny_fields(s):
    """Repeated and unknown fields, and messages in messages, 20 times each."""
    sender = Sender(s, s.node.session)
    for _ in range(20):
        for body in tiny_fields():
            sender.send(body)
    s.reached(sender.told(), "reject 7" in sender.answers)
    yield


def after_length(p, length):
    """What becomes of a connection whose next frame claims this length: closed, answered, or held open for the rest."""
    try:
        p.send_bytes(struct.pack(">Q", length) + b"\x80\0\0\1" + b"\0" * min(length, 70000))
        p.stream.settimeout(3)
        p.read(8)
        return "answered"
    except TimeoutError:
        return "held"
    except Exception:  # pylint: disable=broad-except
        return "closed"


@attack("the length of a frame is bounded before it is read", "bug length_unbounded")
def frames_of_false_lengths(s):
    """Lengths of 0, 3, 64 KiB and a bit, 2^31, 2^63, and frames that end early."""
    became = {}
    for length in (0, 3, 4, 65 * 1024, 2**31, 2**32, 2**63, 2**64 - 1):
        p = s.node.session()
        became[length] = after_length(p, length)
        p.close()
    s.reached(f"connections were {became}", list(became.values()).count("closed") > 0)
    for length, what in became.items():
        s.hurts(f"a frame of {length} bytes is {'taken' if what == 'answered' else 'waited for'}",
                length > 64 * 1024 and what != "closed")
    yield


@attack("pages of a Hello come in turn and end", "bug pages_unbounded", memory_mib=128)
def pages_out_of_turn_and_without_end(s):
    """Page 7 first, page 0 again and again, and 200 pages of 64 members."""
    token = s.node.token()
    with s.node.door.peer() as p:
        s.reached("page 7 first is refused", p.hello(token, s.node.name, page=7)[0] == "reject")
        for _ in range(50):
            p.hello(token, s.node.name, [member()], last_page=0)
    p, answers = s.node.welcomed(last_page=0), []
    s.later(p.close)
    for page in range(1, 200):
        members = [member(pod_uid=f"{page}-{i}", message="m" * 300) for i in range(64)]
        answers.append(p.hello("", s.node.name, members, page=page, last_page=0)[0])
    s.reached("pages were taken", answers.count("welcome") > 10)
    yield
    s.spared("they were too many at some time", answers.count("welcome") < 100)


@attack("answers that nobody reads", "bug unread_unbounded", memory_mib=64)
def requests_whose_answers_are_not_read(s):
    """Reports and Watches as fast as they go on a connection that takes in next to nothing, without reading."""
    p = s.node.welcomed(unread=True)
    s.later(p.close)
    p.stream.settimeout(3)
    sent, closed = 0, False
    try:
        for seq in range(1, 6000):
            p.send(proto.frame("report", {"session": p.session, "seq": seq, "members": [member()]}))
            p.send(proto.frame("watch", {"session": p.session, "revision": 0, "templates": ["n/h"] * 200}))
            sent += 2
    except TimeoutError:
        pass
    except peer.Closed as err:
        closed = "timed out" not in str(err)
    s.reached(f"{sent} requests were sent", sent > 10)
    s.spared(f"the connection was closed, after {sent} requests", closed)
    yield


@attack("a protocol that is too far away", "bug version_unchecked", light=True)
def protocols_that_are_none(s):
    """Versions 0, 3 and 2^32-1, introductions of other sockets, plain HTTP and plain bytes inside of TLS."""
    refused = 0
    for version in (0, 3, 2**31, 2**32 - 1):
        kind, answer = s.node.door.peer().hello(s.node.token(), s.node.name, protocol=version)
        s.reached(f"version {version}: {kind}", kind in ("closed", "reject", "welcome"))
        refused += kind == "closed" or kind == "reject" and answer["reason"] in (3, 7)
    s.spared(f"{refused} of 4 versions are refused", refused == 4)
    for first in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\0SP\0\0\x31\0\0", b"\0SP\0\0\x30\0\1", b"\0" * 8, b"\xff" * 4096):
        stream = s.node.door.shaken()
        stream.sendall(first)
        stream.settimeout(7)
        try:
            s.hurts(f"{first[:8]} was answered", stream.recv(100)[:3] not in (b"", b"\0SP"))
        except OSError:
            pass
        stream.close()
    yield
