//! `run`: a question about contexts, answered by a model that writes cells.

mod progress;
mod result;
mod spend;

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::Relaxed},
};

use anyhow::{Context as _, Result};
use rlm::{Budget, RlmError, Run, Settings, Stopper};
use rlm_model::builtin;
use rlm_sandbox::{Context, Engine};

use spend::{Costs, Spend};

use crate::{
    args::RunArgs,
    config::{self, Environment, File},
    contexts,
    failure::{self, Usage},
    interrupt, packages, world,
};

/// Answers the question the arguments ask.
pub fn run(args: &RunArgs) -> Result<i32> {
    let contexts = named_contexts(args)?;
    let files = packages::read(&args.packages)?;
    let environment = Environment::read();
    let file = File::read(args.config.config.as_deref(), &environment)?;
    let chosen = config::choose(&args.models, &file, &environment)?;
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
        let spend = Arc::new(Spend::new(&chosen.models));
        let recorder = chosen.recorder;
        let mut run = Run::new(Engine::new()?, chosen.models, settings(args, &file));
        for (path, source) in files {
            run = run.module_file(path, source);
        }
        if let Some(sink) = trajectory {
            run = run.trajectory(sink);
        }
        let (spent, quiet) = (spend.clone(), args.quiet);
        run = run.events(move |event| {
            spent.heed(event);
            if !quiet {
                progress::show(event);
            }
        });
        let interrupts = heed_ctrl_c(run.stop_handle())?;
        let ended = run.ask(&args.question, contexts).await;
        if let Some(why) = recorder.and_then(|recorder| recorder.error()) {
            world::err(&format!("warning: the recording is incomplete: {why}\n"));
        }
        finish(args, ended, &spend.total(), interrupts.load(Relaxed))
    })
}

fn settings(args: &RunArgs, file: &File) -> Settings {
    let default = Budget::default();
    Settings {
        limits: args.limits.over(file.limits.limits()),
        budget: Budget {
            iterations: args.budget.max_iterations.or(file.budget.max_iterations).unwrap_or(default.iterations),
            sub_calls: args.budget.max_sub_calls.or(file.budget.max_sub_calls).unwrap_or(default.sub_calls),
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

fn finish(args: &RunArgs, ended: Result<rlm::Report, RlmError>, spent: &Costs, interrupts: u32) -> Result<i32> {
    let (report, error) = match ended {
        Ok(report) => (report, None),
        Err(RlmError::Model { error, report }) => (*report, Some(error)),
        Err(error) => return Err(error.into()),
    };
    let written = if args.json { result::json(&report, spent)? } else { result::answer(&report) };
    world::out(&written).context("cannot write to standard output")?;
    if !args.quiet {
        world::err(&result::spent(&report, spent));
    }
    if let Some(why) = &report.trajectory_error {
        world::err(&format!("warning: the trajectory is incomplete: {why}\n"));
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
