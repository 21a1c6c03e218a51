# SPDX-License-Identifier: Apache-2.0
"""submit, cancel, hold and release: jobs in YAML and JSON, scripts, bad input, dry runs."""
import json
import os
import re

import yaml
from rig import JOBS, NOW, TOP, Checks, Rig, refuses

SCRIPT = """#!/bin/sh
#SBATCH -J %s
#SBATCH -N 2 -c 2 --mem=1G -t 1:00:00 --gres=gpu:1 -p long
#SBATCH -o out.txt
#SBATCH --dependency=afterany:before
#MUSTER --image=busybox --priority=5
echo "$SLURM_PROCID: $1"
"""


def spec_of(rig, name, ns="default"):
    return rig.request("GET", JOBS % ns + "/" + name)[1].get("spec")


def names(rig, ns="default"):
    return sorted(j["metadata"]["name"] for j in rig.request("GET", JOBS % ns)[1]["items"])


def job(name, **meta):
    return {"apiVersion": "muster.dev/v1alpha1", "kind": "ComputeJob", "metadata": {"name": name, **meta},
            "spec": {"command": ["true"], "image": "x"}}


def examples(rig, check):
    """What kubectl makes of an example is what we make of it."""
    for name in sorted(os.listdir(os.path.join(TOP, "examples"))):
        path = os.path.join(TOP, "examples", name)
        with open(path, encoding="utf-8") as f:
            docs = [d for d in yaml.safe_load_all(f) if d]
        if any(d["kind"] != "ComputeJob" for d in docs):
            continue
        mine = rig.muster("submit", path, "--dry-run", "-o", "json")
        theirs = rig.kubectl("create", "--dry-run=server", "-o", "json", "-f", path)
        if len(docs) == 1:
            check.that(f"example {name}", mine.returncode == 0 and json.loads(mine.stdout)["spec"] == json.loads(theirs.stdout)["spec"],
                       mine.stderr or theirs.stderr)
        else:
            check.that(f"example {name}", mine.returncode == 0, mine.stderr)


def objects(rig, check):
    run = rig.muster("submit", "-", stdin=json.dumps(job("from-json")))
    check.that("JSON", run.stdout == "computejob.muster.dev/from-json submitted\n" and run.returncode == 0, run)
    text = yaml.safe_dump_all([job("one"), job("two", namespace="other")])
    run = rig.muster("submit", "-", stdin=text)
    check.that("two documents", run.returncode == 0 and "one" in names(rig) and "two" in names(rig, "other"), run)
    refuses(check, "again", rig.muster("submit", "-", stdin=json.dumps(job("one"))), 1, '"one" already exists', "choose another name")
    bad = yaml.safe_dump_all([job("three"), {**job("four"), "spec": {"parallelism": 0, "image": "x"}}])
    refuses(check, "one of two is wrong", rig.muster("submit", "-", stdin=bad), 1, "parallelism")
    check.that("then none is made", "three" not in names(rig), names(rig))
    unknown = {**job("five"), "spec": {"image": "x", "paralelism": 2}}
    refuses(check, "an unknown field", rig.muster("submit", "-", stdin=json.dumps(unknown)), 1, "paralelism")
    run = rig.muster("submit", "-", "--dry-run", stdin=json.dumps(job("six")))
    check.that("dry run", run.returncode == 0 and "dry run" in run.stdout and "six" not in names(rig), run)
    run = rig.muster("submit", "-", "-n", "other", "-o", "name", stdin=json.dumps(job("seven")))
    check.that("-n", run.stdout == "computejob.muster.dev/seven\n" and "seven" in names(rig, "other"), run)
    wrong = {"a Service": json.dumps({**job("x"), "kind": "Service", "apiVersion": "v1"}), "no name": json.dumps({**job("x"), "metadata": {}}),
             "a list": "[]", "nothing": "", "a text": "hello", "no YAML": "a: [", "twice": "a: 1\na: 2\n"}
    for name, text in wrong.items():
        refuses(check, name, rig.muster("submit", "-", stdin=text), 2, "-: ")
    refuses(check, "another namespace", rig.muster("submit", "-", "-n", "other", stdin=json.dumps(job("x", namespace="default"))), 2,
            "remove one")
    refuses(check, "no file", rig.muster("submit", "/nonexistent"), 2, "/nonexistent")
    refuses(check, "a folder", rig.muster("submit", "/"), 2, "/")
    refuses(check, "arguments of no script", rig.muster("submit", "-", "x", stdin=json.dumps(job("x"))), 2, "only a script")


