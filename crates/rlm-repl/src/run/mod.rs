//! `run`: a question about contexts, answered by a model that writes cells.

mod again;
pub mod display;
mod journal;
mod policy;
pub mod result;
mod silent;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

use anyhow::{Context as _, Result};
use rlm::{Budget, Pack, RlmError, Run, Settings, Stop, Stopper};
use rlm_model::builtin;
use rlm_sandbox::{Context, Engine};

pub use again::{replay, resume};
use display::Display;
use journal::{JournalFile, Note};
pub use policy::{Equipment, Policy, PolicyArgs};

use crate::{
    args::{BudgetArgs, ContextArgs, RunArgs},
    config::{self, Environment, File},
    contexts::{self, Opened},
    failure::{self, Usage},
    interrupt, packages, world,
};

/// What the first Ctrl-C is answered.
pub const STOPPING: &str = "stopping after the step in progress, with the best answer so far; Ctrl-C again stops now";

/// Longest schema of an answer that is read, in bytes.
const MAX_SCHEMA: u64 = 100_000;

/// Answers the question the arguments ask.
pub fn run(args: &RunArgs) -> Result<i32> {
    let followed = args.follow.as_deref().map(again::follow).transpose()?;
    let context = match &followed {
        Some(followed) if args.context.given.is_empty() => followed.contexts(&args.context)?,
        _ => args.context.clone(),
    };
    let contexts = named_contexts(&args.question, &context)?;
    let files = packages::read(&args.packages)?;
    let environment = Environment::read();
    let file = File::read(args.config.config.as_deref(), &environment)?;
    let chosen = config::choose(&args.models, &file, &environment)?;
    let settings = Settings { sub_prompt_chars: config::windows(&chosen.models)?, ..settings(args, &file)? };
    let policy = args.policy.over(&file);
    let settings = policy.over(settings);
    let equipment = policy.equipment()?;
    let trajectory = args.trajectory.as_deref().map(trajectory_sink).transpose()?;
    let journal = journal_of(args)?;
    let shown = Shown {
        json: args.json,
        quiet: args.quiet,
        journal: journal.as_ref().map(|journal| journal.path().to_owned()),
    };
    introduce(args, &chosen, &shown);

    runtime()?.block_on(async {
        let recorder = chosen.recorder;
        let display = Display::new(args.quiet, chosen.models.root.name(), &settings.budget);
        let mut run = equipment.give_to(with_files(Run::new(Engine::new()?, chosen.models, settings), files));
        if let Some(sink) = trajectory {
            run = run.trajectory(sink);
        }
        if let Some(file) = journal {
            run = run.journal(file, journal::key(), serde_json::to_value(Note::of(args, &context, &policy))?);
        }
        if let Some(followed) = followed {
            run = run.history(followed.history());
        }
        let run = display.follow(run);
        let interrupts = heed_ctrl_c(run.stop_handle(), &display)?;
        let ended = run.ask(&args.question, contexts).await;
        display.end();
        if let Some(why) = recorder.and_then(|recorder| recorder.error()) {
            world::err(&format!("warning: the recording is incomplete: {why}\n"));
        }
        finish(&shown, ended, interrupts.load(Relaxed))
    })
}

fn with_files(run: Run, files: packages::Files) -> Run {
    files.into_iter().fold(run, |run, (path, source)| run.module_file(path, source))
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
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(world::cores() + 1).enable_all().build()?)
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

fn settings(args: &RunArgs, file: &File) -> Result<Settings> {
    if let Some(pack) = args.pack.as_deref().filter(|pack| !Pack::names().any(|name| name == *pack)) {
        let known: Vec<&str> = Pack::names().collect();
        return Err(Usage::new(format!("--pack {pack}: there is no such pack"))
            .hint(format!("there are: {}", known.join(", ")))
            .into());
    }
    Ok(Settings {
        limits: args.limits.over(file.limits.limits()),
        budget: budget(&args.budget, file),
        answer_schema: args.schema.as_deref().map(schema).transpose()?,
        pack: args.pack.clone(),
        started: Some(world::now()),
        ..Settings::default()
    })
}

