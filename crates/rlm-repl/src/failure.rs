//! How the program ends: exit codes, and errors that say what, where and one hint.

use std::fmt;

/// The cell completed, the question was answered.
pub const OK: i32 = 0;
/// The cell raised, or the program itself failed.
pub const FAILED: i32 = 1;
/// The arguments or the files they name cannot be used.
pub const USAGE: i32 = 2;
/// A limit was met or the budget spent.
pub const LIMIT: i32 = 3;
/// Ended by Ctrl-C, as a shell reports it.
pub const INTERRUPTED: i32 = 130;

/// An error the person at the terminal can mend.
#[derive(Debug)]
pub struct Usage {
    message: String,
    hint: Option<String>,
}

impl Usage {
    /// What is wrong, and with what.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    /// What to do about it.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Usage {}

/// The lines for stderr and the exit code that `error` deserves.
pub fn report(error: &anyhow::Error) -> (String, i32) {
    match error.downcast_ref::<Usage>() {
        Some(usage) => (lines(&format!("{error:#}"), usage.hint.as_deref()), USAGE),
        None => (lines(&format!("{error:#}"), None), FAILED),
    }
}

/// `error: ...` and, if there is one, `hint: ...`.
pub fn lines(message: &str, hint: Option<&str>) -> String {
    match hint {
        Some(hint) => format!("error: {message}\nhint: {hint}\n"),
        None => format!("error: {message}\n"),
    }
}
