# SPDX-License-Identifier: Apache-2.0
"""Rights: what the chart grants to the programs is what the programs ask for, and what install.md says.

A right is (account, resource, verb), for instance ("muster-agent", "pods", "create"). Granted rights are read
from the rendered chart, used rights from the API server's audit log, documented rights from a table."""

import json
import os
import re
import subprocess

import yaml

from checks import check, equal
from harness import BIN, NS, TOOLS, TOP

USER = f"system:serviceaccount:{NS}:"

# Rights that no request shows. proofs() below shows that each is needed.
UNSEEN = {
    # The admission plug-in OwnerReferencesPermissionEnforcement asks for these when a pod is created.
    ("muster-agent", "computejobs.muster.dev/finalizers", "update"),
    ("muster-coordinator", "computejobs.muster.dev/finalizers", "update"),
}

POLICY = {
    "apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"],
    "rules": [{"level": "Metadata", "userGroups": [f"system:serviceaccounts:{NS}"]}, {"level": "None"}],
}


def render(*args):
    """The chart's objects, those of hooks too."""
    text = subprocess.run([os.path.join(TOOLS, "helm"), "template", "muster",
                           os.path.join(TOP, "charts", "muster"), "-n", NS, "--set", "crds.enabled=false",
                           *args], check=True, capture_output=True, text=True).stdout
    return [d for d in yaml.safe_load_all(text) if d]


def resource_of(group, resource, subresource=""):
    """As kubectl names it: the group follows the resource, the subresource comes last."""
    return resource + (f".{group}" if group else "") + (f"/{subresource}" if subresource else "")


def rights_of_rule(rule):
    for group in rule["apiGroups"]:
        for path in rule["resources"]:
            resource, _, subresource = path.partition("/")
            for verb in rule["verbs"]:
                yield resource_of(group, resource, subresource), verb


def granted(objects):
    """Every right of the chart's ServiceAccounts."""
    roles = {(o["kind"], o["metadata"]["name"]): o["rules"] for o in objects
             if o["kind"] in ("ClusterRole", "Role")}
    return {(subject["name"], *right)
            for o in objects if o["kind"] in ("ClusterRoleBinding", "RoleBinding")
            for subject in o["subjects"]
            for rule in roles[(o["roleRef"]["kind"], o["roleRef"]["name"])]
            for right in rights_of_rule(rule)}


def audit_events(c):
    with open(os.path.join(c.dir, "audit.jsonl"), encoding="utf-8") as f:
        for line in f:
            try:
                event = json.loads(line)
            except ValueError:
                continue  # the line that is being written
            if event["user"]["username"].startswith(USER) and "objectRef" in event:
                yield event


def right_of(event):
    ref = event["objectRef"]
    return (event["user"]["username"].removeprefix(USER),
            resource_of(ref.get("apiGroup", ""), ref["resource"], ref.get("subresource", "")), event["verb"])


def used(c):
    """Every right that a request needed. A patch that made its object (server-side apply) needed create too."""
    found = set()
    for event in audit_events(c):
        account, resource, verb = right_of(event)
        found.add((account, resource, verb))
        if verb == "patch" and event.get("responseStatus", {}).get("code") == 201:
            found.add((account, resource, "create"))
    return found


def forbidden(c):
    """Requests that the authorizer refused."""
    return sorted({right_of(e) for e in audit_events(c)
                   if e.get("annotations", {}).get("authorization.k8s.io/decision") == "forbid"})


def documented():
    """The table in install.md: | account | resource | verbs | feature |"""
    with open(os.path.join(TOP, "docs", "install.md"), encoding="utf-8") as f:
        rows = re.findall(r"^\| `(muster-[a-z]+)` \| `([^`]+)` \| ([a-z, ]+) \| [^|]+ \|$", f.read(), re.M)
    return {(account, resource, verb.strip()) for account, resource, verbs in rows for verb in verbs.split(",")}


def lines(rights):
    return "; ".join(" ".join(r) for r in sorted(rights)) or "none"


