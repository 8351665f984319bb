//! Compares what a cell did with what is wanted of it.

use rlm_sandbox::{Execution, Fault, Outcome, Value};

use crate::Expected;

/// How a cell ended, in a line (more only where its message has more).
pub fn outcome(execution: &Execution) -> String {
    match &execution.outcome {
        Outcome::Completed(_) => "completed".to_owned(),
        Outcome::Raised(Fault { kind, message, .. }) if message.is_empty() => format!("raised: {kind}"),
        Outcome::Raised(Fault { kind, message, .. }) => format!("raised: {kind}: {message}"),
        Outcome::Exceeded(exceeded) => format!("exceeded: {exceeded}"),
        Outcome::Cancelled { .. } => "cancelled".to_owned(),
    }
}

/// Every way in which `execution` is not as `expected`. What is not mentioned must be empty where
/// `whole`, and is not looked at otherwise.
pub fn differences(expected: &Expected, execution: &Execution, whole: bool) -> Vec<String> {
    let mut found = Vec::new();
    let ended = outcome(execution);
    if !expected.outcomes.iter().any(|wanted| ends_as(wanted, &ended)) {
        let traceback =
            traceback_of(execution).map(|text| format!("\n  its traceback:\n{}", indented(text))).unwrap_or_default();
        found.push(format!("{}{traceback}", difference("outcome", &expected.outcomes.join(" | "), &ended)));
    }
    let mut compare = |what: &str, wanted: Option<&str>, got: Option<&str>| {
        let wanted = match wanted {
            Some(wanted) => wanted,
            None if whole => "",
            None => return,
        };
        let got = got.unwrap_or_default();
        if !matches(wanted, got) {
            found.push(difference(what, wanted, got));
        }
    };
    let value = match &execution.outcome {
        Outcome::Completed(Some(shown)) => Some(shown.repr.as_str()),
        _ => None,
    };
    compare("stdout", expected.stdout.as_deref(), Some(&execution.output.stdout.text()));
    compare("stderr", expected.stderr.as_deref(), Some(&execution.output.stderr.text()));
    compare("value", expected.value.as_deref(), value);
    let notes = (!expected.notes.is_empty()).then(|| expected.notes.join("\n"));
    compare("notes", notes.as_deref(), Some(&execution.notes.join("\n")));
    let submitted = execution.submitted.as_ref().map(|value| json(value).to_string());
    compare("submitted", expected.submitted.as_deref(), submitted.as_deref());
    if let Some(wanted) = &expected.traceback {
        compare("traceback", Some(wanted), traceback_of(execution));
    }
    if let Some(wanted) = expected.exit {
        compare("exit code", Some(&wanted.to_string()), exit_of(execution).map(|code| code.to_string()).as_deref());
    }
    if let Some(wanted) = expected.undone {
        compare("undone", Some(&wanted.to_string()), undone_of(execution).map(|undone| undone.to_string()).as_deref());
    }
    if let Some(wanted) = expected.host_calls {
        compare("host calls", Some(&wanted.to_string()), Some(&execution.usage.host_calls.to_string()));
    }
    found
}

fn traceback_of(execution: &Execution) -> Option<&str> {
    match &execution.outcome {
        Outcome::Raised(fault) => Some(&fault.traceback),
        Outcome::Exceeded(exceeded) => exceeded.traceback.as_deref(),
        _ => None,
    }
}

fn exit_of(execution: &Execution) -> Option<i32> {
    match &execution.outcome {
        Outcome::Raised(fault) => fault.exit,
        _ => None,
    }
}

fn undone_of(execution: &Execution) -> Option<bool> {
    match &execution.outcome {
        Outcome::Exceeded(exceeded) => Some(exceeded.undone),
        Outcome::Cancelled { undone } => Some(*undone),
        _ => None,
    }
}

fn difference(what: &str, wanted: &str, got: &str) -> String {
    format!("{what}\n  wanted:\n{}\n  got:\n{}", indented(wanted), indented(got))
}

fn indented(text: &str) -> String {
    if text.is_empty() {
        return "    (nothing)".to_owned();
    }
    let mut lines: Vec<String> = text.lines().map(|line| format!("    |{line}")).collect();
    if text.ends_with('\n') {
        lines.push("    |".to_owned());
    }
    lines.join("\n")
}

fn ends_as(wanted: &str, ended: &str) -> bool {
    matches(wanted, ended) || matches(&format!("{wanted}: <*>"), ended)
}

/// Whether `text` is `wanted`, in which `<*>` stands for any text.
pub fn matches(wanted: &str, text: &str) -> bool {
    let Some((start, wanted)) = wanted.split_once("<*>") else { return wanted == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = wanted.split("<*>").collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = text.find(part) else { return false };
        text = &text[at + part.len()..];
    }
    text.ends_with(end)
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::None => serde_json::Value::Null,
        Value::Bool(truth) => (*truth).into(),
        Value::Int(int) => (*int).into(),
        Value::Float(float) => (*float).into(),
        Value::Str(text) | Value::BigInt(text) => text.as_str().into(),
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into(),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Dict(items) => items
            .iter()
            .map(|(key, value)| (key.as_str().map_or_else(|| json(key).to_string(), str::to_owned), json(value)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_any_text_and_nothing_else_is() {
        assert!(matches("a", "a") && !matches("a", "ab"));
        assert!(matches("a<*>c", "abc") && matches("<*>", "") && matches("a<*>b<*>", "a--b--"));
        assert!(!matches("a<*>c", "abcd") && !matches("ab<*>b", "ab"));
    }

    #[test]
    fn an_outcome_may_be_cut_after_a_part() {
        assert!(ends_as("raised: KeyError", "raised: KeyError: 'x'"));
        assert!(ends_as("raised: KeyError", "raised: KeyError"));
        assert!(!ends_as("raised: Key", "raised: KeyError: 'x'"));
    }
}
