# SPDX-License-Identifier: Apache-2.0
"""The cluster that is attacked: who is on it, what its programs say, and tokens of those who attack."""
import json
import os
import re
import subprocess
import time

from api import JOBS, PODS, Api, kubeconfig

NS = "muster-system"
LEASE = f"/apis/coordination.k8s.io/v1/namespaces/{NS}/leases/muster-coordinator"
AUDIENCE = "muster-coordinator"


def wait(what, condition, seconds=30, pause=0.1):
    """The first true value of the condition; after that time, an error that says what did not come."""
    end = time.monotonic() + seconds
    while True:
        got = condition()
        if got:
            return got
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(pause)


class Tenant:
    """Somebody who may edit one namespace: an account there with Kubernetes' role edit, and its token."""

    def __init__(self, cluster, ns):
        self.cluster, self.ns = cluster, ns
        self.jobs, self.pods = JOBS.format(ns), PODS.format(ns)
        self.api = None

    def enter(self):
        admin = self.cluster.admin
        admin.post("/api/v1/namespaces", {"metadata": {"name": self.ns, "labels": {"hostile": "tenant"}}})
        admin.post(f"/api/v1/namespaces/{self.ns}/serviceaccounts", {"metadata": {"name": "tenant"}})
        admin.post(f"/apis/rbac.authorization.k8s.io/v1/namespaces/{self.ns}/rolebindings", {
            "metadata": {"name": "tenant"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "edit"},
            "subjects": [{"kind": "ServiceAccount", "name": "tenant", "namespace": self.ns}]})
        self.api = self.cluster.api_of(self.cluster.token("tenant", ns=self.ns))
        wait("the tenant's rights", lambda: self.api.ask("GET", self.pods)[0] == 200)
        return self

    def may(self, resource, *verbs):
        """One more right in its namespace, which the role edit does not have."""
        rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{self.ns}"
        self.cluster.admin.post(f"{rbac}/roles", {"metadata": {"name": "more"}, "rules": [
            {"apiGroups": ["muster.dev"], "resources": [resource], "verbs": list(verbs)}]})
        self.cluster.admin.post(f"{rbac}/rolebindings", {
            "metadata": {"name": "more"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "more"},
            "subjects": [{"kind": "ServiceAccount", "name": "tenant", "namespace": self.ns}]})

    def make_job(self, name, **spec):
        return self.api.post(self.jobs, job(name, **spec))

    def job(self, name):
        return self.api.get(f"{self.jobs}/{name}")

    def status(self, name):
        return self.job(name).get("status", {})

    def leave(self):
        """Jobs and pods first: what is left of a flood would still run while its namespace is emptied."""
        admin = self.cluster.admin
        for path in (self.jobs, self.pods):
            admin.call("DELETE", path, {"gracePeriodSeconds": 0, "propagationPolicy": "Background"}, fine=(404,))
        admin.delete(f"/api/v1/namespaces/{self.ns}")


def job(name, **spec):
    return {"apiVersion": "muster.dev/v1alpha1", "kind": "ComputeJob", "metadata": {"name": name},
            "spec": {"command": ["sleep", "3600"], **spec} if "template" not in spec else spec}


