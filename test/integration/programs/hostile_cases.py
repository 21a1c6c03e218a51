# SPDX-License-Identifier: Apache-2.0
"""Whoever may create ComputeJobs and pods in one namespace stops nobody else: objects beyond every bound, on a
real API server (docs/design/0011-bounds.md)."""
import sys
import urllib.request

from checks import check, equal

CONTAINER = {"name": "main", "image": "x", "command": ["forever"]}


def nested(levels):
    deep = 0
    for _ in range(levels):
        deep = [deep]
    return deep


def template(**fields):
    return {"spec": {"containers": [CONTAINER], **fields}}


def full_affinity():
    expression = {"key": "k" * 63, "operator": "NotIn", "values": [f"{i:063}" for i in range(8)]}
    return {"nodeSelectorTerms": [{"matchExpressions": [expression] * 16}] * 16}


def fake_member(uid, **labels):
    """A pod of nobody that says it is a member."""
    return {"metadata": {
        "name": "fake", "labels": {"muster.dev/member-index": "0", "muster.dev/job-name": "x", **labels},
        "ownerReferences": [{"apiVersion": "muster.dev/v1alpha1", "kind": "ComputeJob", "name": "x", "uid": uid,
                             "controller": True}]},
        "spec": {"nodeName": "n1", "containers": [{"name": "main", "image": "x"}]}}


def running(c, name, ns="default"):
    return len(c.status(name, ns).get("activeNodes", []))


def innocent_works(c, name):
    """A job of somebody else runs to its end, on the node that is looked at, and takes an edit at once."""
    c.make_job(name, command=["forever"], nodeSelector={"kubernetes.io/hostname": "n1"})
    c.wait(lambda: running(c, name) == 1, f"{name} runs")
    c.api.patch(c.job_path(name), {"spec": {"suspend": True}})
    c.wait_state(name, "Suspended")


def hostile_objects(c):
    """Objects of too many values and levels: the watch goes on, the job says so, and can be mended."""
    sys.setrecursionlimit(20000)
    c.start_all()
    c.make_namespace("evil")
    c.make_job("b", ns="evil", command=["forever"], nodeAffinity=full_affinity())
    c.make_job("values", ns="evil", template=template(x=[0] * 200000))
    c.make_job("levels", ns="evil", template=template(x=nested(3000)))
    for name in ("values", "levels"):
        status = c.wait(lambda name=name: c.status(name, "evil").get("reason") == "InvalidPodTemplate" and
                        c.status(name, "evil"), f"{name} says so")
        check("too many values" in status["message"], status["message"])
    innocent_works(c, "a")
    for turn in range(3):  # each edit is one more chance to end the watch
        c.api.patch(c.job_path("values", "evil"), {"metadata": {"labels": {"turn": str(turn)}}})
    innocent_works(c, "later")
    c.api.patch(c.job_path("values", "evil"), {"spec": {"template": {"spec": {"x": None}}}})
    c.wait(lambda: running(c, "values", "evil") == 1, "it is mended")
    c.wait(lambda: running(c, "b", "evil") == 1, "the largest affinity is taken")
    check('"watch failed" kind=computejobs' not in c.log_text("c1"), "the watch of jobs was cut")
    check("object too large, read in part" in c.log_text("c1"), "no word in the log")


def hostile_pods(c):
    """Pods that say they are members, with numbers that no frame takes, and of other namespaces' jobs."""
    c.start_all()
    c.make_namespace("evil")
    c.make_job("a", command=["forever"], nodeSelector={"kubernetes.io/hostname": "n1"})
    c.wait(lambda: running(c, "a") == 1, "it runs")
    uid = c.job("a")["metadata"]["uid"]
    pods = "/api/v1/namespaces/evil/pods"
    for labels in ({"muster.dev/attempt": "4294967295"}, {"muster.dev/attempt": "1"}):
        c.api.post(pods, fake_member(uid, **labels))
        innocent_works(c, "b" + labels["muster.dev/attempt"])
        c.api.delete(pods + "/fake", {"gracePeriodSeconds": 0}, missing_ok=True)
        c.wait(lambda: not c.api.get(pods)["items"], "it is gone")
    c.api.post(pods, fake_member(uid, **{"muster.dev/attempt": "1"}))
    before = c.job("a")["status"]["attempts"]
    c.kill("c1")
    c.start_coordinator("c1")
    innocent_works(c, "c")
    equal(c.status("a")["state"], "Running", "state of the job that the pod names")
    equal(c.status("a")["attempts"], before, "attempts")
    equal(running(c, "a"), 1, "running")
    check("session ended" not in c.log_text("n1"), "the agent was cut off")


def makers(c, job):
    return {p["metadata"]["managedFields"][0]["manager"] for p in c.pods(job)}


def metric(c, name, program="c1"):
    """Of 5 scrapes a second; more are refused."""
    with urllib.request.urlopen(f"http://{c.host}:{c.ports[program][1]}/metrics", timeout=5) as r:
        for line in r.read().decode().splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
    return None


def policy_unbound(c):
    """While nothing narrows what agents create, they get no orders: the coordinator creates all pods, and says so."""
    policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolic"
    binding = policies + "ybindings/muster-agent-pods"
    bound = lambda: metric(c, "muster_agents_create_pods")
    c.start_all()
    equal(bound(), 1, "muster_agents_create_pods")
    c.make_job("before", command=["forever"], parallelism=1)
    c.wait_state("before", "Running")
    equal(makers(c, "before"), {"muster-agent"}, "who made the pods")
    kept = c.api.get(binding)
    c.api.delete(binding)
    c.wait(lambda: bound() == 0, "it is noticed", every=0.25)
    check("admission policy for agents not in force" in c.log_text("c1"), "no word in the log")
    c.make_job("without", command=["forever"], parallelism=3)
    c.wait_state("without", "Running")
    equal(makers(c, "without"), {"muster-coordinator"}, "who made the pods")
    weak = {"metadata": {"name": "muster-agent-pods"}, "spec": {**kept["spec"], "validationActions": ["Warn", "Audit"]}}
    c.api.post(policies + "ybindings", weak)
    c.wait(lambda: "without Deny" in c.log_text("c1"), "a binding that does not deny is none")
    c.api.patch(binding, {"spec": {"validationActions": ["Deny"]}})
    c.wait(lambda: bound() == 1, "it is bound again", every=0.25)
    role = "/apis/rbac.authorization.k8s.io/v1/clusterroles/muster-coordinator"
    rules = c.api.get(role)["rules"]
    c.api.patch(role, {"rules": [r for r in rules if "admissionregistration.k8s.io" not in r["apiGroups"]]})
    c.wait(lambda: bound() == 0, "without the right to look", every=0.25)
    c.api.patch(role, {"rules": rules})
    c.wait(lambda: bound() == 1, "with it", every=0.25)
    c.make_job("after", command=["forever"], parallelism=1)
    c.wait_state("after", "Running")
    equal(makers(c, "after"), {"muster-agent"}, "who made the pods")


CASES = (hostile_objects, hostile_pods, policy_unbound)
