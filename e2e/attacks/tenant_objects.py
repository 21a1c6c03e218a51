# SPDX-License-Identifier: Apache-2.0
"""A tenant's objects at and over each bound of docs/design/0011-bounds.md. What is refused at the door of the API
server is tried there; what gets in, and its like stored before the bound was there, has to stop nobody."""
import json

import forge
from api import Refused
from cluster import job, wait
from suite import attack

CONTAINER = {"name": "main", "image": forge.BUSYBOX, "command": ["sleep", "3600"]}


def template(**fields):
    return {"spec": {"containers": [CONTAINER], **fields}}


def accepted(s, name, **spec):
    return bool(s.tenant.make_job(name, **spec))


def refused(s, word, name="over", **spec):
    """The API server refuses the job with this word."""
    code, answer = s.tenant.api.ask("POST", s.tenant.jobs, job(name, **spec))
    return code == 422 and word in answer["message"]


def reason(s, name):
    return s.tenant.status(name).get("reason")


def nested(levels):
    deep = "0"
    return json.dumps(job("levels", template=template(x="HERE"))).replace('"HERE"', "[" * levels + deep + "]" * levels)


def affinity(values):
    expression = {"key": "k" * 63, "operator": "NotIn", "values": [f"{i:063}" for i in range(values)]}
    return {"nodeSelectorTerms": [{"matchExpressions": [expression] * 16}] * 16}


@attack("a selection's work goes with the values that it names", "crd computejobs.muster.dev")
def the_largest_affinity_many_times(s):
    """16 x 16 expressions of 8 values are the most; 30 jobs of it, each edited."""
    s.spared("9 values are refused", refused(s, "at most 2048 values", nodeAffinity=affinity(9)))
    for i in range(30):
        s.tenant.make_job(f"many-{i}", nodeAffinity=affinity(8), parallelism=10000, minParallelism=10000)
    s.reached("they wait", wait("all of them wait", lambda: len([j for j in s.tenant.api.get(s.tenant.jobs)["items"] if j.get(
        "status", {}).get("state") == "Pending"]) == 30))
    for i in range(30):
        s.tenant.api.patch(f"{s.tenant.jobs}/many-{i}", {"spec": {"priority": i}})
    yield


@attack("an object of too many values is read in part", "bug values_unbounded")
def object_of_too_many_values(s):
    """200,000 zeros in the pod template; each edit is one more chance to end the watch."""
    s.reached("it is stored", accepted(s, "values", template=template(x=[0] * 200000)))
    s.comes("its status says so", lambda: reason(s, "values") == "InvalidPodTemplate", 20)
    for turn in range(5):
        s.tenant.api.patch(f"{s.tenant.jobs}/values", {"metadata": {"labels": {"turn": str(turn)}}})
    yield
    s.tenant.api.patch(f"{s.tenant.jobs}/values", {"spec": {"template": {"spec": {"x": None}}}})
    s.comes("it can be mended", lambda: s.tenant.status("values").get("ready") == 1, 30)


@attack("an object of too many levels is read in part", "bug values_unbounded")
def object_of_too_many_levels(s):
    """3,000 arrays in each other: a parser that recurses ends."""
    s.reached("it is stored", s.tenant.api.ask("POST", s.tenant.jobs, nested(3000).encode())[0] == 201)
    s.comes("its status says so", lambda: reason(s, "levels") == "InvalidPodTemplate", 20)
    yield


@attack("what admission makes of one job's pods is not taken for another's", "bug shape_of_any_namespace")
def jobs_whose_shapes_look_alike(s):
    """The victim's small job in a namespace where a LimitRange gives each pod a terabyte; and two templates that differ in
    one late field alone."""
    s.cluster.admin.post(f"/api/v1/namespaces/{s.tenant.ns}/limitranges", {"metadata": {"name": "huge"}, "spec": {"limits": [
        {"type": "Container", "default": {"memory": "1Ti"}, "defaultRequest": {"memory": "1Ti"}}]}})
    s.tenant.make_job("small", **s.victim.small())
    s.reached("no node has room for it", wait("it waits", lambda: "memory" in s.tenant.status("small").get("message", "")))
    own = {"containers": [{**CONTAINER, "resources": {"requests": {"memory": "1Mi"}, "limits": {"memory": "64Mi"}}}]}
    s.tenant.make_job("alike-1", template=template(**own), parallelism=1)
    s.tenant.make_job("alike-2", template=template(terminationGracePeriodSeconds=7, **own), parallelism=1)
    wait("both run", lambda: all(s.tenant.status(n).get("ready") for n in ("alike-1", "alike-2")), 60)
    graces = {p["metadata"]["labels"]["muster.dev/job-name"]: p["spec"]["terminationGracePeriodSeconds"]
              for p in s.tenant.api.get(s.tenant.pods)["items"]}
    s.spared(f"each has its own template: {graces}", graces["alike-2"] == 7 and graces["alike-1"] != 7)
    yield


