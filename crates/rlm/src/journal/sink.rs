//! Where a journal is written.

use std::{fmt, io};

/// Somewhere a journal can be appended to. Both methods may be called from several threads.
pub trait JournalSink: Send + Sync + 'static {
    /// Writes all of `bytes` at the end, so that they survive the end of this process.
    ///
    /// # Errors
    /// When they cannot be written.
    fn append(&self, bytes: &[u8]) -> io::Result<()>;

    /// Makes what was appended survive the end of the machine's power.
    ///
    /// # Errors
    /// When the system cannot say that it does.
    fn sync(&self) -> io::Result<()>;
}

/// What journals are checked with. The default finds accidents; a secret one also finds changes by
/// whoever does not know it.
#[derive(Clone)]
pub struct JournalKey([u8; 32]);

impl JournalKey {
    /// A key made of a secret of any length.
    pub fn of_secret(secret: &[u8]) -> Self {
        Self(blake3::derive_key("rlm-repl 2026-11 journal key", secret))
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Default for JournalKey {
    fn default() -> Self {
        Self(blake3::derive_key("rlm-repl 2026-11 journal checksum", &[]))
    }
}

impl fmt::Debug for JournalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JournalKey(..)")
    }
}
