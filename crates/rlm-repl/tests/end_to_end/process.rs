//! Starts the binary and says how it ended.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::PathBuf,
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// How a process ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// What is expected of a process.
pub fn ended(code: i32, stdout: &str, stderr: &str) -> Ended {
    Ended { code, stdout: stdout.into(), stderr: stderr.into() }
}

/// The binary, with nothing in its environment that could change what it does.
pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rlm-repl"));
    command.env_clear();
    command
}

/// Runs the binary to its end.
pub fn rlm_repl(args: &[&str], stdin: impl AsRef<[u8]>) -> Ended {
    finish(command().args(args), stdin)
}

/// Runs a prepared command to its end.
pub fn finish(command: &mut Command, stdin: impl AsRef<[u8]>) -> Ended {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    // A process that fails early does not read its input, which is no fault of the test.
    let _ = child.stdin.take().expect("stdin is piped").write_all(stdin.as_ref());
    let output = child.wait_with_output().expect("the process ends");
    Ended {
        code: output.status.code().expect("the process ends by itself"),
        stdout: String::from_utf8(output.stdout).expect("stdout is text"),
        stderr: String::from_utf8(output.stderr).expect("stderr is text"),
    }
}

/// A directory with one file in it, and the file's path.
pub fn file(name: &str, content: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join(name);
    std::fs::write(&path, content).expect("the file is written");
    (directory, path)
}

/// A model's server on a thread of its own, which streams the reply of each turn in pieces of five
/// characters, and answers any prompt without instructions with `read`. Gives its address.
pub fn streaming_server(turns: &'static [&'static str]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(move || {
                let mut stream = BufReader::new(stream.expect("a connection"));
                while let Some(request) = request(&mut stream) {
                    let messages = request["messages"].as_array().expect("messages");
                    let replies = messages.iter().filter(|message| message["role"] == "assistant").count();
                    let reply = if messages.len() == 1 { "read" } else { turns[replies] };
                    let _ = stream.get_mut().write_all(streamed(reply).as_bytes());
                }
            });
        }
    });
    url
}

fn request(stream: &mut impl BufRead) -> Option<serde_json::Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

fn streamed(reply: &str) -> String {
    let letters: Vec<char> = reply.chars().collect();
    let event = |value: serde_json::Value| format!("data: {value}\n\n");
    let piece = |piece: &[char]| {
        event(serde_json::json!({"choices": [{"delta": {"content": piece.iter().collect::<String>()}}]}))
    };
    let mut body: String = letters.chunks(5).map(piece).collect();
    body += &event(serde_json::json!({
        "choices": [{"delta": {}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 11, "completion_tokens": 3}
    }));
    body += "data: [DONE]\n\n";
    format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}
