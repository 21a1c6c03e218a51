# SPDX-License-Identifier: Apache-2.0
"""The definitions of ComputeJob and ComputeNode, tried on a real API server: what it refuses and in what
words, what it takes and fills in, what cannot change any more, and how it is shown."""
import copy
import os
import re
import time

from bad_objects import BAD_JOBS, BAD_NAMES, BAD_NODES, GOOD_JOBS, JOB_SPEC, full_affinity
from lib import API, TOP, Checks, Server, load

JOBS = API + "/namespaces/default/computejobs"
NODES = API + "/computenodes"
STRICT = "?fieldValidation=Strict"
MERGE = "application/merge-patch+json"


def make(kind, name, spec):
    spec = {k: v for k, v in spec.items() if v is not None}
    return {"apiVersion": "muster.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def job(name, **change):
    return make("ComputeJob", name, {**copy.deepcopy(JOB_SPEC), **change})


def test_bad(server, check):
    for name, change, words in BAD_JOBS:
        answer = server.request("POST", JOBS + STRICT, job("bad", **change))
        check.refused("job: " + name, answer, *words, status=(400, 422))
    for name in BAD_NAMES:
        check.refused("job called " + name, server.request("POST", JOBS, job(name)), "metadata.name", status=(422,))
    for name, change, words in BAD_NODES:
        answer = server.request("POST", NODES + STRICT, make("ComputeNode", "bad", change))
        check.refused("node: " + name, answer, *words, status=(400, 422))


def test_good(server, check):
    for number, (name, change) in enumerate(GOOD_JOBS):
        check.accepted("job: " + name, server.request("POST", JOBS + STRICT, job(f"good-{number}", **change)))
        # What is applied on the server keeps its nulls, what is created does not.
        path = f"{JOBS}/applied-{number}{STRICT}&fieldManager=test"
        check.accepted("job applied: " + name, server.request(
            "PATCH", path, job(f"applied-{number}", **change), kind="application/apply-patch+yaml"))
    check.accepted("longest name", server.request("POST", JOBS, job("a" * 57)))
    node = make("ComputeNode", "n1", {"resources": {"cpu": 2, "memory": "4Gi", "example.com/gpu": "1"}})
    check.accepted("node", server.request("POST", NODES + STRICT, node))
    bare = {"apiVersion": "muster.dev/v1alpha1", "kind": "ComputeNode", "metadata": {"name": "n2"}}
    check.accepted("node without spec", server.request("POST", NODES + STRICT, bare))


def test_defaults(server, check):
    _, made = server.request("POST", JOBS, job("defaults"))
    wanted = {"command": ["true"], "parallelism": 1, "membersPerNode": 1, "priority": 0, "suspend": False,
              "onNodeLoss": "Replace", "updateStrategy": {"type": "RollingUpdate"}}
    check.that("defaults", made["spec"] == wanted, made["spec"])
    check.that("status at birth", "status" not in made, made)


def full_status():
    when = "2026-01-01T00:00:00Z"
    condition = {"type": "Complete", "status": "True", "reason": "CompletionsReached", "message": "",
                 "lastTransitionTime": when, "observedGeneration": 1}
    return {"state": "Running", "startTime": when, "activeNodes": ["n1"], "active": 1, "ready": 1, "succeeded": 2,
            "failed": 3, "completedIndexes": "0,2-5", "failedIndexes": "1", "attempts": 1000000000, "selector": "a=b",
            "satisfiedDependencies": [{"name": "a" * 57, "condition": "Finished"}] * 16,
            "superseded": [{"index": 9999, "attempt": 1, "node": "n2", "replacedBy": 2}], "reason": "R",
            "failures": [{"index": 99999, "attempt": 1, "node": "n2", "exitCode": -1, "reason": "Error",
                          "finishedAt": "2026-01-02T03:04:05Z", "message": "m" * 1024}] * 10,
            "message": "m", "observedGeneration": 1, "conditions": [condition]}


def test_status(server, check):
    server.request("POST", JOBS, job("status", parallelism=3))
    path = JOBS + "/status/status"
    status = full_status()
    _, got = server.request("PATCH", path, {"status": status}, kind=MERGE)
    check.that("status as written", got.get("status") == status, got)
    for field, value in [("state", "Done"), ("active", -1), ("startTime", "today"), ("activeNodes", "n1"),
                         ("superseded", [{"index": 1}]),
                         ("failures", [{"index": 1, "attempt": 1, "node": "n"}] * 11),
                         ("failures", [{"index": 1, "attempt": 1, "node": "n", "message": "m" * 1025}])]:
        answer = server.request("PATCH", path, {"status": {field: value}}, kind=MERGE)
        check.refused("status " + field, answer, "status." + field)
    _, scale = server.request("GET", JOBS + "/status/scale")
    check.that("scale", scale.get("status") == {"replicas": 1, "selector": "a=b"}, scale)
    scaled = {"spec": {"replicas": 5}}
    check.accepted("scale up", server.request("PATCH", JOBS + "/status/scale", scaled, kind=MERGE))
    check.refused("scale to 0", server.request("PATCH", JOBS + "/status/scale", {"spec": {"replicas": 0}}, kind=MERGE),
                  "spec.parallelism")
    _, got = server.request("GET", JOBS + "/status")
    check.that("generation counts changes of the spec", got["metadata"]["generation"] == 2, got["metadata"])
    node = {"state": "Running", "lastTransitionTime": "2026-01-01T00:00:00Z", "members": 2, "agentVersion": "0.1.0",
            "bootID": "b", "capacity": {"cpu": "2"}, "allocated": {"cpu": "1500m"}, "available": {"cpu": "500m"},
            "reason": "r", "message": "m", "observedGeneration": 1}
    _, got = server.request("PATCH", NODES + "/n1/status", {"status": node}, kind=MERGE)
    check.that("node's status as written", got.get("status") == node, got)


def change_of(spec, field):
    """Another value for a field of a spec that has all fields."""
    old = spec[field]
    if isinstance(old, bool):
        return not old
    if isinstance(old, int):
        return old + 1 if old < 100000 else 1
    if isinstance(old, str):
        return {"Wait": "Fail", "Slurm": "JAX"}.get(old, "other")
    if isinstance(old, list):
        return old[:-1]
    return {
        "successPolicy": {"rules": [{"succeededCount": 1}]}, "updateStrategy": {"maxUnavailable": 3}, "template": {"spec": {"dnsPolicy": "None"}},
        "nodeSelector": {"x": "1"}, "resources": {"requests": {"cpu": "1m"}},
        "nodeAffinity": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "z", "operator": "Exists"}]}]},
    }[field]


