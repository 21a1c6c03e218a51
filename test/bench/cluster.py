# SPDX-License-Identifier: Apache-2.0
"""How fast the pods of jobs come to be, end to end, and what that costs the API server.

Each contender gets a fresh etcd and kube-apiserver, and the same Nodes. A run begins with the first job and ends when a third
watcher has counted each member as a pod with a node. All contenders are ServiceAccounts of one namespace, so that API Priority and
Fairness treats them alike."""

import argparse
import http.client
import json
import multiprocessing
import os
import queue
import re
import statistics
import subprocess
import sys
import time

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(TOP, "test", "integration", "programs"))
os.environ.setdefault("MUSTER_BIN", os.path.join(TOP, "build", "release", "bin"))
from harness import BIN, NS, TOOLS, Cluster, free_port  # noqa: E402

WORK = "bench"  # the namespace of the jobs
PATIENCE = 240  # seconds for one run
STUCK = 60  # seconds without another pod, after all was sent, that end a run
BROKEN = (http.client.HTTPException, OSError)  # the server, or the time for an answer, has ended a connection
IMAGE = "busybox:1.35"
TICKS = os.sysconf("SC_CLK_TCK")


# What a contender is measured by


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def requests(api):
    """Counts of requests since the server's start: (verb, code) -> n."""
    counts = {}
    for line in api.text("/metrics").splitlines():
        if line.startswith("apiserver_request_total{"):
            labels = dict(re.findall(r'(\w+)="([^"]*)"', line))
            key = labels["verb"], labels["code"]
            counts[key] = counts.get(key, 0) + int(float(line.rsplit(" ", 1)[1]))
    return counts


def count_members(cluster, shared, members):
    """The third watcher: sets shared.value to the number of pods with a node; runs until all were seen. The server
    ends the watch of a client that is too slow; the next one begins with all pods that there are."""
    while shared.value < members:
        try:
            watch_once(cluster.api, shared, members)
        except BROKEN as e:
            print(f"the watch of pods begins again: {e!r}", file=sys.stderr, flush=True)
            time.sleep(1)


def watch_once(api, shared, members):
    c = api.connect(timeout=None)
    c.request("GET", f"/api/v1/namespaces/{WORK}/pods?watch=1&resourceVersion=0&fieldSelector=spec.nodeName!%3D",
              headers={"Authorization": f"Bearer {api.token}"})
    r = c.getresponse()
    seen, rest = 0, b""
    while seen < members:
        chunk = r.read1(1 << 20)
        if not chunk:
            return
        text = rest + chunk
        seen += text.count(b'"type":"ADDED"')
        rest = text[-13:]
        if rest.count(b'"type":"ADDED"'):
            rest = b""
        shared.value = max(shared.value, seen)


def stand_by(cluster, token, go, stop, reads, out):
    """A bystander who reads one ConfigMap again and again: how long each read took, in seconds, before go and from go to stop.
    A read whose connection breaks took until then."""
    api = cluster.api
    c = api.connect(timeout=60)
    idle, took = [], []
    while not stop.is_set():
        began = time.monotonic()
        try:
            c.request("GET", f"/api/v1/namespaces/{WORK}/configmaps/bystander", headers={"Authorization": f"Bearer {token}"})
            c.getresponse().read()
        except BROKEN as e:
            print(f"the bystander connects again: {e!r}", file=sys.stderr, flush=True)
            c.close()
        reads.value += 1
        (took if go.is_set() else idle).append(time.monotonic() - began)
        time.sleep(0.02)
    out.put((idle, took))


# The contenders


class Contender:
    """A cluster of its own with one way to make the pods of jobs."""

    name, ours = "", ()

    def __init__(self, options):
        self.o = options
        self.cluster = Cluster(0)

    def pids(self):
        return [self.cluster.processes[n].pid for n in self.ours]

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


class Job(Contender):
    name, ours = "batch Job", ("controllers", "scheduler")

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
        return self.load(f"/apis/batch/v1/namespaces/{WORK}/jobs", body, jobs)

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

    def prepare(self):
        c = self.cluster
        c.start_coordinator(agent_launch=self.launch, log_level="info", lease_duration="15s", renew_deadline="10s",
                            retry_period="2s", **self.o.coordinator)
        self.hollow("--coordinator", f"127.0.0.1:{c.ports['c1'][0]}", "--launch", self.launch,
                    "--over", f"{self.o.nodes * 20}ms")
        c.wait(lambda: self.hollow_says(f" connected={self.o.nodes} "), "all agents are connected", 240)
        c.make_job("first", command=["forever"], parallelism=1)
        c.wait(lambda: c.pods("first"), "the first pod is there", 60)

    def submit(self, jobs, members):
        body = {"apiVersion": "muster.dev/v1alpha1", "kind": "ComputeJob", "metadata": {"generateName": "job-"},
                "spec": {"parallelism": members, "command": ["forever"], "image": IMAGE,
                         "resources": {"cpu": "10m", "memory": "16Mi"}}}
        return self.load(f"/apis/muster.dev/v1alpha1/namespaces/{WORK}/computejobs", body, jobs)


class MusterLaunch(Muster):
    name, launch = "Muster, agents create", "true"


