//! The loop: ask the root model, run its cells, show it their output, until there is an answer.

use std::{
    io::Write,
    mem,
    sync::{Arc, Mutex},
    time::Duration,
};

use rlm_model::{Finish, Message, ModelError, Reply, Request};
use rlm_sandbox::{Cell, Context, Engine, Execution, Limits, Outcome, Session};
use tokio::time::Instant;

use crate::{
    Answer, Event, Final, Models, Report, RlmError, Settings, Source, Stop, Stopper, Turn,
    broker::{Broker, usage_of},
    budget::Ledger,
    context,
    event::Events,
    observation, prompt,
    trajectory::{Clock, Iteration, Ran, Trajectory},
};

/// The names of the guest's `rlm_answer` that cells find bound and cannot lose.
const ANSWER_NAMES: [&str; 5] = ["FINAL", "FINAL_VAR", "SUBMIT", "answer", "SHOW_VARS"];

/// Most variables listed after a cell.
const VARIABLES_LISTED: u32 = 50;

/// Most variables looked through for the one a claim names.
const VARIABLES_SEARCHED: u32 = 10_000;

/// What the cell may take that asks for a candidate when the run has ended.
const CANDIDATE_WALL: Duration = Duration::from_secs(5);

/// One run, ready to be asked a question.
pub struct Run {
    engine: Engine,
    models: Models,
    settings: Settings,
    sink: Option<Box<dyn Write + Send>>,
    events: Events,
    stopper: Stopper,
    modules: Vec<(String, Vec<u8>)>,
}

impl Run {
    /// A run in a new session of `engine`.
    pub fn new(engine: Engine, models: Models, settings: Settings) -> Self {
        Self {
            engine,
            models,
            settings,
            sink: None,
            events: Events::default(),
            stopper: Stopper::new(),
            modules: Vec::new(),
        }
    }

    /// Writes the trajectory to `sink` as JSON lines, each flushed. When the sink fails, the run
    /// goes on and [`Report::trajectory_error`] says why.
    #[must_use]
    pub fn trajectory(mut self, sink: impl Write + Send + 'static) -> Self {
        self.sink = Some(Box::new(sink));
        self
    }

    /// Offers a file of a pure-Python package to cells, as
    /// [`SessionBuilder::module_file`](rlm_sandbox::SessionBuilder::module_file).
    #[must_use]
    pub fn module_file(mut self, path: impl Into<String>, source: impl Into<Vec<u8>>) -> Self {
        self.modules.push((path.into(), source.into()));
        self
    }

    /// Tells `listener` what happens, as it happens. The run waits for it.
    #[must_use]
    pub fn events(mut self, listener: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.events = Events(Some(Arc::new(listener)));
        self
    }

    /// A handle that ends the run early.
    pub fn stop_handle(&self) -> Stopper {
        self.stopper.clone()
    }

    /// Answers `question` about `contexts`.
    ///
    /// Cells find one context as `context`, several as the list `context`; each also as
    /// `context_0`, `context_1` and so on, and under the name given here where that is a free
    /// identifier.
    ///
    /// # Errors
    /// When the root model cannot be asked, the sandbox fails, or the contexts cannot be bound.
    pub async fn ask(self, question: &str, contexts: Vec<(String, Context)>) -> Result<Report, RlmError> {
        let mut course = Course::begin(self, question, contexts).await?;
        let ended = course.go().await;
        course.report(ended).await
    }
}

/// A run in progress.
struct Course {
    session: Session,
    settings: Settings,
    broker: Arc<Broker>,
    events: Events,
    stopper: Stopper,
    trajectory: Trajectory,
    began: Instant,
    messages: Vec<Message>,
    /// How many of the messages the trajectory has.
    recorded: usize,
    /// What the root model is told next, beside the turn's own line.
    pending: Vec<String>,
    /// The latest answer that was claimed but not trusted.
    candidate: Option<Answer>,
    /// Turns in a row that gained nothing.
    fruitless: u32,
    iterations: u32,
}

/// How a run ends.
enum Ended {
    /// With a trusted answer.
    Answered(Answer),
    /// With a reason, and perhaps the answer of a closing turn.
    Early(Stop, Option<Answer>),
    /// The root model failed.
    Failed(ModelError),
}

