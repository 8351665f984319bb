//! `session`: the protocol of docs/session-protocol.md, spoken by a client that nothing hides from.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

use serde_json::{Value, json};

use crate::process::{command, file, rlm_repl};

/// A program that embeds a session.
struct Client {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Client {
    fn start() -> Self {
        Self::start_with(&[])
    }

    fn start_with(args: &[&str]) -> Self {
        let mut child = command()
            .args(["session", "--timeout", "30"])
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("stdout is piped"));
        Self { child, input, output }
    }

    fn send(&mut self, line: &str) {
        let input = self.input.as_mut().expect("input is open");
        input.write_all(line.as_bytes()).and_then(|()| input.write_all(b"\n")).expect("the session reads");
    }

    /// The next line, without what differs from run to run.
    fn receive(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the session writes");
        let mut value: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        value.as_object_mut().expect("a line is an object").remove("usage");
        value
    }

    fn ask(&mut self, request: Value) -> Value {
        self.send(&request.to_string());
        self.receive()
    }

    /// Runs a cell that is expected to complete; its output.
    fn prints(&mut self, code: &str) -> String {
        let result = self.ask(json!({"id": 0, "op": "run", "code": code}));
        assert_eq!(result["outcome"], "completed", "{result}");
        result["stdout"].as_str().unwrap().to_owned()
    }

    /// Ends input; the rest of the output and the exit code.
    fn end(mut self) -> (Vec<Value>, i32) {
        drop(self.input.take());
        let mut rest = Vec::new();
        let mut line = String::new();
        while self.output.read_line(&mut line).expect("the session writes") > 0 {
            rest.push(serde_json::from_str(&line).expect("JSON"));
            line.clear();
        }
        (rest, self.child.wait().expect("the process ends").code().expect("by itself"))
    }
}

fn completed(id: Value, stdout: &str, value: Value, repr: Value) -> Value {
    json!({
        "id": id, "outcome": "completed", "stdout": stdout, "stderr": "", "omitted": {"stdout": 0, "stderr": 0},
        "value": value, "repr": repr, "error": null, "limit": null, "undone": false, "answer": null, "notes": [],
    })
}

#[test]
fn variables_live_from_cell_to_cell() {
    let mut client = Client::start();
    assert_eq!(
        client.ask(json!({"id": 1, "op": "run", "code": "x = 20; print('set')"})),
        completed(json!(1), "set\n", Value::Null, Value::Null)
    );
    assert_eq!(
        client.ask(json!({"id": "two", "op": "run", "code": "x + 22"})),
        completed(json!("two"), "", json!(42), json!("42"))
    );
    assert_eq!(
        client.ask(json!({"id": 3, "op": "vars"})),
        json!({"id": 3, "vars": [{"name": "x", "kind": "int", "size": null, "preview": "20"}]})
    );
    assert_eq!(client.end(), (vec![], 0));
}

#[test]
fn exceptions_and_limits_are_results() {
    let mut client = Client::start();
    let raised = client.ask(json!({"id": 1, "op": "run", "code": "y = 1\n{}['key']"}));
    assert_eq!(raised["outcome"], "raised");
    assert_eq!(raised["error"]["kind"], "KeyError");
    assert_eq!(raised["error"]["message"], "'key'");
    assert_eq!(raised["error"]["exit"], Value::Null);
    assert!(raised["error"]["traceback"].as_str().unwrap().contains("line 2"), "{raised}");

    let limits = json!({"wall_ms": 100});
    let exceeded = client.ask(json!({"id": 2, "op": "run", "code": "while True: pass", "limits": limits}));
    assert_eq!(exceeded["outcome"], "exceeded");
    assert_eq!(exceeded["limit"]["name"], "wall");
    assert_eq!(exceeded["limit"]["allowed"], 100);
    assert!(exceeded["limit"]["text"].as_str().unwrap().ends_with(" s of 0.100 s"), "{exceeded}");

    assert_eq!(client.prints("print(y)"), "1\n", "what came before survives");
}

