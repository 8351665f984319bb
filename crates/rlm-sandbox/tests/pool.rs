//! Sessions that begin where another one ended: warm ones from a pool, and those that get memory an
//! earlier session left behind. None may be told from the very first.

use std::{future::ready, time::Duration};

use rlm_sandbox::{Bytes, Cell, Engine, Execution, Fuel, HostCall, Limits, Outcome, Pool, Session, SessionBuilder};

fn builder(engine: &Engine) -> SessionBuilder {
    let echo = |mut call: HostCall| ready(Ok(call.args.pop().unwrap_or_default()));
    engine.session(Limits::default()).host_function("echo", echo).import("json", &["dumps"])
}

async fn run(session: &mut Session, code: &str) -> Execution {
    session.run(&Cell::new(code)).await.expect("the sandbox itself works")
}

async fn shown(session: &mut Session, code: &str) -> String {
    match run(session, code).await.outcome {
        Outcome::Completed(Some(shown)) => shown.repr,
        other => panic!("{code}: {other:?}"),
    }
}

/// What a session says and what it costs to say it: two sessions that differ anywhere in their memory
/// would soon differ here, since addresses and the allocator's lists are part of it.
async fn fingerprint(session: &mut Session) -> Vec<(String, Fuel)> {
    let mut seen = Vec::new();
    for code in [
        "sorted(name for name in globals() if not name.startswith('_')), echo(7), dumps([1])",
        "class C: pass\nrepr(C())",
        "import time, os, random\n(time.time(), os.urandom(4), hash('x'), id(object()))",
        "import re, collections\n[re.sub('a', 'b', 'banana'), collections.Counter('banana')]",
        "data = [str(i) * 9 for i in range(3000)]\nlen(''.join(data))",
    ] {
        let execution = run(session, code).await;
        let Outcome::Completed(Some(shown)) = execution.outcome else { panic!("{code}: {:?}", execution.outcome) };
        seen.push((shown.repr, Fuel(execution.usage.fuel)));
    }
    seen
}

/// Leaves as much behind as a cell can.
async fn litter(session: &mut Session, round: usize) {
    let cells = [
        "secret = 'do not find me' * 1000; import builtins; builtins.echo2 = secret",
        "import json; json.dumps = None; dumps = 1; x = [{i: str(i)} for i in range(5000)]",
        "y = bytearray(3_000_000); y[::4096] = b'z' * len(y[::4096])",
        "def f(): return f()\nf()",
        "z = [0] * 10**9",
        "while True: pass",
    ];
    for code in &cells[..=round % cells.len()] {
        let limits = Limits {
            wall: Duration::from_millis(300),
            fuel: Fuel(300_000_000),
            memory: Bytes(64 << 20),
            ..Limits::default()
        };
        let cell = Cell::within(*code, limits);
        session.run(&cell).await.expect("the sandbox itself works");
    }
}

#[tokio::test]
async fn a_session_on_used_memory_is_like_the_first() {
    let engine = Engine::new().expect("an engine");
    let first = fingerprint(&mut builder(&engine).start().await.expect("a session")).await;
    for round in 0..14 {
        let mut used = builder(&engine).start().await.expect("a session");
        litter(&mut used, round).await;
        drop(used);
        let mut next = builder(&engine).start().await.expect("a session");
        assert_eq!(fingerprint(&mut next).await, first, "round {round}");
    }
}

#[tokio::test]
async fn a_rollback_is_like_the_first_time() {
    let engine = Engine::new().expect("an engine");
    let mut session = builder(&engine).start().await.expect("a session");
    let checkpoint = session.checkpoint().await.expect("a checkpoint");
    let first = fingerprint(&mut session).await;
    for round in 0..14 {
        litter(&mut session, round).await;
        if round % 3 == 0 {
            let mut fork = session.fork().await.expect("a fork");
            assert_eq!(shown(&mut fork, "secret[:3]").await, "'do '");
        }
        session.rollback(&checkpoint).await.expect("rolled back");
        assert_eq!(fingerprint(&mut session).await, first, "round {round}");
        session.rollback(&checkpoint).await.expect("rolled back");
    }
}

#[tokio::test]
async fn pooled_sessions_are_alike_and_apart() {
    let engine = Engine::new().expect("an engine");
    let first = fingerprint(&mut builder(&engine).start().await.expect("a session")).await;
    let pool = Pool::new(builder(&engine), 2);
    assert_eq!(pool.ready(), 0);
    pool.fill().await.expect("filled");
    assert_eq!(pool.ready(), 2);
    let (mut one, mut two) = (pool.take().await.expect("a session"), pool.take().await.expect("a session"));
    assert_eq!(pool.ready(), 0);
    run(&mut one, "x = 'mine'").await;
    assert_eq!(fingerprint(&mut two).await, first);
    assert_eq!(shown(&mut one, "x").await, "'mine'");
    let mut third = pool.take().await.expect("one started now");
    assert_eq!(fingerprint(&mut third).await, first);
    pool.fill().await.expect("filled");
    pool.fill().await.expect("full already");
    assert_eq!(pool.ready(), 2);
}

#[tokio::test]
async fn sessions_with_other_equipment_do_not_get_it() {
    let engine = Engine::new().expect("an engine");
    for _ in 0..4 {
        drop(builder(&engine).start().await.expect("a session"));
        let mut plain = engine.session(Limits::default()).start().await.expect("a session");
        assert_eq!(shown(&mut plain, "'echo' in globals(), 'dumps' in globals()").await, "(False, False)");
    }
}
