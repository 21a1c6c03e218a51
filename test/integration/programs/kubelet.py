# SPDX-License-Identifier: Apache-2.0
"""Kubelets that run nothing: they set the status of pods that are bound to nodes.

What a pod does is read from its container's command: ["sleep", "3"] succeeds after 3 s,
["exit", "2"] ends with code 2 at once, ["forever"] runs until it is deleted,
["pull", "Error"] waits with reason ErrImagePull. A deleted pod ends within 0.2 s."""

import threading
import time
import traceback


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class Kubelets(threading.Thread):
    def __init__(self, api):
        super().__init__(daemon=True)
        self.api = api
        self.pods = {}  # uid: state
        self.stopped = False
        self.paused = set()  # names of nodes whose kubelet says nothing
        self.wake = threading.Condition()
        self.work = []  # (when, function)
        self.worker = threading.Thread(target=self.run_work, daemon=True)

    def start(self):
        super().start()
        self.worker.start()

    def later(self, seconds, function, *args):
        with self.wake:
            self.work.append((time.monotonic() + seconds, function, args))
            self.wake.notify()

    def run_work(self):
        while not self.stopped:
            with self.wake:
                self.work.sort(key=lambda w: w[0])
                wait = self.work[0][0] - time.monotonic() if self.work else 1.0
                if wait > 0:
                    self.wake.wait(min(wait, 1.0))
                    continue
                _, function, args = self.work.pop(0)
            try:
                function(*args)
            except Exception:  # the test's own assertions tell what is wrong
                traceback.print_exc()

    def run(self):
        rv = None
        while not self.stopped:
            try:
                if rv is None:
                    listed = self.api.get("/api/v1/pods")
                    rv = listed["metadata"]["resourceVersion"]
                    for pod in listed["items"]:
                        self.seen(pod)
                for event in self.api.watch(f"/api/v1/pods?watch=1&resourceVersion={rv}"):
                    if event["type"] == "ERROR":
                        rv = None
                        break
                    rv = event["object"]["metadata"]["resourceVersion"]
                    if event["type"] == "DELETED":
                        self.pods.pop(event["object"]["metadata"]["uid"], None)
                    else:
                        self.seen(event["object"])
            except OSError:
                if not self.stopped:
                    time.sleep(0.2)

    def seen(self, pod):
        uid = pod["metadata"]["uid"]
        node = pod["spec"].get("nodeName")
        if not node or node in self.paused:
            return
        if pod["metadata"].get("deletionTimestamp"):
            if self.pods.get(uid) != "ending":
                self.pods[uid] = "ending"
                self.later(0.2, self.end_deleted, pod)
        elif uid not in self.pods and pod.get("status", {}).get("phase") == "Pending":
            self.pods[uid] = "starting"
            self.later(0.05, self.begin, pod)

    def set_status(self, pod, phase, container, ready="False", reason=None):
        status = {
            "phase": phase,
            "conditions": [{"type": "Ready", "status": ready}],
            "containerStatuses": [{
                "name": c["name"], "image": "x", "imageID": "", "ready": ready == "True",
                "restartCount": 0, "state": container, "started": "running" in container,
            } for c in pod["spec"]["containers"]],
        }
        if reason:
            status["reason"] = reason
        meta = pod["metadata"]
        self.api.patch(f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}/status",
                       {"metadata": {"uid": meta["uid"]}, "status": status}, missing_ok=True)

    def begin(self, pod):
        command = pod["spec"]["containers"][0].get("command") or ["sleep", "0"]
        uid = pod["metadata"]["uid"]
        if self.pods.get(uid) != "starting":
            return
        if command[0] == "pull":
            self.set_status(pod, "Pending",
                            {"waiting": {"reason": "ErrImagePull", "message": "no such image"}})
            return
        self.pods[uid] = "running"
        self.set_status(pod, "Running", {"running": {"startedAt": now()}}, ready="True")
        if command[0] == "sleep":
            self.later(float(command[1]), self.finish, pod, 0)
        elif command[0] == "exit":
            self.later(0.1, self.finish, pod, int(command[1]))

    def finish(self, pod, code):
        if self.pods.get(pod["metadata"]["uid"]) != "running":
            return
        self.pods[pod["metadata"]["uid"]] = "done"
        self.set_status(pod, "Succeeded" if code == 0 else "Failed", {"terminated": {
            "exitCode": code, "reason": "Completed" if code == 0 else "Error",
            "startedAt": now(), "finishedAt": now()}})

    def end_deleted(self, pod):
        meta = pod["metadata"]
        self.api.delete(f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}",
                        {"gracePeriodSeconds": 0, "preconditions": {"uid": meta["uid"]}},
                        missing_ok=True)

    def stop(self):
        self.stopped = True
