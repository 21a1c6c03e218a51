# SPDX-License-Identifier: Apache-2.0
"""Placement parity: where the real kube-scheduler lets pods run, and where Muster lets members run.

Each row is asked of both, in one cluster: as many pods as there are nodes, of which no two may share a node, and a
ComputeJob with as many members and minParallelism 1. Once neither gets further, the sets of their nodes are compared.
docs/design/0009-placement-parity.md has the table. Where the two differ, the row says so, and the test fails if
they do not."""

import json
import os

from checks import check, equal
from harness import TOOLS, free_port

ZONE = "topology.kubernetes.io/zone"
GIB = "1073741824"
PREFER = "preferredDuringSchedulingIgnoredDuringExecution"

# name: (labels, taints, further fields of spec, allocatable beside cpu 4, memory 8Gi, pods 110)
NODES = {
    "p1": ({ZONE: "a", "disk": "ssd", "gen": "3"}, [], {}, {"hugepages-2Mi": "64Mi", "example.com/gpu": "2"}),
    "p2": ({ZONE: "a", "disk": "hdd", "gen": "10"}, [], {}, {"cpu": "2", "memory": "16Gi"}),
    "p3": ({ZONE: "b", "disk": "ssd", "gen": "five"}, [("team", "a", "NoSchedule")], {}, {}),
    "p4": ({ZONE: "b", "gen": "1000000000000000000"}, [("team", "b", "NoExecute")], {}, {}),
    "p5": ({ZONE: "c", "disk": "ssd"}, [("old", "", "PreferNoSchedule")], {}, {"memory": "2Gi"}),
    "p6": ({ZONE: "c", "gen": "007", "pair": "x"}, [], {"unschedulable": True}, {}),
    "p7": ({ZONE: "d", "disk": "", "gen": "7"}, [], {}, {"ephemeral-storage": "1Gi", "example.com/gpu": "1"}),
}
# p8 has place for one pod, and its agent is there.
NODES["p8"] = ({ZONE: "d"}, [], {}, {"pods": "1"})
BUSY = "p7"  # a pod of others there keeps pods labelled role=lonely away
OPEN = {"p1", "p2", "p5", "p7"}


def expr(key, operator, *values):
    return {"key": key, "operator": operator, **({"values": list(values)} if values else {})}


def terms(*each):
    """Each term is a list of expressions."""
    return {"nodeAffinity": {"nodeSelectorTerms": [{"matchExpressions": t} for t in each]}}


def tolerate(**fields):
    return {"tolerations": [fields]}


def asks(**requests):
    requests = {k.replace("__", "/").replace("_", "-"): v for k, v in requests.items()}
    return {"resources": {"requests": requests, "limits": requests}}


ALL = {"operator": "Exists"}

