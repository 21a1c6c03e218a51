# SPDX-License-Identifier: Apache-2.0
"""Pods of any kind, drawn at random: each field that the agents' policy looks at is absent, as it should be, or odd."""

MOST = 4  # fields that are drawn for one pod, so that many pods are taken


def chance(r, *values):
    """One of the values; None stands for no field."""
    return r.choice(values)


def fields(r, table, n):
    """n of the fields of the table, each with one of its values."""
    drawn = {k: r.choice(table[k])(r) if callable(table[k][0]) else r.choice(table[k])
             for k in r.sample(sorted(table), min(n, len(table)))}
    return {k: v for k, v in drawn.items() if v is not None}


def selinux(r):
    return fields(r, {"type": ["", "container_t", "container_init_t", "spc_t", "container_t2"],
                      "user": ["", "u"], "role": ["", "r"], "level": ["", "s0"]}, r.randint(0, 2))


def profile(r):
    kind = r.choice(["RuntimeDefault", "Unconfined", "Localhost"])
    return {"type": kind, "localhostProfile": "p"} if kind == "Localhost" else {"type": kind}


def windows(r):
    return fields(r, {"hostProcess": [True, False, None], "runAsUserName": ["u", None]}, 2)


def sysctls(r):
    names = ["net.ipv4.tcp_syncookies", "kernel.shm_rmid_forced", "net.ipv4.tcp_fin_timeout", "kernel.msgmax",
             "net.ipv4.ip_unprivileged_port_start", "net.core.somaxconn"]
    return [{"name": n, "value": "1"} for n in r.sample(names, r.randint(0, 2))]


def handler(r):
    host = {"host": r.choice(["", "h", "10.0.0.1"])} if r.random() < 0.5 else {}
    return r.choice([{"httpGet": {"port": 80, **host}}, {"tcpSocket": {"port": 80, **host}}, {"exec": {"command": ["x"]}}])


def env(r):
    source = r.choice([{"fieldRef": {"fieldPath": "metadata.name"}}, {"resourceFieldRef": {"resource": "limits.cpu"}},
                       {"secretKeyRef": {"name": "s", "key": "k"}}, {"configMapKeyRef": {"name": "s", "key": "k"}}, None])
    return [{"name": "A", "valueFrom": source} if source else {"name": "A", "value": r.choice(["", "v"])}]


def volume(r):
    return {"name": "v", **r.choice([
        {}, {"emptyDir": {}}, {"emptyDir": {"medium": "Memory"}}, {"emptyDir": None},
        {"downwardAPI": {"items": [{"path": "n", "fieldRef": {"fieldPath": "metadata.name"}}]}}, {"downwardAPI": {}},
        {"secret": {"secretName": "s"}}, {"configMap": {"name": "c"}}, {"hostPath": {"path": "/"}},
        {"projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]}}, {"projected": {"sources": []}},
        {"persistentVolumeClaim": {"claimName": "c"}}, {"csi": {"driver": "d.example"}}, {"nfs": {"server": "s", "path": "/"}},
        {"image": {"reference": "x"}}, {"gitRepo": {"repository": "r"}}])}


def security(r, of_pod):
    table = {"seccompProfile": [profile], "appArmorProfile": [profile], "seLinuxOptions": [selinux],
             "windowsOptions": [windows], "runAsNonRoot": [True, False, None]}
    table |= {"sysctls": [sysctls], "fsGroup": [1, None]} if of_pod else {
        "privileged": [True, False, None], "procMount": ["Default", "Unmasked", None],
        "allowPrivilegeEscalation": [False, None],
        "capabilities": [{}, {"drop": ["ALL"]}, {"add": []}, {"add": ["NET_ADMIN"]}, {"add": ["NET_BIND_SERVICE"]}]}
    return fields(r, table, r.randint(0, 2))


def container(r, name):
    ports = [{"containerPort": 80}, {"containerPort": 80, "hostPort": 80}, {"containerPort": 80, "hostPort": 0}]
    c = fields(r, {
        "env": [env], "envFrom": [[], None, [{"secretRef": {"name": "s"}}], [{"configMapRef": {"name": "s"}}]],
        "ports": [[], [ports[0]], [ports[1]], [ports[2]], [ports[0], {"containerPort": 81, "hostPort": 81}]],
        "livenessProbe": [handler], "readinessProbe": [handler], "startupProbe": [handler],
        "lifecycle": [lambda r: {"preStop": handler(r)}, lambda r: {"postStart": handler(r)}],
        "securityContext": [lambda r: security(r, False)], "stdin": [True, None],
    }, r.randint(0, MOST - 1))
    return {"name": name, "image": "i", **c}


def initial(r):
    sidecar = r.random() < 0.5
    c = container(r, "init")
    if not sidecar:
        for key in ("livenessProbe", "readinessProbe", "startupProbe", "lifecycle"):
            c.pop(key, None)
    return [{**c, "restartPolicy": "Always"} if sidecar else c]


def job(r):
    """The spec of a ComputeJob."""
    pod = fields(r, {
        "serviceAccountName": ["", "default", "robot", None], "serviceAccount": ["", "default", "robot", None],
        "automountServiceAccountToken": [True, False, None], "hostNetwork": [True, False, None], "hostPID": [True, False],
        "hostIPC": [True, False], "imagePullSecrets": [[], [{"name": "s"}], None], "priorityClassName": ["", "urgent", None],
        "terminationGracePeriodSeconds": [0, 30, 600, 601, 100000, None], "securityContext": [lambda r: security(r, True)],
        "volumes": [lambda r: [volume(r)], lambda r: []], "initContainers": [initial], "hostUsers": [False, True, None],
        "shareProcessNamespace": [True, None], "dnsPolicy": ["Default", None], "enableServiceLinks": [False, None],
    }, r.randint(0, MOST))
    meta = fields(r, {
        "labels": [{}, {"app": "x"}, {"topology.kubernetes.io/zone": "z"}, None],
        "annotations": [{}, {"a": "b"}, {"kubernetes.io/limit-ranger": "x"}, {"sidecar.istio.io/inject": "true"}, None],
    }, r.choice([0, 0, 0, 1, 2]))
    if r.random() < 0.7:
        pod["containers"] = [container(r, "main")] + ([container(r, "other")] if r.random() < 0.2 else [])
    return {"command": ["x"], "template": {"metadata": meta, "spec": pod}}
