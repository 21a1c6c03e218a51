# SPDX-License-Identifier: Apache-2.0
"""As much of a kubelet as the API server asks for logs: HTTPS on a port of its own. The log of a pod is what the test says."""
import os
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse


class Kubelet:
    """logs: {pod: [text…]}. With follow=true each text is a piece of its own, and the answer goes on until go is set."""

    def __init__(self, folder):
        self.logs, self.asked, self.go, self.open, self.most = {}, [], threading.Event(), 0, 0
        self.lock, kubelet = threading.Lock(), self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                kubelet.answer(self)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(os.path.join(folder, "server.crt"), os.path.join(folder, "server.key"))
        self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.port = self.server.server_address[1]

    def answer(self, request):
        url = urlparse(request.path)
        _, _, _, pod, container = url.path.split("/")
        query = parse_qs(url.query)
        with self.lock:
            self.asked.append((pod, container, {k: v[0] for k, v in query.items()}))
            self.open += 1
            self.most = max(self.most, self.open)
        request.send_response(200)
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        for text in self.logs.get(pod, []):
            self.piece(request, text.encode())
        if "follow" in query:
            self.go.wait(60)
        with self.lock:
            self.open -= 1
        self.piece(request, b"")

    def piece(self, request, data):
        request.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        request.wfile.flush()
