//! Sessions against the real guest.

use std::time::Duration;

use rlm_sandbox::{Bytes, Cell, Context, Engine, Execution, Fuel, Limits, Outcome, Session};

async fn start(limits: Limits) -> Session {
    Engine::new().expect("engine").session(limits).start().await.expect("session")
}

async fn run(session: &mut Session, code: &str) -> Execution {
    session.run(&Cell::new(code)).await.expect("the sandbox itself works")
}

/// One line for what happened.
fn told(execution: &Execution) -> String {
    let outcome = match &execution.outcome {
        Outcome::Completed(None) => "completed".to_owned(),
        Outcome::Completed(Some(shown)) => format!("completed: {}", shown.repr),
        Outcome::Raised(fault) => format!("raised: {}: {}", fault.kind, fault.message),
        Outcome::Exceeded(exceeded) => format!("exceeded: {} (undone: {})", exceeded.limit.name(), exceeded.undone),
        Outcome::Cancelled { undone } => format!("cancelled (undone: {undone})"),
    };
    match execution.output.stdout.text().as_str() {
        "" => outcome,
        printed => format!("{outcome}; printed {printed:?}"),
    }
}

#[tokio::test]
async fn variables_persist_and_the_last_value_shows() {
    let mut session = start(Limits::default()).await;
    let t = std::time::Instant::now();
    assert_eq!(told(&run(&mut session, "x = 20").await), "completed");
    eprintln!("first {:?}", t.elapsed());
    for _ in 0..5 {
        let t = std::time::Instant::now();
        let e = run(&mut session, "print('hi'); x + 22").await;
        eprintln!("next {:?} {:?}", t.elapsed(), e.usage);
        assert_eq!(told(&e), "completed: 42; printed \"hi\\n\"");
    }
    let t = std::time::Instant::now();
    let raised = run(&mut session, "def f(a):\n    return a / 0\n\nf(x)").await;
    eprintln!("raise {:?} {:?}", t.elapsed(), raised.usage);
    let Outcome::Raised(fault) = raised.outcome else { panic!("{raised:?}") };
    println!("{}", fault.traceback);
    let t = std::time::Instant::now();
    let e = run(&mut session, "while True: pass").await;
    eprintln!("loop {:?} {:?}", t.elapsed(), told(&e));
    let t = std::time::Instant::now();
    let e = session
        .run(&Cell {
            code: "try:\n  while True: pass\nfinally: print('bye')".into(),
            limits: Some(Limits { wall: Duration::from_millis(300), ..Limits::default() }),
        })
        .await
        .unwrap();
    eprintln!("loop {:?} {:?}", t.elapsed(), told(&e));
    let e = session
        .run(&Cell {
            code: "y=1\nsum(range(10**11))".into(),
            limits: Some(Limits { wall: Duration::from_millis(300), ..Limits::default() }),
        })
        .await
        .unwrap();
    eprintln!("loop {:?} {:?}", t.elapsed(), told(&e));
    let e = run(&mut session, "x").await;
    eprintln!("loop {:?} {:?}", t.elapsed(), told(&e));
    let e = run(&mut session, "y").await;
    eprintln!("loop {:?} {:?}", t.elapsed(), told(&e));
    let e = session
        .run(&Cell {
            code: "a='x'*10**9".into(),
            limits: Some(Limits { memory: Bytes(100 << 20), fuel: Fuel(10_000_000_000), ..Limits::default() }),
        })
        .await
        .unwrap();
    eprintln!("mem {:?} {:?}", t.elapsed(), told(&e));
    let ctx = Context::text(&"lorem ipsum ä dolor\n".repeat(100000)).unwrap();
    session.define_context("context", &ctx).await.unwrap();
    let e = run(&mut session, "len(context), type(context), context[:30], context.count('ipsum'), hash(context) is not None, context.split()[7]").await;
    eprintln!("ctx {:?} {:?}", t.elapsed(), told(&e));
}
