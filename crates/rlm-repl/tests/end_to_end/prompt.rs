//! The interactive prompt, driven through a pseudo-terminal.

use std::{
    fs::File,
    io::{Read, Write},
    process::{Child, Command, Stdio},
    sync::{Arc, Condvar, Mutex},
    time::Duration,
};

use rustix::{
    fs::{Mode, OFlags},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};
use tempfile::TempDir;

use crate::process::{command, ended, finish, streaming_server};

/// How long a person waits for what they expect.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the editor sends when it begins to read: pasting is bracketed.
const READY: &str = "\x1b[?2004h";

/// What the editor sends when it hands the terminal over to a cell: pasting is no longer bracketed.
const BEGUN: &str = "\x1b[?2004l";

/// A person at a terminal, who waits for what they expect to see.
struct Terminal {
    child: Child,
    keys: File,
    screen: Arc<(Mutex<Screen>, Condvar)>,
    /// How much of the screen was waited for already.
    seen: usize,
}

#[derive(Default)]
struct Screen {
    text: String,
    closed: bool,
}

impl Terminal {
    fn start(home: &TempDir, args: &[&str]) -> Self {
        Self::with_columns(80, home, args)
    }

    fn with_columns(columns: u16, home: &TempDir, args: &[&str]) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pseudo-terminal");
        grantpt(&master).and_then(|()| unlockpt(&master)).expect("its other end");
        let size = Winsize { ws_row: 30, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&master, size).expect("a size");
        let name = ptsname(&master, Vec::new()).expect("its name");
        let slave = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("its other end");
        // `setsid --ctty` makes it the controlling terminal, so that Ctrl-C becomes a signal.
        let stdio = || Stdio::from(slave.try_clone().expect("a descriptor"));
        let child = Command::new("setsid")
            .args(["--ctty", "--wait", env!("CARGO_BIN_EXE_rlm-repl")])
            .args(args)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", home.path())
            .env("TERM", "xterm")
            .env("NO_COLOR", "1")
            .stdin(stdio())
            .stdout(stdio())
            .stderr(stdio())
            .spawn()
            .expect("setsid, of util-linux");
        let screen = Arc::new((Mutex::new(Screen::default()), Condvar::new()));
        let keys = File::from(master);
        let (output, shared) = (keys.try_clone().expect("a descriptor"), screen.clone());
        std::thread::spawn(move || show(output, &shared));
        Self { child, keys, screen, seen: 0 }
    }

    /// Waits for the prompt and types. What is typed before it is there meets another terminal mode.
    fn enter(&mut self, text: &str) {
        self.wait_for(READY);
        self.wait_for(">>> ");
        self.type_in(text);
    }

    /// Waits until the first thing a cell shows is `line`.
    fn wait_for_output(&mut self, line: &str) {
        self.wait_for(&format!("{BEGUN}{line}\r\n"));
    }

    /// Whether `expected` is shown within `time`, after what was waited for before.
    fn shows_within(&self, expected: &str, time: Duration) -> bool {
        let (screen, changed) = &*self.screen;
        let missing = |screen: &mut Screen| !screen.text[self.seen..].contains(expected);
        let (_screen, timeout) = changed.wait_timeout_while(screen.lock().unwrap(), time, missing).unwrap();
        !timeout.timed_out()
    }

    fn type_in(&mut self, text: &str) {
        self.keys.write_all(text.as_bytes()).expect("the terminal takes keys");
    }

    /// Waits until `expected` is shown, after what was waited for before.
    fn wait_for(&mut self, expected: &str) {
        let (screen, changed) = &*self.screen;
        let mut screen = screen.lock().unwrap();
        loop {
            if let Some(index) = screen.text[self.seen..].find(expected) {
                self.seen += index + expected.len();
                return;
            }
            assert!(!screen.closed, "closed without {expected:?} after {:?}", &screen.text[self.seen..]);
            let (guard, timeout) = changed.wait_timeout(screen, PATIENCE).unwrap();
            screen = guard;
            assert!(!timeout.timed_out(), "no {expected:?} after {:?}", &screen.text[self.seen..]);
        }
    }

    /// Waits until the terminal is let go of.
    fn exit_code(mut self) -> i32 {
        let (screen, changed) = &*self.screen;
        let guard = screen.lock().unwrap();
        let (guard, timeout) = changed.wait_timeout_while(guard, PATIENCE, |screen| !screen.closed).unwrap();
        assert!(!timeout.timed_out(), "still there after {:?}", &guard.text[self.seen..]);
        drop(guard);
        self.child.wait().expect("the process ends").code().expect("by itself")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Fails if it has ended, which is what a passing test leaves.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Collects what is shown, and answers the one question line editors ask: where the cursor is.
fn show(mut output: File, shared: &(Mutex<Screen>, Condvar)) {
    let mut keys = output.try_clone().expect("a descriptor");
    let mut buffer = [0; 4096];
    loop {
        let read = output.read(&mut buffer).unwrap_or(0);
        let mut screen = shared.0.lock().unwrap();
        if read == 0 {
            screen.closed = true;
            shared.1.notify_all();
            return;
        }
        let text = String::from_utf8_lossy(&buffer[..read]);
        for _ in text.matches("\x1b[6n") {
            let _ = keys.write_all(b"\x1b[1;1R");
        }
        screen.text.push_str(&text);
        shared.1.notify_all();
    }
}

fn home() -> TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

#[test]
fn cells_share_variables_and_show_values() {
    let home = home();
    let mut terminal = Terminal::start(&home, &[]);
    terminal.wait_for("%help lists commands");
    terminal.enter("x = 40\r");
    terminal.enter("x + 2\r");
    terminal.wait_for_output("42");
    terminal.enter("def f():\r    return 'a' + 'b'\r\r");
    terminal.enter("f()\r");
    terminal.wait_for_output("'ab'");
    terminal.enter("1/0\r");
    terminal.wait_for("ZeroDivisionError: division by zero\r\n");
    terminal.enter("print('\\x1b[2J')\r");
    terminal.wait_for_output("\\x1b[2J");
    terminal.enter("%vars\r");
    terminal.wait_for_output("x  int  40");
    terminal.enter("\x04");
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn ctrl_c_stops_the_cell_and_keeps_the_variables() {
    let home = home();
    let mut terminal = Terminal::start(&home, &[]);
    terminal.enter("kept = 'still' + ' here'\r");
    terminal.enter("while True: pass\r");
    terminal.wait_for("while True: pass");
    terminal.wait_for(BEGUN);
    // The editor lets go of the terminal a moment after it says so; until then Ctrl-C is a key. A
    // person presses it again when nothing happens.
    terminal.type_in("\x03");
    while !terminal.shows_within("cancelled", Duration::from_secs(2)) {
        terminal.type_in("\x03");
    }
    terminal.wait_for("cancelled");
    terminal.enter("kept\r");
    terminal.wait_for_output("'still here'");
    terminal.enter("import sys; sys.exit(5)\r");
    assert_eq!(terminal.exit_code(), 5);
}

#[test]
fn history_lasts_and_tab_completes() {
    let home = home();
    let mut terminal = Terminal::start(&home, &[]);
    terminal.enter("remarkable = 'once ' + 'more'\r");
    terminal.enter("remark\t\r");
    terminal.wait_for_output("'once more'");
    terminal.enter("%quit\r");
    assert_eq!(terminal.exit_code(), 0);

    let mut terminal = Terminal::start(&home, &[]);
    // Back over this cell, `%quit` and `remarkable`, to the first of the start before.
    terminal.enter("remarkable = 'again'\r");
    terminal.enter("\x1b[A\x1b[A\x1b[A\x1b[A\r");
    terminal.wait_for("remarkable = 'once ' + 'more'");
    assert!(home.path().join(".local/state/rlm-repl/history").exists());
}

#[test]
fn contexts_are_added_between_cells() {
    let home = home();
    let path = |name: &str, text: &str| {
        let path = home.path().join(name);
        std::fs::write(&path, text).expect("room");
        path.display().to_string()
    };
    let (first, second) = (path("a.txt", "one"), path("b.txt", "two!"));
    let mut terminal = Terminal::start(&home, &["--context", &first]);
    terminal.wait_for("context is a str of 3 characters\r\n");
    terminal.enter(&format!("%context other={second}\r"));
    terminal.wait_for_output("context_1, other: a str of 4 characters");
    terminal.enter("context + other + context_1\r");
    terminal.wait_for_output("'onetwo!two!'");
    terminal.enter("%context nowhere\r");
    terminal.wait_for_output("error: context nowhere: no such file");
    terminal.enter("%undo\r");
    terminal.wait_for_output("took back: context + other + context_1");
    terminal.enter("%undo\r");
    terminal.wait_for("took back: %context ");
    terminal.enter("'other' in globals()\r");
    terminal.wait_for_output("False");
    terminal.enter("\x04");
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn cells_are_taken_back_and_sessions_kept() {
    let home = home();
    let saved = home.path().join("kept.session");
    let mut terminal = Terminal::start(&home, &[]);
    terminal.enter("x = [1]\r");
    terminal.enter("x.append(2)\r");
    terminal.enter("%undo\r");
    terminal.wait_for_output("took back: x.append(2)");
    terminal.enter("x\r");
    terminal.wait_for_output("[1]");
    terminal.enter("%fork other\r");
    terminal.wait_for_output("now in other");
    terminal.enter("x.append('other')\r");
    terminal.enter(&format!("%save {}\r", saved.display()));
    terminal.wait_for("saved ");
    terminal.enter("%switch main\r");
    terminal.wait_for_output("now in main");
    terminal.enter("x\r");
    terminal.wait_for_output("[1]");
    terminal.enter("%load nowhere\r");
    terminal.wait_for_output("error: nowhere: no such file");
    terminal.enter("\x04");
    assert_eq!(terminal.exit_code(), 0);

    let mut terminal = Terminal::start(&home, &[]);
    terminal.enter("%undo\r");
    terminal.wait_for_output("error: there is nothing to undo");
    terminal.enter("x = 'before'\r");
    terminal.enter(&format!("%load {}\r", saved.display()));
    terminal.enter("x\r");
    terminal.wait_for_output("[1, 'other']");
    terminal.enter("%undo\r");
    terminal.wait_for_output("took back: x");
    let elsewhere = ["exec", "--load", saved.to_str().unwrap(), "-c", "print(x)"];
    let loaded = finish(command().env("HOME", home.path()).args(elsewhere), "");
    assert_eq!(loaded, ended(0, "[1, 'other']\n", ""));
    terminal.enter("%undo\r");
    terminal.wait_for("took back: %load ");
    terminal.enter("x\r");
    terminal.wait_for_output("'before'");
    terminal.enter("\x04");
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn a_model_takes_over_and_hands_back() {
    let url = streaming_server(&[
        "First a look.\n```repl\ntwice = [word * 2 for word in words]\nprint(twice)\n```",
        "```repl\nFINAL(llm_query('Join: ' + ' '.join(twice)))\n```",
    ]);
    let home = home();
    let mut terminal = Terminal::start(&home, &["--model", "openai:fake", "--base-url", &url]);
    terminal.enter("words = ['ab', 'cd']\r");
    terminal.enter("llm_query('x')\r");
    terminal.wait_for("RuntimeError: no model is at work here: %ask QUESTION lets one answer in this session");
    terminal.enter("%budget sub-calls 3\r");
    terminal.wait_for("sub-calls      3\r\n");
    terminal.enter("%ask What is twice that?\r");
    terminal.wait_for("turn 1 of 30");
    terminal.wait_for("First a look.");
    terminal.wait_for("twice = [word * 2 for word in words]");
    terminal.wait_for("> ['abab', 'cdcd']");
    terminal.wait_for("turn 2 of 30");
    terminal.wait_for("read\r\n");
    terminal.wait_for("2 turns, 1 sub-call, ");
    terminal.enter("twice + words\r");
    terminal.wait_for_output("['abab', 'cdcd', 'ab', 'cd']");
    terminal.enter("%undo\r");
    terminal.wait_for_output("took back: twice + words");
    terminal.enter("%undo\r");
    terminal.wait_for_output("took back: %ask What is twice that?");
    terminal.enter("twice\r");
    terminal.wait_for("NameError: name 'twice' is not defined");
    terminal.enter("\x04");
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn a_second_question_knows_the_first() {
    let url = streaming_server(&[
        "```repl\nsaid = [one['answer'] for one in history] if 'history' in globals() else []\nFINAL(f'{len(said)} before: {said}')\n```",
    ]);
    let home = home();
    let mut terminal = Terminal::start(&home, &["--model", "openai:fake", "--base-url", &url]);
    terminal.enter("%ask First?\r");
    terminal.wait_for("0 before: []\r\n");
    terminal.enter("%ask Second?\r");
    terminal.wait_for("1 before: ['0 before: []']\r\n");
    terminal.enter("%fork other\r");
    terminal.wait_for_output("now in other");
    terminal.enter("%undo\r");
    terminal.wait_for_output("took back: %ask Second?");
    // What was taken back was never asked.
    terminal.enter("%ask Third?\r");
    terminal.wait_for("1 before: ['0 before: []']\r\n");
    terminal.enter("%switch main\r");
    terminal.wait_for_output("now in main");
    terminal.enter("%ask Fourth?\r");
    terminal.wait_for("2 before: [");
    terminal.enter("history = [{'answer': 'mine'}] * 7\r");
    terminal.enter("%ask Fifth?\r");
    terminal.wait_for("note: your variable `history` stays as it is; the model is not told of earlier questions\r\n");
    terminal.wait_for("7 before: ['mine', ");
    terminal.enter("\x04");
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn a_question_at_the_prompt_is_gone_about_as_the_file_says() {
    let url = streaming_server(&["```repl\nimport dates\nFINAL(dates.parse('the 3rd'))\n```"]);
    let home = home();
    let skill = home.path().join("skills/dates");
    std::fs::create_dir_all(&skill).unwrap();
    std::fs::write(skill.join("__init__.py"), "\"\"\"Reads dates.\"\"\"\ndef parse(text): return 'read ' + text\n")
        .unwrap();
    let config = home.path().join("own.toml");
    // Router and votes need sessions of their own: here they are left out.
    let policy = "[policy]\nskills = [\"skills\"]\nverify = true\ncache = \"replies\"\nagree = 2\nrouter = \"on\"\n";
    std::fs::write(&config, policy).unwrap();
    let config = config.to_str().unwrap();
    let mut terminal = Terminal::start(&home, &["--model", "openai:fake", "--base-url", &url, "--config", config]);
    terminal.enter("%ask Which day?\r");
    terminal.wait_for("read the 3rd\r\n");
    // The server's verifier says neither yes nor no.
    terminal.wait_for("1 turn, 1 sub-call, ");
    assert!(home.path().join("replies").exists(), "it is beside the file");
    terminal.enter("\x04");
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn a_prompt_without_a_key_says_so_when_it_is_asked() {
    let home = home();
    let mut terminal = Terminal::start(&home, &["--model", "openai:gpt-5"]);
    terminal.enter("kept = 'he' + 're'\r");
    terminal.enter("%ask Why?\r");
    terminal.wait_for(
        "error: openai:gpt-5: authentication failed: no api key for api.openai.com\r\nhint: set OPENAI_API_KEY",
    );
    terminal.enter("kept\r");
    terminal.wait_for_output("'here'");
    terminal.enter("\x04");
    assert_eq!(terminal.exit_code(), 0);
}

/// A run in a terminal of forty columns, with the model at `url`.
fn narrow_run(home: &TempDir, url: &str) -> Terminal {
    let context = home.path().join("context");
    std::fs::write(&context, "something").unwrap();
    let context = context.to_str().unwrap();
    let args = ["run", "--no-journal", "--model", "openai:fake", "--base-url", url, "--context", context, "Which?"];
    Terminal::with_columns(40, home, &args)
}

#[test]
fn a_run_is_shown_while_it_happens_in_forty_columns() {
    let url = streaming_server(&[
        "```repl\nprint('\\x1b[2J' + 'long ' * 30)\ngot = llm_query_batched(['a', 'b', 'c'])\n```",
        "```repl\nFINAL(' '.join(got) + ' \\x1b[31mred')\n```",
    ]);
    let home = home();
    let mut terminal = narrow_run(&home, &url);
    terminal.wait_for("turn 1 of 30");
    terminal.wait_for("  | print('\\x1b[2J' + 'long ' * 30)");
    terminal.wait_for("3 sub-calls ended in");
    terminal.wait_for("  > \\x1b[2Jlong long");
    terminal.wait_for("...");
    terminal.wait_for("turn 2 of 30");
    terminal.wait_for("read read read \\x1b[31mred\r\n");
    terminal.wait_for("2 turns, 3 sub-calls, ");
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn ctrl_c_in_a_run_is_not_written_into_what_is_drawn() {
    let url = streaming_server(&["```repl\nprint('begun')\nwhile True: pass\n```"]);
    let home = home();
    let mut terminal = narrow_run(&home, &url);
    terminal.wait_for("running cell");
    terminal.type_in("\x03");
    // Broken between words, so that no rest of it is drawn over.
    terminal.wait_for("stopping after the step in progress,");
    terminal.wait_for("with the best answer so far; Ctrl-C");
    terminal.wait_for("again stops now");
    terminal.type_in("\x03");
    terminal.wait_for("! cancelled");
    terminal.wait_for("error: no answer: stopped on request");
    assert!(!terminal.screen.0.lock().unwrap().text.contains("^C"));
    assert_eq!(terminal.exit_code(), 130);
}
