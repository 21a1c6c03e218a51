# SPDX-License-Identifier: Apache-2.0
"""How long jobs wait when the leader goes, end to end, and whether anything is lost or doubled by it.

A fresh etcd and kube-apiserver, hollow agents, two coordinators with the Lease's times as the chart has them. Jobs run on all
nodes and others wait; then the leader is, again and again,

  killed   SIGKILL; the process is started again a second later, as a kubelet does
  paused   SIGSTOP for 1, 2, 5, 10, 20, 40, 60 s in turn, then SIGCONT
  handed   SIGTERM, as a rollout does; started again when it has ended

At the same moment a job of one member is made. A line says how long it took until its pod had a node, and until all agents were
connected again. At the end each member must be the pod that it was, each status must have the numbers that it had, and no index
may have two pods: anything else is printed, and the exit status is 1."""

import argparse
import os
import signal
import statistics
import sys
import threading
import time

from cluster import TOP, Muster

sys.path.insert(0, os.path.join(TOP, "test", "integration", "programs"))
from harness import NS  # noqa: E402

PAUSES = (1, 2, 5, 10, 20, 40, 60)
RESTART = 1  # seconds until a kubelet starts a container again
PATIENCE = 180
RUNNING, WAITING, PROBES = "running", "waiting", "probes"  # namespaces


def jobs(ns):
    return f"/apis/muster.dev/v1alpha1/namespaces/{ns}/computejobs"


def job(name, members, **more):
    return {"apiVersion": "muster.dev/v1alpha1", "kind": "ComputeJob", "metadata": {"name": name},
            "spec": {"parallelism": members, "command": ["forever"], "image": "busybox:1.35", "resources": {"cpu": "10m", "memory": "16Mi"}, **more}}


class Connected:
    """Follows what muster-hollow says: how many agents are connected, and since when all are."""

    def __init__(self, path, nodes):
        self.nodes, self.now, self.whole_at, self.broken_at = nodes, 0, None, None
        threading.Thread(target=self.follow, args=(path,), daemon=True).start()

    def follow(self, path):
        with open(path, encoding="utf-8", errors="replace") as f:
            while True:
                line = f.readline()
                if not line.endswith("\n"):
                    time.sleep(0.01)
                    continue
                fields = dict(w.split("=", 1) for w in line.split() if "=" in w)
                if "connected" in fields:
                    self.note(int(fields["connected"]))

    def note(self, n):
        if n == self.nodes and self.now != n:
            self.whole_at = time.monotonic()
        elif n != self.nodes and self.now == self.nodes:
            self.broken_at = time.monotonic()
        self.now = n


class Probes:
    """Watches the pods of the probes: when each first had a node."""

    def __init__(self, api):
        self.seen, self.api = {}, api
        threading.Thread(target=self.follow, daemon=True).start()

    def follow(self):
        while True:
            try:
                for event in self.api.watch(f"/api/v1/namespaces/{PROBES}/pods?watch=1"):
                    meta = event["object"].get("metadata", {})
                    if event["object"].get("spec", {}).get("nodeName"):
                        self.seen.setdefault(meta["labels"]["muster.dev/job-name"], time.monotonic())
            except OSError:
                time.sleep(0.1)


