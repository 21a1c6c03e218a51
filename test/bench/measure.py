# SPDX-License-Identifier: Apache-2.0
"""What a run of test/bench/cluster is measured by: CPU times, requests, and the watchers and the bystander, which are processes
of their own."""

import http.client
import json
import os
import queue
import re
import statistics
import sys
import threading
import time

TICKS = os.sysconf("SC_CLK_TCK")
BROKEN = (http.client.HTTPException, OSError)  # the server, or the time for an answer, has ended a connection
POD = re.compile(rb'"metadata":\{"name":"([^"]+)"')
OWNER = re.compile(rb'"ownerReferences":\[\{[^\]]*?"name":"([^"]+)"')
ADDED = b'{"type":"ADDED"'


def cpu_seconds(pid):
    """0 for a process that has ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            fields = f.read().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def machine_seconds():
    """CPU time of the whole machine: (busy, all)."""
    with open("/proc/stat", encoding="ascii") as f:
        fields = [int(v) for v in f.readline().split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICKS, sum(fields) / TICKS


def requests(api):
    """Counts of requests since the server's start: (verb, code) -> n."""
    counts = {}
    for line in api.text("/metrics").splitlines():
        if line.startswith("apiserver_request_total{"):
            labels = dict(re.findall(r'(\w+)="([^"]*)"', line))
            key = labels["verb"], labels["code"]
            counts[key] = counts.get(key, 0) + int(float(line.rsplit(" ", 1)[1]))
    return counts


def job_and_pod(line):
    """The job that a pod belongs to, "" if it belongs to none, and the pod."""
    pod, owner = POD.search(line[:400]), OWNER.search(line[:4000])
    return owner[1].decode() if owner else "", pod[1]


def name_of(line):
    return json.loads(line)["object"]["metadata"]["name"]


def added(api, path, name):
    """(name, time) for each object that a watch shows for the first time. The server ends the watch of a client that is too
    slow; the next one begins with all objects that there are."""
    c = api.connect(timeout=None)
    c.request("GET", path, headers={"Authorization": f"Bearer {api.token}"})
    r = c.getresponse()
    rest = b""
    while True:
        chunk = r.read1(1 << 20)
        if not chunk:
            return
        *lines, rest = (rest + chunk).split(b"\n")
        now = time.monotonic()
        for line in lines:
            if line.startswith(ADDED):
                yield name(line), now


def again(what):
    while True:
        try:
            what()
            print("a watch begins again", file=sys.stderr, flush=True)
        except BROKEN as e:
            print(f"a watch begins again: {e!r}", file=sys.stderr, flush=True)
            time.sleep(1)


def watch_members(api, work, jobs_path, shared, members, out):
    """The third watcher: sets shared.value to the number of pods with a node, runs until all were seen, and puts
    {job: when it was seen}, {job: [when a pod of it was seen]} into out."""
    seen_jobs, pods, done = {}, {}, threading.Event()
    os.nice(-10)  # what is late here is not late at the API server

    def of_jobs():
        for name, at in added(api, f"{jobs_path}?watch=1&resourceVersion=0", name_of):
            seen_jobs.setdefault(name, at)

    def of_pods():
        for (job, pod), at in added(api, f"/api/v1/namespaces/{work}/pods?watch=1&resourceVersion=0&fieldSelector=spec.nodeName!%3D",
                              job_and_pod):
            pods.setdefault(pod, (job, at))  # a watch that begins anew shows all again
            shared.value = len(pods)
            if len(pods) >= members:
                done.set()

    if jobs_path:
        threading.Thread(target=again, args=(of_jobs,), daemon=True).start()
    threading.Thread(target=again, args=(of_pods,), daemon=True).start()
    done.wait()
    time.sleep(0.2)
    times = {}
    for job, at in list(pods.values()):
        times.setdefault(job, []).append(at)
    out.put((seen_jobs, times))


def until_pods(seen_jobs, pods, members):
    """In ms, from when a job was seen until its first and its last pod had a node; of jobs all of whose pods were seen."""
    whole = [(min(v) - seen_jobs[j], max(v) - seen_jobs[j]) for j, v in pods.items() if j in seen_jobs and len(v) == members]
    return [max(0, first) * 1000 for first, _ in whole], [max(0, last) * 1000 for _, last in whole]


def stand_by(api, path, go, stop, reads, out):
    """A bystander who reads one object again and again: how long each read took, in seconds, before go and from go to stop.
    A read whose connection breaks took until then."""
    c = api.connect(timeout=60)
    idle, took = [], []
    while not stop.is_set():
        began = time.monotonic()
        try:
            c.request("GET", path, headers={"Authorization": f"Bearer {api.token}"})
            c.getresponse().read()
        except BROKEN as e:
            print(f"the bystander connects again: {e!r}", file=sys.stderr, flush=True)
            c.close()
        reads.value += 1
        (took if go.is_set() else idle).append(time.monotonic() - began)
        time.sleep(0.02)
    out.put((idle, took))


def taken(process, out, patience):
    """What a process put into out, or None."""
    try:
        return out.get(timeout=patience)
    except queue.Empty:
        print(f"bench: {process.name} told nothing (exit code {process.exitcode})", file=sys.stderr, flush=True)
        return None


def percentile(values, n):
    if not values:
        return 0.0
    return statistics.quantiles(values, n=100)[n - 1] if len(values) > 1 else values[0]
