//! What can go wrong on our side of the border. What the guest does is never one of these.

/// Result of this crate.
pub type Result<T> = std::result::Result<T, SandboxError>;

/// A failure of the sandbox itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// The guest artifact does not fit this build.
    #[error("guest artifact: {0}")]
    Artifact(String),
    /// The operating system refused memory or a descriptor.
    #[error("{what}: {source}")]
    System {
        /// What was asked for.
        what: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// A name, value or context that cannot be given to a session.
    #[error("cannot define {name:?}: {reason}")]
    Define {
        /// The variable's name.
        name: String,
        /// Why not.
        reason: String,
    },
    /// The guest could not do what was asked beside running cells.
    #[error("guest refused: {0}")]
    Refused(String),
    /// A snapshot cannot be saved or loaded.
    #[error(transparent)]
    Snapshot(#[from] crate::SnapshotError),
    /// The guest broke the protocol, which only a fault in the artifact explains.
    #[error("guest protocol: {0}")]
    Protocol(String),
}

impl SandboxError {
    /// The same error, naming the variable it is about.
    pub(crate) fn about(self, variable: &str) -> Self {
        match self {
            Self::Define { reason, .. } => Self::Define { name: variable.to_owned(), reason },
            other => other,
        }
    }
}
