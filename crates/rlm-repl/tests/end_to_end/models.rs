//! `models`, configuration files, recordings, the page of a trajectory, and what shells ask for.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    thread,
};

use crate::process::{command, ended, file, finish, rlm_repl};

/// A server that answers every request with the same body, on its own thread.
fn server(status: &'static str, body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut length = 0;
            let mut line = String::new();
            while stream.read_line(&mut line).is_ok() && line.trim() != "" {
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            stream.read_exact(&mut vec![0; length]).unwrap();
            let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _ = stream.get_mut().write_all((head + body).as_bytes());
        }
    });
    url
}

const READY: &str = r#"{"choices":[{"message":{"content":"ready"},"finish_reason":"stop"}],
    "usage":{"prompt_tokens":9,"completion_tokens":2}}"#;

#[test]
fn models_are_listed_with_what_is_known_of_them() {
    let text = "[roles]\nroot = 'big'\n[models.big]\nmodel = 'anthropic:claude-sonnet-4-5'\n\
                [models.own]\nmodel = 'openai:x'\nbase_url = 'http://u:hunter2@localhost:1/v1?k=hunter2'\n\
                price = { input = 1.5, output = 6 }\ncontext_window = 8192\n";
    let (_keep, path) = file("rlm-repl.toml", text);
    let mut asked = command();
    asked.env("ANTHROPIC_API_KEY", "sk-hunter2").args(["models", "--config", path.to_str().unwrap()]);
    let listed = finish(&mut asked, "");
    assert_eq!((listed.code, listed.stderr.as_str()), (0, ""), "{listed:?}");
    let line = |start: &str| listed.stdout.lines().find(|line| line.starts_with(start)).unwrap_or_default().to_owned();
    let words = |start: &str| line(start).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(line("roles:"), "roles: root big, sub big");
    assert!(words("big ").starts_with("big anthropic:claude-sonnet-4-5 api.anthropic.com ANTHROPIC_API_KEY set 3/15 "));
    assert_eq!(words("own "), "own openai:x localhost OPENAI_API_KEY not set 1.5/6 8,192");
    assert!(!listed.stdout.contains("hunter2"), "{}", listed.stdout);
}

#[test]
fn a_check_says_who_answers() {
    let good = server("200 OK", READY);
    let bad = server("401 Unauthorized", r#"{"error":{"message":"bad key \u001b[2J"}}"#);
    let text = format!(
        "[roles]\nroot = 'good'\n[models.good]\nmodel = 'openai:a'\nbase_url = '{good}'\n\
         [models.bad]\nmodel = 'openai:b'\nbase_url = '{bad}'\n"
    );
    let (_keep, path) = file("rlm-repl.toml", text);
    let checked = rlm_repl(&["models", "--check", "--json", "--config", path.to_str().unwrap()], "");
    assert_eq!(checked.code, 1, "{checked:?}");
    let listing: serde_json::Value = serde_json::from_str(&checked.stdout).unwrap();
    let check = |name: &str| {
        let rows = listing["models"].as_array().unwrap();
        let row = rows.iter().find(|row| row["name"] == name).unwrap();
        (row["check"]["answered"].as_bool().unwrap(), row["check"]["message"].as_str().unwrap().to_owned())
    };
    assert_eq!(check("good"), (true, "9 tokens in, 2 out, price unknown".into()));
    assert_eq!(check("bad"), (false, "authentication failed: 127.0.0.1 answered 401: bad key \\u{1b}[2J".into()));
}

#[test]
fn a_typo_in_the_configuration_stops_every_command() {
    let (_keep, path) = file("rlm-repl.toml", "[limits]\nmemory = \"64M\"\nfule = 1\n");
    let path = path.to_str().unwrap();
    let message = format!(
        "error: {path}:3: unknown field `fule`, expected one of `timeout`, `memory`, `fuel`, `output`, `host_calls`\n\
         hint: docs/models.md lists every key of this file\n"
    );
    for arguments in [&["models", "--config", path][..], &["exec", "--config", path, "-c", "1"]] {
        assert_eq!(rlm_repl(arguments, ""), ended(2, "", &message));
    }
    let missing = rlm_repl(&["models", "--config", "/no/such.toml"], "");
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.starts_with("error: configuration /no/such.toml: "), "{missing:?}");
}

