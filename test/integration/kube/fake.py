#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An HTTPS server that answers as an API server on a bad day; the name of what is asked for says how.

fake.py CERT KEY: prints its port; ends when its standard input does."""
import http.server
import json
import ssl
import sys
import threading

STATUS = {"kind": "Status", "apiVersion": "v1", "status": "Failure"}
OBJECT = {"metadata": {"name": "x", "namespace": "d", "uid": "u", "resourceVersion": "7"}}
good_token = ["first"]
answers = {
    "throttled": (429, {"Retry-After": "7"}, dict(STATUS, code=429, reason="TooManyRequests", message="slow")),
    "details": (503, {}, dict(STATUS, code=503, message="later", details={"retryAfterSeconds": 3})),
    "html": (502, {}, "<html>bad gateway</html>"),
    "empty": (200, {}, ""),
    "text": (200, {}, "fine"),
    "redirect": (302, {"Location": "https://127.0.0.1:1/"}, ""),
    "timeout": (504, {}, dict(STATUS, code=504, reason="Timeout", message="in etcd")),
}
lists = {
    "cut": '{"metadata":{"resourceVersion":"9"},"items":[{"metadata":{"name":"a"}},{"meta',
    "late": '{"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}],"metadata":{"resourceVersion":"9","continue":"c"}}',
    "expired": None,
    "none": '{"items":null,"metadata":{"resourceVersion":"9"}}',
}
watches = {
    "error": ['{"type":"ADDED","object":{"metadata":{"name":"a"}}}',
              '{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}',
              '{"type":"ADDED","object":{"metadata":{"name":"never"}}}'],
    "bookmark": ['{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"12"}}}'],
    "junk": ['{"type":"ADDED","object":{"metadata":{"name":"a"}}}', "<html>"],
    "many": ['{"type":"ADDED","object":{"metadata":{"name":"a"}}}',
             '{"type":"MODIFIED","object":{"metadata":{"name":"x"},"data":[%s0]}}' % ("0," * 200000),
             '{"type":"MODIFIED","object":{"metadata":{"name":"y"},"data":%s%s}}' % ("[" * 3000, "]" * 3000),
             '{"type":"MODIFIED","object":{"data":{}}}',
             '{"type":"ADDED","object":{"metadata":{"name":"b"}}}'],
    "long": ['{"type":"ADDED","object":{"metadata":{"name":"a"},"data":{"x":"%s"}}}' % ("x" * (4 << 20)),
             '{"type":"ADDED","object":{"metadata":{"name":"b"}}}'],
    "part": ['{"type":"ADDED","object":{"metadata":{"name":"a"}}}',
             '{"type":"MODIFIED","object":{"metadata":{"name":"x"},"spec":{"template":[%s0]}}}' % ("0," * 200000),
             '{"type":"DELETED","object":{"metadata":{"name":"y"},"spec":{"template":%s%s}}}' % ("[" * 3000, "]" * 3000),
             '{"type":"MODIFIED","object":{"metadata":{"name":"z"},"spec":{"template":1e999}}}',
             '{"type":"MODIFIED","object":{"metadata":{"name":"v"},"spec":{"priority":1e999}}}',
             '{"type":"ADDED","object":{"metadata":{"name":"b"}}}'],
    "much-junk": ['{"type":"ADDED","object":{"metadata":{"name":"a"}}}',
                  '{"type":"ADDED","object":{"metadata":{"name":"x"},"spec":{"template":[%s' % ("0," * 200000)],
    "half": ['{"type":"ADDED","object":{"metadata":{"name":"a"}}}', '{"type":"ADD'],
}


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # clients that hang up are what this is for


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def say(self, code, headers, body):
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(code)
        for k, v in headers.items():
            self.send_header(k, v)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def pieces(self, data):
        """Byte by byte where it is short: chunks end anywhere."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        n = 1 if len(data) < 4096 else 16381
        for i in range(0, len(data), n):
            piece = data[i:i + n]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def do_GET(self):
        path = self.path.split("?")[0].split("/")
        name, what = path[-1], path[-2]
        if name in ("configmaps", "computejobs"):  # a list or a watch: the namespace says which
            if "watch=1" in self.path:
                self.pieces("\n".join(watches[what]).encode() + (b"" if what == "half" else b"\n"))
            elif lists[what] is None:
                self.say(410, {}, dict(STATUS, code=410, reason="Expired", message="continue is too old"))
            else:
                self.pieces(lists[what].encode())
        elif name == "token":
            good = self.headers["Authorization"] == "Bearer " + good_token[0]
            self.say(200 if good else 401, {}, OBJECT if good else dict(STATUS, code=401, message="who?"))
        elif name == "rotate":
            good_token[0] = "second"
            self.say(200, {}, OBJECT)
        else:
            self.say(*answers.get(name, (200, {}, OBJECT)))


server = Server(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
