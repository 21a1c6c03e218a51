# SPDX-License-Identifier: Apache-2.0
"""A peer of the agents' port, from inside of a node: TLS, the introduction of a REQ socket, requests and answers. It
keeps none of an agent's rules."""
import ctypes
import os
import socket
import ssl
import struct
import subprocess
import threading

import proto
from cluster import AUDIENCE, NS

PORT = 7117
INTRODUCTION = b"\0SP\0\0\x30\0\0"
CLONE_NEWNET = 0x40000000
in_namespace = threading.Lock()


class Closed(Exception):
    """The coordinator hung up."""


def process_of(node):
    """The first process of the node's container."""
    text = subprocess.run(["docker", "inspect", "-f", "{{.State.Pid}}", node], check=True, stdout=subprocess.PIPE).stdout
    return int(text)


def enter(descriptor):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "entering a node's network needs root")


class Network:
    """Sockets in the network of a node: what root there can reach."""

    def __init__(self, node):
        self.path = f"/proc/{process_of(node)}/ns/net"

    def socket(self):
        with in_namespace, open(self.path, encoding="utf-8") as there, open("/proc/self/ns/net", encoding="utf-8") as here:
            enter(there.fileno())
            try:
                return socket.socket()
            finally:
                enter(here.fileno())

    def connect(self, address, timeout=5, buffer=0):
        s = self.socket()
        s.settimeout(timeout)
        if buffer:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        try:
            s.connect((address, PORT))
        except OSError:
            s.close()
            raise
        return s


class Door:
    """The port of the coordinator that leads, seen from a node."""

    def __init__(self, cluster, node):
        self.network = Network(node)
        self.address = cluster.leader()["status"]["podIP"]
        self.tls = ssl.create_default_context(cadata=cluster.admin.get(
            f"/api/v1/namespaces/{NS}/configmaps/muster-ca")["data"]["ca.crt"])
        self.name = f"muster-coordinator.{NS}.svc"

    def tcp(self, timeout=5, buffer=0):
        """buffer: bytes that the kernel takes in while nobody reads; 0: as many as it likes."""
        return self.network.connect(self.address, timeout, buffer)

    def shaken(self, timeout=5, buffer=0):
        """TLS is done, nothing is said."""
        return self.tls.wrap_socket(self.tcp(timeout, buffer), server_hostname=self.name)

    def peer(self, timeout=5, buffer=0):
        return Peer(self.shaken(timeout, buffer))


class Peer:
    """One connection that has introduced itself."""

    def __init__(self, stream):
        self.stream, self.request, self.session = stream, 0x80000000, 0
        self.send_bytes(INTRODUCTION)
        self.read(8)

    def close(self):
        self.stream.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send_bytes(self, data):
        try:
            self.stream.sendall(data)
        except (OSError, ssl.SSLError) as err:
            raise Closed(str(err)) from err

    def read(self, n):
        data = b""
        while len(data) < n:
            try:
                part = self.stream.recv(n - len(data))
            except TimeoutError:
                raise
            except OSError as err:
                raise Closed(str(err)) from err
            if not part:
                raise Closed("end of stream")
            data += part
        return data

    def send(self, body):
        """One request; returns its number."""
        self.request += 1
        message = struct.pack(">I", self.request) + body
        self.send_bytes(struct.pack(">Q", len(message)) + message)
        return self.request

    def answer(self):
        """The next answer: (number, kind, values)."""
        message = self.read(struct.unpack(">Q", self.read(8))[0])
        kind, values = proto.decode_frame(message[4:])
        return struct.unpack(">I", message[:4])[0], kind, values

    def ask(self, kind, values):
        """(kind, values) of the answer; ("closed", {}) if the coordinator hung up, ("silence", {}) if nothing came."""
        return self.ask_bytes(proto.frame(kind, values))

    def ask_bytes(self, body):
        try:
            self.send(body)
            return self.answer()[1:]
        except Closed:
            return "closed", {}
        except TimeoutError:
            return "silence", {}

    def hello(self, token, node, members=(), **fields):
        """One page that says who the agent is; the session is kept."""
        values = {"protocol": 1, "token": token, "node": node, "boot_id": "b", "version": "0", "agent": f"a-{id(self)}",
                  "capacity": {}, "last_page": 1, "members": list(members), "proofs": 1, **fields}
        kind, answer = self.ask("hello", values)
        if kind == "welcome":
            self.session = answer["session"]
        return kind, answer

    def report(self, seq, members=(), **fields):
        return self.ask("report", {"session": self.session, "seq": seq, "members": list(members), **fields})


def agent_token(cluster, node, **of):
    """The token with which the node's own agent introduces itself: whoever is root there reads it."""
    return cluster.token("muster-agent", audience=AUDIENCE, pod=cluster.agent_on(node), **of)
