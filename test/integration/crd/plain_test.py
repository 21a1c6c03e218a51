# SPDX-License-Identifier: Apache-2.0
"""Who creates a pod: the coordinator's rule (shared/kube/pod_plain.c) and the agents' admission policy, compared on
generated pods by a real API server. A pod that the rule leaves to agents is taken from an agent, and one that it does not is
refused to agents. plain_test.py [PODS [SEED]]"""
import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time
from urllib.parse import urlparse

import plain_pods
from lib import NAMESPACE, Checks, Server, render

PODS, SEED, SECONDS_MAX, THREADS = 6000, 1, 120, 4
PATH = "/api/v1/namespaces/work/pods?dryRun=All"
POLICY = "ValidatingAdmissionPolicy 'muster-agent-pods'"
HOST_PORT = "hostPort is not allowed"


def judged(jobs):
    """(who, pod) of each job, by the rule; who is None where no pod can be made."""
    run = subprocess.run([os.environ["MUSTER_PLAIN"]], check=True, text=True, stdout=subprocess.PIPE,
                         input="".join(json.dumps(j) + "\n" for j in jobs))
    lines = run.stdout.splitlines()
    assert len(lines) == len(jobs)
    return [(None, None) if x == "invalid" else tuple(x.split(" ", 1)) for x in lines]


class Asker(threading.Thread):
    """Asks the API server, as an agent, what it says of pods; one connection for all its questions."""

    def __init__(self, server, pods, until):
        super().__init__(daemon=True)
        self.pods, self.until, self.answers = pods, until, {}
        self.http = http.client.HTTPSConnection(urlparse(server.url).netloc, context=server.tls, timeout=30)
        self.headers = {"Authorization": "Bearer " + server.admin, "Content-Type": "application/json",
                        "Impersonate-User": f"system:serviceaccount:{NAMESPACE}:muster-agent",
                        "Impersonate-Extra-authentication.kubernetes.io%2Fnode-name": "n1"}

    def run(self):
        for i, pod in self.pods:
            if time.monotonic() > self.until:
                return
            self.http.request("POST", PATH, pod, self.headers)
            answer = self.http.getresponse()
            self.answers[i] = (answer.status, json.loads(answer.read()).get("message", ""))


def verdict(status, message):
    """What the policy says; None: the pod did not come to it."""
    if status == 201:
        return "agent"
    return "coordinator" if status in (403, 422) and POLICY in message else None


def ask(server, pods, seconds=SECONDS_MAX):
    until = time.monotonic() + seconds
    askers = [Asker(server, pods[k::THREADS], until) for k in range(THREADS)]
    for a in askers:
        a.start()
    for a in askers:
        a.join()
    return {i: answer for a in askers for i, answer in a.answers.items()}


def compare(server, jobs):
    """(pods that were asked about, how many of them came to the policy, how many agents may create, differences)"""
    rule = judged(jobs)
    answers = ask(server, [(i, pod) for i, (who, pod) in enumerate(rule) if who])
    n = plain = 0
    differ = []
    for i, answer in sorted(answers.items()):
        policy = verdict(*answer)
        if not policy:
            continue
        n += 1
        plain += policy == "agent"
        if policy != rule[i][0]:
            differ.append((jobs[i], rule[i][0], answer[1]))
    return len(answers), n, plain, differ


def set_up(server):
    for name in (NAMESPACE, "work"):
        server.make_namespace(name)
    server.apply({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"}},
                 *({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": n, "namespace": "work"}}
                   for n in ("default", "robot")), namespace="work")
    server.request("POST", "/apis/scheduling.k8s.io/v1/priorityclasses", {"metadata": {"name": "urgent"}, "value": 7})
    server.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=render("--no-hooks"))


def in_force(server, text, there):
    """Waits until the policy refuses a pod with these words, or does not any more."""
    pod = judged([{"command": ["x"], "template": {"spec": {"containers": [
        {"name": "main", "ports": [{"containerPort": 80, "hostPort": 80}]}]}}}])[0][1]
    end = time.monotonic() + 60
    while (text in ask(server, [(0, pod)])[0][1]) != there:
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


def without_host_ports(server):
    """A bug in the policy: one of its expressions is missing."""
    path = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/muster-agent-pods"
    _, policy = server.request("GET", path)
    policy["spec"]["validations"] = [v for v in policy["spec"]["validations"] if v["message"] != HOST_PORT]
    return server.request("PUT", path, policy)


def main(argv):
    pods, seed = int(argv[0]) if argv else PODS, int(argv[1]) if len(argv) > 1 else SEED
    check, server, r = Checks(), Server(), random.Random(seed)
    set_up(server)
    check.that("the policy is in force", in_force(server, HOST_PORT, True))
    jobs = [plain_pods.job(r) for _ in range(pods)]
    began = time.monotonic()
    asked, n, plain, differ = compare(server, jobs)
    print(f"{asked} pods of {pods} asked about, {n} compared in {time.monotonic() - began:.0f} s, {plain} of them for agents, {len(differ)} differences "
          f"(seed {seed})", flush=True)
    for job, who, message in differ[:10]:
        print(f"  by the rule the {who}'s: {json.dumps(job)}\n    the policy: {message or 'takes it'}")
    check.that("rule and policy agree", not differ, f"{len(differ)} differences")
    check.that("enough pods came to the policy", n > 1000 and n * 5 > asked * 2, f"{n} of {asked}")
    check.that("of both kinds", n / 5 < plain < n * 4 / 5, f"{plain} of {n}")
    check.accepted("a policy with a bug", without_host_ports(server))
    check.that("it is in force", in_force(server, HOST_PORT, False))
    *_, differ = compare(server, jobs[:pods // 4])
    check.that("a bug of the policy is seen", differ, "no difference")
    print(f"with a bug in the policy: {len(differ)} differences")
    check.end(at_least=7)


main(sys.argv[1:])
