//! A run from outside: what it is given, and what it comes to.

use std::{io::Write, sync::Arc};

use futures_util::{Stream, stream};
use rlm_model::{Money, SharedModel, Usage};
use rlm_sandbox::{Checkpoint, Context, Engine, Session, SessionBuilder, estimate_tokens};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use tokio::{sync::mpsc, time::Instant};

use crate::{
    Budget, Earlier, Event, Models, PlainCall, ReplyCache, Report, RlmError, Settings, Skill, Stopper, Votes,
    broker::{self, Broker, Check},
    budget::Ledger,
    cache::Cache,
    candidates,
    context::Bound,
    course::{self, Course, Ended},
    event::Events,
    journal::{ContextSeen, Hasher, JOURNAL_VERSION, Journal, JournalError, JournalKey, JournalSink, Recorder, Start},
    trajectory::{Clock, Trajectory},
    tree::{Tree, Workshop},
};

/// The root run's name in the journal.
pub(crate) const ROOT: &str = "0";

/// One run, ready to be asked a question.
pub struct Run {
    engine: Engine,
    models: Models,
    settings: Settings,
    sink: Option<Box<dyn Write + Send>>,
    events: Events,
    stopper: Stopper,
    journal: Keeping,
    modules: Vec<(String, Vec<u8>)>,
    skills: Vec<(String, String)>,
    cache: Option<Arc<dyn ReplyCache>>,
    history: Vec<Earlier>,
    check: Option<Check>,
}

/// A run that has begun.
struct Begun {
    tree: Arc<Tree>,
    ledger: Ledger,
    course: Course,
    bound: Vec<Bound>,
}

/// What a root run is asked.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub question: &'a str,
    pub history: &'a [Earlier],
    pub contexts: &'a [(String, Context)],
}

/// What becomes of the journal.
enum Keeping {
    None,
    New { sink: Box<dyn JournalSink>, key: JournalKey, note: Json },
    Resume { journal: Journal, sink: Box<dyn JournalSink> },
    Replay { journal: Journal },
}

impl Run {
    /// A run in a new session of `engine`.
    pub fn new(engine: Engine, models: Models, settings: Settings) -> Self {
        let (events, stopper) = (Events::default(), Stopper::new());
        let (journal, modules, skills, history) = (Keeping::None, Vec::new(), Vec::new(), Vec::new());
        let (sink, cache, check) = (None, None, None);
        Self { engine, models, settings, sink, events, stopper, journal, modules, skills, cache, history, check }
    }

    /// Writes the trajectory to `sink` as JSON lines, each flushed. When the sink fails, the run
    /// goes on and [`Report::trajectory_error`] says why.
    #[must_use]
    pub fn trajectory(mut self, sink: impl Write + Send + 'static) -> Self {
        self.sink = Some(Box::new(sink));
        self
    }

    /// Writes a journal to `sink`, which is empty, from which the run can be resumed. `note` is kept
    /// in it for whoever resumes. When the sink fails, the run goes on and
    /// [`Report::journal_error`] says why.
    #[must_use]
    pub fn journal(mut self, sink: impl JournalSink, key: JournalKey, note: Json) -> Self {
        self.journal = Keeping::New { sink: Box::new(sink), key, note };
        self
    }

    /// Goes on with the run of `journal`: asks no model for what it holds, and appends to `sink`,
    /// which is cut to [`Journal::whole_bytes`]. Settings and history are the journal's.
    #[must_use]
    pub fn resume(mut self, journal: Journal, sink: impl JournalSink) -> Self {
        self.settings = journal.start().settings.clone();
        self.history = journal.start().history.clone();
        self.journal = Keeping::Resume { journal, sink: Box::new(sink) };
        self
    }

    /// Does the run of `journal` again without asking any model. [`Report::differences`] says what
    /// was not as recorded.
    #[must_use]
    pub fn replay(mut self, journal: Journal) -> Self {
        self.settings = journal.start().settings.clone();
        self.history = journal.start().history.clone();
        self.journal = Keeping::Replay { journal };
        self
    }

    /// Offers a file of a pure-Python package to cells, as
    /// [`SessionBuilder::module_file`](rlm_sandbox::SessionBuilder::module_file).
    #[must_use]
    pub fn module_file(mut self, path: impl Into<String>, source: impl Into<Vec<u8>>) -> Self {
        self.modules.push((path.into(), source.into()));
        self
    }

    /// Offers a module of helpers to cells. The root model is told its name and description.
    #[must_use]
    pub fn skill(mut self, skill: Skill) -> Self {
        let (name, description, files) = skill.into_parts();
        self.skills.push((name, description));
        self.modules.extend(files);
        self
    }

