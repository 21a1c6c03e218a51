# SPDX-License-Identifier: Apache-2.0
"""What the tests of kubectl-muster share: an API server with Muster's definitions, and the program."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../crd"))
from lib import API, TOP, Checks, Server, tool  # noqa: E402,F401

BIN = os.environ.get("MUSTER_BIN", os.path.join(TOP, "build/dev/bin"))
NOW = "2026-01-01T00:00:00Z"
JOBS = API + "/namespaces/%s/computejobs"


class Rig(Server):
    def __init__(self):
        super().__init__()
        self.apply_crds()
        self.program = os.path.join(BIN, "kubectl-muster")
        self.env = dict(os.environ, KUBECONFIG=os.path.join(self.dir, "kubeconfig"),
                        PATH=f"{BIN}:{TOP}/cli:{os.path.dirname(tool('kubectl'))}:{os.environ['PATH']}")

    def muster(self, *args, stdin=None, env=None):
        """kubectl-muster; the completed process."""
        return subprocess.run([self.program, *args], text=True, input=stdin, timeout=60,
                              env=dict(self.env, **(env or {})), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)

    def rows(self, *args):
        """The cells of the table, without titles."""
        return [line.split() for line in self.muster(*args, "--no-headers").stdout.splitlines()]

    def make(self, path, obj, status=None):
        code, answer = self.request("POST", path, obj)
        assert code == 201, answer
        if status is not None:
            code, answer = self.request("PATCH", f"{path}/{obj['metadata']['name']}/status", {"status": status},
                                        kind="application/merge-patch+json")
            assert code == 200, answer
        return answer

    def job(self, name, status=None, ns="default", **spec):
        return self.make(JOBS % ns, {"apiVersion": "muster.dev/v1alpha1", "kind": "ComputeJob", "metadata": {"name": name},
                                     "spec": {"command": ["true"], "image": "x", **spec}}, status)

    def node(self, name, **status):
        self.make(API + "/computenodes", {"apiVersion": "muster.dev/v1alpha1", "kind": "ComputeNode", "metadata": {"name": name}},
                  status or {"state": "Running"})


def refuses(check, name, run, code, *words):
    """One line on stderr with the words, nothing on stdout, and the exit code."""
    check.that(name, run.returncode == code and run.stderr.startswith("error: ") and run.stderr.count("\n") == 1
               and not run.stdout and all(w in run.stderr for w in words),
               f"wanted {code} and {words}, got {run.returncode}: {run.stderr!r} {run.stdout[:200]!r}")
