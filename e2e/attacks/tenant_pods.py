# SPDX-License-Identifier: Apache-2.0
"""A tenant makes pods by hand that look like members of jobs: its own, and somebody else's."""
import time

import forge
from cluster import wait
from suite import attack


def own_waiting_job(s, name="mine"):
    """A job of the tenant of which no member is made: no node is called so."""
    s.tenant.make_job(name, nodeSelector={"hostile": "nowhere"})
    wait("the job waits", lambda: s.tenant.status(name).get("state") == "Pending")
    return s.tenant.job(name)["metadata"]["uid"]


def running_job(s, name="mine", **spec):
    """A job of the tenant with one member that runs; its pod."""
    s.tenant.make_job(name, command=forge.RUN, **spec)
    wait("the job runs", lambda: s.tenant.status(name).get("ready") == 1, 60)
    return only_pod(s, name)


def only_pod(s, name):
    return s.tenant.api.get(f"{s.tenant.pods}?labelSelector=muster.dev/job-name={name}")["items"][0]


def forged(s, pod, phases=("Running", "Succeeded")):
    """The tenant makes the pod, and its kubelet runs it."""
    s.tenant.api.post(s.tenant.pods, pod)
    return forge.ran(s.tenant.api, s.tenant.ns, pod["metadata"]["name"], phases=phases)


def succeeded(s, name):
    status = s.tenant.status(name)
    return status.get("succeeded") or status.get("completedIndexes") or status.get("state") == "Completed"


def coordinator_saw(s, name):
    """How often agents told the leader of what nobody ordered, above a value from before."""
    return s.cluster.metrics(s.cluster.leader()["metadata"]["name"]).get(name, 0)


@attack("an attempt needs a proof of its order", "bug unordered_counts")
def pod_of_an_attempt_that_nobody_ordered(s):
    """`true` under the name, labels and owner of a member of a job that waits: is the job Completed?"""
    uid = own_waiting_job(s)
    before = coordinator_saw(s, "muster_unordered_reports_total")
    s.reached("the pod ended with 0", forged(s, forge.as_member(s.cluster.workers()[0], "mine", uid,
                                                                command=forge.END_WELL), ("Succeeded",)))
    s.reached("its agent told the coordinator", wait("a report", lambda: coordinator_saw(
        s, "muster_unordered_reports_total") > before))
    yield
    s.never("the index counts as completed", lambda: succeeded(s, "mine"), 7)


@attack("a proof is of one index", "bug proof_of_any_index")
def proof_of_another_index(s):
    """The proof of index 0, which the tenant can read, on a pod of index 1."""
    pod = running_job(s, parallelism=1)
    proof = pod["metadata"]["annotations"]["muster.dev/proof"]
    # The node has a member already, so index 1 waits; the template stays.
    s.tenant.api.patch(f"{s.tenant.jobs}/mine", {"spec": {"parallelism": 2, "nodeSelector": {
        "kubernetes.io/hostname": pod["spec"]["nodeName"]}}})
    uid = s.tenant.job("mine")["metadata"]["uid"]
    fake = forge.as_member(pod["spec"]["nodeName"], "mine", uid, index=1, command=forge.END_WELL, annotations={
        "muster.dev/proof": proof}, labels={
            "muster.dev/template-hash": pod["metadata"]["labels"]["muster.dev/template-hash"]})
    s.reached("the pod ended with 0", forged(s, fake, ("Succeeded",)))
    yield
    s.never("index 1 counts as completed", lambda: succeeded(s, "mine"), 7)


