//! Binds contexts in a session and says what they are.

use rlm_sandbox::{Cell, Context, Outcome, Session, Value};

use crate::RlmError;

/// Names of a context's texts that its preview shows.
const NAMES_SHOWN: usize = 20;

/// A context under the names cells know it by.
pub(crate) struct Bound {
    /// What the caller calls it.
    pub name: String,
    /// Its variables, the plainest first.
    pub variables: Vec<String>,
    pub context: Context,
}

/// Binds the contexts: one as `context`, several as the list `context`; each also as `context_0`,
/// `context_1` and so on, and under its own name where that is a free identifier.
///
/// A session that goes on from another run's is left as it is when there are none.
pub(crate) async fn bind(
    session: &mut Session,
    contexts: Vec<(String, Context)>,
    inherits: bool,
) -> Result<Vec<Bound>, RlmError> {
    if inherits && contexts.is_empty() {
        return Ok(Vec::new());
    }
    for (index, (_, context)) in contexts.iter().enumerate() {
        session.define_context(&numbered(index), context).await?;
    }
    let names: Vec<&str> = contexts.iter().map(|(name, _)| name.as_str()).collect();
    let own_names = bind_names(session, &names).await?;
    let single = contexts.len() == 1;
    let bound = contexts.into_iter().zip(own_names).enumerate().map(|(index, ((name, context), own))| {
        let mut variables =
            if single { vec!["context".to_owned()] } else { vec![format!("context[{index}]"), numbered(index)] };
        variables.extend(own);
        Bound { name, variables, context }
    });
    Ok(bound.collect())
}

fn numbered(index: usize) -> String {
    format!("context_{index}")
}

/// Has the guest bind the caller's names, and returns those it could bind.
async fn bind_names(session: &mut Session, names: &[&str]) -> Result<Vec<Option<String>>, RlmError> {
    // A JSON string of text is also a Python string.
    let list = serde_json::json!(names);
    let cell = Cell::new(format!("__import__(\"rlm_answer\").prepare({list})"));
    match session.run(&cell).await?.outcome {
        Outcome::Completed(Some(shown)) => {
            let Some(Value::List(bound)) = shown.data else { return Ok(vec![None; names.len()]) };
            let name = |value: Value| value.as_str().filter(|name| !name.is_empty()).map(str::to_owned);
            Ok(bound.into_iter().map(name).chain(std::iter::repeat(None)).take(names.len()).collect())
        }
        Outcome::Raised(fault) => Err(RlmError::Contexts(format!("{}: {}", fault.kind, fault.message))),
        Outcome::Exceeded(exceeded) => Err(RlmError::Contexts(exceeded.to_string())),
        Outcome::Completed(None) | Outcome::Cancelled { .. } => {
            Err(RlmError::Contexts("the session did not answer".into()))
        }
    }
}

impl Bound {
    /// The type of its variable, such as `str`.
    pub(crate) fn kind(&self) -> &'static str {
        self.context.kind()
    }

    /// What `len()` says.
    pub(crate) fn length(&self) -> u64 {
        self.context.length()
    }

    /// What `len()` counts.
    pub(crate) fn unit(&self) -> &'static str {
        match self.kind() {
            "list" | "dict" => "items",
            _ if self.context.chars().is_some() => "characters",
            _ => "bytes",
        }
    }

    /// Its beginning, escaped as in a string literal.
    pub(crate) fn preview(&self, most: usize) -> String {
        let names: Vec<&str> = self.context.documents().take(NAMES_SHOWN).map(|(name, _)| name).collect();
        let head = match self.context.head(most) {
            Some(text) => serde_json::json!(text).to_string(),
            None if !names.is_empty() => serde_json::json!(names).to_string(),
            None => {
                let bytes = self.context.as_bytes();
                format!("b\"{}\"", bytes[..bytes.len().min(most)].escape_ascii())
            }
        };
        // The question's tags are ours alone.
        head.replace("question>", "question\\u003e")
    }
}
