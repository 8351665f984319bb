//! Walks one path of the sandbox over and over, for a profiler to look at: `one_path PATH [SECONDS]`.
//!
//! Prints how long one pass took, and what it cost in page faults.

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "an example is a program")]

use std::{
    future::Future,
    pin::Pin,
    time::{Duration, Instant},
};

use rlm_benches::{run, runtime, session, value};
use rlm_sandbox::{Engine, HostCall, HostError, Limits, Value};

const CALLS: u64 = 10_000;

fn echo(call: HostCall) -> Pin<Box<dyn Future<Output = Result<Value, HostError>> + Send>> {
    Box::pin(async move { Ok(call.args.into_iter().next().unwrap_or_default()) })
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_default();
    let seconds = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(2.0);
    let (engine, rt) = (Engine::new().expect("an engine"), runtime());
    let until = Instant::now() + Duration::from_secs_f64(seconds);
    let mut passes = 0u64;
    let before = faults();
    let started = Instant::now();
    match path.as_str() {
        "fresh" | "start" | "equipped" => rt.block_on(async {
            while Instant::now() < until {
                let mut session = match path.as_str() {
                    "equipped" => {
                        let limits = Limits::default();
                        let builder = engine.session(limits).host_function("llm_query", echo);
                        builder.import("rlm_answer", &["answer"]).start().await.expect("a session")
                    }
                    _ => session(&engine).await,
                };
                if path != "start" {
                    assert_eq!(value(&mut session, "1+1").await, "2");
                }
                passes += 1;
            }
        }),
        "trivial" | "print" | "pass" | "variables" => rt.block_on(async {
            let mut session = session(&engine).await;
            while Instant::now() < until {
                match path.as_str() {
                    "trivial" => assert_eq!(value(&mut session, "1+1").await, "2"),
                    "print" => assert_eq!(run(&mut session, "print('ok')").await.output.stdout.head, "ok\n"),
                    "pass" => drop(run(&mut session, "pass").await),
                    _ => drop(session.define("x", Value::Int(1)).await),
                }
                passes += 1;
            }
        }),
        "host_call" | "host_text" | "no_call" => rt.block_on(async {
            let limits = Limits { host_calls: u64::MAX, ..Limits::default() };
            let mut session = engine.session(limits).host_function("echo", echo).start().await.expect("a session");
            let call = match path.as_str() {
                "host_call" => "echo(7)",
                "host_text" => "echo(text)",
                _ => "7",
            };
            run(&mut session, "text = 'x' * 1000").await;
            let code = format!("for _ in range({CALLS}):\n    r = {call}\n1");
            while Instant::now() < until {
                assert_eq!(value(&mut session, &code).await, "1");
                passes += CALLS;
            }
        }),
        "fork" | "rollback" | "checkpoint" => rt.block_on(async {
            let mut session = session(&engine).await;
            run(&mut session, "data = b'x' * 1_000_000\nlen(data)").await;
            let checkpoint = session.checkpoint().await.expect("a checkpoint");
            while Instant::now() < until {
                match path.as_str() {
                    "fork" => drop(session.fork().await.expect("forked")),
                    "rollback" => session.rollback(&checkpoint).await.expect("rolled back"),
                    _ => {
                        run(&mut session, "data = b'y' * 1_000_000\nlen(data)").await;
                        session.checkpoint().await.expect("a checkpoint");
                    }
                }
                passes += 1;
            }
        }),
        other => panic!("no path called {other:?}"),
    }
    let took = started.elapsed();
    let faults = faults() - before;
    println!(
        "{path}: {:.3} us a pass, {:.1} page faults, {passes} passes",
        took.as_secs_f64() * 1e6 / passes as f64,
        faults as f64 / passes as f64
    );
}

/// Page faults of this process so far.
fn faults() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(") ").next().unwrap_or_default();
    after_name.split(' ').nth(7).and_then(|field| field.parse().ok()).unwrap_or(0)
}
