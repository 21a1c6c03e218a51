# SPDX-License-Identifier: Apache-2.0
"""A proxy before the API server that speaks HTTP/1.1 only, as some load balancers of clusters do."""
import os
import select
import socket
import ssl
import threading

from checks import check, equal


def send(target, data):
    view = memoryview(data)
    while view:
        try:
            view = view[target.send(view):]
        except ssl.SSLWantWriteError:
            select.select([], [target], [])
        except ssl.SSLWantReadError:
            select.select([target], [], [])


def carry_both_ways(front, back):
    """Until one of both ends. In one thread: a TLS connection that one thread reads while another writes to it
    loses bytes now and then, and stands still."""
    other = {front: back, back: front}
    for end in other:
        end.setblocking(False)
    while True:
        for end in [e for e in other if e.pending()] or select.select(list(other), [], [])[0]:
            try:
                data = end.recv(65536)
            except ssl.SSLWantReadError:
                continue
            if not data:
                return
            send(other[end], data)


class Proxy:
    """TLS with the API server's own certificate; behind it a connection of its own for each that comes."""

    def __init__(self, c):
        self.target = (c.api.host, c.api.port)
        self.back = ssl.create_default_context(cafile=os.path.join(c.dir, "ca.crt"))
        self.back.check_hostname = False
        self.front = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.front.load_cert_chain(os.path.join(c.dir, "server.crt"), os.path.join(c.dir, "server.key"))
        self.front.set_alpn_protocols(["http/1.1"])
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.open = 0
        self.most = 0
        self.lock = threading.Lock()
        threading.Thread(target=self.accept, daemon=True).start()

    def count(self, n):
        with self.lock:
            self.open += n
            self.most = max(self.most, self.open)

    def accept(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=(peer,), daemon=True).start()

    def carry(self, peer):
        self.count(1)
        try:
            front = self.front.wrap_socket(peer, server_side=True)
            back = self.back.wrap_socket(socket.create_connection(self.target))
        except OSError:
            peer.close()
            self.count(-1)
            return
        try:
            carry_both_ways(front, back)
        except OSError:
            pass
        front.close()
        back.close()
        self.count(-1)


def http1_only(c):
    """Behind a server of HTTP/1.1 each watch takes a connection for itself: everything else goes on beside them."""
    proxy = Proxy(c)
    c.programs_port = proxy.port
    c.start_all()
    c.make_job("a", command=["sleep", "1"], parallelism=3)
    c.wait_state("a", "Completed", 60)
    c.make_job("b", command=["forever"], parallelism=3)
    c.wait_state("b", "Running", 60)
    c.api.patch(c.job_path("b"), {"spec": {"parallelism": 1}})
    c.wait(lambda: len(c.pods("b")) == 1, "two members are gone", 60)
    equal(len(c.status("a").get("conditions", [])) > 0, True, "conditions of a")
    check(4 < proxy.most <= 4 * 17, f"{proxy.most} connections at once")


CASES = (http1_only,)
