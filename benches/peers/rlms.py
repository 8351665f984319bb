"""What does the loop cost beside `rlms`, the package of the paper's authors, when one fake server answers both?

    python3 -m venv /tmp/rlms && /tmp/rlms/bin/pip install rlms
    /tmp/rlms/bin/python benches/peers/rlms.py target/release/rlm-repl

Each row is the least of several runs, of both in turn. rlm-repl is timed as a whole process, started anew each
time; of rlms only `completion()` counts, not the start of Python and its imports.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

RUNS = 3
DELAY = 0.05


def cell(code):
    return f"```repl\n{code}\n```"


def turns(count):
    """A root model of so many turns, each with a small cell."""

    def reply(said):
        if said < count:
            return cell(f"x = {said}\nprint(len(context) + x)")
        return cell("answer['content'] = str(len(context))\nanswer['ready'] = True")

    return reply


def one_cell(code):
    return lambda said: cell(f"{code}\nanswer['content'] = str(len(context))\nanswer['ready'] = True")


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512
    root = None
    delay = 0.0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Small writes must not wait for each other.
    disable_nagle_algorithm = True

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        messages = request["messages"]
        is_root = messages[0]["role"] == "system"
        if is_root:
            text = self.server.root(sum(message["role"] == "assistant" for message in messages))
        else:
            time.sleep(self.server.delay)
            text = "seen"
        usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
        if request.get("stream"):
            choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": "stop"}
            chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "fake", "choices": [choice], "usage": usage}
            body, kind = f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode(), "text/event-stream"
        else:
            choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
            body = json.dumps({"id": "1", "object": "chat.completion", "created": 0, "model": "fake", "choices": [choice], "usage": usage}).encode()
            kind = "application/json"
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    try:
        from rlm import RLM
    except ImportError:
        print("rlms is not installed: nothing to compare with")
        return
    if len(sys.argv) != 2:
        sys.exit("usage: rlms.py PATH/TO/rlm-repl")
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/v1"
    context = "some text\n" * 100
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(context)
        file.flush()

        def ours():
            command = [sys.argv[1], "run", "--quiet", "--no-journal", "--max-iterations", "1000", "--model", "openai:fake"]
            command += ["--base-url", url, "--context", file.name, "How long is it?"]
            environment = {"PATH": os.environ["PATH"], "OPENAI_API_KEY": "none"}
            done = subprocess.run(command, env=environment, capture_output=True, text=True)
            assert done.stdout == f"{len(context)}\n", done

        def theirs():
            model = {"model_name": "fake", "base_url": url, "api_key": "none"}
            run = RLM(backend="openai", backend_kwargs=model, environment="local", max_iterations=1000)
            answer = run.completion(prompt=context, root_prompt="How long is it?").response
            assert answer == str(len(context)), answer

        def least(root, delay=0.0):
            server.root, server.delay = root, delay
            took = {ours: [], theirs: []}
            for _ in range(RUNS):
                for which, times in took.items():
                    began = time.perf_counter()
                    which()
                    times.append(time.perf_counter() - began)
            return min(took[ours]), min(took[theirs])

        def row(name, mine, other, unit=1e3):
            print(f"{name:<58} {mine * unit:9.2f} ms {other * unit:9.2f} ms   {other / mine:6.1f} times")

        print(f"{'':<58} {'rlm-repl':>12} {'rlms':>12}")
        few, many = least(turns(5)), least(turns(35))
        row("run of 5 turns", *few)
        row("one turn, from runs of 5 and of 35", *[(long - short) / 30 for short, long in zip(few, many)])
        row("batch of 160 sub-calls of 50 ms", *least(one_cell("llm_query_batched(['q'] * 160)"), DELAY))
        row("plain loop of 40 sub-calls of 50 ms", *least(one_cell("out = [llm_query(f'q {n}') for n in range(40)]"), DELAY))
        row("5 child runs in one batch", *least(one_cell("rlm_query_batched(['q'] * 5)")))


main()
