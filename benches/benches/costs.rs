//! What the sandbox costs, in one table beside its goals: `cargo bench -p rlm-benches --bench costs`.
//!
//! Least time of many, since a busy machine only ever adds. Every answer is checked. `--bench sandbox`
//! has the same paths with criterion's statistics.

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a program that measures time and processes")]

use std::{
    future::Future,
    pin::Pin,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rlm_benches::{Footprint, run, runtime, session, value};
use rlm_sandbox::{Engine, HostCall, HostError, Limits, Pool, Session, Snapshot, SnapshotKey, Value};

fn main() {
    let engine = Engine::new().expect("an engine");
    let rt = runtime();
    println!("| what | cost | goal |\n|---|---|---|");
    rt.block_on(sessions(&engine));
    on_all_cores(&engine);
    rt.block_on(host_calls(&engine));
    for megabytes in [1, 10, 100] {
        rt.block_on(images(&engine, megabytes));
    }
    rt.block_on(idle(&engine));
    processes();
}

fn row(what: &str, cost: impl std::fmt::Display, goal: &str) {
    println!("| {what} | {cost} | {goal} |");
}

fn ms(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1e3)
}

fn us(time: Duration) -> String {
    format!("{:.2} us", time.as_secs_f64() * 1e6)
}

/// The middle of several times: for what differs from one time to the next by its nature.
fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// The least and the middle.
fn both(times: Vec<Duration>, say: fn(Duration) -> String) -> String {
    let least = times.iter().min().copied().unwrap_or_default();
    format!("{} (middle {})", say(least), say(middle(times)))
}

async fn sessions(engine: &Engine) {
    let mut times = Vec::new();
    for _ in 0..2000 {
        let begun = Instant::now();
        let mut session = session(engine).await;
        assert_eq!(value(&mut session, "1+1").await, "2");
        times.push(begun.elapsed());
    }
    row("fresh session to its first result", both(times, ms), "0.2 ms");
    let pool = Pool::new(engine.session(Limits::default()), 16);
    let mut times = Vec::new();
    for _ in 0..60 {
        pool.fill().await.expect("filled");
        for _ in 0..16 {
            let begun = Instant::now();
            let mut session = pool.take().await.expect("a session");
            assert_eq!(value(&mut session, "1+1").await, "2");
            times.push(begun.elapsed());
        }
    }
    row("session from a pool to its first result", both(times, ms), "0.05 ms");
    let mut warm = session(engine).await;
    let mut times = Vec::new();
    for _ in 0..20_000 {
        let begun = Instant::now();
        assert_eq!(value(&mut warm, "1+1").await, "2");
        times.push(begun.elapsed());
    }
    row("trivial cell", both(times, us), "15 us");
    row("a dear cell that writes little", both(dear(&mut warm).await, ms), "");
    let mut times = Vec::new();
    for _ in 0..20_000 {
        let begun = Instant::now();
        warm.define("x", Value::Int(1)).await.expect("defined");
        times.push(begun.elapsed());
    }
    row("request without Python (define)", both(times, us), "");
}

/// Sessions started, asked and dropped on two threads.
fn on_all_cores(engine: &Engine) {
    const TIME: Duration = Duration::from_secs(3);
    let started_in = || {
        runtime().block_on(async {
            let (until, mut count) = (Instant::now() + TIME, 0u64);
            while Instant::now() < until {
                assert_eq!(value(&mut session(engine).await, "1+1").await, "2");
                count += 1;
            }
            count
        })
    };
    let total: u64 = thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(started_in)).collect();
        threads.into_iter().map(|thread| thread.join().expect("a count")).sum()
    });
    row(
        "fresh sessions to their first result, two threads",
        format!("{:.0} a second", total as f64 / TIME.as_secs_f64()),
        "8,000",
    );
}

/// Answers at once with its argument.
fn echo(call: HostCall) -> Pin<Box<dyn Future<Output = Result<Value, HostError>> + Send>> {
    Box::pin(async move { Ok(call.args.into_iter().next().unwrap_or_default()) })
}

/// The least time of a pass of a loop that ends in 7.
async fn pass(session: &mut Session, call: &str) -> Duration {
    const PASSES: u32 = 10_000;
    let code = format!("for _ in range({PASSES}):\n    r = {call}\nr");
    let mut least = Duration::MAX;
    for _ in 0..30 {
        let begun = Instant::now();
        assert_eq!(value(session, &code).await, "7");
        least = least.min(begun.elapsed());
    }
    least / PASSES
}

async fn host_calls(engine: &Engine) {
    let limits = Limits { host_calls: u64::MAX, ..Limits::default() };
    let mut session = engine.session(limits).host_function("echo", echo).start().await.expect("a session");
    let empty = pass(&mut session, "7").await;
    let host = pass(&mut session, "echo(7)").await.saturating_sub(empty);
    let native = pass(&mut session, "abs(7)").await.saturating_sub(empty);
    row("host call from Python, its loop taken off", us(host), "1 us");
    row("the same of `abs`, which stays in the guest", us(native), "");
}

/// Cells that a checkpoint follows, of the pages they wrote, and not of what was written before them.
async fn dear(session: &mut Session) -> Vec<Duration> {
    let mut times = Vec::new();
    for _ in 0..50 {
        let begun = Instant::now();
        let fuel = run(session, "for _ in range(60_000): pass").await.usage.fuel;
        times.push(begun.elapsed());
        assert!(fuel > 2_000_000, "{fuel} is cheap");
    }
    times
}

/// Writes every page of `data`, by a cell that is cheap: no checkpoint follows it.
const DIRTY: &str = "data[::4096] = bytes(len(data[::4096]))";