#[test]
fn values_go_in_and_come_out() {
    let mut client = Client::start();
    let values = json!([
        null, true, -7, 1.5, "é", [], {"b": 1, "a": {"$bytes": "AP8="}}, {"$int": "123456789012345678901234567890"},
        {"$float": "-inf"}, {"$dict": [[1, "x"], [null, {"$float": "nan"}]]},
    ]);
    assert_eq!(
        client.ask(json!({"id": 1, "op": "define", "name": "v", "value": values})),
        json!({"id": 1, "ok": true})
    );
    assert_eq!(client.ask(json!({"id": 2, "op": "run", "code": "v"}))["value"], values);
    assert_eq!(
        client.prints("print([type(x).__name__ for x in v])"),
        "['NoneType', 'bool', 'int', 'float', 'str', 'list', 'dict', 'int', 'float', 'dict']\n"
    );
    assert_eq!(client.ask(json!({"id": 3, "op": "run", "code": "object"}))["value"], Value::Null);
}

#[test]
fn files_become_variables() {
    let (_keep, path) = file("text", "some text");
    let mut client = Client::start();
    assert_eq!(
        client.ask(json!({"id": 1, "op": "define", "name": "context", "path": path})),
        json!({"id": 1, "ok": true})
    );
    assert_eq!(
        client.ask(json!({"id": 2, "op": "define", "name": "raw", "path": path, "bytes": true})),
        json!({"id": 2, "ok": true})
    );
    assert_eq!(client.prints("print(context, raw)"), "some text b'some text'\n");
    assert_eq!(
        client.ask(json!({"id": 3, "op": "define", "name": "x", "path": "/nowhere/x"})),
        json!({"id": 3, "error": "context /nowhere/x: no such file"})
    );
}

#[test]
fn a_session_starts_with_contexts() {
    let (_keep, path) = file("text", "some text");
    let (plain, named) = (path.to_str().unwrap(), format!("mine={}", path.display()));
    let mut client = Client::start_with(&["--context", plain, "--context", &named]);
    assert_eq!(client.prints("print(context, mine is context_1)"), "['some text', 'some text'] True\n");
    let refused = rlm_repl(&["session", "--context", "-"], "");
    let expected = "error: --context -: standard input carries the requests\nhint: name a file\n";
    assert_eq!((refused.code, refused.stderr.as_str()), (2, expected));
}

#[test]
fn the_client_answers_host_calls() {
    let mut client = Client::start();
    assert_eq!(client.ask(json!({"id": 1, "op": "function", "name": "f"})), json!({"id": 1, "ok": true}));
    let code = "print(f(1, 'two', k=[3]))\ntry:\n    f()\nexcept KeyError as error:\n    print('caught', error)\nf()";
    assert_eq!(
        client.ask(json!({"id": 2, "op": "run", "code": code})),
        json!({"call": 1, "name": "f", "args": [1, "two"], "kwargs": {"k": [3]}})
    );
    assert_eq!(
        client.ask(json!({"call": 1, "value": {"$bytes": "aGk="}})),
        json!({"call": 2, "name": "f", "args": [], "kwargs": {}})
    );
    assert_eq!(
        client.ask(json!({"call": 2, "error": {"kind": "KeyError", "message": "k"}})),
        json!({"call": 3, "name": "f", "args": [], "kwargs": {}})
    );
    let result = client.ask(json!({"call": 3, "error": "went wrong"}));
    assert_eq!(result["outcome"], "raised");
    assert_eq!(result["stdout"], "b'hi'\ncaught 'k'\n");
    assert_eq!(result["error"]["kind"], "RuntimeError");
    assert_eq!(result["error"]["message"], "went wrong");
    assert_eq!(client.ask(json!({"call": 9, "value": 1})), json!({"id": null, "error": "there was no call 9"}));
}

#[test]
fn requests_sent_during_a_run_wait_their_turn() {
    let mut client = Client::start();
    client.ask(json!({"id": 1, "op": "function", "name": "f"}));
    client.ask(json!({"id": 2, "op": "run", "code": "x = f()"}));
    client.send(&json!({"id": 3, "op": "run", "code": "x + 1"}).to_string());
    assert_eq!(client.ask(json!({"call": 1, "value": 41})), completed(json!(2), "", Value::Null, Value::Null));
    assert_eq!(client.receive(), completed(json!(3), "", json!(42), json!("42")));
}

