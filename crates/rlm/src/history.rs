//! Earlier questions of a conversation, which a run can look up.

use rlm_sandbox::{Session, Value};
use serde::{Deserialize, Serialize};

use crate::{Report, RlmError};

/// The variable.
const NAME: &str = "history";

/// An earlier question and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// The question.
    pub question: String,
    /// The answer's text, if there was one.
    pub answer: Option<String>,
}

impl Earlier {
    /// A question and the report of its run.
    pub fn of(question: impl Into<String>, report: &Report) -> Self {
        let answer = report.answer.as_ref().map(|answer| answer.text.clone());
        Self { question: question.into(), answer }
    }

    fn value(&self) -> Value {
        let answer = self.answer.as_deref().map_or(Value::None, Value::from);
        Value::Dict(vec![("question".into(), Value::from(self.question.as_str())), ("answer".into(), answer)])
    }
}

/// Binds `history`, where there is any.
pub(crate) async fn bind(session: &mut Session, history: &[Earlier]) -> Result<(), RlmError> {
    if history.is_empty() {
        return Ok(());
    }
    let list = Value::List(history.iter().map(Earlier::value).collect());
    Ok(session.define(NAME, list).await?)
}
