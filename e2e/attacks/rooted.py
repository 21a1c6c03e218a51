# SPDX-License-Identifier: Apache-2.0
"""A node whose root is hostile: a Node with the tokens of its own agent, and no agent but the attacker. It has no
kubelet, but its heartbeat goes on, so Muster takes it for a node like others."""
import datetime
import threading

import peer
from api import MERGE, PODS
from cluster import AUDIENCE, NS, wait

NAME = "hostile-node"
TAINT = {"key": "hostile", "value": "yes", "effect": "NoSchedule"}
TOLERATION = {"key": "hostile", "operator": "Exists"}
LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
BEAT_S = 5


def node_object():
    room = {"cpu": "64", "memory": "256Gi", "pods": "110", "ephemeral-storage": "100Gi"}
    words = ("architecture", "bootID", "containerRuntimeVersion", "kernelVersion", "kubeProxyVersion", "kubeletVersion",
             "machineID", "operatingSystem", "osImage", "systemUUID")
    return {"metadata": {"name": NAME, "labels": {"kubernetes.io/hostname": NAME, "kubernetes.io/os": "linux",
                                                  "hostile": "yes"}},
            "spec": {"taints": [TAINT]},
            "status": {"allocatable": room, "capacity": room, "nodeInfo": {w: "hollow" for w in words},
                       "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}]}}


class RootedNode:
    def __init__(self, cluster):
        self.cluster, self.name = cluster, NAME
        self.over = threading.Event()
        self.doors = {}  # by the leader's identity

    def enter(self):
        admin = self.cluster.admin
        self.leave()  # of a run that was cut off
        self.wait_until_forgotten()
        admin.post("/api/v1/nodes", node_object())
        threading.Thread(target=self.beat, daemon=True).start()
        # Some taints come with a Node whose kubelet nobody has seen.
        admin.patch(f"/api/v1/nodes/{NAME}", {"spec": {"taints": [TAINT]}})
        wait("an agent's pod for the node", lambda: admin.get(
            f"{PODS.format(NS)}?fieldSelector=spec.nodeName={NAME}&labelSelector=app.kubernetes.io/component=agent")["items"])
        return self

    @property
    def door(self):
        """The port of the coordinator that leads now."""
        holder = self.cluster.holder()
        if holder not in self.doors:
            self.doors[holder] = peer.Door(self.cluster, self.cluster.workers()[0])
        return self.doors[holder]

    def beat(self):
        lease = {"metadata": {"name": NAME, "namespace": "kube-node-lease"},
                 "spec": {"holderIdentity": NAME, "leaseDurationSeconds": 40}}
        while not self.over.is_set():
            try:
                self.renew(lease)
            except OSError:
                pass  # a busy API server; the next beat comes soon
            self.over.wait(BEAT_S)

    def renew(self, lease):
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        lease["spec"]["renewTime"] = now
        if self.cluster.admin.ask("PATCH", f"{LEASES}/{NAME}", {"spec": lease["spec"]}, MERGE)[0] == 404:
            self.cluster.admin.ask("POST", LEASES, lease)

    def leave(self):
        admin = self.cluster.admin
        self.over.set()
        admin.delete(f"/api/v1/nodes/{NAME}")
        for pod in admin.get(f"/api/v1/pods?fieldSelector=spec.nodeName={NAME}")["items"]:
            path = f"{PODS.format(pod['metadata']['namespace'])}/{pod['metadata']['name']}"
            admin.delete(path, {"gracePeriodSeconds": 0})
        self.over = threading.Event()

    def wait_until_forgotten(self):
        """A coordinator removes the node's record."""
        path = f"/apis/muster.dev/v1alpha1/computenodes/{NAME}"
        wait("the node's record is gone", lambda: not self.cluster.admin.find(path), 60)

    def token(self, audience=AUDIENCE):
        """Of its agent: for the coordinator; with audience None for the API server."""
        return self.cluster.token("muster-agent", audience=audience, pod=self.cluster.agent_on(NAME))

    def api(self):
        """The API server as this node's agent sees it."""
        return self.cluster.api_of(self.token(None))

    def welcomed(self, members=(), unread=False, **fields):
        """A peer whose first page was taken. A node may say Hello every two seconds, and ten times at once.
        unread: its kernel takes in little of what it does not read."""
        token = self.token()

        def greeted():
            p = self.door.peer(buffer=4096 if unread else 0)
            try:
                if p.hello(token, NAME, members, **fields)[0] == "welcome":
                    return p
            except peer.Closed:
                pass
            p.close()
            return None
        return wait("a Welcome", greeted, 60, 1)

    def session(self, members=(), **fields):
        """A peer that has said Hello well, all of it."""
        return self.welcomed(members, **fields)

    def orders(self, p, seconds=30):
        """The orders that the coordinator has for this node, as soon as there are any."""
        def asked():
            kind, answer = p.ask("watch", {"session": p.session, "revision": 0, "page": 0})
            return answer.get("orders") if kind == "orders" else None
        return wait("orders", asked, seconds)