# name: (fields of a ComputeJob's spec, the nodes that both allow[, those that Muster alone allows or refuses])
SELECTING = {
    "nothing": ({}, OPEN),
    "selector": ({"nodeSelector": {"disk": "ssd"}}, {"p1", "p5"}),
    "selector-empty-value": ({"nodeSelector": {"disk": ""}}, {"p7"}),
    "selector-two": ({"nodeSelector": {"disk": "ssd", ZONE: "a"}}, {"p1"}),
    "selector-nowhere": ({"nodeSelector": {"disk": "tape"}}, set()),
    "in": (terms([expr("disk", "In", "ssd", "hdd")]), {"p1", "p2", "p5"}),
    "not-in": (terms([expr("disk", "NotIn", "ssd")]), {"p2", "p7"}),
    "exists": (terms([expr("gen", "Exists")]), {"p1", "p2", "p7"}),
    "does-not-exist": (terms([expr("gen", "DoesNotExist")]), {"p5"}),
    "gt": (terms([expr("gen", "Gt", "5")]), {"p2", "p7"}),
    "lt": (terms([expr("gen", "Lt", "10")]), {"p1", "p7"}),
    "gt-large": ({**terms([expr("gen", "Gt", "999999999999999999")]), "tolerations": [ALL]}, {"p4"}),
    "terms-or": (terms([expr("disk", "In", "hdd")], [expr(ZONE, "In", "d")]), {"p2", "p7"}),
    "terms-and": (terms([expr("disk", "Exists"), expr("gen", "Gt", "3")]), {"p2", "p7"}),
    "selector-and-terms": ({"nodeSelector": {"disk": "ssd"}, **terms([expr("gen", "Exists")])}, {"p1"}),
    "tolerate-key": (tolerate(key="team", operator="Exists"), OPEN | {"p3", "p4"}),
    "tolerate-value": (tolerate(key="team", value="a"), OPEN | {"p3"}),
    "tolerate-equal": (tolerate(key="team", operator="Equal", value="b"), OPEN | {"p4"}),
    "tolerate-other-value": (tolerate(key="team", value="z"), OPEN),
    "tolerate-effect": (tolerate(key="team", operator="Exists", effect="NoExecute"), OPEN | {"p4"}),
    "tolerate-no-key": (tolerate(operator="Exists", effect="NoSchedule"), OPEN | {"p3"}, {"p6"}),
    # A cordon is an administrator's word to Muster, whatever the job tolerates.
    "tolerate-cordon": (tolerate(key="node.kubernetes.io/unschedulable", operator="Exists"), OPEN, {"p6"}),
    "tolerate-all": ({"tolerations": [ALL]}, OPEN | {"p3", "p4"}, {"p6"}),
    # Kubelets refuse a pod that needs a feature they do not declare, and then other nodes are tried; these kubelets refuse none.
    "declared-feature": ({"template": {"spec": {"containers": [{
        "name": "main", "restartPolicy": "Never", "restartPolicyRules": [{
            "action": "RestartAllContainers", "exitCodes": {"operator": "In", "values": [42]}}]}]}}},
        {"p1"}, OPEN - {"p1"}),
    # What pods of others ask for by their own anti-affinity is not seen.
    "lonely": ({"template": {"metadata": {"labels": {"role": "lonely"}}}}, OPEN - {BUSY}, {BUSY}),
}

FITTING = {
    "cpu": (asks(cpu="3"), {"p1", "p5", "p7"}),
    "cpu-exact": (asks(cpu="4"), {"p1", "p5", "p7"}),
    "cpu-thousandth": (asks(cpu="2001m"), {"p1", "p5", "p7"}),
    "memory": (asks(memory="10Gi"), {"p2"}),
    "memory-exact": (asks(memory="2Gi"), OPEN),
    "memory-byte": (asks(memory=str(2 * int(GIB) + 1)), OPEN - {"p5"}),
    "storage": (asks(ephemeral_storage="1Gi"), {"p7"}),
    "hugepages": (asks(hugepages_2Mi="64Mi", cpu="1"), {"p1"}),
    "extended": (asks(example_com__gpu="2"), {"p1"}),
    "extended-nowhere": (asks(example_com__tpu="1"), set()),
    "limit-alone": ({"resources": {"limits": {"cpu": "3"}}}, {"p1", "p5", "p7"}),
    "init": ({"template": {"spec": {"initContainers": [
        {"name": "i", "image": "x", "resources": {"requests": {"cpu": "3"}}}]}}, **asks(cpu="1")},
        {"p1", "p5", "p7"}),
    "sidecar": ({"template": {"spec": {"initContainers": [
        {"name": "i", "image": "x", "restartPolicy": "Always", "resources": {"requests": {"cpu": "2"}}}]}},
        **asks(cpu="1")}, {"p1", "p5", "p7"}),
    "init-after-sidecar": ({"template": {"spec": {"initContainers": [
        {"name": "s", "image": "x", "restartPolicy": "Always", "resources": {"requests": {"memory": "1Gi"}}},
        {"name": "i", "image": "x", "resources": {"requests": {"memory": "1100Mi"}}}]}}}, OPEN - {"p5"}),
    "two-containers": ({"template": {"spec": {"containers": [
        {"name": "main"},
        {"name": "b", "image": "x", "command": ["forever"], "resources": {"requests": {"memory": "1Gi"}}}]}},
        **asks(memory="1100Mi")}, OPEN - {"p5"}),
    "pod-level": ({"template": {"spec": {"resources": {"requests": {"cpu": "3"}}}}}, {"p1", "p5", "p7"}),
    "overhead": ({"template": {"spec": {"runtimeClassName": "heavy"}}, **asks(cpu="1")}, {"p1", "p5", "p7"}),
}



