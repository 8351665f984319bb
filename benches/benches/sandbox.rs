//! What does the sandbox itself cost? Sessions, cells, host calls, contexts, checkpoints.

#![allow(clippy::disallowed_methods, reason = "some of it is timed by hand")]
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use std::{
    future::Future,
    hint::black_box,
    pin::Pin,
    time::{Duration, Instant},
};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use rlm_benches::{run, runtime, session, value};
use rlm_sandbox::{Context, Engine, HostCall, HostError, Limits, Session, Snapshot, SnapshotKey, Value};

/// Answers at once with its argument.
fn echo(call: HostCall) -> Pin<Box<dyn Future<Output = Result<Value, HostError>> + Send>> {
    Box::pin(async move { Ok(call.args.into_iter().next().unwrap_or_default()) })
}

fn sessions(c: &mut Criterion) {
    let (engine, rt) = (Engine::new().expect("an engine"), runtime());
    let mut group = c.benchmark_group("session");
    group.bench_function("new_engine", |b| b.iter(|| Engine::new().expect("an engine")));
    group.bench_function("new_to_first_result", |b| {
        b.iter(|| {
            rt.block_on(async {
                let mut session = session(&engine).await;
                assert_eq!(value(&mut session, "1+1").await, "2");
                session
            })
        });
    });
    let mut warm = rt.block_on(session(&engine));
    group.bench_function("trivial_cell", |b| {
        b.iter(|| rt.block_on(async { assert_eq!(value(&mut warm, "1+1").await, "2") }))
    });
    group.bench_function("print_cell", |b| {
        b.iter(|| rt.block_on(async { assert_eq!(run(&mut warm, "print('ok')").await.output.stdout.head, "ok\n") }));
    });
    group.finish();
}

fn host_calls(c: &mut Criterion) {
    const CALLS: u64 = 1000;
    let (engine, rt) = (Engine::new().expect("an engine"), runtime());
    let limits = Limits { host_calls: u64::MAX, ..Limits::default() };
    let mut session = rt.block_on(engine.session(limits).host_function("echo", echo).start()).expect("a session");
    let mut group = c.benchmark_group("host_call");
    group.throughput(Throughput::Elements(CALLS));
    let loop_of = |call: &str| format!("for _ in range({CALLS}):\n    r = {call}\nr");
    for (name, call, answer) in
        [("echo", "echo(7)", "7"), ("echo_1k_text", "echo('x' * 1000)[:3]", "'xxx'"), ("none_at_all", "7", "7")]
    {
        let code = loop_of(call);
        group.bench_function(name, |b| {
            b.iter(|| rt.block_on(async { assert_eq!(value(&mut session, &code).await, answer) }))
        });
    }
    group.finish();
}