/// What a turn leads to.
type Step = Option<Ended>;

impl Course {
    async fn begin(run: Run, question: &str, contexts: Vec<(String, Context)>) -> Result<Self, RlmError> {
        let Run { engine, models, settings, sink, events, stopper, modules } = run;
        let began = Instant::now();
        let clock = Clock { began, started: settings.started };
        let mut trajectory = Trajectory::new(sink, events.clone(), clock);
        let ledger = Ledger::new(settings.budget.clone());
        let broker = Arc::new(Broker {
            models: models.clone(),
            ledger: ledger.clone(),
            concurrency: settings.sub_call_concurrency,
            events: events.clone(),
            record: trajectory.is_kept(),
            log: Mutex::default(),
        });
        let builder = engine.session(settings.limits.clone()).seed(settings.seed).import("rlm_answer", &ANSWER_NAMES);
        let builder = modules.into_iter().fold(builder, |builder, (path, source)| builder.module_file(path, source));
        let mut session = broker.offer(builder).start().await?;
        let contexts = context::bind(&mut session, contexts).await?;
        trajectory.begin(question, &contexts, &models, &settings);
        let first = prompt::question(question, &contexts, &models, &ledger);
        Ok(Self {
            session,
            settings,
            broker,
            events,
            stopper,
            trajectory,
            began,
            messages: vec![Message::system(prompt::SYSTEM)],
            recorded: 0,
            pending: vec![first],
            candidate: None,
            fruitless: 0,
            iterations: 0,
        })
    }

    async fn go(&mut self) -> Result<Ended, RlmError> {
        let of = self.settings.budget.iterations;
        for turn in 1..=of {
            if let Some(ended) = self.turn(turn, of).await? {
                return Ok(ended);
            }
        }
        let answer = if self.settings.budget.closing_turn { self.closing_turn().await? } else { None };
        Ok(Ended::Early(Stop::IterationsSpent { of }, answer))
    }

    /// One turn: a reply, its cells, and what the model will be told of them.
    async fn turn(&mut self, turn: u32, of: u32) -> Result<Step, RlmError> {
        if self.stopper.is_stopping() {
            return Ok(Some(Ended::Early(Stop::Stopped, None)));
        }
        self.broker.ledger.begin_turn(turn);
        self.iterations = turn;
        self.events.tell(|| Event::TurnStarted { turn, of });
        let began = Instant::now();
        let reply = match self.ask_root(turn, prompt::turn_line(turn, of)).await {
            Some(Ok(reply)) => reply,
            Some(Err(error)) => return Ok(Some(Ended::Failed(error))),
            None => return Ok(Some(Ended::Early(Stop::Stopped, None))),
        };
        let understood = Turn::parse(&reply.text);
        let (cells, answer) = self.act(turn, &understood).await?;
        self.record(turn, false, &reply, &cells, answer.as_ref(), began);
        if let Some(answer) = answer {
            return Ok(Some(Ended::Answered(answer)));
        }
        self.observe(turn, &understood, &cells, reply.finish);
        Ok(self.gave_up(&cells))
    }

