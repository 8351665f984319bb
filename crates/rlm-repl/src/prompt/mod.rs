//! The interactive prompt: type a cell, see what it gives, keep the variables.

mod ask;
mod command;
mod complete;
mod editor;
mod history;
mod indent;
mod unfinished;

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::Result;
use reedline::{Reedline, Signal};
use rlm::{Earlier, Run};
use rlm_sandbox::{
    Bytes, Cell, Checkpoint, Context, ContextStore, Engine, Execution, Limits, Outcome, Session, SessionBuilder,
};
use tokio::runtime::Runtime;

use crate::{
    args::{ContextArg, Format, PromptArgs},
    config::{self, KeyFile},
    contexts::{self, Opened},
    failure,
    interrupt::CellInterrupt,
    outcome::{self, Hints},
    packages, snapshots, text, world,
};
use ask::Asking;
use command::{Command, NotACommand};
use history::{Before, History, State};

/// The session, shared between the prompt and its completions, which never run at the same time.
type Shared = Arc<Mutex<Session>>;

/// Runs the prompt until the person leaves.
pub fn prompt(args: &PromptArgs) -> Result<i32> {
    if args.context.given.iter().any(|given| contexts::is_stdin(&given.path)) {
        return Err(failure::Usage::new("--context -: standard input is the keyboard here").hint("name a file").into());
    }
    let (store, format) = (contexts::store(&args.context)?, contexts::format(&args.context));
    let opened = contexts::open_all(&args.context, &store)?;
    let files = packages::read(&args.packages)?;
    // More threads than this one: a cell keeps it busy, and Ctrl-C has to be heard meanwhile.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(world::cores()).enable_all().build()?;
    // The editor reads Ctrl-C as a key; as a signal it comes only while a cell has the terminal.
    let interrupt = CellInterrupt::default();
    let engine = Engine::new()?;
    let asking = Asking::new(args)?;
    let session = runtime.block_on(async {
        let session = packages::session(&engine, config::limits(&args.config, &args.limits)?, files);
        let mut session = prepared(asking.equipment.prepare(session)).start().await?;
        contexts::bind(&mut session, &opened).await?;
        interrupt.listen(session.canceller())?;
        anyhow::Ok(session)
    })?;
    greet(&opened)?;
    let session = Arc::new(Mutex::new(session));
    let editor = editor::editor(&session, runtime.handle());
    let (history, earlier, key) = (History::default(), Vec::new(), KeyFile::find(&args.key));
    let opened = opened.into_iter().map(|one| one.context).collect();
    Prompt { args, runtime, session, interrupt, editor, engine, store, format, opened, history, earlier, key, asking }
        .read_and_run()
}

/// A session that `%ask` can take over.
fn prepared(session: SessionBuilder) -> SessionBuilder {
    Run::prepare(session, ask::IDLE)
}

fn greet(opened: &[Opened]) -> Result<()> {
    let about = contexts::describe_all(opened).map(|about| about + "\n").unwrap_or_default();
    let version = env!("CARGO_PKG_VERSION");
    world::out(&format!("rlm-repl {version}: Python in a sandbox. %help lists commands, Ctrl-D leaves.\n{about}"))?;
    Ok(())
}

/// Everything the prompt holds between two lines.
struct Prompt<'a> {
    args: &'a PromptArgs,
    runtime: Runtime,
    session: Shared,
    interrupt: CellInterrupt,
    editor: Reedline,
    engine: Engine,
    store: ContextStore,
    /// What contexts are taken as.
    format: Format,
    /// The contexts so far, which saved sessions may refer to.
    opened: Vec<Context>,
    history: History,
    /// What `%ask` answered in the present copy, the oldest first.
    earlier: Vec<Earlier>,
    key: KeyFile,
    asking: Asking,
}

