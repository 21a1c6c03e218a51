#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cases: what a user sees of both programs, against a real API server. `cases.py --list`, `cases.py NAME…`."""

import json
import os
import signal
import socket
import sys
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import hostile_cases  # noqa: E402
import http1  # noqa: E402
import job_cases  # noqa: E402
import parity  # noqa: E402
import roles  # noqa: E402
from checks import check, condition, equal, running, uids  # noqa: E402
from harness import NS, ApiError, Cluster, free_port  # noqa: E402


def happy(c):
    """Every Node has a Running ComputeNode; a job of 3 goes Pending → Running → Completed."""
    c.start_all()
    for n in c.node_names:
        node = c.cnode(n)
        equal(node["metadata"]["ownerReferences"][0]["kind"], "Node", f"owner of {n}")
        equal(node["spec"]["resources"]["cpu"], "4", f"cpu of {n}")
    c.make_job("a", command=["sleep", "2"], parallelism=3)
    status = c.wait(lambda: running(c, "a") == 3 and c.status("a"), "3 run")
    equal(status["active"], 3, "active")
    equal(status["state"], "Running", "state")
    equal(sorted(status["activeNodes"]), c.node_names, "activeNodes")
    check(status.get("startTime"), "startTime is set")
    pods = c.pods("a")
    equal(sorted(p["spec"]["nodeName"] for p in pods), c.node_names, "one pod on each node")
    for p in pods:
        env = {e["name"]: e.get("value") for e in p["spec"]["containers"][0]["env"]}
        equal(env["MUSTER_PARALLELISM"], "3", "env")
        equal(env["MUSTER_COMPLETIONS"], "3", "env")
        equal(env["MUSTER_MEMBERS_PER_NODE"], "1", "env")
        equal(env["MUSTER_MEMBER_INDEX"], p["metadata"]["labels"]["muster.dev/member-index"], "env")
        equal(env["MUSTER_NODE_NAME"], p["spec"]["nodeName"], "env")
        owner = p["metadata"]["ownerReferences"][0]
        check(owner["controller"] and owner["blockOwnerDeletion"], "controller owner that blocks")
        equal(p["metadata"]["managedFields"][0]["manager"], "muster-agent", "who made the pod")
    done = c.wait_state("a", "Completed")
    equal(done["succeeded"], 3, "succeeded")
    equal(done.get("activeNodes", []), [], "activeNodes at the end")
    equal(done["completedIndexes"], "0-2", "completedIndexes")
    check(done["endTime"] >= done["startTime"], "endTime")
    equal(condition(done, "Complete").get("status"), "True", "condition Complete")
    equal(condition(done, "Scheduled").get("status"), "True", "condition Scheduled")
    equal(done["observedGeneration"], c.job("a")["metadata"]["generation"], "observedGeneration")
    c.kubectl("wait", "--for=condition=Complete", "--timeout=5s", "cjob/a")


def restart_coordinator(c):
    """Killed at any moment of a job's life, the coordinator loses and doubles nothing."""
    c.start_all()
    c.make_job("a", command=["sleep", "4"], parallelism=3)
    for _ in range(3):
        time.sleep(0.3)
        c.kill("c1")
        c.start_coordinator()
    done = c.wait_state("a", "Completed", 40)
    equal(done["succeeded"], 3, "succeeded")
    equal(done.get("failed", 0), 0, "failed")
    equal(len(c.pods("a")), 3, "pods")


def restart_agent(c):
    """Agents killed and started again: no member restarts."""
    c.start_all()
    c.make_job("a", command=["sleep", "5"], parallelism=3)
    c.wait(lambda: running(c, "a") == 3, "3 are active")
    before = uids(c, "a")
    for n in c.node_names:
        c.kill(n)
        c.start_agent(n)
    for n in c.node_names:
        c.wait_cnode(n, "Running")
    equal(uids(c, "a"), before, "pods")
    done = c.wait_state("a", "Completed", 30)
    equal(done["succeeded"], 3, "succeeded")
    equal(uids(c, "a"), before, "pods at the end")