IMMUTABLE = ("backoffLimitPerIndex", "successPolicy")  # in a live job too


def test_dependencies(server, check):
    """A job that has started keeps what it depends on; none depends on itself."""
    answer = server.request("POST", JOBS, job("waits", dependsOn=[{"name": "a"}, {"name": "waits"}]))
    check.refused("a job that depends on itself", answer, "spec.dependsOn", "itself")
    _, made = server.request("POST", JOBS, job("waits", dependsOn=[{"name": "a"}]))
    check.that("condition by default", made["spec"]["dependsOn"] == [{"name": "a", "condition": "Complete"}], made)
    path = JOBS + "/waits"
    other = {"spec": {"dependsOn": [{"name": "b", "condition": "Started"}]}}
    check.accepted("it has not started", server.request("PATCH", path, other, kind=MERGE))
    server.request("PATCH", path + "/status", {"status": {"startTime": "2026-01-01T00:00:00Z"}}, kind=MERGE)
    for change in ([{"name": "b"}], [], None):
        answer = server.request("PATCH", path, {"spec": {"dependsOn": change}}, kind=MERGE)
        check.refused(f"it has started: {change}", answer, "spec.dependsOn", "has started")
    check.accepted("the same", server.request("PATCH", path, other, kind=MERGE))
    server.request("PATCH", path + "/status", {"status": {"startTime": None}}, kind=MERGE)
    check.accepted("suspended", server.request("PATCH", path, {"spec": {"dependsOn": None}}, kind=MERGE))


