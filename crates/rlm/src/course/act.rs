//! What a reply leads to: cells that run, and an answer if it gives one.

use std::sync::Arc;

use rlm_sandbox::{Cell, Execution, Limit, Outcome, Value};
use tokio::time::Instant;

use super::Course;
use crate::{
    Answer, Event, Final, RlmError, Source, Turn,
    journal::{Body, Hasher},
    json, observation,
    trajectory::Ran,
};

/// The variable that holds output that was cut.
const LAST_OUTPUT: &str = "last_output";

/// Most variables listed after a cell.
pub(super) const VARIABLES_LISTED: u32 = 50;

/// Most variables looked through for the one a claim names.
const VARIABLES_SEARCHED: u32 = 10_000;

impl Course {
    /// Runs what the reply holds and finds the answer, if it gives one that can be trusted.
    pub(super) async fn act(&mut self, turn: u32, understood: &Turn) -> Result<(Vec<Ran>, Option<Answer>), RlmError> {
        if !understood.cells.is_empty() {
            let cells = self.run_cells(turn, &understood.cells).await?;
            let answer = submitted(&cells, Source::Cell);
            return Ok((cells, answer));
        }
        match &understood.claimed {
            None => Ok((Vec::new(), None)),
            Some(claim) => self.resolve(turn, claim).await,
        }
    }

    /// The answer that a claim stands for. A variable is read by a cell, so that the model sees
    /// why when that fails.
    pub(super) async fn resolve(&mut self, turn: u32, claim: &Final) -> Result<(Vec<Ran>, Option<Answer>), RlmError> {
        let code = match claim {
            Final::Variable(name) if is_identifier(name) => format!("FINAL_VAR({name:?})"),
            Final::Variable(expression) => format!("FINAL({expression})"),
            // Models write FINAL where they mean FINAL_VAR.
            Final::Text(text) if is_identifier(text) && self.has_variable(turn, text).await? => {
                format!("FINAL_VAR({text:?})")
            }
            Final::Text(text) => return Ok((Vec::new(), Some(Answer::of_text(text, Source::Text)))),
        };
        let cells = self.run_cells(turn, &[code]).await?;
        let answer = submitted(&cells, Source::Variable);
        Ok((cells, answer))
    }

    async fn has_variable(&mut self, turn: u32, name: &str) -> Result<bool, RlmError> {
        self.broker.enter(format!("{}/{turn}.{}w", self.broker.run, self.cells));
        Ok(self.session.variables(VARIABLES_SEARCHED).await?.iter().any(|variable| variable.name == name))
    }

    /// Runs cells in order, until one submits an answer or the run should end.
    async fn run_cells(&mut self, turn: u32, codes: &[String]) -> Result<Vec<Ran>, RlmError> {
        let mut cells = Vec::new();
        for (cell, code) in (1..).zip(codes) {
            if cell > 1 && (self.tree.stopper.is_stopping() || self.tree.recorder.divergence().is_some()) {
                break;
            }
            self.tell(|| Event::CellStarted { turn, cell, code: code.clone() });
            let ran = self.run_cell(turn, code).await?;
            self.tell(|| Event::CellEnded { turn, cell, execution: ran.execution.clone() });
            let ends = ran.execution.submitted.is_some();
            cells.push(ran);
            if ends {
                break;
            }
        }
        Ok(cells)
    }

    /// Runs one cell, unless the journal says that a clock or a person ended it.
    async fn run_cell(&mut self, turn: u32, code: &str) -> Result<Ran, RlmError> {
        self.cells += 1;
        let id = format!("{}/{turn}.{}", self.broker.run, self.cells);
        self.broker.enter(id.clone());
        let began = Instant::now();
        let (execution, shown) = match self.tree.recorder.known(&id).cloned() {
            Some(Body::Cell { cut: Some(shown), .. }) => {
                let bills = self.tree.bills_below(&id);
                bills.iter().for_each(|bill| self.broker.ledger.book(bill.amounts()));
                self.tree.count(&bills);
                (cut_before(), shown)
            }
            known => {
                let cell = self.cell(code).await?;
                let (ran, _) = (Instant::now(), self.broker.take_wait());
                let execution = self.execute(&cell).await?;
                let waited = self.broker.take_wait();
                self.phases.calls += waited;
                self.phases.cells += ran.elapsed().saturating_sub(waited);
                let undone = matches!(&execution.outcome, Outcome::Exceeded(exceeded) if exceeded.undone)
                    || matches!(&execution.outcome, Outcome::Cancelled { undone: true });
                self.broker.settle_facts(undone);
                self.shown(&id, execution, known.as_ref())
            }
        };
        let shown = self.keep_output(&execution, shown).await?;
        let log = self.broker.take_log();
        let wall = began.elapsed().as_secs_f64();
        // Listing calls `repr` of what cells made, which may call anything.
        self.broker.enter(format!("{id}v"));
        let variables = self.session.variables(VARIABLES_LISTED).await?;
        let execution = Arc::new(execution);
        Ok(Ran { code: code.to_owned(), execution, shown, variables, calls: log.calls, began, wall })
    }

