//! Does what requests ask for, one after another.

use std::{
    collections::HashMap,
    io::{self, BufRead, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow, bail};
use rlm_sandbox::{
    Cell, Checkpoint, Context, ContextStore, Engine, Execution, HostFunction, Limits, Outcome, Output as CellOutput,
    Session, Usage, Variable,
};
use serde::Serialize;
use tokio::sync::mpsc;

use super::{
    calls::Calls,
    cancel::Cancels,
    output::Output,
    reader::{MAX_WAITING, Reader, Turn},
    wire::{Id, LimitSpec, MAIN, Op},
};
use crate::{
    config::KeyFile,
    contexts::{self, Kind, Opened},
    outcome::Record,
    packages, snapshots,
};

/// Most variables a listing names.
const MAX_VARIABLES: u32 = 10_000;

/// Most sessions at a time.
const MAX_SESSIONS: usize = 1_000;

/// Most checkpoints at a time.
const MAX_CHECKPOINTS: usize = 1_000;

/// What a run gave.
#[derive(Serialize)]
struct RunLine<'a> {
    id: &'a Id,
    #[serde(flatten)]
    record: Record<'a>,
}

/// The session's variables.
#[derive(Serialize)]
struct VarsLine<'a> {
    id: &'a Id,
    vars: Vec<VariableRecord<'a>>,
}

#[derive(Serialize)]
struct VariableRecord<'a> {
    name: &'a str,
    kind: &'a str,
    size: Option<u64>,
    preview: &'a str,
}

/// What a checkpoint is known by.
#[derive(Serialize)]
struct CheckpointLine<'a> {
    id: &'a Id,
    checkpoint: u64,
}

/// The size of a saved session.
#[derive(Serialize)]
struct SavedLine<'a> {
    id: &'a Id,
    bytes: u64,
}

/// What sessions are made of.
pub struct Setup {
    /// The engine.
    pub engine: Engine,
    /// Limits of each cell, unless its request brings its own.
    pub limits: Limits,
    /// What cells may import.
    pub files: packages::Files,
    /// Where the key of snapshots is.
    pub key: KeyFile,
    /// Keeps the files that were bound.
    pub store: ContextStore,
}

/// Serves sessions until `input` ends, every request read by then answered. The first has `contexts`.
///
/// # Errors
/// When `output` cannot be written or the sandbox itself fails.
pub async fn serve<R, W>(setup: Setup, contexts: &[Opened], input: R, output: W) -> Result<()>
where
    R: BufRead + Send + 'static,
    W: Write + Send + 'static,
{
    let mut main = packages::session(&setup.engine, setup.limits.clone(), setup.files.clone()).start().await?;
    contexts::bind(&mut main, contexts).await?;
    let output = Output::new(output);
    let calls = Calls::new(output.clone());
    let cancels = Cancels::default();
    let (turns, mut waiting) = mpsc::channel(MAX_WAITING);
    let reader = Reader { turns, calls: calls.clone(), cancels: cancels.clone(), output: output.clone() };
    std::thread::Builder::new()
        .name("reader".into())
        .spawn(move || reader.read(input))
        .context("cannot start the reader")?;

    let sessions = HashMap::from([(MAIN.to_owned(), main)]);
    let checkpoints = Checkpoints::default();
    let mut server = Server { setup, sessions, checkpoints, calls, cancels, output };
    while let Some(turn) = waiting.recv().await {
        server.take(turn).await.context("cannot write a result")?;
    }
    Ok(())
}

/// States to go back to, by number.
#[derive(Default)]
struct Checkpoints {
    taken: u64,
    kept: HashMap<u64, Checkpoint>,
}

/// The sessions and what their requests need.
struct Server {
    setup: Setup,
    sessions: HashMap<String, Session>,
    checkpoints: Checkpoints,
    calls: Calls,
    cancels: Cancels,
    output: Output,
}

/// What a request gave.
enum Done {
    /// Nothing but that it was done.
    Ok,
    Ran(Box<Execution>),
    Variables(Vec<Variable>),
    Checkpoint(u64),
    Saved(u64),
}

impl Server {
    /// Does one request and writes its result; what went wrong with it is a result too.
    async fn take(&mut self, turn: Turn) -> io::Result<()> {
        let id = &turn.id;
        match self.done(&turn.session, turn.op, turn.run).await {
            Ok(Done::Ok) => self.output.done(id),
            Ok(Done::Ran(execution)) => self.output.line(&RunLine { id, record: Record::of(&execution) }),
            Ok(Done::Variables(variables)) => {
                let vars = variables.iter().map(VariableRecord::of).collect();
                self.output.line(&VarsLine { id, vars })
            }
            Ok(Done::Checkpoint(checkpoint)) => self.output.line(&CheckpointLine { id, checkpoint }),
            Ok(Done::Saved(bytes)) => self.output.line(&SavedLine { id, bytes }),
            Err(error) => self.output.error(id, &format!("{error:#}")),
        }
    }

    async fn done(&mut self, name: &str, op: Op, run: u64) -> Result<Done> {
        match op {
            Op::Run { code, limits } => {
                return self.run(name, run, code, limits).await.map(|ran| Done::Ran(Box::new(ran)));
            }
            Op::Vars => return Ok(Done::Variables(self.session(name)?.variables(MAX_VARIABLES).await?)),
            Op::Checkpoint => return self.checkpoint(name).await.map(Done::Checkpoint),
            Op::Save { path } => return self.save(name, &path).await.map(Done::Saved),
            Op::Define { name: variable, value } => self.session(name)?.define(&variable, value).await?,
            Op::DefineFile { name: variable, path, kind } => self.define_file(name, &variable, &path, kind).await?,
            Op::Function { name: function } => self.offer(name, &function).await?,
            Op::Rollback { checkpoint } => self.rollback(name, checkpoint).await?,
            Op::Fork { name: fork } => self.fork(name, fork).await?,
            Op::Load { path, contexts } => self.load(name, &path, &contexts).await?,
            Op::DropCheckpoint { checkpoint } => self.drop_checkpoint(checkpoint)?,
            Op::DropSession => self.drop_session(name)?,
        }
        Ok(Done::Ok)
    }