def test_final(server, check):
    """A finished job: every field of its spec but the ttl is fixed, and so is its state."""
    spec = {**GOOD_JOBS[2][1], "template": GOOD_JOBS[4][1]["template"], "parallelism": 5}
    spec["env"] = [{"name": "A", "value": "1"}, {"name": "C"}]
    pod = {k: v for k, v in spec["template"]["spec"].items() if k != "terminationGracePeriodSeconds"}
    spec["template"] = {**spec["template"], "spec": pod}
    made = server.request("POST", JOBS, job("final", **spec))
    check.accepted("a job with all fields", made)
    spec = made[1]["spec"]
    path = JOBS + "/final"
    check.accepted("a live job may change", server.request("PATCH", path, {"spec": {"priority": 7}}, kind=MERGE))
    for field, value in (("backoffLimitPerIndex", 7), ("backoffLimitPerIndex", None)):
        answer = server.request("PATCH", path, {"spec": {field: value}}, kind=MERGE)
        check.refused(f"a live job: {field} {value}", answer, "spec." + field, "field is immutable")
    for value in (2, None):
        check.refused(f"membersPerNode {value} on a live job", server.request(
            "PATCH", path, {"spec": {"membersPerNode": value}}, kind=MERGE), "spec.membersPerNode", "cannot be changed")
    server.request("PATCH", path + "/status", {"status": {"state": "Failed"}}, kind=MERGE)
    for field in sorted(set(spec) - {"ttlSecondsAfterFinished", "membersPerNode"}):
        answer = server.request("PATCH", path, {"spec": {field: change_of(spec, field)}}, kind=MERGE)
        fixed = "is immutable" if field in IMMUTABLE else "has finished"
        check.refused("finished: change of " + field, answer, fixed)
        if field not in ("command", "parallelism", "priority", "suspend", "onNodeLoss",
                         "updateStrategy"):
            answer = server.request("PATCH", path, {"spec": {field: None}}, kind=MERGE)
            check.refused("finished: removal of " + field, answer, fixed)
    check.accepted("finished: ttl", server.request("PATCH", path, {"spec": {"ttlSecondsAfterFinished": 9}}, kind=MERGE))
    check.accepted("finished: label", server.request("PATCH", path, {"metadata": {"labels": {"a": "b"}}}, kind=MERGE))
    for change in ({"state": "Running"}, {"state": None}, None):
        answer = server.request("PATCH", path + "/status", {"status": change}, kind=MERGE)
        check.refused(f"finished: status {change}", answer, "status.state", "final")
    check.accepted("finished: counters", server.request(
        "PATCH", path + "/status", {"status": {"failed": 7}}, kind=MERGE))


def test_apply(server, check):
    """Server-side apply: each resource of a ComputeNode has an owner of its own, as DESIGN.md needs it."""
    kind = "application/apply-patch+yaml"

    def applied(manager, resources, force=""):
        obj = make("ComputeNode", "granular", {"resources": resources})
        return server.request("PATCH", f"{NODES}/granular?fieldManager={manager}{force}", obj, kind=kind)

    check.accepted("by an administrator", applied("admin", {"cpu": "2"}))
    code, answer = applied("muster-coordinator", {"cpu": "8", "memory": "16Gi"})
    fields = [c.get("field") for c in answer.get("details", {}).get("causes", [])]
    check.that("conflict names the field", code == 409 and fields == [".spec.resources.cpu"], answer)
    code, answer = applied("muster-coordinator", {"memory": "16Gi"})
    check.that("both live together", answer.get("spec", {}).get("resources") == {"cpu": "2", "memory": "16Gi"}, answer)


def test_shown(server, check):
    """Columns of long but usual names fit a terminal."""
    server.request("POST", JOBS, job("render-frames-2026-07", parallelism=250))
    status = {**full_status(), "state": "Suspended", "active": 250, "succeeded": 250, "failed": 10}
    server.request("PATCH", JOBS + "/render-frames-2026-07/status", {"status": status}, kind=MERGE)
    server.request("POST", NODES, make("ComputeNode", "muster-control-plane", {}))
    server.request("PATCH", NODES + "/muster-control-plane/status", kind=MERGE, body={"status": {
        "state": "Draining", "members": 100, "available": {"cpu": "12500m", "memory": "16314500Ki"}}})
    for what, name in (("cjob", "render-frames-2026-07"), ("cnode", "muster-control-plane")):
        lines = server.kubectl("get", what, name).stdout.splitlines()
        width = max(len(line.rstrip()) for line in lines)
        check.that("width of " + what, width <= 80, f"{width}: {lines}")
        check.that("values of " + what, "<" not in lines[1] and name in lines[1], lines)
    both = server.kubectl("get", "muster").stdout
    check.that("category muster", "computejob.muster.dev/" in both and "computenode.muster.dev/" in both, both)
    for field in ("computejob.spec.onNodeLoss", "computejob.status.attempts", "computenode.spec.resources"):
        text = server.kubectl("explain", field).stdout
        check.that("explain " + field, "DESCRIPTION" in text and "<empty>" not in text, text)
    for what in ("computejob.spec", "computejob.status", "computenode.spec", "computenode.status"):
        text = server.kubectl("explain", what).stdout
        check.that(f"explain {what}: every field", "<no description>" not in text and "<empty>" not in text, text)


