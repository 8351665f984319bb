//! Runs `escapes/*.py`: attempts to get out, to lose a session or to hurt its host.
//!
//! Each file is run on each kind of memory image, under small limits. Whatever it does, afterwards
//! the process lives, the session's earlier variables are there, another session noticed nothing,
//! the outcome has a name and its numbers, all that came back is bounded, and nothing of the host's
//! environment and files is in it.

#![allow(clippy::disallowed_methods, reason = "this is where the canaries and the clock come from")]

use std::{
    fs,
    path::Path,
    process::ExitCode,
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use libtest_mimic::{Arguments, Trial};
use rlm_sandbox::{Bytes, Cell, Engine, Execution, Fuel, Limit, Limits, Outcome, Session, Value};
use rlm_tests::{CaseCell, CaseFile, differences, load, outcome, start};

/// In the environment and in a file of this process; must not come out of any session.
const CANARY: &str = "canary-7f3a91c2e5";
const CANARY_NAME: &str = "RLM_TEST_CANARY";

/// The most a message or traceback may be long, in bytes.
const MOST_FAULT_TEXT: usize = 20_100;
/// The most a shown value may be long, in bytes.
const MOST_SHOWN: usize = 140_000;
/// Real time a cell may take beyond its limit and what it waits for: the grace, the rollback, and
/// a busy machine.
const SLACK: Duration = Duration::from_secs(6);

/// Real time that listing the variables may take.
const LISTING: Duration = Duration::from_secs(10);
/// Real time after which a file hangs, beyond what its cells may take.
const HANG: Duration = Duration::from_secs(30);
/// The stack of the thread that sessions run on: the smallest one promised to be enough.
const STACK: usize = 256 << 10;

fn limits() -> Limits {
    Limits {
        fuel: Fuel(20_000_000_000),
        wall: Duration::from_millis(1500),
        memory: Bytes(256 << 20),
        output: Bytes(64 << 10),
        host_calls: 1_000,
        host_wait: Duration::from_secs(5),
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    // SAFETY: no other thread runs yet.
    #[allow(unsafe_code, reason = "the canary has to be in the environment before anything starts")]
    unsafe {
        std::env::set_var(CANARY_NAME, CANARY)
    };
    let folder = tempfile::tempdir().expect("a folder for the canary");
    let canary = folder.path().join("canary.txt");
    fs::write(&canary, CANARY).expect("the canary");
    let files = match load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("escapes"), &limits()) {
        Ok(files) => files.into_iter().map(Arc::new).collect::<Vec<_>>(),
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let before = Footprint::now();
    let engines = [
        ("mapped", Engine::new().expect("engine")),
        ("copied", Engine::with_copied_images().expect("engine with copied images")),
    ];
    let mut trials = Vec::new();
    for (mode, engine) in &engines {
        for file in &files {
            let (engine, canary) = (engine.clone(), canary.display().to_string());
            let file = Arc::clone(file);
            trials.push(Trial::test(format!("escapes/{mode}/{}", file.name), move || {
                Ok(file.judge(check(&engine, &file, &canary))?)
            }));
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    drop(engines);
    if let Err(grown) = Footprint::now().compare(&before) {
        eprintln!("after all escapes: {grown}");
        return ExitCode::FAILURE;
    }
    conclusion.exit_code()
}

/// Descriptors that stay open once there was a session: the eight memory files that images share, and
/// the page map.
const LASTING: usize = 9;

/// What this process holds of the system.
struct Footprint {
    descriptors: usize,
    children: String,
}

impl Footprint {
    fn now() -> Self {
        let entries = |folder: &str| {
            fs::read_dir(folder).map(|entries| entries.flatten().collect::<Vec<_>>()).unwrap_or_default()
        };
        let tasks = entries("/proc/self/task");
        let children = tasks.iter().filter_map(|task| fs::read_to_string(task.path().join("children")).ok()).collect();
        Self { descriptors: entries("/proc/self/fd").len(), children }
    }

    fn compare(&self, before: &Self) -> Result<(), String> {
        if self.children != before.children {
            return Err(format!("child processes: {}", self.children));
        }
        if self.descriptors > before.descriptors + LASTING {
            return Err(format!("open descriptors: {}, before: {}", self.descriptors, before.descriptors));
        }
        Ok(())
    }
}

/// Runs one file on a thread of its own, which may be left behind where it never ends.
fn check(engine: &Engine, file: &Arc<CaseFile>, canary: &str) -> Result<(), String> {
    let (engine, canary) = (engine.clone(), canary.to_owned());
    let allowed: Duration = file.cells.iter().map(|cell| cell.limits.wall + SLACK).sum();
    let file = Arc::clone(file);
    let (told, ended) = mpsc::channel();
    let attempt = std::thread::Builder::new().stack_size(STACK).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("runtime");
        let _ = told.send(runtime.block_on(attempt(&engine, &file, &canary)));
    });
    let attempt = attempt.map_err(|error| error.to_string())?;
    match ended.recv_timeout(allowed + HANG) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Timeout) => Err(format!(
            "not done within {:?}: a limit did not hold, and the thread of the host is blocked",
            allowed + HANG
        )),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            std::panic::resume_unwind(attempt.join().expect_err("it panicked"))
        }
    }
}

