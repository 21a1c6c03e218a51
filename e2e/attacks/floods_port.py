# SPDX-License-Identifier: Apache-2.0
"""Too much of everything at the agents' port: by root on one node, by somebody who only reaches the port."""
import itertools
import ssl
import time

import peer
import proto
from flooding import Crowd, flood
from suite import attack

SECONDS = 12  # how long the flood goes on before the victim is looked at: longer than every deadline of the port


def other_door(s):
    """The port as another node reaches it: an agent there has to get in."""
    return peer.Door(s.cluster, s.cluster.workers()[1])


def gets_in(s, door, seconds=15):
    """An agent of another node says Hello well within this time; how long it took."""
    began, token = time.monotonic(), s.node.token()
    while time.monotonic() - began < seconds:
        try:
            with door.peer(3) as p:
                if p.hello(token, s.node.name)[0] == "welcome":
                    return time.monotonic() - began
        except (OSError, peer.Closed):
            time.sleep(0.1)
    return None


def agents_stay(s):
    """Sessions that the agents of the workers have begun so far."""
    agents = [s.cluster.agent_on(n) for n in s.cluster.workers()]
    return [s.cluster.metrics(a, 8081).get("muster_agent_sessions_total") for a in agents]


def besieged(s, make, count, least):
    """A crowd at the port; who is inside stays, and who comes gets in."""
    door, before = other_door(s), agents_stay(s)
    crowd = Crowd(s, make, count)
    time.sleep(SECONDS)
    s.reached(f"{crowd.alive()} connections are open, {crowd.made} were made", crowd.made >= least)
    return lambda: came(s, door, before)


def came(s, door, before):
    took = gets_in(s, door)
    s.hurts("an agent of another node does not get in within 15 s", took is None)
    s.spared("the agents keep their sessions", agents_stay(s) == before)


def holders(s, of_door):
    """A few connections from the address of another node, where there are places, beside the crowd's: how long they are
    let be. of_door(door) makes one."""
    door = other_door(s)
    return Crowd(s, lambda: of_door(door), 10, threads=1)


@attack("the time until a connection has introduced itself", "bug early_waits_for_ever")
def connections_that_say_nothing(s):
    """1,500 connections that say nothing, and are made again when they are closed; 10 more from another node."""
    few = holders(s, lambda door: door.tcp())
    after = besieged(s, s.node.door.tcp, 1500, 200)
    yield
    after()
    s.spared(f"one was let be for {few.oldest_s():.0f} s", few.oldest_s() < 8)


@attack("places of one address", "bug address_unbounded")
def connections_from_one_address(s):
    """400 connections from one node, of which 128 have a place."""
    crowd = Crowd(s, s.node.door.tcp, 400)
    door, before = other_door(s), agents_stay(s)
    time.sleep(SECONDS / 2)
    s.reached(f"{crowd.made} were made", crowd.made > 400)
    held = max(s.cluster.leaders("muster_link_strangers") for _ in range(5))
    yield
    came(s, door, before)
    s.spared(f"they held {held:.0f} places", held < 160)


def client_hello():
    """What a client says first; the same bytes do for each connection."""
    out = ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version, context.check_hostname = ssl.TLSVersion.TLSv1_3, False
    try:
        context.wrap_bio(ssl.MemoryBIO(), out).do_handshake()
    except ssl.SSLWantReadError:
        pass
    return out.read()


