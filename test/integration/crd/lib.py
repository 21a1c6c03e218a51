# SPDX-License-Identifier: Apache-2.0
"""What the tests of the definitions, policies, chart and examples share: a control plane for one test
program, requests to it as one user or another, and checks whose failures are counted and named."""
import atexit
import base64
import json
import os
import re
import ssl
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
CHART = os.path.join(TOP, "charts/muster")
NAMESPACE = "muster-system"
API = "/apis/muster.dev/v1alpha1"


def tool(name):
    """The path of a program of test/tools, from MUSTER_TOOLS_DIR where that is set."""
    folder = os.environ.get("MUSTER_TOOLS_DIR")
    if folder:
        return os.path.join(folder, name)
    get = os.path.join(TOP, "test/tools/get")
    return subprocess.run([get, name], check=True, text=True, stdout=subprocess.PIPE).stdout.strip()


class Server:
    """A control plane of its own, stopped when the program ends."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="muster-crd-")
        self.script = os.path.join(TOP, "test/integration/lib/apiserver")
        env = dict(os.environ, MUSTER_OWNER_PID=str(os.getpid()))
        atexit.register(self.stop)
        subprocess.run([self.script, "start", self.dir], check=True, env=env)
        self.url = self.read("url")
        self.admin = self.read("token")
        self.tls = ssl.create_default_context(cafile=os.path.join(self.dir, "ca.crt"))

    def stop(self):
        subprocess.run([self.script, "stop", self.dir], check=False)
        subprocess.run(["rm", "-rf", self.dir], check=False)

    def read(self, name):
        with open(os.path.join(self.dir, name), encoding="utf-8") as f:
            return f.read().strip()

    def request(self, method, path, body=None, token=None, user=None, extra=None, kind=None):
        """Sends one request; returns (HTTP status, decoded answer). user: whom the admin impersonates,
        extra: that user's further claims."""
        headers = {"Authorization": "Bearer " + (token or self.admin), "Accept": "application/json"}
        if user:
            headers["Impersonate-User"] = user
            for key, value in (extra or {}).items():
                headers["Impersonate-Extra-" + key.replace("/", "%2F")] = value
        if body is not None:
            headers["Content-Type"] = kind or "application/json"
        data = None if body is None else json.dumps(body).encode()
        req = urllib.request.Request(self.url + path, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(req, context=self.tls, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as err:
            text = err.read().decode()
            try:
                return err.code, json.loads(text)
            except ValueError:
                return err.code, {"message": text}

    def flow(self, path, token):
        """The UIDs of the FlowSchema and the PriorityLevelConfiguration that the API server counts a GET to."""
        req = urllib.request.Request(self.url + path, headers={"Authorization": "Bearer " + token})
        try:
            answer = urllib.request.urlopen(req, context=self.tls, timeout=30)
        except urllib.error.HTTPError as err:
            answer = err # the headers come with a refusal, too
        return [answer.headers[f"X-Kubernetes-PF-{x}-UID"] for x in ("FlowSchema", "PriorityLevel")]

    def kubectl(self, *args, stdin=None, check=True):
        """kubectl as the admin; returns the completed process."""
        config = os.path.join(self.dir, "kubeconfig")
        return subprocess.run([tool("kubectl"), "--kubeconfig", config, *args], check=check, text=True,
                              input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def apply_crds(self):
        subprocess.run([self.script, "crds", self.dir], check=True)

    def apply(self, *objects, namespace="default"):
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
        self.kubectl("-n", namespace, "apply", "--server-side", "--force-conflicts", "-f", "-", stdin=text)

    def make_namespace(self, name, **labels):
        self.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})


def render(*args, release="muster", namespace=NAMESPACE):
    """The chart's text as Helm renders it."""
    return helm("template", release, CHART, "-n", namespace, *args).stdout


def helm(*args, check=True):
    env = dict(os.environ, HOME=tempfile.gettempdir())
    return subprocess.run([tool("helm"), *args], check=check, text=True, env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def objects(text):
    """The objects in a text of YAML documents. kubectl is the parser: no library is needed."""
    run = subprocess.run([tool("kubectl"), "patch", "--local", "--type=json", "-p=[]", "-o=json", "-f", "-"],
                         check=True, text=True, input=text, stdout=subprocess.PIPE)
    found, at, decoder = [], 0, json.JSONDecoder()
    while at < len(run.stdout):
        obj, at = decoder.raw_decode(run.stdout, at)
        found.append(obj)
        at = re.compile(r"\s*").match(run.stdout, at).end()
    return found


def load(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as f:
        return objects(f.read())


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


class Checks:
    """Counts what was checked; a failure is printed at once and remembered."""

    def __init__(self):
        self.done = self.failed = 0

    def that(self, name, good, detail=""):
        self.done += 1
        if not good:
            self.failed += 1
            print(f"FAILED {name}: {detail}", flush=True)
        return good

    def refused(self, name, answer, *words, status=(403, 422)):
        """The answer is a refusal whose message has all the words."""
        code, body = answer
        message = body.get("message", "")
        self.that(name, code in status and all(w in message for w in words),
                  f"wanted a refusal with {words}, got {code} {message or body}")

    def accepted(self, name, answer):
        code, body = answer
        return self.that(name, code in (200, 201), f"wanted it accepted, got {code} {body.get('message')}")

    def end(self, at_least):
        self.that("number of checks", self.done >= at_least, f"only {self.done} of {at_least}")
        print(f"{self.done} checks, {self.failed} failed")
        sys.exit(1 if self.failed else 0)
