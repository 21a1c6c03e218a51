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


def pod(name="j-0-abcde", node="n1"):
    """A member's pod as an agent creates it."""
    return {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "ownerReferences": [dict(OWNER)], "labels": {
            "muster.dev/job-name": "j", "muster.dev/job-uid": "0123", "muster.dev/member-index": "0",
            "muster.dev/attempt": "1", "muster.dev/template-hash": "0123456789abcdef",
            "muster.dev/current": "true"}},
        "spec": {"nodeName": node, "restartPolicy": "Never", "automountServiceAccountToken": False,
                 "hostname": "j-0", "subdomain": "j",
                 "containers": [{"name": "main", "image": "a", "env": [
                     {"name": "MUSTER_MEMBER_INDEX", "value": "0"},
                     {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
                     {"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}}]}]},
    }


def meta(**fields):
    return lambda p: p["metadata"].update(fields)


def spec(**fields):
    return lambda p: p["spec"].update(fields)


def label(key, value="x"):
    return lambda p: p["metadata"]["labels"].update({key: value})


def no_label(key):
    return lambda p: p["metadata"]["labels"].pop(key)


def both(*changes):
    return lambda p: [c(p) for c in changes]


def secure_pod(**fields):
    return spec(securityContext=fields)


def member(index, name=None):
    """Another index, with all that has it."""
    return both(label("muster.dev/member-index", index), meta(name=name or f"j-{index}-abcde"),
                spec(hostname=f"j-{index}"))


HASH = "0123456789abcdef0123456789abcdef01234567"
PROBE_HOST = {"httpGet": {"port": 80, "host": "10.0.0.1"}}
PROBE = {"httpGet": {"port": 80}}


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
    ("another version of owner", owner({**WEAK, "apiVersion": "muster.dev/v1"}), "one ComputeJob"),
    ("a group that begins like it", owner({**WEAK, "apiVersion": "muster.dev/v1alpha1x"}), "one ComputeJob"),
    ("two owners", owner(OWNER, {**REPLICASET, "controller": False, "uid": "4"}), "one ComputeJob"),
    ("label of a Service", label("app"), "metadata.labels"),
    ("label of a like name", label("muster.dev.evil/a"), "metadata.labels"),
    ("label of another topology", label("topology.kubernetes.io/rack"), "metadata.labels"),
    ("label of Muster's that no member has", label("muster.dev/role"), "metadata.labels"),
    ("no labels", lambda p: p["metadata"].pop("labels"), "of the owner"),
    ("no job-name", no_label("muster.dev/job-name"), "of the owner"),
    ("another job-name", label("muster.dev/job-name", "k"), "of the owner"),
    ("no job-uid", no_label("muster.dev/job-uid"), "of the owner"),
    ("another job-uid", label("muster.dev/job-uid", "0124"), "of the owner"),
    ("no index", no_label("muster.dev/member-index"), "must be those of a member"),
    ("index 10000", member("10000"), "must be those of a member"),
    ("index with a zero before", member("01"), "must be those of a member"),
    ("index that is no number", member("a"), "must be those of a member"),
    ("no attempt", no_label("muster.dev/attempt"), "must be those of a member"),
    ("attempt 0", label("muster.dev/attempt", "0"), "must be those of a member"),
    ("attempt 2^31", label("muster.dev/attempt", "2147483648"), "must be those of a member"),
    ("attempt of eleven digits", label("muster.dev/attempt", "10000000000"), "must be those of a member"),
    ("no template-hash", no_label("muster.dev/template-hash"), "must be those of a member"),
    ("template-hash that is too long", label("muster.dev/template-hash", HASH + "0"), "must be those of a member"),
    ("template-hash that is no hash", label("muster.dev/template-hash", "zzzzzzzzzzzzzzzz"), "must be those of a member"),
    ("current that is not true", label("muster.dev/current", "false"), "must be those of a member"),
    ("name of another index", meta(name="j-1-abcde"), "metadata.name"),
    ("name of another job", meta(name="k-0-abcde"), "metadata.name"),
    ("name that is too long", meta(name="j-0-a-abcde"), "metadata.name"),
    ("name that is too short", meta(name="j-0-abcd"), "metadata.name"),
    ("no hostname", lambda p: p["spec"].pop("hostname"), "spec.hostname"),
    ("hostname of another index", spec(hostname="j-1"), "spec.hostname"),
    ("no subdomain", lambda p: p["spec"].pop("subdomain"), "spec.hostname"),
    ("subdomain of another job", spec(subdomain="k"), "spec.hostname"),
    ("annotation of a webhook", meta(annotations={"sidecar.istio.io/inject": "true"}), "metadata.annotations"),
    ("annotation of a network plugin", meta(annotations={"k8s.v1.cni.cncf.io/networks": "x"}), "metadata.annotations"),
    ("annotation of AppArmor", meta(annotations={
        "container.apparmor.security.beta.kubernetes.io/main": "unconfined"}), "metadata.annotations"),
    ("grace of 601 s", spec(terminationGracePeriodSeconds=601), "terminationGracePeriodSeconds"),
    ("HostProcess", both(secure_pod(windowsOptions={"hostProcess": True}), spec(hostNetwork=True)), "hostProcess"),
    ("HostProcess of a container", both(secure(windowsOptions={"hostProcess": True}), spec(hostNetwork=True)),
     "hostProcess"),
    ("seccomp Unconfined", secure_pod(seccompProfile={"type": "Unconfined"}), "seccompProfile"),
    ("seccomp Unconfined, container", secure(seccompProfile={"type": "Unconfined"}), "seccompProfile"),
    ("seccomp Unconfined, init container", init(securityContext={"seccompProfile": {"type": "Unconfined"}}),
     "seccompProfile"),
    ("AppArmor Unconfined", secure_pod(appArmorProfile={"type": "Unconfined"}), "appArmorProfile"),
    ("AppArmor Unconfined, container", secure(appArmorProfile={"type": "Unconfined"}), "appArmorProfile"),
    ("SELinux type", secure_pod(seLinuxOptions={"type": "spc_t"}), "seLinuxOptions"),
    ("SELinux user", secure_pod(seLinuxOptions={"user": "u"}), "seLinuxOptions"),
    ("SELinux role", secure_pod(seLinuxOptions={"role": "r"}), "seLinuxOptions"),
    ("SELinux type, container", secure(seLinuxOptions={"type": "spc_t"}), "seLinuxOptions"),
    ("SELinux user, container", secure(seLinuxOptions={"user": "u"}), "seLinuxOptions"),
    ("SELinux role, init container", init(securityContext={"seLinuxOptions": {"role": "r"}}), "seLinuxOptions"),
    ("unsafe sysctl", secure_pod(sysctls=[{"name": "kernel.msgmax", "value": "1"}]), "sysctls"),
    ("host of a probe", container(livenessProbe=PROBE_HOST), "name a host"),
    ("host of a readiness probe", container(readinessProbe={"tcpSocket": {"port": 1, "host": "h"}}), "name a host"),
    ("host of a startup probe", init(restartPolicy="Always", startupProbe=PROBE_HOST), "name a host"),
    ("host of a hook", container(lifecycle={"postStart": PROBE_HOST}), "name a host"),
    ("host of a hook at the end", container(lifecycle={"preStop": {"tcpSocket": {"port": 1, "host": "h"}}}),
     "name a host"),
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
    ("annotations of a member", meta(annotations={
        "kubernetes.io/limit-ranger": "x", "muster.dev/proof": "x", "muster.dev/containers": "main",
        "muster.dev/template-hash": HASH})),
    ("index 9999", member("9999")),
    ("attempt 2^31-1", label("muster.dev/attempt", "2147483647")),
    ("a long template-hash", label("muster.dev/template-hash", HASH + "-0123456789abcdef")),
    ("as an agent of 0.1.0", both(no_label("muster.dev/current"), label(
        "muster.dev/template-hash", "0123456789abcdef-0123456789abcdef"))),
    ("zone and region", both(label("topology.kubernetes.io/zone"), label("topology.kubernetes.io/region"))),
    ("grace of 600 s", spec(terminationGracePeriodSeconds=600)),
    ("Windows without HostProcess", secure_pod(windowsOptions={"runAsUserName": "u"})),
    ("seccomp and AppArmor", both(secure_pod(seccompProfile={"type": "RuntimeDefault"}), secure(
        appArmorProfile={"type": "RuntimeDefault"}))),
    ("SELinux of a container", both(secure_pod(seLinuxOptions={"level": "s0"}), secure(
        seLinuxOptions={"type": "container_t"}))),
    ("safe sysctl", secure_pod(sysctls=[{"name": "net.ipv4.tcp_syncookies", "value": "1"}])),
    ("probes and hooks", container(livenessProbe=PROBE, readinessProbe={"tcpSocket": {"port": 1}}, lifecycle={
        "preStop": PROBE})),
    ("ServiceAccount default", spec(serviceAccountName="default")),
    ("restricted", lambda p: (spec(securityContext={"runAsNonRoot": True})(p),
                              secure(capabilities={"drop": ["ALL"]})(p))),
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
                 test_no_launch):
        test(server, check)
    check.end(at_least=240)


main()
