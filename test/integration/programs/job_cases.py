# SPDX-License-Identifier: Apache-2.0
"""Cases of a job's life that only a real API server, kubectl and garbage collector show. The rules
themselves are stories of the simulator (test/sim/stories)."""

import json
import subprocess
import threading
import time

from checks import check, condition, equal, running, uids
from harness import ApiError

GC = ("garbage-collector-controller", "namespace-controller")


def refused(c, *args, stdin=None):
    """kubectl fails; its words."""
    try:
        c.kubectl(*args, stdin=stdin)
    except subprocess.CalledProcessError as e:
        return e.stderr
    raise AssertionError(f"kubectl {' '.join(args)} was not refused")


def by_index(c, job):
    """Of the pods that are not being deleted: {index: (UID, node, attempt)}."""
    found = {}
    for p in c.pods(job):
        labels = p["metadata"]["labels"]
        if not p["metadata"].get("deletionTimestamp"):
            found[int(labels["muster.dev/member-index"])] = (
                p["metadata"]["uid"], p["spec"]["nodeName"], int(labels["muster.dev/attempt"]))
    return found


def patch(c, job, **spec):
    c.kubectl("patch", f"cjob/{job}", "--type=merge", "-p", json.dumps({"spec": spec}))


def observed(c, job):
    o = c.job(job)
    return o["status"].get("observedGeneration") == o["metadata"]["generation"]


def has_event(c, job, reason, words=""):
    events = c.api.get("/api/v1/namespaces/default/events")["items"]
    return [e for e in events if e["involvedObject"]["name"] == job and e["reason"] == reason
            and words in e["message"]]


def live_changes(c):
    """Every way to say what runs replaces the members; a selector moves who no longer matches."""
    c.start_all()
    c.make_job("a", command=["forever"], parallelism=2, updateStrategy={"maxUnavailable": 2})
    for change in ({"args": ["x"]}, {"command": ["forever", "y"]}, {"image": "busybox:1.36"},
                   {"env": [{"name": "A", "value": "b"}]}, {"resources": {"requests": {"cpu": "1"}}},
                   {"template": {"metadata": {"annotations": {"a": "b"}}}}):
        c.wait(lambda: running(c, "a") == 2 and observed(c, "a"), "2 run")
        before = set(uids(c, "a"))
        patch(c, "a", **change)
        c.wait(lambda: len(c.pods("a")) == 2 and not before & set(uids(c, "a")) and
               running(c, "a") == 2, f"both are replaced after a change of {list(change)[0]}")
    before = by_index(c, "a")
    stays, leaves = ((0, 1) if before[0][1] != "n3" else (1, 0))
    patch(c, "a", nodeAffinity={"nodeSelectorTerms": [{"matchExpressions": [
        {"key": "kubernetes.io/hostname", "operator": "NotIn", "values": [before[leaves][1]]}]}]})
    c.wait(lambda: by_index(c, "a").get(leaves, before[leaves])[1] != before[leaves][1] and
           running(c, "a") == 2, "one moves")
    equal(by_index(c, "a")[stays], before[stays], "who matches stays")
    patch(c, "a", tolerations=[{"operator": "Exists"}], priority=5, backoffLimit=3)
    before = uids(c, "a")
    c.wait(lambda: observed(c, "a"), "the change is seen")
    time.sleep(1)
    equal(uids(c, "a"), before, "tolerations, priority and backoffLimit replace nobody")
    equal(c.status("a").get("failed", 0), 0, "failed")


def immutable(c):
    """A finished job's spec cannot be changed but for its ttl, which then deletes it."""
    c.start_all()
    c.make_job("a", command=["sleep", "0"], parallelism=1)
    c.wait_state("a", "Completed")
    words = refused(c, "patch", "cjob/a", "--type=merge", "-p", '{"spec":{"parallelism":2}}')
    check("has finished" in words, f"kubectl says why: {words!r}")
    words = refused(c, "scale", "cjob/a", "--replicas=3")
    check("has finished" in words, f"kubectl scale says why: {words!r}")
    equal(len(c.pods("a")), 1, "pods")
    patch(c, "a", ttlSecondsAfterFinished=1)
    c.wait(lambda: not c.job("a"), "its ttl deletes it", 15)