#[test]
fn limits_of_the_file_hold_and_flags_come_before_them() {
    let (_keep, path) = file("rlm-repl.toml", "[limits]\nfuel = '5M'\n");
    let spin = "for i in range(10_000_000): pass";
    let config = path.to_str().unwrap();
    let stopped = rlm_repl(&["exec", "--config", config, "-c", spin], "");
    assert_eq!(stopped.code, 3, "{stopped:?}");
    assert!(stopped.stderr.contains(" of 5000000\n"), "{stopped:?}");
    let done = rlm_repl(&["exec", "--config", config, "--fuel", "500G", "-c", "print(1)"], "");
    assert_eq!(done, ended(0, "1\n", ""));
}

#[test]
fn the_users_own_configuration_is_found_and_one_lying_about_is_not() {
    let (home, path) = file("rlm-repl.toml", "[roles]\nroot = 'ollama:x'\n");
    let mut here = command();
    here.current_dir(home.path()).env("HOME", home.path()).arg("models");
    assert!(finish(&mut here, "").stdout.contains("roles: root builtin, sub builtin\n"));
    let own = home.path().join(".config/rlm-repl");
    std::fs::create_dir_all(&own).unwrap();
    std::fs::copy(path, own.join("rlm-repl.toml")).unwrap();
    let mut own = command();
    own.env("HOME", home.path()).arg("models");
    assert!(finish(&mut own, "").stdout.contains("roles: root ollama:x, sub ollama:x\n"));
}

#[test]
fn a_run_recorded_is_asked_again_and_looked_at() {
    let (directory, index) = file("index", "Package: pear\nVersion: 2.7\n\nPackage: apple\nVersion: 1.0\n\n");
    let at = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let question = "Which version has the package pear?";
    let first = rlm_repl(
        &[
            "run",
            "-q",
            "--context",
            index.to_str().unwrap(),
            "--record",
            &at("replies"),
            "--trajectory",
            &at("t.jsonl"),
            question,
        ],
        "",
    );
    assert_eq!(first.code, 0, "{first:?}");
    let model = format!("recorded:{}", at("replies"));
    let again = rlm_repl(&["run", "-q", "--model", &model, "--context", index.to_str().unwrap(), question], "");
    assert_eq!(again, ended(0, &first.stdout, ""));
    let other =
        rlm_repl(&["run", "-q", "--model", &model, "--context", index.to_str().unwrap(), "Something else?"], "");
    assert_eq!(other.code, 1);
    assert!(other.stderr.contains("the recording has no such request"), "{other:?}");

    let page = rlm_repl(&["view", &at("t.jsonl")], "");
    assert_eq!(page, ended(0, &format!("{}\n", at("t.html")), ""));
    let written = std::fs::read_to_string(at("t.html")).unwrap();
    assert!(written.starts_with("<!doctype html>") && written.contains(question), "{}", written.len());
}

#[test]
fn shells_and_manuals_are_told_of_every_subcommand() {
    for shell in ["bash", "zsh", "fish"] {
        let script = rlm_repl(&["completions", shell], "");
        assert_eq!((script.code, script.stderr.as_str()), (0, ""));
        assert!(script.stdout.contains("sub-model") && script.stdout.contains("completions"), "{shell}");
    }
    let page = rlm_repl(&["man"], "");
    assert!(page.stdout.contains(".TH rlm-repl 1"), "{page:?}");
    let page = rlm_repl(&["man", "run"], "");
    assert!(page.stdout.contains("max\\-iterations"), "{page:?}");
    assert_eq!(rlm_repl(&["man", "fly"], "").code, 2);
}

#[test]
fn a_key_that_is_refused_is_told_from_one_that_is_missing() {
    let url = server("401 Unauthorized", r#"{"error":{"message":"Incorrect API key provided"}}"#);
    let mut asked = command();
    asked.env("OPENAI_API_KEY", "sk-wrong").args([
        "run",
        "--quiet",
        "--context",
        "-",
        "--model",
        "openai:x",
        "--base-url",
    ]);
    let refused = finish(asked.args([&url, "Why?"]), "text");
    assert_eq!(refused.code, 1, "{refused:?}");
    assert_eq!(
        refused.stderr,
        "error: root model openai:x: authentication failed: 127.0.0.1 answered 401: Incorrect API key provided\n\
         hint: check that the key in OPENAI_API_KEY is whole, of this provider and allowed to use the model; `rlm-repl \
         models --check` asks with it\n"
    );
}
