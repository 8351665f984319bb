//! What happens in a run, on stderr while it happens: a live view at a terminal, plain lines elsewhere.

mod live;
mod plain;
mod spend;

use std::sync::{Arc, Mutex, PoisonError};

use rlm::{Budget, Event, Route, Run, Took};

use crate::{text, world};
use live::Live;
use plain::Plain;

/// Shows one run after another.
pub struct Display(Kind);

enum Kind {
    Quiet,
    Plain(Box<Mutex<Plain>>),
    Live(Box<Live>),
}

impl Display {
    /// A display for a run with this budget, whose cells `model` writes.
    pub fn new(quiet: bool, model: &str, budget: &Budget) -> Arc<Self> {
        Arc::new(Self(match (quiet, world::err_is_screen()) {
            (true, _) => Kind::Quiet,
            (false, false) => Kind::Plain(Box::new(Mutex::new(Plain::new(budget)))),
            (false, true) => Kind::Live(Box::new(Live::new(model, budget))),
        }))
    }

    /// Has the run tell what happens.
    pub fn follow(self: &Arc<Self>, run: Run) -> Run {
        if matches!(self.0, Kind::Quiet) {
            return run;
        }
        let display = self.clone();
        run.events(move |event| display.show(event))
    }

    fn show(&self, event: &Event) {
        match &self.0 {
            Kind::Quiet => {}
            Kind::Plain(plain) => world::err(&plain.lock().unwrap_or_else(PoisonError::into_inner).lines(event)),
            Kind::Live(live) => live.show(event),
        }
    }

    /// Says something that no event says; it is not a question of being quiet.
    pub fn say(&self, line: &str) {
        match &self.0 {
            Kind::Live(live) => live.say(line),
            _ => world::err(&format!("{line}\n")),
        }
    }

    /// The run is over: what is left on the screen is what stays.
    pub fn end(&self) {
        if let Kind::Live(live) = &self.0 {
            live.end();
        }
    }
}

/// One line about an event that every display tells the same way.
fn remark(event: &Event) -> Option<String> {
    Some(match event {
        Event::Routed { route } => return routed(route),
        Event::Compacted { turn, .. } => format!("  before turn {turn} the conversation was summed up"),
        Event::Verified { why: Some(why), .. } => {
            format!("  a check sent the answer back: {}", text::first_lines(why, 1, 100).concat())
        }
        Event::CandidateEnded { run, answer: Some(answer) } => {
            format!("  run {run} answered: {}", text::first_lines(answer, 1, 100).concat())
        }
        Event::CandidateEnded { run, answer: None } => format!("  run {run} ended without an answer"),
        Event::ClosingTurnStarted => "closing turn: asking for the best answer".into(),
        Event::Nudged { .. } => "  no code and no answer in the reply: asking again".into(),
        Event::FinalNotTrusted { .. } => {
            "  answer not taken: it was written before the output of its own cells was seen".into()
        }
        Event::ReplyDelayed { wait, why, .. } => {
            format!("  the model is asked again in {:.1} s: {why}", wait.as_secs_f64())
        }
        Event::ReplyRestarted { .. } => "  the reply broke off and is asked for again".into(),
        Event::ChildStarted { depth, question, .. } => {
            format!("{}child run: {}", "  ".repeat(*depth as usize), text::first_lines(question, 1, 100).concat())
        }
        Event::ChildEnded { stop, .. } => format!("  child run ended: {stop}"),
        Event::SubCallEnded { error: Some(error), .. } => format!("  sub-call failed: {error}"),
        Event::TrajectoryFailed { error } => format!("  the trajectory cannot be written: {error}"),
        _ => return None,
    })
}

/// What the router chose, where a plain call was made.
fn routed(route: &Route) -> Option<String> {
    let tokens = text::grouped(route.tokens.unwrap_or(0));
    match route.took {
        Took::PlainCall => Some(format!("about {tokens} tokens: answered by one plain call")),
        Took::LoopAfterPlainCall => Some(format!("about {tokens} tokens: a plain call did not settle it")),
        _ => None,
    }
}

/// Sub-calls that are under way, of however many batches.
#[derive(Debug, Default)]
struct Calls {
    began: Option<tokio::time::Instant>,
    model: String,
    started: usize,
    ended: usize,
    failed: usize,
}

impl Calls {
    /// Some more begin.
    fn start(&mut self, model: &str, count: usize) {
        self.began.get_or_insert_with(tokio::time::Instant::now);
        if self.model != model {
            self.model = if self.started == 0 { model.to_owned() } else { "several models".to_owned() };
        }
        self.started += count;
    }

    /// One has ended; when it was the last, what all of them came to.
    fn end(&mut self, failed: bool) -> Option<Self> {
        self.ended += 1;
        self.failed += usize::from(failed);
        (self.ended >= self.started).then(|| std::mem::take(self))
    }

    /// One line on what they came to.
    fn summary(&self) -> String {
        let took = self.began.map_or(0.0, |began| began.elapsed().as_secs_f64());
        let calls = text::counted(self.started as u64, "sub-call");
        let failed = if self.failed > 0 { format!(", {} failed", self.failed) } else { String::new() };
        format!("  {calls} ended in {took:.1} s{failed}, by {}", self.model)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_that_overlap_are_counted_together() {
        let mut calls = Calls::default();
        calls.start("a", 2);
        assert!(calls.end(false).is_none());
        calls.start("b", 1);
        assert!(calls.end(true).is_none());
        let all = calls.end(false).unwrap();
        assert_eq!((all.started, all.failed, all.model.as_str()), (3, 1, "several models"));
        assert!(all.summary().starts_with("  3 sub-calls ended in 0.0 s, 1 failed, by several models"));
        calls.start("b", 1);
        assert_eq!((calls.started, calls.ended, calls.model.as_str()), (1, 0, "b"));
    }
}
