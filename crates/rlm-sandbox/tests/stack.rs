//! Deep cells on the smallest thread promised to be enough, on every way a session can be driven.
//!
//! Guest code runs on a fiber of its own, so what the thread has does not matter to it: what has to hold
//! is that nothing on the thread's side recurses, and that the fiber has room left for host functions
//! where the guest's part of it is used up.

use std::{hint::black_box, thread};

use rlm_sandbox::{Cell, Engine, HostCall, HostError, Limits, Outcome, Session, Value};

/// The smallest stack of a thread that drives sessions, as SECURITY.md says.
const SMALLEST: usize = 256 << 10;

/// What a host function may use of the fiber's stack, as SECURITY.md says.
const HOST_FUNCTION: usize = 2 << 20;

/// Each ends in one of the outcomes named, with its variables.
const DEEP: &[(&str, &[&str])] = &[
    ("eval('-' * 5000 + '1')", &["RecursionError", "SyntaxError", "MemoryError", "stack", "completed"]),
    ("eval('(' * 100_000)", &["SyntaxError", "MemoryError", "RecursionError", "stack"]),
    ("import json; json.loads('[' * 200_000)", &["RecursionError", "JSONDecodeError", "stack"]),
    ("def f(): return f() + 1\nf()", &["RecursionError", "stack"]),
    ("import sys; sys.setrecursionlimit(10**9)\ndef f(): return f() + 1\nf()", &["RecursionError", "stack"]),
    ("deep = []\nfor _ in range(200_000): deep = [deep]\nrepr(deep)", &["RecursionError", "stack", "completed"]),
    ("deep == deep.copy()", &["RecursionError", "stack", "completed", "NameError"]),
    (
        "class A:\n    def __getattr__(self, name): return getattr(self, name + 'x')\nA().x",
        &["RecursionError", "stack"],
    ),
    (
        "import re; re.compile('(' * 2_000 + ')' * 2_000)",
        &["RecursionError", "error", "PatternError", "stack", "completed"],
    ),
    (
        "def down(n):\n    try:\n        return down(n + 1)\n    except RecursionError:\n        return use_stack(n)\ndown(0) > 10",
        &["completed"],
    ),
    (
        "nested = 1\nfor _ in range(10_000): nested = [nested]\nuse_stack(nested)",
        &["RecursionError", "ValueError", "stack"],
    ),
];

/// Answers from the bottom of a stack of its own.
async fn use_stack(call: HostCall) -> Result<Value, HostError> {
    fn down(left: usize) -> usize {
        let block = black_box([1u8; 4096]);
        if left < block.len() { 1 } else { down(left - block.len()) + usize::from(black_box(&block)[left % 4096]) }
    }
    black_box(down(HOST_FUNCTION - (64 << 10)));
    Ok(call.args.into_iter().next().unwrap_or_default())
}

async fn attempt(engine: &Engine) {
    let builder = engine.session(Limits::default()).host_function("use_stack", use_stack);
    let mut session = builder.start().await.expect("a session");
    assert_eq!(run(&mut session, "kept = [1]").await, "completed");
    for (code, expected) in DEEP {
        let ended = run(&mut session, code).await;
        assert!(expected.contains(&ended.as_str()), "{code}: {ended}");
        assert_eq!(run(&mut session, "assert kept == [1]").await, "completed", "after {code}");
    }
}

async fn run(session: &mut Session, code: &str) -> String {
    match session.run(&Cell::new(code)).await.expect("the sandbox itself works").outcome {
        Outcome::Completed(_) => "completed".to_owned(),
        Outcome::Raised(fault) => fault.kind,
        Outcome::Exceeded(met) => met.limit.name().to_owned(),
        other => format!("{other:?}"),
    }
}

fn on_a_small_thread(work: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(SMALLEST).spawn(work).expect("a thread");
    thread.join().expect("it ended well");
}

#[test]
fn on_a_runtime_of_one_thread() {
    on_a_small_thread(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(attempt(&Engine::new().expect("an engine")));
    });
}

#[test]
fn on_workers_of_a_runtime() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(SMALLEST)
        .enable_time()
        .build()
        .expect("a runtime");
    let engine = Engine::new().expect("an engine");
    let tasks: Vec<_> = (0..2)
        .map(|_| {
            runtime.spawn({
                let engine = engine.clone();
                async move { attempt(&engine).await }
            })
        })
        .collect();
    for task in tasks {
        runtime.block_on(task).expect("it ended well");
    }
}