    /// Has the answer be a `T`: it has to meet `schema`, as with [`Settings::answer_schema`], and be read as a
    /// `T`; the root model is told what is wrong until it is. [`Report::answer_as`] gives the `T`. A schema of a
    /// type can be made by crates such as schemars. Whoever resumes such a run calls this again.
    #[must_use]
    pub fn typed<T: DeserializeOwned>(mut self, schema: Json) -> Self {
        self.settings.answer_schema = Some(schema);
        self.check = Some(Arc::new(|value| T::deserialize(value).map(drop).map_err(|error| error.to_string())));
        self
    }

    /// Takes replies from `cache` where it has them, and keeps new ones there. When the cache fails, the
    /// run goes on without it and [`Report::cache_error`] says why.
    #[must_use]
    pub fn cache(mut self, cache: Arc<dyn ReplyCache>) -> Self {
        self.cache = Some(cache);
        self
    }

    /// The run, and what happens in it as a stream that ends with the run. Events wait in memory until
    /// they are taken; whoever drops the stream is told nothing more.
    pub fn event_stream(self) -> (Self, impl Stream<Item = Event> + Send + Unpin + 'static) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let run = self.events(move |event| _ = sender.send(event.clone()));
        let next =
            |mut receiver: mpsc::UnboundedReceiver<Event>| async move { Some((receiver.recv().await?, receiver)) };
        (run, Box::pin(stream::unfold(receiver, next)))
    }

    /// Lets cells look up earlier questions of the same conversation, the oldest first, in the list
    /// `history`: dicts with `question` and `answer`.
    #[must_use]
    pub fn history(mut self, earlier: Vec<Earlier>) -> Self {
        self.history = earlier;
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
    /// `context_0`, `context_1` and so on, and under the name given here where that is an
    /// identifier.
    ///
    /// # Errors
    /// When the root model cannot be asked, the sandbox fails, the contexts cannot be bound, a model
    /// lacks a price that the budget needs, or a journal does not fit.
    pub async fn ask(self, question: &str, contexts: Vec<(String, Context)>) -> Result<Report, RlmError> {
        self.go(question, contexts, None).await.0
    }

    /// Prepares a session that a run can take over with [`Self::ask_in`]. Until one does, what cells
    /// could call in a run raises an error that says `idle`.
    #[must_use]
    pub fn prepare(session: SessionBuilder, idle: &str) -> SessionBuilder {
        let names: Vec<&str> = Self::functions().collect();
        Self::idle_functions(course::with_imports(session), &names, idle)
    }

    /// The names of the host functions that a run answers.
    pub fn functions() -> impl Iterator<Item = &'static str> {
        broker::names()
    }

    /// Offers functions under these names that raise an error which says `idle`, such as a session needs
    /// that was saved after [`Self::prepare`].
    #[must_use]
    pub fn idle_functions(session: SessionBuilder, names: &[&str], idle: &str) -> SessionBuilder {
        names.iter().fold(session, |session, name| session.host_function(*name, broker::idle(idle)))
    }

    /// Answers `question` in a session that [`Self::prepare`] prepared, whose variables the root model
    /// finds. The session is then as the root model left it; cells' host functions are idle again.
    /// When the run could not be done, the session is as it was. There is no journal of such a run.
    ///
    /// # Errors
    /// When the root model cannot be asked, the sandbox fails, or a model lacks a price that the budget
    /// needs.
    pub async fn ask_in(mut self, session: &mut Session, question: &str, idle: &str) -> Result<Report, RlmError> {
        self.journal = Keeping::None;
        let mut copy = session.fork().await?;
        copy.set_limits(course::limits(&self.settings));
        let (ended, state) = self.go(question, Vec::new(), Some(copy)).await;
        if let Some(state) = state {
            session.rollback(&state).await?;
            broker::answer_idle(session, idle);
        }
        ended
    }

    /// Does the run, in a session of its own or in one that holds variables. How that one was left
    /// comes back too.
    async fn go(
        self,
        question: &str,
        contexts: Vec<(String, Context)>,
        session: Option<Session>,
    ) -> (Result<Report, RlmError>, Option<Checkpoint>) {
        let is_taken_over = session.is_some();
        let history = self.history.clone();
        let begun = self.begin(question, contexts.clone(), session).await;
        let Begun { tree, ledger, mut course, bound } = match begun {
            Ok(begun) => begun,
            Err(error) => return (Err(error), None),
        };
        if is_taken_over {
            let ended = course.go().await;
            let ended = course.report(ended).await;
            let state = course.state().await.ok();
            return (finish(&tree, ended), state);
        }
        let (root, input_tokens) = (tree.models.root.clone(), plain_tokens(question, &contexts));
        let asked = Asked { question, history: &history, contexts: &contexts };
        let (ended, votes) = match answered(&tree, &ledger, &mut course, asked, &bound).await {
            Ok((ended, votes)) => (Ok(ended), votes),
            Err(error) => (Err(error), None),
        };
        let ended = course.report(ended).await.map(|report| {
            let verified = report.verified.filter(|_| votes.is_none());
            let plain_call = plain_call(&root, input_tokens, report.answer.as_ref().map_or("", |answer| &answer.text));
            Report { votes, verified, plain_call, ..report }
        });
        (finish(&tree, ended), None)
    }