@attack("a rate of handshakes", "bug handshakes_unbounded")
def half_handshakes(s):
    """Handshakes that are begun as fast as four connections go, and left when the answer comes."""
    hello, door, before, leader = client_hello(), other_door(s), agents_stay(s), s.cluster.leader()["metadata"]["name"]
    answered = [0]

    def one(_):
        with s.node.door.tcp() as c:
            c.settimeout(6)
            c.sendall(hello)
            answered[0] += c.recv(1) != b""
    began = time.monotonic()
    f = flood(s, one, 8)
    time.sleep(SECONDS)
    waited = s.cluster.metrics(leader).get("muster_link_handshakes_delayed_total", 0) > 0
    s.reached(f"{answered[0]} were answered; {f.told()}", waited or answered[0] > 160 + 16 * SECONDS)
    yield
    lasted = time.monotonic() - began
    came(s, door, before)
    s.spared(f"{answered[0]} handshakes were answered in {lasted:.0f} s", answered[0] < 180 + 20 * lasted)


@attack("the time until a connection says Hello", "bug hello_waits_for_ever")
def introductions_without_hello(s):
    """1,200 connections that have done TLS, have introduced themselves and say nothing; 10 more from another node."""
    few = holders(s, lambda door: door.peer())
    after = besieged(s, s.node.door.peer, 1200, 100)
    yield
    after()
    s.spared(f"one was let be for {few.oldest_s():.0f} s", few.oldest_s() < 13)


@attack("a bad Hello renews no time", "bug hello_renews_time")
def bad_hellos_that_hold_their_places(s):
    """700 connections that say a bad Hello, and 10 from another node that say one whenever their time is nearly over."""
    def make():
        p = s.node.door.peer(3)
        p.hello("bad", s.node.name)
        return p
    few = holders(s, lambda door: door.peer(3))

    def again(turn):
        for p in [p for p in few.kept if p is not None]:
            p.hello(f"bad-{turn}", s.node.name)
        time.sleep(3)
    flood(s, again, 1)
    after = besieged(s, make, 700, 100)
    yield
    after()
    s.spared(f"one was let be for {few.oldest_s():.0f} s", few.oldest_s() < 13)


@attack("tokens are judged before a TokenReview is spent", "bug token_unparsed")
def hellos_with_junk_tokens(s):
    """As many Hellos with texts that are no tokens as four connections take."""
    before = reviews(s)

    def one(turn):
        with s.node.door.peer() as p:
            for i in range(20):
                p.hello(f"junk-{turn}-{i}" * 50, s.node.name)
    f = flood(s, one)
    time.sleep(SECONDS)
    s.reached(f.told(), f.done > 5)
    yield
    s.spared(f"the API server was asked {reviews(s) - before:.0f} times", reviews(s) - before < 100)


def reviews(s):
    """Requests that wrote something, of the leader: TokenReviews are POSTs."""
    return requests(s, "POST")


def requests(s, method):
    values = s.cluster.metrics(s.cluster.leader()["metadata"]["name"])
    return sum(v for k, v in values.items() if k.startswith("rest_client_requests_total{") and f'"{method}"' in k)


@attack("refusals are remembered for a while", "bug refusal_uncached")
def hellos_with_one_bad_token(s):
    """A token of the right form that the API server does not know, again and again."""
    header, claims, _ = s.node.token().split(".")
    bad, before = f"{header}.{claims}.{'A' * 342}", reviews(s)

    def one(_):
        with s.node.door.peer() as p:
            for _ in range(20):
                p.hello(bad, s.node.name)
    f = flood(s, one)
    time.sleep(SECONDS)
    s.reached(f.told(), f.done > 5)
    yield
    s.spared(f"the API server was asked {reviews(s) - before:.0f} times", reviews(s) - before < 300)


@attack("a rate of Hellos", "bug hello_rate_unbounded")
def hellos_of_a_good_agent(s):
    """Good Hellos of 64 members on one connection, as fast as they are answered."""
    token, welcomes = s.node.token(), [0]
    members = [{"namespace": "n", "job_name": f"j{i}", "job_uid": f"u{i}", "pod": f"j{i}-0-abcde", "pod_uid": f"p{i}",
                "attempt": 1, "phase": 2} for i in range(64)]

    def one(_):
        with s.node.door.peer() as p:
            for _ in range(200):
                welcomes[0] += p.hello(token, s.node.name, members)[0] == "welcome"
    began = time.monotonic()
    f = flood(s, one, 2)
    time.sleep(SECONDS)
    s.reached(f"{welcomes[0]} were taken; {f.told()}", welcomes[0] >= 5)
    yield
    lasted = time.monotonic() - began
    s.spared(f"{welcomes[0]} were taken in {lasted:.0f} s", welcomes[0] < 20 + lasted)