@attack("an object near the limit of etcd", "bug items_of_a_mib_unread")
def object_as_large_as_etcd_takes(s):
    """1.3 MB of text in one job, ten edits of it."""
    s.reached("it is stored", accepted(s, "large", template=template(x="x" * 1300000)))
    for turn in range(10):
        s.tenant.api.patch(f"{s.tenant.jobs}/large", {"metadata": {"labels": {"turn": str(turn)}}})
    yield
    s.comes("its status says so", lambda: reason(s, "large") == "InvalidPodTemplate", 20)


@attack("texts that no C string holds", "bug nul_ends_watch")
def text_with_a_nul(s):
    """NUL, a lone surrogate's escape and a word of 60,000 bytes where texts are free."""
    odd = {"command": ["sh", "-c", "sleep 3600", "a\u0000b"], "env": [{"name": "A", "value": "\u0000\ufffe" + "y" * 30000}]}
    body = json.dumps(job("odd", **odd)).replace("y" * 30000, "\\ud83d\\ude00" * 4000)
    code, answer = s.tenant.api.ask("POST", s.tenant.jobs, body.encode())
    s.reached(f"the API server took it ({answer.get('message')})", code == 201)
    s.comes("its status says why nothing runs", lambda: s.tenant.status("odd").get("message"), 20)
    yield


@attack("numbers beyond every double", "bug number_ends_watch")
def number_that_no_double_holds(s):
    """1e308, 10^29 and 2^64 in the pod template, where any JSON is kept: the API server writes the last one with all its digits."""
    body = json.dumps(job("numbers", template=template(x=["HERE", "THERE"])))
    for big in ("1e308", "123456789012345678901234567890", "18446744073709551616"):
        code, _ = s.tenant.api.ask("POST", s.tenant.jobs, body.replace('"HERE"', big).replace(
            '"THERE"', "-" + big).replace('"numbers"', f'"numbers-{len(big)}"').encode())
        s.verdict.reached += [f"{big} was taken"] if code == 201 else []
    stored = [j["metadata"]["name"] for j in s.tenant.api.get(s.tenant.jobs)["items"]]
    s.reached("one of them is stored", stored)
    yield
    s.comes("each has a status", lambda: all(s.tenant.status(name).get("state") for name in stored), 20)


@attack("memory goes with what lives", "bug slots_of_waiting", memory_mib=64)
def jobs_of_ten_thousand_that_wait(s):
    """300 jobs of parallelism 10,000 that no node takes."""
    for i in range(300):
        s.tenant.make_job(f"wide-{i}", parallelism=10000, nodeSelector={"hostile": "nowhere"})
    s.reached("they wait", wait("300 wait", lambda: len([j for j in s.tenant.api.get(s.tenant.jobs)["items"] if j.get(
        "status", {}).get("state") == "Pending"]) == 300, 60))
    yield