#[test]
fn cancel_ends_the_cell_and_keeps_the_session() {
    let mut client = Client::start();
    client.prints("x = 5");
    client.send(&json!({"id": 1, "op": "run", "code": "while True: pass"}).to_string());
    client.send(&json!({"id": 2, "op": "run", "code": "x = 6"}).to_string());
    assert_eq!(client.ask(json!({"id": 3, "op": "cancel"})), json!({"id": 3, "ok": true}));
    let (first, second) = (client.receive(), client.receive());
    assert_eq!((&first["id"], &first["outcome"]), (&json!(1), &json!("cancelled")));
    assert_eq!((&second["id"], &second["outcome"]), (&json!(2), &json!("cancelled")), "it waited when the cancel came");
    assert_eq!(client.prints("print(x)"), "5\n");
    assert_eq!(client.ask(json!({"op": "cancel"})), json!({"id": null, "ok": true}), "nothing to cancel is no error");
    assert_eq!(client.prints("print(x)"), "5\n");
}

#[test]
fn cancel_ends_a_cell_that_waits_for_a_host_call() {
    let mut client = Client::start();
    client.ask(json!({"id": 1, "op": "function", "name": "f"}));
    client.ask(json!({"id": 2, "op": "run", "code": "f()"}));
    assert_eq!(client.ask(json!({"id": 3, "op": "cancel"})), json!({"id": 3, "ok": true}));
    assert_eq!(client.receive()["outcome"], "cancelled");
    client.send(&json!({"call": 1, "value": "too late"}).to_string());
    assert_eq!(client.prints("print('alive')"), "alive\n");
}

