"""What does the loop cost beside `rlms`, the package of the paper's authors, and beside droste, when one fake
server answers all three?

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install rlms droste
    /tmp/peers/bin/python benches/peers/loops.py target/release/rlm-repl

Each row is the least of several runs, of all in turn; a run counts only when its answer is right and the server was
asked as often as it should have been. rlm-repl is timed as a whole process, started anew each time; of the others only the run itself
counts, not the start of Python and its imports. All send 16 sub-calls at a time.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

RUNS = 5
DELAY = 0.05
CONCURRENCY = 16
QUESTION = "How long is it?"
CONTEXT = "some text\n" * 100
ANSWER = "answer['content'] = str({})\nanswer['ready'] = True"


def turns(count):
    """A root model of so many turns, each with a small cell, and then the answer."""
    return [f"x = {said}\nprint(len(context) + x)" for said in range(count)] + [ANSWER.format("len(context)")]


def one_cell(code):
    return [f"{code}\n{ANSWER.format('len(context)')}"]


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def begin(self, script, delay, tag):
        self.script, self.delay, self.tag = script, delay, tag
        self.root_requests = self.child_requests = self.sub_calls = 0
        self.lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Small writes must not wait for each other.
    disable_nagle_algorithm = True

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        text = self.reply(request["messages"])
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

    def reply(self, messages):
        server = self.server
        if messages[0]["role"] != "system":
            with server.lock:
                server.sub_calls += 1
            time.sleep(server.delay)
            return "seen"
        with server.lock:
            if any(QUESTION in str(message["content"]) for message in messages):
                code = server.script[server.root_requests % len(server.script)]
                server.root_requests += 1
            else:
                code = ANSWER.format("'seen'")
                server.child_requests += 1
        return f"```{server.tag}\n{code}\n```"

    def log_message(self, *_):
        pass


class Ours:
    name, tag, has_children = "rlm-repl", "repl", True

    def __init__(self, program, url, context):
        self.command = [program, "run", "--quiet", "--no-journal", "--max-iterations", "1000", "--model", "openai:fake"]
        self.command += ["--base-url", url, "--context", context, QUESTION]

    def answer(self):
        environment = {"PATH": os.environ["PATH"], "OPENAI_API_KEY": "none"}
        done = subprocess.run(self.command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done
        return done.stdout.removesuffix("\n")


class Rlms:
    name, tag, has_children = "rlms", "repl", True

    def __init__(self, url):
        from rlm import RLM

        self.kind = RLM
        self.model = {"model_name": "fake", "base_url": url, "api_key": "none"}

    def answer(self):
        # Where `max_depth` is 1, its `rlm_query` is a plain sub-call.
        run = self.kind(backend="openai", backend_kwargs=self.model, environment="local", max_iterations=1000, max_depth=2)
        return run.completion(prompt=CONTEXT, root_prompt=QUESTION).response


class Droste:
    name, tag, has_children = "droste", "python", False

    def __init__(self, url):
        import droste

        self.droste, self.url = droste, url

    def answer(self):
        droste = self.droste
        budget = droste.Budget(tokens=10**9, subcalls=10_000, max_iterations=1000)
        chosen = droste.EnvironmentConfig(kind="native", budget=budget)
        context = droste.create_environment_context(chosen)
        root = droste.OpenAICompatClient(model="fake", base_url=self.url, api_key="none")
        subs = droste.OpenAICompatSubcallClient(model="fake", context=context, base_url=self.url, api_key="none", max_parallel=CONCURRENCY)
        environment = droste.create_environment(chosen, context=CONTEXT, registry=None, subcalls=subs, execution_context=context)
        config = droste.RLMConfig(budget=budget, sandbox=chosen.sandbox, root_model="fake", rollout=droste.RolloutConfiguration(concurrency=CONCURRENCY))
        result = droste.run_rlm(QUESTION, environment=environment, root_llm=root, subcalls=subs, config=config, context=context)
        return result.answer


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: loops.py PATH/TO/rlm-repl")
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/v1"
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(CONTEXT)
        file.flush()
        loops = [Ours(sys.argv[1], url, file.name)]
        for peer in (Rlms, Droste):
            try:
                loops.append(peer(url))
            except ImportError:
                print(f"{peer.name} is not installed: it is left out")
        print(f"{'':<40}" + "".join(f"{loop.name:>22}" for loop in loops))

        failed = []

        def least(script, delay=0.0, sub_calls=0, children=0):
            """The least time of each; nothing for one that cannot do it."""
            able = [loop for loop in loops if loop.has_children or not children]
            took = {loop.name: [] for loop in able}
            wanted = (str(len(CONTEXT)), len(script), sub_calls, children)
            for _ in range(RUNS):
                for loop in able:
                    server.begin(script, delay, loop.tag)
                    began = time.perf_counter()
                    answer = loop.answer()
                    wall = time.perf_counter() - began
                    got = (answer, server.root_requests, server.sub_calls, server.child_requests)
                    if got == wanted:
                        took[loop.name].append(wall)
                    else:
                        failed.append(f"{loop.name}: answer, root requests, sub-calls and children were {got}, not {wanted}")
            return {name: min(times) for name, times in took.items() if times}

        def row(name, times):
            ours = times[loops[0].name]

            def told(loop):
                if loop.name not in times:
                    return "none"
                ratio = "" if loop is loops[0] else f" ({times[loop.name] / ours:.1f} x)"
                return f"{times[loop.name] * 1e3:.1f} ms{ratio}"

            print(f"{name:<40}" + "".join(f"{told(loop):>22}" for loop in loops), flush=True)

        few, many = least(turns(5)), least(turns(35))
        row("run of 5 turns", few)
        row("one turn more", {name: (many[name] - few[name]) / 30 for name in few})
        row("batch of 48 sub-calls of 50 ms", least(one_cell("llm_query_batched(['q'] * 48)"), DELAY, 48))
        row("plain loop of 40 sub-calls of 50 ms", least(one_cell("out = [llm_query(f'q {n}') for n in range(40)]"), DELAY, 40))
        row("8 child runs in one batch", least(one_cell("rlm_query_batched([f'task {n}' for n in range(8)])"), children=8))
        for run in failed:
            print(f"left out: {run}")


main()