/// What a run may spend: by the flags, then the file, then as it is by default.
pub fn budget(flags: &BudgetArgs, file: &File) -> Budget {
    let default = Budget::default();
    Budget {
        iterations: flags.max_iterations.or(file.budget.max_iterations).unwrap_or(default.iterations),
        sub_calls: flags.max_sub_calls.or(file.budget.max_sub_calls).unwrap_or(default.sub_calls),
        input_tokens: flags.max_input_tokens.or(file.budget.max_input_tokens),
        output_tokens: flags.max_output_tokens.or(file.budget.max_output_tokens),
        money: flags.max_cost.or(file.budget.max_cost),
        wall: flags.max_time.or(file.budget.max_time),
        depth: flags.max_depth.or(file.budget.max_depth).unwrap_or(default.depth),
        errors_in_a_row: flags.max_errors.or(file.budget.max_errors).unwrap_or(default.errors_in_a_row),
        ..default
    }
}

/// The JSON schema in a file.
fn schema(path: &Path) -> Result<serde_json::Value, Usage> {
    let about = |why: String| {
        Usage::new(format!("schema {}: {why}", path.display())).hint("name a file that holds one JSON schema")
    };
    let file = world::open(path).map_err(|error| about(contexts::describe(&error)))?;
    let mut text = String::new();
    let read = std::io::Read::read_to_string(&mut std::io::Read::take(file, MAX_SCHEMA + 1), &mut text);
    read.map_err(|error| about(contexts::describe(&error)))?;
    if text.len() as u64 > MAX_SCHEMA {
        return Err(about(format!("it has more than {MAX_SCHEMA} bytes")));
    }
    serde_json::from_str(&text).map_err(|error| about(error.to_string()))
}

/// The contexts with the names the model is told. One that is empty is taken for a mistake.
fn named_contexts(question: &str, args: &ContextArgs) -> Result<Vec<(String, Context)>> {
    if question.trim().is_empty() {
        return Err(Usage::new("the question is empty").into());
    }
    let opened = contexts::open_all(args, &contexts::store(args)?)?;
    if opened.is_empty() {
        return Err(Usage::new("no context").hint("name what the question is about with --context PATH").into());
    }
    match opened.iter().find(|one| one.context.is_empty()) {
        Some(Opened { source, .. }) => {
            Err(Usage::new(format!("context {source}: is empty")).hint("name a file with something in it").into())
        }
        None => Ok(opened.into_iter().map(Opened::named).collect()),
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
        Err(RlmError::Contexts(why)) => {
            return Err(Usage::new(format!("context {why}")).hint("choose another name: --context NAME=PATH").into());
        }
        Err(error) => return Err(config::about(error, "leave --max-cost out")),
    };
    let written = if shown.json { result::json(&report)? } else { result::answer(&report) };
    world::out(&written).context("cannot write to standard output")?;
    if !shown.quiet {
        world::err(&result::spent(&report));
    }
    if let Some(why) = &report.trajectory_error {
        world::err(&format!("warning: the trajectory is incomplete: {why}\n"));
    }
    if let Some(why) = &report.cache_error {
        world::err(&format!("warning: the cache was given up: {why}\n"));
    }
    if let Some(why) = &report.journal_error {
        world::err(&format!("warning: the run cannot be resumed: its journal is incomplete: {why}\n"));
    } else if let (Some(path), Stop::Stopped | Stop::ModelFailed) = (&shown.journal, &report.stop) {
        world::err(&format!("note: go on with this run by: rlm-repl resume {}\n", path.display()));
    }
    if let Some(error) = error {
        world::err(&failure::lines(&format!("root model {error}"), config::hint(&error).as_deref()));
        return Ok(failure::FAILED);
    }
    world::err(&result::complaint(&report));
    Ok(if interrupts > 1 { failure::INTERRUPTED } else { result::exit_code(&report) })
}

/// The first Ctrl-C asks for the best answer so far, the second ends the run, a third the program.
/// Returns where they are counted.
fn heed_ctrl_c(stopper: Stopper, display: &Arc<Display>) -> Result<Arc<AtomicU32>> {
    let count = Arc::new(AtomicU32::new(0));
    let (counted, display) = (count.clone(), display.clone());
    interrupt::on_ctrl_c(move || match counted.fetch_add(1, Relaxed) {
        0 => {
            display.say(STOPPING);
            stopper.stop();
        }
        1 => stopper.abort(),
        _ => std::process::exit(failure::INTERRUPTED),
    })?;
    Ok(count)
}
