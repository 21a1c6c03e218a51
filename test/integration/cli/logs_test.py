# SPDX-License-Identifier: Apache-2.0
"""logs: of many members, by index and attempt, followed; what has none. The kubelet is ours."""
import subprocess

from kubelet import Kubelet
from rig import NOW, Checks, Rig, refuses

MEMBERS = 130  # more than are followed at once


def member(rig, job, index, attempt=1, node="n", **annotations):
    name = f"{job['metadata']['name']}-{index}-a{attempt:04d}"
    labels = {"muster.dev/job-name": job["metadata"]["name"], "muster.dev/job-uid": job["metadata"]["uid"],
              "muster.dev/member-index": str(index), "muster.dev/attempt": str(attempt)}
    boxes = [{"name": n, "image": "x"} for n in ("sidecar", "main")]
    started = {"state": {"running": {"startedAt": NOW}}, "ready": True, "restartCount": 0, "image": "x", "imageID": "", "containerID": "x://1"}
    rig.make("/api/v1/namespaces/default/pods",
             {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels, "annotations": annotations},
              "spec": {"nodeName": node, "containers": boxes}},
             {"phase": "Running", "containerStatuses": [{"name": b["name"], **started} for b in boxes]})
    return name


def fill(rig, kubelet):
    rig.make("/api/v1/nodes", {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}},
             {"addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
              "daemonEndpoints": {"kubeletEndpoint": {"Port": kubelet.port}}})
    job = rig.job("wide", {"state": "Running"}, parallelism=MEMBERS)
    for i in range(MEMBERS):
        kubelet.logs[member(rig, job, i, **{"muster.dev/containers": "main"})] = [f"one of {i}\ntw", f"o of {i}\nend"]
    job = rig.job("tries", {"state": "Running"}, parallelism=2)
    for index, attempt in ((0, 1), (0, 5), (0, 9), (1, 2)):
        kubelet.logs[member(rig, job, index, attempt)] = [f"attempt {attempt}\n"]
    rig.job("none")
    job = rig.job("partly", parallelism=2)
    kubelet.logs[member(rig, job, 0)] = ["fine\n"]
    member(rig, job, 1, node="gone")


def plain(rig, kubelet, check):
    run = rig.muster("logs", "wide")
    want = "".join(f"[{i}] one of {i}\n[{i}] two of {i}\n[{i}] end\n" for i in range(MEMBERS))
    check.that("all members, by index, with prefixes", run.stdout == want and run.returncode == 0, run.stdout[:300] + run.stderr)
    check.that("the container that the user wrote", {a[1] for a in kubelet.asked} == {"main"}, kubelet.asked[:3])
    run = rig.muster("logs", "wide", "--index", "7", "--tail", "20")
    check.that("one member without a prefix", run.stdout == "one of 7\ntwo of 7\nend\n", run)
    check.that("--tail", kubelet.asked[-1][2] == {"tailLines": "20"}, kubelet.asked[-1])
    run = rig.muster("logs", "wide", "--index", "59,3-4")
    check.that("some members", [x[:4] for x in run.stdout.splitlines()[::3]] == ["[3] ", "[4] ", "[59]"], run)
    rig.muster("logs", "wide", "--index", "7", "-c", "sidecar")
    check.that("-c", kubelet.asked[-1][1] == "sidecar", kubelet.asked[-1])


def attempts(rig, check):
    for flags, want in (((), "[0] attempt 9\n[1] attempt 2\n"), (("--attempt", "-1"), "attempt 5\n"), (("--attempt=-2",), "attempt 1\n"),
                        (("--attempt", "2"), "attempt 2\n"), (("--index", "0", "--attempt", "5"), "attempt 5\n")):
        run = rig.muster("logs", "tries", *flags)
        check.that(f"attempts {flags}", run.stdout == want, run)
    check.that("who has no such attempt", "1 members have no such attempt" in rig.muster("logs", "tries", "--attempt", "-1").stderr, "")


def follow(rig, kubelet, check):
    kubelet.go.clear()
    kubelet.most = 0
    with subprocess.Popen([rig.program, "logs", "wide", "-f"], env=rig.env, text=True, stdout=subprocess.PIPE) as run:
        lines = [run.stdout.readline() for _ in range(2 * 100)]
        check.that("-f: lines come while it goes on", run.poll() is None and all(" of " in x for x in lines), lines[:4])
        kubelet.go.set()
        lines += run.stdout.readlines()
    check.that("-f: all members", sorted(lines) == sorted(f"[{i}] {w}\n" for i in range(MEMBERS) for w in (f"one of {i}", f"two of {i}", "end")),
               len(lines))
    check.that("-f: 100 at once", kubelet.most == 100, kubelet.most)


def none(rig, check):
    refuses(check, "no job", rig.muster("logs", "nope"), 4, '"nope" not found')
    refuses(check, "no pods", rig.muster("logs", "none"), 4, "kubectl muster explain none")
    refuses(check, "no such index", rig.muster("logs", "wide", "--index", "999"), 4, "no such member")
    refuses(check, "bad index", rig.muster("logs", "wide", "--index", "3-"), 2, "write 3,5-9")
    refuses(check, "bad attempt", rig.muster("logs", "wide", "--attempt", "x"), 2, "no attempt")
    refuses(check, "bad tail", rig.muster("logs", "wide", "--tail", "x"), 2, "--tail 20")
    run = rig.muster("logs", "partly")
    check.that("one of two has no log", run.returncode == 1 and run.stdout == "[0] fine\n" and "member 1: no log of pod partly-1" in run.stderr
               and "error: 1 of 2 logs" in run.stderr, run)
    head = subprocess.run(["bash", "-o", "pipefail", "-c", "kubectl-muster logs wide | head -1"], env=rig.env, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    check.that("a reader that ends", head.returncode == 0 and head.stdout == "[0] one of 0\n" and not head.stderr, head)


def main():
    rig, check = Rig(), Checks()
    kubelet = Kubelet(rig.dir)
    fill(rig, kubelet)
    plain(rig, kubelet, check)
    attempts(rig, check)
    follow(rig, kubelet, check)
    none(rig, check)
    check.end(22)


main()
