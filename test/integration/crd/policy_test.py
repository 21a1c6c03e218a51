# SPDX-License-Identifier: Apache-2.0
"""The admission policies and roles of the chart on a real API server: what an agent, the coordinator
and nobody else may do with pods."""
import subprocess
import time

from lib import NAMESPACE, Checks, Server, render
from policy_pods import (ALLOWED_TO_AGENTS, FORBIDDEN_TO_AGENTS, REPLICASET, WEAK, changed, label, owner, pod, spec, volume)

NODE_CLAIM = "authentication.kubernetes.io/node-name"
ACCOUNT = f"system:serviceaccount:{NAMESPACE}:muster-"
OTHER_NAMESPACE = "work"
PODS = f"/api/v1/namespaces/{OTHER_NAMESPACE}/pods"


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


def create(server, obj, user="agent", node="n1", dry="All", where=OTHER_NAMESPACE):
    extra = {NODE_CLAIM: node} if node else {}
    path = f"/api/v1/namespaces/{where}/pods"
    return server.request("POST", path + ("?dryRun=All" if dry else ""), obj, user=ACCOUNT + user, extra=extra)


def test_agent(server, check):
    check.accepted("an agent's own pod", create(server, pod()))
    for name, change in ALLOWED_TO_AGENTS:
        check.accepted("agent, " + name, create(server, changed(change)))
    for name, change, word in FORBIDDEN_TO_AGENTS:
        check.refused("agent, " + name, create(server, changed(change)), "muster-agent-pods", word)
    for where in (NAMESPACE, "kube-system", "kube-node-lease"):
        check.refused("an agent in " + where, create(server, pod(), where=where), "muster-agent-pods", "do not run")
    check.refused("an agent without a node claim", create(server, pod(), node=None), "token names")
    check.refused("an agent of another node", create(server, pod(), node="n2"), "token names")


