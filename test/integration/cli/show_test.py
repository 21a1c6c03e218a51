# SPDX-License-Identifier: Apache-2.0
"""queue, top and explain, kubeconfigs, errors and exit codes, kubectl's plug-ins."""
import json
import os
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import yaml
from rig import BIN, NOW, Checks, Rig, refuses

HOSTILE = "first\nsecond \x1b[31m red \u202e end"


def fill(rig):
    rig.make_namespace("other")
    rig.job("runs", {"state": "Running", "startTime": NOW, "active": 3, "ready": 2, "observedGeneration": 1,
                     "activeNodes": ["n-3", "n-1", "n-2"]}, parallelism=3,
            resources={"requests": {"cpu": "500m", "memory": "1536Mi", "example.com/gpu": "2"}})
    rig.job("low", {"state": "Pending", "reason": "Waiting"}, priority=-1)
    rig.job("high", {"state": "Pending", "reason": "Unschedulable", "message": HOSTILE}, priority=7)
    rig.job("new")
    rig.job("done", {"state": "Completed", "reason": "x", "startTime": NOW, "endTime": "2026-01-01T02:03:00Z", "succeeded": 1})
    rig.job("held", {"state": "Suspended"}, suspend=True)
    rig.job("elsewhere", {"state": "Failed", "reason": "BackoffLimitExceeded"}, ns="other")
    for i in range(510):
        amounts = {"cpu": "4", "memory": "8Gi", "example.com/gpu": "2"}
        rig.node(f"n-{i}", state="Running" if i else "Failed", members=1, capacity=amounts, available={"cpu": "2500m", "memory": "1Gi"},
                 allocated={"cpu": "1500m", "memory": "7Gi", "example.com/gpu": "1"})


def queue(rig, check):
    rows = rig.rows("queue")
    check.that("queue: order", [r[0] for r in rows] == ["runs", "high", "new", "low", "held"], rows)
    by = {r[0]: r for r in rows}
    check.that("queue: a job that runs", by["runs"][1:3] + by["runs"][4:] == ["Running", "0", "2/3", "n-[1-3]"], by["runs"])
    check.that("queue: a job that waits", by["high"][1:3] + by["high"][4:] == ["Pending", "7", "0/1", "(Unschedulable)"], by["high"])
    check.that("queue: a job that nobody has seen", by["new"][1] == "New" and by["new"][-1] == "(NotSeenYet)", by["new"])
    check.that("queue: states", [r[0] for r in rig.rows("queue", "-t", "cd,F", "-A")][0] == "other", "")
    check.that("queue: all", len(rig.rows("queue", "-t", "all", "-A")) == 7, rig.rows("queue", "-t", "all", "-A"))
    done = rig.rows("queue", "-t", "Completed")[0]
    check.that("queue: time of a job that ended", done[3] == "123m", done)
    check.that("queue: by name, unsorted", [r[0] for r in rig.rows("queue", "--sort", "none", "-t", "all")] ==
               ["done", "held", "high", "low", "new", "runs"], "")
    wide = rig.muster("queue", "-o", "wide").stdout
    check.that("queue: words of others", "first second  [31m red ??? end" in wide and "\x1b" not in wide, wide)
    check.that("queue: no colours in a pipe", "\x1b" not in rig.muster("queue").stdout, "")
    nothing = rig.muster("queue", "-n", "kube-system")
    check.that("queue: nothing", nothing.returncode == 0 and not nothing.stdout and "-t all" in nothing.stderr, nothing.stderr)


def for_programs(rig, check):
    mine = json.loads(rig.muster("queue", "-t", "all", "-A", "-o", "json").stdout)
    theirs = json.loads(rig.kubectl("get", "computejobs", "-A", "-o", "json").stdout)
    check.that("-o json: as kubectl's", mine["kind"] == "List" and mine["items"] == theirs["items"], "")
    mine = yaml.safe_load(rig.muster("queue", "-t", "all", "-A", "-o", "yaml").stdout)
    check.that("-o yaml: the same", mine["items"] == theirs["items"], "")
    name = rig.muster("queue", "-t", "Running", "-o", "name").stdout
    check.that("-o name", name == "computejob.muster.dev/runs\n", name)
    none = rig.muster("queue", "-n", "kube-system", "-o", "json").stdout
    check.that("-o json: nothing", json.loads(none) == {"apiVersion": "v1", "kind": "List", "items": []}, none)
    none = rig.muster("queue", "-n", "kube-system", "-o", "yaml").stdout
    check.that("-o yaml: nothing", yaml.safe_load(none) == {"apiVersion": "v1", "kind": "List", "items": []}, none)