async fn attempt(engine: &Engine, file: &CaseFile, canary: &str) -> Result<(), String> {
    let failed = |error: rlm_sandbox::SandboxError| format!("the sandbox failed: {error}");
    let mut session = start(engine, &limits(), file.context.as_deref()).await.map_err(failed)?;
    let mut other = start(engine, &limits(), None).await.map_err(failed)?;
    session.define("canary_path", Value::from(canary)).await.map_err(failed)?;
    for session in [&mut session, &mut other] {
        let prepared = session.run(&Cell::new(PREPARE)).await.map_err(failed)?;
        wanted("preparing", "completed", &outcome(&prepared))?;
    }
    let mut found = Vec::new();
    for (index, cell) in file.cells.iter().enumerate() {
        let (execution, took) = run(&mut session, cell)
            .await
            .map_err(|error| format!("cell {}: the sandbox failed: {error}", index + 1))?;
        let mut wrong = differences(&cell.expected, &execution, false);
        wrong.extend(broken_promises(cell, &execution, took));
        found.extend(wrong.into_iter().map(|one| format!("cell {} of {}: {one}", index + 1, file.cells.len())));
    }
    found.extend(survives("the session", &mut session).await.err());
    found.extend(survives("another session", &mut other).await.err());
    found.extend(lists(&mut session).await.err());
    if found.is_empty() { Ok(()) } else { Err(found.join("\n")) }
}

async fn run(session: &mut Session, cell: &CaseCell) -> Result<(Execution, Duration), String> {
    let started = Instant::now();
    let execution = session.run(&Cell::within(cell.code.clone(), cell.limits.clone())).await;
    Ok((execution.map_err(|error| error.to_string())?, started.elapsed()))
}

/// What every session has before the attempt.
const PREPARE: &str = "\
precious = {'list': [1, 2, 3], 'text': 'kept'}
def numbers():
    yield from range(100)
live = numbers()
next(live)
";

/// Checks that a session goes on with its variables, its functions and its host functions.
async fn survives(who: &str, session: &mut Session) -> Result<(), String> {
    let execution =
        session.run(&Cell::within("precious", limits())).await.map_err(|error| format!("{who} afterwards: {error}"))?;
    let Outcome::Completed(Some(shown)) = &execution.outcome else {
        return Err(format!("{who} afterwards: `precious` {}", outcome(&execution)));
    };
    let list = Value::List(vec![Value::Int(1), Value::Int(2), Value::Int(3)]);
    let kept = Value::Dict(vec![(Value::from("list"), list), (Value::from("text"), Value::from("kept"))]);
    if shown.data.as_ref() != Some(&kept) {
        return Err(format!("{who} afterwards: `precious` is {:?}", shown.data));
    }
    wanted(&format!("{who} afterwards, precious"), "{'list': [1, 2, 3], 'text': 'kept'}", &shown.repr)?;
    let code = "[echo('up'), add(1), next(live)]";
    let execution =
        session.run(&Cell::within(code, limits())).await.map_err(|error| format!("{who} afterwards: {error}"))?;
    let value = match &execution.outcome {
        Outcome::Completed(Some(shown)) => shown.repr.clone(),
        _ => outcome(&execution),
    };
    wanted(&format!("{who} afterwards, {code}"), "['up', 2, 1]", &value)
}

