//! What do contexts cost? Opening, sharing, and working with them, beside CPython and ripgrep.
//!
//! `cargo run --release -p rlm-benches --example contexts [LARGEST_MB]` prints tables; LARGEST_MB is
//! 2000 unless told. Files are made in the system's folder for temporary files and deleted again.

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a program that makes files and measures time")]

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use cap_std::{
    ambient_authority,
    fs::{Dir, File},
};
use rlm_benches::{runtime, value};
use rlm_sandbox::{Bytes, Context, ContextStore, Engine, Kind, Limits, Session};

const ASCII: &str = "Package: some-name\nVersion: 1.2.3\nInstalled-Size: 4711\nDescription: a plain line of text\n\n";
const OTHER: &str = "Paket: größer-als\nFassung: 1.2.3\n説明: 日本語のテキストと English words\nПлощадь: 4711\n\n";

fn main() {
    let largest: usize = std::env::args().nth(1).map_or(2000, |word| word.parse().expect("a number of MB"));
    let dir = tempfile::tempdir().expect("a temporary folder");
    opening(dir.path(), largest);
    sharing(dir.path(), largest.min(1000));
    working(dir.path());
    searching(dir.path(), largest.min(1000));
}

/// A file of about so many megabytes, and its size in bytes.
fn file_of(dir: &Path, name: &str, line: &str, megabytes: usize) -> (PathBuf, u64) {
    let path = dir.join(name);
    let block = line.repeat((1 << 20) / line.len());
    let mut file = fs::File::create(&path).expect("a file");
    let wanted = (megabytes * 1_000_000).min(i32::MAX as usize - 70_000);
    let mut written = 0;
    while written + block.len() <= wanted {
        file.write_all(block.as_bytes()).expect("room on the disk");
        written += block.len();
    }
    (path, written as u64)
}

fn open(path: &Path) -> File {
    File::open_ambient(path, ambient_authority()).expect("the file")
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let done = work();
    (done, began.elapsed())
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

/// The shortest of several.
fn best<T>(times: usize, mut work: impl FnMut() -> T) -> Duration {
    (0..times).map(|_| timed(&mut work).1).min().unwrap_or_default()
}

async fn session(engine: &Engine) -> Session {
    let limits = Limits { wall: Duration::from_secs(600), memory: Bytes(3 << 30), ..Limits::default() };
    engine.session(limits).start().await.expect("a session")
}

/// From a file to a variable whose length is known: first, again in the same process, and again in another
/// one that finds the copy in a cache folder.
fn opening(dir: &Path, largest: usize) {
    let (engine, rt) = (Engine::new().expect("an engine"), runtime());
    println!(
        "| ready for `len(context)` | first | plain read of the file | again | from a cache folder |\n|---|---|---|---|---|"
    );
    for (megabytes, line, kind) in
        [10, 100, 400, 1000, 2000].into_iter().flat_map(|size| [(size, ASCII, "ASCII"), (size, OTHER, "not ASCII")])
    {
        if megabytes > largest {
            continue;
        }
        let (path, size) = file_of(dir, "open", line, megabytes);
        let chars = size / line.len() as u64 * line.chars().count() as u64;
        let ready = |store: &ContextStore| {
            rt.block_on(async {
                let mut session = session(&engine).await;
                timed_async(async {
                    let context = store.open(&open(&path), Kind::Text).expect("a context");
                    session.define_context("context", &context).await.expect("mapped");
                    assert_eq!(value(&mut session, "len(context)").await, chars.to_string());
                })
                .await
            })
        };
        let mut buffer = vec![0; 1 << 20];
        let plain = best(2, || {
            let mut file = fs::File::open(&path).expect("the file");
            while std::io::Read::read(&mut file, &mut buffer).expect("readable") > 0 {}
        });
        let store = ContextStore::new();
        let first = ready(&store);
        let again = (0..5).map(|_| ready(&store)).min().unwrap_or_default();
        drop(store);
        let cache = tempfile::tempdir_in(dir).expect("a folder");
        let cached = || {
            let folder = Dir::open_ambient_dir(cache.path(), ambient_authority()).expect("the folder");
            ContextStore::new().with_cache(folder, Bytes(8 << 30))
        };
        ready(&cached());
        let from_cache = (0..3).map(|_| ready(&cached())).min().unwrap_or_default();
        println!("| {megabytes} MB, {kind} | {} | {} | {} | {} |", ms(first), ms(plain), ms(again), ms(from_cache));
        fs::remove_file(&path).expect("the file");
    }
    println!();
}

async fn timed_async(work: impl Future<Output = ()>) -> Duration {
    let began = Instant::now();
    work.await;
    began.elapsed()
}

/// Memory of this process: its own, and with what it shares.
fn memory() -> (u64, u64) {
    let text = fs::read_to_string("/proc/self/smaps_rollup").expect("Linux");
    let field = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).expect("the field");
        line.split_whitespace().nth(1).and_then(|number| number.parse::<u64>().ok()).expect("a number")
    };
    (field("Private_Dirty:") / 1024, field("Pss:") / 1024)
}

