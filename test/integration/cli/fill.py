# SPDX-License-Identifier: Apache-2.0
"""Fills an API server with ComputeNodes and ComputeJobs as a coordinator leaves them: python3 fill.py DIR NODES JOBS, where
DIR is that of test/integration/lib/apiserver."""
import http.client
import json
import os
import ssl
import sys
import threading
from urllib.parse import urlparse

API = "/apis/muster.dev/v1alpha1"
NOW = "2026-01-01T00:00:00Z"
THREADS = 8


class Client:
    """One connection that stays open."""

    def __init__(self, folder):
        with open(os.path.join(folder, "url"), encoding="utf-8") as f:
            url = urlparse(f.read().strip())
        with open(os.path.join(folder, "token"), encoding="utf-8") as f:
            self.token = f.read().strip()
        tls = ssl.create_default_context(cafile=os.path.join(folder, "ca.crt"))
        self.conn = http.client.HTTPSConnection(url.hostname, url.port, context=tls, timeout=30)

    def send(self, method, path, body, kind="application/json"):
        headers = {"Authorization": "Bearer " + self.token, "Content-Type": kind}
        self.conn.request(method, path, json.dumps(body), headers)
        answer = self.conn.getresponse()
        text = answer.read()
        if answer.status not in (200, 201, 409):
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:500]}")
        return json.loads(text)

    def make(self, path, obj, status):
        name = obj["metadata"]["name"]
        self.send("POST", path, obj)
        self.send("PATCH", f"{path}/{name}/status", {"status": status}, "application/merge-patch+json")


def condition(kind, status, reason, message):
    return {"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": NOW}


def node(i):
    name = f"node-{i:05d}"
    used = i % 9
    status = {"state": "Running" if i % 50 else "Drained", "lastTransitionTime": NOW, "members": used, "agentVersion": "0.1.0",
              "capacity": {"cpu": "64", "memory": "256Gi", "nvidia.com/gpu": "8"},
              "allocated": {"cpu": str(used * 4), "memory": f"{used * 16}Gi", "nvidia.com/gpu": str(min(used, 8))},
              "available": {"cpu": str(64 - used * 4), "memory": f"{256 - used * 16}Gi", "nvidia.com/gpu": str(8 - min(used, 8))},
              "bootID": "11111111-2222-3333-4444-555555555555",
              "conditions": [condition("Ready", "True", "NodeReady", "the Node is Ready"),
                             condition("AgentConnected", "True", "Connected", "the agent answers"),
                             condition("Schedulable", "True", "Schedulable", "new members can be placed here")]}
    return {"apiVersion": "muster.dev/v1alpha1", "kind": "ComputeNode", "metadata": {"name": name, "labels": {"zone": f"z{i % 3}"}},
            "spec": {"resources": status["capacity"]}}, status


def job(i):
    """A third runs, a third waits, the others have ended."""
    state = ("Running", "Pending", "Completed")[i % 3]
    status = {"state": state, "active": 0, "ready": 0, "succeeded": 0, "failed": 0, "observedGeneration": 1}
    if state == "Running":
        status.update(startTime=NOW, active=4, ready=4, activeNodes=[f"node-{(i + n) % 5000:05d}" for n in range(4)], reason="")
    elif state == "Pending":
        status.update(reason="Unschedulable", message="needs 4 nodes: 2 fit; 4998 lack cpu; add nodes, or change what keeps these away",
                      conditions=[condition("Scheduled", "False", "Unschedulable", "needs 4 nodes: 2 fit")])
    else:
        status.update(startTime=NOW, endTime="2026-01-01T01:00:00Z", succeeded=4, completedIndexes="0-3", reason="AllSucceeded")
    spec = {"parallelism": 4, "priority": i % 10, "command": ["sh", "-c", "exec train --step $MUSTER_MEMBER_INDEX"],
            "image": "registry.example.com/train:1.2.3", "resources": {"requests": {"cpu": "4", "memory": "16Gi"}},
            "env": [{"name": f"SETTING_{n}", "value": "some value " * 3} for n in range(8)]}
    return {"apiVersion": "muster.dev/v1alpha1", "kind": "ComputeJob", "metadata": {"name": f"job-{i:05d}"}, "spec": spec}, status


def fill(folder, nodes, jobs):
    work = [(API + "/computenodes", *node(i)) for i in range(nodes)]
    work += [(API + "/namespaces/default/computejobs", *job(i)) for i in range(jobs)]
    failed = []

    def run(part):
        try:
            client = Client(folder)
            for path, obj, status in part:
                client.make(path, obj, status)
        except Exception as err: # told by the caller's thread
            failed.append(err)

    threads = [threading.Thread(target=run, args=(work[n::THREADS],)) for n in range(THREADS)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if failed:
        raise failed[0]


if __name__ == "__main__":
    fill(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
