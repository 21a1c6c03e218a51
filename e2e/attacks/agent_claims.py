# SPDX-License-Identifier: Apache-2.0
"""Root on one node speaks for its agent and claims members that were never ordered there, or lies about those that were."""
import forge
from cluster import wait
from rooted import TOLERATION
from suite import attack

NODES = "/apis/muster.dev/v1alpha1/computenodes"
PHASES = range(10)
RUNNING, SUCCEEDED, GONE, HELD, DENIED = 2, 3, 7, 8, 9
INT64_MAX, INT64_MIN = 2**63 - 1, -2**63


def claim(s, index=0, attempt=1, phase=RUNNING, **fields):
    """A member of the victim's job, as an agent tells of it."""
    uid = s.victim.uid()
    return {"namespace": s.victim.ns, "job_name": "resident", "job_uid": uid, "index": index, "attempt": attempt,
            "pod": forge.member_name("resident", uid, index, attempt), "pod_uid": f"claimed-{index}-{attempt}",
            "phase": phase, "template_hash": "0" * 40, **fields}


def real_claim(s, index=0, **fields):
    """The victim's member with its own pod, UID and proof, which every agent can read."""
    pod = next(p for p in s.victim.members() if p["metadata"]["labels"]["muster.dev/member-index"] == str(index))
    labels = pod["metadata"]["labels"]
    return claim(s, index, int(labels["muster.dev/attempt"]), **{
        "pod": pod["metadata"]["name"], "pod_uid": pod["metadata"]["uid"],
        "template_hash": labels["muster.dev/template-hash"],
        "proof": pod["metadata"]["annotations"]["muster.dev/proof"], **fields})


def acknowledged(p, seq, members, **fields):
    return p.report(seq, members, **fields)[0] == "ack"


@attack("a claim needs a proof of its order", "bug unordered_counts")
def claims_of_members_that_run_elsewhere(s):
    """Every phase of both indexes, with numbers below, at and above the real ones."""
    p = s.node.session()
    s.later(p.close)
    seq = 0
    for attempt in (1, 2, 3, 1000, 1000000000):
        members = [claim(s, i, attempt, phase) for i in (0, 1) for phase in PHASES]
        seq += 1
        s.reached(f"claims of attempt {attempt}", acknowledged(p, seq, members))
    yield


@attack("a proof is of one node", "bug proof_of_any_node+elsewhere_believed")
def proof_of_another_node(s):
    """The victim's own proofs, which every agent may read, told by a node that they are not of."""
    members = [real_claim(s, i, phase=phase) for phase in (RUNNING, SUCCEEDED, GONE, DENIED, HELD) for i in (0, 1)]
    p = s.node.session(members)
    s.later(p.close)
    s.reached("the Hello is taken", p.session)
    s.reached("and a Report", acknowledged(p, 1, members))
    yield


@attack("an agent speaks for its own node", "bug hello_of_any_node")
def hello_for_another_node(s):
    """The token of one node, and the name of the node of the victim's member."""
    member = real_claim(s, phase=SUCCEEDED)
    node = s.victim.members()[0]["spec"]["nodeName"]
    kind, answer = s.node.door.peer().hello(s.node.token(), node, [member])
    s.reached(f"the coordinator judged it: {answer.get('message')}", kind in ("reject", "welcome"))
    s.hurts("it speaks for another node", kind != "reject")
    yield


@attack("a session is of one connection", "bug session_of_any_pipe")
def session_numbers_of_others(s):
    """Reports and Watches that name the sessions of the other agents."""
    p = s.node.session()
    s.later(p.close)
    member = real_claim(s, phase=SUCCEEDED)
    own, answers = p.session, set()
    for number in range(max(own - 30, 0), own + 30):
        if number == own:
            continue
        answers.add(p.ask("report", {"session": number, "seq": 2**63, "members": [member]})[0])
        answers.add(p.ask("watch", {"session": number, "revision": 0})[0])
    s.reached("the coordinator answered", answers)
    s.spared(f"each is refused: {answers}", answers == {"reject"})
    yield


@attack("a record needs a proof or a job", "bug unordered_counts", memory_mib=64)
def hello_of_four_thousand_jobs(s):
    """4,032 members of jobs that do not exist, each with its right pod name, all at index 9,999, with the longest texts; ten
    times."""
    words = {"reason": "r" * 128, "message": "m" * 200}

    def tables():
        return s.cluster.leaders("muster_core_bytes") / 2**20
    before, most = tables(), 0
    for turn in range(10):
        p = s.node.welcomed(last_page=0)
        for page in range(1, 64):
            members = []
            for i in range(64):
                uid, attempt = f"{turn}-{page}-{i}", 1000000000 - i
                members.append({"namespace": f"none-{page}", "job_name": f"job-{i}", "job_uid": uid, "index": 9999,
                                "pod": forge.member_name(f"job-{i}", uid, 9999, attempt), "pod_uid": uid,
                                "attempt": attempt, "phase": RUNNING, **words})
            kind, answer = p.hello("", s.node.name, members, page=page, last_page=int(page == 63))
            if kind != "welcome":
                break
        s.reached(f"all pages of turn {turn}: {kind} {answer}", kind == "welcome")
        most = max(most, tables())
        p.close()
    yield
    s.spared(f"the coordinator's tables had {most:.1f} MiB, {before:.1f} before", most - before < 1)


