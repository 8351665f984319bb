//! What is asked and answered on each side, and how it becomes bytes.

use serde::{Deserialize, Serialize};

use crate::Value;

/// Longest frame either side accepts, in bytes.
pub const MAX_FRAME: usize = 256 << 20;

/// What the host asks of the guest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Run one cell in the session's namespace.
    Run {
        /// Shown in tracebacks as the file name, such as `<cell 3>`.
        name: String,
        /// The source.
        code: String,
    },
    /// Bind a name to a value.
    Define {
        /// The variable's name.
        name: String,
        /// Its value.
        value: Value,
    },
    /// Bind a name to texts that already lie in the guest's memory.
    DefineTexts {
        /// The variable's name.
        name: String,
        /// What is made of them.
        shape: Shape,
        /// Where they are.
        texts: Vec<Document>,
    },
    /// Bind names to host functions. These names are reserved.
    Functions {
        /// The names.
        names: Vec<String>,
    },
    /// Import a module and bind some of its names, which become reserved.
    Import {
        /// The module, such as `rlm_answer`.
        module: String,
        /// The names to bind.
        names: Vec<String>,
    },
    /// Put a file where guest code can read it but not write.
    Mount {
        /// Its absolute path; folders on the way are made.
        path: String,
        /// What it holds.
        bytes: Vec<u8>,
    },
    /// Look for modules in a folder of mounted files, before any other place.
    ModuleFolder {
        /// The absolute path.
        path: String,
    },
    /// List the session's variables.
    Variables {
        /// Most variables to list.
        most: u32,
    },
    /// Names that complete `prefix`, for an interactive prompt.
    Complete {
        /// The dotted name typed so far.
        prefix: String,
    },
    /// Start Python's `random` from this seed.
    Seed {
        /// The seed.
        seed: u64,
    },
}

/// What a context's texts become in the guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shape {
    /// The one text itself.
    One,
    /// A list of them.
    List,
    /// A dict of them by name.
    Dict,
    /// An object that stands for a text too large for the guest's memory. There are no texts.
    Large {
        /// What the guest calls it when it asks the host.
        number: u32,
        /// Its length in bytes.
        bytes: u64,
        /// Its length in code points; `None` for bytes.
        chars: Option<u64>,
    },
}

/// One text of a context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its name among the context's texts.
    pub name: String,
    /// Where it is.
    pub text: Text,
}

/// UTF-8 (or raw bytes) that the host placed in the guest's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Address of the first byte.
    pub address: u32,
    /// Length in bytes.
    pub bytes: u32,
    /// Length in code points; `None` makes it `bytes` rather than `str`.
    pub chars: Option<u32>,
}

/// What the guest answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// The cell ran to its end.
    Completed {
        /// The last expression's value, if the cell ended in one that is not `None`.
        shown: Option<Shown>,
        /// What the cell submitted as an answer.
        submitted: Option<Value>,
        /// Remarks for whoever wrote the cell, such as a reserved name that was restored.
        notes: Vec<String>,
    },
    /// The cell raised.
    Raised {
        /// The exception.
        fault: Fault,
        /// What the cell submitted before it raised.
        submitted: Option<Value>,
        /// Remarks, as above.
        notes: Vec<String>,
    },
    /// The request other than a cell was done.
    Done,
    /// The variables asked for.
    Variables(Vec<Variable>),
    /// Completions asked for.
    Completions(Vec<String>),
    /// The request could not be done.
    Refused(String),
}

/// The value of a cell's last expression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// Its `repr`, shortened.
    pub repr: String,
    /// The value itself, when it is plain data of a modest size.
    pub data: Option<Value>,
}

/// An exception that ended a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The class, such as `ValueError`.
    pub kind: String,
    /// `str(exception)`, shortened.
    pub message: String,
    /// The traceback with source lines of the cell, ending in `kind: message`.
    pub traceback: String,
    /// The interrupt that caused it, if the host did.
    pub interrupt: Option<Interrupt>,
    /// The exit code, for `SystemExit`.
    pub exit: Option<i32>,
}

/// A variable as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its type's name.
    pub kind: String,
    /// `len()`, for the built-in containers and text.
    pub size: Option<u64>,
    /// The beginning of its `repr`.
    pub preview: String,
}

/// Why the host asks the guest to stop, as written to the interrupt word. Zero is "go on".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u32)]
pub enum Interrupt {
    /// The cell's wall time is used up.
    Time = 1,
    /// The cell's fuel is used up.
    Fuel = 2,
    /// The caller cancelled the cell.
    Cancel = 3,
    /// The cell's output went far past its cap.
    Output = 4,
}

impl Interrupt {
    /// Reads the word back; `None` for zero and anything unknown.
    pub fn from_word(word: u32) -> Option<Self> {
        [Self::Time, Self::Fuel, Self::Cancel, Self::Output].into_iter().find(|&interrupt| interrupt as u32 == word)
    }
}

/// Guest code calling a host function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HostCall {
    /// The function's name.
    pub name: String,
    /// Positional arguments.
    pub args: Vec<Value>,
    /// Keyword arguments.
    pub kwargs: Vec<(String, Value)>,
}

/// The host's answer to a [`HostCall`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum HostReply {
    /// The function returned.
    Value(Value),
    /// The function failed: the guest raises the built-in exception `kind`, or `RuntimeError`
    /// where there is none of that name.
    Error {
        /// Name of a built-in exception.
        kind: String,
        /// Its message.
        message: String,
    },
}

/// A frame that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadFrame {
    /// Longer than [`MAX_FRAME`].
    TooLong {
        /// Its length in bytes.
        bytes: usize,
    },
    /// Not the frame that was expected, or a value past the limits of [`Value`].
    Malformed,
}

impl std::fmt::Display for BadFrame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooLong { bytes } => write!(f, "frame of {bytes} bytes, at most {MAX_FRAME} allowed"),
            Self::Malformed => write!(
                f,
                "frame is malformed, nests deeper than {} or has more than {} parts",
                crate::MAX_DEPTH,
                crate::MAX_NODES
            ),
        }
    }
}

impl std::error::Error for BadFrame {}

/// Writes a frame.
///
/// # Errors
/// When a value nests deeper than [`crate::MAX_DEPTH`] or the frame is longer than [`MAX_FRAME`].
pub fn encode<T: Serialize>(frame: &T) -> Result<Vec<u8>, BadFrame> {
    let bytes = postcard::to_allocvec(frame).map_err(|_| BadFrame::Malformed)?;
    if bytes.len() > MAX_FRAME {
        return Err(BadFrame::TooLong { bytes: bytes.len() });
    }
    Ok(bytes)
}

/// Reads a frame, all of it.
///
/// # Errors
/// When it is too long, malformed, or has bytes left over.
pub fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, BadFrame> {
    if bytes.len() > MAX_FRAME {
        return Err(BadFrame::TooLong { bytes: bytes.len() });
    }
    match postcard::take_from_bytes(bytes) {
        Ok((frame, [])) => Ok(frame),
        _ => Err(BadFrame::Malformed),
    }
}
