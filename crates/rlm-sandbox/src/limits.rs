//! What one cell may use.

use std::{fmt, time::Duration};

/// A count of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Bytes(pub u64);

/// A count of wasm instructions, roughly; the unit of [`Limits::fuel`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Fuel(pub u64);

/// What one cell may use. Every limit is set by default, to values a hostile cell can do no harm
/// with and an honest one seldom meets.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Limits {
    /// Instructions, waiting not included.
    pub fuel: Fuel,
    /// Time the cell itself takes, sleeping included, waiting for host functions not.
    pub wall: Duration,
    /// Memory of the whole session, contexts not included.
    pub memory: Bytes,
    /// Output kept of each stream, as head and tail; what lies between is counted.
    pub output: Bytes,
    /// Calls of host functions; the next one raises `RuntimeError` in the cell.
    pub host_calls: u64,
    /// Longest wait for one host function; the call then raises `TimeoutError` in the cell.
    pub host_wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fuel: Fuel(200_000_000_000),
            wall: Duration::from_secs(60),
            memory: Bytes(1 << 30),
            output: Bytes(1 << 20),
            host_calls: 10_000,
            host_wait: Duration::from_secs(600),
        }
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, size) = [("GiB", 1u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
            .into_iter()
            .find(|&(_, size)| self.0 >= size)
            .unwrap_or(("bytes", 1));
        if self.0.is_multiple_of(size) {
            write!(f, "{} {unit}", self.0 / size)
        } else {
            write!(f, "{:.1} {unit}", self.0 as f64 / size as f64)
        }
    }
}

impl fmt::Display for Fuel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