#[test]
fn bad_lines_are_answered_and_the_session_goes_on() {
    let mut client = Client::start();
    for (line, id, error) in [
        ("{", json!(null), "not JSON: EOF while parsing an object at column 1"),
        ("{}", json!(null), "missing field `op`"),
        (
            r#"{"id":1,"op":"jump"}"#,
            json!(1),
            "unknown op \"jump\", expected run, define, vars, function, checkpoint, rollback, fork, save, load, drop or cancel",
        ),
        (r#"{"id":2,"op":"run"}"#, json!(2), "missing field `code`"),
        (
            r#"{"id":3,"op":"run","code":"","limits":{"fuel":0}}"#,
            json!(3),
            "limits.fuel is a whole number from 1 to 18446744073709551615, not 0",
        ),
        (r#"{"id":4,"op":"define","name":"x","value":{"$int":"x"}}"#, json!(4), "`$int` takes decimal digits"),
    ] {
        client.send(line);
        assert_eq!(client.receive(), json!({"id": id, "error": error}), "{line}");
    }
    client.send("");
    let refused = client.ask(json!({"id": 5, "op": "define", "name": "not a name", "value": 1}));
    assert!(refused["error"].as_str().unwrap().starts_with("cannot define \"not a name\": "), "{refused}");
    assert_eq!(client.prints("print('alive')"), "alive\n");
}

#[test]
fn the_end_of_input_answers_what_was_asked_and_fails_what_waits() {
    let lines = "{\"id\":1,\"op\":\"run\",\"code\":\"print(1)\"}\n{\"id\":2,\"op\":\"run\",\"code\":\"print(2)\"}";
    let ended = rlm_repl(&["session"], lines);
    assert_eq!((ended.code, ended.stdout.lines().count(), ended.stderr.as_str()), (0, 2, ""));

    let mut client = Client::start();
    client.ask(json!({"id": 1, "op": "function", "name": "f"}));
    client.ask(json!({"id": 2, "op": "run", "code": "f()"}));
    let (rest, code) = client.end();
    assert_eq!((rest.len(), code), (1, 0));
    assert_eq!(rest[0]["error"]["kind"], "ConnectionError");
    assert_eq!(rest[0]["error"]["message"], "the session's input ended before the call was answered");
}

#[test]
fn states_are_noted_and_gone_back_to() {
    let mut client = Client::start();
    client.prints("x = [1]\nlive = (n for n in range(9))\nnext(live)");
    assert_eq!(client.ask(json!({"id": 1, "op": "checkpoint"})), json!({"id": 1, "checkpoint": 1}));
    assert_eq!(client.prints("x.append(2)\nprint(x, next(live))"), "[1, 2] 1\n");
    assert_eq!(client.ask(json!({"id": 2, "op": "checkpoint"})), json!({"id": 2, "checkpoint": 2}));
    for (checkpoint, shown) in [(1, "[1]\n"), (2, "[1, 2]\n"), (1, "[1]\n")] {
        let rollback = json!({"id": 3, "op": "rollback", "checkpoint": checkpoint});
        assert_eq!(client.ask(rollback), json!({"id": 3, "ok": true}));
        assert_eq!(client.prints("print(x)"), shown);
    }
    assert_eq!(client.prints("print(next(live))"), "1\n");
    assert_eq!(client.ask(json!({"id": 4, "op": "drop", "checkpoint": 2})), json!({"id": 4, "ok": true}));
    for op in ["rollback", "drop"] {
        let gone = json!({"id": 5, "error": "there is no checkpoint 2"});
        assert_eq!(client.ask(json!({"id": 5, "op": op, "checkpoint": 2})), gone);
    }
}

#[test]
fn forks_are_sessions_of_their_own() {
    let mut client = Client::start();
    client.ask(json!({"id": 1, "op": "function", "name": "f"}));
    client.prints("x = [1]");
    assert_eq!(client.ask(json!({"id": 2, "op": "fork", "as": "b"})), json!({"id": 2, "ok": true}));
    client.prints("x.append('main')");
    assert_eq!(
        client.ask(json!({"id": 3, "op": "run", "session": "b", "code": "x.append(f()); x"})),
        json!({"call": 1, "name": "f", "args": [], "kwargs": {}})
    );
    assert_eq!(client.ask(json!({"call": 1, "value": "b"}))["value"], json!([1, "b"]));
    assert_eq!(client.prints("print(x)"), "[1, 'main']\n");
    // A cancel reaches the cell that runs, whichever session it is in.
    client.send(&json!({"id": 4, "op": "run", "session": "b", "code": "while True: pass"}).to_string());
    assert_eq!(client.ask(json!({"id": 5, "op": "cancel"})), json!({"id": 5, "ok": true}));
    assert_eq!(client.receive()["outcome"], "cancelled");
    for (request, error) in [
        (json!({"op": "fork", "as": "b"}), "there is a session \"b\" already"),
        (json!({"op": "vars", "session": "c"}), "there is no session \"c\""),
        (json!({"op": "drop", "session": "c"}), "there is no session \"c\""),
        (json!({"op": "drop", "session": "main"}), "the session \"main\" stays"),
    ] {
        assert_eq!(client.ask(request), json!({"id": null, "error": error}));
    }
    assert_eq!(client.ask(json!({"id": 6, "op": "drop", "session": "b"})), json!({"id": 6, "ok": true}));
    let gone = client.ask(json!({"id": 7, "op": "run", "session": "b", "code": "x"}));
    assert_eq!(gone, json!({"id": 7, "error": "there is no session \"b\""}));
}

#[test]
fn a_session_goes_on_in_another_process() {
    let (folder, text) = file("text", "some text");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (key, saved) = (path("key"), path("saved"));
    let mut client = Client::start_with(&["--snapshot-key", &key]);
    client.ask(json!({"id": 1, "op": "function", "name": "f"}));
    client.ask(json!({"id": 2, "op": "define", "name": "context", "path": text}));
    client.prints("live = (n for n in range(9)); next(live)\nimport re\npattern = re.compile('t+')\nf2 = lambda: f(2)");
    let bytes = client.ask(json!({"id": 3, "op": "save", "path": saved}))["bytes"].as_u64().unwrap();
    assert_eq!(std::fs::metadata(&saved).unwrap().len(), bytes);
    client.end();

    let mut client = Client::start_with(&["--snapshot-key", &key]);
    let error = client.ask(json!({"id": 1, "op": "load", "path": saved}))["error"].to_string();
    assert!(error.contains(" of 9 bytes, which was not given"), "{error}");
    let load = json!({"id": 2, "op": "load", "path": saved, "contexts": [text]});
    assert_eq!(client.ask(load), json!({"id": 2, "ok": true}));
    assert_eq!(client.prints("print(next(live), pattern.sub('T', context))"), "1 some TexT\n");
    assert_eq!(
        client.ask(json!({"id": 3, "op": "run", "code": "f2()"})),
        json!({"call": 1, "name": "f", "args": [2], "kwargs": {}})
    );
    assert_eq!(client.ask(json!({"call": 1, "value": 7}))["value"], json!(7));
    let load = json!({"id": 4, "op": "load", "session": "b", "path": saved, "contexts": [text]});
    assert_eq!(client.ask(load), json!({"id": 4, "ok": true}));
    assert_eq!(client.ask(json!({"id": 5, "op": "run", "session": "b", "code": "next(live)"}))["value"], json!(1));
    assert_eq!(
        client.ask(json!({"id": 6, "op": "load", "path": text})),
        json!({"id": 6, "error": format!("{}: not a snapshot", text.display())})
    );
    assert_eq!(client.prints("print(next(live))"), "2\n", "a load that fails changes nothing");
}