class Failover(Muster):
    name, launch, ours = "failover", "true", ("hollow",)

    def prepare(self):
        c, o = self.cluster, self.o
        for ns in (RUNNING, WAITING, PROBES):
            c.make_namespace(ns)
        for name in ("c1", "c2"):
            self.coordinator(name)
        self.hollow("--coordinator", f"127.0.0.1:{c.ports['c1'][0]}", "--launch", "true", "--kubelets", "true", "--over", f"{o.nodes * 20}ms")
        c.wait(lambda: os.path.exists(os.path.join(c.dir, "hollow.log")), "the hollow agents begin")
        self.connected = Connected(os.path.join(c.dir, "hollow.log"), o.nodes)
        c.wait(lambda: self.connected.now == o.nodes, "all agents are connected", PATIENCE * 2)
        self.probes = Probes(c.api)

    def coordinator(self, name):
        self.cluster.start_coordinator(name, agent_launch="true", log_level="info", lease_duration="15s", renew_deadline="10s",
                                       retry_period="2s")

    def fill(self):
        """The jobs that run and those that wait; returns the members: (job, index) -> UID of the pod."""
        c, o = self.cluster, self.o
        for i in range(o.jobs):
            c.api.post(jobs(RUNNING), job(f"r{i}", o.members // o.jobs))
        for i in range(o.waiting):
            c.api.post(jobs(WAITING), job(f"w{i}", 1, nodeSelector={"no": "node"}))
        want = o.members // o.jobs
        c.wait(lambda: all((j.get("status") or {}).get("running") == want or (j.get("status") or {}).get("state") == "Running"
                           for j in c.api.get(jobs(RUNNING))["items"]), "all jobs run", 1200, every=2)
        c.wait(lambda: len(self.members()) == want * o.jobs, "all members have pods", 600, every=2)
        return self.members()

    def pods(self, ns):
        return [p for p in self.cluster.api.get(f"/api/v1/namespaces/{ns}/pods")["items"]
                if p["metadata"]["labels"].get("muster.dev/job-name")]

    def members(self):
        return {p["metadata"]["name"]: p["metadata"]["uid"] for p in self.pods(RUNNING)}

    def numbers(self):
        """What the statuses of the running jobs say, without their texts."""
        keep = ("state", "running", "active", "succeeded", "failed", "restarts", "attempts")
        return {j["metadata"]["name"]: {k: (j.get("status") or {}).get(k) for k in keep} for j in self.cluster.api.get(jobs(RUNNING))["items"]}

    def leader(self):
        """c1 or c2."""
        holder = self.cluster.api.get(f"/apis/coordination.k8s.io/v1/namespaces/{NS}/leases/muster-coordinator")["spec"].get("holderIdentity")
        return next((n for n in ("c1", "c2") if holder and holder.startswith(n + "_")), None)

    def settled(self):
        return self.leader() and self.connected.now == self.o.nodes

    def fault(self, kind, i):
        """Seconds until the probe's pod had a node, and until all agents were connected again."""
        c, name = self.cluster, f"{kind}-{i}"
        leader = c.wait(lambda: self.settled() and self.leader(), "a leader, and all agents", PATIENCE)
        self.connected.broken_at = None
        process, began = c.processes[leader], time.monotonic()
        process.send_signal({"killed": signal.SIGKILL, "paused": signal.SIGSTOP, "handed": signal.SIGTERM}[kind])
        c.api.post(jobs(PROBES), job(name, 1))
        threading.Thread(target=self.mend, args=(kind, leader, process, PAUSES[i % len(PAUSES)]), daemon=True).start()
        c.wait(lambda: name in self.probes.seen, f"the job {name} has a pod on a node", PATIENCE)
        placed = self.probes.seen[name] - began
        c.wait(lambda: process.poll() is None or c.processes[leader] is not process, "the process is started again", PATIENCE)
        c.wait(self.settled, "all agents are connected", PATIENCE)
        back = self.connected.whole_at - began if self.connected.broken_at else 0.0
        c.api.delete(f"{jobs(PROBES)}/{name}")
        return placed, back

    def mend(self, kind, name, process, pause):
        if kind == "paused":
            time.sleep(pause)
            process.send_signal(signal.SIGCONT)
            time.sleep(1)
            if process.poll() is None:
                return
        process.wait()
        time.sleep(RESTART)
        self.coordinator(name)

    def wrong(self, members, numbers):
        """What is not as it was before the faults, in words."""
        found = []
        now = self.members()
        found += [f"the pod {p} is gone or another" for p, uid in members.items() if now.get(p) != uid]
        found += [f"the pod {p} is new" for p in now if p not in members]
        after = self.numbers()
        found += [f"the status of {n} was {numbers[n]} and is {after.get(n)}" for n in numbers if after.get(n) != numbers[n]]
        found += [f"the waiting job {p['metadata']['labels']['muster.dev/job-name']} has a pod" for p in self.pods(WAITING)]
        return found


def percentile(values, p):
    return statistics.quantiles(values, n=100, method="inclusive")[p - 1] if len(values) > 1 else values[0]


def options():
    p = argparse.ArgumentParser(prog="test/bench/failover", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--nodes", type=int, default=500)
    p.add_argument("--jobs", type=int, default=50, help="how many jobs run")
    p.add_argument("--members", type=int, default=5000, help="how many members they have together")
    p.add_argument("--waiting", type=int, default=200, help="how many jobs wait")
    p.add_argument("--times", type=int, default=50, help="how often each fault happens")
    p.add_argument("--only", nargs="+", choices=("killed", "paused", "handed"), default=["handed", "killed", "paused"])
    o = p.parse_args()
    o.coordinator = {}
    return o


def main():
    o = options()
    print(f"{o.nodes} nodes, {o.members} members of {o.jobs} jobs, {o.waiting} jobs wait; {os.cpu_count()} cores, "
          f"load {os.getloadavg()[0]:.1f}", flush=True)
    bench = Failover(o)
    try:
        bench.start()
        members = bench.fill()
        numbers = bench.numbers()
        print("| the leader is | times | s until a new job has a pod: p50 | p99 | most | s until all agents are back: p50 | p99 |\n"
              "|---|---|---|---|---|---|---|", flush=True)
        for kind in o.only:
            took = []
            for i in range(o.times):
                took.append(bench.fault(kind, i))
                print(f"{kind} {i + 1}: placed after {took[-1][0]:.2f} s, agents after {took[-1][1]:.2f} s", file=sys.stderr, flush=True)
            placed, back = zip(*took)
            print(f"| {kind} | {len(took)} | {percentile(placed, 50):.2f} | {percentile(placed, 99):.2f} | {max(placed):.2f} | "
                  f"{percentile(back, 50):.2f} | {percentile(back, 99):.2f} |", flush=True)
        time.sleep(5)
        found = bench.wrong(members, numbers)
        print("\n".join(found[:20] + [f"{len(found)} things are not as they were"] if found else ["no member restarted, none doubled, all counts as they were"]))
        return 1 if found else 0
    finally:
        bench.stop()


if __name__ == "__main__":
    sys.exit(main())
