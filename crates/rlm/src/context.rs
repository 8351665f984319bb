//! Binds contexts in a session and says what they are.

use rlm_sandbox::{Cell, Context, Outcome, SandboxError, Session};

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

/// Binds the contexts under the names that [`Session::define_contexts`] gives them.
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
    prepare(session).await?;
    let named: Vec<(&str, &Context)> = contexts.iter().map(|(name, context)| (name.as_str(), context)).collect();
    let mut variables = session.define_contexts(&named).await.map_err(|error| match error {
        SandboxError::Define { name, reason } => RlmError::Contexts(format!("{name:?}: {reason}")),
        other => other.into(),
    })?;
    if let [only] = variables.as_mut_slice() {
        // It has a number too, but who has one context needs none.
        only.retain(|name| name != "context_0");
    }
    let bound = contexts.into_iter().zip(variables);
    Ok(bound.map(|((name, context), variables)| Bound { name, variables, context }).collect())
}

async fn prepare(session: &mut Session) -> Result<(), RlmError> {
    match session.run(&Cell::new("__import__(\"rlm_answer\").prepare()")).await?.outcome {
        Outcome::Completed(_) => Ok(()),
        Outcome::Raised(fault) => Err(RlmError::Contexts(format!("{}: {}", fault.kind, fault.message))),
        Outcome::Exceeded(exceeded) => Err(RlmError::Contexts(exceeded.to_string())),
        Outcome::Cancelled { .. } => Err(RlmError::Contexts("it was cancelled".into())),
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
