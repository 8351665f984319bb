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

/// What this process holds of the system, from Linux's `/proc`.
#[derive(Clone, Copy, Debug)]
pub struct Footprint {
    /// Resident memory in bytes, its share of shared pages alone.
    pub pss: u64,
    /// Resident memory in bytes, shared pages in full.
    pub rss: u64,
    /// Memory of the page tables in bytes.
    pub page_tables: u64,
    /// Open descriptors.
    pub descriptors: u64,
    /// Mappings.
    pub maps: u64,
    /// Threads.
    pub threads: u64,
}

impl Footprint {
    /// What it holds now.
    #[allow(clippy::disallowed_methods, reason = "the process itself is what is measured")]
    pub fn now() -> Self {
        let read = |name: &str| std::fs::read_to_string(format!("/proc/self/{name}")).expect("Linux's /proc");
        let field = |text: &str, name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_ascii_whitespace().next()).and_then(|word| word.parse().ok());
            number.unwrap_or(0u64)
        };
        let (rollup, status) = (read("smaps_rollup"), read("status"));
        Self {
            pss: field(&rollup, "Pss:") << 10,
            rss: field(&rollup, "Rss:") << 10,
            page_tables: field(&status, "VmPTE:") << 10,
            descriptors: std::fs::read_dir("/proc/self/fd").expect("Linux's /proc").count() as u64,
            maps: read("maps").lines().count() as u64,
            threads: field(&status, "Threads:"),
        }
    }
}
