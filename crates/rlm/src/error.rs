//! What can go wrong on our side of a run. What cells do is never one of these.

use rlm_model::ModelError;
use rlm_sandbox::SandboxError;

use crate::{JournalError, Report};

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
    /// The journal does not fit, or the run did not repeat it.
    #[error("{0}")]
    Journal(#[from] JournalError),
    /// The answer's schema is none.
    #[error("answer schema: {0}")]
    Schema(String),
    /// The budget limits money, and what this model costs is not known.
    #[error("a budget of money needs a price for {model}")]
    Unpriced {
        /// The model's name.
        model: String,
    },
    /// The contexts could not be named in the session.
    #[error("cannot name the contexts: {0}")]
    Contexts(String),
}