@attack("amounts saturate", "bug amounts_wrap")
def amounts_that_overflow(s):
    """Requests of 2^63-1 in a job, and in pods on one node, which a kubelet may count as anything; and of the number whose
    thousandths are next to nothing beyond 2^64."""
    for name, amount in (("huge", "9223372036854775807"), ("round", "18446744073709552")):
        huge = {"requests": {"cpu": amount}}  # of memory, thousandths would be told of as a doubt
        s.reached(f"the job {name} is stored", accepted(s, name, resources=huge, parallelism=1))
    node = s.cluster.workers()[0]
    for i in range(3):
        pod = forge.pod(f"huge-{i}", node)
        pod["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "9223372036854775807"}}
        s.tenant.api.post(s.tenant.pods, pod)
    s.reached("its kubelet has judged them", wait("pods", lambda: all(
        p["status"].get("phase") != "Pending" for p in s.tenant.api.get(s.tenant.pods)["items"]), 60))
    yield
    for name in ("huge", "round"):
        s.verdict.reached.append(f"the job {name}: {s.tenant.status(name).get('message')}")
        s.spared(f"the job {name} waits", s.tenant.status(name).get("state") == "Pending")
        s.spared(f"no pod of {name} was made", not s.tenant.status(name).get("attempts"))


@attack("names of resources", "bug resource_names_unbounded")
def invented_resource_names(s):
    """32 names a job, 40 jobs: a table of names may not be used up for those who have real ones."""
    node = s.cluster.workers()[0]
    for i in range(40):
        requests = {f"evil.example/r{i}-{k}": "1" for k in range(32)}
        s.tenant.make_job(f"names-{i}", resources={"requests": requests, "limits": requests})
    s.reached("they wait", wait("40 wait", lambda: len([j for j in s.tenant.api.get(s.tenant.jobs)["items"] if j.get(
        "status", {}).get("state") == "Pending"]) == 40))
    s.cluster.advertise(node, "hostile.example/slot", "1")
    s.later(lambda: s.cluster.advertise(node, "hostile.example/slot", None))
    yield
    slot = {"hostile.example/slot": "1"}
    s.victim.start("slotted", resources={"requests": slot, "limits": slot})
    s.comes("the victim gets its slot", lambda: s.victim.status("slotted").get("ready") == 1, 30)
    s.victim.end("slotted")


@attack("a rendered pod has a bound", "bug pod_bytes_unbounded")
def pods_of_too_many_bytes(s):
    """Every field at its own bound: together more than a pod may have."""
    env = [{"name": f"A{i}", "value": "x" * 1024} for i in range(120)]
    s.reached("it is stored", accepted(s, "bytes", env=env, parallelism=10000))
    s.comes("its status says so", lambda: reason(s, "bytes") == "InvalidPodTemplate", 20)
    yield
    s.spared("no pod is made", not s.tenant.api.get(s.tenant.pods)["items"])


@attack("numbers of a job at the API server's door", "crd computejobs.muster.dev")
def numbers_over_their_bounds(s):
    """Each number of the spec at its bound is taken, and one more is refused."""
    bounds = {"parallelism": 10000, "priority": 1000, "backoffLimit": 2147483647, "activeDeadlineSeconds": 2147483647,
              "ttlSecondsAfterFinished": 2147483647}
    s.reached("all at their bounds", accepted(s, "at", nodeSelector={"hostile": "nowhere"}, **bounds))
    for field, most in bounds.items():
        s.spared(f"{field} of {most + 1} is refused", refused(s, field, **{field: most + 1}))
    s.spared("priority of -1001 is refused", refused(s, "priority", priority=-1001))
    s.spared("tolerations over 32 are refused", refused(s, "tolerations", tolerations=[
        {"key": f"k{i}", "operator": "Exists"} for i in range(33)]))
    s.spared("a name of 58 is refused", refused(s, "57 characters", name="n" * 58))
    s.reached("a name of 57", accepted(s, "n" * 57, nodeSelector={"hostile": "nowhere"}))
    yield


@attack("statuses are Muster's", "grant edit-writes-status")
def status_written_by_the_tenant(s):
    """A job is created with a status, and its status is patched, as the role edit has it."""
    body = dict(job("told", nodeSelector={"hostile": "nowhere"}), status={"state": "Completed", "attempts": 1000000000})
    s.reached("the job is stored", s.tenant.api.post(s.tenant.jobs, body))
    try:
        s.tenant.api.patch(f"{s.tenant.jobs}/told/status", {"status": {"state": "Completed"}})
        s.hurts("the tenant writes statuses", True)
    except Refused as err:
        s.reached("RBAC refuses the status", err.code == 403)
    yield
    s.spared("the job is not Completed", s.tenant.status("told").get("state") == "Pending")


@attack("attempt numbers of a status", "crd computejobs.muster.dev")
def status_with_every_number_used(s):
    """Somebody who may write statuses of one namespace sets attempts to its bound, and beyond."""
    s.tenant.may("computejobs/status", "patch")
    s.tenant.make_job("spent", parallelism=3)
    wait("it runs", lambda: s.tenant.status("spent").get("ready") == 3, 60)
    path = f"{s.tenant.jobs}/spent/status"
    s.spared("2147483647 attempts are refused", s.tenant.api.ask("PATCH", path, {"status": {
        "attempts": 2147483647}}, "application/merge-patch+json")[0] == 422)
    s.tenant.api.patch(path, {"status": {"attempts": 1000000000}})
    s.reached("1000000000 attempts are stored", True)
    s.tenant.api.patch(f"{s.tenant.jobs}/spent", {"spec": {"command": ["sleep", "1800"]}})
    yield


@attack("names of nodes in a status", "bug active_nodes_believed")
def status_with_nodes_of_others(s):
    """completedIndexes and activeNodes of a status name what never was."""
    s.tenant.may("computejobs/status", "patch")
    s.tenant.make_job("named", nodeSelector={"hostile": "nowhere"}, parallelism=10)
    wait("it waits", lambda: s.tenant.status("named").get("message"))
    path = f"{s.tenant.jobs}/named/status"
    s.tenant.api.patch(path, {"status": {"completedIndexes": "0-8"}})
    wait("the coordinator has seen it", lambda: s.tenant.status("named").get("succeeded") == 9)
    forged = s.tenant.api.patch(path, {"status": {"activeNodes": s.cluster.workers() + [f"n{i}" for i in range(500)]}})
    s.reached("it is stored", len(forged["status"]["activeNodes"]) > 500)
    yield
    s.comes("the status is Muster's again", lambda: not s.tenant.status("named").get("activeNodes"), 20)