    async fn begin(
        self,
        question: &str,
        contexts: Vec<(String, Context)>,
        session: Option<Session>,
    ) -> Result<Begun, RlmError> {
        let Self { engine, models, settings, sink, events, stopper, journal, modules, skills, cache, history, check } =
            self;
        let is_replay = matches!(journal, Keeping::Replay { .. });
        if !is_replay {
            check_prices(&models, &settings.budget)?;
        }
        let settings = match journal {
            // What was refused then is refused again, whatever the models say now.
            Keeping::Resume { .. } | Keeping::Replay { .. } => settings,
            _ => with_windows(settings, &models),
        };
        let began = Instant::now();
        let seen: Vec<ContextSeen> = contexts.iter().map(|(name, context)| seen(name, context)).collect();
        let told = Told { question, history: &history, contexts: &seen };
        let recorder = recorder(journal, began, &told, &models, &settings, &modules)?;
        let clock = Clock { began, started: settings.started };
        let trajectory = Trajectory::new(sink, events.clone(), clock);
        let ledger = Ledger::new(&settings.budget);
        let iterations = settings.budget.iterations;
        let workshop = Workshop { engine, modules, skills };
        let tree = Tree::new(workshop, models, settings, recorder, events, stopper, trajectory)
            .with(Cache::new(cache.filter(|_| !is_replay)), check);
        let broker = Broker::new(tree.clone(), ledger.clone(), ROOT.to_owned(), 0, iterations);
        let (course, bound) = Course::of_root(tree.clone(), broker, 0, question, &history, contexts, session).await?;
        tree.trajectory().begin(question, &bound, &tree.models, &tree.settings);
        Ok(Begun { tree, ledger, course, bound })
    }
}

/// Answers by a plain call, by one run, or by as many as have to agree.
async fn answered(
    tree: &Arc<Tree>,
    ledger: &Ledger,
    course: &mut Course,
    asked: Asked<'_>,
    bound: &[Bound],
) -> Result<(Ended, Option<Votes>), RlmError> {
    if let Some(ended) = course.plainly(asked, bound).await {
        return tree.recorder.divergence().map_or(Ok((ended, None)), |diverged| Err(diverged.into()));
    }
    match tree.settings.confidence.agree.filter(|wanted| *wanted > 1) {
        None => Ok((course.go().await?, None)),
        Some(wanted) => {
            let (ended, votes) = candidates::agree(tree, ledger, course, asked, wanted).await?;
            Ok((ended, Some(votes)))
        }
    }
}

/// Tokens of question and contexts, by estimate.
fn plain_tokens(question: &str, contexts: &[(String, Context)]) -> u64 {
    estimate_tokens(question) + contexts.iter().map(|(_, context)| context.tokens()).sum::<u64>()
}

/// What a plain call of the root model about so much would take that gave this answer, where its price or its
/// window is known.
fn plain_call(root: &SharedModel, input_tokens: u64, answer: &str) -> Option<PlainCall> {
    let window = root.context_window();
    let some = Usage { calls: 1, input_tokens: 1_000_000, ..Usage::default() };
    let priced = root.cost(&some).is_some_and(|cost| cost > Money::ZERO);
    if window.is_none() && !priced {
        return None;
    }
    let output_tokens = estimate_tokens(answer);
    let cost = root.cost(&Usage { calls: 1, input_tokens, output_tokens, ..Usage::default() });
    Some(PlainCall { input_tokens, output_tokens, cost, window })
}

/// Ends the trajectory, and says what became of trajectory and journal.
fn finish(tree: &Tree, ended: Result<Report, RlmError>) -> Result<Report, RlmError> {
    tree.sync();
    let mut trajectory = tree.trajectory();
    let complete = |mut report: Report, trajectory: &mut Trajectory| {
        report.trajectory_error = trajectory.error.take();
        report.journal_error = tree.recorder.error();
        report.cache_error = tree.cache.error();
        report.differences = tree.recorder.differences();
        report
    };
    match ended {
        Ok(report) => {
            trajectory.end(Some(&report), None);
            Ok(complete(report, &mut trajectory))
        }
        Err(RlmError::Model { error, report }) => {
            trajectory.end(Some(&report), Some(error.to_string()));
            Err(RlmError::Model { error, report: Box::new(complete(*report, &mut trajectory)) })
        }
        Err(error) => {
            trajectory.end(None, Some(error.to_string()));
            Err(error)
        }
    }
}