    /// Keeps the whole output where cells can read it, if some of it is not shown.
    async fn keep_output(&mut self, execution: &Execution, shown: String) -> Result<String, RlmError> {
        if !observation::is_cut(&execution.output.stdout, self.tree.settings.observation_chars) {
            return Ok(shown);
        }
        if matches!(&execution.outcome, Outcome::Exceeded(exceeded) if matches!(exceeded.limit, Limit::Wall(..))) {
            // Such a cell is not run again when the run is resumed, so nobody would have its output.
            return Ok(shown);
        }
        self.session.define(LAST_OUTPUT, Value::Str(execution.output.stdout.text())).await?;
        Ok(format!("{shown}\n[note] the variable `{LAST_OUTPUT}` holds this output in full"))
    }

    /// The cell, within the time that is left of the budget.
    async fn cell(&mut self, code: &str) -> Result<Cell, RlmError> {
        let code = self.prepared(code).await?;
        let limits = self.tree.time_left().map(|left| {
            let limits = self.session.limits();
            rlm_sandbox::Limits { wall: limits.wall.min(left), ..limits.clone() }
        });
        // Run again, a cell that was cut off would be cut off somewhere else.
        Ok(Cell { code, limits, all_or_nothing: true })
    }

    /// The source as it is run: where it has a loop of sub-calls, the guest is asked for one that sends
    /// them as a batch.
    async fn prepared(&mut self, code: &str) -> Result<String, RlmError> {
        let loops = code.contains("llm_query(") && code.contains("for ");
        if !self.tree.settings.batch_loops || !loops {
            return Ok(code.to_owned());
        }
        // A JSON string of text is also a Python string.
        let ask = format!(
            "__import__(\"_rlm\").submit(__import__(\"rlm_batch\").plan({})) and None",
            serde_json::json!(code)
        );
        let planned = self.session.run(&Cell::new(ask)).await?.submitted;
        Ok(planned.as_ref().and_then(Value::as_str).unwrap_or(code).to_owned())
    }

    /// What the root model is shown of an execution; noted in the journal, or compared with it.
    fn shown(&mut self, id: &str, execution: Execution, known: Option<&Body>) -> (Execution, String) {
        let log = self.broker.peek_notes();
        let shown = observation::of_cell(&execution, &log, self.tree.settings.observation_chars);
        let digest = digest_of(&execution);
        let cut = match &execution.outcome {
            Outcome::Exceeded(exceeded) if matches!(exceeded.limit, Limit::Wall(..)) => Some(shown.clone()),
            // A cell cancelled because the run was being stopped has not happened.
            Outcome::Cancelled { .. } => return (execution, shown),
            _ => None,
        };
        match known {
            // What a child run said that was being stopped is not what it will say when it goes on.
            None if self.tree.stopper.is_stopping() => {}
            Some(Body::Cell { digest: recorded, .. }) if *recorded != digest => {
                let outcome = observation::one_line(&execution);
                self.tree.recorder.differs(id, || format!("the cell ended otherwise than recorded: now {outcome}"));
            }
            Some(Body::Cell { .. }) => {}
            _ => self.tree.recorder.append(id, Body::Cell { digest, cut }),
        }
        (execution, shown)
    }

    /// Runs one cell; when the run should end at once, the cell is cancelled.
    pub(super) async fn execute(&mut self, cell: &Cell) -> Result<Execution, RlmError> {
        let canceller = self.session.canceller();
        let mut running = std::pin::pin!(self.session.run(cell));
        tokio::select! {
            // The cell first: cancelling does nothing before it has begun.
            biased;
            execution = &mut running => return Ok(execution?),
            () = self.tree.stopper.aborted() => canceller.cancel(),
        }
        Ok(running.await?)
    }
}

/// What stands for a cell that is not run again: it was cut off and undone.
fn cut_before() -> Execution {
    Execution {
        outcome: Outcome::Cancelled { undone: true },
        output: rlm_sandbox::Output::default(),
        usage: rlm_sandbox::Usage::default(),
        submitted: None,
        notes: Vec::new(),
    }
}

/// A short name for all that is the same whenever the cell runs.
fn digest_of(execution: &Execution) -> String {
    let mut hasher = Hasher::default();
    hasher.add(observation::outcome_name(&execution.outcome));
    match &execution.outcome {
        Outcome::Completed(Some(shown)) => hasher.add(&shown.repr),
        Outcome::Raised(fault) => hasher.add(&fault.traceback),
        Outcome::Exceeded(exceeded) => hasher.add(exceeded.limit.name()),
        Outcome::Completed(None) | Outcome::Cancelled { .. } => {}
    }
    hasher.add(&execution.output.stdout.text());
    hasher.add(&execution.output.stderr.text());
    hasher.add(&execution.submitted.as_ref().map_or_else(String::new, |value: &Value| json::text(value)));
    execution.notes.iter().for_each(|note| hasher.add(note));
    hasher.digest()
}

/// What the last of these cells submitted; none runs after one that did.
fn submitted(cells: &[Ran], source: Source) -> Option<Answer> {
    let value = cells.last()?.execution.submitted.clone()?;
    Some(Answer::of_value(value, source))
}

/// Whether text could be a variable's name.
fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
}