# What the programs do, once each


def fill_tls(c, data):
    """Before the start of a coordinator: no Secret and no ConfigMap, or empty ones as the chart renders them."""
    for path in (f"/api/v1/namespaces/{NS}/secrets/muster-coordinator-tls",
                 f"/api/v1/namespaces/{NS}/configmaps/muster-ca"):
        c.api.delete(path) if data is None else c.api.patch(path, {"data": data})


def pods_of_both(c):
    """Agents create pods without credentials, the coordinator those with. Both are listed and deleted. A Service of the user's
    own has the name of one job."""
    c.api.post("/api/v1/namespaces/default/services", {"metadata": {"name": "plain"}, "spec": {"ports": [{"port": 80}]}})
    c.make_job("plain", command=["forever"], parallelism=3)
    c.make_job("account", command=["forever"], parallelism=1, template={"spec": {"serviceAccountName": "robot"}})
    for job in ("plain", "account"):
        c.wait_state(job, "Running")
    makers = {p["metadata"]["labels"]["muster.dev/job-name"]: p["metadata"]["managedFields"][0]["manager"]
              for p in c.pods()}
    equal(makers, {"plain": "muster-agent", "account": "muster-coordinator"}, "who made the pods")
    c.make_job("pair", command=["forever"], parallelism=2)
    service = c.wait(lambda: c.find("/api/v1/namespaces/default/services/pair"), "the job's Service is made")
    equal(service["spec"]["selector"].get("muster.dev/job-uid"), c.job("pair")["metadata"]["uid"], "whose pods have names")
    check("ownerReferences" not in c.find("/api/v1/namespaces/default/services/plain")["metadata"], "the user's Service is left alone")
    for job in ("plain", "pair"):
        c.kubectl("delete", f"cjob/{job}", "--cascade=background")
    c.wait(lambda: not c.pods("plain"), "the pods of the deleted job are gone")


def hash_bytes(seed, data):
    """shared/base/hash.c"""
    mask = (1 << 64) - 1
    h = seed ^ 0xcbf29ce484222325
    for byte in data:
        h = (h ^ byte) * 0x100000001b3 & mask
    h ^= h >> 32
    h = h * 0xd6e8feb86659fd93 & mask
    return h ^ h >> 32


def pod_name(job, index, attempt):
    """member_pod_name() of shared/model/member.c"""
    h = hash_bytes(0, job["metadata"]["uid"].encode() + b"\0")
    for number in (index, attempt):
        h = hash_bytes(h, number.to_bytes(8, "little"))
    suffix = ""
    for _ in range(5):
        h, letter = divmod(h, 27)
        suffix += "bcdfghjklmnpqrstvwxz2456789"[letter]
    return f"{job['metadata']['name']}-{index}-{suffix}"


def taken_name(c, name, template, account):
    """A pod of somebody else has the name of a member: who wanted to create the member reads that pod."""
    job = c.make_job(name, command=["forever"], parallelism=1, suspend=True, template=template)
    c.api.post("/api/v1/namespaces/default/pods", {"metadata": {"name": pod_name(job, 0, 1)}, "spec": {
        "containers": [{"name": "x", "image": "x"}]}})
    c.api.patch(c.job_path(name), {"spec": {"suspend": False}})
    c.wait(lambda: (account, "pods", "get") in used(c), f"{account} reads the pod of somebody else")


def bind(c, claim, volume):
    """As the cluster's controller of volumes does."""
    c.api.patch(f"/api/v1/namespaces/default/persistentvolumeclaims/{claim}", {
        "metadata": {"annotations": {"pv.kubernetes.io/bind-completed": "yes"}}, "spec": {"volumeName": volume}})


