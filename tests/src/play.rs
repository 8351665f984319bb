//! Runs the cells of a case file in one session.

use rlm_sandbox::{Cell, Context, Engine, Execution, HostCall, HostError, Limits, SandboxError, Session, Value};

use crate::{CaseFile, outcome};

/// Names of `rlm_answer` that sessions have.
const ANSWERS: &[&str] = &["FINAL", "FINAL_VAR", "SUBMIT", "SHOW_VARS", "answer"];

/// A session with the host functions of the cases and their context.
///
/// # Errors
/// When the sandbox fails.
pub async fn start(engine: &Engine, limits: &Limits, context: Option<&str>) -> Result<Session, SandboxError> {
    let builder =
        engine.session(limits.clone()).host_function("echo", answered(echo)).host_function("add", answered(add));
    let builder = builder.host_function("fail", answered(fail)).import("rlm_answer", ANSWERS);
    let mut session = builder.start().await?;
    if let Some(text) = context {
        let context = Context::text(text).map_err(|error| SandboxError::Refused(error.to_string()))?;
        session.define_context("context", &context).await?;
    }
    Ok(session)
}

/// Runs all cells of a file.
///
/// # Errors
/// When the sandbox fails.
pub async fn transcript(session: &mut Session, file: &CaseFile) -> Result<Vec<Execution>, String> {
    let mut executions = Vec::new();
    for (index, cell) in file.cells.iter().enumerate() {
        let execution = session.run(&Cell::within(cell.code.clone(), cell.limits.clone())).await;
        let before: Vec<_> = executions.iter().map(outcome).collect();
        executions
            .push(execution.map_err(|error| {
                format!("cell {}: the sandbox failed: {error}\n  before it: {before:?}", index + 1)
            })?);
    }
    Ok(executions)
}

type Answer = Result<Value, HostError>;

fn answered(
    function: fn(HostCall) -> Answer,
) -> impl Fn(HostCall) -> std::future::Ready<Answer> + Send + Sync + 'static {
    move |call| std::future::ready(function(call))
}

fn wrong(message: &str) -> HostError {
    HostError::new("TypeError", message)
}

fn echo(call: HostCall) -> Answer {
    match (<[Value; 1]>::try_from(call.args), call.kwargs.is_empty()) {
        (Ok([value]), true) => Ok(value),
        _ => Err(wrong("echo() takes one argument")),
    }
}

fn add(call: HostCall) -> Answer {
    let mut args = call.args.into_iter();
    let first = args.next().ok_or_else(|| wrong("add() needs a"))?;
    let named = call
        .kwargs
        .into_iter()
        .map(|(name, value)| if name == "b" { Ok(value) } else { Err(wrong("add() has only a and b")) });
    let second = args.next().map(Ok).or_else(|| named.into_iter().next()).unwrap_or(Ok(Value::Int(1)))?;
    match (first, second) {
        (Value::Int(a), Value::Int(b)) => {
            a.checked_add(b).map(Value::Int).ok_or_else(|| HostError::new("OverflowError", "too large"))
        }
        _ => Err(wrong("add() adds integers")),
    }
}

fn fail(call: HostCall) -> Answer {
    match &call.args[..] {
        [Value::Str(kind), Value::Str(message)] => Err(HostError::new(kind, message)),
        _ => Err(wrong("fail() takes kind and message")),
    }
}