/// The settings with the windows of all sub-models that are known.
fn with_windows(mut settings: Settings, models: &Models) -> Settings {
    for model in std::iter::once(&models.sub).chain(models.named.values()) {
        if let Some(window) = model.context_window() {
            settings.sub_windows.entry(model.name().to_owned()).or_insert(window);
        }
    }
    settings
}

/// A budget of money is worth nothing when a price is unknown. A replay pays nothing.
fn check_prices(models: &Models, budget: &Budget) -> Result<(), RlmError> {
    let call = Usage { calls: 1, input_tokens: 1_000, output_tokens: 1_000, ..Usage::default() };
    match models.all().find(|model| model.cost(&call).is_none()) {
        Some(model) if budget.money.is_some() => Err(RlmError::Unpriced { model: model.name().to_owned() }),
        _ => Ok(()),
    }
}

/// A short name for packages.
fn digest_of(modules: &[(String, Vec<u8>)]) -> String {
    let mut hasher = Hasher::default();
    for (path, source) in modules {
        hasher.add(path);
        hasher.bytes(source);
    }
    hasher.digest()
}

fn seen(name: &str, context: &Context) -> ContextSeen {
    ContextSeen {
        name: name.to_owned(),
        bytes: context.len(),
        blake3: context.hash().to_string(),
        is_text: context.chars().is_some(),
    }
}

/// What a run is about.
struct Told<'a> {
    question: &'a str,
    history: &'a [Earlier],
    contexts: &'a [ContextSeen],
}

fn recorder(
    journal: Keeping,
    began: Instant,
    told: &Told<'_>,
    models: &Models,
    settings: &Settings,
    modules: &[(String, Vec<u8>)],
) -> Result<Recorder, RlmError> {
    let modules = (!modules.is_empty()).then(|| digest_of(modules));
    let start = |note: Json| Start {
        version: JOURNAL_VERSION,
        rlm: env!("CARGO_PKG_VERSION").to_owned(),
        question: told.question.to_owned(),
        history: told.history.to_vec(),
        contexts: told.contexts.to_vec(),
        root_model: models.root.name().to_owned(),
        sub_model: models.sub.name().to_owned(),
        named_models: models.named.iter().map(|(name, model)| (name.clone(), model.name().to_owned())).collect(),
        modules: modules.clone(),
        settings: settings.clone(),
        note,
    };
    Ok(match journal {
        Keeping::None => Recorder::none(began),
        Keeping::New { sink, key, note } => Recorder::begin(began, sink, key, &start(note)),
        Keeping::Resume { journal, sink } => {
            same_run(journal.start(), &start(Json::Null))?;
            Recorder::resume(began, journal, sink)
        }
        Keeping::Replay { journal } => {
            same_run(journal.start(), &start(Json::Null))?;
            Recorder::replay(began, journal)
        }
    })
}

/// Whether what is asked now is what the journal is about.
fn same_run(recorded: &Start, now: &Start) -> Result<(), JournalError> {
    let foreign = |what: String| Err(JournalError::Foreign(what));
    if recorded.question != now.question {
        return foreign(format!("it asks {:?}", recorded.question));
    }
    if recorded.history != now.history {
        return foreign("it goes on from other questions".to_owned());
    }
    for (model, recorded, now) in
        [("root model", &recorded.root_model, &now.root_model), ("sub-model", &recorded.sub_model, &now.sub_model)]
    {
        if recorded != now {
            return foreign(format!("its {model} is {recorded}, not {now}"));
        }
    }
    if recorded.contexts.len() != now.contexts.len() {
        return foreign(format!("it has {} contexts, not {}", recorded.contexts.len(), now.contexts.len()));
    }
    if recorded.modules != now.modules {
        return foreign("its Python packages are not the same".to_owned());
    }
    for (index, (recorded, now)) in recorded.contexts.iter().zip(&now.contexts).enumerate() {
        if (recorded.bytes, &recorded.blake3, recorded.is_text) != (now.bytes, &now.blake3, now.is_text) {
            let name = &recorded.name;
            return foreign(format!(
                "context {index} ({name}) is not the same: it had {} bytes and now has {}",
                recorded.bytes, now.bytes
            ));
        }
    }
    Ok(())
}
