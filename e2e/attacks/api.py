# SPDX-License-Identifier: Apache-2.0
"""The API server as one user sees it: JSON in, JSON out."""
import base64
import http.client
import json
import os
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.parse

JOBS = "/apis/muster.dev/v1alpha1/namespaces/{}/computejobs"
PODS = "/api/v1/namespaces/{}/pods"
MERGE = "application/merge-patch+json"


class Refused(Exception):
    """The API server said no. code: of HTTP."""

    def __init__(self, code, answer):
        super().__init__(f"{code}: {answer.get('message', answer)}")
        self.code, self.answer = code, answer


def kubeconfig():
    """Address and files of the cluster's administrator: (host, port, TLS context)."""
    text = subprocess.run([os.environ["kubectl_path"], "config", "view", "--raw", "--minify", "-o", "json"],
                          check=True, stdout=subprocess.PIPE).stdout
    config = json.loads(text)
    server, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    where = urllib.parse.urlsplit(server["server"])
    tls = ssl.create_default_context(cadata=base64.b64decode(server["certificate-authority-data"]).decode())
    with tempfile.NamedTemporaryFile() as own:
        own.write(base64.b64decode(user["client-certificate-data"]) + base64.b64decode(user["client-key-data"]))
        own.flush()
        admin = ssl.create_default_context(cadata=base64.b64decode(server["certificate-authority-data"]).decode())
        admin.load_cert_chain(own.name)
    return where.hostname, where.port, tls, admin


class Api:
    """Threads may share it: each has a connection of its own."""

    def __init__(self, host, port, tls, headers=None):
        self.host, self.port, self.tls, self.headers = host, port, tls, headers or {}
        self.mine = threading.local()

    def as_user(self, user, groups=(), extra=None):
        """The same connection, impersonating somebody else."""
        headers = dict(self.headers, **{"Impersonate-User": user})
        if groups:
            headers["Impersonate-Group"] = groups[0]
        for key, value in (extra or {}).items():
            headers["Impersonate-Extra-" + key.replace("/", "%2F")] = value
        return Api(self.host, self.port, self.tls, headers)

    def connection(self, timeout):
        c = getattr(self.mine, "c", None)
        if c is None:
            c = self.mine.c = http.client.HTTPSConnection(self.host, self.port, context=self.tls, timeout=timeout)
        return c

    def send(self, method, path, data, content, timeout):
        headers = dict(self.headers, Accept="application/json")
        if data is not None:
            headers["Content-Type"] = content
        for again in (True, False):  # an idle connection may be closed already
            c = self.connection(timeout)
            try:
                c.request(method, path, data, headers)
                answer = c.getresponse()
                return answer.status, answer.read()
            except (OSError, http.client.HTTPException):
                c.close()
                self.mine.c = None
                if not again:
                    raise
        raise AssertionError

    def ask(self, method, path, body=None, content="application/json", timeout=30):
        """(status, decoded answer), whatever the status."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        code, text = self.send(method, path, data, content, timeout)
        try:
            return code, json.loads(text)
        except ValueError:
            return code, {"message": text.decode(errors="replace")}

    def call(self, method, path, body=None, content="application/json", fine=()):
        code, answer = self.ask(method, path, body, content)
        if code >= 300 and code not in fine:
            raise Refused(code, answer)
        return answer

    def get(self, path):
        return self.call("GET", path)

    def find(self, path):
        """None, if it is not there."""
        code, answer = self.ask("GET", path)
        if code not in (200, 404):
            raise Refused(code, answer)
        return answer if code == 200 else None

    def post(self, path, body):
        return self.call("POST", path, body)

    def patch(self, path, body, content=MERGE):
        return self.call("PATCH", path, body, content)

    def delete(self, path, body=None):
        return self.call("DELETE", path, body, fine=(404, 409))

    def watch(self, path, seconds):
        """Events of a watch, each with the time at which it came."""
        c = http.client.HTTPSConnection(self.host, self.port, context=self.tls, timeout=seconds + 5)
        join = "&" if "?" in path else "?"
        c.request("GET", f"{path}{join}watch=1&timeoutSeconds={seconds}", headers=self.headers)
        answer = c.getresponse()
        try:
            for line in answer:
                yield time.monotonic(), json.loads(line)
        finally:
            c.close()