fn sharing(dir: &Path, megabytes: usize) {
    let (engine, rt) = (Engine::new().expect("an engine"), runtime());
    let (path, _) = file_of(dir, "share", ASCII, megabytes);
    let context = Context::text_from_file(&open(&path)).expect("a context");
    println!(
        "| sessions over one text of {megabytes} MB, each having read all of it | private memory | all memory |\n|---|---|---|"
    );
    let mut sessions = Vec::new();
    for wanted in [1, 10, 100] {
        rt.block_on(async {
            while sessions.len() < wanted {
                let mut session = session(&engine).await;
                session.define_context("context", &context).await.expect("mapped");
                assert_eq!(value(&mut session, "context.count('no such words')").await, "0");
                sessions.push(session);
            }
        });
        let (own, all) = memory();
        println!("| {wanted} | {own} MB | {all} MB |");
    }
    fs::remove_file(&path).expect("the file");
    println!();
}

/// The same line of Python in the guest and in CPython.
fn working(dir: &Path) {
    let (engine, rt) = (Engine::new().expect("an engine"), runtime());
    println!(
        "| on 100 MB | ASCII, guest | CPython | ratio | not ASCII, guest | CPython | ratio |\n|---|---|---|---|---|---|---|"
    );
    let files = [file_of(dir, "ascii", ASCII, 100).0, file_of(dir, "other", OTHER, 100).0];
    for code in [
        "len(context)",
        "len(context[40_000_000:40_100_000])",
        "context.find('no such words')",
        "context.count('4711')",
        "len(re.findall(r'[A-Z]\\w+:', context[:20_000_000]))",
        "len(context.split('\\n'))",
        "sum(1 for line in context.splitlines())",
    ] {
        let mut row = format!("| `{code}` |");
        for path in &files {
            let context = Context::text_from_file(&open(path)).expect("a context");
            let guest = rt.block_on(async {
                let mut session = session(&engine).await;
                session.define_context("context", &context).await.expect("mapped");
                let code = format!("import re, time\n{code}");
                value(&mut session, &code).await;
                let began = Instant::now();
                let told = value(&mut session, &code).await;
                (told, began.elapsed())
            });
            let script = format!(
                "import re, time\ncontext = open({path:?}, newline='').read()\n{code}\nb = time.perf_counter()\nr = {code}\nprint(time.perf_counter() - b, r)"
            );
            let output = Command::new("python3").args(["-c", &script]).output().expect("python3");
            let told = String::from_utf8_lossy(&output.stdout);
            let (seconds, result) = told.trim().split_once(' ').expect("time and result");
            assert_eq!(guest.0, result, "{code}");
            let theirs = Duration::from_secs_f64(seconds.parse().expect("seconds"));
            let ratio = guest.1.as_secs_f64() / theirs.as_secs_f64();
            row += &format!(" {} | {} | {ratio:.1} |", ms(guest.1), ms(theirs));
        }
        println!("{row}");
    }
    println!();
}

/// The functions that run on the host, beside ripgrep.
fn searching(dir: &Path, megabytes: usize) {
    let (engine, rt) = (Engine::new().expect("an engine"), runtime());
    println!("| over {megabytes} MB | time | GB/s | `rg -c` | GB/s |\n|---|---|---|---|---|");
    for (line, name) in [(ASCII, "ASCII"), (OTHER, "not ASCII")] {
        let (path, size) = file_of(dir, "search", line, megabytes);
        let context = Context::text_from_file(&open(&path)).expect("a context");
        let mut session = rt.block_on(session(&engine));
        rt.block_on(session.define_context("context", &context)).expect("mapped");
        let lines = size / line.len() as u64;
        for (call, pattern, expected) in [
            ("count('no such words')", "no such words", "0".to_owned()),
            ("count('4711')", "4711", lines.to_string()),
            ("count(r'^[A-Z][a-z]+: ')", "^[A-Z][a-z]+: ", String::new()),
            ("search('no such words')", "no such words", "no match".to_owned()),
            ("count(r'(?i)no such words')", "(?i)no such words", "0".to_owned()),
        ] {
            let told = rt.block_on(value(&mut session, call));
            assert!(expected.is_empty() || told == expected, "{call}: {told}");
            let time = best(3, || rt.block_on(value(&mut session, call)));
            let speed = |time: Duration| size as f64 / time.as_secs_f64() / 1e9;
            let rg = || Command::new("rg").args(["-c", pattern]).arg(&path).output();
            let theirs = match rg() {
                Ok(_) => {
                    let time = best(3, || rg().expect("it ran before"));
                    format!("{} | {:.1}", ms(time), speed(time))
                }
                Err(_) => "not installed |".to_owned(),
            };
            println!("| {name}, `{call}` | {} | {:.1} | {theirs} |", ms(time), speed(time));
        }
        fs::remove_file(&path).expect("the file");
    }
}
