# SPDX-License-Identifier: Apache-2.0
"""How fast one job of many indexes is worked off (completions above parallelism), and what that costs the API server.

Each contender gets a fresh etcd and kube-apiserver and the same Nodes, with kubelets that start a pod and end it at once with 0.
A run lasts from the creation of the job until it is complete. Writes are those of the contender: what kubelets write is left out."""

import argparse
import os
import re
import sys
import time

from cluster import CONTENDERS, IMAGE, WORK, Job, Muster, pod_spec

COMMAND = ["exit", "0"]  # for hollow kubelets
KUBELETS = ("pods", "status")  # what they write


def writes(api):
    """(resource, verb) -> n, since the server's start."""
    counts = {}
    for line in api.text("/metrics").splitlines():
        if not line.startswith("apiserver_request_total{"):
            continue
        labels = dict(re.findall(r'(\w+)="([^"]*)"', line))
        if labels["verb"] not in ("POST", "PUT", "PATCH", "APPLY", "DELETE") or (labels["resource"], labels["subresource"]) == KUBELETS:
            continue
        key = "/".join(filter(None, (labels["resource"], labels["subresource"]))), labels["verb"]
        counts[key] = counts.get(key, 0) + int(float(line.rsplit(" ", 1)[1]))
    return counts


def object_of(contender, o):
    if isinstance(contender, Job):
        spec = {**pod_spec(), "containers": [{**pod_spec()["containers"][0], "command": COMMAND}]}
        # Hollow kubelets follow pods with this label alone.
        template = {"metadata": {"labels": {"muster.dev/job-uid": "sweep"}}, "spec": spec}
        return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "sweep"},
                "spec": {"completions": o.completions, "parallelism": o.parallelism, "completionMode": "Indexed", "template": template}}
    return {"apiVersion": "muster.dev/v1alpha1", "kind": "ComputeJob", "metadata": {"name": "sweep"},
            "spec": {"completions": o.completions, "parallelism": o.parallelism, "minParallelism": 1, "command": COMMAND, "image": IMAGE,
                     "resources": {"cpu": "10m", "memory": "16Mi"}}}


def run(contender, o):
    """A line of the table."""
    c, path = contender.cluster, f"{contender.jobs}/sweep"
    before = writes(c.api)
    began = last = time.monotonic()
    c.api.post(contender.jobs, object_of(contender, o))
    done = 0
    while done < o.completions and time.monotonic() - last < o.stuck:
        time.sleep(1)
        now = (c.api.get(path).get("status") or {}).get("succeeded") or 0
        if now != done:
            done, last = now, time.monotonic()
            print(f"{contender.name}: {done} of {o.completions} after {last - began:.0f} s", file=sys.stderr, flush=True)
    made = {k: n - before.get(k, 0) for k, n in writes(c.api).items() if n > before.get(k, 0)}
    each = ", ".join(f"{verb} {what} {n / max(done, 1):.3f}" for (what, verb), n in sorted(made.items(), key=lambda i: -i[1])[:5])
    missing = "" if done == o.completions else f"   only {done} of {o.completions}"
    return (f"| {contender.name} | {o.completions} | {o.parallelism} | {done / (last - began):.0f} | "
            f"{sum(made.values()) / max(done, 1):.2f} | {each} |{missing}")


def options():
    p = argparse.ArgumentParser(prog="test/bench/sweep", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--completions", type=int, default=100000, metavar="N")
    p.add_argument("--parallelism", type=int, default=1000, metavar="N", help="each member of Muster's job has a node of its own")
    p.add_argument("--only", nargs="+", choices=("job", "muster", "launch"), default=["job", "muster", "launch"], help="the contenders")
    p.add_argument("--stuck", type=int, default=120, metavar="SECONDS", help="without another success, that end a run")
    o = p.parse_args()
    o.nodes, o.coordinator, o.one_address, o.over = o.parallelism, {}, False, None
    return o


def with_kubelets(kind):
    class WithKubelets(kind):
        def hollow(self, *more):
            super().hollow("--kubelets", "true", *more)
    return WithKubelets


def main():
    o = options()
    print(f"{o.nodes} nodes, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n"
          "| contender | completions | at once | completions/s | writes a completion | of them |\n|---|---|---|---|---|---|", flush=True)
    for name in o.only:
        contender = with_kubelets(CONTENDERS[name])(o)
        assert isinstance(contender, (Job, Muster)) and WORK in contender.jobs
        try:
            contender.start()
            print(run(contender, o), flush=True)
        finally:
            contender.stop()


if __name__ == "__main__":
    main()
