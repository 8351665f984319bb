//! Host functions that answer at once, later, never, or not at all.

use std::{
    future::{Future, pending, ready},
    panic::AssertUnwindSafe,
    pin::Pin,
    time::Duration,
};

use futures_util::FutureExt;
use rlm_sandbox::{Cell, Engine, Execution, HostCall, HostError, Limits, Outcome, Session, Value};

type Answer = Pin<Box<dyn Future<Output = Result<Value, HostError>> + Send>>;

fn late(call: HostCall) -> Answer {
    Box::pin(async move {
        tokio::time::sleep(Duration::from_millis(60)).await;
        Ok(Value::List(call.args))
    })
}

async fn start() -> Session {
    let limits = Limits { host_wait: Duration::from_millis(300), wall: Duration::from_secs(20), ..Limits::default() };
    let at_once = |mut call: HostCall| ready(Ok(call.args.pop().unwrap_or_default()));
    let engine = Engine::new().expect("an engine");
    let builder = engine.session(limits).host_function("at_once", at_once).host_function("late", late);
    let builder = builder.host_function("never", |_: HostCall| pending::<Result<Value, HostError>>());
    let builder = builder.host_function("refuses", |_: HostCall| ready(Err(HostError::new("KeyError", "no such"))));
    let broken = |_: HostCall| -> Answer { panic!("this function has a fault") };
    builder.host_function("broken", broken).start().await.expect("a session")
}

async fn run(session: &mut Session, code: &str) -> Execution {
    session.run(&Cell::new(code)).await.expect("the sandbox itself works")
}

async fn shown(session: &mut Session, code: &str) -> String {
    match run(session, code).await.outcome {
        Outcome::Completed(Some(shown)) => shown.repr,
        Outcome::Raised(fault) => format!("raised: {}: {}", fault.kind, fault.message),
        other => panic!("{code}: {other:?}"),
    }
}

#[tokio::test]
async fn one_that_answers_at_once() {
    let mut session = start().await;
    let values = "[None, True, False, 0, -1, 2**63 - 1, -2**63, 2**63, 1.5, '', 'é', 'x' * 10000, b'', b'\\x00']";
    assert_eq!(shown(&mut session, &format!("[at_once(v) for v in {values}] == {values}")).await, "True");
    assert_eq!(shown(&mut session, "at_once([1, {'a': (2, b'3')}])").await, "[1, {'a': [2, b'3']}]");
    assert_eq!(shown(&mut session, "type(at_once(True)), type(at_once(1))").await, "(<class 'bool'>, <class 'int'>)");
    assert_eq!(shown(&mut session, "at_once(), at_once(1, 2)").await, "(None, 2)");
    let bad = "raised: TypeError: at_once() argument 1: 'object' cannot leave the sandbox; send None, bool, int, \
               float, str, bytes, list, tuple, set or dict";
    assert_eq!(shown(&mut session, "at_once(object())").await, bad);
}

#[tokio::test]
async fn one_that_answers_later_does_not_spend_the_cells_time() {
    let mut session = start().await;
    let execution = run(&mut session, "late(1, 'two')").await;
    assert!(matches!(&execution.outcome, Outcome::Completed(Some(shown)) if shown.repr == "[1, 'two']"));
    let usage = execution.usage;
    assert_eq!(usage.host_calls, 1);
    assert!(usage.host_wait >= Duration::from_millis(60), "{usage:?}");
    assert_eq!(shown(&mut session, "[late(n)[0] + at_once(n) for n in range(3)]").await, "[0, 2, 4]");
}

#[tokio::test]
async fn one_that_never_answers_is_a_timeout_in_the_cell() {
    let mut session = start().await;
    assert_eq!(shown(&mut session, "x = 1\nnever()").await, "raised: TimeoutError: no answer within 0.300 s");
    assert_eq!(shown(&mut session, "x, at_once(2)").await, "(1, 2)");
}

#[tokio::test]
async fn one_that_refuses_is_an_exception_in_the_cell() {
    let mut session = start().await;
    assert_eq!(shown(&mut session, "try: refuses()\nexcept KeyError as e: r = str(e)\nr").await, "\"'no such'\"");
}

#[tokio::test]
async fn one_that_panics_costs_its_cell_and_not_the_session() {
    let mut session = start().await;
    run(&mut session, "kept = [1, 2]").await;
    let broken = Cell::new("kept.append(at_once(3))\nbroken()");
    assert!(AssertUnwindSafe(session.run(&broken)).catch_unwind().await.is_err());
    assert_eq!(shown(&mut session, "kept, at_once(4)").await, "([1, 2], 4)");
}
