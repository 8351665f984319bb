//! `resume` after `kill -9`, and `replay`, with a server that counts what it is asked.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
};

use tempfile::TempDir;

use crate::process::{Ended, command, file, finish};

const TURNS: [&str; 3] = [
    "```repl\ngot = []\nfor word in context.split():\n    got.append(llm_query('first ' + word))\n    print(got[-1])\n    \
     if not got[-1]: break\n```",
    "```repl\nrest = llm_query_batched(['a', 'b', 'c'])\n```",
    "```repl\nFINAL([got, rest])\n```",
];

const ANSWER: &str = "[[\"[first one]\",\"[first two]\"],[\"[a]\",\"[b]\",\"[c]\"]]\n";

/// Requests of a whole run: three turns, two calls of the loop, three of the batch.
const ALL: usize = 8;

/// A model's server that answers so many requests and then lets them wait.
struct Server {
    url: String,
    answered: Arc<AtomicUsize>,
    waiting: mpsc::Receiver<()>,
}

fn server(answers: usize) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let answered = Arc::new(AtomicUsize::new(0));
    let (tell, waiting) = mpsc::channel();
    let count = answered.clone();
    std::thread::spawn(move || {
        let begun = Arc::new(AtomicUsize::new(0));
        for stream in listener.incoming() {
            let (count, begun, tell) = (count.clone(), begun.clone(), tell.clone());
            std::thread::spawn(move || {
                while let Some(reply) = asked(stream.as_ref().unwrap()) {
                    if begun.fetch_add(1, SeqCst) >= answers {
                        let _ = tell.send(());
                        std::thread::park();
                    }
                    count.fetch_add(1, SeqCst);
                    let body = serde_json::json!({
                        "choices": [{"message": {"role": "assistant", "content": reply}, "finish_reason": "stop"}],
                        "usage": {"prompt_tokens": 5, "completion_tokens": 1},
                    })
                    .to_string();
                    let head = format!(
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                        body.len()
                    );
                    let _ = stream.as_ref().unwrap().write_all((head + &body).as_bytes());
                }
            });
        }
    });
    Server { url, answered, waiting }
}

/// Reads one request, and what to say to it.
fn asked(stream: &TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let request: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let messages = request["messages"].as_array().unwrap();
    if messages.len() == 1 {
        return Some(format!("[{}]", messages[0]["content"].as_str().unwrap()));
    }
    Some(TURNS[messages.iter().filter(|message| message["role"] == "assistant").count()].to_owned())
}

struct Place {
    _directory: TempDir,
    context: PathBuf,
    journal: PathBuf,
}

fn place() -> Place {
    let (directory, context) = file("context.txt", "one two");
    let journal = directory.path().join("run.journal");
    Place { _directory: directory, context, journal }
}

fn run(place: &Place, url: &str) -> std::process::Command {
    let mut run = command();
    run.args(["run", "--quiet", "--model", "openai:fake", "--base-url", url, "--journal"]);
    run.arg(&place.journal).arg("--context").arg(&place.context).arg("Which?");
    run
}

/// Takes the journal up, with its server at another address.
fn again(what: &str, journal: &Path, url: &str) -> Ended {
    let text = fs::read_to_string(journal).unwrap();
    assert!(text.contains("\"base_url\""), "{text}");
    let mut again = command();
    again.args([what, "--quiet"]).arg(journal).env("OPENAI_BASE_URL", url);
    finish(&mut again, "")
}

#[test]
fn a_run_killed_at_any_request_is_taken_up_there() {
    for answers in 0..ALL {
        let place = place();
        let first = server(answers);
        // The address is not in the arguments, so that `resume` takes the one of its environment.
        let mut killed = command();
        killed.args(["run", "--quiet", "--model", "openai:fake", "--journal"]).arg(&place.journal);
        killed.arg("--context").arg(&place.context).arg("Which?").env("OPENAI_BASE_URL", &first.url);
        let mut child = killed.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        first.waiting.recv().unwrap();
        // The batch's calls are answered side by side: let those that were be written down.
        let written = || fs::read_to_string(&place.journal).unwrap().matches("\"usage\"").count();
        while written() < answers {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(first.answered.load(SeqCst), answers);

        let second = server(ALL);
        let ended = again("resume", &place.journal, &second.url);
        assert_eq!((ended.code, ended.stdout.as_str()), (0, ANSWER), "{ended:?}");
        assert_eq!(second.answered.load(SeqCst), ALL - answers, "killed after {answers}");

        let replayed = again("replay", &place.journal, "http://127.0.0.1:9/v1");
        assert_eq!((replayed.code, replayed.stdout.as_str()), (0, ANSWER), "{replayed:?}");
        assert!(replayed.stderr.ends_with("records replayed, no difference\n"), "{replayed:?}");
    }
}

#[test]
fn a_journal_that_does_not_fit_is_refused_with_a_reason() {
    let place = place();
    let whole = server(ALL);
    let ended = finish(&mut run(&place, &whole.url), "");
    assert_eq!((ended.code, ended.stdout.as_str()), (0, ANSWER), "{ended:?}");
    let twice = finish(&mut run(&place, &whole.url), "");
    assert_eq!(twice.code, 2, "{twice:?}");
    assert!(twice.stderr.contains("run.journal: there is a file\nhint: go on with it by rlm-repl resume"), "{twice:?}");

    fs::write(&place.context, "one 2 two").unwrap();
    let changed = again("resume", &place.journal, &whole.url);
    assert_eq!(changed.code, 1, "{changed:?}");
    assert!(changed.stderr.contains("is not the same: it had 7 bytes and now has 9"), "{changed:?}");

    let mut bytes = fs::read(&place.journal).unwrap();
    bytes[900] ^= 1;
    fs::write(&place.journal, bytes).unwrap();
    let damaged = again("replay", &place.journal, &whole.url);
    assert_eq!(damaged.code, 2, "{damaged:?}");
    assert!(damaged.stderr.contains("run.journal: the journal"), "{damaged:?}");
}

#[test]
fn a_journal_is_kept_by_default_under_the_users_state() {
    let place = place();
    let home = tempfile::tempdir().unwrap();
    let whole = server(ALL);
    let mut run = command();
    run.args(["run", "--model", "openai:fake", "--base-url", &whole.url, "--context"]);
    let ended = finish(run.arg(&place.context).arg("Which?").env("HOME", home.path()), "");
    assert_eq!((ended.code, ended.stdout.as_str()), (0, ANSWER), "{ended:?}");
    let runs: Vec<_> = fs::read_dir(home.path().join(".local/state/rlm-repl/runs")).unwrap().collect();
    assert_eq!(runs.len(), 1);
    let path = runs[0].as_ref().unwrap().path();
    assert!(ended.stderr.contains(&format!("journal: {}\n", path.display())), "{ended:?}");
    let replayed = again("replay", &path, &whole.url);
    assert_eq!((replayed.code, replayed.stdout.as_str()), (0, ANSWER), "{replayed:?}");
}
