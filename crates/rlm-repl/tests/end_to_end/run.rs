//! `run` with the built-in model and with servers that are not there.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::Stdio,
};

use rustix::process::{Pid, Signal, kill_process};

use crate::process::{command, ended, file, finish, rlm_repl, streaming_server};

const NOTICE: &str = "note: no language model was used: the built-in model only searches the context for the \
                      question's words and extracts what stands there\n";

const INDEX: &str = "Package: apple\nVersion: 1.0\nMaintainer: Ann <ann@example.org>\n\n\
                     Package: pear\nVersion: 2.7\nMaintainer: Bob <bob@example.org>\n\n";

#[test]
fn the_answer_alone_is_on_stdout() {
    let (_keep, index) = file("index", INDEX);
    let asked = ["run", "--quiet", "--context", index.to_str().unwrap(), "Which version has the package pear?"];
    let answered = rlm_repl(&asked, "");
    assert_eq!((answered.code, answered.stderr.as_str()), (0, NOTICE), "{answered:?}");
    assert!(answered.stdout.contains("2.7"), "{answered:?}");
}

#[test]
fn what_is_not_there_is_said_not_to_be_found() {
    let (_keep, prose) = file("prose", "The lighthouse at Cape Arago was built in 1866. Its keeper kept bees.\n");
    let asked = |question: &str| {
        let answered =
            rlm_repl(&["run", "--quiet", "--no-journal", "--context", prose.to_str().unwrap(), question], "");
        assert_eq!((answered.code, answered.stderr.as_str()), (0, NOTICE), "{answered:?}");
        answered.stdout
    };
    assert_eq!(asked("When was the lighthouse built?"), "The lighthouse at Cape Arago was built in 1866.\n");
    assert_eq!(
        asked("How tall is the lighthouse?"),
        "not found in the context: nothing there answers this; searched for tall, lighthouse; the closest line: \
         The lighthouse at Cape Arago was built in 1866.\n"
    );
    assert_eq!(asked("Who wrote Hamlet?"), "not found in the context: no mention of Hamlet\n");
}

#[test]
fn progress_and_spend_are_on_stderr() {
    let (_keep, index) = file("index", INDEX);
    let answered = rlm_repl(&["run", "--context", index.to_str().unwrap(), "Who maintains apple?"], "");
    assert_eq!(answered.code, 0, "{answered:?}");
    let lines: Vec<&str> = answered.stderr.lines().collect();
    assert_eq!(lines[..2], [NOTICE.trim_end(), "turn 1 of 30"]);
    assert!(lines.iter().any(|line| line.starts_with("  | ")), "{}", answered.stderr);
    assert!(lines.last().unwrap().contains("; builtin: "), "{}", answered.stderr);
}

#[test]
fn a_question_goes_on_from_an_earlier_one() {
    let (directory, index) = file("index", INDEX);
    let journal = |name: &str| directory.path().join(name).display().to_string();
    let (first, second) = (journal("first"), journal("second"));
    let context = format!("packages={}", index.display());
    let asked = ["run", "-q", "--journal", &first, "--context", &context, "Which version has the package pear?"];
    assert_eq!(rlm_repl(&asked, "").code, 0);
    let asked = ["run", "-q", "--journal", &second, "--follow", &first, "Who maintains apple?"];
    let answered = rlm_repl(&asked, "");
    assert_eq!((answered.code, answered.stderr.as_str()), (0, NOTICE), "{answered:?}");
    assert!(answered.stdout.contains("Ann"), "{answered:?}");
    let written = std::fs::read_to_string(&second).unwrap();
    let start: serde_json::Value =
        serde_json::from_str(&written[written.find('{').unwrap()..written.find('\n').unwrap()]).unwrap();
    assert_eq!(start["history"][0]["question"], "Which version has the package pear?");
    assert!(start["history"][0]["answer"].as_str().unwrap().contains("2.7"), "{start}");
    assert_eq!(start["contexts"][0]["name"], "packages");
    assert_eq!(rlm_repl(&["replay", "-q", &second], "").code, 0);
    let missing = rlm_repl(&["run", "--follow", "/nowhere/journal", "Why?"], "");
    assert_eq!(missing, ended(2, "", "error: journal /nowhere/journal: no such file\n"));
}