def top(rig, check):
    out = rig.muster("top").stdout
    lines = out.splitlines()
    check.that("top: two pages, one line of titles", len(lines) == 513 and out.count("CPU-USED") == 1, len(lines))
    row = next(x.split() for x in lines if x.startswith("n-1 "))
    check.that("top: a row", row == ["n-1", "Running", "1", "4", "1.5", "2.5", "8Gi", "7Gi", "1Gi", "example.com/gpu", "1/2"], row)
    check.that("top: the sum", lines[-1] == "510 nodes, 509 of them Running: CPUs 2040, 765 used, 1275 free; "
               "memory 4080Gi, 3570Gi used, 510Gi free", lines[-1])
    row = rig.rows("top", "jobs")
    check.that("top jobs", row == [["runs", "Running", "3", "1.5", "4.5Gi", "example.com/gpu", "6", "0.5", "1.5Gi"]], row)


def member(rig, job, index, status):
    name = f"{job['metadata']['name']}-{index}-abcde"
    labels = {"muster.dev/job-name": job["metadata"]["name"], "muster.dev/job-uid": job["metadata"]["uid"],
              "muster.dev/member-index": str(index), "muster.dev/attempt": "4", "muster.dev/template-hash": "x"}
    owner = {"apiVersion": "muster.dev/v1alpha1", "kind": "ComputeJob", "name": job["metadata"]["name"],
             "uid": job["metadata"]["uid"], "controller": True}
    rig.make("/api/v1/namespaces/default/pods",
             {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels, "ownerReferences": [owner]},
              "spec": {"nodeName": f"n-{index}", "containers": [{"name": "main", "image": "x"}]}}, status)


def explain(rig, check):
    job = rig.job("big", {"state": "Pending", "reason": "Unschedulable", "message": "needs 4 nodes: 2 fit", "observedGeneration": 1,
                          "failures": [{"index": 1, "attempt": 3, "node": "n-9", "exitCode": 137, "reason": "OOMKilled", "message": HOSTILE}],
                          "conditions": [{"type": "Scheduled", "status": "False", "reason": "Unschedulable", "message": "2 fit",
                                          "lastTransitionTime": NOW}]}, parallelism=4)
    member(rig, job, 0, {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]})
    member(rig, job, 1, {"phase": "Pending", "containerStatuses": [
        {"name": "main", "image": "x", "imageID": "", "ready": False, "restartCount": 0,
         "state": {"waiting": {"reason": "ErrImagePull", "message": "no such image"}}}]})
    for n, when in enumerate(("2026-01-01T00:00:01.000000Z", "2026-01-01T00:00:00.000000Z")):
        rig.make("/apis/events.k8s.io/v1/namespaces/default/events",
                 {"apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {"name": f"big.{n}"}, "eventTime": when,
                  "reason": "Unschedulable", "action": "Place", "type": "Warning", "note": f"event {n}", "reportingController": "muster",
                  "reportingInstance": "x", "regarding": {"kind": "ComputeJob", "namespace": "default", "name": "big",
                                                          "uid": job["metadata"]["uid"]}})
    text = rig.muster("explain", "big").stdout
    for words in ("State     Pending (Unschedulable)", "Why       needs 4 nodes: 2 fit", "Advice    the message counts", "OOMKilled",
                  "ErrImagePull: ", "no such image", "Scheduled", "event 1"):
        check.that(f"explain: {words}", words in text, text)
    check.that("explain: Events in order", text.index("event 1") < text.index("event 0"), text)
    check.that("explain: the member that is not well is first", text.index("big-1-abcde") < text.index("big-0-abcde"), text)
    check.that("explain: one line for words of others", "\x1b" not in text and "first second" in text, text)
    x = json.loads(rig.muster("explain", "big", "-o", "json").stdout)
    check.that("explain -o json", x["kind"] == "JobExplanation" and x["queue"] is None and x["upToDate"] and x["members"]["wanted"] == 4, x)
    pods = {p["index"]: p for p in x["pods"]}
    check.that("explain -o json: members", pods[0]["ready"] and pods[1]["reason"] == "ErrImagePull" and pods[1]["node"] == "n-1", pods)
    check.that("explain -o json: what runs has no exit code", pods[0]["exitCode"] is None, pods)
    named = rig.muster("explain", "computejob.muster.dev/big", "-o", "json")
    check.that("explain TYPE/NAME", named.returncode == 0 and json.loads(named.stdout)["name"] == "big", named.stderr)
    check.that("explain -o json: Events", [e["message"] for e in x["events"]] == ["event 1", "event 0"], x["events"])
    check.that("explain -o yaml", yaml.safe_load(rig.muster("explain", "big", "-o", "yaml").stdout) == x, "")


