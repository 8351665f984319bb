//! What running one cell gave, all of it data.

use std::{fmt, time::Duration};

pub use rlm_abi::{Fault, Shown, Variable};

use crate::{Bytes, Fuel, Limits, Value};

/// One block of code to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The source.
    pub code: String,
    /// Limits for this cell alone; `None` takes the session's.
    pub limits: Option<Limits>,
    /// Whether the cell is undone when a clock or a person ends it, even where an exception could end
    /// it from inside. The session's state then depends on nothing but its cells and the answers of
    /// host functions.
    pub all_or_nothing: bool,
}

impl Cell {
    /// A cell under the session's limits.
    pub fn new(code: impl Into<String>) -> Self {
        Self { code: code.into(), limits: None, all_or_nothing: false }
    }

    /// A cell under limits of its own.
    pub fn within(code: impl Into<String>, limits: Limits) -> Self {
        Self { limits: Some(limits), ..Self::new(code) }
    }
}

/// What running one cell gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Execution {
    /// How the cell ended.
    pub outcome: Outcome,
    /// What it printed.
    pub output: Output,
    /// What it used.
    pub usage: Usage,
    /// What it submitted as an answer, even if it raised afterwards.
    pub submitted: Option<Value>,
    /// Remarks for whoever wrote the cell, such as a reserved name that was restored.
    pub notes: Vec<String>,
}

/// How a cell ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It ran to its end; the last expression's value, unless that is `None`.
    Completed(Option<Shown>),
    /// It raised; what it had done until then stays.
    Raised(Fault),
    /// It met a limit. Variables from before the cell survive; `undone` in it says whether the
    /// cell's own changes were rolled back.
    Exceeded(Exceeded),
    /// The caller cancelled it.
    Cancelled {
        /// Whether the cell's changes were rolled back.
        undone: bool,
    },
}

/// Which limit a cell met, and how much of how much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exceeded {
    /// Which limit.
    pub limit: Limit,
    /// Whether the cell's changes were rolled back; otherwise it ended as if by an exception.
    pub undone: bool,
    /// The traceback, where the cell ended as if by an exception.
    pub traceback: Option<String>,
}

/// A limit with what was used of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// Instructions used and allowed.
    Fuel(Fuel, Fuel),
    /// Time used and allowed.
    Wall(Duration, Duration),
    /// Memory asked for and allowed.
    Memory(Bytes, Bytes),
    /// Output written and allowed before the cell is stopped.
    Output(Bytes, Bytes),
    /// The stack, by native recursion that Python's own recursion limit does not see.
    Stack,
    /// The guest ended itself (`os._exit`, `os.abort`) or met an internal fault of the
    /// interpreter; the text says which.
    Crash(String),
}

impl Limit {
    /// One word for machines: `fuel`, `wall`, `memory`, `output`, `stack`, `crash`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Fuel(..) => "fuel",
            Self::Wall(..) => "wall",
            Self::Memory(..) => "memory",
            Self::Output(..) => "output",
            Self::Stack => "stack",
            Self::Crash(_) => "crash",
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        match self {
            Self::Fuel(used, of) => write!(f, "{name}: {used} of {of}"),
            Self::Wall(used, of) => {
                write!(f, "{name}: {:.3} s of {:.3} s", used.as_secs_f64(), of.as_secs_f64())
            }
            Self::Memory(used, of) | Self::Output(used, of) => write!(f, "{name}: {used} of {of}"),
            Self::Stack => write!(f, "{name}: recursion too deep in native code"),
            Self::Crash(what) => write!(f, "{name}: {what}"),
        }
    }
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.limit.fmt(f)
    }
}

/// What a cell printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Descriptor 1.
    pub stdout: Stream,
    /// Descriptor 2.
    pub stderr: Stream,
}

/// One stream of output: all of it, or its head and tail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stream {
    /// The beginning; everything, if nothing was omitted. Bytes that are not UTF-8 are replaced.
    pub head: String,
    /// The end, if something was omitted.
    pub tail: String,
    /// Bytes between head and tail that were counted and dropped.
    pub omitted: u64,
}

impl Stream {
    /// Head and tail with a line between that says how much is missing.
    pub fn text(&self) -> String {
        if self.omitted == 0 {
            return format!("{}{}", self.head, self.tail);
        }
        format!("{}\n[... {} bytes omitted ...]\n{}", self.head, self.omitted, self.tail)
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.head.is_empty() && self.omitted == 0
    }
}

/// What a cell used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Instructions.
    pub fuel: u64,
    /// Time, waiting for host functions not included.
    pub wall: Duration,
    /// Memory of the session after the cell, in bytes, contexts not included.
    pub memory: u64,
    /// Host functions called.
    pub host_calls: u64,
    /// Time spent waiting for host functions.
    pub host_wait: Duration,
}
