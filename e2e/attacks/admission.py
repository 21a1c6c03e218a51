# SPDX-License-Identifier: Apache-2.0
"""The admission policies, with the token of the hostile node's agent: for each expression a pod just inside, which has to
be taken, and those just outside. The pods are those of test/integration/crd/policy_pods.py."""
import os
import sys

from api import PODS
from suite import attack

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../test/integration/crd"))
import policy_pods as pods  # noqa: E402 pylint: disable=wrong-import-position

POLICY = "muster-agent-pods"
INSIDE = dict(pods.ALLOWED_TO_AGENTS)
# The pod just inside that belongs to the expression whose message has the word; of others: a plain member.
NEIGHBOURS = {
    "must be those of a member": ("index 9999", "attempt 2^31-1", "a long template-hash", "as an agent of 0.1.0"),
    "metadata.labels": ("zone and region",), "metadata.annotations": ("annotations of a member",),
    "terminationGracePeriodSeconds": ("grace of 600 s",), "hostProcess": ("Windows without HostProcess",),
    "seccompProfile": ("seccomp and AppArmor",), "appArmorProfile": ("seccomp and AppArmor",),
    "seLinuxOptions": ("SELinux of a container",), "sysctls": ("safe sysctl",), "name a host": ("probes and hooks",),
    "serviceAccountName": ("ServiceAccount default",), "spec.volumes": ("emptyDir", "downwardAPI"),
    "fieldRef": ("resources",), "envFrom": ("init container",), "privileged": ("restricted",),
}


def create(api, s, pod):
    path = PODS.format(s.tenant.ns) + "?dryRun=All"
    return api.ask("POST", path, pod)


def zone(s):
    """The admission plugin PodTopologyLabels overwrites the labels of zone and region with those of the Node."""
    s.cluster.admin.patch(f"/api/v1/nodes/{s.node.name}", {"metadata": {"labels": {
        "topology.kubernetes.io/zone": "z", "topology.kubernetes.io/region": "r"}}})


def robot(s):
    """The account that pods just outside of the policy name: else its absence is what stops them."""
    s.cluster.admin.ask("POST", f"/api/v1/namespaces/{s.tenant.ns}/serviceaccounts", {"metadata": {"name": "robot"}})


def against(word, cases):
    """The attack on the expression whose message has the word."""
    def attempt(s):
        zone(s)
        robot(s)
        api = s.node.api()
        for name in NEIGHBOURS.get(word, ()):
            code, answer = create(api, s, pods.changed(INSIDE[name], node=s.node.name))
            s.reached(f"just inside, {name}: {answer.get('message', '')}", code == 201)
        code, answer = create(api, s, pods.pod(node=s.node.name))
        s.reached(f"a member's pod is taken: {answer.get('message', '')}", code == 201)
        for name, change in cases:
            code, _ = create(api, s, pods.changed(change, node=s.node.name))
            s.hurts(f"taken: {name}", code == 201)
        yield
    attempt.__name__ = "policy_" + "".join(c if c.isalnum() else "_" for c in word)
    attempt.__module__ = __name__
    attempt.__doc__ = f"Pods just outside of the expression that says: {word}."
    attack(f"the agents' policy: {word}", f"binding {POLICY}", light=True)(attempt)


def by_word():
    groups = {}
    for name, change, word in pods.FORBIDDEN_TO_AGENTS:
        groups.setdefault(word, []).append((name, change))
    return groups


for _word, _cases in by_word().items():
    against(_word, _cases)


@attack("the agents' policy: namespaces of the cluster and of Muster", f"binding {POLICY}", light=True)
def members_in_namespaces_of_the_cluster(s):
    """A pod that is a member in all but its namespace."""
    api, pod = s.node.api(), pods.pod(node=s.node.name)
    s.reached("it is taken elsewhere", create(api, s, pod)[0] == 201)
    for ns in ("kube-system", "kube-public", "kube-node-lease", "muster-system"):
        code, _ = api.ask("POST", PODS.format(ns) + "?dryRun=All", pod)
        s.hurts(f"taken in {ns}", code == 201)
    yield


@attack("the agents' policy: versions and doors of the API", f"binding {POLICY}", light=True)
def the_same_by_other_doors(s):
    """Server-side apply, generateName, status and ephemeral containers, other versions of the owner, update and patch."""
    api, path = s.node.api(), PODS.format(s.tenant.ns)
    s.reached("a member's pod is taken", create(api, s, pods.pod(node=s.node.name))[0] == 201)
    bad = pods.changed(pods.spec(hostNetwork=True), node=s.node.name)
    codes = {"apply": api.ask("PATCH", f"{path}/j-0-abcde?dryRun=All&fieldManager=x&force=true", bad,
                              "application/apply-patch+yaml")[0]}
    named = pods.changed(lambda p: (p["metadata"].pop("name"), p["metadata"].update(generateName="j-0-")), node=s.node.name)
    codes["generateName of another form"] = create(api, s, {**named, "metadata": {
        **named["metadata"], "generateName": "other-"}})[0]
    victim = s.victim.members()[0]["metadata"]["name"]
    of_victim = f"{PODS.format(s.victim.ns)}/{victim}"
    merge = "application/merge-patch+json"
    codes["patch"] = api.ask("PATCH", of_victim, {"metadata": {"labels": {"a": "b"}}}, merge)[0]
    codes["status"] = api.ask("PATCH", of_victim + "/status", {"status": {"phase": "Failed"}}, merge)[0]
    codes["ephemeral"] = api.ask("PATCH", of_victim + "/ephemeralcontainers", {"spec": {}}, merge)[0]
    codes["eviction"] = api.ask("POST", of_victim + "/eviction", {
        "apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": victim}})[0]
    codes["exec"] = api.ask("POST", of_victim + "/exec?command=id")[0]
    codes["delete"] = api.ask("DELETE", of_victim)[0]
    for door, code in codes.items():
        s.hurts(f"{door} is open: {code}", code < 300 or code == 101)
    yield


@attack("what an agent may read", "grant agent-reads-secrets", light=True)
def what_an_agent_reads(s):
    """Secrets, keys, ConfigMaps, tokens and jobs with the agent's token."""
    api = s.node.api()
    s.reached("it reads pods", api.ask("GET", "/api/v1/pods?limit=1")[0] == 200)
    jobs = "/apis/muster.dev/v1alpha1/computejobs"
    for path in ("/api/v1/secrets", "/api/v1/namespaces/muster-system/secrets/muster-coordinator-tls",
                 "/api/v1/namespaces/muster-system/secrets/muster-coordinator-order-keys",
                 f"/api/v1/namespaces/{s.victim.ns}/secrets", "/api/v1/namespaces/kube-system/configmaps", jobs,
                 "/api/v1/nodes/" + s.node.name + "/proxy/pods"):
        s.hurts(f"it reads {path}", api.ask("GET", path)[0] == 200)
    code, _ = api.ask("POST", "/api/v1/namespaces/muster-system/serviceaccounts/muster-coordinator/token", {"spec": {}})
    s.hurts("it gets the coordinator's token", code == 201)
    code, _ = api.ask("POST", "/apis/authentication.k8s.io/v1/tokenreviews", {"spec": {"token": "x"}})
    s.hurts("it reviews tokens", code == 201)
    yield
