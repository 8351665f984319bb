//! Plain lines, for files, pipes and terminals that can do no more.

use rlm::{Budget, Event, Spend, Turn};
use rlm_sandbox::{Execution, Outcome};

use super::{Calls, remark, spend};
use crate::text;

/// Lines of a reply's words that are shown.
const PROSE_LINES: usize = 3;
/// Lines of a cell's code that are shown.
const CODE_LINES: usize = 6;
/// Lines of a cell's output that are shown.
const OUTPUT_LINES: usize = 4;
/// Characters of a line that are shown.
const WIDTH: usize = 100;

/// What the lines depend on beside the event.
pub struct Plain {
    budget: Budget,
    spend: Spend,
    calls: Calls,
}

impl Plain {
    /// For a run with this budget.
    pub fn new(budget: &Budget) -> Self {
        Self { budget: budget.clone(), spend: Spend::default(), calls: Calls::default() }
    }

    /// The lines for one event; none for what other lines already tell.
    pub fn lines(&mut self, event: &Event) -> String {
        if let Some(remark) = remark(event) {
            let ended = matches!(event, Event::SubCallEnded { .. }).then(|| self.call_ended(event)).unwrap_or_default();
            return format!("{remark}\n{ended}");
        }
        match event {
            Event::TurnStarted { turn, of } if self.spend == Spend::default() => format!("turn {turn} of {of}\n"),
            Event::TurnStarted { turn, of } => {
                format!("turn {turn} of {of}; spent: {}\n", spend::line(&self.spend, &self.budget))
            }
            Event::SpendChanged { spend } => {
                self.spend = *spend;
                String::new()
            }
            Event::ReplyReceived { text, .. } => prefixed("    ", Turn::parse(text).prose.trim(), PROSE_LINES),
            Event::CellStarted { code, .. } => prefixed("  | ", code, CODE_LINES),
            Event::CellEnded { execution, .. } => ended(execution),
            Event::SubCallsStarted { model, count } => {
                self.calls.start(model, *count);
                format!("  {} to {model}\n", text::counted(*count as u64, "sub-call"))
            }
            Event::SubCallEnded { .. } => self.call_ended(event),
            _ => String::new(),
        }
    }

    /// A line when the last of several sub-calls has ended.
    fn call_ended(&mut self, event: &Event) -> String {
        let failed = matches!(event, Event::SubCallEnded { error: Some(_), .. });
        match self.calls.end(failed) {
            Some(all) if all.started > 1 => all.summary() + "\n",
            _ => String::new(),
        }
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
