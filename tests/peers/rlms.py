"""Does a log that `rlm-repl export --format rlms` wrote become the objects of the `rlms` package, and do these
write the same log again?

    rlms.py BINARY
"""

import io
import json
import os
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from rich.console import Console
from rlm.core.types import CodeBlock, REPLResult, RLMChatCompletion, RLMIteration, RLMMetadata
from rlm.logger import RLMLogger, VerbosePrinter

BINARY = sys.argv[1]
QUESTION = "What is in it?"
# A run with all that a log can hold: an error, sub-calls of which one fails, child runs, a turn without a cell.
TURNS = [
    "I will look at it first.\n```repl\nprint(len(context))\nn = 3\n```",
    "```repl\nparts = llm_query_batched(['one', 'fail', 'three'])\nprint(parts)\n```\n```repl\n1 / 0\n```",
    "I have to think about this.",
    "```repl\nchildren = rlm_query_batched(['task a', 'task b'], contexts=['a', 'b'])\nprint(children)\n```",
    "```repl\nFINAL({'parts': len(parts), 'children': children})\n```",
]
# Of the viewer in the package's repository: what it takes for a number, without looking.
NUMBERS = ["prompt_tokens", "completion_tokens", "execution_time"]

passed = failed = 0


def check(name, holds, seen=""):
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    print(f"ok    {name}" if holds else f"FAIL  {name}: {seen}")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        messages = json.loads(self.rfile.read(int(self.headers["content-length"])))["messages"]
        said = sum(message["role"] == "assistant" for message in messages)
        status = 200
        if messages[0]["role"] != "system":
            text = f"read {messages[0]['content']}"
            status = 400 if "fail" in text else 200
        elif any(QUESTION in message["content"] for message in messages):
            text = TURNS[said]
        else:
            text = "```repl\nFINAL(llm_query(context))\n```"
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 11, "completion_tokens": 5, "total_tokens": 16}
        body = {"id": "1", "object": "chat.completion", "created": 0, "model": "fake", "choices": [choice], "usage": usage}
        body = json.dumps(body if status == 200 else {"error": {"message": "refused"}}).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def exported(folder):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context, trajectory = f"{folder}/context.txt", f"{folder}/t.jsonl"
    with open(context, "w") as file:
        file.write("some text")
    environment = {"PATH": os.environ["PATH"], "OPENAI_API_KEY": "none", "HOME": folder}
    url = f"http://127.0.0.1:{server.server_port}/v1"
    run = [BINARY, "run", "--quiet", "--no-journal", "--model", "openai:fake", "--base-url", url, "--context", context]
    done = subprocess.run([*run, "--trajectory", trajectory, QUESTION], env=environment, capture_output=True, text=True)
    check("the run ends with its answer", done.stdout.startswith('{"parts":3,"children":["read a","read b"]}'), done)
    done = subprocess.run([BINARY, "export", "--format", "rlms", trajectory], capture_output=True, text=True)
    check("the trajectory is exported", done.returncode == 0, done)
    return [json.loads(line) for line in done.stdout.splitlines()]


def fields(kind, line):
    return {name: line[name] for name in kind.__dataclass_fields__ if name in line}


def iteration(line):
    """The objects of the package, made by their own constructors."""

    def block(block):
        result = block["result"]
        calls = [RLMChatCompletion.from_dict(call) for call in result["rlm_calls"]]
        return CodeBlock(block["code"], REPLResult(**{**result, "rlm_calls": calls}))

    return RLMIteration(**{**fields(RLMIteration, line), "code_blocks": [block(one) for one in line["code_blocks"]]})


def without(line, *names):
    """The line without what the package never writes, at any depth."""
    if isinstance(line, dict):
        return {key: without(value, *names) for key, value in line.items() if key not in names}
    return [without(one, *names) for one in line] if isinstance(line, list) else line


def differences(line, same, at=""):
    """Where two lines differ."""
    if isinstance(line, dict) and isinstance(same, dict):
        return [found for key in {**line, **same} for found in differences(line.get(key), same.get(key), f"{at}.{key}")]
    if isinstance(line, list) and isinstance(same, list) and len(line) == len(same):
        return [found for index, pair in enumerate(zip(line, same)) for found in differences(*pair, f"{at}[{index}]")]
    return [] if line == same else [f"{at}: {line!r} and {same!r}"]


def look_at(lines, folder):
    head, *turns = lines
    check("one line of metadata, and then a line a turn", [line["type"] for line in lines] == ["metadata"] + ["iteration"] * len(TURNS), [line["type"] for line in lines])
    metadata = RLMMetadata(**fields(RLMMetadata, head))
    iterations = [iteration(line) for line in turns]

    logger = RLMLogger(log_dir=folder, file_name="again")
    logger.log_metadata(metadata)
    for one in iterations:
        logger.log(one)
    with open(logger.log_file_path) as file:
        again = [json.loads(line) for line in file]
    ours = ["timestamp", "prompt_tokens", "completion_tokens"]
    for number, (line, same) in enumerate(zip(lines, again)):
        line, same = without(line, *ours), without(same, *ours)
        check(f"line {number}: the package's own logger writes the same", line == same, differences(line, same))

    told = io.StringIO()
    printer = VerbosePrinter(enabled=True)
    printer.console = Console(file=told, width=200)
    printer.print_metadata(metadata)
    for number, one in enumerate(iterations, 1):
        printer.print_iteration(one, number)
    printer.print_final_answer(iterations[-1].final_answer)
    shown = told.getvalue()
    for part in ["openai:fake", "ZeroDivisionError", "read three", "RLM Sub-call", "Iterations: 1", "Final Answer"]:
        check(f"the package's printer shows {part!r}", part in shown, shown)

    calls = [call for turn in turns for block in turn["code_blocks"] for call in block["result"]["rlm_calls"]]
    check("sub-calls and child runs are among the calls", len(calls) == 5, len(calls))
    check("the viewer finds its numbers", all(isinstance(call[name], (int, float)) for call in calls for name in NUMBERS), calls)
    check("the viewer finds texts in prompts and replies", all(isinstance(call[name], str) for call in calls for name in ("prompt", "response")), calls)
    check("the viewer finds a conversation in each turn", all(isinstance(message["content"], str) for turn in turns for message in turn["prompt"]))
    check("the viewer finds times", all(isinstance(turn["iteration_time"], float) and isinstance(turn["timestamp"], str) for turn in turns))
    check("calls stand in the order of their prompts", [call["prompt"] for call in calls[:3]] == ["one", "fail", "three"], calls[:3])
    failures = [call.get("error") for call in calls if call.get("error")]
    check("the call that failed says why", len(failures) == 1 and "refused" in failures[0], failures)
    usage = iterations[1].code_blocks[0].result.rlm_calls[0].usage_summary
    check("the package adds up tokens", (usage.total_input_tokens, usage.total_output_tokens) == (11, 5), usage)
    inner = calls[-1]["metadata"]["iterations"]
    check("a child run has its own turns", len(inner) == 1 and inner[0]["final_answer"] == "read b", inner)
    check("its calls are there too", len(inner[0]["code_blocks"][0]["result"]["rlm_calls"]) == 1, inner)


with tempfile.TemporaryDirectory() as folder:
    look_at(exported(folder), folder)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