def with_claim(name):
    return {"template": {"spec": {"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": name}}]}}}


# make_needed makes what these need.
NEEDING = {
    "host-port": ({"template": {"spec": {"containers": [
        {"name": "main", "ports": [{"containerPort": 80, "hostPort": 8080}]}]}}}, OPEN - {"p2"}),
    "host-port-udp": ({"template": {"spec": {"containers": [
        {"name": "main", "ports": [{"containerPort": 80, "hostPort": 8080, "protocol": "UDP"}]}]}}}, OPEN),
    "host-port-elsewhere": ({"template": {"spec": {"containers": [
        {"name": "main", "ports": [{"containerPort": 80, "hostPort": 8080, "hostIP": "10.0.0.1"}]}]}}}, OPEN - {"p2"}),
    "runtime-class": ({"template": {"spec": {"runtimeClassName": "picky"}}}, {"p1", "p3", "p5"}),
    "volume-nodes": (with_claim("local"), {"p2", "p7"}),
    "volume-zone": (with_claim("zonal"), {"p1", "p2"}),
    # Another node can have a ReadWriteOnce volume only when the node that uses it has let it go. kube-scheduler does not look.
    "volume-in-use": (with_claim("used"), {"p2"}, OPEN - {"p2"}),
    "volume-elsewhere": (with_claim("away"), set(), OPEN),
    "volume-attachless": (with_claim("share"), OPEN),
    # p1 can attach no volume of the driver, p2 one more than the one that it has.
    "volume-limit": (with_claim("limited"), OPEN - {"p1"}),
}

# Beside a pod of others that runs and asks for 2 cpu on p1, and one that has ended and asked for 4 on p5.
BESIDE_OTHERS = (asks(cpu="3"), {"p5", "p7"})
# In a namespace whose LimitRange gives containers a request for 3 cpu. The pod of others on p1 is there still.
LIMIT_RANGE = ({}, {"p5", "p7"})

# The node that both take first, of some; and what the job prefers: weight, expression.
PREFERRED = {
    "prefers-no-taint": ({"p2", "p5"}, "p2", []),  # p5 has a taint PreferNoSchedule
    "prefers-emptier": ({"p1", "p7"}, "p7", []),  # a pod of others has half of p1
    "prefers-label": ({"p1", "p7"}, "p1", [(1, expr("disk", "In", "ssd"))]),
    "prefers-heavier": ({"p1", "p2", "p7"}, "p7", [(30, expr("disk", "Exists")), (10, expr(ZONE, "In", "a")),
                                                   (20, expr(ZONE, "In", "d"))]),
    "prefers-label-less-than-no-taint": ({"p2", "p5"}, "p2", [(100, expr("disk", "In", "ssd"))]),
}


def fix(spec):
    """example.com is written example_com in a keyword."""
    return json.loads(json.dumps(spec).replace("example-com", "example.com"))


def make_nodes(c):
    for name, (labels, taints, spec, room) in NODES.items():
        c.make_node(name, labels)
        room = {"cpu": "4", "memory": "8Gi", "pods": "110", **room}
        c.api.patch(f"/api/v1/nodes/{name}/status", {"status": {"allocatable": room, "capacity": room}})
        c.api.patch(f"/api/v1/nodes/{name}", {"spec": {**spec, "taints": [
            {"key": k, "value": v, "effect": e} for k, v, e in taints]}})
        c.node_names.append(name)


def anti_affinity(label, value):
    return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [
        {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {label: value}}}]}}


def pod_of(row, spec, i):
    """What kube-scheduler gets: the pod that a batch user would have written."""
    template = spec.get("template", {})
    pod = dict(template.get("spec", {}))
    containers = [dict(x) for x in pod.get("containers", [{"name": "main"}])]
    containers[0] |= {"image": "x", "command": ["forever"]}
    if "resources" in spec:
        containers[0]["resources"] = spec["resources"]
    affinity = anti_affinity("row", row)
    if "nodeAffinity" in spec:
        asked = dict(spec["nodeAffinity"])
        preferred = asked.pop(PREFER, [])
        affinity["nodeAffinity"] = {"requiredDuringSchedulingIgnoredDuringExecution": asked, PREFER: preferred}
    pod |= {"containers": containers, "affinity": affinity, "terminationGracePeriodSeconds": 0,
            "automountServiceAccountToken": False,
            **{k: spec[k] for k in ("nodeSelector", "tolerations") if k in spec}}
    labels = {"row": row, **template.get("metadata", {}).get("labels", {})}
    return {"metadata": {"name": f"{row}-{i}", "labels": labels}, "spec": pod}


