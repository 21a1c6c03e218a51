# SPDX-License-Identifier: Apache-2.0
"""Too much of everything: by a tenant, by root on one node, by somebody who only reaches the port."""
import ssl
import time

import forge
import peer
import proto
from cluster import wait
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
    s.reached(f"{crowd.alive()} connections are open, {crowd.made} were made", crowd.alive() >= least)
    return lambda: came(s, door, before)


def came(s, door, before):
    took = gets_in(s, door)
    s.hurts("an agent of another node does not get in within 15 s", took is None)
    s.spared("the agents keep their sessions", agents_stay(s) == before)


@attack("places of those who do not shake hands", "bug early_places_unbounded")
def connections_that_say_nothing(s):
    """1,500 connections that say nothing, and are made again when they are closed."""
    after = besieged(s, s.node.door.tcp, 1500, 50)
    yield
    after()


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
    f = flood(s, one, 8)
    time.sleep(SECONDS)
    s.reached(f"{answered[0]} were answered; {f.told()}", answered[0] > 20)
    s.reached("others had to wait", s.cluster.metrics(leader).get("muster_link_handshakes_delayed_total", 0) > 0)
    yield
    came(s, door, before)
    s.spared(f"{answered[0]} handshakes were answered", answered[0] < 1500)


@attack("places of those who say no Hello", "bug hello_waits_for_ever")
def introductions_without_hello(s):
    """1,200 connections that have done TLS, have introduced themselves and say nothing."""
    after = besieged(s, s.node.door.peer, 1200, 20)
    yield
    after()


@attack("a bad Hello renews no time", "bug hello_renews_time")
def bad_hellos_that_hold_their_places(s):
    """700 connections that say a bad Hello whenever their time is nearly over."""
    def make():
        p = s.node.door.peer(3)
        p.hello("bad", s.node.name)
        return p
    after = besieged(s, make, 700, 20)
    yield
    after()


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
    values = s.cluster.metrics(s.cluster.leader()["metadata"]["name"])
    return sum(v for k, v in values.items() if k.startswith("rest_client_requests_total") and "POST" in k)


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
    token = s.node.token()
    members = [{"namespace": "n", "job_name": f"j{i}", "job_uid": f"u{i}", "pod": f"j{i}-0-abcde", "pod_uid": f"p{i}",
                "attempt": 1, "phase": 2} for i in range(64)]

    def one(_):
        with s.node.door.peer() as p:
            for _ in range(200):
                p.hello(token, s.node.name, members)
    f = flood(s, one, 2)
    time.sleep(SECONDS)
    s.reached(f.told(), f.done + f.failed > 1)
    yield


@attack("a rate of Reports", "bug report_rate_unbounded", memory_mib=64)
def reports_of_a_good_agent(s):
    """Reports of 64 members that change, as fast as they go."""
    p = s.node.session()
    s.later(p.close)
    sent = [0]

    def one(turn):
        nonlocal p
        members = [{"namespace": "n", "job_name": f"j{turn}-{i}", "job_uid": f"u{turn}-{i}", "pod": f"j{i}-0-abcde",
                    "pod_uid": f"p{turn}-{i}", "attempt": 1 + turn % 9, "phase": 2} for i in range(64)]
        try:
            sent[0] += p.report(turn + 1, members)[0] == "ack"
        except peer.Closed:
            p = s.node.session()
    f = flood(s, one, 1)
    time.sleep(SECONDS)
    s.reached(f"{sent[0]} Reports were taken; {f.told()}", sent[0] > 50)
    yield


@attack("Hellos in pieces of all agents have one bound", "bug drafts_unbounded", memory_mib=160)
def hellos_that_never_end(s):
    """250 connections with a good token that send 20 full pages of their Hello, and no last one."""
    token, words = s.node.token(), "m" * 800
    pages = [[{"namespace": "n", "job_name": "j", "job_uid": f"{page}-{i}", "pod": "j-0-abcde", "pod_uid": f"{page}-{i}",
               "attempt": 1, "phase": 2, "message": words} for i in range(60)] for page in range(20)]

    def make():
        p = s.node.door.peer(3)
        for page, members in enumerate(pages):
            if p.hello(token if page == 0 else "", s.node.name, members, page=page, last_page=0)[0] != "welcome":
                break
        return p
    crowd = Crowd(s, make, 250)
    time.sleep(SECONDS)
    s.reached(f"{crowd.alive()} are open, {crowd.made} were made", crowd.made > 50)
    s.memory()
    yield


@attack("first pages wait for their review in bounded memory", "bug review_pages_unbounded", memory_mib=200)
def large_first_pages_without_a_token(s):
    """800 connections whose first page has 60 KiB, with a token that is none."""
    members = [{"namespace": "n", "job_uid": f"{i}", "pod_uid": f"{i}", "message": "m" * 900} for i in range(60)]

    def make():
        p = s.node.door.peer(3)
        p.send(proto.frame("hello", {"protocol": 1, "token": "x.y.z", "node": "n", "last_page": 1, "members": members}))
        return p
    crowd = Crowd(s, make, 800)
    time.sleep(SECONDS)
    s.reached(f"{crowd.alive()} are open, {crowd.made} were made", crowd.made > 200)
    s.memory()
    yield


