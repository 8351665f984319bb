//! `run`: a question about contexts, answered by a model that writes cells.

mod progress;
mod result;

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::Relaxed},
};

use anyhow::{Context as _, Result};
use rlm::{Budget, RlmError, Run, Settings, Stopper};
use rlm_model::builtin;
use rlm_sandbox::{Context, Engine};

use crate::{
    args::RunArgs,
    config::{self, Environment},
    contexts,
    failure::{self, Usage},
    interrupt, packages, world,
};

/// Answers the question the arguments ask.
pub fn run(args: &RunArgs) -> Result<i32> {
    let contexts = named_contexts(args)?;
    let files = packages::read(&args.packages)?;
    let chosen = config::choose(&args.models, &Environment::read())?;
    let trajectory = args.trajectory.as_deref().map(|path| {
        world::create(path).map_err(|error| {
            Usage::new(format!("trajectory {}: {}", path.display(), contexts::describe(&error)))
                .hint("name a file in a directory you can write to")
        })
    });
    let trajectory = trajectory.transpose()?;
    introduce(args, &chosen);

    // The run keeps one thread busy; Ctrl-C has to be heard meanwhile.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let mut run = Run::new(Engine::new()?, chosen.models, settings(args));
        for (path, source) in files {
            run = run.module_file(path, source);
        }
        if let Some(sink) = trajectory {
            run = run.trajectory(sink);
        }
        if !args.quiet {
            run = run.events(progress::show);
        }
        let interrupts = heed_ctrl_c(run.stop_handle())?;
        let ended = run.ask(&args.question, contexts).await;
        finish(args, ended, interrupts.load(Relaxed))
    })
}

fn settings(args: &RunArgs) -> Settings {
    let default = Budget::default();
    Settings {
        limits: args.limits.limits(),
        budget: Budget {
            iterations: args.budget.max_iterations.unwrap_or(default.iterations),
            sub_calls: args.budget.max_sub_calls.unwrap_or(default.sub_calls),
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

fn introduce(args: &RunArgs, chosen: &config::Chosen) {
    if chosen.models.root.name() == "builtin" {
        world::err(&format!("note: {}\n", builtin::notice()));
    }
    if !args.quiet {
        for note in &chosen.notes {
            world::err(&format!("note: {note}\n"));
        }
    }
}

fn finish(args: &RunArgs, ended: Result<rlm::Report, RlmError>, interrupts: u32) -> Result<i32> {
    let (report, error) = match ended {
        Ok(report) => (report, None),
        Err(RlmError::Model { error, report }) => (*report, Some(error)),
        Err(error) => return Err(error.into()),
    };
    let written = if args.json { result::json(&report)? } else { result::answer(&report) };
    world::out(&written).context("cannot write to standard output")?;
    if !args.quiet {
        world::err(&result::spent(&report));
    }
    if let Some(why) = &report.trajectory_error {
        world::err(&format!("warning: the trajectory is incomplete: {why}\n"));
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