def ask_scheduler(c, rows):
    for row, spec in rows.items():
        for i in range(len(NODES)):
            c.api.post("/api/v1/namespaces/scheduled/pods", pod_of(row, spec, i))


def scheduled(c, rows):
    """{row: nodes}, or None while kube-scheduler has not tried each pod."""
    nodes = {row: set() for row in rows}
    for pod in c.api.get("/api/v1/namespaces/scheduled/pods")["items"]:
        row = pod["metadata"]["labels"].get("row")
        if row not in nodes:
            continue
        if "nodeName" in pod["spec"]:
            nodes[row].add(pod["spec"]["nodeName"])
        elif not any(x["type"] == "PodScheduled" for x in pod["status"].get("conditions", [])):
            return None
    return nodes


def ask_muster(c, rows):
    for row, spec in rows.items():
        template = spec.get("template", {})
        own = [x for x in template.get("spec", {}).get("containers", []) if x["name"] == "main"]
        c.make_job(row, **spec, **({} if own and "command" in own[0] else {"command": ["forever"]}),
                   parallelism=len(NODES), minParallelism=1)


def placed(c, rows):
    """{row: nodes}, or None while a job does not say why its other members wait."""
    nodes = {row: set() for row in rows}
    for row in rows:
        if "needs " not in c.status(row).get("message", ""):
            return None
    for pod in c.pods():
        row = pod["metadata"]["labels"]["muster.dev/job-name"]
        if row in nodes:
            nodes[row].add(pod["spec"]["nodeName"])
    for row in rows:
        if sorted(nodes[row]) != sorted(c.status(row).get("activeNodes", [])):
            return None
    return nodes


def judge(row, want, kube, muster):
    """What is wrong with a row, or nothing."""
    both, other = want[1], want[2] if len(want) > 2 else set()
    muster_alone = row in ("lonely", "declared-feature")
    want_kube = both if muster_alone else both | other
    want_muster = both | other if muster_alone else both
    return "".join(f"\n{row}: {who} takes {sorted(have)}, the table says {sorted(want)}"
                   for who, have, want in (("kube-scheduler", kube, want_kube), ("Muster", muster, want_muster))
                   if have != want)


def forget(c, rows):
    """All pods of the rows are gone afterwards."""
    for row in rows:
        c.api.delete(c.job_path(row), missing_ok=True)
    c.api.delete("/api/v1/namespaces/scheduled/pods?labelSelector=row", {"gracePeriodSeconds": 0})
    c.wait(lambda: not c.pods() and not any("row" in p["metadata"]["labels"] for p in c.api.get(
        "/api/v1/namespaces/scheduled/pods")["items"]), "the pods are gone")


def set_up(c):
    c.make_namespace("scheduled")
    make_nodes(c)
    c.api.patch("/api/v1/nodes/p1/status", {"status": {"declaredFeatures": ["RestartAllContainersOnContainerExits"]}})
    c.api.post("/apis/node.k8s.io/v1/runtimeclasses", {
        "metadata": {"name": "heavy"}, "handler": "heavy", "overhead": {"podFixed": {"cpu": "1500m"}}})
    c.api.post("/api/v1/namespaces/default/pods", {"metadata": {"name": "other", "labels": {"a": "b"}}, "spec": {
        "nodeName": BUSY, "automountServiceAccountToken": False, "affinity": {"podAntiAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": [{
                "topologyKey": "kubernetes.io/hostname", "namespaces": ["default", "scheduled"],
                "labelSelector": {"matchLabels": {"role": "lonely"}}}]}},
        "containers": [{"name": "a", "image": "x", "command": ["forever"]}]}})
    c.spawn("scheduler", [os.path.join(TOOLS, "kube-scheduler"), "--kubeconfig",
                          os.path.join(c.dir, "kubeconfig"), "--leader-elect=false", "--bind-address=127.0.0.1",
                          f"--secure-port={free_port()}", f"--cert-dir={c.dir}"])
    c.start_coordinator()
    for node in NODES:
        c.start_agent(node)
    for node in NODES:
        c.wait_cnode(node, "Running" if node != "p6" else "Drained", 60)


