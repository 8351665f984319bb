//! What the fuzzers do with the bytes they make up. Each function panics when a promise is broken.

mod cell;
mod frames;
mod operations;
mod snapshot;

pub use cell::cell;
pub use frames::frames;
pub use operations::operations;
pub use snapshot::snapshot;

use std::{future::Future, sync::OnceLock, time::Duration};

use rlm_sandbox::{Bytes, Cell, Engine, Fuel, Limits, Outcome, Session};

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::new().expect("an engine"))
}

/// Small, so that many inputs fit into a second.
fn limits() -> Limits {
    Limits {
        fuel: Fuel(60_000_000),
        wall: Duration::from_secs(10),
        memory: Bytes(48 << 20),
        output: Bytes(16 << 10),
        host_calls: 100,
        host_wait: Duration::from_secs(1),
    }
}

/// Runs a future to its end on this thread.
fn wait<T>(future: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    }
    RUNTIME.with(|runtime| runtime.block_on(future))
}

/// The repr of a cell's value, or how else it ended.
async fn shown(session: &mut Session, code: &str) -> String {
    match session.run(&Cell::new(code)).await.expect("the sandbox itself works").outcome {
        Outcome::Completed(None) => "completed".to_owned(),
        Outcome::Completed(Some(shown)) => shown.repr,
        Outcome::Raised(fault) => format!("raised {}", fault.kind),
        Outcome::Exceeded(met) => format!("exceeded {}, undone: {}", met.limit.name(), met.undone),
        Outcome::Cancelled { .. } => "cancelled".to_owned(),
    }
}
