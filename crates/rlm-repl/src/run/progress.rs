//! What happens in a run, as plain lines on stderr while it happens.

use rlm::{Event, Route, Took};
use rlm_sandbox::{Execution, Outcome};

use crate::{text, world};

/// Lines of a cell's code that are shown.
const CODE_LINES: usize = 6;
/// Lines of a cell's output that are shown.
const OUTPUT_LINES: usize = 4;
/// Characters of a line that are shown.
const WIDTH: usize = 100;

/// Shows one event on stderr.
pub fn show(event: &Event) {
    world::err(&lines(event));
}

/// The lines for one event; none for what other lines already tell.
fn lines(event: &Event) -> String {
    match event {
        Event::TurnStarted { turn, of } => format!("turn {turn} of {of}\n"),
        Event::Routed { route } => routed(route),
        Event::Compacted { turn, .. } => format!("  before turn {turn} the conversation was summed up\n"),
        Event::Verified { why: Some(why), .. } => {
            format!("  a check sent the answer back: {}\n", text::first_lines(why, 1, WIDTH).concat())
        }
        Event::CandidateEnded { run, answer: Some(answer) } => {
            format!("  run {run} answered: {}\n", text::first_lines(answer, 1, WIDTH).concat())
        }
        Event::CandidateEnded { run, answer: None } => format!("  run {run} ended without an answer\n"),
        Event::ClosingTurnStarted => "closing turn: asking for the best answer\n".into(),
        Event::Nudged { .. } => "  no code and no answer in the reply: asking again\n".into(),
        Event::FinalNotTrusted { .. } => {
            "  answer not taken: it was written before the output of its own cells was seen\n".into()
        }
        Event::CellStarted { code, .. } => prefixed("  | ", code, CODE_LINES),
        Event::CellEnded { execution, .. } => ended(execution),
        Event::SubCallsStarted { model, count: 1 } => format!("  sub-call to {model}\n"),
        Event::SubCallsStarted { model, count } => format!("  {count} sub-calls to {model}\n"),
        Event::ChildStarted { depth, question, .. } => {
            format!("{}child run: {}\n", "  ".repeat(*depth as usize), text::first_lines(question, 1, WIDTH).concat())
        }
        Event::ChildEnded { stop, .. } => format!("  child run ended: {stop}\n"),
        Event::SubCallEnded { error: Some(error), .. } => format!("  sub-call failed: {error}\n"),
        _ => String::new(),
    }
}

/// What the router chose, where a plain call was made.
fn routed(route: &Route) -> String {
    let tokens = text::grouped(route.tokens.unwrap_or(0));
    match route.took {
        Took::PlainCall => format!("about {tokens} tokens: answered by one plain call\n"),
        Took::LoopAfterPlainCall => format!("about {tokens} tokens: a plain call did not settle it\n"),
        _ => String::new(),
    }
}

/// The beginning of what a cell printed, and the last line of what went wrong.
fn ended(execution: &Execution) -> String {
    let mut shown = prefixed("  > ", &execution.output.stdout.text(), OUTPUT_LINES);
    match &execution.outcome {
        Outcome::Completed(Some(value)) => shown += &prefixed("  > ", &value.repr, OUTPUT_LINES),
        Outcome::Raised(fault) => {
            shown += &prefixed("  ! ", &format!("{}: {}", fault.kind, fault.message), 1);
        }
        Outcome::Exceeded(exceeded) => shown += &format!("  ! limit exceeded: {exceeded}\n"),
        Outcome::Cancelled { .. } => shown += "  ! cancelled\n",
        Outcome::Completed(None) => {}
    }
    shown
}

fn prefixed(prefix: &str, content: &str, most: usize) -> String {
    text::first_lines(content, most, WIDTH).iter().map(|line| format!("{prefix}{line}\n")).collect()
}
