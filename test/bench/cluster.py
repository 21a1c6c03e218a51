# SPDX-License-Identifier: Apache-2.0
"""How fast the pods of jobs come to be, end to end, and what that costs the API server.

Each contender gets a fresh etcd and kube-apiserver, and the same Nodes. A run begins with the first job and ends when a third
watcher has counted each member as a pod with a node. All contenders are ServiceAccounts of one namespace, so that API Priority and
Fairness treats them alike."""

import argparse
import json
import multiprocessing
import os
import platform
import re
import statistics
import subprocess
import sys
import time

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(TOP, "test", "integration", "programs"))
os.environ.setdefault("MUSTER_BIN", os.path.join(TOP, "build", "release", "bin"))
import measure  # noqa: E402
import table  # noqa: E402
from harness import BIN, NS, TOOLS, Cluster, free_port  # noqa: E402

WORK = "bench"  # the namespace of the jobs
PATIENCE = 240  # seconds for one run
STUCK = 60  # seconds without another pod, after all was sent, that end a run
IMAGE = "busybox:1.35"


# The contenders


class Contender:
    """A cluster of its own with one way to make the pods of jobs."""

    name, ours = "", ()
    jobs = ""  # the path of its jobs

    def __init__(self, options):
        self.o = options
        self.cluster = Cluster(0)

    def account(self, name):
        """A ServiceAccount that may do everything, and its token."""
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": NS}}
        binding = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": name},
                   "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
                   "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": NS}]}
        self.cluster.apply_objects([account, binding])
        return self.cluster.token(name)

    def hollow(self, *options):
        c = self.cluster
        c.spawn("hollow", [os.path.join(BIN, "muster-hollow"), "--kubeconfig", os.path.join(c.dir, "kubeconfig"),
                           "--nodes", str(self.o.nodes), *options])

    def hollow_says(self, words):
        return words in self.cluster.log_text("hollow")

    def start(self):
        c = self.cluster
        lib = os.path.join(TOP, "test", "integration", "lib", "apiserver")
        env = {**os.environ, "MUSTER_OWNER_PID": str(os.getpid())}
        subprocess.run([lib, "start", c.dir], check=True, stdout=subprocess.DEVNULL, env=env)
        c.api = c.api_as(c.read("token"))
        c.make_namespace(NS)
        c.make_namespace(WORK)
        c.api.post(f"/api/v1/namespaces/{WORK}/configmaps", {"metadata": {"name": "bystander"}, "data": {"a": "b"}})
        c.apply_crds()
        c.render_rbac()
        self.load_token = self.account("bench-load")
        self.by_token = self.account("bench-bystander")
        self.prepare()

    def prepare(self):
        self.hollow()
        self.cluster.wait(lambda: self.hollow_says(f"nodes={self.o.nodes}"), "the Nodes are made", 180)

    def load(self, path, body, n, at_once=32):
        """h2load posts the body n times, so many at once; the process."""
        c = self.cluster
        file = os.path.join(c.dir, "body.json")
        with open(file, "w", encoding="utf-8") as f:
            json.dump(body, f)
        log = open(os.path.join(c.dir, "h2load.log"), "wb")
        clients = min(4, n, at_once)
        return subprocess.Popen(
            ["h2load", "-n", str(n), "-c", str(clients), "-m", str(min(at_once // clients, max(1, n // clients))), "-d", file,
             "-H", f"authorization: Bearer {self.load_token}", "-H", "content-type: application/json",
             c.read("url") + path], stdout=log, stderr=log)

    def submit(self, jobs, members):
        raise NotImplementedError

    def stop(self):
        self.cluster.stop()


def pod_spec():
    return {"restartPolicy": "Never", "terminationGracePeriodSeconds": 30, "automountServiceAccountToken": False,
            "containers": [{"name": "main", "image": IMAGE, "command": ["forever"],
                            "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}}}]}


class Raw(Contender):
    name = "raw creates"

    def submit(self, jobs, members):
        body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "raw-", "labels": {"app": "raw"}},
                "spec": {**pod_spec(), "nodeName": "hollow-0"}}
        return self.load(f"/api/v1/namespaces/{WORK}/pods", body, jobs * members, self.o.raw_at_once)


class Alike(Raw):
    """The same with pods as Muster makes them: variables, labels, annotations and an owner cost the API server something, too."""

    name = "raw creates of pods like Muster's"

    def submit(self, jobs, members):
        spec = {**pod_spec(), "nodeName": "hollow-0", "hostname": "job-abcde-12", "subdomain": "job-abcde"}
        env = {"MUSTER_MEMBER_INDEX": "12", "MUSTER_PARALLELISM": str(members), "MUSTER_COMPLETIONS": str(members),
               "MUSTER_JOB_NAME": "job-abcde", "MUSTER_NODE_NAME": "hollow-0", "JOB_COMPLETION_INDEX": "12",
               "MUSTER_LEADER_ADDRESS": f"job-abcde-0.job-abcde.{WORK}.svc"}
        spec["containers"][0].update(env=[{"name": k, "value": v} for k, v in env.items()],
                                     terminationMessagePolicy="FallbackToLogsOnError")
        uid = "00000000-0000-4000-8000-000000000000"
        labels = {"job-name": "job-abcde", "job-uid": uid, "template-hash": "0" * 40, "current": "true", "member-index": "12", "attempt": "1"}
        annotations = {"template-hash": "0" * 64, "containers": "main", "proof": "0" * 120}
        owner = {"apiVersion": "muster.dev/v1alpha1", "kind": "ComputeJob", "name": "job-abcde", "uid": uid, "controller": True,
                 "blockOwnerDeletion": True}
        # Under a group of its own: no other program takes them for members.
        meta = {"generateName": "job-abcde-12-", "ownerReferences": [owner],
                "labels": {f"bench.example/{k}": v for k, v in labels.items()},
                "annotations": {f"bench.example/{k}": v for k, v in annotations.items()}}
        return self.load(f"/api/v1/namespaces/{WORK}/pods", {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec},
                         jobs * members, self.o.raw_at_once)


class Job(Contender):
    name, ours = "batch Job", ("controllers", "scheduler")
    jobs = f"/apis/batch/v1/namespaces/{WORK}/jobs"

    def prepare(self):
        c = self.cluster
        super().prepare()
        config = c.kubeconfig("controllers", self.account("bench-controllers"))
        c.spawn("controllers", [
            os.path.join(TOOLS, "kube-controller-manager"), "--kubeconfig", config, "--leader-elect=false", "--controllers=job",
            "--concurrent-job-syncs=20", "--kube-api-qps=5000", "--kube-api-burst=10000", "--bind-address=127.0.0.1",
            f"--secure-port={free_port()}", f"--cert-dir={c.dir}"])
        config = c.kubeconfig("scheduler", self.account("bench-scheduler"))
        file = os.path.join(c.dir, "scheduler.yaml")
        with open(file, "w", encoding="utf-8") as f:
            json.dump({"apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration",
                       "leaderElection": {"leaderElect": False},
                       "clientConnection": {"kubeconfig": config, "qps": 5000, "burst": 10000}}, f)
        c.spawn("scheduler", [os.path.join(TOOLS, "kube-scheduler"), "--config", file, "--bind-address=127.0.0.1",
                              f"--secure-port={free_port()}", f"--cert-dir={c.dir}"])
        self.warm_up()

    def submit(self, jobs, members):
        body = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"generateName": "job-"},
                "spec": {"parallelism": members, "completions": members, "completionMode": "Indexed",
                         "template": {"spec": pod_spec()}}}
        return self.load(self.jobs, body, jobs)

    def warm_up(self):
        """Both programs have started when a first pod has a node."""
        c = self.cluster
        body = {"metadata": {"name": "first"}, "spec": {"template": {"spec": pod_spec()}}}
        c.api.post("/apis/batch/v1/namespaces/default/jobs", body)
        c.wait(lambda: any(p["spec"].get("nodeName") for p in c.api.get("/api/v1/namespaces/default/pods")["items"]),
               "the first pod has a node", 60)


class Muster(Contender):
    name, launch = "Muster, coordinator creates", "false"
    ours = ("c1", "hollow")
    jobs = f"/apis/muster.dev/v1alpha1/namespaces/{WORK}/computejobs"

    def prepare(self):
        c = self.cluster
        c.start_coordinator(agent_launch=self.launch, log_level="info", lease_duration="15s", renew_deadline="10s",
                            retry_period="2s", **self.o.coordinator)
        self.hollow("--coordinator", f"127.0.0.1:{c.ports['c1'][0]}", "--launch", self.launch,
                    "--one-address", "true" if self.o.one_address else "false", "--over", self.o.over or f"{self.o.nodes * 20}ms")
        c.wait(lambda: re.search(r" agents=[1-9]", c.log_text("hollow")), "the first agent has started", 240)
        began = time.monotonic()
        c.wait(lambda: self.hollow_says(f" connected={self.o.nodes} "), "all agents are connected", 240)
        print(f"{self.o.nodes} agents connected {time.monotonic() - began:.0f} s after the first began", file=sys.stderr, flush=True)
        c.make_job("first", command=["forever"], parallelism=1)
        c.wait(lambda: c.pods("first"), "the first pod is there", 60)

    def submit(self, jobs, members):
        body = {"apiVersion": "muster.dev/v1alpha1", "kind": "ComputeJob", "metadata": {"generateName": "job-"},
                "spec": {"parallelism": members, "command": ["forever"], "image": IMAGE,
                         "resources": {"cpu": "10m", "memory": "16Mi"}}}
        return self.load(self.jobs, body, jobs)


class MusterLaunch(Muster):
    name, launch = "Muster, agents create", "true"


CONTENDERS = {"raw": Raw, "alike": Alike, "job": Job, "muster": Muster, "launch": MusterLaunch}


# A run


def await_members(shared, members, watcher, load):
    began = since = time.monotonic()
    seen = 0
    while seen < members and time.monotonic() - began < PATIENCE and watcher.is_alive():
        time.sleep(0.01)
        if shared.value != seen or load.poll() is None:
            since = time.monotonic()
        seen = shared.value
        if time.monotonic() - since > STUCK:
            break
    return seen


def refused(log):
    """What h2load says of requests that came to nothing, or ''."""
    with open(log, encoding="utf-8", errors="replace") as f:
        says = re.findall(r"^(?:requests|status codes): .*", f.read(), re.M)
    bad = any(int(n) for s in says for n in re.findall(r"(\d+) (?:failed|errored|timeout|4xx|5xx)", s))
    return "; h2load: " + "; ".join(says) if bad else ""


def by_process(contender, pids):
    """CPU seconds of etcd, the API server, the contender's own programs, and of what else belongs to the run: h2load, the watcher,
    the bystander, this program."""
    own = os.times()
    load = [measure.cpu_seconds(p) for p in pids["load"]] + [own.user + own.system]
    # h2load has ended, perhaps: then its time is that of our children.
    load.append(own.children_user + own.children_system)
    return {"apiserver": measure.cpu_seconds(pids["apiserver"]), "etcd": measure.cpu_seconds(pids["etcd"]),
            **{n: measure.cpu_seconds(contender.cluster.processes[n].pid) for n in contender.ours}, "load": sum(load)}


def run(contender, jobs, members):
    """What one run shows."""
    c, total = contender.cluster, jobs * members
    shared, reads = multiprocessing.Value("q", 0), multiprocessing.Value("q", 0)
    go, stop = multiprocessing.Event(), multiprocessing.Event()
    times, waits = multiprocessing.Queue(), multiprocessing.Queue()
    watcher = multiprocessing.Process(target=measure.watch_members, daemon=True, name="the watcher",
                                      args=(c.api, WORK, contender.jobs, shared, total, times))
    bystander = multiprocessing.Process(
        target=measure.stand_by, daemon=True, name="the bystander",
        args=(c.api_as(contender.by_token), f"/api/v1/namespaces/{WORK}/configmaps/bystander", go, stop, reads, waits))
    watcher.start()
    bystander.start()
    time.sleep(5)
    etcd, server = (int(p) for p in c.read("pids").split())
    pids = {"apiserver": server, "etcd": etcd, "load": [watcher.pid, bystander.pid]}
    before, reads_before = measure.requests(c.api), reads.value
    cpu, machine = by_process(contender, pids), measure.machine_seconds()
    go.set()
    began = time.monotonic()
    load = contender.submit(jobs, members)
    pids["load"].append(load.pid)
    seen = await_members(shared, total, watcher, load)
    took = time.monotonic() - began
    busy, whole = (after - b for after, b in zip(measure.machine_seconds(), machine))
    cpu = {n: v - cpu[n] for n, v in by_process(contender, pids).items()}
    stop.set()
    after = measure.requests(c.api)
    own = reads.value - reads_before + 1  # the bystander's reads, and the metrics
    idle, read = measure.taken(bystander, waits, 90) or ([], [])
    firsts, lasts = measure.until_pods(*(measure.taken(watcher, times, 5) or ({}, {})), members) if seen == total else ([], [])
    load.kill()
    for p in (watcher, bystander):
        p.terminate()
    made = {k: n - before.get(k, 0) for k, n in after.items()}
    writes = sum(n for (verb, _), n in made.items() if verb in ("POST", "PUT", "PATCH", "APPLY", "DELETE"))
    return {
        "contender": contender.name, "jobs": jobs, "members": members, "nodes": contender.o.nodes, "seen": seen, "of": total,
        "seconds": took, "rate": seen / took, "writes": writes / max(seen, 1),
        "requests": (sum(made.values()) - own) / max(seen, 1),
        "throttled": sum(n for (_, code), n in made.items() if code == "429"),
        "cpu": {n: v * 1000 / max(seen, 1) for n, v in cpu.items()},  # ms a pod
        "first_p50": measure.percentile(firsts, 50), "first_p99": measure.percentile(firsts, 99),
        "last_p50": measure.percentile(lasts, 50), "last_p99": measure.percentile(lasts, 99),
        "get_p99": measure.percentile(read, 99) * 1000, "idle_p99": measure.percentile(idle, 99) * 1000,
        "busy": busy / whole, "elsewhere": max(0.0, busy - sum(cpu.values())) / whole,  # of the machine
        "refused": refused(os.path.join(c.dir, "h2load.log")),
    }


def median(runs):
    """The median of each column."""
    def of(values):
        return statistics.median(values)
    first = runs[0]
    return {**first, **{k: of([r[k] for r in runs]) for k, v in first.items() if isinstance(v, float)},
            "throttled": int(of([r["throttled"] for r in runs])), "seen": min(r["seen"] for r in runs),
            "cpu": {n: of([r["cpu"][n] for r in runs]) for n in first["cpu"]}, "runs": len(runs),
            "refused": next((r["refused"] for r in runs if r["refused"]), "")}


def shape_of(text):
    m = re.fullmatch(r"(\d+)x(\d+)", text)
    if not m:
        raise argparse.ArgumentTypeError(f"{text} is not JOBSxMEMBERS")
    return int(m[1]), int(m[2])


def options():
    p = argparse.ArgumentParser(prog="test/bench/cluster", description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--shapes", type=shape_of, nargs="+", default=[(40, 100), (200, 20)], metavar="JOBSxMEMBERS",
                   help="each member needs a node of its own, and a node takes 110 pods")
    p.add_argument("--only", nargs="+", choices=list(CONTENDERS), default=list(CONTENDERS), help="the contenders")
    p.add_argument("--nodes", type=int, default=100)
    p.add_argument("--runs", type=int, default=1, help="of each contender and shape, in turns; the table has medians")
    p.add_argument("--json", metavar="FILE", help="write all figures there, for test/bench/performance_page.py")
    p.add_argument("--coordinator", type=lambda s: dict(w.split("=", 1) for w in s.split(",") if w), default={},
                   metavar="OPTION=VALUE,…", help="further options of muster-coordinator")
    p.add_argument("--raw-at-once", type=int, default=32, metavar="N", help="how many raw creates are under way at once")
    p.add_argument("--one-address", action="store_true", help="all agents dial from one address, as behind a NAT")
    p.add_argument("--over", metavar="TIME", help="the agents start evenly over this time (20ms for each node)")
    p.add_argument("--keep", action="store_true", help="keep the folders with the logs")
    o = p.parse_args()
    for jobs, members in o.shapes:
        if members > o.nodes:
            p.error(f"{jobs}x{members}: {members} members of one job need as many nodes, and there are {o.nodes}")
        if jobs * members > o.nodes * 105:
            p.error(f"{jobs}x{members}: {o.nodes} nodes have room for {o.nodes * 105} pods")
    return o


def one_run(o, name, jobs, members):
    contender = CONTENDERS[name](o)
    try:
        contender.start()
        return run(contender, jobs, members)
    finally:
        if o.keep:
            print(f"logs of {name}: {contender.cluster.dir}", file=sys.stderr)
        contender.stop()


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        return next((v.split(":")[1].strip() for v in f if v.startswith("model name")), "unknown")


def measured(o, shape):
    """{contender: row} of medians. Contenders take turns, so that what else the machine does meets all of them."""
    runs = {name: [] for name in o.only}
    for _ in range(o.runs):
        for name in o.only:
            runs[name].append(one_run(o, name, *shape))
            r = runs[name][-1]
            if o.runs > 1:
                print(f"{name} {r['jobs']}x{r['members']}: {r['rate']:.0f} pods/s, others {r['elsewhere'] * 100:.0f} % of the machine",
                      file=sys.stderr, flush=True)
    return {name: median(v) for name, v in runs.items()}, runs


def main():
    o = options()
    if o.keep:
        os.environ["MUSTER_KEEP"] = "1"
    about = {"nodes": o.nodes, "cores": os.cpu_count(), "processor": processor(), "kernel": platform.release(),
             "date": time.strftime("%Y-%m-%d"), "load": os.getloadavg()[0], "runs": o.runs, "raw_at_once": o.raw_at_once,
             "command": " ".join(["test/bench/cluster", *(a for a in sys.argv[1:])])}
    print(f"{o.nodes} nodes, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    print(table.HEAD, flush=True)
    shapes = []
    for shape in o.shapes:
        rows, runs = measured(o, shape)
        for r in rows.values():
            print(table.line(r, rows), flush=True)
        shapes.append({"rows": rows, "runs": runs})
        if o.json:
            with open(o.json, "w", encoding="utf-8") as f:
                json.dump({"about": about, "shapes": shapes}, f, indent=1)


if __name__ == "__main__":
    main()
