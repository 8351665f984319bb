//! Why a model gave no text, in kinds a caller can act on.

use std::{fmt, time::Duration};

/// Longest piece of a provider's own words kept in an error.
const EXCERPT_CHARS: usize = 200;

/// A model call that gave no text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{model}: {kind}: {message}")]
pub struct ModelError {
    /// The model's name.
    pub model: String,
    /// What kind of failure, which decides who may try again.
    pub kind: ErrorKind,
    /// What the other side said, cut to a readable length.
    pub message: String,
}

/// The kinds of failure a caller can act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Overload, rate limit or a broken connection: the same request may work later.
    Retryable {
        /// How long the provider asked to wait.
        after: Option<Duration>,
    },
    /// The request does not fit the model's window.
    TooLong,
    /// The key is missing or not accepted.
    Authentication,
    /// The provider refuses this request.
    Refused,
    /// Anything that trying again will not mend.
    Fatal,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Retryable { .. } => "temporary failure",
            Self::TooLong => "request too long",
            Self::Authentication => "authentication failed",
            Self::Refused => "request refused",
            Self::Fatal => "request failed",
        })
    }
}

/// The beginning of what somebody else wrote, safe to show: control characters are escaped.
pub(crate) fn excerpt(text: &str) -> String {
    let mut shown = String::new();
    for (count, c) in text.trim().chars().enumerate() {
        if count == EXCERPT_CHARS {
            shown.push('…');
            break;
        }
        match c {
            c if c.is_control() => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_are_short_and_hold_no_control_characters() {
        assert_eq!(excerpt(" a\u{1b}[2Jb\nc "), "a\\u{1b}[2Jb\\nc");
        let long = excerpt(&"é".repeat(500));
        assert_eq!(long.chars().count(), EXCERPT_CHARS + 1);
        assert!(long.ends_with("é…"));
    }

    #[test]
    fn an_error_says_model_kind_and_words() {
        let error =
            ModelError { model: "openai:gpt-5".into(), kind: ErrorKind::Authentication, message: "no key".into() };
        assert_eq!(error.to_string(), "openai:gpt-5: authentication failed: no key");
    }
}
