# SPDX-License-Identifier: Apache-2.0
"""Somebody else's jobs, in a namespace of their own: one that runs all the time and may not notice anything, and
small ones that are started before and during each attack."""
import dataclasses
import itertools
import statistics
import threading
import time

from api import JOBS, PODS
from cluster import job, wait

NS = "hostile-victim"
LAUNCHES = 5
LAUNCH_S = 30
NEVER = float("inf")


@dataclasses.dataclass
class Starts:
    """How long small jobs took to their pods, and objects of no meaning to a watch, in milliseconds."""
    launches: list = dataclasses.field(default_factory=list)
    echoes: list = dataclasses.field(default_factory=list)

    @property
    def launch_ms(self):
        return NEVER if NEVER in self.launches else statistics.median(self.launches) if self.launches else 0.0

    @property
    def echo_ms(self):
        return statistics.median(self.echoes) if self.echoes else 0.0


class Victim:
    def __init__(self, cluster):
        self.api, self.ns = cluster.admin, NS
        self.jobs, self.pods = JOBS.format(NS), PODS.format(NS)
        self.count = 0
        self.started = []  # names of small jobs that are not checked yet

    def enter(self):
        self.leave()
        wait("the victim's namespace is gone", lambda: not self.api.find(f"/api/v1/namespaces/{NS}"), 90)
        self.api.post("/api/v1/namespaces", {"metadata": {"name": NS}})
        # It ends at once when it is asked to, so that the end of the suite is quick.
        self.api.post(self.jobs, job("resident", parallelism=2, command=[
            "sh", "-c", 'trap "exit 143" TERM; sleep 36000 & wait']))
        wait("the resident job runs", lambda: self.status("resident").get("ready") == 2, 60)

    def leave(self):
        if self.api.find(f"/api/v1/namespaces/{NS}"):
            self.api.delete(f"/api/v1/namespaces/{NS}")

    def status(self, name):
        return self.api.get(f"{self.jobs}/{name}").get("status", {})

    def uid(self, name="resident"):
        return self.api.get(f"{self.jobs}/{name}")["metadata"]["uid"]

    def members(self, name="resident"):
        return self.api.get(f"{self.pods}?labelSelector=muster.dev/job-name={name}")["items"]

    def resident(self):
        """What may never change: the status of the job that runs, and its pods."""
        status = self.status("resident")
        told = {k: status.get(k) for k in ("state", "running", "ready", "failed", "attempts", "succeeded", "message",
                                           "completedIndexes", "observedGeneration", "activeNodes")}
        pods = sorted((p["metadata"]["name"], p["metadata"]["uid"], p["status"]["phase"],
                       p["metadata"].get("deletionTimestamp")) for p in self.members())
        return told, pods

    def start(self, name, **spec):
        self.api.post(self.jobs, job(name, **spec))

    def end(self, name):
        self.api.delete(f"{self.jobs}/{name}")

    # ---- starts

    def seen_ms(self, path, kind, body):
        """From the create of an object to the first one with its label on a watch of that kind; infinity: none came."""
        version = self.api.get(kind)["metadata"]["resourceVersion"]
        found, ready = [], threading.Event()

        def look():
            ready.set()
            query = f"{kind}?resourceVersion={version}&labelSelector=muster.dev/job-name={body['metadata']['name']}"
            try:
                found.extend(at for at, event in itertools.islice(self.api.watch(query, LAUNCH_S), 1))
            except OSError:
                pass  # none came
        watcher = threading.Thread(target=look, daemon=True)
        watcher.start()
        ready.wait(LAUNCH_S)
        began = time.monotonic()
        self.api.post(path, body)
        watcher.join(LAUNCH_S + 5)
        return (found[0] - began) * 1000 if found else NEVER

    @staticmethod
    def small():
        """The spec of a small job."""
        return {"command": ["true"], "resources": {"requests": {"cpu": "10m"}}}

    def launch_ms(self):
        """From the create of a small job to its pod, on a node."""
        self.count += 1
        name = f"small-{self.count}"
        self.started.append(name)
        return self.seen_ms(self.jobs, self.pods, job(name, **self.small()))

    def echo_ms(self):
        """The same of an object that Muster has nothing to do with: what the API server itself takes at this time."""
        self.count += 1
        maps, name = f"/api/v1/namespaces/{NS}/configmaps", f"echo-{self.count}"
        took = self.seen_ms(maps, maps, {"metadata": {"name": name, "labels": {"muster.dev/job-name": name}}})
        self.api.delete(f"{maps}/{name}")
        return took

    def starts(self, count=LAUNCHES):
        """Some starts and echoes, in turn; fewer, if one does not come at all."""
        seen = Starts()
        while len(seen.launches) < count and NEVER not in seen.launches:
            seen.launches.append(self.launch_ms())
            seen.echoes.append(self.echo_ms())
        return seen

    def unfinished(self, seconds=60):
        """Names of the small jobs that did not complete; all of them are deleted."""
        def left():
            states = {j["metadata"]["name"]: j.get("status", {}) for j in self.api.get(self.jobs)["items"]}
            return [n for n in self.started if states.get(n, {}).get("state") != "Completed"]
        try:
            wait("the victim's small jobs", lambda: not left(), seconds)
        except TimeoutError:
            pass
        bad = left()
        for name in self.started:
            self.api.delete(f"{self.jobs}/{name}")
        self.started = []
        return bad
