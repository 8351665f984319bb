//! The record a run resumes from: everything the loop did not decide itself.
//!
//! The sandbox is deterministic, so a run is settled by what came from outside: the models' replies,
//! the answers of host functions, and where a clock or a person cut in. Each of these is one record,
//! appended before the run acts on it. To resume is to run again from the start, taking from the
//! journal what it holds; from where it ends the run goes on as if nothing had happened.
//!
//! A record is one line: sixteen hexadecimal digits that prove the line and all before it, a space,
//! and one JSON object. The first tells the format's version, the question, what the contexts are
//! (by hash, not by content) and the settings.

mod format;
mod record;
mod recorder;
mod sink;

pub use format::Journal;
pub(crate) use record::{Bill, Body, Ended, Entry, Outside, Settled, reply as record_reply};
pub use record::{ContextSeen, Ending, Start};
pub(crate) use recorder::{Hasher, Recorder, digest};
pub use sink::{JournalKey, JournalSink};

/// Version of the records' shape and meaning.
pub const JOURNAL_VERSION: u32 = 1;

/// A journal that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// Not even its first record is whole.
    #[error("the journal has no whole first record: {bytes} bytes, {why}")]
    Empty {
        /// Its length.
        bytes: u64,
        /// What is wrong with the record.
        why: String,
    },
    /// Another version wrote it.
    #[error("the journal has version {found}, this program reads {JOURNAL_VERSION}")]
    Version {
        /// The version it has.
        found: u64,
    },
    /// A record in its middle is not what was written.
    #[error("the journal is damaged: record {record}, at byte {byte}: {why}")]
    Damaged {
        /// Which record, from 1.
        record: u64,
        /// Where it begins.
        byte: u64,
        /// What is wrong with it.
        why: String,
    },
    /// It belongs to another question, other contexts or other models.
    #[error("the journal is of another run: {0}")]
    Foreign(String),
    /// Running again did not lead where the journal says.
    #[error("the run does not repeat what the journal holds: {0}")]
    Diverged(String),
}

#[cfg(test)]
mod tests;
