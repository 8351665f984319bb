//! The interactive prompt: type a cell, see what it gives, keep the variables.

mod command;
mod complete;
mod editor;
mod unfinished;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use reedline::{Reedline, Signal};
use rlm_sandbox::{Cell, Engine, Execution, Limits, Outcome, Session};
use tokio::runtime::Runtime;

use crate::{
    args::PromptArgs,
    contexts, failure,
    interrupt::CellInterrupt,
    outcome::{self, Hints},
    packages, world,
};
use command::{Command, NotACommand};

/// The session, shared between the prompt and its completions, which never run at the same time.
type Shared = Arc<Mutex<Session>>;

/// Runs the prompt until the person leaves.
pub fn prompt(args: &PromptArgs) -> Result<i32> {
    if args.context.paths.iter().any(|path| contexts::is_stdin(path)) {
        return Err(failure::Usage::new("--context -: standard input is the keyboard here").hint("name a file").into());
    }
    let opened = contexts::open_all(&args.context)?;
    let files = packages::read(&args.packages)?;
    // Two threads: a cell keeps one of them busy, and Ctrl-C has to be heard meanwhile.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    // The editor reads Ctrl-C as a key; as a signal it comes only while a cell has the terminal.
    let interrupt = CellInterrupt::default();
    let session = runtime.block_on(async {
        let mut session = packages::session(&Engine::new()?, args.limits.limits(), files).start().await?;
        contexts::bind(&mut session, &opened).await?;
        interrupt.listen(session.canceller())?;
        anyhow::Ok(session)
    })?;
    greet(&opened)?;
    let session = Arc::new(Mutex::new(session));
    let editor = editor::editor(&session, runtime.handle());
    Prompt { runtime, session, interrupt, editor }.read_and_run()
}

fn greet(opened: &[rlm_sandbox::Context]) -> Result<()> {
    let about = contexts::describe_all(opened).map(|about| about + "\n").unwrap_or_default();
    let version = env!("CARGO_PKG_VERSION");
    world::out(&format!("rlm-repl {version}: Python in a sandbox. %help lists commands, Ctrl-D leaves.\n{about}"))?;
    Ok(())
}

/// Everything the prompt holds between two lines.
struct Prompt {
    runtime: Runtime,
    session: Shared,
    interrupt: CellInterrupt,
    editor: Reedline,
}

impl Prompt {
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
            Command::Time(code) => return self.cell(&code, true),
            Command::Quit => return Ok(Some(failure::OK)),
        }
        Ok(None)
    }

    fn list_variables(&mut self) -> Result<()> {
        const MOST: u32 = 1_000;
        let variables = self.runtime.block_on(lock(&self.session).variables(MOST))?;
        world::out(&command::listing(&variables))?;
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
        let execution = self.runtime.block_on(session.run(&cell))?;
        self.interrupt.forget();
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
    world::err(&outcome::complaint(&execution.outcome, Hints::Prompt));
    Ok(())
}