def compare(c, table):
    """Both at once: for rows that ask for no room."""
    rows = {row: fix(r[0]) for row, r in table.items()}
    ask_scheduler(c, rows)
    ask_muster(c, rows)
    kube = c.wait(lambda: scheduled(c, rows), "kube-scheduler has tried each pod", 60)
    muster = c.wait(lambda: placed(c, rows), "Muster has placed what it can", 60)
    return "".join(judge(row, table[row], kube[row], muster[row]) for row in rows)


def compare_room(c, row, want):
    """One after the other, since each takes the room."""
    rows = {row: fix(want[0])}
    ask_scheduler(c, rows)
    kube = c.wait(lambda: scheduled(c, rows), f"{row}: kube-scheduler has tried each pod", 30)
    forget(c, ())
    ask_muster(c, rows)
    muster = c.wait(lambda: placed(c, rows), f"{row}: Muster has placed what it can", 30)
    forget(c, rows)
    return judge(row, want, kube[row], muster[row])


def make_volume(c, ns, name, labels, affinity, driver=None, mode=None):
    volume = f"{ns}-{name}"
    mode = mode or ("ReadWriteOnce" if driver else "ReadWriteMany")
    spec = {"accessModes": [mode], "storageClassName": "by-hand"}
    source = {"csi": {"driver": driver, "volumeHandle": volume}} if driver else {"nfs": {"server": "s", "path": "/"}}
    claim = c.api.post(f"/api/v1/namespaces/{ns}/persistentvolumeclaims", {
        "metadata": {"name": name, "annotations": {"pv.kubernetes.io/bind-completed": "yes"}},
        "spec": {**spec, "volumeName": volume, "resources": {"requests": {"storage": "1Gi"}}}})
    c.api.post("/api/v1/persistentvolumes", {
        "metadata": {"name": volume, "labels": labels},
        "spec": {**spec, "capacity": {"storage": "1Gi"}, **source, **affinity,
                 "claimRef": {"kind": "PersistentVolumeClaim", "namespace": ns, "name": name,
                              "uid": claim["metadata"]["uid"]}}})
    for path in (f"/api/v1/namespaces/{ns}/persistentvolumeclaims/{name}", f"/api/v1/persistentvolumes/{volume}"):
        c.api.patch(path + "/status", {"status": {"phase": "Bound"}})


def make_needed(c):
    c.api.post("/apis/storage.k8s.io/v1/storageclasses", {
        "metadata": {"name": "by-hand"}, "provisioner": "kubernetes.io/no-provisioner"})
    for ns in ("default", "scheduled"):
        make_volume(c, ns, "local", {}, {"nodeAffinity": {"required": {"nodeSelectorTerms": [
            {"matchExpressions": [expr("kubernetes.io/hostname", "In", "p2", "p7")]}]}}})
        make_volume(c, ns, "zonal", {ZONE: "a"}, {})
        make_volume(c, ns, "limited", {}, {}, "limits.example.com", "ReadWriteMany")
        for name, driver in (("used", "disk.example.com"), ("away", "disk.example.com"), ("share", "files.example.com")):
            make_volume(c, ns, name, {}, {}, driver)
    c.api.post("/apis/storage.k8s.io/v1/csidrivers", {
        "metadata": {"name": "files.example.com"}, "spec": {"attachRequired": False}})
    for node, count in (("p1", 0), ("p2", 2)):
        c.api.post("/apis/storage.k8s.io/v1/csinodes", {"metadata": {"name": node, "ownerReferences": [
            {"apiVersion": "v1", "kind": "Node", "name": node, "uid": c.api.get(f"/api/v1/nodes/{node}")["metadata"]["uid"]}]},
            "spec": {"drivers": [{"name": "limits.example.com", "nodeID": node, "allocatable": {"count": count}}]}})
    for node, volume in (("p2", "disk.example.com^default-used"), ("p6", "disk.example.com^default-away")):
        c.api.patch(f"/api/v1/nodes/{node}/status", {"status": {"volumesInUse": [f"kubernetes.io/csi/{volume}"]}})
    c.api.post("/apis/node.k8s.io/v1/runtimeclasses", {
        "metadata": {"name": "picky"}, "handler": "picky", "scheduling": {
            "nodeSelector": {"disk": "ssd"}, "tolerations": [{"key": "team", "value": "a"}]}})
    c.api.post("/api/v1/namespaces/default/pods", {"metadata": {"name": "listens"}, "spec": {
        "nodeName": "p2", "automountServiceAccountToken": False, "containers": [
            {"name": "a", "image": "x", "command": ["forever"], "ports": [{"containerPort": 1, "hostPort": 8080}]}]}})