CONTENDERS = {"raw": Raw, "job": Job, "muster": Muster, "launch": MusterLaunch}


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


def times_of(bystander, out):
    """What stand_by measured."""
    try:
        return out.get(timeout=90)
    except queue.Empty:
        sys.exit(f"bench: the bystander told nothing (exit code {bystander.exitcode})")


def p99(waits):
    """In ms."""
    return statistics.quantiles(waits, n=100)[98] * 1000 if len(waits) > 1 else 0.0


def run(contender, jobs, members):
    """One line of the table."""
    c, total = contender.cluster, jobs * members
    shared, reads = multiprocessing.Value("q", 0), multiprocessing.Value("q", 0)
    go, stop, out = multiprocessing.Event(), multiprocessing.Event(), multiprocessing.Queue()
    watcher = multiprocessing.Process(target=count_members, args=(c, shared, total), daemon=True)
    bystander = multiprocessing.Process(target=stand_by, args=(c, contender.by_token, go, stop, reads, out), daemon=True)
    watcher.start()
    bystander.start()
    time.sleep(5)
    servers = [int(p) for p in c.read("pids").split()]
    pids = [servers[1], servers[0], *contender.pids()]
    before, cpu, reads_before = requests(c.api), [cpu_seconds(p) for p in pids], reads.value
    go.set()
    began = time.monotonic()
    load = contender.submit(jobs, members)
    seen = await_members(shared, total, watcher, load)
    took = time.monotonic() - began
    cpu = [cpu_seconds(p) - b for p, b in zip(pids, cpu)]
    stop.set()
    after = requests(c.api)
    own = reads.value - reads_before + 1  # the bystander's reads, and the metrics
    idle, waits = times_of(bystander, out)
    load.kill()
    for p in (watcher, bystander):
        p.terminate()
    made = {k: n - before.get(k, 0) for k, n in after.items()}
    writes = sum(n for (verb, _), n in made.items() if verb in ("POST", "PUT", "PATCH", "APPLY", "DELETE"))
    return {
        "contender": contender.name, "shape": f"{jobs}x{members}", "seen": seen, "of": total, "seconds": took, "rate": seen / took,
        "writes": writes / max(seen, 1), "requests": (sum(made.values()) - own) / max(seen, 1),
        "throttled": sum(n for (_, code), n in made.items() if code == "429"),
        "apiserver": cpu[0] * 1000 / max(seen, 1), "etcd": cpu[1] * 1000 / max(seen, 1), "ours": sum(cpu[2:]) * 1000 / max(seen, 1),
        "each": [v * 1000 / max(seen, 1) for v in cpu[2:]],
        "p99": p99(waits), "idle": p99(idle), "refused": refused(os.path.join(c.dir, "h2load.log")),
    }


def line(r, raw, job):
    missing = "" if r["seen"] == r["of"] else f"   only {r['seen']} of {r['of']}{r['refused']}"
    share = lambda base: f"{r['rate'] / base:.2f}" if base else "-"
    return (f"| {r['shape']} | {r['contender']} | {r['rate']:.0f} | {share(raw)} | {share(job)} | {r['writes']:.2f} | "
            f"{r['requests']:.2f} | {r['throttled']} | {r['apiserver']:.2f} | {r['etcd']:.2f} | "
            f"{' + '.join(f'{v:.2f}' for v in r['each']) or '-'} | {r['p99']:.0f} | {r['idle']:.0f} |{missing}")


def shape_of(text):
    m = re.fullmatch(r"(\d+)x(\d+)", text)
    if not m:
        raise argparse.ArgumentTypeError(f"{text} is not JOBSxMEMBERS")
    return int(m[1]), int(m[2])


def options():
    p = argparse.ArgumentParser(prog="test/bench/cluster", description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--shapes", type=shape_of, nargs="+", default=[(20, 500), (500, 20)], metavar="JOBSxMEMBERS")
    p.add_argument("--only", nargs="+", choices=list(CONTENDERS), default=list(CONTENDERS), help="the contenders")
    p.add_argument("--nodes", type=int, default=500)
    p.add_argument("--coordinator", type=lambda s: dict(w.split("=", 1) for w in s.split(",") if w), default={},
                   metavar="OPTION=VALUE,…", help="further options of muster-coordinator")
    p.add_argument("--raw-at-once", type=int, default=32, metavar="N", help="how many raw creates are under way at once")
    p.add_argument("--keep", action="store_true", help="keep the folders with the logs")
    return p.parse_args()


def main():
    o = options()
    if o.keep:
        os.environ["MUSTER_KEEP"] = "1"
    print(f"{o.nodes} nodes, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    print("| shape | contender | pods/s | of raw | of Job | writes/pod | requests/pod | 429s | "
          "CPU s/1,000 pods: API server | etcd | ours | GET p99, ms | idle |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    for jobs, members in o.shapes:
        rates = {}
        for name in o.only:
            contender = CONTENDERS[name](o)
            try:
                contender.start()
                r = run(contender, jobs, members)
            finally:
                if o.keep:
                    print(f"logs of {name}: {contender.cluster.dir}", file=sys.stderr)
                contender.stop()
            rates[name] = r["rate"]
            print(line(r, rates.get("raw"), rates.get("job")), flush=True)


if __name__ == "__main__":
    main()