class Cluster:
    def __init__(self):
        self.host, self.port, self.tls, admin_tls = kubeconfig()
        self.admin = Api(self.host, self.port, admin_tls)

    def api_of(self, token):
        return Api(self.host, self.port, self.tls, {"Authorization": f"Bearer {token}"})

    def token(self, account, ns=NS, audience=None, pod=None, seconds=3600):
        """A token of an account; with a pod, bound to it as a kubelet projects it."""
        spec = {"expirationSeconds": seconds}
        if audience:
            spec["audiences"] = [audience]
        if pod:
            uid = self.admin.get(f"{PODS.format(ns)}/{pod}")["metadata"]["uid"]
            spec["boundObjectRef"] = {"kind": "Pod", "apiVersion": "v1", "name": pod, "uid": uid}
        path = f"/api/v1/namespaces/{ns}/serviceaccounts/{account}/token"
        return self.admin.post(path, {"spec": spec})["status"]["token"]

    # ---- Muster's programs

    def pods_of(self, component):
        selector = f"?labelSelector=app.kubernetes.io/component={component}"
        return self.admin.get(PODS.format(NS) + selector)["items"]

    def holder(self):
        return self.admin.get(LEASE)["spec"].get("holderIdentity") or ""

    def leader(self):
        """The pod of the coordinator that leads."""
        def found():
            holder = self.holder()
            return next((p for p in self.pods_of("coordinator") if holder.startswith(p["metadata"]["name"])), None)
        return wait("a coordinator that leads", found, 60)

    def replace_leader(self):
        """Ends the coordinator that leads; another one leads when this returns, and a new one stands by."""
        old = self.leader()["metadata"]["name"]
        self.admin.delete(f"{PODS.format(NS)}/{old}")
        wait("another leader", lambda: self.holder() and not self.holder().startswith(old), 60)
        wait("two coordinators", lambda: sum(
            c["ready"] for p in self.pods_of("coordinator") for c in p["status"].get("containerStatuses", [])) >= 2, 60)

    def workers(self):
        """Names of the Nodes with a kubelet that are no control plane."""
        nodes = self.admin.get("/api/v1/nodes")["items"]
        return sorted(n["metadata"]["name"] for n in nodes if "hostile" not in n["metadata"]["labels"] and
                      "node-role.kubernetes.io/control-plane" not in n["metadata"]["labels"])

    def agent_on(self, node):
        return next(p["metadata"]["name"] for p in self.pods_of("agent")
                    if p["spec"].get("nodeName") == node and "deletionTimestamp" not in p["metadata"])

    def identities(self):
        """What changes if one of Muster's programs ends, starts again, or another coordinator leads."""
        lease = self.admin.get(LEASE)["spec"]
        seen = {"leader": (lease.get("holderIdentity"), lease.get("leaseTransitions"))}
        for component in ("coordinator", "agent"):
            for p in self.pods_of(component):
                if p["spec"].get("nodeName", "").startswith("hostile"):
                    continue
                restarts = [c["restartCount"] for c in p["status"].get("containerStatuses", [])]
                seen[p["metadata"]["name"]] = (p["metadata"]["uid"], restarts)
        return seen

    def metrics(self, pod, port=8080):
        """Values by name of a program's /metrics; of a family with labels, by name and labels."""
        for _ in range(10):  # who asks too often is told to wait
            code, answer = self.admin.ask("GET", f"{PODS.format(NS)}/{pod}:{port}/proxy/metrics")
            if code != 429:
                break
            time.sleep(0.5)
        if code != 200:
            return {}
        found = re.findall(r"^([^#\s]\S*) (\S+)$", answer["message"], re.M)
        return {name: float(value) for name, value in found}

    def leaders(self, name):
        """A metric of the coordinator that leads; 0: it does not have it. Of a family with labels: their sum."""
        values = self.metrics(self.leader()["metadata"]["name"])
        return sum(v for k, v in values.items() if k.partition("{")[0] == name)

    def log(self, component="coordinator"):
        texts = []
        for p in self.pods_of(component):
            path = f"{PODS.format(NS)}/{p['metadata']['name']}/log?tailLines=5000"
            texts.append(self.admin.ask("GET", path)[1].get("message", ""))
        return "\n".join(texts)

    def advertise(self, node, resource, count):
        """An extended resource of a node, as a device plugin has it; None: no more."""
        amount = {resource: count}
        self.admin.patch(f"/api/v1/nodes/{node}/status", {"status": {"capacity": amount, "allocatable": amount}})

    def kubectl(self, *args, stdin=None):
        return subprocess.run([os.environ["kubectl_path"], *args], check=True, text=True, input=stdin,
                              stdout=subprocess.PIPE).stdout

    def objects(self, *args):
        return json.loads(self.kubectl(*args, "-o", "json"))
