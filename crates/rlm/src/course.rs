//! One run in progress: turn after turn, until there is an answer or the budget is spent.

mod act;
mod ask;
mod assess;
mod compact;
mod ending;
mod plain;

use std::sync::Arc;

use rlm_model::{ErrorKind, Finish, Message, ModelError, Reply, SharedModel, Usage};
use rlm_sandbox::{Cell, Checkpoint, Context, Limits, Outcome, Session, SessionBuilder};
use tokio::time::Instant;

use crate::{
    Answer, Earlier, Event, Final, Phases, Report, RlmError, Route, Settings, Source, Stop, Turn,
    broker::{Broker, Schema, json_of_reply},
    budget::Spent,
    context::{self, Bound},
    history,
    journal::Hasher,
    json, observation,
    prompt::Pack,
    trajectory::{Iteration, Ran},
    tree::Tree,
};

/// Modules of the guest whose names cells find bound and cannot lose.
const IMPORTS: [(&str, &[&str]); 2] = [
    ("rlm_answer", &["FINAL", "FINAL_VAR", "SUBMIT", "answer", "SHOW_VARS"]),
    (
        "rlm_calls",
        &[
            "llm_query_async",
            "llm_query_batched_async",
            "rlm_query_async",
            "parallel_map",
            "llm_read",
            "llm_filter",
            "llm_vote",
            "llm_merge",
            "map_reduce",
        ],
    ),
];

/// A run in progress.
pub(crate) struct Course {
    tree: Arc<Tree>,
    broker: Arc<Broker>,
    session: Session,
    /// Who writes the cells.
    model: SharedModel,
    /// What the answer has to meet.
    schema: Option<Arc<Schema>>,
    pack: Pack,
    question: String,
    began: Instant,
    messages: Vec<Message>,
    /// Names the conversation so far, in the journal.
    conversation: Hasher,
    /// How many of the messages the trajectory has.
    recorded: usize,
    /// What the root model is told next, beside the turn's own line.
    pending: Vec<String>,
    /// The latest answer that was claimed but not trusted.
    candidate: Option<Answer>,
    /// Turns in a row that gained nothing.
    fruitless: u32,
    /// Turns begun.
    iterations: u32,
    /// Cells of this turn.
    cells: u32,
    /// Names of variables as they were after the last cell, to tell what is new.
    seen: Vec<(String, String)>,
    /// Where the time went.
    phases: Phases,
    /// What the router made of the question, if it was asked.
    route: Option<Route>,
    /// Tokens of the conversation, as the provider counted them or by estimate.
    tokens: u64,
    /// Messages that compaction took out of the conversation.
    archive: Vec<Message>,
    /// The variable that holds them.
    history: Option<&'static str>,
    /// What cells printed last, for a verifier.
    evidence: String,
    /// Answers that a verifier sent back.
    rejections: u32,
    /// Whether the last answer was accepted, where a verifier was to look at it.
    verified: Option<bool>,
    /// The draft after the last turn, and for how many turns it has been that.
    drafted: Option<String>,
    steady: u32,
}

/// A child run, before it begins.
pub(crate) struct Child {
    pub broker: Arc<Broker>,
    pub model: SharedModel,
    pub schema: Option<Arc<Schema>>,
    /// A fork of the parent's session to go on from.
    pub session: Option<Session>,
    /// Sets its randomness apart from that of other runs; 0 for none.
    pub number: u64,
}

/// How a run ends.
pub(crate) enum Ended {
    /// With a trusted answer.
    Answered(Answer),
    /// With a reason, and perhaps the answer of a closing turn.
    Early(Stop, Option<Answer>),
    /// The root model failed.
    Failed(ModelError),
}

/// What a turn leads to.
type Step = Option<Ended>;

/// What the root model had to say, or why it was not asked.
enum Said {
    Reply(Reply),
    Failed(ModelError),
    /// Somebody asked the run to end at once.
    Stopped,
    /// The budget has no room for the request.
    Spent(Spent),
    /// The time is used up.
    Late,
}