ADMISSION = {
    # The namespace's annotation scheduler.alpha.kubernetes.io/node-selector (PodNodeSelector).
    "namespace-selector": ({}, {"p1", "p5"}),
}


def other_pod(c, name, node, cpu):
    return c.api.post("/api/v1/namespaces/default/pods", {"metadata": {"name": name}, "spec": {
        "nodeName": node, "automountServiceAccountToken": False, "containers": [
            {"name": "a", "image": "x", "command": ["exit", "0"] if name == "ended" else ["forever"],
             "resources": {"requests": {"cpu": cpu}}}]}})


def make_others(c):
    other_pod(c, "runs", "p1", "2")
    other_pod(c, "ended", "p5", "4")
    c.wait(lambda: c.find("/api/v1/namespaces/default/pods/ended")["status"].get("phase") == "Succeeded", "its end")


def select_for(c, ns, selector):
    """PodNodeSelector reads the annotation in its own time."""
    c.api.patch(f"/api/v1/namespaces/{ns}", {"metadata": {"annotations": {
        "scheduler.alpha.kubernetes.io/node-selector": selector}}})
    c.wait(lambda: bool(selector) == ("nodeSelector" in c.api.post(
        f"/api/v1/namespaces/{ns}/pods?dryRun=All", {"metadata": {"name": "asks"}, "spec": {
            "containers": [{"name": "a", "image": "x"}]}})["spec"]), f"admission to {ns} selects by {selector}")


def make_limits(c):
    for ns in ("default", "scheduled"):
        c.api.post(f"/api/v1/namespaces/{ns}/limitranges", {"metadata": {"name": "all"}, "spec": {
            "limits": [{"type": "Container", "defaultRequest": {"cpu": "3"}}]}})


def prefers(c, row, nodes, want, likes):
    spec = terms([expr("kubernetes.io/hostname", "In", *sorted(nodes))])
    spec["nodeAffinity"][PREFER] = [
        {"weight": weight, "preference": {"matchExpressions": [x]}} for weight, x in likes]
    c.api.post("/api/v1/namespaces/scheduled/pods", pod_of(row, spec, 0))
    kube = c.wait(lambda: c.find(f"/api/v1/namespaces/scheduled/pods/{row}-0")["spec"].get("nodeName"), "it is bound")
    forget(c, ())
    c.make_job(row, **spec, command=["forever"])
    muster = c.wait(lambda: c.status(row).get("activeNodes"), "it is placed")
    forget(c, [row])
    return judge(row, ({}, {want}), {kube}, set(muster))


