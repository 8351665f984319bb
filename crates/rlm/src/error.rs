//! What can go wrong on our side of a run. What cells do is never one of these.

use rlm_model::ModelError;
use rlm_sandbox::SandboxError;

use crate::Report;

/// A run that could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RlmError {
    /// The root model could not be asked, after its own retries.
    #[error("root model {error}")]
    Model {
        /// What it said.
        #[source]
        error: ModelError,
        /// What the run came to until then, with the best candidate.
        report: Box<Report>,
    },
    /// The sandbox failed.
    #[error("sandbox: {0}")]
    Sandbox(#[from] SandboxError),
    /// The contexts could not be named in the session.
    #[error("cannot name the contexts: {0}")]
    Contexts(String),
}