impl Course {
    /// The root run of a tree, in a session of its own or in one that holds variables. Where there are
    /// several root runs, each has a number.
    pub(crate) async fn of_root(
        tree: Arc<Tree>,
        broker: Arc<Broker>,
        number: u64,
        question: &str,
        history: &[Earlier],
        contexts: Vec<(String, Context)>,
        session: Option<Session>,
    ) -> Result<(Self, Vec<Bound>), RlmError> {
        let schema = tree.settings.answer_schema.as_ref().map(Schema::new).transpose().map_err(RlmError::Schema)?;
        let schema = schema.map(|schema| Arc::new(schema.with_check(tree.check.clone())));
        let model = tree.models.root.clone();
        let child = Child { broker, model, schema, session, number };
        Self::begin(child, question, history, contexts).await
    }

    /// A child run.
    pub(crate) async fn of_child(
        child: Child,
        question: &str,
        contexts: Vec<(String, Context)>,
    ) -> Result<Self, RlmError> {
        Ok(Self::begin(child, question, &[], contexts).await?.0)
    }

    async fn begin(
        child: Child,
        question: &str,
        history: &[Earlier],
        contexts: Vec<(String, Context)>,
    ) -> Result<(Self, Vec<Bound>), RlmError> {
        let Child { broker, model, schema, session, number } = child;
        let tree = broker.tree.clone();
        let inherits = session.is_some();
        broker.enter(format!("{}/0", broker.run));
        let mut session = match session {
            Some(mut session) => {
                broker.answer_for(&mut session);
                session
            }
            None => start(&tree, &broker, number).await?,
        };
        let contexts = context::bind(&mut session, contexts, inherits).await?;
        history::bind(&mut session, history).await?;
        let pack = Pack::choose(tree.settings.pack.as_deref(), model.name());
        let levels = tree.settings.budget.depth.saturating_sub(broker.depth);
        let first = pack.question(question, &contexts, inherits, &broker);
        let mut course = Self {
            session,
            schema,
            began: Instant::now(),
            messages: Vec::new(),
            conversation: Hasher::default(),
            recorded: 0,
            pending: vec![first],
            candidate: None,
            fruitless: 0,
            iterations: 0,
            cells: 0,
            seen: Vec::new(),
            phases: Phases::default(),
            route: None,
            tokens: 0,
            archive: Vec::new(),
            history: None,
            evidence: String::new(),
            rejections: 0,
            verified: None,
            drafted: None,
            steady: 0,
            question: question.to_owned(),
            model,
            tree,
            broker,
            pack,
        };
        if let Some(schema) = &course.schema {
            course.pending.push(course.pack.schema(schema));
        }
        if inherits && course.broker.depth == 0 {
            course.take_over().await?;
        }
        if !history.is_empty() {
            course.pending.push(course.pack.history(history.len()));
        }
        course.say(Message::system(course.pack.system(levels, &course.tree.workshop.skills)));
        Ok((course, contexts))
    }

    /// Begins in a session that a person has worked in: forgets the answer of an earlier run, and tells
    /// what variables there are.
    async fn take_over(&mut self) -> Result<(), RlmError> {
        // A session that was saved by another program may lack what cells find bound.
        let imports =
            IMPORTS.map(|(module, names)| format!("\n    from {module} import {}", names.join(", "))).concat();
        let fresh = format!(
            "__import__(\"rlm_answer\").answer.clear()\n__import__(\"rlm_answer\").prepare()\n\
             if \"FINAL\" not in globals():{imports}\nNone"
        );
        self.session.run(&Cell::new(fresh)).await?;
        let variables = self.session.variables(act::VARIABLES_LISTED).await?;
        self.pending.push(observation::of_variables(&variables, &mut self.seen));
        Ok(())
    }

    /// The session's state, for whoever goes on with it.
    pub(crate) async fn state(&mut self) -> Result<Checkpoint, RlmError> {
        Ok(self.session.checkpoint().await?)
    }

    /// Adds to the conversation, which is never changed otherwise.
    fn say(&mut self, message: Message) {
        self.conversation.message(&message);
        self.weigh(&message);
        self.messages.push(message);
    }