@attack("the first pod UID of an attempt is the attempt's", "bug any_pod_uid")
def pod_made_again_with_its_proof(s):
    """The member's pod is deleted and made again with its proof; the new one ends with 0."""
    pod = running_job(s)
    meta = pod["metadata"]
    path = f"{s.tenant.pods}/{meta['name']}"
    s.tenant.api.delete(path, {"gracePeriodSeconds": 0})
    again = forge.member(meta["name"], pod["spec"]["nodeName"], "mine", meta["ownerReferences"][0]["uid"],
                         command=forge.END_WELL, annotations=meta["annotations"], labels=meta["labels"])
    s.reached("a pod of the same name with the proof", s.tenant.api.post(s.tenant.pods, again)["metadata"]["uid"] !=
              meta["uid"])
    yield
    s.never("the index counts as completed", lambda: succeeded(s, "mine"), 7)


@attack("an attempt's number at the door of the agent", "bug label_without_bound")
def attempt_beyond_every_bound(s):
    """muster.dev/attempt: "4294967295", which no frame takes: is the agent cut off?"""
    node = s.cluster.workers()[0]
    agent = s.cluster.agent_on(node)
    uid = own_waiting_job(s)
    before = s.cluster.metrics(agent, 8081)
    pod = forge.member("beyond", node, "mine", uid, labels={"muster.dev/attempt": "4294967295"})
    s.reached("the pod runs", forged(s, pod))
    s.reached("its agent has it", wait("its agent", lambda: s.cluster.metrics(agent, 8081).get(
        "muster_agent_pods", 0) > before["muster_agent_pods"]))
    yield
    after = s.cluster.metrics(agent, 8081)
    s.spared("the agent is connected", after.get("muster_agent_connected") == 1)
    s.spared("the agent keeps its session", after["muster_agent_sessions_total"] == before["muster_agent_sessions_total"])


@attack("a member's namespace is its job's", "bug unordered_counts+job_of_any_namespace")
def pod_of_another_namespaces_job(s):
    """Labels and owner of the victim's job on pods of the tenant, on the node of the victim's member."""
    target = s.victim.members()[0]
    uid, node = s.victim.uid(), target["spec"]["nodeName"]
    index = int(target["metadata"]["labels"]["muster.dev/member-index"])
    names = []
    for attempt in (1, 2, 1000):
        pod = forge.as_member(node, "resident", uid, index=index, attempt=attempt, command=forge.END_WELL,
                              owner={"apiVersion": forge.UNSEEN}, annotations={
                                  "muster.dev/proof": target["metadata"]["annotations"]["muster.dev/proof"]})
        names.append(s.tenant.api.post(s.tenant.pods, pod)["metadata"]["name"])
    for name in names:
        forge.ran(s.tenant.api, s.tenant.ns, name, phases=("Succeeded",))
    s.reached("the pods ended with 0 on the node", True)
    yield
    time.sleep(6)  # a node's pods are looked at every 5 s at most


@attack("a change of leader takes over nothing that does not agree", "bug unordered_counts+job_of_any_namespace")
def stray_at_a_change_of_leader(s):
    """The same, while another coordinator begins to lead: under which namespace does it lead the job?"""
    s.new_leader = True
    s.victim.start("led", parallelism=1)
    s.later(lambda: s.victim.end("led"))
    wait("the victim's other job runs", lambda: s.victim.status("led").get("ready") == 1, 60)
    uid = s.victim.uid("led")
    for attempt, node in ((7, s.cluster.workers()[0]), (8, s.cluster.workers()[1])):
        pod = forge.as_member(node, "led", uid, attempt=attempt, owner={"apiVersion": forge.UNSEEN})
        s.reached(f"the pod of attempt {attempt} runs", forged(s, pod))
    old = s.cluster.leader()["metadata"]["name"]
    s.cluster.replace_leader()
    s.reached("another coordinator leads", s.cluster.leader()["metadata"]["name"] != old)
    yield
    s.victim.api.patch(f"{s.victim.jobs}/led", {"spec": {"parallelism": 2}})
    s.comes("the victim's job is led as before", lambda: s.victim.status("led").get("ready") == 2, 30)
    s.spared("its attempts have its own numbers", s.victim.status("led").get("attempts", 0) < 7)
