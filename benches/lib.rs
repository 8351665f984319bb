//! What every bench needs: an engine, a session, and a cell whose answer is checked before it is timed.

use rlm_sandbox::{Cell, Engine, Execution, Limits, Outcome, Session};
use tokio::runtime::{Builder, Runtime};

/// The runtime benches wait in: one thread, so that nothing but the work is measured.
pub fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// A fresh session under the default limits.
pub async fn session(engine: &Engine) -> Session {
    engine.session(Limits::default()).start().await.expect("a session")
}

/// Runs a cell that must complete.
pub async fn run(session: &mut Session, code: &str) -> Execution {
    let execution = session.run(&Cell::new(code)).await.expect("the sandbox works");
    assert!(matches!(execution.outcome, Outcome::Completed(_)), "{code}: {:?}", execution.outcome);
    execution
}

/// The repr of the last expression of a cell.
pub async fn value(session: &mut Session, code: &str) -> String {
    match run(session, code).await.outcome {
        Outcome::Completed(Some(shown)) => shown.repr,
        other => panic!("{code}: {other:?}"),
    }
}