def wait_for_consumer(c, ns, name, size):
    c.api.post(f"/api/v1/namespaces/{ns}/persistentvolumeclaims", {"metadata": {"name": name}, "spec": {
        "storageClassName": "made", "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}})


def selected(c, ns, name):
    claim = c.api.get(f"/api/v1/namespaces/{ns}/persistentvolumeclaims/{name}")
    return claim["metadata"].get("annotations", {}).get("volume.kubernetes.io/selected-node")


def given(c, volume):
    return c.api.get(f"/api/v1/persistentvolumes/{volume}")["spec"].get("claimRef", {}).get("namespace")


def make_driver(c):
    """It tells where it has room: p1 less than others, p2 much in small pieces, p5 enough, p7 nothing; p3 and p4 do
    not count, since neither lets the pods in."""
    c.api.post("/apis/storage.k8s.io/v1/csidrivers", {
        "metadata": {"name": "made.example.com"}, "spec": {"storageCapacity": True}})
    c.api.post("/apis/storage.k8s.io/v1/storageclasses", {
        "metadata": {"name": "made"}, "provisioner": "made.example.com", "volumeBindingMode": "WaitForFirstConsumer"})
    for node, room in (("p1", {"capacity": "1Gi"}), ("p2", {"capacity": "90Gi", "maximumVolumeSize": "2Gi"}),
                       ("p5", {"capacity": "10Gi"}), ("p3", {"capacity": "90Gi"}), ("p4", {"capacity": "90Gi"})):
        c.api.post("/apis/storage.k8s.io/v1/namespaces/default/csistoragecapacities", {
            "metadata": {"name": node}, "storageClassName": "made", **room,
            "nodeTopology": {"matchLabels": {"kubernetes.io/hostname": node}}})


def first_consumer(c):
    """For claims that wait for their first consumer both choose the same node or volume."""
    make_driver(c)
    spec = with_claim("room")
    for ns in ("default", "scheduled"):
        wait_for_consumer(c, ns, "room", "5Gi")
    c.api.post("/api/v1/namespaces/scheduled/pods", pod_of("storage-capacity", spec, 0))
    kube = c.wait(lambda: selected(c, "scheduled", "room"), "kube-scheduler has chosen a node")
    forget(c, ())
    c.make_job("storage-capacity", **spec, command=["forever"])
    muster = c.wait(lambda: selected(c, "default", "room"), "Muster has chosen a node")
    forget(c, ["storage-capacity"])
    wrong = judge("storage-capacity", ({}, {"p5"}), {kube}, {muster})
    # A volume that is there is taken where none can be made.
    spec = with_claim("old")
    for ns, ask in (("scheduled", lambda: c.api.post("/api/v1/namespaces/scheduled/pods", pod_of("volume-there", spec, 0))),
                    ("default", lambda: c.make_job("volume-there", **spec, command=["forever"]))):
        wait_for_consumer(c, ns, "old", "50Gi")
        c.api.post("/api/v1/persistentvolumes", {"metadata": {"name": f"old-{ns}"}, "spec": {
            "accessModes": ["ReadWriteOnce"], "storageClassName": "made", "capacity": {"storage": "60Gi"},
            "csi": {"driver": "made.example.com", "volumeHandle": f"old-{ns}"},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [
                {"matchExpressions": [expr("kubernetes.io/hostname", "In", "p7")]}]}}}})
        c.api.patch(f"/api/v1/persistentvolumes/old-{ns}/status", {"status": {"phase": "Available"}})
        ask()
        c.wait(lambda: given(c, f"old-{ns}") == ns, f"the claim in {ns} has the volume that is there", 60)
        equal(selected(c, ns, "old"), None, f"the node for which a volume is made in {ns}")
        forget(c, ["volume-there"] if ns == "default" else ())
    return wrong


def parity(c):
    """kube-scheduler and Muster allow the same nodes, but for the differences that the table names."""
    set_up(c)
    wrong = compare(c, SELECTING)
    forget(c, SELECTING)
    for row, want in FITTING.items():
        wrong += compare_room(c, row, want)
    make_needed(c)
    for row, want in NEEDING.items():
        wrong += compare_room(c, row, want)
    wrong += first_consumer(c)
    make_others(c)
    wrong += compare_room(c, "beside-others", BESIDE_OTHERS)
    for row, (nodes, first, likes) in PREFERRED.items():
        wrong += prefers(c, row, nodes, first, likes)
    for ns in ("default", "scheduled"):
        select_for(c, ns, "disk=ssd")
    for row, want in ADMISSION.items():
        wrong += compare_room(c, row, want)
    for ns in ("default", "scheduled"):
        select_for(c, ns, None)
    make_limits(c)
    wrong += compare_room(c, "limit-range", LIMIT_RANGE)
    check(not wrong, wrong)
    denied = {x.split("job=default/")[1].split()[0] for x in c.log_text("c1").splitlines() if "denied to the agent" in x}
    equal(denied, set(), "rows whose pods agents may not create, although Muster takes them for plain ones")
    c.kill("scheduler")