impl Prompt<'_> {
    fn read_and_run(mut self) -> Result<i32> {
        loop {
            let typed = self.editor.read_line(&editor::PythonPrompt)?;
            self.interrupt.forget();
            match typed {
                Signal::Success(text) => {
                    if let Some(code) = self.take(&text)? {
                        return self.leave(code);
                    }
                }
                Signal::CtrlC => world::out("KeyboardInterrupt\n")?,
                Signal::CtrlD => return self.leave(failure::OK),
                _ => {}
            }
        }
    }

    /// Writes the history, which the editor otherwise does when it is dropped.
    fn leave(mut self, code: i32) -> Result<i32> {
        if let Err(error) = self.editor.sync_history() {
            world::err(&format!("warning: history was not saved: {error}\n"));
        }
        Ok(code)
    }

    /// Does what was typed; an exit code when that was to leave.
    fn take(&mut self, text: &str) -> Result<Option<i32>> {
        match command::parse(text) {
            Ok(command) => self.command(command),
            Err(NotACommand::Empty) => Ok(None),
            Err(NotACommand::Cell) => self.cell(text, false),
            Err(NotACommand::Unknown(message)) => {
                world::err(&failure::lines(&message, Some("%help lists the commands")));
                Ok(None)
            }
        }
    }

    fn command(&mut self, command: Command) -> Result<Option<i32>> {
        match command {
            Command::Help => world::out(command::HELP)?,
            Command::Vars => self.list_variables()?,
            Command::ShowLimits => world::out(&command::shown(lock(&self.session).limits()))?,
            Command::SetLimit(change) => self.set_limit(change)?,
            Command::ShowBudget => world::out(&command::budget_shown(&self.asking.budget))?,
            Command::SetBudget(change) => {
                change(&mut self.asking.budget);
                world::out(&command::budget_shown(&self.asking.budget))?;
            }
            Command::Ask(question) => self.ask(&question)?,
            Command::Time(code) => return self.cell(&code, true),
            Command::Context(given) => self.add_context(&given)?,
            Command::Undo => self.undo()?,
            Command::ListForks => world::out(&self.history.listing())?,
            Command::Fork(name) => self.go_to(|history, state| history.fork(name, state))?,
            Command::Switch(name) => self.go_to(|history, state| history.switch(name, state))?,
            Command::Save(path) => self.save(&path)?,
            Command::Load(path) => self.load(&path)?,
            Command::Quit => return Ok(Some(failure::OK)),
        }
        Ok(None)
    }

    fn add_context(&mut self, given: &ContextArg) -> Result<()> {
        if contexts::is_stdin(&given.path) {
            world::err(&failure::lines("%context -: standard input is the keyboard here", Some("name a file")));
            return Ok(());
        }
        let mut session = lock(&self.session);
        let added = contexts::open_given(&self.store, given, self.format).map_err(anyhow::Error::from);
        let added = added.and_then(|opened| {
            self.runtime.block_on(async {
                let before = session.checkpoint().await?;
                let names = contexts::add(&mut session, &opened).await?;
                Ok((before, names, opened.context))
            })
        });
        match added {
            Ok((before, names, context)) => {
                world::out(&format!("{}: {}\n", names.join(", "), contexts::kind_and_size(&context)))?;
                self.opened.push(context);
                drop(session);
                self.note(before, format!("%context {}", given.path.display()));
            }
            Err(error) => world::err(&failure::report(&error).0),
        }
        Ok(())
    }

    fn undo(&mut self) -> Result<()> {
        match self.history.undo() {
            None => world::err(&failure::lines("there is nothing to undo", None)),
            Some(Before { state, did }) => {
                self.runtime.block_on(lock(&self.session).rollback(&state.session))?;
                self.earlier = state.earlier;
                world::out(&format!("took back: {}\n", text::cut(&did.trim().replace('\n', " "), 60)))?;
            }
        }
        Ok(())
    }

    /// Leaves the present copy of the session for another one.
    fn go_to(&mut self, choose: impl FnOnce(&mut History, State) -> Result<State, String>) -> Result<()> {
        let mut session = lock(&self.session);
        let present = State { session: self.runtime.block_on(session.checkpoint())?, earlier: self.earlier.clone() };
        match choose(&mut self.history, present) {
            Ok(state) => {
                self.runtime.block_on(session.rollback(&state.session))?;
                self.earlier = state.earlier;
                world::out(&format!("now in {}\n", self.history.current()))?;
            }
            Err(message) => world::err(&failure::lines(&message, Some("%fork lists the copies"))),
        }
        Ok(())
    }

    fn save(&mut self, path: &Path) -> Result<()> {
        let mut session = lock(&self.session);
        let saved = match self.key.to_save() {
            Ok(key) => self.runtime.block_on(snapshots::save(&mut session, path, &key)),
            Err(unusable) => Err(unusable.into()),
        };
        match saved {
            Ok(bytes) => world::out(&format!("saved {}: {}\n", path.display(), Bytes(bytes)))?,
            Err(error) => world::err(&failure::report(&error).0),
        }
        Ok(())
    }

    fn load(&mut self, path: &Path) -> Result<()> {
        let mut session = lock(&self.session);
        let before = self.runtime.block_on(session.checkpoint())?;
        let loaded = self.key.to_load().and_then(|key| snapshots::read(path, &key)).map_err(anyhow::Error::from);
        let loaded = loaded.and_then(|snapshot| {
            self.runtime.block_on(async {
                let builder = prepared(self.engine.session(session.limits().clone()));
                let loaded = builder.load(&snapshot, &self.opened).await;
                let state = loaded.map_err(|error| snapshots::about(path, error))?.checkpoint().await?;
                // The same session in another state, so that Ctrl-C goes on reaching it.
                Ok(session.rollback(&state).await?)
            })
        });
        match loaded {
            Ok(()) => {
                drop(session);
                self.note(before, format!("%load {}", path.display()));
                // Another session, in which nothing was asked.
                self.earlier.clear();
            }
            Err(error) => world::err(&failure::report(&error).0),
        }
        Ok(())
    }

    /// Remembers the state before something that can be taken back.
    fn note(&mut self, before: Checkpoint, did: String) {
        self.history.note(State { session: before, earlier: self.earlier.clone() }, did);
    }

    fn list_variables(&mut self) -> Result<()> {
        const MOST: u32 = 1_000;
        let variables = self.runtime.block_on(lock(&self.session).variables(MOST))?;
        let columns = console::Term::stdout().size_checked().map_or(80, |(_, columns)| columns.into());
        world::out(&command::listing(&variables, columns))?;
        Ok(())
    }

    fn set_limit(&mut self, change: impl FnOnce(&mut Limits)) -> Result<()> {
        let mut session = lock(&self.session);
        let mut limits = session.limits().clone();
        change(&mut limits);
        world::out(&command::shown(&limits))?;
        session.set_limits(limits);
        Ok(())
    }

    /// Runs a cell; an exit code when it asked to leave.
    fn cell(&mut self, code: &str, timed: bool) -> Result<Option<i32>> {
        let cell = Cell::new(code);
        let mut session = lock(&self.session);
        let (before, execution) = self.runtime.block_on(async {
            let before = session.checkpoint().await?;
            anyhow::Ok((before, session.run(&cell).await?))
        })?;
        self.interrupt.forget();
        if !outcome::is_undone(&execution.outcome) {
            self.history.note(State { session: before, earlier: self.earlier.clone() }, code);
        }
        show(&execution)?;
        if timed {
            world::out(&outcome::spent(&execution.usage))?;
        }
        Ok(match execution.outcome {
            Outcome::Raised(fault) => fault.exit,
            _ => None,
        })
    }
}

/// Completions and cells take turns, so the lock is never waited for.
fn lock(session: &Shared) -> MutexGuard<'_, Session> {
    session.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Shows output, value and complaint as Python's own prompt does.
fn show(execution: &Execution) -> Result<()> {
    world::out(&outcome::whole_lines(&execution.output.stdout))?;
    world::err(&outcome::whole_lines(&execution.output.stderr));
    if let Outcome::Completed(Some(shown)) = &execution.outcome {
        world::out(&format!("{}\n", shown.repr))?;
    }
    for note in &execution.notes {
        world::err(&format!("note: {note}\n"));
    }
    outcome::complain(&execution.outcome, Hints::Prompt);
    Ok(())
}