def test_agent_token(server, check):
    """The same with a token as a kubelet fetches it: the claim comes from the API server itself."""
    run = subprocess.run([server.script, "agent-token", server.dir, "n1", "https://kubernetes.default.svc"],
                         check=True, text=True, stdout=subprocess.PIPE)
    token = run.stdout.strip()
    check.accepted("with its token", server.request("POST", PODS, pod("j-0-reala"), token=token))
    check.refused("with its token, another node", server.request("POST", PODS, pod("j-0-realb", "n2"), token=token),
                  "token names")
    code, review = server.request("POST", "/apis/authentication.k8s.io/v1/tokenreviews", {
        "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}},
        token=server.read("coordinator.token"))
    user = review.get("status", {}).get("user", {})
    check.that("the coordinator may review tokens", code == 201 and user.get("extra", {}).get(NODE_CLAIM) == ["n1"],
               review)
    check.refused("an agent may not delete", server.request("DELETE", PODS + "/j-0-reala", token=token), "cannot delete",
                  status=(403,))
    check.refused("an agent may not bind", server.request("POST", PODS + "/j-0-reala/binding", {
        "apiVersion": "v1", "kind": "Binding", "metadata": {"name": "j-0-reala"}, "target": {"name": "n1"}}, token=token),
                  "cannot create", status=(403,))
    check.accepted("an agent reads pods", server.request("GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dn1",
                                                         token=token))


def test_coordinator(server, check):
    """It creates what agents may not, bound to any node, but for ComputeJobs only; and deletes only that."""
    for name, change in (("a Secret", volume(secret={"secretName": "s"})), ("another node", spec(nodeName="n7")),
                         ("a ServiceAccount", spec(serviceAccountName="robot")), ("labels", label("app"))):
        check.accepted("coordinator, " + name, create(server, changed(change), user="coordinator"))
    for where in (NAMESPACE, "kube-system"):
        check.refused("coordinator, in " + where, create(server, pod(), user="coordinator", where=where), "do not run")
    for name, change, word in (("no owner", owner(), "ComputeJob"), ("another owner", owner(REPLICASET), "ComputeJob"),
                               ("another version of owner", owner({**WEAK, "apiVersion": "muster.dev/v1"}), "ComputeJob"),
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
    ("get", "storage.k8s.io", "csidrivers", "", "d", "c"),
    ("list", "storage.k8s.io", "csidrivers", "", "", ""),
    ("list", "storage.k8s.io", "csinodes", "", "", "c"),
    ("get", "storage.k8s.io", "csinodes", "", "n", ""),
    ("list", "storage.k8s.io", "csistoragecapacities", "", "", "c"),
    ("get", "storage.k8s.io", "csistoragecapacities", "work", "x", ""),
    ("create", "events.k8s.io", "events", "work", "", "c"),
    ("patch", "events.k8s.io", "events", "work", "e", ""),
    ("create", "authentication.k8s.io", "tokenreviews", "", "", "c"),
    ("get", "admissionregistration.k8s.io", "validatingadmissionpolicies", "", "muster-agent-pods", "c"),
    ("get", "admissionregistration.k8s.io", "validatingadmissionpolicybindings", "", "muster-agent-pods", "c"),
    ("get", "admissionregistration.k8s.io", "validatingadmissionpolicies", "", "other", ""),
    ("list", "admissionregistration.k8s.io", "validatingadmissionpolicies", "", "", ""),
    ("patch", "admissionregistration.k8s.io", "validatingadmissionpolicies", "", "muster-agent-pods", ""),
    ("create", "", "serviceaccounts/token", "work", "default", ""),
    ("impersonate", "", "users", "", "u", ""),
    ("get", "", "secrets", NAMESPACE, "muster-coordinator-tls", "c"),
    ("patch", "", "secrets", NAMESPACE, "muster-coordinator-tls", "c"),
    ("get", "", "secrets", NAMESPACE, "muster-coordinator-ca-key", "c"),
    ("patch", "", "secrets", NAMESPACE, "muster-coordinator-ca-key", "c"),
    ("get", "", "secrets", NAMESPACE, "muster-coordinator-order-keys", "c"),
    ("patch", "", "secrets", NAMESPACE, "muster-coordinator-order-keys", "c"),
    ("delete", "", "secrets", NAMESPACE, "muster-coordinator-order-keys", ""),
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


def test_namespaces(server, check):
    """Members run only in namespaces that the chart's values select."""
    set_up(server, "--set", "jobNamespaces.matchLabels.team=a", "--set", "jobNamespaces.own=true")
    server.make_namespace("team-a")
    server.kubectl("label", "namespace", "team-a", "team=a")
    server.kubectl("label", "namespace", NAMESPACE, "team=a")
    server.kubectl("label", "namespace", "kube-system", "team=a")
    wait_for(server, check, "team=a")
    for user in ("agent", "coordinator"):
        check.refused(user + " elsewhere", create(server, pod(), user=user), "label team=a")
        check.accepted(user + " where the label is", create(server, pod(), user=user, where="team-a"))
        check.accepted(user + " in its own", create(server, pod(), user=user, where=NAMESPACE))
        check.refused(user + " in kube-system", create(server, pod(), user=user, where="kube-system"), "do not run")


def job(name, priority):
    return {"apiVersion": "muster.dev/v1alpha1", "kind": "ComputeJob", "metadata": {"name": name},
            "spec": {"command": ["a"], **({} if priority is None else {"priority": priority})}}


def test_priority(server, check):
    """priority.restricted: a priority above 0 needs a right; what is stored is kept, lower ones are free."""
    jobs = f"/apis/muster.dev/v1alpha1/namespaces/{OTHER_NAMESPACE}/computejobs"
    post = lambda name, priority, user, path=jobs: server.request("POST", path, job(name, priority), user=user)
    patch = lambda name, user, **fields: server.request("PATCH", f"{jobs}/{name}", {"spec": fields}, user=user,
                                                        kind="application/merge-patch+json")
    bind = lambda name, role, user, where=OTHER_NAMESPACE: server.kubectl(
        "create", "rolebinding", name, "-n", where, f"--clusterrole={role}", f"--user={user}")
    for user, where in (("ann", OTHER_NAMESPACE), ("bob", OTHER_NAMESPACE), ("bob", "default")):
        bind(f"edit-{user}", "muster-edit", user, where)
    check.accepted("by default everybody may", post("old", 5, "ann"))
    set_up(server, "--set", "priority.restricted=true")
    bind("prioritize", "muster-prioritize", "bob")
    end = time.monotonic() + 30
    while post("probe", 5, "ann", jobs + "?dryRun=All")[0] < 300 and time.monotonic() < end:
        time.sleep(0.1)
    check.refused("ann, above 0", post("a", 1, "ann"), "muster-prioritize")
    for name, priority in (("none", None), ("zero", 0), ("below", -5)):
        check.accepted(f"ann, {name}", post(name, priority, "ann"))
    check.refused("ann raises hers", patch("zero", "ann", priority=3), "prioritize")
    check.refused("ann raises an old one", patch("old", "ann", priority=6), "prioritize")
    check.accepted("ann edits an old one", patch("old", "ann", suspend=True))
    check.accepted("ann lowers it", patch("old", "ann", priority=2))
    check.accepted("bob, above 0", post("b", 900, "bob"))
    check.refused("bob elsewhere", post("b", 1, "bob", jobs.replace(OTHER_NAMESPACE, "default")), "prioritize")


def test_default_class(server, check):
    """Where each pod gets a PriorityClass, agents may create pods with that one, and with no other."""
    classes = "/apis/scheduling.k8s.io/v1/priorityclasses"
    for name, value, default in (("everyday", 100, True), ("urgent", 1000, False)):
        server.request("POST", classes, {"metadata": {"name": name}, "value": value, "globalDefault": default})
    end = time.monotonic() + 30
    while create(server, pod())[0] < 300 and time.monotonic() < end:
        time.sleep(0.1)  # until admission has seen the class
    check.refused("an agent, with the default that the policy does not name", create(server, pod()), "priorityClassName")
    set_up(server, "--set", "agent.defaultPriorityClass=everyday")
    end = time.monotonic() + 30
    while create(server, pod())[0] >= 300 and time.monotonic() < end:
        time.sleep(0.1)
    check.accepted("an agent, with the default", create(server, pod()))
    check.accepted("an agent that names it", create(server, changed(spec(priorityClassName="everyday"))))
    for name in ("urgent", "system-node-critical", "system-cluster-critical"):
        check.refused("an agent, with " + name, create(server, changed(spec(priorityClassName=name))), "everyday")
    for name in ("everyday", "urgent"):
        server.request("DELETE", f"{classes}/{name}")


def wait_for(server, check, word):
    end = time.monotonic() + 30
    for user in ("agent", "coordinator"):
        while word not in create(server, pod(), user=user)[1].get("message", ""):
            if time.monotonic() > end:
                check.that("the policies are in force", False, word)
                return
            time.sleep(0.1)


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
    for test in (test_agent, test_agent_token, test_coordinator, test_volumes, test_others, test_rights, test_namespaces,
                 test_no_launch, test_priority, test_default_class):
        test(server, check)
    check.end(at_least=240)


main()