@attack("jobs that come and go", "bug job_kept_when_deleted", memory_mib=128)
def jobs_made_and_deleted(s):
    """Small jobs that wait, 1,000 kept and others made and deleted all the time."""
    for i in range(1000):
        s.tenant.make_job(f"kept-{i}", nodeSelector={"hostile": "nowhere"})

    def one(turn):
        s.tenant.make_job(f"j-{turn}", nodeSelector={"hostile": "nowhere"})
        s.tenant.api.delete(f"{s.tenant.jobs}/j-{turn}")
    f = flood(s, one, 2)
    time.sleep(5)
    s.reached(f.told(), f.done > 50)
    yield


@attack("edits of a job", "bug edits_queue")
def edits_of_one_large_job(s):
    """A job of 200 KB whose priority and labels change as fast as the API server takes it."""
    s.tenant.make_job("edited", nodeSelector={"hostile": "nowhere"}, template={"metadata": {"annotations": {
        f"a{i}": "x" * 1000 for i in range(200)}}, "spec": {"containers": [{"name": "main", "image": forge.BUSYBOX}]}})

    def one(turn):
        s.tenant.api.patch(f"{s.tenant.jobs}/edited", {"spec": {"priority": turn % 1000}})
    f = flood(s, one, 2)
    time.sleep(5)
    s.reached(f.told(), f.done > 50)
    yield


@attack("pods that change", "bug pod_events_queue")
def pods_relabelled(s):
    """60 pods that look like members, on one node, whose labels change all the time."""
    node, uid = s.cluster.workers()[0], "0" * 36
    for i in range(60):
        pod = forge.as_member(node, "flood", uid, index=i)
        pod["spec"]["containers"][0]["image"] = "hostile.invalid/none:1"  # the kubelet has little to do with it
        pod["metadata"].pop("ownerReferences")
        s.tenant.api.post(s.tenant.pods, pod)
    names = [p["metadata"]["name"] for p in s.tenant.api.get(s.tenant.pods)["items"]]

    def one(turn):
        s.tenant.api.patch(f"{s.tenant.pods}/{names[turn % 60]}", {"metadata": {"labels": {
            "muster.dev/attempt": str(1 + turn % 2000000000), "turn": str(turn)}}})
    f = flood(s, one, 2)
    time.sleep(5)
    s.reached(f.told(), f.done > 50)
    yield


@attack("requests for metrics", "bug metrics_hold_places")
def metrics_asked_all_the_time(s):
    """300 silent connections to the port of metrics and probes, and requests as fast as they are answered."""
    door = s.node.door

    def http():
        c = door.network.socket()
        c.settimeout(3)
        c.connect((door.address, 8080))
        return c

    def one(_):
        with http() as c:
            c.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            while c.recv(65536):
                pass
    Crowd(s, http, 300)
    f = flood(s, one, 4)
    time.sleep(SECONDS)
    s.reached(f.told(), f.done > 20)
    yield
    code, _ = s.cluster.admin.ask("GET", "/api/v1/namespaces/muster-system/pods/" + s.cluster.leader()["metadata"][
        "name"] + ":8080/proxy/livez")
    s.spared(f"a probe is answered: {code}", code == 200)


@attack("a reservation ends", "bug hold_without_end")
def gangs_that_hold_nodes(s):
    """Jobs with a deadline of 68 years, and gangs behind them that can never be whole: nodes may not stay idle for them."""
    years = 2147483647
    for node in s.cluster.workers():
        s.tenant.make_job(f"small-{node[-1]}x", activeDeadlineSeconds=years, nodeSelector={"kubernetes.io/hostname": node})
    wait("they run", lambda: sum(j.get("status", {}).get("ready", 0) for j in s.tenant.api.get(s.tenant.jobs)[
        "items"]) >= len(s.cluster.workers()), 60)
    cpu = s.cluster.admin.get("/api/v1/nodes/" + s.cluster.workers()[0])["status"]["allocatable"]["cpu"]
    for i in range(3):
        s.tenant.make_job(f"gang-{i}", parallelism=3, minParallelism=3, activeDeadlineSeconds=years,
                          resources={"requests": {"cpu": cpu}})
    s.reached("the gangs wait", wait("they wait", lambda: all(
        s.tenant.status(f"gang-{i}").get("state") == "Pending" for i in range(3))))
    yield


@attack("what fails at once is not tried at once", "bug again_at_once")
def jobs_that_fail_at_once(s):
    """20 jobs whose members end at once, for ever."""
    for i in range(20):
        s.tenant.make_job(f"fails-{i}", command=["false"], backoffLimit=2147483647)
    s.reached("they fail", wait("failures", lambda: sum(j.get("status", {}).get("failed", 0) for j in s.tenant.api.get(
        s.tenant.jobs)["items"]) >= 20, 60))
    time.sleep(10)
    yield
    made = sum(j["status"].get("attempts", 0) for j in s.tenant.api.get(s.tenant.jobs)["items"])
    s.spared(f"{made} attempts of 20 members", made < 20 * 12)