def standby(c):
    """A standby takes over when the leader dies, and agents follow."""
    c.start_coordinator("c1")
    for n in c.node_names:
        c.start_agent(n)
        c.wait_cnode(n, "Running")
    c.start_coordinator("c2")
    c.make_job("a", command=["sleep", "8"], parallelism=3)
    c.wait(lambda: running(c, "a") == 3, "3 are active")
    before = uids(c, "a")
    c.kill("c1")
    c.wait(lambda: 'msg="caches synced"' in c.log_text("c2"), "the standby leads", 15)
    # The Service has one end point now: the agents' address is c2's.
    for n in c.node_names:
        c.kill(n)
        c.start_agent(n, "c2")
    c.make_job("b", command=["sleep", "1"], parallelism=2)
    c.wait_state("b", "Completed", 30)
    done = c.wait_state("a", "Completed", 30)
    equal(done["succeeded"], 3, "succeeded")
    equal(uids(c, "a"), before, "pods")


def stopped_leader(c):
    """A leader that stands still (SIGSTOP) for longer than its Lease knows, when it goes on, that it leads no more:
    it acts on nothing that came meanwhile, nobody runs twice."""
    c.start_coordinator("c1")
    for n in c.node_names:
        c.start_agent(n)
        c.wait_cnode(n, "Running")
    c.start_coordinator("c2")
    c.make_job("a", command=["forever"], parallelism=3, onNodeLoss="Wait")
    c.wait(lambda: running(c, "a") == 3, "3 are active")
    before = uids(c, "a")
    c.processes["c1"].send_signal(signal.SIGSTOP)
    c.wait(lambda: 'msg="caches synced"' in c.log_text("c2"), "the standby leads", 15)
    told = len(c.log_text("c1"))
    # What would make c1 act: a new job, and one whose members are to stop.
    c.make_job("b", command=["sleep", "1"], parallelism=2, onNodeLoss="Wait")
    c.api.patch(c.job_path("a"), {"spec": {"parallelism": 2}})
    c.processes["c1"].send_signal(signal.SIGCONT)
    c.wait(lambda: "coordinator leads no longer" in c.log_text("c1")[told:], "c1 knows", 5)
    c.wait_state("b", "Completed", 60)
    said = c.log_text("c1")[told:]
    for decision in ("member placed", "member stopped", "member lost", "node state changed"):
        check(f'msg="{decision}"' not in said, f"{decision} by a leader that is none: {said}")
    equal(len(c.pods("b")), 2, "pods of b")
    c.wait(lambda: len(c.pods("a")) == 2, "a has its 2 members")
    check(set(uids(c, "a")) <= set(before), "members of a")


def failing(c):
    """A failed member is tried again up to backoffLimit, then the job is Failed."""
    c.start_all()
    c.make_job("a", command=["exit", "3"], parallelism=1, backoffLimit=1)
    done = c.wait_state("a", "Failed", 60)
    equal(done["failed"], 2, "failed")
    equal(condition(done, "Failed").get("reason"), "BackoffLimitExceeded", "reason")
    attempts = sorted(p["metadata"]["labels"]["muster.dev/attempt"] for p in c.pods("a"))
    equal(len(attempts), 2, "attempts' pods stay")
    check(done.get("endTime"), "endTime")


def unschedulable(c):
    """A waiting job says in numbers why; it starts when there is room."""
    c.start_all()
    c.make_job("a", command=["sleep", "1"], parallelism=4)
    message = c.wait(lambda: c.status("a").get("message"), "a message")
    check("4 nodes" in message and "3 fit" in message, f"message says why: {message!r}")
    equal(c.status("a")["state"], "Pending", "state")
    equal(condition(c.status("a"), "Scheduled").get("status"), "False", "Scheduled")
    equal(c.pods("a"), [], "a gang holds nothing")
    c.make_job("b", command=["sleep", "1"], parallelism=1, nodeSelector={"zone": "b"})
    message = c.wait(lambda: c.status("b").get("message"), "a message")
    check("nodeSelector" in message, f"message names the selector: {message!r}")
    c.make_node("n4")
    c.start_agent("n4")
    c.wait_state("a", "Completed", 30)


