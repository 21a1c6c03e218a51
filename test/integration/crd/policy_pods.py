# SPDX-License-Identifier: Apache-2.0
"""Pods just inside and just outside of each expression of the agents' admission policy. policy_test.py tries them on a
control plane alone, e2e/attacks with the token of an agent on a cluster."""
import copy

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
