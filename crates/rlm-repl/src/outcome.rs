//! How a cell ended, as people read it and as programs read it.

use rlm_sandbox::{Exceeded, Execution, Fault, Limit, Outcome, Stream, Usage};
use serde::Serialize;

use crate::{failure, text, traceback, value::AsJson, world};

/// An execution as JSON; the result of `run` in a session and of `exec --json`.
#[derive(Serialize)]
pub struct Record<'a> {
    outcome: &'static str,
    stdout: String,
    stderr: String,
    omitted: Omitted,
    value: Option<AsJson<'a>>,
    repr: Option<&'a str>,
    error: Option<ErrorRecord<'a>>,
    limit: Option<LimitRecord<'a>>,
    undone: bool,
    answer: Option<AsJson<'a>>,
    notes: &'a [String],
    usage: UsageRecord,
}

/// Bytes of each stream that were counted and dropped.
#[derive(Serialize)]
struct Omitted {
    stdout: u64,
    stderr: u64,
}

#[derive(Serialize)]
struct ErrorRecord<'a> {
    kind: &'a str,
    message: &'a str,
    traceback: &'a str,
    exit: Option<i32>,
}

#[derive(Serialize)]
struct LimitRecord<'a> {
    name: &'static str,
    used: Option<u64>,
    allowed: Option<u64>,
    text: String,
    traceback: Option<&'a str>,
}

#[derive(Serialize)]
struct UsageRecord {
    fuel: u64,
    wall_ms: f64,
    memory_bytes: u64,
    host_calls: u64,
    host_wait_ms: f64,
}

impl<'a> Record<'a> {
    /// The record of `execution`.
    pub fn of(execution: &'a Execution) -> Self {
        let Execution { outcome, output, usage, submitted, notes } = execution;
        let shown = match outcome {
            Outcome::Completed(shown) => shown.as_ref(),
            _ => None,
        };
        Self {
            outcome: name(outcome),
            stdout: output.stdout.text(),
            stderr: output.stderr.text(),
            omitted: Omitted { stdout: output.stdout.omitted, stderr: output.stderr.omitted },
            value: shown.and_then(|shown| shown.data.as_ref()).map(AsJson),
            repr: shown.map(|shown| shown.repr.as_str()),
            error: match outcome {
                Outcome::Raised(fault) => Some(ErrorRecord::of(fault)),
                _ => None,
            },
            limit: match outcome {
                Outcome::Exceeded(exceeded) => Some(LimitRecord::of(exceeded)),
                _ => None,
            },
            undone: is_undone(outcome),
            answer: submitted.as_ref().map(AsJson),
            notes,
            usage: UsageRecord::of(usage),
        }
    }
}

impl<'a> ErrorRecord<'a> {
    fn of(fault: &'a Fault) -> Self {
        Self { kind: &fault.kind, message: &fault.message, traceback: &fault.traceback, exit: fault.exit }
    }
}

impl<'a> LimitRecord<'a> {
    fn of(exceeded: &'a Exceeded) -> Self {
        let (used, allowed) = match exceeded.limit {
            Limit::Fuel(used, of) => (Some(used.0), Some(of.0)),
            Limit::Wall(used, of) => (Some(used.as_millis() as u64), Some(of.as_millis() as u64)),
            Limit::Memory(used, of) | Limit::Output(used, of) => (Some(used.0), Some(of.0)),
            _ => (None, None),
        };
        Self {
            name: exceeded.limit.name(),
            used,
            allowed,
            text: exceeded.to_string(),
            traceback: exceeded.traceback.as_deref(),
        }
    }
}

impl UsageRecord {
    fn of(usage: &Usage) -> Self {
        Self {
            fuel: usage.fuel,
            wall_ms: usage.wall.as_secs_f64() * 1e3,
            memory_bytes: usage.memory,
            host_calls: usage.host_calls,
            host_wait_ms: usage.host_wait.as_secs_f64() * 1e3,
        }
    }
}

/// One word for machines.
fn name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Completed(_) => "completed",
        Outcome::Raised(_) => "raised",
        Outcome::Exceeded(_) => "exceeded",
        Outcome::Cancelled { .. } => "cancelled",
    }
}

/// Whether the cell's changes to the session were rolled back.
pub fn is_undone(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Exceeded(exceeded) => exceeded.undone,
        Outcome::Cancelled { undone } => *undone,
        _ => false,
    }
}

/// A stream's text, ending in a newline unless it is empty.
pub fn whole_lines(stream: &Stream) -> String {
    let mut text = stream.text();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// Says on stderr how a cell ended, in colour where that is welcome.
pub fn complain(outcome: &Outcome, hints: Hints) {
    let said = complaint(outcome, hints);
    match outcome {
        Outcome::Raised(Fault { exit: None, .. }) if world::err_wants_colour() => {
            world::err_painted(&traceback::painted(&said));
        }
        Outcome::Exceeded(_) if world::err_wants_colour() => world::err_painted(&traceback::painted(&said)),
        _ => world::err(&said),
    }
}

/// What stderr says about an outcome, given where limits are set: empty for a completed cell.
fn complaint(outcome: &Outcome, hints: Hints) -> String {
    match outcome {
        Outcome::Completed(_) => String::new(),
        Outcome::Raised(fault) => raised(fault),
        Outcome::Exceeded(exceeded) => {
            let traceback = exceeded.traceback.as_deref().map(ended).unwrap_or_default();
            let message = format!("limit exceeded: {exceeded}");
            traceback + &failure::lines(&message, Some(&hint(&exceeded.limit, hints)))
        }
        Outcome::Cancelled { undone: true } => "cancelled: the cell's changes were undone\n".into(),
        Outcome::Cancelled { undone: false } => "cancelled\n".into(),
    }
}

/// The traceback; for `SystemExit` only the message it was given, as Python does.
fn raised(fault: &Fault) -> String {
    match fault.exit {
        None => ended(&fault.traceback),
        Some(1) if !matches!(fault.message.as_str(), "" | "1" | "True") => ended(&fault.message),
        Some(_) => String::new(),
    }
}

fn ended(text: &str) -> String {
    if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

/// Where limits are set, which decides what a hint tells to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hints {
    /// By flags of the command line.
    Flags,
    /// By `%limits` at the prompt.
    Prompt,
}

/// What to do about a limit.
fn hint(limit: &Limit, hints: Hints) -> String {
    let (name, example) = match limit {
        Limit::Fuel(..) => ("fuel", "500G"),
        Limit::Wall(..) => ("timeout", "120"),
        Limit::Memory(..) => ("memory", "2G"),
        Limit::Output(..) => ("output", "8M"),
        Limit::Stack => return "nest less, or use a loop instead of recursion".into(),
        _ => return "variables from before the cell are kept".into(),
    };
    match hints {
        Hints::Flags => format!("allow more with --{name}, such as --{name} {example}"),
        Hints::Prompt => format!("allow more with %limits {name}, such as %limits {name} {example}"),
    }
}

/// One line on what a cell used.
pub fn spent(usage: &Usage) -> String {
    let memory = rlm_sandbox::Bytes(usage.memory);
    let calls = match usage.host_calls {
        0 => String::new(),
        calls => format!(", {} host calls in {:.3} s", text::grouped(calls), usage.host_wait.as_secs_f64()),
    };
    format!("{:.6} s, {} fuel, {memory}{calls}\n", usage.wall.as_secs_f64(), text::grouped(usage.fuel))
}
