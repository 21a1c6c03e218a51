# SPDX-License-Identifier: Apache-2.0
"""A real control plane, fake nodes, and the two programs as processes."""

import base64
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse

from kubelet import Kubelets

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
NS = "muster-system"
TOOLS = os.environ.get("MUSTER_TOOLS_DIR", "")
BIN = os.environ.get("MUSTER_BIN", os.path.join(TOP, "build", "dev", "bin"))


class ApiError(Exception):
    def __init__(self, code, body):
        super().__init__(f"{code}: {body.get('message', body)}")
        self.code, self.body = code, body


class Api:
    """The API server as a test's user sees it: JSON in, JSON out."""

    def __init__(self, url, ca, token):
        parts = urllib.parse.urlsplit(url)
        self.host, self.port = parts.hostname, parts.port
        self.tls = ssl.create_default_context(cafile=ca)
        self.tls.check_hostname = False
        self.token = token

    def connect(self, timeout=15):
        return http.client.HTTPSConnection(self.host, self.port, context=self.tls, timeout=timeout)

    def call(self, method, path, body=None, content="application/json", missing_ok=False, fine=()):
        """The decoded answer. fine: statuses besides 2xx that are no error."""
        c = self.connect()
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = content
        c.request(method, path, json.dumps(body) if body is not None else None, headers)
        r = c.getresponse()
        text = r.read()
        c.close()
        answer = json.loads(text) if text[:1] == b"{" else {"message": text.decode()}
        fine = (404, 409) if missing_ok else fine
        if r.status >= 300 and r.status not in fine:
            raise ApiError(r.status, answer)
        return answer

    def get(self, path):
        return self.call("GET", path)

    def text(self, path):
        return self.call("GET", path)["message"]

    def post(self, path, body):
        return self.call("POST", path, body)

    def patch(self, path, body, missing_ok=False, content="application/merge-patch+json"):
        return self.call("PATCH", path, body, content, missing_ok)

    def delete(self, path, body=None, missing_ok=False):
        return self.call("DELETE", path, body, missing_ok=missing_ok)

    def apply(self, path, body):
        return self.call("PATCH", f"{path}?fieldManager=test&force=true", body,
                         "application/apply-patch+yaml")

    def watch(self, path):
        c = self.connect(timeout=None)
        c.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
        r = c.getresponse()
        try:
            for line in r:
                yield json.loads(line)
        finally:
            c.close()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Cluster:
    def __init__(self, nodes=3):
        self.dir = tempfile.mkdtemp(prefix="muster-it-")
        self.processes = {}  # name: Popen
        self.logs = {}
        self.ports = {}
        self.kubelets = None
        self.programs_port = None  # of the API server as the programs see it; None: its own
        self.host = "127.0.0.1"  # where coordinators listen, as it stands before a port
        self.node_names = [f"n{i}" for i in range(1, nodes + 1)]

    # Set-up

    def start(self, crds=True, flags=()):
        """flags: further ones of kube-apiserver."""
        lib = os.path.join(TOP, "test", "integration", "lib", "apiserver")
        subprocess.run([lib, "start", self.dir, *flags], check=True, stdout=subprocess.DEVNULL)
        self.api = self.api_as(self.read("token"))
        self.make_namespace(NS)
        self.wait(lambda: self.find("/api/v1/namespaces/default"), "namespace default")
        if crds:
            self.apply_crds()
        self.render_rbac()
        for name in self.node_names:
            self.make_node(name)
        self.kubelets = Kubelets(self.api)
        self.kubelets.start()

    def read(self, name):
        with open(os.path.join(self.dir, name), encoding="utf-8") as f:
            return f.read().strip()

    def api_as(self, token):
        return Api(self.read("url"), os.path.join(self.dir, "ca.crt"), token)

    def apply_objects(self, objects):
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        self.kubectl("apply", "-n", NS, "-f", "-", stdin=text)

    def kubectl(self, *args, stdin=None):
        return subprocess.run(
            [os.path.join(TOOLS, "kubectl"), "--kubeconfig", os.path.join(self.dir, "kubeconfig"),
             *args], input=stdin, check=True, capture_output=True, text=True).stdout

    def apply_crds(self):
        lib = os.path.join(TOP, "test", "integration", "lib", "apiserver")
        subprocess.run([lib, "crds", self.dir], check=True)

    def render_rbac(self):
        """ServiceAccounts, RBAC and admission policies just as the chart installs them."""
        import yaml
        text = subprocess.run(
            [os.path.join(TOOLS, "helm"), "template", "muster", os.path.join(TOP, "charts", "muster"),
             "-n", NS, "--set", "crds.enabled=false", "--no-hooks"],
            check=True, capture_output=True, text=True).stdout
        keep = ("ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding",
                "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "Secret", "ConfigMap")
        docs = [d for d in yaml.safe_load_all(text) if d and d["kind"] in keep]
        self.kubectl("apply", "-n", NS, "-f", "-", stdin=yaml.safe_dump_all(docs))

    def make_namespace(self, name):
        self.api.post("/api/v1/namespaces", {"metadata": {"name": name}})

    def make_node(self, name, labels=None, cpu="4", memory="8Gi"):
        room = {"cpu": cpu, "memory": memory, "pods": "110"}
        self.api.post("/api/v1/nodes", {
            "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, **(labels or {})}},
            "status": {"allocatable": room, "capacity": room,
                       "nodeInfo": {k: "x" for k in (
                           "architecture", "bootID", "containerRuntimeVersion", "kernelVersion",
                           "kubeProxyVersion", "kubeletVersion", "machineID", "operatingSystem",
                           "osImage", "systemUUID")},
                       "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}]}})

    def token(self, account, node=None, audience=None):
        """A token of a ServiceAccount; with node, bound to a pod there as a projected one is."""
        spec = {"expirationSeconds": 3600}
        if audience:
            spec["audiences"] = [audience]
        if node:
            pod = f"agent-{node}"
            body = {"metadata": {"name": pod}, "spec": {
                "nodeName": node, "serviceAccountName": account, "automountServiceAccountToken": False,
                "containers": [{"name": "a", "image": "x", "command": ["forever"]}]}}
            got = self.find(f"/api/v1/namespaces/{NS}/pods/{pod}") or \
                self.api.post(f"/api/v1/namespaces/{NS}/pods", body)
            spec["boundObjectRef"] = {"kind": "Pod", "apiVersion": "v1", "name": pod,
                                      "uid": got["metadata"]["uid"]}
        return self.api.post(f"/api/v1/namespaces/{NS}/serviceaccounts/{account}/token",
                             {"spec": spec})["status"]["token"]

    def kubeconfig(self, name, token):
        path = os.path.join(self.dir, f"{name}.kubeconfig")
        ca = base64.b64encode(open(os.path.join(self.dir, "ca.crt"), "rb").read()).decode()
        config = {"apiVersion": "v1", "kind": "Config", "current-context": "c",
                  "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
                  "clusters": [{"name": "c", "cluster": {
                      "server": f"https://{self.api.host}:{self.programs_port or self.api.port}",
                      "certificate-authority-data": ca}}],
                  "users": [{"name": "u", "user": {"token": token}}]}
        with open(path, "w") as f:
            json.dump(config, f)
        return path

    # Programs

    def spawn(self, name, argv, **env):
        log = open(os.path.join(self.dir, f"{name}.log"), "ab")
        self.processes[name] = subprocess.Popen(argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env={**os.environ, **env})
        log.close()

    def start_coordinator(self, name="c1", **options):
        if name not in self.ports:
            self.ports[name] = (free_port(), free_port())
        link, serve = self.ports[name]
        config = self.kubeconfig(name, self.token("muster-coordinator"))
        argv = [os.path.join(BIN, "muster-coordinator"), "--kubeconfig", config, "--namespace", NS,
                "--identity", name, "--listen", f"{self.host}:{link}", "--address", f"{self.host}:{link}",
                "--serve", f"{self.host}:{serve}", "--agent-service-account", f"{NS}:muster-agent",
                "--agent-policy", "muster-agent-pods", "--ca-secret", "muster-coordinator-ca-key",
                "--default-image", "busybox:1.35", "--log-level", "debug",
                "--lease-duration", "3s", "--renew-deadline", "2s", "--retry-period", "500ms"]
        for key, value in options.items():
            argv += [f"--{key.replace('_', '-')}", value]
        self.spawn(name, argv, POD_UID=f"uid-of-{name}")

    def start_agent(self, node, coordinator="c1", token=None, name=None):
        name = name or node
        serve = self.ports.setdefault(name, (0, free_port()))[1]
        token_file = os.path.join(self.dir, f"{name}.token")
        with open(token_file, "w") as f:
            f.write(token or self.token("muster-agent", node, "muster-coordinator"))
        config = self.kubeconfig(name, self.token("muster-agent", node))
        self.spawn(name, [
            os.path.join(BIN, "muster-agent"), "--kubeconfig", config, "--node", node,
            "--namespace", NS, "--coordinator", f"{self.host}:{self.ports[coordinator][0]}",
            "--server-name", f"muster-coordinator.{NS}.svc", "--token-file", token_file,
            "--serve", f"{self.host}:{serve}", "--log-level", "debug"])

    def start_all(self):
        self.start_coordinator()
        for node in self.node_names:
            self.start_agent(node)
        for node in self.node_names:
            self.wait_cnode(node, "Running")

    def start_controllers(self, *names):
        """Controllers of the real kube-controller-manager, such as the garbage collector."""
        self.spawn("controllers", [
            os.path.join(TOOLS, "kube-controller-manager"), "--kubeconfig", os.path.join(self.dir, "kubeconfig"), "--leader-elect=false",
            f"--controllers={','.join(names)}", "--bind-address=127.0.0.1",
            f"--secure-port={free_port()}", f"--cert-dir={self.dir}"])

    def kill(self, name, sig=signal.SIGKILL):
        p = self.processes.pop(name)
        p.send_signal(sig)
        return p.wait(timeout=10)

    def log_text(self, name):
        return open(os.path.join(self.dir, f"{name}.log"), errors="replace").read()

    # Objects

    def find(self, path):
        try:
            return self.api.get(path)
        except ApiError as e:
            if e.code == 404:
                return None
            raise

    def job_path(self, name, ns="default"):
        return f"/apis/muster.dev/v1alpha1/namespaces/{ns}/computejobs/{name}"

    def make_job(self, name, ns="default", **spec):
        return self.api.post(self.job_path("", ns).rstrip("/"), {
            "apiVersion": "muster.dev/v1alpha1", "kind": "ComputeJob", "metadata": {"name": name},
            "spec": spec})

    def job(self, name, ns="default"):
        return self.find(self.job_path(name, ns))

    def status(self, name, ns="default"):
        return (self.job(name, ns) or {}).get("status") or {}

    def cnode(self, name):
        return self.find(f"/apis/muster.dev/v1alpha1/computenodes/{name}")

    def pods(self, job=None, ns="default"):
        q = "?labelSelector=" + (f"muster.dev/job-name%3D{job}" if job else "muster.dev/job-uid")
        return self.api.get(f"/api/v1/namespaces/{ns}/pods{q}")["items"]

    # Waiting: by looking until a deadline; says what it last saw

    def wait(self, what, text, seconds=20, every=0.05):
        end = time.monotonic() + seconds
        while True:
            got = what()
            if got:
                return got
            if time.monotonic() > end:
                raise AssertionError(f"not within {seconds} s: {text}")
            time.sleep(every)

    def wait_state(self, name, state, seconds=20, ns="default"):
        try:
            return self.wait(lambda: self.status(name, ns).get("state") == state and
                             self.status(name, ns), f"job {name} is {state}", seconds)
        except AssertionError as e:
            raise AssertionError(f"{e}; status is {json.dumps(self.status(name, ns))}") from None

    def wait_cnode(self, name, state, seconds=20):
        state_of = lambda: ((self.cnode(name) or {}).get("status") or {}).get("state")
        try:
            self.wait(lambda: state_of() == state, f"ComputeNode {name} is {state}", seconds)
        except AssertionError as e:
            raise AssertionError(f"{e}; it is {json.dumps(self.cnode(name))}") from None

    # End

    def dump(self):
        for name in sorted(os.listdir(self.dir)):
            if name.endswith(".log"):
                text = open(os.path.join(self.dir, name), errors="replace").read()
                print(f"--- {name} (last 40 lines)\n" + "\n".join(text.splitlines()[-40:]),
                      file=sys.stderr)
        for p in self.find("/api/v1/pods")["items"] if hasattr(self, "api") else []:
            print("--- pod", p["metadata"]["namespace"], p["metadata"]["name"],
                  p["spec"].get("nodeName"), p["status"].get("phase"), file=sys.stderr)

    def stop(self):
        if self.kubelets:
            self.kubelets.stop()
        for p in self.processes.values():
            p.kill()
            p.wait()
        lib = os.path.join(TOP, "test", "integration", "lib", "apiserver")
        subprocess.run([lib, "stop", self.dir], stdout=subprocess.DEVNULL, check=False)
        if not os.environ.get("MUSTER_KEEP"):
            shutil.rmtree(self.dir, ignore_errors=True)