def loosened(crd):
    """The definition as older versions had it, before bounds were tightened."""
    crd = copy.deepcopy(crd)
    schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
    schema["spec"]["properties"]["nodeAffinity"]["x-kubernetes-validations"].pop()
    status = schema["status"]["properties"]
    status["attempts"]["maximum"] = 4294967295
    return crd


def test_ratcheting(server, check):
    """What was stored before a bound was tightened still takes a status, and edits of other fields."""
    crd = load("crds/muster.dev_computejobs.yaml")[0]
    server.apply(loosened(crd))
    large = job("large", **full_affinity(9))
    deadline = time.monotonic() + 30
    while server.request("POST", JOBS, large)[0] != 201 and time.monotonic() < deadline:
        time.sleep(0.2)
    path = JOBS + "/large"
    status = {**full_status(), "state": "Running", "attempts": 4294967295}
    check.accepted("stored before", server.request("PATCH", path + "/status", {"status": status}, kind=MERGE))
    server.apply(crd)
    while server.request("POST", JOBS + "?dryRun=All", job("dry", **full_affinity(9)))[0] == 201 \
            and time.monotonic() < deadline:
        time.sleep(0.2)
    check.accepted("status after", server.request("PATCH", path + "/status", {
        "status": {"message": "spec.nodeAffinity has more than 2048 values", "active": 3}}, kind=MERGE))
    check.accepted("attempts brought down", server.request("PATCH", path + "/status", {
        "status": {"attempts": 1000000000}}, kind=MERGE))
    check.accepted("another field", server.request("PATCH", path, {"spec": {"parallelism": 2}}, kind=MERGE))
    check.accepted("scale", server.request("PATCH", path + "/scale", {"spec": {"replicas": 3}}, kind=MERGE))
    check.refused("the field itself", server.request("PATCH", path, {"spec": {
        "nodeAffinity": full_affinity(10)["nodeAffinity"]}}, kind=MERGE), "2048", status=(422,))
    check.accepted("within the bound", server.request("PATCH", path, {"spec": {
        "nodeAffinity": full_affinity(8)["nodeAffinity"]}}, kind=MERGE))


def test_bounds(_server, check):
    """The bounds that the programs count on are those of the definition."""
    with open(os.path.join(TOP, "shared/model/object.h"), encoding="utf-8") as f:
        told = {name: int(number) for name, number in re.findall(r"\b([A-Z_]+_MAX) = (\d+),", f.read())}
    crd = load("crds/muster.dev_computejobs.yaml")[0]["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    spec = crd["properties"]["spec"]["properties"]
    affinity = spec["nodeAffinity"]["properties"]["nodeSelectorTerms"]
    attempts = crd["properties"]["status"]["properties"]["attempts"]
    rules = str(spec["nodeAffinity"]["x-kubernetes-validations"])
    check.that("bound AFFINITY_VALUES_MAX", f"<= {told.get('AFFINITY_VALUES_MAX')}" in rules, rules)
    expressions = affinity["items"]["properties"]["matchExpressions"]
    for name, bound in (
            ("PARALLELISM_MAX", spec["parallelism"]["maximum"]),
            ("PER_NODE_MAX", spec["membersPerNode"]["maximum"]),
            ("COMPLETIONS_MAX", spec["completions"]["maximum"]), ("TERMS_MAX", affinity["maxItems"]),
            ("EXPRS_MAX", expressions["maxItems"]), ("TOLERATIONS_MAX", spec["tolerations"]["maxItems"]),
            ("PRIORITY_MAX", spec["priority"]["maximum"]), ("PRIORITY_MAX", -spec["priority"]["minimum"]),
            ("SELECTOR_MAX", spec["nodeSelector"]["maxProperties"]), ("ATTEMPT_MAX", attempts["maximum"]),
            ("LABEL_KEY_MAX", expressions["items"]["properties"]["key"]["maxLength"]),
            ("LABEL_VALUE_MAX", expressions["items"]["properties"]["values"]["items"]["maxLength"]),
            ("EXPR_VALUES_MAX", expressions["items"]["properties"]["values"]["maxItems"])):
        check.that("bound " + name, told.get(name) == bound, f"{told.get(name)} and {bound}")
    message = crd["properties"]["status"]["properties"]["message"]["maxLength"]
    check.that("bound MESSAGE_MAX", told.get("MESSAGE_MAX", 0) <= message, message)


def main():
    server, check = Server(), Checks()
    server.apply_crds()
    for test in (test_bad, test_good, test_defaults, test_status, test_dependencies, test_final, test_apply, test_shown, test_ratcheting,
                 test_bounds):
        test(server, check)
    check.end(at_least=150)


main()
