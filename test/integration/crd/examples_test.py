# SPDX-License-Identifier: Apache-2.0
"""Every example is taken by a real API server in a namespace that enforces Pod Security "restricted", and
so are the pods that it makes."""
import copy
import os
import re

from lib import TOP, Checks, Server, load

NAMESPACE = "examples"
STRICT = "?fieldValidation=Strict&dryRun=All"
PATHS = {"ComputeJob": "/apis/muster.dev/v1alpha1/namespaces/examples/computejobs",
         "ComputeNode": "/apis/muster.dev/v1alpha1/computenodes",
         "Service": "/api/v1/namespaces/examples/services",
         "ConfigMap": "/api/v1/namespaces/examples/configmaps"}
WANTED = ["compute-nodes", "failed-indexes", "failing", "gang", "hello", "lifecycle", "node-selector", "parallel", "pipeline", "resources", "share-nodes", "sweep", "template", "torch"]
EXPECTED = ("Completed", "Failed", "Running", "Pending", "Applied")
LONGEST = 50  # lines: an example is read in one look


def pod_of(job):
    """The pod of the first member, as docs/usage.md describes it."""
    spec = job["spec"]
    template = copy.deepcopy(spec.get("template", {}))
    pod = template.get("spec", {})
    boxes = pod.setdefault("containers", [])
    box = next((b for b in boxes if b["name"] == "main"), None)
    if box is None:
        box = {"name": "main"}
        boxes.append(box)
    box.update({k: spec[k] for k in ("command", "args", "image", "resources") if k in spec})
    box.setdefault("image", "busybox:1.35")
    box["env"] = box.get("env", []) + spec.get("env", [])
    name = job["metadata"]["name"]
    pod.update(nodeName="n1", restartPolicy="Never", hostname=name + "-0", subdomain=name)
    labels = {**template.get("metadata", {}).get("labels", {}), "muster.dev/job-name": name}
    return {"apiVersion": "v1", "kind": "Pod", "spec": pod, "metadata": {"name": name + "-0-abcde", "labels": labels}}


def test_file(server, check, name):
    path = f"examples/{name}.yaml"
    with open(os.path.join(TOP, path), encoding="utf-8") as f:
        text = f.read()
    expect = re.match(r"# expect: (\w+)\n# \S", text)
    check.that(f"{name}: tells what to expect, and what it shows", expect and expect.group(1) in EXPECTED, text[:60])
    check.that(f"{name}: short", text.count("\n") <= LONGEST, text.count("\n"))
    jobs = 0
    for obj in load(path):
        jobs += obj["kind"] == "ComputeJob"
        answer = server.request("POST", PATHS[obj["kind"]] + STRICT, obj)
        check.accepted(f"{name}: {obj['kind']} {obj['metadata']['name']}", answer)
        if obj["kind"] == "ComputeJob":
            answer = server.request("POST", f"/api/v1/namespaces/{NAMESPACE}/pods{STRICT}", pod_of(obj))
            check.accepted(f"{name}: its pod", answer)
    check.that(f"{name}: a job says how it ends", (expect.group(1) == "Applied") == (jobs == 0), jobs)
    applied = server.kubectl("-n", NAMESPACE, "apply", "--dry-run=server", "-f", os.path.join(TOP, path), check=False)
    check.that(f"{name}: kubectl apply", applied.returncode == 0 and "arning" not in applied.stderr, applied.stderr)


def test_strictness(server, check):
    """The namespace does refuse what is not restricted: else the checks above would show nothing."""
    pod = pod_of(load("examples/hello.yaml")[0])
    del pod["spec"]["securityContext"]
    check.refused("a pod that is not restricted", server.request("POST", f"/api/v1/namespaces/{NAMESPACE}/pods", pod),
                  "PodSecurity", "restricted")


def main():
    server, check = Server(), Checks()
    server.apply_crds()
    server.make_namespace(NAMESPACE, **{"pod-security.kubernetes.io/enforce": "restricted"})
    found = sorted(n[:-5] for n in os.listdir(os.path.join(TOP, "examples")) if n.endswith(".yaml"))
    check.that("the examples", found == WANTED, found)
    for name in found:
        test_file(server, check, name)
    test_strictness(server, check)
    check.end(at_least=50)


main()
