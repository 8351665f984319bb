//! Runs untrusted Python cells: sessions, limits, memory images and contexts.
//!
//! ```no_run
//! # async fn example() -> Result<(), rlm_sandbox::SandboxError> {
//! use rlm_sandbox::{Cell, Engine, Limits, Outcome};
//!
//! let engine = Engine::new()?;
//! let mut session = engine.session(Limits::default()).start().await?;
//! session.run(&Cell::new("x = 20")).await?;
//! let execution = session.run(&Cell::new("x + 22")).await?;
//! assert!(matches!(execution.outcome, Outcome::Completed(Some(shown)) if shown.repr == "42"));
//! # Ok(()) }
//! ```

mod context;
mod engine;
mod error;
mod execution;
mod fork;
mod guest;
mod host;
mod limits;
mod memory;
mod output;
mod pool;
mod session;
mod snapshot;
mod watch;
mod world;

pub use context::{
    Context, ContextError, ContextHash, ContextStore, DataFormat, FolderReport, FolderRules, Kind, Skipped,
    estimate_tokens,
};
pub use engine::{Engine, SessionBuilder};
pub use error::{Result, SandboxError};
pub use execution::{Cell, Exceeded, Execution, Fault, Limit, Outcome, Output, Shown, Stream, Usage, Variable};
pub use fork::Forker;
pub use host::{HostCall, HostError, HostFunction};
pub use limits::{Bytes, Fuel, Limits};
pub use pool::Pool;
pub use rlm_abi::Value;
pub use session::{Checkpoint, MODULE_FOLDER, Session};
pub use snapshot::{NeededContext, Snapshot, SnapshotError, SnapshotKey};
pub use watch::Canceller;