@attack("a Hello of a newer epoch silences only its sender", "bug epoch_believed")
def hello_of_an_epoch_that_never_was(s):
    """An agent that says that it has seen a leader of epoch 2^64-1: does the real one step down?"""
    answers = [s.node.door.peer().hello(s.node.token(), s.node.name, epoch=epoch)[0] for epoch in (2**64 - 1, 2**63, 10**6)]
    s.reached("the coordinator answered", "reject" in answers)
    yield


def ordered(s, name="bait"):
    """A job of the tenant whose member is ordered to the hostile node: the session, and the order."""
    p = s.node.session()
    s.later(p.close)
    s.tenant.make_job(name, tolerations=[dict(TOLERATION)], nodeSelector={"hostile": "yes"}, command=["true"])
    order = next(o for o in s.node.orders(p) if o["namespace"] == s.tenant.ns)
    return p, order


def told(order, **fields):
    keys = ("namespace", "job_name", "job_uid", "pod", "index", "attempt", "template_hash", "proof")
    return {**{k: order[k] for k in keys if k in order}, "pod_uid": "told", "phase": RUNNING, **fields}


def allocated(s):
    """What the hostile node's record says of the amounts that its members take."""
    return s.cluster.admin.get(f"{NODES}/{s.node.name}").get("status", {}).get("allocated", {})


def unwritten(s):
    """The coordinator says that it cannot write the hostile node's record."""
    return any("status not written" in line and s.node.name in line for line in s.cluster.log().split("\n"))


@attack("times and amounts of a member saturate", "bug member_numbers_unbounded")
def member_with_extreme_times_and_amounts(s):
    """A member that was ordered to the node is told with every number at its end."""
    p, order = ordered(s)
    extremes = [INT64_MAX, INT64_MIN, -1, 0, 1, 2**62, 253402300799999]
    seq = 0
    for started in extremes:
        for ended in extremes:
            seq += 1
            amounts = [{"name": n, "milli": v} for n, v in (("cpu", ended), ("memory", started), ("pods", INT64_MAX))]
            p.report(seq, [told(order, started_ms=started, ended_ms=ended, requests=amounts)])
    s.reached("the member is told", acknowledged(p, seq + 1, [told(order, ready=1)]))
    s.reached("it counts as running", wait("Running", lambda: s.tenant.status("bait").get("state") == "Running"))
    below = [{"name": "cpu", "milli": INT64_MIN // 2}, {"name": "memory", "milli": -1000000}]
    s.reached("a Report of amounts below nothing is answered", p.report(seq + 2, [told(order, ready=1, requests=below)])[0])
    yield
    # The API server refuses a record with amounts below nothing, and then nothing else of it is written either.
    s.never("the node's record has amounts below nothing", lambda: any(
        str(v).startswith("-") for v in allocated(s).values()) or unwritten(s), 7)
    p.report(seq + 3, [told(order, phase=4, exit_code=-2**31, ended_ms=INT64_MAX, started_ms=INT64_MIN)])
    s.comes("the status has the end", lambda: s.tenant.status("bait").get("failed") == 1, 10)


FORGED = "level=error msg=forged"


@attack("words of a node are text", "bug words_unquoted")
def words_that_imitate_others(s):
    """Line ends, terminal escapes, text directions and half characters as a version, as reason and message of a member."""
    for words in (f"0\n{FORGED}", "0\x1b[2J\x1b]0;owned\x07"):
        with s.node.welcomed(version=words, boot_id=words):
            pass
    p, order = ordered(s)
    seq = 0
    for words in (f"a\n{FORGED}", "\x1b[2J\x1b]0;owned\x07", "\u202egnp.exe", "é" * 512, '","state":"Completed"'):
        seq += 1
        p.report(seq, [told(order, phase=1, reason=words[:100], message=words)])
    s.reached("the words are told", wait("the words", lambda: s.tenant.status("bait").get("message")))
    text = s.cluster.log()
    s.reached("they are in the log", FORGED in text)
    yield
    s.spared("no line of the log is the attacker's", "\n" + FORGED not in text and "\x1b[2J" not in text)


@attack("names of resources that no node has any more are forgotten", "bug resource_names_kept")
def capacity_that_overflows(s):
    """Pods of others with 2^63-1 of everything, 2^32-1 pods, 512 host ports; 1,200 names of resources."""
    p = s.node.session()
    s.later(p.close)
    extremes = (INT64_MAX, INT64_MIN, -1, INT64_MAX - 1, 0)
    for seq in range(1, 26):
        value = extremes[seq % len(extremes)] if seq < 6 else INT64_MAX
        names = ["cpu", "memory", "pods", "ephemeral-storage"] + [f"evil.example/{seq}-{i}" for i in range(59)]
        capacity = {"foreign": [{"name": n, "milli": value} for n in names], "foreign_pods": 2**32 - 1,
                    "host_ports": list(range(512))}
        kind, _ = p.report(seq, capacity=capacity)
        s.verdict.reached += [f"{value}: {kind}"] if kind in ("ack", "reject") else []
    s.reached("the last one is taken", kind == "ack")
    node, slot = s.cluster.workers()[0], "hostile.example/late"
    s.cluster.advertise(node, slot, "1")
    s.later(lambda: s.cluster.advertise(node, slot, None))
    yield
    s.victim.start("late", resources={"requests": {slot: "1"}, "limits": {slot: "1"}})
    s.later(lambda: s.victim.end("late"))
    s.comes("the victim gets what a node has", lambda: s.victim.status("late").get("ready") == 1, 30)
