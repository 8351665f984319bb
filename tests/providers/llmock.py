"""Asks llmock in every wire format, through every fault it has, and then for its verdict.

    llmock.py LLMOCK ASK
"""

import itertools
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

LLMOCK, ASK = sys.argv[1:3]
# Model, where its API is on the server, and what the server calls its provider.
FORMATS = [
    ("openai:gpt-4o", "/v1", "openai"),
    ("responses:gpt-4o-mini", "/v1", "openai"),
    ("anthropic:claude-sonnet-4-5", "/anthropic", "anthropic"),
    ("gemini:gemini-2.5-flash", "/gemini/v1beta", "gemini"),
]
CALLS = itertools.count(1)
SILENCE = 1.0  # Seconds without a piece after which a stream counts as stalled.


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self):
        self.url = f"http://127.0.0.1:{free_port()}"
        command = [LLMOCK, "serve", "--port", self.url.rsplit(":", 1)[1], "--response-style", "hello"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            try:
                urllib.request.urlopen(self.url + "/health", timeout=1).read()
                return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.1)
        sys.exit("the server did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def call(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data), timeout=10) as reply:
            return json.load(reply)


def ask(server, model, base):
    """The reply, the last line of stderr before it, the exit code and the seconds."""
    began = time.monotonic()
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    done = subprocess.run(
        [ASK, model, server.url + base, str(SILENCE)],
        # Another text each time: to the server, the same one again is a retry.
        input=json.dumps([{"role": "user", "content": f"hello there, {next(CALLS)}"}]) + "\n",
        capture_output=True, text=True, timeout=60, env=kept,
    )
    reply = json.loads(done.stdout) if done.stdout else None
    return reply, done.stderr, done.returncode, time.monotonic() - began


def check_format(server, model, base, provider):
    """Every fault against one format; yields (name, what is wrong or nothing)."""
    bare = model.split(":", 1)[1]
    match = {"provider": provider, "model": bare}
    if provider == "gemini":
        # The server reads the model from the body, where this format has none.
        match = {"provider": provider}
    said = f"Hello! This is a mock response from {bare}."

    def fault(**behavior):
        server.call("/_llmock/scenario", {"behaviors": [{**behavior, "match": match}]})

    def answered(name, at_least=0.0, again=False):
        reply, stderr, code, seconds = ask(server, model, base)
        wrong = ""
        if code or not reply or reply["text"] != said:
            wrong = f"exit {code}, {reply}, {stderr!r}"
        elif not (reply["usage"]["output_tokens"] > 0 and reply["usage"]["input_tokens"] > 0):
            wrong = f"no usage: {reply}"
        elif seconds < at_least:
            wrong = f"after {seconds:.2f} s, not {at_least}"
        elif again and "(again)" not in stderr:
            wrong = f"the listener was not told: {stderr!r}"
        return f"{model}: {name}", wrong

    def refused(name, words):
        reply, stderr, code, _ = ask(server, model, base)
        return f"{model}: {name}", "" if code == 1 and words in stderr else f"exit {code}, {reply}, {stderr!r}"

    yield answered("a streamed reply with usage")
    fault(type="fail", status=429, retry_after=1)
    yield answered("429 with Retry-After of a second", at_least=1.0)
    fault(type="fail", status=503)
    yield answered("503, then success")
    fault(type="stream_fault", kind="disconnect", after_chunks=3)
    yield answered("a connection lost in a stream")
    fault(type="stream_fault", kind="truncate", after_chunks=3)
    yield answered("a stream that ends early")
    fault(type="stream_fault", kind="malformed", after_chunks=3)
    yield answered("a damaged piece of a stream")
    fault(type="stream_fault", kind="stall", after_chunks=3, stall_seconds=20)
    yield answered("a stream that stalls", at_least=SILENCE)
    fault(type="fail", status=401)
    yield refused("401 is not tried again", "authentication failed")
    fault(type="fail", status=400, message="prompt is too long: 9 tokens > 8 maximum")
    yield refused("a prompt past the window", "request too long")


def main():
    with Server() as server:
        # The two formats of one provider go to models of different names, so their faults stay apart.
        with ThreadPoolExecutor(len(FORMATS)) as pool:
            formats = [pool.submit(lambda row=row: list(check_format(server, *row))) for row in FORMATS]
            results = [result for format in formats for result in format.result()]
        verdict = server.call("/_llmock/verdict")
        findings = [finding for finding in verdict["findings"] if finding["severity"] == "error"]
        results.append(("the server's verdict on its client", json.dumps(findings) if findings else ""))
    for name, wrong in results:
        print(f"FAIL  {name}\n  {wrong}" if wrong else f"ok    {name}")
    failed = sum(bool(wrong) for _, wrong in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
