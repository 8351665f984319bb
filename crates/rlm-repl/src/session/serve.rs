//! Does what requests ask for, one after another, in one session.

use std::{
    io::{self, BufRead, Write},
    path::Path,
};

use anyhow::{Context as _, Result};
use rlm_sandbox::{Cell, Execution, Outcome, Output as CellOutput, Session, Usage, Variable};
use serde::Serialize;
use tokio::sync::mpsc;

use super::{
    calls::Calls,
    cancel::Cancels,
    output::Output,
    reader::{MAX_WAITING, Reader, Turn},
    wire::{Id, LimitSpec, Op},
};
use crate::{
    contexts::{self, Kind},
    outcome::Record,
};

/// Most variables a listing names.
const MAX_VARIABLES: u32 = 10_000;

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

/// Serves `session` until `input` ends, every request read by then answered.
///
/// # Errors
/// When `output` cannot be written or the sandbox itself fails.
pub async fn serve<R, W>(session: Session, input: R, output: W) -> Result<()>
where
    R: BufRead + Send + 'static,
    W: Write + Send + 'static,
{
    let output = Output::new(output);
    let calls = Calls::new(output.clone());
    let cancels = Cancels::new(session.canceller());
    let (turns, mut waiting) = mpsc::channel(MAX_WAITING);
    let reader = Reader { turns, calls: calls.clone(), cancels: cancels.clone(), output: output.clone() };
    std::thread::Builder::new()
        .name("reader".into())
        .spawn(move || reader.read(input))
        .context("cannot start the reader")?;

    let mut server = Server { session, calls, cancels, output };
    while let Some(turn) = waiting.recv().await {
        server.take(turn).await.context("cannot write a result")?;
    }
    Ok(())
}

/// The session and what its requests need.
struct Server {
    session: Session,
    calls: Calls,
    cancels: Cancels,
    output: Output,
}

impl Server {
    /// Does one request and writes its result; what went wrong with it is a result too.
    async fn take(&mut self, turn: Turn) -> io::Result<()> {
        let id = &turn.id;
        let done = match turn.op {
            Op::Run { code, limits } => return self.run(id, turn.run, code, limits).await,
            Op::Vars => return self.vars(id).await,
            Op::Define { name, value } => self.session.define(&name, value).await.map_err(anyhow::Error::from),
            Op::DefineFile { name, path, kind } => self.define_file(&name, &path, kind).await,
            Op::Function { name } => self.offer(&name).await,
        };
        match done {
            Ok(()) => self.output.done(id),
            Err(error) => self.output.error(id, &format!("{error:#}")),
        }
    }

    async fn run(&mut self, id: &Id, run: u64, code: String, limits: LimitSpec) -> io::Result<()> {
        let cell = Cell { code, limits: limits.over(self.session.limits()) };
        let execution = if self.cancels.begin(run) { self.session.run(&cell).await } else { Ok(never_begun()) };
        self.cancels.end();
        match execution {
            Ok(execution) => self.output.line(&RunLine { id, record: Record::of(&execution) }),
            Err(error) => self.output.error(id, &error.to_string()),
        }
    }

    async fn vars(&mut self, id: &Id) -> io::Result<()> {
        match self.session.variables(MAX_VARIABLES).await {
            Ok(variables) => {
                let vars = variables.iter().map(VariableRecord::of).collect();
                self.output.line(&VarsLine { id, vars })
            }
            Err(error) => self.output.error(id, &error.to_string()),
        }
    }

    async fn define_file(&mut self, name: &str, path: &Path, kind: Kind) -> Result<()> {
        if contexts::is_stdin(path) {
            anyhow::bail!("path \"-\": standard input carries the requests; name a file");
        }
        let context = contexts::open(path, kind)?;
        Ok(self.session.define_context(name, &context).await?)
    }

    /// Binds a function whose calls go out to the client.
    async fn offer(&mut self, name: &str) -> Result<()> {
        let calls = self.calls.clone();
        let owned = name.to_owned();
        let function = move |call| {
            let (calls, name) = (calls.clone(), owned.clone());
            async move { calls.ask(&name, call).await }
        };
        Ok(self.session.add_host_function(name, function).await?)
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
