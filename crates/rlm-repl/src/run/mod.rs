//! `run`: a question about contexts, answered by a model that writes cells.

mod again;
mod journal;
mod progress;
mod result;
mod silent;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

use anyhow::{Context as _, Result};
use rlm::{Budget, RlmError, Run, Settings, Stop, Stopper};
use rlm_model::builtin;
use rlm_sandbox::{Context, Engine};

pub use again::{replay, resume};
use journal::{JournalFile, Note};

use crate::{
    args::RunArgs,
    config::{self, Environment},
    contexts,
    failure::{self, Usage},
    interrupt, world,
};

/// Answers the question the arguments ask.
pub fn run(args: &RunArgs) -> Result<i32> {
    let contexts = named_contexts(args)?;
    let chosen = config::choose(&args.models, &Environment::read())?;
    let trajectory = args.trajectory.as_deref().map(trajectory_sink).transpose()?;
    let journal = journal_of(args)?;
    let shown = Shown {
        json: args.json,
        quiet: args.quiet,
        journal: journal.as_ref().map(|journal| journal.path().to_owned()),
    };
    introduce(args, &chosen, &shown);

    runtime()?.block_on(async {
        let mut run = Run::new(Engine::new()?, chosen.models, settings(args));
        if let Some(sink) = trajectory {
            run = run.trajectory(sink);
        }
        if let Some(file) = journal {
            run = run.journal(file, journal::key(), serde_json::to_value(note(args))?);
        }
        if !args.quiet {
            run = run.events(progress::show);
        }
        let interrupts = heed_ctrl_c(run.stop_handle())?;
        let ended = run.ask(&args.question, contexts).await;
        finish(&shown, ended, interrupts.load(Relaxed))
    })
}

/// What is shown of a run, and how.
struct Shown {
    json: bool,
    quiet: bool,
    /// Where the journal is, if there is one.
    journal: Option<PathBuf>,
}

/// A runtime for a run. Forks and child runs use every core, and Ctrl-C has to be heard meanwhile.
fn runtime() -> Result<tokio::runtime::Runtime> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(cores + 1).enable_all().build()?)
}

fn trajectory_sink(path: &Path) -> Result<cap_std::fs::File, Usage> {
    world::create(path).map_err(|error| {
        Usage::new(format!("trajectory {}: {}", path.display(), contexts::describe(&error)))
            .hint("name a file in a directory you can write to")
    })
}

/// The journal that the arguments ask for, or the usual one.
fn journal_of(args: &RunArgs) -> Result<Option<JournalFile>> {
    match &args.journal {
        Some(path) => Ok(Some(JournalFile::create(path)?)),
        None if args.no_journal => Ok(None),
        None => Ok(JournalFile::create_by_default()),
    }
}

fn note(args: &RunArgs) -> Note {
    let path = |path: &PathBuf| if contexts::is_stdin(path) { path.clone() } else { world::absolute(path) };
    Note {
        contexts: args.context.paths.iter().map(path).collect(),
        bytes: args.context.bytes,
        base_url: args.models.base_url.clone(),
    }
}

fn settings(args: &RunArgs) -> Settings {
    let default = Budget::default();
    Settings {
        limits: args.limits.limits(),
        budget: Budget {
            iterations: args.budget.max_iterations.unwrap_or(default.iterations),
            sub_calls: args.budget.max_sub_calls.unwrap_or(default.sub_calls),
            input_tokens: args.budget.max_input_tokens,
            output_tokens: args.budget.max_output_tokens,
            wall: args.budget.max_time,
            depth: args.budget.max_depth.map_or(default.depth, |depth| u32::try_from(depth).unwrap_or(u32::MAX)),
            ..default
        },
        started: Some(world::now()),
        ..Settings::default()
    }
}

/// The contexts with the names the model is told. One that is empty is taken for a mistake.
fn named_contexts(args: &RunArgs) -> Result<Vec<(String, Context)>> {
    if args.question.trim().is_empty() {
        return Err(Usage::new("the question is empty").into());
    }
    let opened = contexts::open_all(&args.context)?;
    let named: Vec<_> = args.context.paths.iter().map(|path| path.display().to_string()).zip(opened).collect();
    if named.is_empty() {
        return Err(Usage::new("no context").hint("name what the question is about with --context PATH").into());
    }
    match named.iter().find(|(_, context)| context.is_empty()) {
        Some((path, _)) => {
            Err(Usage::new(format!("context {path}: is empty")).hint("name a file with something in it").into())
        }
        None => Ok(named),
    }
}

fn introduce(args: &RunArgs, chosen: &config::Chosen, shown: &Shown) {
    if chosen.models.root.name() == "builtin" {
        world::err(&format!("note: {}\n", builtin::notice()));
    }
    if !args.quiet {
        for note in &chosen.notes {
            world::err(&format!("note: {note}\n"));
        }
        if let Some(path) = &shown.journal {
            world::err(&format!("journal: {}\n", path.display()));
        }
    }
}

fn finish(shown: &Shown, ended: Result<rlm::Report, RlmError>, interrupts: u32) -> Result<i32> {
    let (report, error) = match ended {
        Ok(report) => (report, None),
        Err(RlmError::Model { error, report }) => (*report, Some(error)),
        Err(error) => return Err(error.into()),
    };
    let written = if shown.json { result::json(&report)? } else { result::answer(&report) };
    world::out(&written).context("cannot write to standard output")?;
    if !shown.quiet {
        world::err(&result::spent(&report));
    }
    if let Some(why) = &report.trajectory_error {
        world::err(&format!("warning: the trajectory is incomplete: {why}\n"));
    }
    if let Some(why) = &report.journal_error {
        world::err(&format!("warning: the run cannot be resumed: its journal is incomplete: {why}\n"));
    } else if let (Some(path), Stop::Stopped | Stop::ModelFailed) = (&shown.journal, &report.stop) {
        world::err(&format!("note: go on with this run by: rlm-repl resume {}\n", path.display()));
    }
    if let Some(error) = error {
        world::err(&failure::lines(&format!("root model {error}"), config::hint(&error)));
        return Ok(failure::FAILED);
    }
    world::err(&result::complaint(&report));
    Ok(if interrupts > 1 { failure::INTERRUPTED } else { result::exit_code(&report) })
}

/// The first Ctrl-C asks for the best answer so far, the second ends the run, a third the program.
/// Returns where they are counted.
fn heed_ctrl_c(stopper: Stopper) -> Result<Arc<AtomicU32>> {
    let count = Arc::new(AtomicU32::new(0));
    let counted = count.clone();
    interrupt::on_ctrl_c(move || match counted.fetch_add(1, Relaxed) {
        0 => {
            world::err("stopping after the step in progress, with the best answer so far; Ctrl-C again stops now\n");
            stopper.stop();
        }
        1 => stopper.abort(),
        _ => std::process::exit(failure::INTERRUPTED),
    })?;
    Ok(count)
}
