//! An answer, and how it was given.

use rlm_sandbox::Value;

use crate::json;

/// An answer, or a candidate for one.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The answer as text.
    pub text: String,
    /// The answer as data, when a cell gave it.
    pub value: Option<Value>,
    /// How it was given.
    pub source: Source,
}

/// How an answer was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A cell submitted it.
    Cell,
    /// It stood in a reply as `FINAL(...)`.
    Text,
    /// It stood in a reply as `FINAL_VAR(...)`.
    Variable,
    /// It is the reply to one plain call, without the loop.
    PlainCall,
    /// It was asked for after the turns were spent.
    ClosingTurn,
    /// Nobody gave it as final: `answer["content"]`, or what the last replies said.
    Candidate,
}

impl Source {
    /// One word for machines: `cell`, `text`, `variable`, `plain_call`, `closing_turn`, `candidate`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Cell => "cell",
            Self::Text => "text",
            Self::Variable => "variable",
            Self::PlainCall => "plain_call",
            Self::ClosingTurn => "closing_turn",
            Self::Candidate => "candidate",
        }
    }
}

impl Answer {
    /// An answer that a cell gave as data.
    pub(crate) fn of_value(value: Value, source: Source) -> Self {
        Self { text: json::text(&value), value: Some(value), source }
    }

    /// An answer that stood in a reply.
    pub(crate) fn of_text(text: impl Into<String>, source: Source) -> Self {
        Self { text: text.into(), value: None, source }
    }
}