fn contexts(c: &mut Criterion) {
    let (engine, rt) = (Engine::new().expect("an engine"), runtime());
    let mut group = c.benchmark_group("context");
    group.sample_size(20);
    for (name, megabytes, line) in [
        ("10MB", 10, "a plain line of text, forty bytes long.\n"),
        ("400MB", 400, "a plain line of text, forty bytes long.\n"),
        ("400MB_not_ascii", 400, "eine Zeile, die nicht nur ASCII enthält\n"),
    ] {
        let text = line.repeat(megabytes * 1_000_000 / line.len());
        let chars = text.chars().count();
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(format!("open/{name}"), |b| {
            b.iter(|| assert_eq!(Context::text(black_box(&text)).expect("a context").chars(), Some(chars as u64)));
        });
        let context = Context::text(&text).expect("a context");
        drop(text);
        group.bench_function(format!("set/{name}"), |b| {
            b.iter_batched(
                || rt.block_on(session(&engine)),
                |mut session| {
                    rt.block_on(async {
                        session.define_context("context", &context).await.expect("mapped");
                        assert_eq!(value(&mut session, "len(context)").await, chars.to_string());
                        session
                    })
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

/// A session with so many megabytes of its own.
async fn holding(engine: &Engine, megabytes: usize) -> Session {
    let mut session = session(engine).await;
    let code = format!("data = bytearray(b'x' * {megabytes}_000_000)\nlen(data)");
    assert_eq!(value(&mut session, &code).await, format!("{megabytes}000000"));
    session
}

/// Writes every page of `data`, by a cell that is cheap: it is followed by no checkpoint of its own.
const DIRTY: &str = "data[::4096] = bytes(len(data[::4096]))";

fn checkpoints(c: &mut Criterion) {
    let (engine, rt) = (Engine::new().expect("an engine"), runtime());
    let mut group = c.benchmark_group("checkpoint");
    group.sample_size(10);
    for megabytes in [1, 10, 100] {
        let mut session = rt.block_on(holding(&engine, megabytes));
        let before = rt.block_on(session.checkpoint()).expect("a checkpoint");
        // The cell that writes is not timed: only the checkpoint after it is.
        group.bench_function(format!("take/{megabytes}MB"), |b| {
            b.iter_custom(|times| {
                let mut took = Duration::ZERO;
                for _ in 0..times {
                    rt.block_on(async {
                        session.rollback(&before).await.expect("rolled back");
                        run(&mut session, DIRTY).await;
                        assert!(session.dirty_bytes().expect("a page map") >= megabytes as u64 * 1_000_000);
                        let started = Instant::now();
                        black_box(session.checkpoint().await.expect("a checkpoint"));
                        took += started.elapsed();
                    });
                }
                took
            });
        });
        group.bench_function(format!("rollback/{megabytes}MB"), |b| {
            b.iter_custom(|times| {
                let mut took = Duration::ZERO;
                for _ in 0..times {
                    rt.block_on(async {
                        run(&mut session, DIRTY).await;
                        let started = Instant::now();
                        session.rollback(&before).await.expect("rolled back");
                        took += started.elapsed();
                    });
                }
                took
            });
        });
        group.bench_function(format!("fork/{megabytes}MB"), |b| {
            b.iter(|| rt.block_on(session.fork()).expect("forked"));
        });
        let mut fork = rt.block_on(session.fork()).expect("forked");
        assert_eq!(rt.block_on(value(&mut fork, "len(data)")), (megabytes * 1_000_000).to_string());
    }
    group.finish();
}

fn snapshots(c: &mut Criterion) {
    let (engine, rt) = (Engine::new().expect("an engine"), runtime());
    let key = SnapshotKey::new([1; 32]);
    let mut group = c.benchmark_group("snapshot");
    group.sample_size(10);
    for megabytes in [1, 10, 100] {
        let mut session = rt.block_on(holding(&engine, megabytes));
        // Text, which is what sessions hold: neither all the same nor random.
        let fill = "lines = [f'{n:>9} of these lines' for n in range(len(data) // 100)]";
        rt.block_on(run(&mut session, fill));
        let checkpoint = rt.block_on(session.checkpoint()).expect("a checkpoint");
        let mut saved = Vec::new();
        checkpoint.save(&key, &mut saved).expect("saved");
        group.bench_function(format!("save/{megabytes}MB"), |b| {
            b.iter(|| {
                saved.clear();
                checkpoint.save(&key, &mut saved).expect("saved")
            });
        });
        group.bench_function(format!("load/{megabytes}MB"), |b| {
            b.iter(|| {
                let snapshot = Snapshot::read(&mut saved.as_slice(), &key).expect("whole");
                rt.block_on(engine.session(Limits::default()).load(&snapshot, &[])).expect("loaded")
            });
        });
        let snapshot = Snapshot::read(&mut saved.as_slice(), &key).expect("whole");
        let mut loaded = rt.block_on(engine.session(Limits::default()).load(&snapshot, &[])).expect("loaded");
        assert_eq!(
            rt.block_on(value(&mut loaded, "len(data), len(lines)")),
            rt.block_on(value(&mut session, "len(data), len(lines)"))
        );
    }
    group.finish();
}

/// Fresh sessions to their first result on all cores: the time for one of them, of many at once.
fn many_sessions(c: &mut Criterion) {
    let engine = Engine::new().expect("an engine");
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut group = c.benchmark_group("session");
    group.throughput(Throughput::Elements(1));
    group.bench_function(format!("new_to_first_result_on_{threads}_threads"), |b| {
        b.iter_custom(|times| {
            let each = times.div_ceil(threads as u64);
            let started = Instant::now();
            std::thread::scope(|scope| {
                for _ in 0..threads {
                    scope.spawn(|| {
                        let rt = runtime();
                        for _ in 0..each {
                            rt.block_on(async {
                                let mut session = session(&engine).await;
                                assert_eq!(value(&mut session, "1+1").await, "2");
                            });
                        }
                    });
                }
            });
            // Where the number of times does not divide, a few more were run than asked for.
            started.elapsed().mul_f64(times as f64 / (each * threads as u64) as f64)
        });
    });
    group.finish();
}

criterion_group!(benches, sessions, many_sessions, host_calls, contexts, checkpoints, snapshots);
criterion_main!(benches);
