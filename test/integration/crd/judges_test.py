# SPDX-License-Identifier: Apache-2.0
"""The chart as kube-score judges it, with its defaults and with values-hardened.yaml. judged.txt has each finding that
stays, with the reason: another one is a failure, and so is one that is not found any more."""
import json
import os
import subprocess

from lib import CHART, Checks, Server, render, tool

HERE = os.path.dirname(os.path.abspath(__file__))
KUBERNETES = "v1.33"  # the oldest that the chart takes
GRADE_OK = 10
# Checks that are off by default, and are about security.
MORE = ("container-seccomp-profile", "container-ports-check")
API_SERVER = "networkPolicy.apiServer[0].ipBlock.cidr=10.0.0.1/32"
VALUES = {"default": (), "hardened": ("-f", os.path.join(CHART, "values-hardened.yaml"), "--set", API_SERVER)}


def judge(text):
    """What kube-score finds: "CHECK OBJECT: SUMMARY"; and how many checks it made."""
    options = [x for m in MORE for x in ("--enable-optional-test", m)]
    run = subprocess.run([tool("kube-score"), "score", "-o", "json", "--kubernetes-version", KUBERNETES, *options, "-"],
                         text=True, input=text, stdout=subprocess.PIPE)
    found, made = set(), 0
    for obj in json.loads(run.stdout):
        name = f"{obj['type_meta']['kind']}/{obj['object_meta']['name']}"
        for check in obj["checks"]:
            made += not check["skipped"]
            if check["skipped"] or check["grade"] >= GRADE_OK:
                continue
            for comment in check["comments"] or [{"summary": check["check"]["name"]}]:
                found.add(f"{check['check']['id']} {name}: {comment['summary']}")
    return found, made


def listed():
    """Findings of judged.txt for each set of values. A group of them stands below its reason."""
    found, reason = {v: set() for v in VALUES}, None
    with open(os.path.join(HERE, "judged.txt"), encoding="utf-8") as f:
        for line in f.read().splitlines():
            if not line or line.startswith("#"):
                reason = None if not line else reason
            elif line.startswith("because: "):
                reason = line
            else:
                values, finding = line.split(" ", 1)
                assert reason, f"no reason above: {line}"
                for v in VALUES if values == "both" else (values,):
                    found[v].add(finding)
    return found


def test_judged(check, values):
    text = render(*VALUES[values])
    found, made = judge(text)
    expected = listed()[values]
    check.that(f"{values}: kube-score made its checks", made > 80, made)
    for finding in sorted(found | expected):
        check.that(f"{values}: {finding}", (finding in found) == (finding in expected),
                   "is new: mend the chart, or list it in judged.txt with the reason" if finding in found else
                   "is found no more: take it out of judged.txt")
    # The judge sees what is wrong.
    worse = text.replace("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false").replace("image: \"muster:", "image: \"muster:latest\" #")
    news = judge(worse)[0] - found
    for word in ("readonlyrootfilesystem", "image-tag"):
        check.that(f"{values}: a worse chart is seen ({word})", [n for n in news if word in n], news)


def test_taken(server, check):
    """The hardened values render what an API server takes."""
    server.make_namespace("muster-system")
    run = server.kubectl("apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-", check=False,
                         stdin=render("--no-hooks", "--set", "crds.enabled=false", *VALUES["hardened"]))
    check.that("the hardened chart is taken", run.returncode == 0, run.stderr)
    policies = [line for line in run.stdout.splitlines() if line.startswith("networkpolicy")]
    check.that("with its NetworkPolicies", len(policies) == 2, run.stdout)


def main():
    check = Checks()
    for values in VALUES:
        test_judged(check, values)
    test_taken(Server(), check)
    check.end(at_least=8)


main()
