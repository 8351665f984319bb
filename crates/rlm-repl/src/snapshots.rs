//! Saves sessions to files and loads them.

use std::{
    io::{self, BufReader, BufWriter, Write},
    path::Path,
};

use anyhow::Result;
use rlm::Run;
use rlm_sandbox::{SandboxError, Session, SessionBuilder, Snapshot, SnapshotError, SnapshotKey};

use crate::{contexts, failure::Usage, world};

/// Saves a session to a file; says how many bytes it has.
pub async fn save(session: &mut Session, path: &Path, key: &SnapshotKey) -> Result<u64> {
    let checkpoint = session.checkpoint().await?;
    let mut written = 0;
    let saved = world::create_whole(path, |file| {
        let mut file = BufWriter::new(file);
        written = checkpoint.save(key, &mut file).map_err(|error| match error {
            SnapshotError::Io(error) => error,
            other => io::Error::other(other),
        })?;
        file.flush()
    });
    saved.map_err(|error| refused(path, &SnapshotError::from(error)))?;
    Ok(written)
}

/// Reads the snapshot in a file.
pub fn read(path: &Path, key: &SnapshotKey) -> Result<Snapshot, Usage> {
    let file = world::open(path).map_err(|error| refused(path, &SnapshotError::from(error)))?;
    Snapshot::read(&mut BufReader::with_capacity(1 << 16, file), key).map_err(|error| refused(path, &error))
}

/// What a session that a prompt saved needs to be loaded elsewhere: the functions that `%ask` answers.
pub fn with_idle_functions(builder: SessionBuilder, snapshot: &Snapshot) -> SessionBuilder {
    let needs = |name: &&str| snapshot.host_functions().iter().any(|needed| needed == name);
    let needed: Vec<&str> = Run::functions().filter(needs).collect();
    Run::idle_functions(builder, &needed, "no model is at work here")
}

/// An error about the snapshot in `path`, where it is one.
pub fn about(path: &Path, error: SandboxError) -> anyhow::Error {
    match error {
        SandboxError::Snapshot(error) => refused(path, &error).into(),
        other => other.into(),
    }
}

fn refused(path: &Path, error: &SnapshotError) -> Usage {
    let reason = match error {
        SnapshotError::Io(error) => contexts::describe(error),
        other => other.to_string(),
    };
    let usage = Usage::new(format!("{}: {reason}", path.display()));
    match error {
        SnapshotError::Io(error) if error.kind() == io::ErrorKind::NotFound => {
            usage.hint("check the path; it is taken from the current directory")
        }
        SnapshotError::WrongKey => usage.hint("name the key it was sealed with: --snapshot-key PATH"),
        SnapshotError::Version { .. } | SnapshotError::Foreign => {
            usage.hint("load it with the rlm-repl that saved it, and run its cells again in this one")
        }
        SnapshotError::Truncated { .. } | SnapshotError::Edited => usage.hint("copy it again from where it was saved"),
        SnapshotError::MissingContext { .. } => usage.hint("give the file again that the session had: --context PATH"),
        SnapshotError::TooLarge { .. } => usage.hint("allow the session more with --memory"),
        _ => usage,
    }
}