@attack("a rate of bytes", "bug bytes_unbounded", memory_mib=64)
def reports_of_a_good_agent(s):
    """Reports of 60 KB, 64 members that change in each, as fast as they go."""
    p = s.node.session()
    s.later(p.close)
    taken, size = [0], [0]

    def one(turn):
        nonlocal p
        members = [{"namespace": "n", "job_name": f"j{turn}", "job_uid": f"u{turn}", "pod": "j-0-abcde", "pod_uid": f"p{turn}",
                    "attempt": 1 + turn % 9, "phase": 2, "message": "m" * 850}] * 64
        body = proto.frame("report", {"session": p.session, "seq": turn + 1, "members": members})
        size[0] = len(body)
        try:
            taken[0] += p.ask_bytes(body)[0] == "ack"
        except peer.Closed:
            p = s.node.session()
    began = time.monotonic()
    f = flood(s, one, 1)
    time.sleep(SECONDS)
    s.reached(f"{taken[0]} Reports of {size[0]} bytes were taken; {f.told()}", taken[0] > 50)
    yield
    lasted = time.monotonic() - began
    mib = taken[0] * size[0] / 2**20
    s.spared(f"{mib:.0f} MiB were taken in {lasted:.0f} s", mib < 8 + 1.2 * lasted)


@attack("Hellos in pieces of all agents have one bound", "bug hello_rate_unbounded+drafts_unbounded", memory_mib=64)
def hellos_that_never_end(s):
    """250 connections with a good token that send 20 full pages of their Hello, and no last one."""
    token, words = s.node.token(), "m" * 800
    pages = [[{"namespace": "n", "job_name": "j", "job_uid": f"{page}-{i}", "pod": "j-0-abcde", "pod_uid": f"{page}-{i}",
               "attempt": 1, "phase": 2, "message": words} for i in range(60)] for page in range(20)]
    taken = [0]

    def make():
        p = s.node.door.peer(3)
        for page, members in enumerate(pages):
            if p.hello(token if page == 0 else "", s.node.name, members, page=page, last_page=0)[0] != "welcome":
                break
            taken[0] += 1
        return p
    crowd = Crowd(s, make, 250)
    time.sleep(SECONDS)
    s.reached(f"{taken[0]} pages were taken, {crowd.alive()} are open, {crowd.made} were made", taken[0] > 50)
    yield


@attack("first pages wait for their review in bounded memory", "bug address_unbounded+handshakes_unbounded+review_pages_unbounded",
        memory_mib=100)
def large_first_pages_without_a_token(s):
    """800 connections whose first page has 60 KiB, with tokens of which only the API server knows that they are none."""
    header, claims, _ = s.node.token().split(".")
    members = [{"namespace": "n", "job_uid": f"{i}", "pod_uid": f"{i}", "message": "m" * 900} for i in range(60)]
    number, before = itertools.count(), reviews(s)

    def make():
        p = s.node.door.peer(3)
        bad = f"{header}.{claims}.{next(number):0342d}"
        p.send(proto.frame("hello", {"protocol": 1, "token": bad, "node": s.node.name, "last_page": 1, "members": members}))
        return p
    crowd = Crowd(s, make, 800, threads=16)
    time.sleep(SECONDS)
    s.reached(f"{crowd.alive()} are open, {crowd.made} were made", crowd.made > 100)
    s.reached(f"the API server was asked {reviews(s) - before:.0f} times", reviews(s) - before > 20)
    yield
