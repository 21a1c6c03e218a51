# SPDX-License-Identifier: Apache-2.0
"""What the create of a ComputeJob costs the API server, beside that of a batch Job.

One etcd and one kube-apiserver, nothing else. h2load creates suspended jobs (4 connections, 16 streams each); contenders take
turns, so that what else the machine does meets all of them. The figures are CPU time of the server, median of the rounds, and the
ratio to the batch Job of the same run. On a busy machine CPU time says little: the lowest of the rounds says more, and what the
server allocates (Go's own counts) is nearly the same in each round, whatever else runs.

Other definitions of ComputeJob can take part: --crd NAME=FILE. Each is installed under the group NAME.example.com."""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(TOP, "test", "integration", "programs"))
from harness import Cluster  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
IMAGE = "busybox:1.35"


def pod_spec():
    return {"restartPolicy": "Never", "automountServiceAccountToken": False,
            "containers": [{"name": "main", "image": IMAGE, "command": ["sleep", "60"],
                            "env": [{"name": "A", "value": "1"}],
                            "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}}}]}


def batch_job():
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"generateName": "job-"},
            "spec": {"suspend": True, "parallelism": 10, "completions": 10, "completionMode": "Indexed", "backoffLimit": 3,
                     "template": {"spec": {**pod_spec(), "nodeSelector": {"disk": "ssd"}}}}}


def short_job():
    """As docs/usage.md begins."""
    return {"kind": "ComputeJob", "metadata": {"generateName": "job-"},
            "spec": {"suspend": True, "parallelism": 10, "backoffLimit": 3, "image": IMAGE, "command": ["sleep", "60"],
                     "env": [{"name": "A", "value": "1"}], "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}},
                     "nodeSelector": {"disk": "ssd"}}}


def template_job():
    """The same pod as a template."""
    return {"kind": "ComputeJob", "metadata": {"generateName": "job-"},
            "spec": {"suspend": True, "parallelism": 10, "backoffLimit": 3, "template": {"spec": pod_spec()},
                     "nodeSelector": {"disk": "ssd"}}}


class Contender:
    def __init__(self, name, body, path):
        self.name, self.body, self.path = name, body, path
        self.cpu, self.rate, self.etcd, self.objects, self.bytes = [], [], [], [], []


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def start(cluster):
    lib = os.path.join(TOP, "test", "integration", "lib", "apiserver")
    env = {**os.environ, "MUSTER_OWNER_PID": str(os.getpid())}
    subprocess.run([lib, "start", cluster.dir], check=True, stdout=subprocess.DEVNULL, env=env)
    cluster.api = cluster.api_as(cluster.read("token"))
    cluster.wait(lambda: cluster.find("/api/v1/namespaces/default"), "namespace default")
    cluster.apply_crds()


def idle(cluster, seconds=90):
    """Waits until the server does next to nothing: a new definition makes it put all documents of its API together again."""
    server = int(cluster.read("pids").split()[1])
    end, quiet = time.monotonic() + seconds, 0
    while quiet < 3 and time.monotonic() < end:
        before = cpu_seconds(server)
        time.sleep(1)
        quiet = quiet + 1 if cpu_seconds(server) - before < 0.05 else 0


def allocated(cluster):
    """What the server has allocated since its start: objects, bytes."""
    text = cluster.api.text("/metrics")
    return [float(re.search(rf"^go_memstats_{name}_total (\S+)", text, re.M)[1]) for name in ("mallocs", "alloc_bytes")]


def install(cluster, name, file):
    """The definition under a group of its own; the group."""
    with open(file, encoding="utf-8") as f:
        text = f.read()
    group = f"{name}.example.com"
    text = text.replace("group: muster.dev", f"group: {group}").replace("name: computejobs.muster.dev", f"name: computejobs.{group}")
    text = re.sub(r"\n    (categories|shortNames): \[\w+\]", "", text)
    cluster.kubectl("apply", "--server-side", "-f", "-", stdin=text)
    cluster.kubectl("wait", "--for=condition=Established", f"crd/computejobs.{group}", "--timeout=30s")
    return group


def creates(cluster, c, n):
    """Creates n objects of the contender; its figures grow by one."""
    file = os.path.join(cluster.dir, "body.json")
    with open(file, "w", encoding="utf-8") as f:
        json.dump(c.body, f)
    etcd, server = (int(p) for p in cluster.read("pids").split())
    heap = allocated(cluster)
    before, etcd_before, began = cpu_seconds(server), cpu_seconds(etcd), time.monotonic()
    out = subprocess.run(["h2load", "-n", str(n), "-c", "4", "-m", "16", "-t", "1", "-d", file,
                          "-H", f"authorization: Bearer {cluster.read('token')}", "-H", "content-type: application/json",
                          cluster.read("url") + c.path], capture_output=True, text=True, check=False).stdout
    took = time.monotonic() - began
    made = re.search(r"status codes: (\d+) 2xx", out)
    if not made or int(made[1]) != n:
        sys.exit(f"{c.name}: not all of {n} were created: {out[-600:]}")
    c.cpu.append((cpu_seconds(server) - before) * 1000 / n)
    c.etcd.append((cpu_seconds(etcd) - etcd_before) * 1000 / n)
    c.rate.append(n / took)
    heap = [b - a for a, b in zip(heap, allocated(cluster))]
    c.objects.append(heap[0] / n)
    c.bytes.append(heap[1] / n / 1024)


def profile(cluster, c, seconds, file):
    """The server's profiles while objects of the contender are created: where CPU time goes, and what is allocated."""
    def fetch(kind):
        url = f"{cluster.read('url')}/debug/pprof/{kind}?seconds={seconds}"
        return subprocess.Popen(["curl", "-sf", "--cacert", os.path.join(cluster.dir, "ca.crt"), "-H",
                                 f"Authorization: Bearer {cluster.read('token')}", "-o", f"{file}.{kind}", url])
    for _ in range(2):  # Go's profile of allocations is two collections late
        cluster.api.connect().request("GET", "/debug/pprof/heap?gc=1", headers={"Authorization": f"Bearer {cluster.api.token}"})
        time.sleep(1)
    fetches = [fetch("profile"), fetch("allocs")]
    while any(f.poll() is None for f in fetches):
        creates(cluster, Contender(c.name, c.body, c.path), 200)
    print(f"profiles of {c.name}: {file}.profile, {file}.allocs", file=sys.stderr)


def table(all_):
    of = lambda c, base, what, value: value(getattr(c, what)) / value(getattr(base, what))
    print("| object | API server, CPU ms a create | of batch Job | lowest | of batch Job | allocated, objects | KiB | of batch Job | "
          "etcd, CPU ms | creates/s |\n|---|---|---|---|---|---|---|---|---|---|")
    for c in all_:
        print(f"| {c.name} | {statistics.median(c.cpu):.2f} | {of(c, all_[0], 'cpu', statistics.median):.2f} | {min(c.cpu):.2f} | "
              f"{of(c, all_[0], 'cpu', min):.2f} | {statistics.median(c.objects):.0f} | {statistics.median(c.bytes):.0f} | "
              f"{of(c, all_[0], 'bytes', statistics.median):.2f} | {statistics.median(c.etcd):.2f} | "
              f"{statistics.median(c.rate):.0f} |", flush=True)


def contenders(cluster, crds):
    all_ = [Contender("batch Job", batch_job(), "/apis/batch/v1/namespaces/default/jobs")]
    groups = {"": "muster.dev", **{name: install(cluster, name, file) for name, file in crds}}
    for name, group in groups.items():
        for what, body in (("short form", short_job()), ("template", template_job())):
            body["apiVersion"] = f"{group}/v1alpha1"
            all_.append(Contender(f"ComputeJob, {what}{', ' + name if name else ''}", body,
                                  f"/apis/{group}/v1alpha1/namespaces/default/computejobs"))
    return all_


def options():
    p = argparse.ArgumentParser(prog="test/bench/creates", description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("-n", type=int, default=1000, help="creates of each contender in a round")
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--crd", type=lambda s: tuple(s.split("=", 1)), action="append", default=[], metavar="NAME=FILE")
    p.add_argument("--profile", metavar="FOLDER", help="also write profiles of each contender there, for go tool pprof")
    return p.parse_args()


def main():
    o = options()
    cluster = Cluster(0)
    try:
        start(cluster)
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
        all_ = contenders(cluster, o.crd)
        idle(cluster)
        for c in all_:  # caches fill, definitions are compiled
            creates(cluster, Contender(c.name, c.body, c.path), 200)
        for _ in range(o.rounds):
            for c in all_:
                creates(cluster, c, o.n)
        table(all_)
        for i, c in enumerate(all_ if o.profile else []):
            profile(cluster, c, 15, os.path.join(o.profile, f"{i}-{re.sub('[^a-z]+', '-', c.name.lower())}"))
    finally:
        cluster.stop()


if __name__ == "__main__":
    main()