    /// Runs what the reply holds and finds the answer, if it gives one that can be trusted.
    async fn act(&mut self, turn: u32, understood: &Turn) -> Result<(Vec<Ran>, Option<Answer>), RlmError> {
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
    async fn resolve(&mut self, turn: u32, claim: &Final) -> Result<(Vec<Ran>, Option<Answer>), RlmError> {
        let code = match claim {
            Final::Variable(name) if is_identifier(name) => format!("FINAL_VAR({name:?})"),
            Final::Variable(expression) => format!("FINAL({expression})"),
            // Models write FINAL where they mean FINAL_VAR.
            Final::Text(text) if is_identifier(text) && self.has_variable(text).await? => {
                format!("FINAL_VAR({text:?})")
            }
            Final::Text(text) => return Ok((Vec::new(), Some(Answer::of_text(text, Source::Text)))),
        };
        let cells = self.run_cells(turn, &[code]).await?;
        let answer = submitted(&cells, Source::Variable);
        Ok((cells, answer))
    }

    async fn has_variable(&mut self, name: &str) -> Result<bool, RlmError> {
        Ok(self.session.variables(VARIABLES_SEARCHED).await?.iter().any(|variable| variable.name == name))
    }

    /// Runs cells in order, until one submits an answer or the run should end.
    async fn run_cells(&mut self, turn: u32, codes: &[String]) -> Result<Vec<Ran>, RlmError> {
        let mut cells = Vec::new();
        for (cell, code) in (1..).zip(codes) {
            if cell > 1 && self.stopper.is_stopping() {
                break;
            }
            self.events.tell(|| Event::CellStarted { turn, cell, code: code.clone() });
            let began = Instant::now();
            let execution = Arc::new(self.execute(&Cell::new(code.as_str())).await?);
            let wall = began.elapsed().as_secs_f64();
            self.events.tell(|| Event::CellEnded { turn, cell, execution: execution.clone() });
            let (calls, notes) = self.broker.take_log();
            let variables = self.session.variables(VARIABLES_LISTED).await?;
            let ends = execution.submitted.is_some();
            cells.push(Ran { code: code.clone(), execution, variables, calls, notes, wall });
            if ends {
                break;
            }
        }
        Ok(cells)
    }

    /// Runs one cell; when the run should end at once, the cell is cancelled.
    async fn execute(&mut self, cell: &Cell) -> Result<Execution, RlmError> {
        let canceller = self.session.canceller();
        let mut running = std::pin::pin!(self.session.run(cell));
        tokio::select! {
            // The cell first: cancelling does nothing before it has begun.
            biased;
            execution = &mut running => return Ok(execution?),
            () = self.stopper.aborted() => canceller.cancel(),
        }
        Ok(running.await?)
    }

    /// Tells the root model what is pending, then `line`, and waits for its reply. Nothing, when
    /// the run should end at once.
    async fn ask_root(&mut self, turn: u32, line: String) -> Option<Result<Reply, ModelError>> {
        let mut told = mem::take(&mut self.pending);
        told.push(line);
        self.messages.push(Message::user(told.join("\n\n")));
        let root = self.broker.models.root.clone();
        let request = Request { messages: self.messages.clone(), max_output_tokens: None };
        let began = Instant::now();
        let result = tokio::select! {
            result = root.complete(request) => result,
            () = self.stopper.aborted() => return None,
        };
        let usage = usage_of(&result);
        self.broker.spend(root.name(), usage);
        match &result {
            Ok(reply) => {
                let wall = began.elapsed();
                self.events.tell(|| Event::ReplyReceived { turn, text: reply.text.clone(), usage, wall });
            }
            Err(error) => self.events.tell(|| Event::ModelFailed { error: error.clone() }),
        }
        Some(result)
    }

    /// Writes the turn down, and takes its reply into the conversation.
    fn record(
        &mut self,
        number: u32,
        closing: bool,
        reply: &Reply,
        cells: &[Ran],
        answer: Option<&Answer>,
        began: Instant,
    ) {
        self.trajectory.iteration(&Iteration {
            number,
            closing,
            prompt: &self.messages[self.recorded..],
            response: &reply.text,
            usage: reply.usage,
            cells,
            answer,
            wall: began.elapsed().as_secs_f64(),
        });
        // Providers refuse empty messages.
        let said = if reply.text.trim().is_empty() { "(empty reply)" } else { &reply.text };
        self.messages.push(Message::assistant(said));
        self.recorded = self.messages.len();
    }

    /// Prepares what the root model is told of this turn.
    fn observe(&mut self, turn: u32, understood: &Turn, cells: &[Ran], finish: Finish) {
        let Some(last) = cells.last() else {
            self.events.tell(|| Event::Nudged { turn });
            let nudge = if finish == Finish::Length { prompt::CUT_OFF } else { prompt::NUDGE };
            return self.pending.push(nudge.trim_end().to_owned());
        };
        for (number, cell) in (1..).zip(cells) {
            let heading = if cells.len() == 1 {
                "Output:".to_owned()
            } else {
                format!("Output of block {number} of {}:", cells.len())
            };
            let shown = observation::of_cell(&cell.execution, &cell.notes, self.settings.observation_chars);
            self.pending.push(format!("{heading}\n{shown}"));
        }
        self.pending.push(observation::of_variables(&last.variables));
        if !understood.cells.is_empty()
            && let Some(claim) = &understood.claimed
        {
            self.events.tell(|| Event::FinalNotTrusted { turn });
            self.pending.push(prompt::UNSEEN_FINAL.trim_end().to_owned());
            if let Final::Text(text) = claim {
                self.candidate = Some(Answer::of_text(text, Source::Candidate));
            }
        }
    }

    /// Counts turns in a row that gained nothing, and ends the run when there are too many.
    fn gave_up(&mut self, cells: &[Ran]) -> Step {
        let gained = cells.iter().any(|cell| matches!(cell.execution.outcome, Outcome::Completed(_)));
        self.fruitless = if gained { 0 } else { self.fruitless + 1 };
        let most = self.settings.budget.errors_in_a_row;
        (self.fruitless >= most && !self.stopper.is_stopping())
            .then_some(Ended::Early(Stop::ErrorsInARow { turns: self.fruitless }, None))
    }

    /// Asks once more, for the best answer there is. Whatever comes is taken as one.
    async fn closing_turn(&mut self) -> Result<Option<Answer>, RlmError> {
        if self.stopper.is_stopping() {
            return Ok(None);
        }
        self.events.tell(|| Event::ClosingTurnStarted);
        let turn = self.iterations + 1;
        let began = Instant::now();
        let Some(Ok(reply)) = self.ask_root(turn, prompt::CLOSING.trim_end().to_owned()).await else { return Ok(None) };
        let understood = Turn::parse(&reply.text);
        let (mut cells, mut answer) = self.act(turn, &understood).await?;
        if answer.is_none()
            && !cells.is_empty()
            && let Some(claim) = &understood.claimed
        {
            let (more, claimed) = self.resolve(turn, claim).await?;
            cells.extend(more);
            answer = claimed;
        }
        if answer.is_none() && cells.is_empty() && !understood.prose.is_empty() {
            answer = Some(Answer::of_text(&understood.prose, Source::ClosingTurn));
        }
        let answer = answer.map(|answer| Answer { source: Source::ClosingTurn, ..answer });
        self.record(turn, true, &reply, &cells, answer.as_ref(), began);
        Ok(answer)
    }

    /// The best there is when nobody gave an answer: what a cell left in `answer`, then what was
    /// claimed too early.
    async fn best_candidate(&mut self) -> Option<Answer> {
        let limits = Limits { wall: CANDIDATE_WALL, ..self.settings.limits.clone() };
        let left = Cell { code: "FINAL(answer[\"content\"])".into(), limits: Some(limits) };
        let submitted = self.execute(&left).await.ok().and_then(|execution| execution.submitted);
        let left = submitted.map(|value| Answer::of_value(value, Source::Candidate));
        left.filter(|answer| !answer.text.is_empty()).or_else(|| self.candidate.take())
    }

    /// Puts together what the run came to.
    async fn report(mut self, ended: Result<Ended, RlmError>) -> Result<Report, RlmError> {
        let (stop, answer, error) = match ended {
            Ok(Ended::Answered(answer)) => {
                self.events.tell(|| Event::Answered { answer: answer.clone() });
                (Stop::Answered, Some(answer), None)
            }
            Ok(Ended::Early(stop, answer)) => (stop, answer, None),
            Ok(Ended::Failed(error)) => (Stop::ModelFailed, None, Some(error)),
            Err(error) => {
                self.trajectory.end(None, Some(error.to_string()));
                return Err(error);
            }
        };
        let answer = match answer {
            Some(answer) => Some(answer),
            None => self.best_candidate().await,
        };
        let mut report = Report {
            answer,
            stop,
            iterations: self.iterations,
            sub_calls: self.broker.ledger.sub_calls(),
            failed_sub_calls: self.broker.failed(),
            usage: self.broker.usage(),
            wall: self.began.elapsed(),
            trajectory_error: None,
        };
        self.trajectory.end(Some(&report), error.as_ref().map(ToString::to_string));
        report.trajectory_error = self.trajectory.error.take();
        match error {
            None => Ok(report),
            Some(error) => Err(RlmError::Model { error, report: Box::new(report) }),
        }
    }
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