def cascades(c):
    """The three ways of deletion, with the real garbage collector."""
    c.start_controllers(*GC)
    c.start_all()
    for name in ("fore", "back", "orphan"):
        c.make_job(name, command=["forever"], parallelism=3)
        c.wait(lambda: running(c, name) == 3, f"{name} runs", 30)
    kept = uids(c, "orphan")
    c.kubectl("delete", "cjob/orphan", "--cascade=orphan", "--timeout=30s")
    equal(c.job("orphan"), None, "orphan is gone")
    c.api.delete(c.job_path("fore"), {"propagationPolicy": "Foreground"})
    seen = []
    while job := c.job("fore"):
        seen.append(len(c.pods("fore")))
        check("foregroundDeletion" in job["metadata"]["finalizers"], "it waits")
        check(len(seen) < 600, "fore is gone in time")
        time.sleep(0.05)
    equal(c.pods("fore"), [], "foreground: the job outlived its pods")
    check(seen and max(seen) == 3, f"foreground: pods were there while it waited: {seen}")
    c.kubectl("delete", "cjob/back", "--timeout=30s")
    c.wait(lambda: not c.pods("back"), "back's pods are gone")
    time.sleep(2)
    equal(uids(c, "orphan"), kept, "orphaned pods")
    for p in c.pods("orphan"):
        equal(p["metadata"].get("ownerReferences"), None, "owner of an orphan")
    # The name is free again at once, and those pods are not the new job's.
    c.make_job("orphan", command=["forever"], parallelism=3)
    c.wait(lambda: running(c, "orphan") == 3, "the new job runs")
    check(set(kept) < set(uids(c, "orphan")), "the orphans still run")


def namespace_gone(c):
    """A namespace is deleted under a running job: all of it goes, nothing comes back."""
    c.start_controllers(*GC)
    c.start_all()
    c.make_namespace("short")
    c.make_job("a", ns="short", command=["forever"], parallelism=3)
    c.wait(lambda: len(c.status("a", "short").get("activeNodes", [])) == 3, "it runs")
    c.kubectl("delete", "namespace", "short", "--timeout=60s")
    equal(c.find("/api/v1/namespaces/short"), None, "the namespace")
    c.make_job("b", command=["sleep", "0"], parallelism=3)
    c.wait_state("b", "Completed")
    for n in c.node_names:
        c.wait(lambda: c.cnode(n)["status"].get("members", 0) == 0, f"{n} is empty", 40)


def recreate(c):
    """Deleted and made again under its name at once: another UID, nothing of the old one counts."""
    c.start_controllers(*GC)
    c.start_all()
    c.make_job("a", command=["forever"], parallelism=3)
    c.wait(lambda: running(c, "a") == 3, "it runs")
    old = set(uids(c, "a"))
    c.api.delete(c.job_path("a"), {"propagationPolicy": "Background"})
    c.make_job("a", command=["sleep", "1"], parallelism=2)
    done = c.wait_state("a", "Completed", 30)
    equal((done["succeeded"], done.get("failed", 0), done["completedIndexes"]), (2, 0, "0,1"), "status")
    c.wait(lambda: not old & set(uids(c, "a")), "the old pods are gone")
    equal(len(c.pods("a")), 2, "pods")


def stale_replace(c):
    """kubectl replace of a stale object is refused; without a resourceVersion it takes the spec back
    and nothing of the status."""
    c.start_all()
    c.make_job("a", command=["forever"], parallelism=1)
    c.wait(lambda: running(c, "a") == 1, "1 runs")
    read = c.kubectl("get", "cjob/a", "-o", "json")
    first = uids(c, "a")
    c.kubectl("scale", "cjob/a", "--replicas=3")
    c.wait(lambda: running(c, "a") == 3, "3 run")
    words = refused(c, "replace", "-f", "-", stdin=read)
    check("the object has been modified" in words, f"kubectl says why: {words!r}")
    equal(c.job("a")["spec"]["parallelism"], 3, "parallelism")
    old = json.loads(read)
    del old["metadata"]["resourceVersion"]
    old["status"]["attempts"] = 0
    c.kubectl("replace", "-f", "-", stdin=json.dumps(old))
    c.wait(lambda: running(c, "a") == 1 and len(c.pods("a")) == 1 and observed(c, "a"), "1 is left")
    equal(uids(c, "a"), first, "the first one")
    equal((c.status("a")["attempts"], c.status("a")["active"]), (1, 1), "status")


def write_nonsense(c, stop, written):
    """Another writer of status, who never asks for the newest version."""
    while not stop.is_set():
        body = {"status": {"active": written[0] % 7, "message": f"nonsense {written[0]}"}}
        c.api.patch(c.job_path("a") + "/status", body)
        written[0] += 1
        time.sleep(0.02)