#[test]
fn json_and_trajectory() {
    let (directory, index) = file("index", INDEX);
    let trajectory = directory.path().join("trajectory.jsonl");
    let answered = rlm_repl(
        &[
            "run",
            "--quiet",
            "--json",
            "--context",
            index.to_str().unwrap(),
            "--trajectory",
            trajectory.to_str().unwrap(),
            "Who maintains apple?",
        ],
        "",
    );
    let record: serde_json::Value = serde_json::from_str(&answered.stdout).unwrap();
    assert_eq!(record["stop"], "answered");
    assert!(record["answer"].as_str().unwrap().contains("Ann"), "{record}");
    assert!(record["usage"]["builtin"]["calls"].as_u64().unwrap() > 0, "{record}");
    let written = std::fs::read_to_string(trajectory).unwrap();
    assert!(written.lines().count() > 1);
    for line in written.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

#[cfg(not(feature = "local"))]
#[test]
fn a_build_without_local_weights_says_so() {
    let (_keep, index) = file("index", INDEX);
    let asked = ["run", "--model", "local:/m/x.gguf", "--context", index.to_str().unwrap(), "Why?"];
    let said = "error: model local:/m/x.gguf: this build has no local weights\n\
                hint: build it with `cargo build --release --features local`, or serve the weights with ollama, llama.cpp \
                or vllm\n";
    assert_eq!(rlm_repl(&asked, ""), ended(2, "", said));
}

#[test]
fn a_spent_budget_is_exit_code_3() {
    let (_keep, index) = file("index", INDEX);
    let spent = rlm_repl(
        &["run", "--quiet", "--max-iterations", "1", "--context", index.to_str().unwrap(), "Who maintains apple?"],
        "",
    );
    assert_eq!(spent.code, 3, "{spent:?}");
    assert!(
        spent.stderr.ends_with("iterations: 1 of 1 used\nhint: allow more turns with --max-iterations\n"),
        "{spent:?}"
    );
}

#[test]
fn what_cannot_be_asked_is_a_usage_error() {
    let (_keep, empty) = file("empty", "");
    let empty = empty.to_str().unwrap();
    assert_eq!(
        rlm_repl(&["run", "--context", empty, "Why?"], ""),
        ended(2, "", &format!("error: context {empty}: is empty\nhint: name a file with something in it\n"))
    );
    assert_eq!(
        rlm_repl(&["run", "Why?"], ""),
        ended(2, "", "error: no context\nhint: name what the question is about with --context PATH\n")
    );
    assert_eq!(rlm_repl(&["run", "--context", empty, " "], ""), ended(2, "", "error: the question is empty\n"));
    assert_eq!(
        rlm_repl(&["run", "--context", "-", "--model", "gpt-5", "Why?"], "text"),
        ended(
            2,
            "",
            "error: unknown model \"gpt-5\": known are builtin, local:PATH, recorded:PATH and PROVIDER:NAME, where PROVIDER is \
             one of openai, responses, anthropic, gemini, azure, openrouter, groq, mistral, deepseek, xai, ollama, \
             llamacpp, vllm\n\
             hint: use builtin, or openai:NAME such as openai:gpt-5\n"
        )
    );
    assert_eq!(
        rlm_repl(&["run", "--context", "-", "--model", "openai:gpt-5", "Why?"], "text"),
        ended(
            2,
            "",
            "error: openai:gpt-5: authentication failed: no api key for api.openai.com\n\
             hint: set OPENAI_API_KEY, or name a server on this machine with --base-url, which needs no key\n"
        )
    );
    assert_eq!(
        rlm_repl(&["run", "--context", "-", "--trajectory", "/nowhere/t.jsonl", "Why?"], "text"),
        ended(
            2,
            "",
            "error: trajectory /nowhere/t.jsonl: no such file\nhint: name a file in a directory you can write to\n"
        )
    );
}

#[test]
fn a_server_that_is_down_is_our_failure() {
    // Port 9 is "discard"; nothing listens there, so the connection is refused at once.
    let down = finish(
        command().env("OPENAI_BASE_URL", "http://127.0.0.1:9/v1").args([
            "run",
            "--quiet",
            "--context",
            "-",
            "--model",
            "openai:any",
            "Why?",
        ]),
        "text",
    );
    assert_eq!((down.code, down.stdout.as_str()), (1, ""), "{down:?}");
    assert!(down.stderr.starts_with("error: root model openai:any: temporary failure: "), "{down:?}");
    assert!(
        down.stderr.ends_with("hint: check that the server runs and --base-url names it, or try again later\n"),
        "{down:?}"
    );
}

#[test]
fn ctrl_c_asks_for_the_best_answer_and_a_second_one_stops() {
    // A server that takes the question and never answers.
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", server.local_addr().unwrap());
    let (_keep, index) = file("index", INDEX);
    let mut child = command()
        .args(["run", "--context", index.to_str().unwrap(), "--model", "openai:slow", "--base-url", &url, "Why?"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let interrupt = || kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(lines.next().as_deref(), Some("turn 1 of 30"));
    interrupt();
    assert_eq!(
        lines.next().as_deref(),
        Some("stopping after the step in progress, with the best answer so far; Ctrl-C again stops now")
    );
    interrupt();
    let rest: Vec<String> = lines.collect();
    assert_eq!(rest.last().map(String::as_str), Some("error: no answer: stopped on request"), "{rest:?}");
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn lines_tell_what_happens_and_what_it_costs() {
    let url = streaming_server(&[
        "I ask both.\n```repl\ngot = llm_query_batched(['a', 'b'])\nprint(got)\n```",
        "```repl\nFINAL(1)\n```",
    ]);
    let asked = ["run", "--context", "-", "--model", "openai:fake", "--base-url", &url, "Which?"];
    let answered = rlm_repl(&asked, "text");
    assert_eq!((answered.code, answered.stdout.as_str()), (0, "1\n"), "{answered:?}");
    let lines: Vec<&str> = answered.stderr.lines().collect();
    let expected = [
        "turn 1 of 30",
        "    I ask both.",
        "  | got = llm_query_batched(['a', 'b'])",
        "  | print(got)",
        "  2 sub-calls to openai:fake",
        "  2 sub-calls ended in ",
        "  > ['read', 'read']",
        "turn 2 of 30; spent: price unknown, 33 tokens in, 9 out, 2 of 1,000 sub-calls",
        "  | FINAL(1)",
        "2 turns, 2 sub-calls, ",
    ];
    assert_eq!(lines.len(), expected.len(), "{}", answered.stderr);
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.starts_with(expected), "{line}\n{expected}");
    }
}

#[test]
fn a_budget_of_money_needs_prices() {
    let asked = [
        "run",
        "--context",
        "-",
        "--model",
        "openai:fake",
        "--base-url",
        "http://127.0.0.1:9/v1",
        "--max-cost",
        "1",
        "Why?",
    ];
    assert_eq!(
        rlm_repl(&asked, "text"),
        ended(
            2,
            "",
            "error: a budget of money needs a price for openai:fake\n\
             hint: leave --max-cost out, or say what openai:fake costs under a name of your own in rlm-repl.toml: price = { \
             input = 1.25, output = 10.0 }, in dollars for a million tokens\n"
        )
    );
}

#[test]
fn a_root_model_needs_a_window_that_holds_its_instructions() {
    let (_keep, path) = file("rlm-repl.toml", "[models.small]\nmodel = 'ollama:s'\ncontext_window = 2048\n");
    let asked = ["run", "--context", "-", "--model", "small", "--config", path.to_str().unwrap(), "Why?"];
    assert_eq!(
        rlm_repl(&asked, "text"),
        ended(
            2,
            "",
            "error: model ollama:s: its window of 2048 tokens is too small to write cells, which takes 4096 at least\n\
             hint: name another with --model, and this one as --sub-model ollama:s\n"
        )
    );
}

#[test]
fn a_machine_is_measured_with_and_without_a_python_beside() {
    let mut alone = command();
    alone.env("PATH", "/nowhere").args(["bench", "--runs", "1", "--only", "fib", "--json"]);
    let measured = finish(&mut alone, "");
    assert_eq!(measured.code, 0, "{measured:?}");
    assert!(measured.stderr.starts_with("note: no ratios: python3: "), "{measured:?}");
    let record: serde_json::Value = serde_json::from_str(&measured.stdout).unwrap();
    assert_eq!((&record["rows"][0]["name"], &record["python"]), (&"fib".into(), &serde_json::Value::Null));
    assert!(record["rows"][0]["seconds"].as_f64().unwrap() > 0.0, "{record}");
    let unknown = rlm_repl(&["bench", "--only", "nothing-has-this-name"], "");
    assert_eq!(unknown.code, 2, "{unknown:?}");
    assert!(unknown.stderr.contains("hint: there are: fib, "), "{unknown:?}");
}
