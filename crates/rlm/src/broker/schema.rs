//! Replies that have to be JSON of a given shape.

use std::sync::Arc;

use jsonschema::{PatternOptions, Validator};
use rlm_sandbox::{HostError, Value};
use serde_json::Value as Json;

use crate::{args::Args, json};

/// Longest schema, as JSON.
const MOST_SCHEMA: usize = 100_000;

/// Faults of a value that are told.
const FAULTS_TOLD: usize = 5;

/// Characters of a fault or of a reply that are told.
const TOLD_CHARS: usize = 500;

/// What a value has to stand beside its schema; says what is wrong with it.
pub(crate) type Check = Arc<dyn Fn(&Json) -> Result<(), String> + Send + Sync>;

/// A JSON schema, ready to be met.
pub(crate) struct Schema {
    text: String,
    validator: Validator,
    further: Option<Check>,
}

impl Schema {
    /// Reads a schema.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn new(schema: &Json) -> Result<Self, String> {
        let text = schema.to_string();
        if text.len() > MOST_SCHEMA {
            return Err(format!("the schema has {} bytes of JSON, at most {MOST_SCHEMA} are read", text.len()));
        }
        // Patterns come from a model: this engine takes linear time, whatever they are. References to
        // other documents are not followed, since the crate is built without a way to fetch them.
        let options = jsonschema::options().with_pattern_options(PatternOptions::regex());
        let validator = options.build(schema).map_err(|error| first(&error.to_string()))?;
        Ok(Self { text, validator, further: None })
    }

    /// The schema with a check of what meets it.
    pub(crate) fn with_check(self, further: Option<Check>) -> Self {
        Self { further, ..self }
    }

    /// The `schema` argument of a host function, if one was given.
    pub(super) fn of_argument(args: &mut Args) -> Result<Option<Arc<Self>>, HostError> {
        let Some(schema) = args.optional("schema") else { return Ok(None) };
        let schema = match schema {
            Value::Dict(_) | Value::Bool(_) => json::json(&schema),
            // The name of a type, as in `schema="integer"`.
            Value::Str(name) => serde_json::json!({"type": name}),
            _ => return Err(HostError::new("TypeError", "schema has to be a dict that holds a JSON schema")),
        };
        Self::new(&schema).map(Arc::new).map(Some).map_err(|why| HostError::new("ValueError", format!("schema: {why}")))
    }

    /// The schema as JSON.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The prompt with what is asked of the reply.
    pub(crate) fn prompt(&self, prompt: &str) -> String {
        format!(
            "{prompt}\n\nReply with one JSON value and nothing else: no explanation, no code fence. It has to meet this \
             JSON schema:\n{}",
            self.text
        )
    }

    /// The prompt that asks again.
    pub(super) fn correction(&self, prompt: &str, reply: &str, why: &str) -> String {
        format!("{prompt}\n\nYour last reply was:\n{}\n\nIt was not accepted: {why}. Reply again.", first(reply))
    }

    /// The value a reply holds, or what is wrong with it.
    pub(crate) fn read(&self, reply: &str) -> Result<Value, String> {
        let found = of_reply(reply)?;
        self.check(&found)?;
        Ok(json::value(&found))
    }

    /// What is wrong with a value, if anything is.
    pub(crate) fn check(&self, value: &Json) -> Result<(), String> {
        let faults: Vec<String> = self
            .validator
            .iter_errors(value)
            .take(FAULTS_TOLD)
            .map(|fault| match fault.instance_path().as_str() {
                "" => first(&fault.to_string()),
                path => format!("at {path}: {}", first(&fault.to_string())),
            })
            .collect();
        match &self.further {
            _ if !faults.is_empty() => Err(faults.join("; ")),
            Some(further) => further(value).map_err(|why| first(&why)),
            None => Ok(()),
        }
    }
}

/// The JSON in a reply: all of it, or what stands in its one fence, or from its first bracket to the
/// last. Models add words however they are asked.
pub(crate) fn of_reply(reply: &str) -> Result<Json, String> {
    let text = reply.trim();
    let whole = serde_json::from_str(text);
    let Err(error) = whole else { return whole.map_err(|error| error.to_string()) };
    let fenced = text.split("```").nth(1).map(|block| block.trim_start_matches(|c: char| c.is_ascii_alphabetic()));
    let bracketed = text.find(['{', '[']).zip(text.rfind(['}', ']'])).and_then(|(from, to)| text.get(from..=to));
    for part in [fenced, bracketed].into_iter().flatten() {
        if let Ok(found) = serde_json::from_str(part.trim()) {
            return Ok(found);
        }
    }
    Err(format!("it is not JSON: {error}"))
}

fn first(text: &str) -> String {
    match text.char_indices().nth(TOLD_CHARS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_is_found_in_what_models_wrap_around_it() {
        for reply in ["{\"a\": 1}", " {\"a\":1}\n", "```json\n{\"a\": 1}\n```", "Here it is: {\"a\": 1}. Good?"] {
            assert_eq!(of_reply(reply), Ok(json!({"a": 1})), "{reply}");
        }
        assert_eq!(of_reply("none").unwrap_err(), "it is not JSON: expected ident at line 1 column 2");
        assert_eq!(of_reply("true"), Ok(json!(true)));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let schema =
            Schema::new(&json!({"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}))
                .unwrap();
        assert_eq!(schema.check(&json!({"n": 1})), Ok(()));
        assert_eq!(schema.check(&json!({"n": "x"})).unwrap_err(), "at /n: \"x\" is not of type \"integer\"");
        assert_eq!(schema.check(&json!({})).unwrap_err(), "\"n\" is a required property");
    }

    #[test]
    fn a_schema_that_is_none_or_reaches_out_is_refused() {
        assert!(Schema::new(&json!({"type": "nonsense"})).is_err());
        assert!(Schema::new(&json!({"$ref": "https://example.org/schema.json"})).is_err());
        assert!(Schema::new(&json!({"$ref": "file:///etc/passwd"})).is_err());
    }
}