def two_writers(c):
    """200 edits while another writes status: the last spec stands, exactly, and so does the truth."""
    c.start_all()
    c.make_job("a", command=["forever"], parallelism=1, updateStrategy={"maxUnavailable": 3})
    c.wait(lambda: running(c, "a") == 1, "1 runs")
    stop, written = threading.Event(), [0]
    other = threading.Thread(target=write_nonsense, args=(c, stop, written))
    other.start()
    for i in range(200):
        c.api.patch(c.job_path("a"), {"spec": {"parallelism": i % 3 + 1,
                                               "env": [{"name": "E", "value": str(i // 50)}]},
                                      "metadata": {"annotations": {"edit": str(i)}}})
    stop.set()
    other.join()
    check(written[0] >= 20, f"the other writer wrote {written[0]} times")
    job = c.job("a")
    equal((job["spec"]["parallelism"], job["spec"]["env"][0]["value"]), (199 % 3 + 1, "3"), "last spec")
    c.wait(lambda: running(c, "a") == 2 and len(c.pods("a")) == 2 and observed(c, "a") and
           c.status("a").get("active") == 2 and not c.status("a").get("message"), "the truth", 30)
    time.sleep(2)
    status = c.status("a")
    equal((status["active"], status["ready"], status.get("failed", 0), status.get("message", ""),
           status["state"]), (2, 2, 0, "", "Running"), "status")
    equal(sorted(by_index(c, "a")), [0, 1], "indexes")
    for p in c.pods("a"):
        env = {e["name"]: e.get("value") for e in p["spec"]["containers"][0]["env"]}
        equal(env["E"], "3", "what runs is the last edit's")
    highest = max(v[2] for v in by_index(c, "a").values())
    check(status["attempts"] >= highest, f"attempts {status['attempts']}, a pod has {highest}")


def scale_subresource(c):
    """What an HPA reads and writes: the /scale subresource, with a selector that finds the pods."""
    c.start_all()
    c.make_job("a", command=["forever"], parallelism=2)
    c.wait(lambda: running(c, "a") == 2, "2 run")
    path = c.job_path("a") + "/scale"
    scale = c.wait(lambda: c.api.get(path)["status"].get("replicas") == 2 and c.api.get(path), "replicas")
    found = c.api.get("/api/v1/namespaces/default/pods?labelSelector=" +
                      scale["status"]["selector"].replace("=", "%3D"))["items"]
    equal(sorted(p["metadata"]["uid"] for p in found), uids(c, "a"), "pods of the selector")
    scale["spec"]["replicas"] = 3
    c.api.call("PUT", path, scale)
    c.wait(lambda: running(c, "a") == 3 and c.api.get(path)["status"]["replicas"] == 3, "3 run")
    scale["spec"]["replicas"] = 1
    try:
        c.api.call("PUT", path, scale)
        raise AssertionError("a stale scale was written")
    except ApiError as e:
        equal(e.code, 409, "a stale scale")


def kubectl_sees(c):
    """kubectl wait for each condition; get in at most 80 columns at every state; Events."""
    c.start_all()
    c.make_job("good-but-long-named-job", command=["sleep", "2"], parallelism=3)
    c.make_job("bad", command=["exit", "3"], parallelism=1, backoffLimit=0)
    c.make_job("asleep", command=["sleep", "1"], parallelism=1, suspend=True)
    c.make_job("too-big", command=["sleep", "1"], parallelism=4)
    texts = [c.kubectl("get", "cjob")]
    for name, cond in (("good-but-long-named-job", "Scheduled"), ("good-but-long-named-job", "Complete"),
                       ("bad", "Failed"), ("asleep", "Suspended"), ("too-big", "Scheduled=False")):
        c.kubectl("wait", f"--for=condition={cond}", "--timeout=20s", f"cjob/{name}")
        texts += [c.kubectl("get", "cjob"), c.kubectl("get", "cnode")]
    for text in texts:
        for line in text.splitlines():
            check(len(line.rstrip()) <= 80, f"{len(line)} columns: {line}")
    for state in ("Completed", "Failed", "Suspended", "Pending"):
        check(state in texts[-2], f"{state} is shown: {texts[-2]}")
    status = c.status("bad")
    check("exit code 3" in condition(status, "Failed")["message"], f"how it failed: {status}")
    for name, reason, words in (("good-but-long-named-job", "CompletionsReached", "3 members"),
                                ("bad", "MemberFailed", "exit code 3"),
                                ("bad", "BackoffLimitExceeded", "backoffLimit is 0"),
                                ("asleep", "JobSuspended", "stopped"),
                                ("too-big", "Unschedulable", "needs 4 nodes: 3 fit")):
        c.wait(lambda: has_event(c, name, reason, words), f"Event {reason} of {name}")
    text = c.kubectl("describe", "cjob/too-big")
    check("needs 4 nodes: 3 fit" in text and "Unschedulable" in text, f"describe tells why: {text}")


def image(c):
    """An image that cannot be pulled is told in status and an Event within 10 s, and charged to nobody;
    the corrected one runs."""
    c.start_all()
    began = time.monotonic()
    c.make_job("a", command=["pull", "Error"], parallelism=2, backoffLimit=0)
    status = c.wait(lambda: c.status("a").get("reason") == "MemberWaiting" and c.status("a"), "told", 10)
    check("ErrImagePull: container main: no such image" in status["message"], f"the kubelet's words: {status['message']}")
    c.wait(lambda: has_event(c, "a", "MemberWaiting", "ErrImagePull"), "an Event",
           max(0, began + 10 - time.monotonic()))
    patch(c, "a", command=["sleep", "1"])
    done = c.wait_state("a", "Completed")
    equal(done.get("failed", 0), 0, "failed")


def pod_security(c):
    """A namespace that enforces Pod Security: the condition has the API server's words; corrected, the job
    runs, and does not wait for the backoff."""
    c.start_all()
    c.api.post("/api/v1/namespaces", {"metadata": {
        "name": "strict", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}})
    c.make_job("a", ns="strict", command=["sleep", "0"], parallelism=2)
    status = c.wait(lambda: c.status("a", "strict").get("reason") == "FailedCreate" and
                    c.status("a", "strict"), "the refusal is told")
    scheduled = condition(status, "Scheduled")
    equal((scheduled["status"], scheduled["reason"]), ("False", "FailedCreate"), "condition")
    check("violates PodSecurity" in scheduled["message"] and "runAsNonRoot" in scheduled["message"],
          f"the server's words: {scheduled['message']}")
    c.wait(lambda: not c.pods("a", "strict"), "a gang holds nothing")
    context = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    c.api.patch(c.job_path("a", "strict"), {"spec": {"template": {"spec": {
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [{"name": "main", "securityContext": context}]}}}})
    # A member whose refusal came when it was stopped already is waited for: for 15 s.
    c.wait_state("a", "Completed", 6, "strict")


def make_ended_pods(c, node, numbers):
    """Pods of others that have ended on the node; one connection, for many requests."""
    connection = c.api.connect()
    headers = {"Authorization": f"Bearer {c.api.token}", "Accept": "application/json"}

    def call(method, path, body, content):
        connection.request(method, path, json.dumps(body), {**headers, "Content-Type": content})
        answer = connection.getresponse()
        text = answer.read()
        check(answer.status < 300, f"{method} {path}: {text[:200]}")

    pods = "/api/v1/namespaces/cron/pods"
    for i in numbers:
        call("POST", pods, {"metadata": {"name": f"old-{i}"}, "spec": {
            "nodeName": node, "containers": [{"name": "main", "image": "x"}]}}, "application/json")
        call("PATCH", f"{pods}/old-{i}/status", {"status": {"phase": "Succeeded" if i % 2 else "Failed"}},
             "application/merge-patch+json")


def many_pods(c):
    """4,200 pods of others have ended on a node: what Muster runs there is seen, and runs once."""
    threads, n = 8, 4200
    c.api.post("/api/v1/namespaces", {"metadata": {"name": "cron"}})
    c.kubelets.paused.add("n1")
    makers = [threading.Thread(target=make_ended_pods, args=(c, "n1", range(i, n, threads)))
              for i in range(threads)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    ended = c.api.get("/api/v1/namespaces/cron/pods?limit=1&fieldSelector=status.phase!=Pending")
    equal(1 + ended["metadata"].get("remainingItemCount", n - 1), n, "pods that have ended")
    c.kubelets.paused.clear()
    c.start_all()
    spec = {"nodeSelector": {"kubernetes.io/hostname": "n1"}}
    c.make_job("a", command=["forever"], **spec)
    c.wait(lambda: running(c, "a") == 1, "it runs, and is seen")
    before = uids(c, "a")
    c.kill("n1")
    c.start_agent("n1")
    c.make_job("b", command=["sleep", "1"], **spec)
    equal(c.wait_state("b", "Completed")["succeeded"], 1, "succeeded")
    equal(uids(c, "a"), before, "no second pod")
    equal(running(c, "a"), 1, "it runs on")


def many_resources(c):
    """A Node has 73 resources: its ComputeNode lists 64 and says so, and a job gets one of the others."""
    more = {f"example.com/r{i:02}": "8" for i in range(70)}
    c.api.patch("/api/v1/nodes/n1/status", {"status": {"allocatable": more, "capacity": more}})
    c.start_all()
    status = c.wait(lambda: c.cnode("n1")["status"].get("reason") == "ResourcesNotListed" and
                    c.cnode("n1")["status"], "it says so")
    check("73 resources, of which 64" in status["message"], status["message"])
    equal(len(status["capacity"]), 64, "listed")
    equal(len(c.cnode("n1")["spec"]["resources"]), 64, "applied")
    left_out = sorted(set(more) - set(status["capacity"]))[0]
    c.make_job("a", command=["sleep", "1"], resources={"requests": {left_out: "1"}, "limits": {left_out: "1"}})
    c.wait_state("a", "Completed")


CASES = (live_changes, immutable, cascades, namespace_gone, recreate, stale_replace, two_writers,
         scale_subresource, kubectl_sees, image, pod_security, many_pods, many_resources)
