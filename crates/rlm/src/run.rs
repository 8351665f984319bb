//! A run from outside: what it is given, and what it comes to.

use std::{io::Write, sync::Arc};

use rlm_model::Usage;
use rlm_sandbox::{Checkpoint, Context, Engine, Session, SessionBuilder};
use serde_json::Value as Json;
use tokio::time::Instant;

use crate::{
    Budget, Earlier, Event, Models, Report, RlmError, Settings, Stopper,
    broker::{self, Broker},
    budget::Ledger,
    course::{self, Course},
    event::Events,
    journal::{ContextSeen, Hasher, JOURNAL_VERSION, Journal, JournalError, JournalKey, JournalSink, Recorder, Start},
    trajectory::{Clock, Trajectory},
    tree::{Tree, Workshop},
};

/// The root run's name in the journal.
const ROOT: &str = "0";

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
    history: Vec<Earlier>,
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
        let (journal, modules, history) = (Keeping::None, Vec::new(), Vec::new());
        Self { engine, models, settings, sink: None, events, stopper, journal, modules, history }
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
        let (tree, mut course) = match self.begin(question, contexts, session).await {
            Ok(begun) => begun,
            Err(error) => return (Err(error), None),
        };
        let ended = course.go().await;
        let ended = course.report(ended).await;
        let state = if is_taken_over { course.state().await.ok() } else { None };
        (finish(&tree, ended), state)
    }

    async fn begin(
        self,
        question: &str,
        contexts: Vec<(String, Context)>,
        session: Option<Session>,
    ) -> Result<(Arc<Tree>, Course), RlmError> {
        let Self { engine, models, settings, sink, events, stopper, journal, modules, history } = self;
        if !matches!(journal, Keeping::Replay { .. }) {
            check_prices(&models, &settings.budget)?;
        }
        let began = Instant::now();
        let seen: Vec<ContextSeen> = contexts.iter().map(|(name, context)| seen(name, context)).collect();
        let told = Told { question, history: &history, contexts: &seen };
        let recorder = recorder(journal, began, &told, &models, &settings, &modules)?;
        let clock = Clock { began, started: settings.started };
        let trajectory = Trajectory::new(sink, events.clone(), clock);
        let ledger = Ledger::new(&settings.budget);
        let iterations = settings.budget.iterations;
        let tree = Tree::new(Workshop { engine, modules }, models, settings, recorder, events, stopper, trajectory);
        let broker = Broker::new(tree.clone(), ledger, ROOT.to_owned(), 0, iterations);
        let (course, bound) = Course::of_root(tree.clone(), broker, question, &history, contexts, session).await?;
        tree.trajectory().begin(question, &bound, &tree.models, &tree.settings);
        Ok((tree, course))
    }
}

/// Ends the trajectory, and says what became of trajectory and journal.
fn finish(tree: &Tree, ended: Result<Report, RlmError>) -> Result<Report, RlmError> {
    let mut trajectory = tree.trajectory();
    let complete = |mut report: Report, trajectory: &mut Trajectory| {
        report.trajectory_error = trajectory.error.take();
        report.journal_error = tree.recorder.error();
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