def what_pods_need(c):
    """A RuntimeClass, and claims that wait for their first consumer: one gets a node, the other a volume that is there."""
    size = {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "1Gi"}, "hostPath": {"path": "/tmp"}}
    c.api.post("/apis/node.k8s.io/v1/runtimeclasses", {"metadata": {"name": "box"}, "handler": "box"})
    c.api.post("/apis/storage.k8s.io/v1/csidrivers", {
        "metadata": {"name": "maker.example.com"}, "spec": {"storageCapacity": True}})
    c.api.post("/apis/storage.k8s.io/v1/namespaces/default/csistoragecapacities", {
        "metadata": {"name": "made"}, "storageClassName": "made", "nodeTopology": {}, "capacity": "10Gi"})
    for name, provisioner in (("made", "maker.example.com"), ("there", "kubernetes.io/no-provisioner")):
        c.api.post("/apis/storage.k8s.io/v1/storageclasses", {
            "metadata": {"name": name}, "provisioner": provisioner, "volumeBindingMode": "WaitForFirstConsumer"})
        c.api.post("/api/v1/namespaces/default/persistentvolumeclaims", {
            "metadata": {"name": name}, "spec": {"storageClassName": name, "accessModes": ["ReadWriteOnce"],
                                                 "resources": {"requests": {"storage": "1Gi"}}}})
    c.api.post("/api/v1/persistentvolumes", {"metadata": {"name": "there"}, "spec": {**size, "storageClassName": "there"}})
    c.make_job("needy", command=["forever"], parallelism=1, template={"spec": {"runtimeClassName": "box", "volumes": [
        {"name": n, "persistentVolumeClaim": {"claimName": n}} for n in ("made", "there")]}})
    c.wait(lambda: c.api.get("/api/v1/namespaces/default/persistentvolumeclaims/made")["metadata"].get(
        "annotations", {}).get("volume.kubernetes.io/selected-node"), "the claim has a node")
    c.wait(lambda: c.api.get("/api/v1/persistentvolumes/there")["spec"].get("claimRef", {}).get("name") == "there",
           "the volume has its claim")
    equal(c.pods("needy"), [], "pods before the claims are bound")
    del size["hostPath"]
    c.api.post("/api/v1/persistentvolumes", {"metadata": {"name": "made-1"}, "spec": {
        **size, "storageClassName": "made", "csi": {"driver": "example.com", "volumeHandle": "1"}}})
    bind(c, "made", "made-1")
    bind(c, "there", "there")
    c.wait_state("needy", "Running")


def node_lost(c):
    """A node dies; its member is replaced, and is no address of its gang any more. Returns the node."""
    c.make_job("gang", command=["forever"], parallelism=1)
    c.wait_state("gang", "Running")
    old = c.pods("gang")[0]
    node = old["spec"]["nodeName"]
    equal(old["metadata"]["labels"].get("muster.dev/current"), "true", "label of the first pod")
    c.kubelets.paused.add(node)
    c.kill(node)
    c.api.patch(f"/api/v1/nodes/{node}/status", {"status": {"conditions": [
        {"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown"}]}})
    labels = lambda: sorted((p["metadata"]["uid"] == old["metadata"]["uid"],
                             p["metadata"]["labels"].get("muster.dev/current")) for p in c.pods("gang"))
    c.wait(lambda: labels() == [(False, "true"), (True, None)], "the new pod alone has the label", 40)
    return node


def node_goes(c, node):
    """The ComputeNode of a Node that is gone is deleted."""
    c.api.delete(f"/api/v1/nodes/{node}")
    c.wait(lambda: not c.cnode(node), f"the ComputeNode of {node} is gone", 30)


def uninstall(c):
    """The last job of an uninstall, while a Lease is still there."""
    c.kill("c1")
    config = c.kubeconfig("uninstall", c.token("muster-uninstall"))
    subprocess.run([os.path.join(BIN, "muster-coordinator"), "uninstall", "--kubeconfig", config, "--namespace", NS, "--lease",
                    "muster-coordinator", "--retry-period", "100ms", "--renew-deadline", "200ms",
                    "--lease-duration", "300ms"], check=True, capture_output=True, timeout=60)
    equal(c.kubectl("get", "computenodes", "-o", "name"), "", "ComputeNodes")
    equal(c.kubectl("-n", NS, "get", "lease", "-o", "name"), "", "Leases")