/// Checks that variables can still be listed, within bounds.
async fn lists(session: &mut Session) -> Result<(), String> {
    let listed = tokio::time::timeout(LISTING, session.variables(1_000))
        .await
        .map_err(|_| format!("listing variables: not done within {LISTING:?}"))?;
    let variables = listed.map_err(|error| format!("listing variables: {error}"))?;
    if !variables.iter().any(|variable| variable.name == "precious") {
        return Err("listing variables: precious is not among them".to_owned());
    }
    let long = variables.iter().find(|variable| variable.preview.len() > 2_000);
    let leak = variables.iter().find(|variable| variable.preview.contains(CANARY));
    match (long, leak) {
        (Some(variable), _) => {
            Err(format!("listing variables: the preview of {} has {} bytes", variable.name, variable.preview.len()))
        }
        (_, Some(variable)) => Err(format!("listing variables: {} holds the canary", variable.name)),
        _ => Ok(()),
    }
}

/// What no cell may do, whatever it does.
fn broken_promises(cell: &CaseCell, execution: &Execution, took: Duration) -> Vec<String> {
    let mut found = Vec::new();
    let mut texts = vec![("stdout", execution.output.stdout.text()), ("stderr", execution.output.stderr.text())];
    for (stream, text) in &texts {
        // Replacing a byte that is not UTF-8 makes three of one.
        if text.len() as u64 > 3 * cell.limits.output.0 + 100 {
            found.push(format!("{stream}: {} bytes kept of at most {}", text.len(), cell.limits.output));
        }
    }
    let mut bounded = |what: &'static str, text: &str, most: usize| {
        if text.len() > most {
            found.push(format!("{what}: {} bytes of at most {most}", text.len()));
        }
        texts.push((what, text.to_owned()));
    };
    match &execution.outcome {
        Outcome::Completed(Some(shown)) => bounded("value", &shown.repr, MOST_SHOWN),
        Outcome::Completed(None) | Outcome::Cancelled { .. } => {}
        Outcome::Raised(fault) => {
            bounded("kind", &fault.kind, 1_000);
            bounded("message", &fault.message, MOST_FAULT_TEXT);
            bounded("traceback", &fault.traceback, MOST_FAULT_TEXT);
        }
        Outcome::Exceeded(exceeded) => {
            bounded("limit", &exceeded.to_string(), 3_000);
            bounded("traceback", exceeded.traceback.as_deref().unwrap_or_default(), MOST_FAULT_TEXT);
        }
    }
    bounded("notes", &execution.notes.join("\n"), 5_000);
    if let Some(submitted) = &execution.submitted {
        texts.push(("submitted", format!("{submitted:?}")));
    }
    found.extend(
        texts.iter().filter(|(_, text)| text.contains(CANARY)).map(|(what, _)| format!("{what}: holds the canary")),
    );
    if let Outcome::Exceeded(exceeded) = &execution.outcome {
        found.extend(unproven(&exceeded.limit));
    }
    let allowed = cell.limits.wall + execution.usage.host_wait + SLACK;
    if took > allowed {
        found.push(format!("took {took:.2?} of at most {allowed:.2?}"));
    }
    found
}

/// A limit that was met has been used up.
fn unproven(limit: &Limit) -> Option<String> {
    let proven = match limit {
        Limit::Fuel(used, of) => used >= of,
        Limit::Wall(used, of) => used >= of,
        Limit::Memory(used, of) => used > of,
        Limit::Output(used, of) => used >= of,
        _ => true,
    };
    (!proven).then(|| format!("met a limit that was not used up: {limit}"))
}

fn wanted(what: &str, wanted: &str, got: &str) -> Result<(), String> {
    if wanted == got { Ok(()) } else { Err(format!("{what}\n  wanted: {wanted}\n  got:    {got}")) }
}