def delete(c):
    """Deleting a job deletes its pods at once; an orphaning delete leaves them alone."""
    c.start_all()
    c.make_job("a", command=["forever"], parallelism=3)
    c.make_job("b", command=["forever"], parallelism=2)
    c.wait(lambda: running(c, "a") == 3, "a is active")
    c.wait(lambda: running(c, "b") == 2, "b is active")
    kept = uids(c, "b")
    c.api.delete(c.job_path("a"), {"propagationPolicy": "Background"})
    c.wait(lambda: not c.pods("a"), "a's pods are gone", 10)
    c.api.delete(c.job_path("b"), {"propagationPolicy": "Orphan"})
    # No garbage collector runs here: take its part.
    for p in c.pods("b"):
        c.api.patch(f"/api/v1/namespaces/default/pods/{p['metadata']['name']}",
                    {"metadata": {"ownerReferences": None}})
    c.api.patch(c.job_path("b"), {"metadata": {"finalizers": None}})
    c.wait(lambda: not c.job("b"), "b is gone")
    time.sleep(2)
    equal(uids(c, "b"), kept, "b's pods")


def refused(c):
    """Agents with a token of another node or audience are refused; nobody else notices."""
    c.start_coordinator()
    c.start_agent("n1")
    c.wait_cnode("n1", "Running")
    other = c.token("muster-agent", "n3", "muster-coordinator")
    c.start_agent("n2", token=other)
    c.wait(lambda: "not bound to this node" in c.log_text("n2"), "n2 is told why")
    plain = c.token("muster-agent", "n2")
    c.kill("n2")
    c.start_agent("n2", token=plain)
    time.sleep(1)
    state = (c.cnode("n2") or {}).get("status", {}).get("state")
    check(state in (None, "Pending"), f"n2 is not registered: {state}")
    c.kill("n2")
    c.start_agent("n2")
    c.wait_cnode("n2", "Running")
    for log in ("c1", "n1", "n2"):
        check(other not in c.log_text(log) and plain not in c.log_text(log), f"no token in {log}'s log")


def cordon(c):
    """Cordon makes a node Draining and moves nothing; uncordon brings it back."""
    c.start_all()
    c.make_job("a", command=["sleep", "4"], parallelism=3)
    c.wait(lambda: running(c, "a") == 3, "3 are active")
    before = uids(c, "a")
    c.api.patch("/api/v1/nodes/n1", {"spec": {"unschedulable": True}})
    c.api.patch("/apis/muster.dev/v1alpha1/computenodes/n2", {"spec": {"unschedulable": True}})
    c.wait_cnode("n1", "Draining")
    c.wait_cnode("n2", "Draining")
    equal(uids(c, "a"), before, "pods")
    c.wait_state("a", "Completed", 30)
    c.wait_cnode("n1", "Drained")
    c.api.patch("/api/v1/nodes/n1", {"spec": {"unschedulable": None}})
    c.wait_cnode("n1", "Running")


def quota(c):
    """Refused by quota: the condition has the API server's words, a gang holds nothing, then runs."""
    c.start_all()
    c.make_namespace("small")
    hard = {"pods": "1"}
    # The quota controller is not here: its part (status) is set by hand.
    c.api.post("/api/v1/namespaces/small/resourcequotas",
               {"metadata": {"name": "q"}, "spec": {"hard": hard}})
    c.api.patch("/api/v1/namespaces/small/resourcequotas/q/status",
                {"status": {"hard": hard, "used": {"pods": "0"}}})
    c.make_job("a", ns="small", command=["sleep", "1"], parallelism=2)
    message = c.wait(lambda: "quota" in json.dumps(c.status("a", "small")) and c.status("a", "small"),
                     "the refusal is told")
    check(message["state"] == "Pending", f"state {message['state']}")
    c.wait(lambda: not c.pods("a", "small"), "nothing is held", 10)
    c.api.delete("/api/v1/namespaces/small/resourcequotas/q")
    c.wait_state("a", "Completed", 60, "small")


