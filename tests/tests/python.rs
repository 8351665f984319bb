//! Runs `python/AREA/*.py`: what CPython prints, the sandbox prints too.
//!
//! Beside each file is what CPython printed (`.out`). Every file runs in the sandbox, and on the
//! machine's `python3` where there is one new enough; both must print that. A line
//! `#! python = "3.12"` names the least version that runs the file (3.11 unless told), and
//! `#! known = "..."` at the end a difference that is not mended: such a file must fail.
//!
//! `RLM_RECORD=1` writes the `.out` files anew from `python3`, and tells which changed.

#![allow(clippy::disallowed_methods, reason = "cases are files of this package, and CPython is a program")]

use std::{
    collections::HashMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    sync::Arc,
    time::Duration,
};

use libtest_mimic::{Arguments, Trial};
use rlm_sandbox::{Bytes, Cell, Engine, Fuel, Limits, Outcome};
use rlm_tests::outcome;

/// Runs every file whose path it reads, each in a process forked for it, and writes what they
/// print as one JSON object. Its own start is paid once.
const DRIVER: &str = r#"
import json, os, sys, tempfile, types
got = {}
for path in sys.stdin.read().splitlines():
    with tempfile.TemporaryFile() as out:
        child = os.fork()
        if not child:
            try:
                os.dup2(out.fileno(), 1)
                os.dup2(os.open(os.devnull, os.O_RDWR), 0)
                sys.stdin = open(0)
                sys.stdout = open(1, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
                os.chdir(tempfile.mkdtemp())
                main = sys.modules["__main__"] = types.ModuleType("__main__")
                exec(compile(open(path, encoding="utf-8").read(), "<cell 1>", "exec"), main.__dict__)
            except BaseException as error:
                print("ended by", repr(error))
            finally:
                sys.stdout.flush()
                os._exit(0)
        os.waitpid(child, 0)
        out.seek(0)
        got[path] = out.read().decode("utf-8", "replace")
json.dump({"version": list(sys.version_info[:2]), "printed": got}, sys.stdout)
"#;

/// The oldest version whose output the files are written for.
const OLDEST: (u32, u32) = (3, 11);

struct Program {
    name: String,
    path: PathBuf,
    source: String,
    known: Option<String>,
    least: (u32, u32),
}

/// What the machine's Python printed.
struct Reference {
    version: (u32, u32),
    printed: HashMap<String, String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let programs = match programs(&Path::new(env!("CARGO_MANIFEST_DIR")).join("python")) {
        Ok(programs) => programs,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let record = std::env::var_os("RLM_RECORD").is_some();
    let reference = if arguments.list { None } else { reference(&programs) };
    match &reference {
        Some(reference) => eprintln!("python3 is {}.{}", reference.version.0, reference.version.1),
        None => eprintln!("no python3 from 3.11 on was run: compared with the recorded output alone"),
    }
    let reference = Arc::new(reference);
    let engine = Engine::new().expect("engine");
    let trials = programs.into_iter().map(|program| {
        let (engine, reference) = (engine.clone(), Arc::clone(&reference));
        Trial::test(format!("python/{}", program.name), move || {
            Ok(judge(&program, check(&engine, &program, (*reference).as_ref(), record))?)
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn programs(folder: &Path) -> Result<Vec<Program>, String> {
    let mut found = Vec::new();
    for area in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        for path in entries(&area)?.into_iter().filter(|path| path.extension().is_some_and(|ext| ext == "py")) {
            let source = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            let part = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let least = match mark(&source, "python") {
                Some(version) => version_of(&version).ok_or(format!("{}: {version}: no version", path.display()))?,
                None => OLDEST,
            };
            let known = mark(&source, "known");
            found.push(Program { name: format!("{}/{}", part(&area), part(&path)), path, source, known, least });
        }
    }
    if found.is_empty() { Err(format!("{}: no programs", folder.display())) } else { Ok(found) }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    Ok(paths)
}

/// The text of a line `#! key = "..."`.
fn mark(source: &str, key: &str) -> Option<String> {
    let value = source.lines().find_map(|line| line.strip_prefix(&format!("#! {key} = ")))?;
    serde_json::from_str(value).ok()
}

fn version_of(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn reference(programs: &[Program]) -> Option<Reference> {
    let probe = Command::new("python3")
        .args(["-c", "import os, sys; print(*sys.version_info[:2]); os.fork"])
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(probe.stdout).ok()?;
    let (major, minor) = text.trim().split_once(' ')?;
    let version = (major.parse().ok()?, minor.parse().ok()?);
    if !probe.status.success() || version < OLDEST {
        return None;
    }
    let mut child = Command::new("python3")
        .args(["-W", "ignore", "-X", "utf8", "-c", DRIVER])
        .env("PYTHONHASHSEED", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let paths: Vec<_> = programs
        .iter()
        .filter(|program| program.least <= version)
        .map(|program| program.path.display().to_string())
        .collect();
    child.stdin.take()?.write_all(paths.join("\n").as_bytes()).ok()?;
    let answer: serde_json::Value = serde_json::from_slice(&child.wait_with_output().ok()?.stdout).ok()?;
    let printed = answer["printed"].as_object()?;
    let printed = printed.iter().map(|(path, text)| (path.clone(), text.as_str().unwrap_or_default().to_owned()));
    Some(Reference { version, printed: printed.collect() })
}

fn check(engine: &Engine, program: &Program, reference: Option<&Reference>, record: bool) -> Result<(), String> {
    let recorded = program.path.with_extension("out");
    let expected = fs::read_to_string(&recorded).ok();
    let cpython = reference.and_then(|reference| reference.printed.get(&program.path.display().to_string()));
    if record && let Some(cpython) = cpython {
        if expected.as_ref() != Some(cpython) {
            fs::write(&recorded, cpython).map_err(|error| error.to_string())?;
            return Err(format!("recorded anew:\n{cpython}"));
        }
        return Ok(());
    }
    let expected = expected.ok_or("no recorded output: run with RLM_RECORD=1")?;
    // Apart from what the sandbox does: the record itself must be right.
    if let Some(cpython) = cpython.filter(|cpython| **cpython != expected) {
        panic!("python3 prints something else than recorded:\n{}", difference(&expected, cpython));
    }
    let (printed, ended) = in_sandbox(engine, &program.source)?;
    if printed != expected {
        return Err(format!("{}\n{ended}", difference(&expected, &printed)));
    }
    if ended.is_empty() { Ok(()) } else { Err(ended) }
}

/// What the program printed, and how it ended if not well.
fn in_sandbox(engine: &Engine, source: &str) -> Result<(String, String), String> {
    let limits = Limits {
        fuel: Fuel(50_000_000_000),
        wall: Duration::from_secs(60),
        memory: Bytes(256 << 20),
        ..Limits::default()
    };
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(|error| error.to_string())?;
    let execution = runtime.block_on(async {
        let mut session = engine.session(limits).start().await?;
        session.run(&Cell::new(source)).await
    });
    let execution = execution.map_err(|error| error.to_string())?;
    let ended = match &execution.outcome {
        Outcome::Completed(_) => String::new(),
        Outcome::Raised(fault) => fault.traceback.clone(),
        _ => outcome(&execution),
    };
    Ok((execution.output.stdout.text(), ended))
}

/// The first line that differs, of each side.
fn difference(expected: &str, got: &str) -> String {
    let (mut expected, mut got, mut number) = (expected.lines(), got.lines(), 0);
    loop {
        number += 1;
        match (expected.next(), got.next()) {
            (None, None) => return "line ends differ".to_owned(),
            (wanted, line) if wanted == line => {}
            (wanted, line) => {
                let said = |line: Option<&str>| line.unwrap_or("(nothing more)").to_owned();
                return format!("line {number}\n  cpython: {}\n  sandbox: {}", said(wanted), said(line));
            }
        }
    }
}

/// A known difference must still be there.
fn judge(program: &Program, result: Result<(), String>) -> Result<(), String> {
    match (&program.known, result) {
        (None, result) => result,
        (Some(_), Err(_)) => Ok(()),
        (Some(known), Ok(())) => Err(format!("passes now; take the mark away: known = {known:?}")),
    }
}
