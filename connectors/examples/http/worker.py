"""Answers each message in capitals, and pushes one more a little later.

Needs nothing but Python: worker.py 127.0.0.1:8000 http://127.0.0.1:9091"""
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Timer
from urllib.request import Request, urlopen

def push(session, text):  # at any time, from anywhere
    url = f"{sys.argv[2]}/sessions/{session}/messages"
    urlopen(Request(url, text, {"Content-Type": "text/plain"})).close()

class Worker(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps its connections

    def do_POST(self):
        answer = self.rfile.read(int(self.headers["Content-Length"])).upper()
        if self.headers["ce-type"] == "dev.weir.connected":
            answer = f"welcome, {self.headers['ce-subject']}".encode()
        elif self.headers["ce-type"] == "dev.weir.message":
            Timer(0.5, push, (self.headers["ce-weirsession"], b"still there?")).start()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1].split(":")[1])), Worker)
print("ready", flush=True)
server.serve_forever()