def crds_late(c):
    """Started before the CRDs exist, the programs say so and go on when they come."""
    c.start_coordinator()
    c.start_agent("n1")
    c.wait(lambda: "computejobs" in c.log_text("c1") or "404" in c.log_text("c1") or
           "not find" in c.log_text("c1"), "the log names what is missing")
    c.apply_crds()
    c.wait_cnode("n1", "Running", 60)


def scale(c):
    """kubectl scale: up adds members, down removes the highest index."""
    c.start_all()
    c.make_job("a", command=["forever"], parallelism=1)
    c.wait(lambda: running(c, "a") == 1, "1 is active")
    first = uids(c, "a")
    c.kubectl("scale", "cjob/a", "--replicas=3")
    c.wait(lambda: running(c, "a") == 3, "3 are active")
    c.kubectl("scale", "cjob/a", "--replicas=1")
    c.wait(lambda: running(c, "a") == 1 and len(c.pods("a")) == 1, "1 is left")
    equal(uids(c, "a"), first, "index 0 stayed")


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


def ipv6(c):
    """Over IPv6 alone, and on ports of both families: a pod's address, the way from a standby to the leader, logs."""
    if not has_ipv6():
        print("this machine has no IPv6: the case is skipped")
        return
    c.host = "[::1]"
    os.environ["POD_IP"] = "::1"  # as the pod's field says it, without brackets
    leader = free_port()
    c.ports["c1"] = (leader, free_port())
    c.start_coordinator("c1", listen=f"*:{leader}", address="")
    lease = f"/apis/coordination.k8s.io/v1/namespaces/{NS}/leases/muster-coordinator"
    c.wait(lambda: c.find(lease), "c1 leads")
    equal(c.find(lease)["metadata"]["annotations"]["muster.dev/address"], f"[::1]:{leader}", "the leader's address")
    c.start_coordinator("c2")
    c.wait(lambda: "leader seen" in c.log_text("c2"), "c2 knows the leader")
    c.start_agent("n1", "c2")
    c.wait_cnode("n1", "Running")
    c.host = "127.0.0.1"
    c.start_agent("n2", "c1")
    c.wait_cnode("n2", "Running")
    for node, peer in (("n1", "[::1]:"), ("n2", "127.0.0.1:")):
        line = next(x for x in c.log_text("c1").splitlines() if f'msg="agent connected" node={node} ' in x)
        check(f" peer={peer}" in line or f' peer="{peer}' in line, f"the peer of {node}: {line}")
    c.make_job("a", command=["sleep", "1"], parallelism=2)
    c.wait_state("a", "Completed")


CASES = {f.__name__.replace("_", "-"): f for f in (
    happy, restart_coordinator, restart_agent, standby, stopped_leader, failing, unschedulable, delete, refused,
    cordon, quota, crds_late, scale, ipv6, *job_cases.CASES, *hostile_cases.CASES, *http1.CASES, roles.rights, parity.parity)}


def run(name):
    cluster = Cluster(nodes=0 if name == "parity" else 3)
    began = time.monotonic()
    try:
        cluster.start(crds=name != "crds-late", flags=roles.rights_flags(cluster) if name == "rights" else ())
        CASES[name](cluster)
        for program, process in cluster.processes.items():
            check(process.poll() is None, f"{program} ended with {process.returncode}")
        for program in [p for p in cluster.processes if p != "controllers"]:
            code = cluster.kill(program, signal.SIGTERM)
            equal(code, 0, f"exit code of {program} on SIGTERM")
        print(f"ok {name} ({time.monotonic() - began:.1f} s)")
        return True
    except (AssertionError, ApiError) as e:
        print(f"not ok {name}: {e}")
        cluster.dump()
    except Exception:
        traceback.print_exc()
        cluster.dump()
    finally:
        cluster.stop()
    return False


def main(argv):
    if argv == ["--list"]:
        print("\n".join(CASES))
        return 0
    unknown = [a for a in argv if a not in CASES]
    if unknown:
        print(f"no such case: {', '.join(unknown)}; --list names them", file=sys.stderr)
        return 2
    failed = [name for name in argv or CASES if not run(name)]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