/// What images of so many megabytes cost: all of them written since the last.
async fn images(engine: &Engine, megabytes: usize) {
    let times = if megabytes > 10 { 10 } else { 50 };
    let goal = if megabytes > 1 { "in proportion" } else { "" };
    let mut session = session(engine).await;
    let code = format!("data = bytearray(b'x' * {megabytes}_000_000)\nlen(data)");
    assert_eq!(value(&mut session, &code).await, format!("{megabytes}000000"));
    let before = session.checkpoint().await.expect("a checkpoint");
    let (mut takes, mut rollbacks, mut writes) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..times {
        let begun = Instant::now();
        run(&mut session, DIRTY).await;
        writes.push(begun.elapsed());
        assert!(session.dirty_bytes().expect("a page map") >= megabytes as u64 * 1_000_000);
        let begun = Instant::now();
        session.rollback(&before).await.expect("rolled back");
        rollbacks.push(begun.elapsed());
        assert_eq!(value(&mut session, "data[0] + data[-1]").await, "240");
        run(&mut session, DIRTY).await;
        let begun = Instant::now();
        let taken = session.checkpoint().await.expect("a checkpoint");
        takes.push(begun.elapsed());
        session.rollback(&before).await.expect("rolled back");
        drop(taken);
    }
    let after = dear(&mut session).await;
    row(&format!("(a cell that writes all pages of {megabytes} MB, for comparison)"), both(writes, ms), "");
    row(&format!("checkpoint, {megabytes} MB written"), both(takes, ms), goal);
    row(&format!("rollback, {megabytes} MB written"), both(rollbacks, ms), goal);
    row(&format!("a dear cell that writes little, {megabytes} MB held"), both(after, ms), "as with none held");
    let mut forks = Vec::new();
    for _ in 0..100 {
        let begun = Instant::now();
        let fork = session.fork().await.expect("forked");
        forks.push(begun.elapsed());
        drop(fork);
    }
    row(&format!("fork of a session with {megabytes} MB"), both(forks, ms), "0.2 ms");
    // Text, which is what sessions hold: neither all the same nor random.
    run(&mut session, "lines = [f'{n:>9} of these lines' for n in range(len(data) // 100)]").await;
    let checkpoint = session.checkpoint().await.expect("a checkpoint");
    let key = SnapshotKey::new([1; 32]);
    let (mut saved, mut saves, mut loads) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..times.min(20) {
        saved.clear();
        let begun = Instant::now();
        checkpoint.save(&key, &mut saved).expect("saved");
        saves.push(begun.elapsed());
        let begun = Instant::now();
        let snapshot = Snapshot::read(&mut saved.as_slice(), &key).expect("whole");
        let mut loaded = engine.session(Limits::default()).load(&snapshot, &[]).await.expect("loaded");
        loads.push(begun.elapsed());
        assert_eq!(value(&mut loaded, "len(data)").await, format!("{megabytes}000000"));
    }
    row(&format!("save {megabytes} MB, {:.1} MB when saved", saved.len() as f64 / 1e6), both(saves, ms), "");
    row(&format!("load {megabytes} MB"), both(loads, ms), "");
}

async fn idle(engine: &Engine) {
    const IDLE: usize = 200;
    let before = Footprint::now();
    let mut idle = Vec::with_capacity(IDLE);
    for _ in 0..IDLE {
        let mut session = session(engine).await;
        run(&mut session, "x = 1").await;
        idle.push(session);
    }
    let after = Footprint::now();
    let each = |before: u64, after: u64| (after as f64 - before as f64) / IDLE as f64 / 1024.0;
    let memory = each(before.pss, after.pss);
    let tables = each(before.page_tables, after.page_tables);
    row("an idle session after its first cell", format!("{memory:.0} KiB, {tables:.0} KiB of page tables"), "1 MB");
}

/// Whole processes, one after the other: ours and CPython's.
fn processes() {
    // target/release/deps/costs-HASH, so two folders up; or target/debug, where that is what runs.
    let own = std::env::current_exe().expect("this program");
    let folder = own.ancestors().nth(2).expect("target/release");
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--workspace", "--bin", "rlm-repl"]);
    if folder.ends_with("release") {
        build.arg("--release");
    }
    assert!(build.status().expect("cargo").success(), "rlm-repl does not build");
    let ours = folder.join("rlm-repl");
    let ours = once(Command::new(ours).args(["exec", "-c", "print(1+1)"]));
    row("`rlm-repl exec -c 'print(1+1)'`", both(ours.clone(), ms), "a third of CPython's, towards 3.6 ms");
    let least = |times: &[Duration]| times.iter().min().expect("times").as_secs_f64();
    for python in pythons() {
        for flags in [&[] as &[&str], &["-I", "-S"]] {
            let theirs = once(Command::new(&python).args(flags).args(["-c", "print(1+1)"]));
            let factor = least(&theirs) / least(&ours);
            let flags: String = flags.iter().map(|flag| format!(" {flag}")).collect();
            row(&format!("`{python}{flags} -c 'print(1+1)'`: {factor:.1} times as long"), both(theirs, ms), "");
        }
    }
}

/// The interpreter that `python3` on the path starts, which may be a script that looks for it first, and
/// the system's own where that is another.
fn pythons() -> Vec<String> {
    let asked = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().expect("python3");
    let found = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
    let system = "/usr/bin/python3".to_owned();
    if found == system || !std::path::Path::new(&system).exists() { vec![found] } else { vec![found, system] }
}

fn once(command: &mut Command) -> Vec<Duration> {
    let mut times = Vec::new();
    for _ in 0..60 {
        let begun = Instant::now();
        let output = command.stdin(Stdio::null()).output().expect("it runs");
        times.push(begun.elapsed());
        assert_eq!(String::from_utf8_lossy(&output.stdout), "2\n", "{}", String::from_utf8_lossy(&output.stderr));
    }
    times
}