def proofs(c):
    """Without update of computejobs/finalizers, no pod that blocks the deletion of its owner can be created."""
    job = c.job("account")
    uid = job["metadata"]["uid"]
    pod = {"metadata": {"name": "account-0-proof", "ownerReferences": [{
        "apiVersion": job["apiVersion"], "kind": "ComputeJob", "name": "account", "controller": True,
        "uid": uid, "blockOwnerDeletion": True}],
        "labels": {"muster.dev/job-name": "account", "muster.dev/job-uid": uid, "muster.dev/member-index": "0",
                   "muster.dev/attempt": "1", "muster.dev/template-hash": "0" * 40}},
        "spec": {"nodeName": "n1", "automountServiceAccountToken": False, "hostname": "account-0", "subdomain": "account",
                 "containers": [{"name": "main", "image": "x"}]}}
    for account in ("muster-agent", "muster-coordinator"):
        api = c.api_as(c.token(account, "n1" if account == "muster-agent" else None))
        path = "/api/v1/namespaces/default/pods?dryRun=All"
        api.post(path, pod)
        role = f"/apis/rbac.authorization.k8s.io/v1/clusterroles/{account}"
        rules = c.api.get(role)["rules"]
        c.api.patch(role, {"rules": [r for r in rules if "computejobs/finalizers" not in r["resources"]]})
        c.wait(lambda: "blockOwnerDeletion" in refusal(api, path, pod), f"{account} is refused")
        c.api.patch(role, {"rules": rules})


def refusal(api, path, body):
    """The API server's words, or nothing if it takes the object."""
    return api.call("POST", path, body, fine=(403,)).get("message", "")


def rights(c):
    """The rights of the rendered roles are those that the audit log shows, and those that install.md names."""
    have = granted(render())
    equal(lines(have ^ documented()), "none", "differences between the roles and the table in docs/install.md")
    c.apply_objects([o for o in render() if "uninstall" in o["metadata"]["name"] and o["kind"] != "Job"])
    c.api.post("/api/v1/namespaces/default/serviceaccounts", {"metadata": {"name": "robot"}})
    fill_tls(c, None)
    c.start_all()
    c.make_job("stray", command=["forever"], parallelism=1)
    c.wait_state("stray", "Running")
    c.kill("c1")
    c.kubectl("delete", "cjob/stray")
    fill_tls(c, {key: None for key in ("tls.crt", "tls.key", "ca.crt", "ca.key")})
    c.start_coordinator()
    for node in c.node_names:
        c.wait_cnode(node, "Running")
    c.wait(lambda: not c.pods("stray"), "the pods of a job that was deleted meanwhile are gone", 60)
    pods_of_both(c)
    what_pods_need(c)
    c.make_job("short", command=["sleep", "0"], parallelism=1, ttlSecondsAfterFinished=0)
    c.wait(lambda: not c.job("short"), "the finished job is deleted")
    taken_name(c, "taken-a", {}, "muster-agent")
    taken_name(c, "taken-c", {"spec": {"serviceAccountName": "robot"}}, "muster-coordinator")
    node_goes(c, node_lost(c))
    proofs(c)
    uninstall(c)
    seen = used(c)
    equal(forbidden(c), [], "requests without a right")
    equal(lines(have - seen - UNSEEN), "none", "rights that nothing used")
    equal(lines(UNSEEN & seen), "none", "rights that are used after all: take them out of UNSEEN")
    check(UNSEEN <= have, "UNSEEN names a right that nobody has")


def rights_flags(c):
    """Options of the API server: an audit log of what Muster's accounts do."""
    with open(os.path.join(c.dir, "audit.yaml"), "w", encoding="utf-8") as f:
        json.dump(POLICY, f)
    return [f"--audit-policy-file={c.dir}/audit.yaml", f"--audit-log-path={c.dir}/audit.jsonl",
            "--audit-log-mode=blocking"]
