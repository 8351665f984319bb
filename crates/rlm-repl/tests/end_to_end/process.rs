//! Starts the binary and says how it ended.

use std::{
    io::Write,
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
