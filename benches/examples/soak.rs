//! Do memory, descriptors and mappings stay flat? Sessions are created, run, limited, forked, rolled
//! back, saved, loaded and dropped on several threads for a while; what the process holds of the
//! system is printed as it goes on. Ends with an error if the second half grew.
//!
//! usage: soak [SECONDS] [THREADS]

#![allow(clippy::disallowed_methods, reason = "its length is its argument, and it looks at the clock")]

use std::{
    process::ExitCode,
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use rlm_benches::{Footprint, run, runtime, value};
use rlm_sandbox::{Bytes, Cell, Context, Engine, Fuel, Limits, Snapshot, SnapshotKey};

/// How many times a line is printed.
const LINES: u32 = 20;

/// Growth of memory in the second half that noise explains: allocators keep what threads freed.
const NOISE: u64 = 24 << 20;

fn main() -> ExitCode {
    let argument = |at: usize, default: u64| {
        std::env::args().nth(at).map_or(default, |text| text.parse().expect("a whole number"))
    };
    let (length, threads) = (Duration::from_secs(argument(1, 60)), argument(2, 3));
    let engine = Engine::new().expect("an engine");
    let context = Context::text(&"a line of the context\n".repeat(200_000)).expect("a context");
    let (over, lives) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                runtime().block_on(async {
                    while !over.load(Relaxed) {
                        live(&engine, &context, lives.fetch_add(1, Relaxed)).await;
                    }
                });
            });
        }
        let told = watch(length, &lives);
        over.store(true, Relaxed);
        told
    })
}

/// One session from start to end, with all that can happen to it.
async fn live(engine: &Engine, context: &Context, life: u64) {
    let limits =
        Limits { fuel: Fuel(300_000_000), memory: Bytes(48 << 20), wall: Duration::from_secs(30), ..Limits::default() };
    let mut session = engine.session(limits.clone()).seed(life).start().await.expect("a session");
    session.define_context("context", context).await.expect("mapped");
    run(&mut session, &format!("kept = {life}\nlive = (n for n in range(100))\nnext(live)")).await;
    let size = 1 + life % 16;
    run(&mut session, &format!("data = bytearray({size} << 20)\nlines = context[:20_000].splitlines()")).await;
    let checkpoint = session.checkpoint().await.expect("a checkpoint");
    let mut forks = Vec::new();
    for fork in 0..12 {
        let mut made = session.fork().await.expect("a fork");
        if fork % 3 == 0 {
            run(&mut made, "data[::4096] = b'x' * len(data[::4096])").await;
        }
        forks.push(made);
    }
    let broken = ["sum(range(10**11))", "held = []\nwhile True: held.append(bytes(1 << 20))", "import os; os.abort()"];
    session.run(&Cell::new(broken[life as usize % broken.len()])).await.expect("the sandbox works");
    session.run(&Cell::new("while True: kept += 1")).await.expect("the sandbox works");
    session.rollback(&checkpoint).await.expect("rolled back");
    let key = SnapshotKey::new([3; 32]);
    let mut saved = Vec::new();
    session.save(&key, &mut saved).await.expect("saved");
    let snapshot = Snapshot::read(&mut saved.as_slice(), &key).expect("whole");
    let loaded = engine.session(limits).load(&snapshot, std::slice::from_ref(context)).await;
    for session in forks.iter_mut().take(3).chain([&mut loaded.expect("loaded")]) {
        assert_eq!(value(session, "kept, next(live), len(lines)").await, format!("({life}, 1, 910)"));
    }
}

fn watch(length: Duration, lives: &AtomicU64) -> ExitCode {
    let started = Instant::now();
    let mut seen: Vec<Footprint> = Vec::new();
    println!("   seconds    lives  rss MB  pss MB  page tables MB  descriptors  mappings  threads");
    for _ in 0..LINES {
        thread::sleep(length / LINES);
        let now = Footprint::now();
        println!(
            "{:10.0} {:8} {:7.1} {:7.1} {:15.1} {:12} {:9} {:8}",
            started.elapsed().as_secs_f64(),
            lives.load(Relaxed),
            now.rss as f64 / 1e6,
            now.pss as f64 / 1e6,
            now.page_tables as f64 / 1e6,
            now.descriptors,
            now.maps,
            now.threads,
        );
        seen.push(now);
    }
    // The highest of each quarter, since a moment says little about sessions that come and go.
    let quarter = seen.len() / 4;
    let peak = |of: &[Footprint], what: fn(&Footprint) -> u64| of.iter().map(what).max().unwrap_or(0);
    let (middle, last) = (&seen[quarter..2 * quarter], &seen[3 * quarter..]);
    let grew = |what: fn(&Footprint) -> u64, noise: u64| peak(last, what) > peak(middle, what) + noise;
    let grown = [
        ("memory", grew(|of| of.pss, NOISE)),
        ("descriptors", grew(|of| of.descriptors, 8)),
        ("mappings", grew(|of| of.maps, peak(middle, |of| of.maps) / 2)),
    ];
    for (what, _) in grown.iter().filter(|(_, grew)| *grew) {
        println!("{what} grew from the second quarter to the last");
    }
    if grown.iter().any(|(_, grew)| *grew) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