def errors(rig, check):
    run = subprocess.run([f"{BIN}/kubectl-muster", "queue", "-o", "json"], env=rig.env, stdout=open("/dev/full", "w"), stderr=subprocess.PIPE,
                         text=True, check=False)
    check.that("a full disk", run.returncode == 1 and "No space left" in run.stderr and run.stderr.count("\n") == 1, run)
    run = subprocess.run(f"exec {BIN}/kubectl-muster queue >&-", shell=True, env=rig.env, stderr=subprocess.PIPE, text=True, check=False)
    check.that("no standard output", run.returncode == 0 and not run.stderr, run)
    run = rig.muster("top", "--token", rig.read("agent.token"))
    check.that("ComputeNodes have no namespace", "-n" not in run.stderr.split(), run.stderr)
    refuses(check, "no right to all namespaces", rig.muster("queue", "-A", "--token", rig.read("agent.token")), 1, "-n NAMESPACE")
    refuses(check, "no such cluster", rig.muster("queue", "--cluster", "x"), 2, 'cluster "x" is not among')
    refuses(check, "no such user", rig.muster("queue", "--user", "x"), 2, 'user "x" is not among')
    refuses(check, "no such job", rig.muster("explain", "nope"), 4, '"nope" not found')
    refuses(check, "no name", rig.muster("explain", "a/b"), 2, '"a/b" is no name')
    refuses(check, "no namespace", rig.muster("queue", "-n", "a/b"), 2, '"a/b"')
    refuses(check, "bad selector", rig.muster("queue", "-l", "=="), 1, "found '=='", "correct -l")
    refuses(check, "bad token", rig.muster("queue", "--token", "x"), 1, "Unauthorized", "log in again")
    refuses(check, "token of no rights", rig.muster("queue", "--token", rig.read("agent.token")), 1, "forbidden", "ask an administrator")
    refuses(check, "nobody there", rig.muster("queue", "-s", "https://127.0.0.1:1"), 3, "127.0.0.1:1", "check the network")
    refuses(check, "no context", rig.muster("queue", "--context", "x"), 2, 'context "x"')
    refuses(check, "no file", rig.muster("queue", "--kubeconfig", "/nonexistent"), 2, "/nonexistent")
    lost = yaml.safe_load(open(rig.env["KUBECONFIG"], encoding="utf-8"))
    lost["clusters"][0]["cluster"] = {"server": "https://127.0.0.1:1", "certificate-authority": "/nonexistent.crt"}
    with open(rig.env["KUBECONFIG"] + ".lost", "w", encoding="utf-8") as f:
        yaml.safe_dump(lost, f)
    refuses(check, "no file of a certificate", rig.muster("queue", "--kubeconfig", f.name), 2, "/nonexistent.crt")
    refuses(check, "no state", rig.muster("queue", "-t", "Running,x"), 2, '"x" is no state')
    refuses(check, "no order", rig.muster("queue", "--sort", "x"), 2, "write queue, name or none")
    refuses(check, "no format", rig.muster("queue", "-o", "x"), 2, "write -o json")
    refuses(check, "no time", rig.muster("queue", "--request-timeout", "x"), 2, "write 30s")
    refuses(check, "no name in explain", rig.muster("explain", "big", "-o", "name"), 2, "write -o json")
    other = rig.muster("queue", "--user", "admin", "--cluster", "test", "--request-timeout", "30")
    check.that("user and cluster", other.returncode == 0, other.stderr)
    nowhere = rig.muster("queue", env={"KUBECONFIG": "", "HOME": "/nonexistent"})
    refuses(check, "no kubeconfig", nowhere, 2, "/nonexistent/.kube/config")