    fn session(&mut self, name: &str) -> Result<&mut Session> {
        self.sessions.get_mut(name).with_context(|| format!("there is no session {name:?}"))
    }

    async fn run(&mut self, name: &str, run: u64, code: String, limits: LimitSpec) -> Result<Execution> {
        let cancels = self.cancels.clone();
        let session = self.session(name)?;
        let cell = Cell { limits: limits.over(session.limits()), ..Cell::new(code) };
        let execution =
            if cancels.begin(run, session.canceller()) { session.run(&cell).await } else { Ok(never_begun()) };
        cancels.end();
        Ok(execution?)
    }

    async fn define_file(&mut self, name: &str, variable: &str, path: &Path, kind: Kind) -> Result<()> {
        let context = open(&self.setup.store, path, kind)?;
        Ok(self.session(name)?.define_context(variable, &context).await?)
    }

    /// Binds a function whose calls go out to the client.
    async fn offer(&mut self, name: &str, function: &str) -> Result<()> {
        let answered = answered(&self.calls, function);
        Ok(self.session(name)?.add_host_function(function, answered).await?)
    }

    async fn checkpoint(&mut self, name: &str) -> Result<u64> {
        if self.checkpoints.kept.len() >= MAX_CHECKPOINTS {
            bail!("{MAX_CHECKPOINTS} checkpoints are kept already; drop some");
        }
        let checkpoint = self.session(name)?.checkpoint().await?;
        self.checkpoints.taken += 1;
        self.checkpoints.kept.insert(self.checkpoints.taken, checkpoint);
        Ok(self.checkpoints.taken)
    }

    async fn rollback(&mut self, name: &str, number: u64) -> Result<()> {
        let checkpoint = self.checkpoints.kept.get(&number).cloned().ok_or_else(|| no_checkpoint(number))?;
        Ok(self.session(name)?.rollback(&checkpoint).await?)
    }

    fn drop_checkpoint(&mut self, number: u64) -> Result<()> {
        self.checkpoints.kept.remove(&number).map(drop).ok_or_else(|| no_checkpoint(number))
    }

    async fn fork(&mut self, name: &str, fork: String) -> Result<()> {
        if self.sessions.contains_key(&fork) {
            bail!("there is a session {fork:?} already");
        }
        self.check_room()?;
        let forked = self.session(name)?.fork().await?;
        self.sessions.insert(fork, forked);
        Ok(())
    }

    fn drop_session(&mut self, name: &str) -> Result<()> {
        if name == MAIN {
            bail!("the session {MAIN:?} stays");
        }
        self.session(name)?;
        self.sessions.remove(name);
        Ok(())
    }

    async fn save(&mut self, name: &str, path: &Path) -> Result<u64> {
        let session = self.sessions.get_mut(name).with_context(|| format!("there is no session {name:?}"))?;
        snapshots::save(session, path, &self.setup.key.to_save()?).await
    }

    /// Puts what was saved in the place of a session, or makes it a new one.
    async fn load(&mut self, name: &str, path: &Path, contexts: &[PathBuf]) -> Result<()> {
        if !self.sessions.contains_key(name) {
            self.check_room()?;
        }
        let snapshot = snapshots::read(path, &self.setup.key.to_load()?)?;
        // What they are to the session it knows already: their bytes are all that is needed.
        let contexts: Vec<Context> =
            contexts.iter().map(|path| open(&self.setup.store, path, Kind::Bytes)).collect::<Result<_>>()?;
        let mut builder = self.setup.engine.session(self.setup.limits.clone());
        for function in snapshot.host_functions() {
            builder = builder.host_function(function, answered(&self.calls, function));
        }
        let loaded = builder.load(&snapshot, &contexts).await.map_err(|error| snapshots::about(path, error))?;
        self.sessions.insert(name.to_owned(), loaded);
        Ok(())
    }

    fn check_room(&self) -> Result<()> {
        if self.sessions.len() >= MAX_SESSIONS {
            bail!("there are {MAX_SESSIONS} sessions already; drop some");
        }
        Ok(())
    }
}

fn no_checkpoint(number: u64) -> anyhow::Error {
    anyhow!("there is no checkpoint {number}")
}

fn open(store: &ContextStore, path: &Path, kind: Kind) -> Result<Context> {
    if contexts::is_stdin(path) {
        bail!("path \"-\": standard input carries the requests; name a file");
    }
    Ok(contexts::open(store, path, kind)?)
}

/// A host function that the client answers.
fn answered(calls: &Calls, name: &str) -> impl HostFunction {
    let (calls, name) = (calls.clone(), name.to_owned());
    move |call| {
        let (calls, name) = (calls.clone(), name.clone());
        async move { calls.ask(&name, call).await }
    }
}

impl<'a> VariableRecord<'a> {
    fn of(variable: &'a Variable) -> Self {
        let Variable { name, kind, size, preview } = variable;
        Self { name, kind, size: *size, preview }
    }
}

/// The execution of a cell that was cancelled while it queued.
fn never_begun() -> Execution {
    Execution {
        outcome: Outcome::Cancelled { undone: true },
        output: CellOutput::default(),
        usage: Usage::default(),
        submitted: None,
        notes: Vec::new(),
    }
}
