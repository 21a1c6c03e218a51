# SPDX-License-Identifier: Apache-2.0
"""The admission policies and roles of the chart on a real API server: what an agent, the coordinator
and nobody else may do with pods."""
import copy
import subprocess
import time

from lib import NAMESPACE, Checks, Server, render

NODE_CLAIM = "authentication.kubernetes.io/node-name"
ACCOUNT = f"system:serviceaccount:{NAMESPACE}:muster-"
OTHER_NAMESPACE = "work"
PODS = f"/api/v1/namespaces/{OTHER_NAMESPACE}/pods"
OWNER = {"apiVersion": "muster.dev/v1alpha1", "kind": "ComputeJob", "name": "j", "uid": "0123", "controller": True,
         "blockOwnerDeletion": True}


def pod(name="p", node="n1"):
    """A member's pod as an agent creates it."""
    return {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "ownerReferences": [dict(OWNER)], "labels": {
            "muster.dev/job-name": "j", "muster.dev/job-uid": "0123", "muster.dev/member-index": "0",
            "muster.dev/attempt": "1", "muster.dev/template-hash": "0123456789abcdef",
            "muster.dev/current": "true"}},
        "spec": {"nodeName": node, "restartPolicy": "Never", "automountServiceAccountToken": False,
                 "containers": [{"name": "main", "image": "a", "env": [
                     {"name": "MUSTER_MEMBER_INDEX", "value": "0"},
                     {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
                     {"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}}]}]},
    }


def meta(**fields):
    return lambda p: p["metadata"].update(fields)


def spec(**fields):
    return lambda p: p["spec"].update(fields)


def label(key):
    return lambda p: p["metadata"]["labels"].update({key: "x"})


def owner(*owners):
    return meta(ownerReferences=list(owners))


def container(**fields):
    return lambda p: p["spec"]["containers"][0].update(fields)


def volume(**source):
    return spec(volumes=[{"name": "v", **source}])


def env_from(**source):
    return container(env=[{"name": "A", "valueFrom": source}])


def init(**fields):
    return spec(initContainers=[{"name": "i", "image": "a", **fields}])


def secure(**fields):
    return container(securityContext=fields)


KEY = {"name": "s", "key": "k"}
# blockOwnerDeletion is false: another admission plugin would refuse these before the policy does.
WEAK = {**OWNER, "blockOwnerDeletion": False}
REPLICASET = {**WEAK, "apiVersion": "apps/v1", "kind": "ReplicaSet"}

FORBIDDEN_TO_AGENTS = [
    ("another node", spec(nodeName="n2"), "token names"),
    ("no node", lambda p: p["spec"].pop("nodeName"), "token names"),
    ("no owner", owner(), "one ComputeJob"),
    ("owner is no controller", owner({**OWNER, "controller": False}), "one ComputeJob"),
    ("another kind of owner", owner(REPLICASET), "one ComputeJob"),
    ("another group of owner", owner({**WEAK, "apiVersion": "evil.dev/v1"}), "one ComputeJob"),
    ("two owners", owner(OWNER, {**REPLICASET, "controller": False, "uid": "4"}), "one ComputeJob"),
    ("label of a Service", label("app"), "metadata.labels"),
    ("label of a like name", label("muster.dev.evil/a"), "metadata.labels"),
    ("label of another topology", label("topology.kubernetes.io/rack"), "metadata.labels"),
    ("finalizer", meta(finalizers=["example.com/stay"]), "finalizers"),
    ("token mounted by default", lambda p: p["spec"].pop("automountServiceAccountToken"), "automount"),
    ("token mounted", spec(automountServiceAccountToken=True), "automount"),
    ("ServiceAccount", spec(serviceAccountName="robot"), "serviceAccountName"),
    ("ServiceAccount by its old name", spec(serviceAccount="robot"), "serviceAccountName"),
    ("Secret volume", volume(secret={"secretName": "s"}), "spec.volumes"),
    ("ConfigMap volume", volume(configMap={"name": "s"}), "spec.volumes"),
    ("projected token", lambda p: (spec(serviceAccountName="default")(p), volume(
        projected={"sources": [{"serviceAccountToken": {"path": "t"}}]})(p)), "spec.volumes"),
    ("hostPath", volume(hostPath={"path": "/"}), "spec.volumes"),
    ("claim", volume(persistentVolumeClaim={"claimName": "c"}), "spec.volumes"),
    ("CSI volume", volume(csi={"driver": "d"}), "spec.volumes"),
    ("NFS", volume(nfs={"server": "s", "path": "/"}), "spec.volumes"),
    ("env of a Secret", env_from(secretKeyRef=KEY), "fieldRef"),
    ("env of a ConfigMap", env_from(configMapKeyRef=KEY), "fieldRef"),
    ("envFrom", container(envFrom=[{"secretRef": {"name": "s"}}]), "envFrom"),
    ("env of a Secret, init container", init(env=[{"name": "A", "valueFrom": {"secretKeyRef": KEY}}]), "fieldRef"),
    ("envFrom, init container", init(envFrom=[{"secretRef": {"name": "s"}}]), "envFrom"),
    ("pull secret", spec(imagePullSecrets=[{"name": "s"}]), "imagePullSecrets"),
    ("host network", spec(hostNetwork=True), "hostNetwork"),
    ("host PIDs", spec(hostPID=True), "hostPID"),
    ("host IPC", spec(hostIPC=True), "hostIPC"),
    ("host port", container(ports=[{"containerPort": 80, "hostPort": 80}]), "hostPort"),
    ("privileged", secure(privileged=True), "privileged"),
    ("privileged init container", init(securityContext={"privileged": True}), "privileged"),
    ("capability", secure(capabilities={"add": ["SYS_ADMIN"]}), "privileged"),
    ("procMount", lambda p: (secure(procMount="Unmasked")(p), spec(hostUsers=False)(p)), "procMount"),
    ("priority class", spec(priorityClassName="system-node-critical"), "priorityClassName"),
    ("resource claim", spec(resourceClaims=[{"name": "c", "resourceClaimName": "c"}]), "resourceClaims"),
]

ALLOWED_TO_AGENTS = [
    ("emptyDir", volume(emptyDir={})),
    ("downwardAPI", volume(downwardAPI={"items": [{"path": "n", "fieldRef": {"fieldPath": "metadata.name"}}]})),
    ("init container", init(command=["true"])),
    ("resources", container(resources={"requests": {"cpu": "1"}, "limits": {"memory": "1Gi"}})),
    ("annotation", meta(annotations={"kubernetes.io/limit-ranger": "x"})),
    ("ServiceAccount default", spec(serviceAccountName="default")),
    ("restricted", lambda p: (spec(securityContext={"runAsNonRoot": True})(p),
                              secure(capabilities={"drop": ["ALL"]})(p))),
    ("no labels", lambda p: p["metadata"].pop("labels")),
]


def changed(change, **of):
    p = copy.deepcopy(pod(**of))
    change(p)
    return p


def set_up(server, *values):
    """The chart's cluster-wide parts, as it renders them."""
    server.make_namespace(NAMESPACE)
    server.make_namespace(OTHER_NAMESPACE)
    # Zone and region: the admission plugin PodTopologyLabels puts them on each pod that names this node.
    server.apply({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1", "labels": {
        "topology.kubernetes.io/zone": "z", "topology.kubernetes.io/region": "r"}}})
    server.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=render("--no-hooks", *values))


def wait_enforced(server, check):
    """A policy is in force some moments after it was made."""
    for user in ("agent", "coordinator"):
        end = time.monotonic() + 30
        while True:
            code, answer = create(server, changed(owner()), user=user)
            if code in (403, 422) and "ComputeJob" in answer.get("message", ""):
                break
            if time.monotonic() > end:
                check.that(f"the policy of the {user} is in force", False, answer)
                break
            time.sleep(0.1)


def create(server, obj, user="agent", node="n1", dry="All"):
    extra = {NODE_CLAIM: node} if node else {}
    return server.request("POST", PODS + ("?dryRun=All" if dry else ""), obj, user=ACCOUNT + user, extra=extra)


def test_agent(server, check):
    check.accepted("an agent's own pod", create(server, pod()))
    for name, change in ALLOWED_TO_AGENTS:
        check.accepted("agent, " + name, create(server, changed(change)))
    for name, change, word in FORBIDDEN_TO_AGENTS:
        check.refused("agent, " + name, create(server, changed(change)), "muster-agent-pods", word)
    check.refused("an agent without a node claim", create(server, pod(), node=None), "token names")
    check.refused("an agent of another node", create(server, pod(), node="n2"), "token names")


def test_agent_token(server, check):
    """The same with a token as a kubelet fetches it: the claim comes from the API server itself."""
    run = subprocess.run([server.script, "agent-token", server.dir, "n1", "https://kubernetes.default.svc"],
                         check=True, text=True, stdout=subprocess.PIPE)
    token = run.stdout.strip()
    check.accepted("with its token", server.request("POST", PODS, pod("real"), token=token))
    check.refused("with its token, another node", server.request("POST", PODS, pod("real-2", "n2"), token=token),
                  "token names")
    code, review = server.request("POST", "/apis/authentication.k8s.io/v1/tokenreviews", {
        "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}},
        token=server.read("coordinator.token"))
    user = review.get("status", {}).get("user", {})
    check.that("the coordinator may review tokens", code == 201 and user.get("extra", {}).get(NODE_CLAIM) == ["n1"],
               review)
    check.refused("an agent may not delete", server.request("DELETE", PODS + "/real", token=token), "cannot delete",
                  status=(403,))
    check.refused("an agent may not bind", server.request("POST", PODS + "/real/binding", {
        "apiVersion": "v1", "kind": "Binding", "metadata": {"name": "real"}, "target": {"name": "n1"}}, token=token),
                  "cannot create", status=(403,))
    check.accepted("an agent reads pods", server.request("GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dn1",
                                                         token=token))


def test_coordinator(server, check):
    """It creates what agents may not, bound to any node, but for ComputeJobs only; and deletes only that."""
    for name, change in (("a Secret", volume(secret={"secretName": "s"})), ("another node", spec(nodeName="n7")),
                         ("a ServiceAccount", spec(serviceAccountName="robot")), ("labels", label("app"))):
        check.accepted("coordinator, " + name, create(server, changed(change), user="coordinator"))
    for name, change, word in (("no owner", owner(), "ComputeJob"), ("another owner", owner(REPLICASET), "ComputeJob"),
                               ("no node", lambda p: p["spec"].pop("nodeName"), "nodeName")):
        check.refused("coordinator, " + name, create(server, changed(change), user="coordinator"), word)
    server.request("POST", PODS, changed(owner(), name="foreign"))
    server.request("POST", PODS, changed(owner(), name="orphan"))
    server.request("POST", PODS, pod("ours"))
    def patch(name, **metadata):
        return server.request("PATCH", f"{PODS}/{name}", metadata, user=ACCOUNT + "coordinator",
                              kind="application/merge-patch+json")
    for value in (None, "true"):
        check.accepted(f"coordinator sets current to {value}", patch(
            "ours", metadata={"labels": {"muster.dev/current": value}}))
    check.refused("coordinator labels another pod of that name", patch(
        "ours", metadata={"uid": "0b0a", "labels": {"muster.dev/current": None}}), "metadata.uid", status=(422,))
    for what, change in (("another label", {"labels": {"muster.dev/attempt": "2"}}),
                         ("a new label", {"labels": {"app": "x"}}),
                         ("a label less", {"labels": {"muster.dev/attempt": None}}),
                         ("an annotation", {"annotations": {"a": "b"}}), ("a finalizer", {"finalizers": ["a.b/c"]}),
                         ("its owner", {"ownerReferences": None})):
        check.refused("coordinator changes " + what, patch("ours", metadata=change), "only the label")
    check.refused("coordinator changes the image", patch("ours", spec={
        "containers": [{"name": "main", "image": "other"}]}), status=(403, 422))
    check.refused("coordinator labels a foreign pod", patch(
        "foreign", metadata={"labels": {"muster.dev/current": "true"}}), "ComputeJob")
    for name in ("foreign", "orphan"):
        answer = server.request("DELETE", PODS + "/" + name, user=ACCOUNT + "coordinator")
        check.refused("coordinator deletes " + name, answer, "ComputeJob")
    check.accepted("coordinator deletes its own",
                   server.request("DELETE", PODS + "/ours", user=ACCOUNT + "coordinator"))


CLAIMS = f"/api/v1/namespaces/{OTHER_NAMESPACE}/persistentvolumeclaims"
VOLUMES = "/api/v1/persistentvolumes"
SELECTED = "volume.kubernetes.io/selected-node"
CLAIM_REF = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": OTHER_NAMESPACE, "name": "c", "uid": "1"}


def make_volumes(server):
    for name, volume in (("c", ""), ("bound", "v")):
        server.request("POST", CLAIMS, {
            "apiVersion": "v1", "kind": "PersistentVolumeClaim",
            "metadata": {"name": name, "annotations": {"a": "b"}, "labels": {"a": "b"}},
            "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "s", "volumeName": volume,
                     "resources": {"requests": {"storage": "1Gi"}}}})
    for name, ref in (("v", {}), ("taken", {"claimRef": CLAIM_REF})):
        server.request("POST", VOLUMES, {
            "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name, "annotations": {"a": "b"}},
            "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "s", "capacity": {"storage": "1Gi"},
                     "hostPath": {"path": "/tmp"}, **ref}})


def test_volumes(server, check):
    """The coordinator names the first consumer of a claim, and writes nothing else of claims and volumes."""
    make_volumes(server)

    def patch(path, body):
        return server.request("PATCH", path + "?dryRun=All", body, user=ACCOUNT + "coordinator",
                              kind="application/merge-patch+json")

    choose = {"metadata": {"annotations": {SELECTED: "n1"}}}
    check.accepted("the node of a claim", patch(CLAIMS + "/c", choose))
    check.accepted("the claim of a volume", patch(VOLUMES + "/v", {
        "metadata": {"annotations": {"pv.kubernetes.io/bound-by-controller": "yes"}}, "spec": {"claimRef": CLAIM_REF}}))
    for name, path, body, word in (
            ("another annotation", CLAIMS + "/c", {"metadata": {"annotations": {"x": "y"}}}, "annotation"),
            ("an annotation less", CLAIMS + "/c", {"metadata": {"annotations": {"a": None}}}, "annotation"),
            ("a label", CLAIMS + "/c", {"metadata": {"labels": {"x": "y"}}}, "labels"),
            ("a finalizer", CLAIMS + "/c", {"metadata": {"finalizers": ["example.com/x"]}}, "labels"),
            ("the size of a claim", CLAIMS + "/c", {"spec": {"resources": {"requests": {"storage": "2Gi"}}}}, ""),
            ("a claim that has a volume", CLAIMS + "/bound", choose, "has a volume"),
            ("an annotation of a volume", VOLUMES + "/v", {"metadata": {"annotations": {SELECTED: "n1"}}}, "annotation"),
            ("the size of a volume", VOLUMES + "/v", {"spec": {"capacity": {"storage": "2Gi"}, "claimRef": CLAIM_REF}},
             "claimRef"),
            ("what becomes of a volume", VOLUMES + "/v", {
                "spec": {"persistentVolumeReclaimPolicy": "Recycle", "claimRef": CLAIM_REF}}, "claimRef"),
            ("a volume that is taken", VOLUMES + "/taken", {"spec": {"claimRef": {"name": "d", "uid": "2"}}}, "claimRef")):
        check.refused("coordinator, " + name, patch(path, body), word)


def test_others(server, check):
    """Whoever is not Muster is not touched."""
    check.accepted("an administrator", server.request("POST", PODS + "?dryRun=All", changed(owner())))
    other = "system:serviceaccount:elsewhere:muster-agent"
    server.apply({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
                  "metadata": {"name": "elsewhere"}, "subjects": [{
                      "kind": "ServiceAccount", "name": "muster-agent", "namespace": "elsewhere"}],
                  "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}})
    answer = server.request("POST", PODS + "?dryRun=All", changed(owner()), user=other)
    check.accepted("an account of the same name elsewhere", answer)



# verb, group, resource, namespace, name, who may (a: agent, c: coordinator)
RIGHTS = [
    ("get", "muster.dev", "computejobs", "work", "j", "c"),
    ("watch", "muster.dev", "computejobs", "", "", "c"),
    ("delete", "muster.dev", "computejobs", "work", "j", "c"),
    ("update", "muster.dev", "computejobs", "work", "j", ""),
    ("patch", "muster.dev", "computejobs", "work", "j", ""),
    ("create", "muster.dev", "computejobs", "work", "", ""),
    ("patch", "muster.dev", "computejobs/status", "work", "j", "c"),
    ("update", "muster.dev", "computejobs/finalizers", "work", "j", "ac"),
    ("create", "muster.dev", "computenodes", "", "", "c"),
    ("patch", "muster.dev", "computenodes", "", "n", "c"),
    ("delete", "muster.dev", "computenodes", "", "n", "c"),
    ("patch", "muster.dev", "computenodes/status", "", "n", "c"),
    ("list", "", "nodes", "", "", "ac"),
    ("watch", "", "nodes", "", "", "ac"),
    ("patch", "", "nodes", "", "n", ""),
    ("create", "", "pods", "work", "", "ac"),
    ("delete", "", "pods", "work", "p", "c"),
    ("deletecollection", "", "pods", "work", "", ""),
    ("patch", "", "pods", "work", "p", "c"),
    ("update", "", "pods", "work", "p", ""),
    ("update", "", "pods/status", "work", "p", ""),
    ("create", "", "pods/eviction", "work", "p", ""),
    ("create", "", "pods/exec", "work", "p", ""),
    ("watch", "", "pods", "", "", "ac"),
    ("get", "node.k8s.io", "runtimeclasses", "", "r", "c"),
    ("get", "", "persistentvolumeclaims", "work", "p", "c"),
    ("list", "", "persistentvolumeclaims", "work", "", ""),
    ("patch", "", "persistentvolumeclaims", "work", "p", "c"),
    ("update", "", "persistentvolumeclaims", "work", "p", ""),
    ("patch", "", "persistentvolumes", "", "p", "c"),
    ("list", "", "persistentvolumes", "", "", "c"),
    ("delete", "", "persistentvolumes", "", "p", ""),
    ("get", "", "persistentvolumes", "", "p", "c"),
    ("get", "storage.k8s.io", "storageclasses", "", "s", "c"),
    ("create", "events.k8s.io", "events", "work", "", "c"),
    ("patch", "events.k8s.io", "events", "work", "e", ""),
    ("create", "authentication.k8s.io", "tokenreviews", "", "", "c"),
    ("create", "", "serviceaccounts/token", "work", "default", ""),
    ("impersonate", "", "users", "", "u", ""),
    ("get", "", "secrets", NAMESPACE, "muster-coordinator-tls", "c"),
    ("patch", "", "secrets", NAMESPACE, "muster-coordinator-tls", "c"),
    ("get", "", "secrets", NAMESPACE, "other", ""),
    ("list", "", "secrets", NAMESPACE, "", ""),
    ("get", "", "secrets", "work", "muster-coordinator-tls", ""),
    ("get", "", "configmaps", NAMESPACE, "muster-ca", "ac"),
    ("watch", "", "configmaps", NAMESPACE, "muster-ca", ""),
    ("patch", "", "configmaps", NAMESPACE, "muster-ca", "c"),
    ("get", "", "configmaps", NAMESPACE, "kube-root-ca.crt", ""),
    ("patch", "coordination.k8s.io", "leases", NAMESPACE, "muster-coordinator", "c"),
    ("create", "coordination.k8s.io", "leases", NAMESPACE, "", "c"),
    ("patch", "coordination.k8s.io", "leases", NAMESPACE, "other", ""),
    ("patch", "coordination.k8s.io", "leases", "kube-node-lease", "muster-coordinator", ""),
]


def may(server, user, verb, group, resource, namespace, name):
    resource, _, sub = resource.partition("/")
    attributes = {"verb": verb, "group": group, "resource": resource, "subresource": sub,
                  "namespace": namespace, "name": name}
    _, answer = server.request("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", {
        "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
        "spec": {"user": ACCOUNT + user, "resourceAttributes": attributes}})
    return answer["status"]["allowed"]


def test_rights(server, check):
    for *what, who in RIGHTS:
        for user in ("agent", "coordinator"):
            wanted = user[0] in who
            check.that(f"{user}: {what}", may(server, user, *what) == wanted, f"wanted {wanted}")


def test_no_launch(server, check):
    """agent.launch=false: agents can write nothing at all."""
    set_up(server, "--set", "agent.launch=false")
    for verb, resource in (("create", "pods"), ("update", "computejobs/finalizers")):
        group = "" if resource == "pods" else "muster.dev"
        check.that(f"agent without launch: {verb} {resource}",
                   not may(server, "agent", verb, group, resource, "work", ""), "allowed")
    check.that("agent without launch reads pods", may(server, "agent", "watch", "", "pods", "", ""), "refused")


def main():
    server, check = Server(), Checks()
    set_up(server)
    wait_enforced(server, check)
    for test in (test_agent, test_agent_token, test_coordinator, test_volumes, test_others, test_rights, test_no_launch):
        test(server, check)
    check.end(at_least=140)


main()
