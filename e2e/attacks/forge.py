# SPDX-License-Identifier: Apache-2.0
"""Pods that look like members, and what is seen of them."""
from api import PODS
from cluster import wait

BUSYBOX = "docker.io/library/busybox:1.35"
OWNER = {"apiVersion": "muster.dev/v1alpha1", "kind": "ComputeJob", "controller": True}
# The garbage collector deletes a pod whose owner is in another namespace, but not one whose owner is of a version that the
# API server does not have: it cannot look.
UNSEEN = "muster.dev/v0"
END_WELL = ["true"]
RUN = ["sh", "-c", 'trap "exit 143" TERM; sleep 3600 & wait']


def pod(name, node, command=RUN, labels=None, owner=None, **meta):
    """A pod that somebody makes by hand on a node."""
    return {"metadata": {"name": name, "labels": labels or {}, **({"ownerReferences": [owner]} if owner else {}), **meta},
            "spec": {"nodeName": node, "restartPolicy": "Never", "terminationGracePeriodSeconds": 1,
                     "automountServiceAccountToken": False,
                     "containers": [{"name": "main", "image": BUSYBOX, "command": command}]}}


def labels_of(job, uid, index=0, attempt=1, template="0" * 40):
    return {"muster.dev/job-name": job, "muster.dev/job-uid": uid, "muster.dev/member-index": str(index),
            "muster.dev/attempt": str(attempt), "muster.dev/template-hash": template, "muster.dev/current": "true"}


def member(name, node, job, uid, index=0, attempt=1, command=RUN, **meta):
    """A pod that says that it is this attempt of this job."""
    labels = {**labels_of(job, uid, index, attempt), **meta.pop("labels", {})}
    owner = {**OWNER, "name": job, "uid": uid, **meta.pop("owner", {})}
    return pod(name, node, command, labels, owner, **meta)


def mixed(seed, data):
    """As hash_bytes of shared/base/hash.c."""
    mask, h = 2**64 - 1, seed ^ 0xcbf29ce484222325
    for byte in data:
        h = (h ^ byte) * 0x100000001b3 & mask
    h = (h ^ h >> 32) * 0xd6e8feb86659fd93 & mask
    return h ^ h >> 32


def member_name(job, uid, index=0, attempt=1):
    """The name of this attempt's pod, which everybody can compute (shared/model/member.c)."""
    alphabet = "bcdfghjklmnpqrstvwxz2456789"
    h = mixed(0, uid.encode() + b"\0")
    for number in (index, attempt):
        h = mixed(h, number.to_bytes(8, "little"))
    letters = ""
    for _ in range(5):
        letters += alphabet[h % len(alphabet)]
        h //= len(alphabet)
    return f"{job}-{index}-{letters}"


def as_member(node, job, uid, index=0, attempt=1, command=RUN, **meta):
    """As member(), with the name that the attempt's pod would have."""
    return member(member_name(job, uid, index, attempt), node, job, uid, index, attempt, command, **meta)


def phase(api, ns, name):
    found = api.find(f"{PODS.format(ns)}/{name}")
    return found["status"].get("phase") if found else None


def ran(api, ns, name, seconds=30, phases=("Running", "Succeeded")):
    """The pod has come to one of these phases."""
    return wait(f"pod {name}", lambda: phase(api, ns, name) in phases, seconds)