    pub(crate) async fn go(&mut self) -> Result<Ended, RlmError> {
        let of = self.broker.iterations;
        for turn in 1..=of {
            let step = self.turn(turn, of).await?;
            if let Some(diverged) = self.tree.recorder.divergence() {
                return Err(diverged.into());
            }
            match step {
                Some(Ended::Early(stop @ (Stop::BudgetSpent { .. } | Stop::TimeSpent { .. }), _)) => {
                    return Ok(Ended::Early(stop, self.last_word().await?));
                }
                Some(ended) => return Ok(ended),
                None => {}
            }
        }
        Ok(Ended::Early(Stop::IterationsSpent { of }, self.last_word().await?))
    }

    /// Turns begun.
    pub(crate) fn iterations(&self) -> u32 {
        self.iterations
    }

    /// Counts the turns of another run to those of this one, for the report.
    pub(crate) fn add_iterations(&mut self, more: u32) {
        self.iterations += more;
    }

    /// Goes to the end, for a parent that wants the report.
    pub(crate) async fn go_as_child(mut self) -> Result<Report, RlmError> {
        let ended = self.go().await;
        self.report(ended).await
    }

    /// One turn: a reply, its cells, and what the model will be told of them.
    async fn turn(&mut self, turn: u32, of: u32) -> Result<Step, RlmError> {
        if self.tree.stopper.is_stopping() {
            return Ok(Some(Ended::Early(Stop::Stopped, None)));
        }
        self.broker.begin_turn(turn);
        (self.iterations, self.cells) = (turn, 0);
        self.tell(|| Event::TurnStarted { turn, of });
        self.make_room(turn, false).await?;
        let began = Instant::now();
        let line = self.pack.turn_line(turn, of);
        let mut said = self.ask_root(turn, line.clone(), false).await;
        if let Said::Failed(error) = &said
            && error.kind == ErrorKind::TooLong
        {
            if self.make_room(turn, true).await? {
                said = self.ask_root(turn, line, false).await;
            } else {
                self.tell(|| Event::ModelFailed { error: error.clone() });
            }
        }
        let reply = match said {
            Said::Reply(reply) => reply,
            Said::Failed(error) => return Ok(Some(Ended::Failed(error))),
            Said::Stopped => return Ok(Some(Ended::Early(Stop::Stopped, None))),
            Said::Late => {
                let of = self.tree.settings.budget.wall.unwrap_or_default();
                return Ok(Some(Ended::Early(Stop::TimeSpent { of }, None)));
            }
            Said::Spent(spent) => {
                let Spent { resource, taken, of, .. } = spent;
                return Ok(Some(Ended::Early(Stop::BudgetSpent { resource, used: taken, of }, None)));
            }
        };
        let understood = Turn::parse(&reply.text);
        let (cells, answer) = self.act(turn, &understood).await?;
        self.record(turn, false, &reply, &cells, answer.as_ref(), began);
        self.observe(turn, &understood, &cells, reply.finish);
        if answer.is_none() {
            self.keep_evidence(&cells);
        }
        if let Some(answer) = answer {
            match self.fitted(answer) {
                Err(why) => self.pending.push(self.pack.unfit(&why)),
                Ok(answer) => match self.doubt(turn, &answer, &self.evidence(&cells)).await {
                    None => return Ok(Some(Ended::Answered(answer))),
                    Some(why) => {
                        self.candidate = Some(Answer { source: Source::Candidate, ..answer });
                        self.pending.push(self.pack.rejected(&why));
                    }
                },
            }
        }
        if let Some(ended) = self.settled(turn).await {
            return Ok(Some(ended));
        }
        Ok(self.gave_up(&cells))
    }

