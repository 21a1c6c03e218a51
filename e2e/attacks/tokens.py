# SPDX-License-Identifier: Apache-2.0
"""Tokens at the coordinator's door that are not those of the agent of the node that they come with."""
import base64
import json
import subprocess
import time

from cluster import AUDIENCE, NS, wait
from suite import attack

TOKEN, NODE, LATER = 1, 2, 5


def verdict(s, token, node=None):
    """The reason with which the coordinator refuses a Hello; "welcome" if it does not."""
    for _ in range(5):
        with s.node.door.peer() as p:
            kind, answer = p.hello(token, node or s.node.name)
        if answer.get("reason") != LATER:  # the API server is busy: no verdict yet
            break
        time.sleep(1)
    return answer.get("reason") if kind == "reject" else kind


def good(s):
    s.reached("the agent's own token is taken", verdict(s, s.node.token()) == "welcome")


def refused(s, what, token, node=None, reasons=(TOKEN,)):
    got = verdict(s, token, node)
    s.hurts(f"{what} is taken", got == "welcome")
    s.spared(f"{what} is refused as such: {got}", got == "welcome" or got in reasons)


def pod_of(s, account, node, ns=NS):
    """Any pod of that account on the hostile node, as a tenant or another program has it."""
    body = {"metadata": {"name": "bearer"}, "spec": {
        "nodeName": node, "serviceAccountName": account, "automountServiceAccountToken": False, "tolerations": [
            {"operator": "Exists"}], "containers": [{"name": "main", "image": "none"}]}}
    s.cluster.admin.post(f"/api/v1/namespaces/{ns}/pods", body)
    s.later(lambda: s.cluster.admin.delete(f"/api/v1/namespaces/{ns}/pods/bearer", {"gracePeriodSeconds": 0}))


@attack("the audience of a token", "bug audience_of_any", light=True)
def token_of_another_audience(s):
    """The same agent's token for the API server, and for a third program."""
    good(s)
    refused(s, "a token for the API server", s.node.token(None))
    refused(s, "a token for vault", s.node.token("vault"))
    yield


@attack("the account of a token", "bug account_of_any", light=True)
def token_of_another_account(s):
    """A tenant's account, on a pod of the hostile node, with the coordinator's audience."""
    good(s)
    pod_of(s, "tenant", s.node.name, s.tenant.ns)
    token = s.cluster.token("tenant", ns=s.tenant.ns, audience=AUDIENCE, pod="bearer")
    refused(s, "a tenant's token", token)
    yield


@attack("a token is bound to a node", "bug hello_of_any_node", light=True)
def token_without_a_node(s):
    """A token of the agents' account that is bound to no pod."""
    good(s)
    refused(s, "a token of no node", s.cluster.token("muster-agent", audience=AUDIENCE), reasons=(NODE,))
    yield


@attack("a stolen token is good for its own node only", "bug hello_of_any_node", light=True)
def stolen_token_of_another_node(s):
    """The token of the hostile node's agent, for the names of all other nodes."""
    good(s)
    for node in s.cluster.workers() + ["none", s.node.name.upper(), s.node.name + "."]:
        refused(s, f"a token for {node}", s.node.token(), node, reasons=(NODE, TOKEN))
    yield


@attack("a token ends with its pod", "bug token_parsed_only", light=True)
def stolen_token_of_a_pod_that_is_gone(s):
    """The agent's pod is deleted; the token that it had is tried for as long as a node needs a new one."""
    token, pod = s.node.token(), s.cluster.agent_on(s.node.name)
    s.reached("it was good", verdict(s, token) == "welcome")
    s.cluster.admin.delete(f"/api/v1/namespaces/{NS}/pods/{pod}", {"gracePeriodSeconds": 0})
    wait("a new agent's pod", lambda: any(p["spec"].get("nodeName") == s.node.name and p["metadata"]["name"] != pod
                                          for p in s.cluster.pods_of("agent")), 60)
    s.comes("it is refused", lambda: verdict(s, token) == TOKEN, 15)
    yield


def part(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def opened(token):
    return [json.loads(base64.urlsafe_b64decode(p + "==")) for p in token.split(".")[:2]]


def signed(node, header, claims):
    """The token, signed with the cluster's own key of ServiceAccounts: nothing but its claims is wrong."""
    text = f"{part(json.dumps(header).encode())}.{part(json.dumps(claims).encode())}"
    run = subprocess.run(["docker", "exec", "-i", node, "openssl", "dgst", "-sha256", "-sign", "/etc/kubernetes/pki/sa.key"],
                         input=text.encode(), stdout=subprocess.PIPE, check=False)
    if run.returncode:
        key = subprocess.run(["docker", "exec", node, "cat", "/etc/kubernetes/pki/sa.key"], check=True,
                             stdout=subprocess.PIPE).stdout
        run = signed_here(key, text)
    return f"{text}.{part(run.stdout)}"


def signed_here(key, text):
    import tempfile
    with tempfile.NamedTemporaryFile() as f:
        f.write(key)
        f.flush()
        return subprocess.run(["openssl", "dgst", "-sha256", "-sign", f.name], input=text.encode(), check=True,
                              stdout=subprocess.PIPE)


def control_plane(s):
    nodes = s.cluster.admin.get("/api/v1/nodes?labelSelector=node-role.kubernetes.io/control-plane")["items"]
    return nodes[0]["metadata"]["name"]


@attack("a token's times", "bug token_parsed_only", light=True)
def expired_token(s):
    """Really signed, and expired 90 s ago (the API server allows for 60 s between clocks), an hour ago, not valid yet."""
    header, claims = opened(s.node.token())
    now = int(time.time())
    s.reached("the signature is good", verdict(s, signed(control_plane(s), header, claims)) == "welcome")
    for what, times in (("expired 90 s ago", {"exp": now - 90}), ("expired an hour ago", {"exp": now - 3600}),
                        ("valid tomorrow", {"nbf": now + 86400, "iat": now + 86400, "exp": now + 90000})):
        refused(s, what, signed(control_plane(s), header, {**claims, **times}))
    yield


@attack("a token's signature", "bug token_parsed_only", light=True)
def forged_token(s):
    """Claims of another node without a signature, with that of another token, and texts that are no tokens."""
    good(s)
    token = s.node.token()
    header, claims = opened(token)
    claims["kubernetes.io"]["node"] = {"name": s.cluster.workers()[0], "uid": "0"}
    body = part(json.dumps(claims).encode())
    node = s.cluster.workers()[0]
    for what, forged in (("without a signature", f"{part(json.dumps({**header, 'alg': 'none'}).encode())}.{body}."),
                         ("with another's signature", f"{token.split('.')[0]}.{body}.{token.split('.')[2]}"),
                         ("with a line end", token + "\n"), ("in parts", token[:200]), ("of dots", "." * 1000),
                         ("of 16 KiB", "a" * 16384), ("of quotes", '"},"status":{"authenticated":true}}')):
        refused(s, "a token " + what, forged, node, reasons=(TOKEN, NODE, 7))
    yield