class Answers(BaseHTTPRequestHandler):
    """An API server that says what the test has laid out: (status, text) for each request in turn."""
    texts, asked = [], []

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.asked.append(self.path)
        status, text = self.texts.pop(0)
        self.send_response(status)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())


def page(names, cont):
    items = [{"apiVersion": "muster.dev/v1alpha1", "kind": "ComputeJob", "metadata": {"name": n, "namespace": "default"},
              "spec": {}, "status": {"state": "Running"}} for n in names]
    return json.dumps({"apiVersion": "muster.dev/v1alpha1", "kind": "ComputeJobList", "items": items, "metadata": {"continue": cont}})


def odd_answers(rig, check):
    server = HTTPServer(("127.0.0.1", 0), Answers)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(os.path.join(rig.dir, "server.crt"), os.path.join(rig.dir, "server.key"))
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def queue_of(*texts):
        Answers.texts, Answers.asked[:] = list(texts), []
        return rig.muster("queue", "--no-headers", "-s", f"https://127.0.0.1:{server.server_address[1]}")
    gone = {"kind": "Status", "reason": "Expired", "message": "too old", "code": 410, "metadata": {"continue": "late"}}
    run = queue_of((200, page(["a", "b"], "next")), (410, json.dumps(gone)), (200, page(["c"], "")))
    check.that("a list that the server forgot goes on", [r.split()[0] for r in run.stdout.splitlines()] == ["a", "b", "c"] and
               "continue=next" in Answers.asked[1] and "continue=late" in Answers.asked[2], run)
    gone["metadata"] = {}
    refuses(check, "gone for good", queue_of((200, page(["a"], "next")), (410, json.dumps(gone))), 1, "too old")
    refuses(check, "half a list", queue_of((200, page(["a"], "")[:-20])), 1, "not whole", "try again")
    refuses(check, "too many requests", queue_of((429, "later")), 1, "later", "try again later")
    refuses(check, "no JSON", queue_of((500, "<html>\nboom")), 1, "500", "boom")
    run = queue_of((200, page(["a"], "").replace('"a"', "7")))
    check.that("an object without a name", run.returncode == 0 and "left out" in run.stderr, run)
    server.shutdown()


def without_muster(rig, check):
    rig.kubectl("delete", "crd", "computejobs.muster.dev")
    refuses(check, "no CRD", rig.muster("queue"), 4, "knows no ComputeJob", "install Muster")


def plugin(rig, check):
    def kubectl(*args):
        return subprocess.run(["kubectl", *args], env=rig.env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    run = kubectl("muster", "queue", "--no-headers", "-t", "Running")
    check.that("kubectl muster", run.returncode == 0 and run.stdout.startswith("runs "), run)
    check.that("kubectl muster: exit code", kubectl("muster", "explain", "nope").returncode == 4, "")
    words = kubectl("__complete", "muster", "ex").stdout
    check.that("kubectl __complete", words.startswith("explain\t"), words)
    script = 'source <(kubectl-muster completion bash); COMP_WORDS=(kubectl-muster top ""); COMP_CWORD=2; ' \
             '_kubectl_muster; echo "${COMPREPLY[*]}"'
    run = subprocess.run(["bash", "-c", script], env=rig.env, text=True, stdout=subprocess.PIPE, check=False)
    check.that("bash completes", run.stdout == "nodes jobs\n", run.stdout)
    head = subprocess.run(["bash", "-o", "pipefail", "-c", "kubectl-muster top | head -1"], env=rig.env, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    check.that("a reader that ends", head.returncode == 0 and head.stdout.startswith("NAME") and not head.stderr, head)


def main():
    rig, check = Rig(), Checks()
    fill(rig)
    for test in (queue, for_programs, top, explain, errors, odd_answers, plugin, without_muster):
        test(rig, check)
    check.end(50)


main()