    /// The answer as it meets the schema, if there is one, or what keeps it from that.
    fn fitted(&mut self, answer: Answer) -> Result<Answer, String> {
        let Some(schema) = &self.schema else { return Ok(answer) };
        let value = answer.value.as_ref().map(|value| schema.check(&json::json(value)));
        if value == Some(Ok(())) {
            return Ok(answer);
        }
        // What is text may be meant as JSON.
        let meant = json_of_reply(&answer.text).ok();
        let why = match (value, meant.as_ref().map(|meant| schema.check(meant))) {
            (_, Some(Ok(()))) => {
                return Ok(Answer::of_value(json::value(&meant.unwrap_or_default()), answer.source));
            }
            (_, Some(Err(why))) | (Some(Err(why)), _) => why,
            _ => "it is not JSON".to_owned(),
        };
        self.candidate = Some(Answer { source: Source::Candidate, ..answer });
        Err(why)
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
        self.tree.trajectory().iteration(&Iteration {
            run: &self.broker.run,
            depth: self.broker.depth,
            number,
            closing,
            prompt: &self.messages[self.recorded..],
            response: &reply.text,
            usage: reply.usage,
            cells,
            answer,
            began,
            wall: began.elapsed().as_secs_f64(),
        });
        // Providers refuse empty messages.
        let said = if reply.text.trim().is_empty() { "(empty reply)" } else { &reply.text };
        self.say(Message::assistant(said));
        self.recorded = self.messages.len();
        let Usage { input_tokens, output_tokens, reasoning_tokens, .. } = reply.usage;
        if input_tokens > 0 {
            // The provider knows better than an estimate. What it thought is not part of the conversation.
            self.tokens = input_tokens + output_tokens.saturating_sub(reasoning_tokens);
        }
    }

    /// Prepares what the root model is told of this turn.
    fn observe(&mut self, turn: u32, understood: &Turn, cells: &[Ran], finish: Finish) {
        let Some(last) = cells.last() else {
            self.tell(|| Event::Nudged { turn });
            let nudge = if finish == Finish::Length { self.pack.cut_off() } else { self.pack.nudge() };
            return self.pending.push(nudge);
        };
        for (number, cell) in (1..).zip(cells) {
            let heading = if cells.len() == 1 {
                "Output:".to_owned()
            } else {
                format!("Output of block {number} of {}:", cells.len())
            };
            self.pending.push(format!("{heading}\n{}", cell.shown));
        }
        let changed = observation::of_variables(&last.variables, &mut self.seen);
        self.pending.push(changed);
        if !understood.cells.is_empty()
            && let Some(claim) = &understood.claimed
        {
            self.tell(|| Event::FinalNotTrusted { turn });
            self.pending.push(self.pack.unseen_final());
            if let Final::Text(text) = claim {
                self.candidate = Some(Answer::of_text(text, Source::Candidate));
            }
        }
    }

    /// Counts turns in a row that gained nothing, and ends the run when there are too many.
    fn gave_up(&mut self, cells: &[Ran]) -> Step {
        let gained = cells.iter().any(|cell| matches!(cell.execution.outcome, Outcome::Completed(_)));
        self.fruitless = if gained { 0 } else { self.fruitless + 1 };
        let most = self.tree.settings.budget.errors_in_a_row;
        (self.fruitless >= most && !self.tree.stopper.is_stopping())
            .then_some(Ended::Early(Stop::ErrorsInARow { turns: self.fruitless }, None))
    }

    /// Tells the listener of an event of this run.
    fn tell(&self, event: impl FnOnce() -> Event) {
        self.broker.tell(event);
    }
}

async fn start(tree: &Tree, broker: &Arc<Broker>, number: u64) -> Result<Session, RlmError> {
    let settings = &tree.settings;
    let builder = tree.workshop.session(limits(settings)).seed(settings.seed.wrapping_add(number));
    let mut session = broker.offer(with_imports(builder)).start().await?;
    broker.follow(session.forker());
    Ok(session)
}

/// What cells of a run may use. The broker keeps the time of each model call, and of each only; a batch
/// takes as long as it takes.
pub(crate) fn limits(settings: &Settings) -> Limits {
    Limits { host_wait: ending::NO_END, ..settings.limits.clone() }
}

/// Binds the names that cells of a run cannot lose.
pub(crate) fn with_imports(builder: SessionBuilder) -> SessionBuilder {
    IMPORTS.into_iter().fold(builder, |builder, (module, names)| builder.import(module, names))
}
