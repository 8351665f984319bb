//! `resume` and `replay`: a run of a journal, gone on with or looked at again.

use std::{path::Path, sync::atomic::Ordering::Relaxed};

use anyhow::Result;
use rlm::{Earlier, Journal, Report, Run};
use rlm_sandbox::{Context, Engine};

use super::{
    Shown, display::Display, finish, heed_ctrl_c, journal, policy::Equipment, runtime, trajectory_sink, with_files,
};
use crate::{
    args::{ContextArg, ContextArgs, PackageArgs, ReplayArgs, ResumeArgs, is_identifier},
    config::{self, Environment, File},
    contexts,
    failure::{self, Usage},
    packages, world,
};

/// Goes on with the run of a journal.
pub fn resume(args: &ResumeArgs) -> Result<i32> {
    let (file, journal) = journal::JournalFile::open(&args.journal)?;
    let note = note(&journal)?;
    let contexts = contexts_of(&journal, &note, &args.context)?;
    let files = packages::read(&PackageArgs { python_path: note.python_path.clone() })?;
    let equipment = Equipment::open(&note.skills, note.cache.as_deref())?;
    let environment = Environment::read();
    let config = File::read(args.config.config.as_deref().or(note.config.as_deref()), &environment)?;
    let chosen = config::choose(&note.models(&journal), &config, &environment)?;
    let trajectory = args.trajectory.as_deref().map(trajectory_sink).transpose()?;
    let shown = Shown { json: args.json, quiet: args.quiet, journal: Some(file.path().to_owned()) };
    if !args.quiet {
        let torn = match journal.torn_bytes() {
            0 => String::new(),
            bytes => format!(", {bytes} bytes of an unfinished one dropped"),
        };
        world::err(&format!("journal: {} records{torn}\n", journal.records()));
    }
    runtime()?.block_on(async {
        let question = journal.start().question.clone();
        let settings = journal.start().settings.clone();
        let display = Display::new(args.quiet, chosen.models.root.name(), &settings.budget);
        let run = Run::new(Engine::new()?, chosen.models, settings).resume(journal, file);
        let mut run = equipment.give_to(with_files(run, files));
        if let Some(sink) = trajectory {
            run = run.trajectory(sink);
        }
        let run = display.follow(run);
        let interrupts = heed_ctrl_c(run.stop_handle(), &display)?;
        let ended = run.ask(&question, contexts).await;
        display.end();
        finish(&shown, ended, interrupts.load(Relaxed))
    })
}

/// A run that another one goes on from.
pub struct Followed {
    journal: Journal,
    note: journal::Note,
}

/// Reads the journal of a run to go on from.
pub fn follow(path: &Path) -> Result<Followed> {
    let journal = journal::look_at(path)?;
    if journal.ending().is_none() {
        return Err(Usage::new(format!("journal {}: its run has not ended", path.display()))
            .hint(format!("end it first: rlm-repl resume {}", path.display()))
            .into());
    }
    let note = note(&journal)?;
    Ok(Followed { journal, note })
}

impl Followed {
    /// Its question, those it went on from itself, and their answers.
    pub fn history(&self) -> Vec<Earlier> {
        self.journal.history()
    }

    /// Its contexts, where they were.
    pub fn contexts(&self, args: &ContextArgs) -> Result<ContextArgs> {
        let names = self.journal.start().contexts.iter().map(|seen| seen.name.as_str());
        let given = names.zip(&self.note.contexts).map(|(name, path)| {
            let name = is_identifier(name).then(|| name.to_owned());
            ContextArg { name, path: path.clone() }
        });
        let given: Vec<ContextArg> = given.collect();
        refuse_stdin(&given)?;
        Ok(ContextArgs { given, bytes: self.note.bytes, format: self.note.format, cache: args.cache.clone() })
    }
}

/// Does the run of a journal again, offline, and reports what differs.
pub fn replay(args: &ReplayArgs) -> Result<i32> {
    let journal = journal::look_at(&args.journal)?;
    let note = note(&journal)?;
    let contexts = contexts_of(&journal, &note, &args.context)?;
    let files = packages::read(&PackageArgs { python_path: note.python_path.clone() })?;
    let equipment = Equipment::open(&note.skills, None)?;
    // The models are never asked, so they need no key; they lend the run their names.
    let models = super::silent::models(&journal);
    let trajectory = args.trajectory.as_deref().map(trajectory_sink).transpose()?;
    let records = journal.records();
    let report = runtime()?.block_on(async {
        let question = journal.start().question.clone();
        let settings = journal.start().settings.clone();
        let display = Display::new(args.quiet, models.root.name(), &settings.budget);
        let run = with_files(Run::new(Engine::new()?, models, settings).replay(journal), files);
        let mut run = equipment.give_to(run);
        if let Some(sink) = trajectory {
            run = run.trajectory(sink);
        }
        let ended = display.follow(run).ask(&question, contexts).await;
        display.end();
        match ended {
            Ok(report) => Ok(report),
            Err(rlm::RlmError::Model { report, .. }) => Ok(*report),
            Err(error) => Err(anyhow::Error::from(error)),
        }
    })?;
    world::out(&super::result::answer(&report))?;
    Ok(told(&report, records))
}

fn told(report: &Report, records: usize) -> i32 {
    for difference in &report.differences {
        world::err(&format!("difference: {difference}\n"));
    }
    match report.differences.len() {
        0 => {
            world::err(&format!("{records} records replayed, no difference\n"));
            failure::OK
        }
        count => {
            world::err(&failure::lines(&format!("{count} differences in {records} records"), None));
            failure::FAILED
        }
    }
}

fn note(journal: &Journal) -> Result<journal::Note> {
    Ok(serde_json::from_value(journal.start().note.clone())?)
}

/// What came from standard input is not there any more.
fn refuse_stdin(given: &[ContextArg]) -> Result<(), Usage> {
    if given.iter().any(|given| contexts::is_stdin(&given.path)) {
        return Err(Usage::new("a context of this run came from standard input")
            .hint("give it again with --context -, all contexts in their order"));
    }
    Ok(())
}

/// The contexts of the run: where it had them, or where the arguments say they are now.
fn contexts_of(journal: &Journal, note: &journal::Note, args: &ContextArgs) -> Result<Vec<(String, Context)>> {
    let given: Vec<ContextArg> = match args.given.as_slice() {
        [] => note.contexts.iter().cloned().map(ContextArg::from).collect(),
        given => given.to_vec(),
    };
    if args.given.is_empty() {
        refuse_stdin(&given)?;
    }
    let args = ContextArgs { given, bytes: note.bytes, format: note.format, cache: args.cache.clone() };
    let opened = contexts::open_all(&args, &contexts::store(&args)?)?;
    // The run goes on with the names it had.
    let names = journal.start().contexts.iter().map(|seen| seen.name.clone());
    let names = names.chain(std::iter::repeat("context".to_owned()));
    Ok(names.zip(opened.into_iter().map(|one| one.context)).collect())
}