def scripts(rig, check):
    run = rig.muster("submit", "-", "an argument", stdin=SCRIPT % "script")
    check.that("script", run.returncode == 0 and run.stdout == "computejob.muster.dev/script submitted\n", run)
    check.that("script: -o is named", re.fullmatch(r"line 4: .*out\.txt\n", run.stderr), run.stderr)
    spec = spec_of(rig, "script")
    check.that("script: spec", spec["parallelism"] == 2 and spec["priority"] == 5 and spec["activeDeadlineSeconds"] == 3600 and
               spec["resources"] == {"requests": {"cpu": "2", "memory": "1Gi", "nvidia.com/gpu": "1"},
                                     "limits": {"memory": "1Gi", "nvidia.com/gpu": "1"}} and
               spec["nodeSelector"] == {"muster.dev/partition": "long"} and spec["command"][-1] == "an argument" and
               spec["dependsOn"] == [{"name": "before", "condition": "Finished"}], spec)
    path = os.path.join(rig.dir, "my sweep.sh")
    with open(path, "w", encoding="utf-8") as f:
        f.write("#!/bin/bash\n#SBATCH --array=0-9%3\n#MUSTER --image x\ntrue\n")
    run = rig.muster("submit", path, "-o", "name", "--", "--lr", "3")
    name = run.stdout.strip().split("/")[-1]
    check.that("array, named by the API server", re.fullmatch(r"my-sweep-\w{5}", name) and spec_of(rig, name)["completions"] == 10 and
               spec_of(rig, name)["command"][-2:] == ["--lr", "3"], run)
    refuses(check, "a bad line", rig.muster("submit", "-", stdin="#!/bin/sh\n\n#SBATCH --exclusive\n"), 2, "-: line 3: ", "--exclusive")
    refuses(check, "a bad name", rig.muster("submit", "-", stdin="#!/bin/sh\n#SBATCH -J Big_Job\n#MUSTER --image x\n"), 1, "Big_Job")


def changes(rig, check):
    rig.job("victim")
    rig.job("other-victim")
    rig.job("stays", {"state": "Completed", "startTime": NOW, "endTime": NOW})
    run = rig.muster("hold", "victim", "other-victim")
    check.that("hold", run.stdout == "computejob.muster.dev/victim held\ncomputejob.muster.dev/other-victim held\n"
               and spec_of(rig, "victim")["suspend"], run)
    run = rig.muster("hold", "victim")
    check.that("hold again", run.stdout == "computejob.muster.dev/victim held already\n", run)
    run = rig.muster("release", "victim", "--dry-run")
    check.that("release: dry run", run.returncode == 0 and spec_of(rig, "victim")["suspend"], run)
    run = rig.muster("release", "victim")
    check.that("release", run.returncode == 0 and not spec_of(rig, "victim")["suspend"], run)
    refuses(check, "hold of a job that ended", rig.muster("hold", "stays"), 1, "the job has finished")
    run = rig.muster("cancel", "nope", "other-victim")
    check.that("cancel: one of two", run.returncode == 4 and '"nope" not found' in run.stderr and "other-victim canceled" in run.stdout
               and "other-victim" not in names(rig), run)
    run = rig.muster("cancel", "victim", "--dry-run")
    check.that("cancel: dry run", run.returncode == 0 and "victim" in names(rig), run)
    run = rig.muster("cancel", "computejob.muster.dev/victim", "--dry-run")
    check.that("cancel of what -o name prints", run.returncode == 0 and run.stdout.startswith("computejob.muster.dev/victim canceled"), run)
    refuses(check, "cancel of an index", rig.muster("cancel", "victim/3"), 2, "one index")
    refuses(check, "no rights", rig.muster("cancel", "victim", "--token", rig.read("agent.token")), 1, "forbidden", "ask an administrator")
    refuses(check, "cancel without a name", rig.muster("cancel"), 2, "--help")


def nodes(rig, check):
    rig.node("n1", state="Running", members=3)
    rig.node("n2", state="Running")

    def node(name):
        got = rig.request("GET", "/apis/muster.dev/v1alpha1/computenodes/" + name)[1]
        return got["spec"].get("unschedulable"), got["metadata"].get("annotations", {}).get("muster.dev/drain-reason")
    refuses(check, "drain without a reason", rig.muster("drain", "n1"), 2, "--reason")
    run = rig.muster("drain", "n1", "n2", "--reason", 'bad "fan"')
    check.that("drain", run.stdout == "computenode.muster.dev/n1 drains: 3 members run on until they end; kubectl drain moves them\n"
               "computenode.muster.dev/n2 drains\n" and node("n1") == (True, 'bad "fan"'), run)
    check.that("drain: top shows why", 'bad "fan"' in rig.muster("top", "-o", "wide").stdout, rig.muster("top", "-o", "wide").stdout)
    run = rig.muster("drain", "n2", "--reason", "x")
    check.that("drain again", run.stdout == "computenode.muster.dev/n2 drains already\n" and node("n2") == (True, "x"), run)
    refuses(check, "drain of no node", rig.muster("drain", "nope", "--reason", "x"), 4, '"nope" not found')
    run = rig.muster("resume", "n1")
    check.that("resume", run.stdout == "computenode.muster.dev/n1 takes members again\n" and node("n1") == (False, None), run)


def main():
    rig, check = Rig(), Checks()
    rig.make_namespace("other")
    for test in (examples, objects, scripts, changes, nodes):
        test(rig, check)
    check.end(49)


main()
