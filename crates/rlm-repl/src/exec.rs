//! `exec`: one cell, its output, and an exit code that says how it ended.

use std::path::Path;

use anyhow::{Context as _, Result};
use rlm_sandbox::{Cell, Context, Engine, Execution, Limits, Outcome, Snapshot};

use crate::{
    args::{ContextArgs, ExecArgs, KeyArgs, PackageArgs, PromptArgs},
    config::{self, KeyFile},
    contexts::{self, Opened},
    failure::{self, Usage},
    outcome::{Hints, Record, complain},
    packages, snapshots,
    units::MAX_MEMORY,
    world,
};

/// Runs the cell the arguments name.
pub fn exec(args: &ExecArgs) -> Result<i32> {
    let code = code(args)?;
    let files = Files { load: args.load.as_deref(), save: args.save.as_deref(), key: &args.key };
    let limits = config::limits(&args.config, &args.limits)?;
    let Ran { execution, saved } = run(&code, &args.context, &args.packages, limits, &files)?;
    let exit = if args.json {
        let line = serde_json::to_string(&Record::of(&execution))? + "\n";
        world::out(&line).context("cannot write to standard output")?;
        exit_code(&execution.outcome)
    } else {
        show(&execution, args.print)?
    };
    saved.map(|()| exit)
}

/// Runs standard input as one cell: what `rlm-repl < FILE` does.
pub fn exec_stdin(args: &PromptArgs) -> Result<i32> {
    refuse_stdin_twice(&args.context)?;
    let files = Files { load: None, save: None, key: &args.key };
    let limits = config::limits(&args.config, &args.limits)?;
    let ran = run(&code_from_stdin()?, &args.context, &args.packages, limits, &files)?;
    show(&ran.execution, false)
}

fn code(args: &ExecArgs) -> Result<String> {
    match (&args.code, &args.file) {
        (Some(code), _) => Ok(code.clone()),
        (None, Some(path)) if !contexts::is_stdin(path) => code_from_file(path),
        (None, _) => {
            refuse_stdin_twice(&args.context)?;
            code_from_stdin()
        }
    }
}

fn refuse_stdin_twice(context: &ContextArgs) -> Result<()> {
    if context.given.iter().any(|given| contexts::is_stdin(&given.path)) {
        return Err(Usage::new("standard input cannot be both the cell and the context")
            .hint("give the cell with -c CODE or as a file")
            .into());
    }
    Ok(())
}

fn code_from_file(path: &Path) -> Result<String> {
    let shown = path.display();
    let unreadable = |error: std::io::Error| Usage::new(format!("cell {shown}: {}", contexts::describe(&error)));
    let mut bytes = Vec::new();
    let mut file = world::open(path).map_err(unreadable)?;
    std::io::Read::read_to_end(&mut file, &mut bytes).map_err(unreadable)?;
    utf8(bytes, &shown.to_string())
}

fn code_from_stdin() -> Result<String> {
    let bytes = world::read_stdin(MAX_MEMORY).context("cannot read standard input")?;
    utf8(bytes, "standard input")
}

fn utf8(bytes: Vec<u8>, shown: &str) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        Usage::new(format!("cell {shown}: not UTF-8 at offset {offset}")).into()
    })
}

/// Where the session comes from and goes to.
struct Files<'a> {
    load: Option<&'a Path>,
    save: Option<&'a Path>,
    key: &'a KeyArgs,
}

/// A cell that ran, and whether the session could be saved after it.
struct Ran {
    execution: Execution,
    saved: Result<()>,
}

/// Runs one cell in a session of its own.
///
/// The runtime is the smallest there is: a short program's time is mostly start-up.
fn run(code: &str, context: &ContextArgs, packages: &PackageArgs, limits: Limits, files: &Files) -> Result<Ran> {
    let opened = contexts::open_all(context, &contexts::store(context)?)?;
    let modules = packages::read(packages)?;
    let key = KeyFile::find(files.key);
    let to_save = files.save.map(|path| anyhow::Ok((path, key.to_save()?))).transpose()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {
        let builder = packages::session(&Engine::new()?, limits, modules);
        let mut session = match files.load {
            None => {
                let mut session = builder.start().await?;
                contexts::bind(&mut session, &opened).await?;
                session
            }
            Some(path) => {
                let snapshot = snapshots::read(path, &key.to_load()?)?;
                let builder = snapshots::with_idle_functions(builder, &snapshot);
                let needed: Vec<Context> = opened.iter().map(|one| one.context.clone()).collect();
                let mut session =
                    builder.load(&snapshot, &needed).await.map_err(|error| snapshots::about(path, error))?;
                for one in new_ones(opened, &snapshot) {
                    contexts::add(&mut session, &one).await?;
                }
                session
            }
        };
        let execution = session.run(&Cell::new(code)).await?;
        let saved = match to_save {
            Some((path, key)) => snapshots::save(&mut session, path, &key).await.map(drop),
            None => Ok(()),
        };
        // The process ends next, and with it all that the session holds. Making its memory ready for
        // another session first would be for nothing.
        std::mem::forget(session);
        Ok(Ran { execution, saved })
    })
}

/// The contexts that the snapshot does not hold already.
fn new_ones(opened: Vec<Opened>, snapshot: &Snapshot) -> Vec<Opened> {
    if snapshot.contexts().is_empty() {
        return opened;
    }
    let known = |one: &Opened| snapshot.contexts().iter().any(|needed| needed.hash == one.context.hash());
    opened.into_iter().filter(|one| !known(one)).collect()
}

/// Passes on what the cell wrote, says how it ended, and returns the exit code.
fn show(execution: &Execution, print_value: bool) -> Result<i32> {
    let mut out = execution.output.stdout.text();
    if print_value && let Outcome::Completed(Some(shown)) = &execution.outcome {
        out.push_str(&shown.repr);
        out.push('\n');
    }
    world::out(&out).context("cannot write to standard output")?;
    world::err(&execution.output.stderr.text());
    for note in &execution.notes {
        world::err(&format!("note: {note}\n"));
    }
    complain(&execution.outcome, Hints::Flags);
    Ok(exit_code(&execution.outcome))
}

/// The code `sys.exit` asked for; otherwise one for each outcome.
pub fn exit_code(outcome: &Outcome) -> i32 {
    match outcome {
        Outcome::Completed(_) => failure::OK,
        // The system keeps eight bits of it.
        Outcome::Raised(fault) => fault.exit.unwrap_or(failure::FAILED) & 0xff,
        Outcome::Exceeded(_) => failure::LIMIT,
        Outcome::Cancelled { .. } => failure::INTERRUPTED,
    }
}
