//! `%ask`: the root model takes over in this session, and hands it back with its variables.

use std::sync::Arc;

use anyhow::Result;
use rlm::{Budget, Earlier, Models, Report, RlmError, Run, Settings, Stop, Stopper};
use rlm_model::{ModelError, Recorder, builtin};
use rlm_sandbox::Session;

use super::{Prompt, lock};
use crate::{
    args::PromptArgs,
    config::{self, Environment, File},
    failure,
    interrupt::CellInterrupt,
    run::{Equipment, Policy, PolicyArgs, STOPPING, budget, display::Display, result},
    world,
};

/// What calls of models come to when nobody asked anything.
pub const IDLE: &str = "no model is at work here: %ask QUESTION lets one answer in this session";

/// Most earlier questions that a model can look up.
const MOST_EARLIER: usize = 100;

/// The variable it finds them in.
const HISTORY: &str = "history";

/// Who is asked, and what that may spend.
pub struct Asking {
    file: File,
    chosen: Option<(Models, Option<Recorder>)>,
    policy: Policy,
    pub equipment: Equipment,
    pub budget: Budget,
}

impl Asking {
    /// As the arguments and the configuration say.
    pub fn new(args: &PromptArgs) -> Result<Self> {
        let file = File::read(args.config.config.as_deref(), &Environment::read())?;
        let policy = PolicyArgs::default().over(&file).in_session();
        let equipment = policy.equipment()?;
        Ok(Self { budget: budget(&args.budget, &file), file, chosen: None, policy, equipment })
    }

    /// The models. They are looked for when the first question is asked: a prompt needs no key.
    fn models(&mut self, args: &PromptArgs) -> Result<&(Models, Option<Recorder>)> {
        if self.chosen.is_none() {
            let chosen = config::choose(&args.models, &self.file, &Environment::read())?;
            if chosen.models.root.name() == "builtin" {
                world::err(&format!("note: {}\n", builtin::notice()));
            }
            chosen.notes.iter().for_each(|note| world::err(&format!("note: {note}\n")));
            self.chosen = Some((chosen.models, chosen.recorder));
        }
        self.chosen.as_ref().ok_or_else(|| anyhow::anyhow!("no models"))
    }
}

impl Prompt<'_> {
    /// Lets the root model answer in this session. What goes wrong is said; the prompt goes on.
    pub(super) fn ask(&mut self, question: &str) -> Result<()> {
        let models = match self.asking.models(self.args) {
            Ok((models, _)) => models.clone(),
            Err(error) => {
                world::err(&failure::report(&error).0);
                return Ok(());
            }
        };
        let sub_prompt_chars = match config::windows(&models) {
            Ok(most) => most,
            Err(unfit) => {
                world::err(&failure::report(&unfit.into()).0);
                return Ok(());
            }
        };
        let mut session = lock(&self.session);
        let settings = self.asking.policy.over(Settings {
            sub_prompt_chars,
            limits: session.limits().clone(),
            budget: self.asking.budget.clone(),
            started: Some(world::now()),
            ..Settings::default()
        });
        let display = Display::new(false, models.root.name(), &settings.budget);
        let run = display.follow(Run::new(self.engine.clone(), models, settings));
        let run = self.asking.equipment.clone().give_to(run);
        let run = match self.runtime.block_on(has_own_history(&mut session, &self.earlier))? {
            true => {
                world::err(
                    "note: your variable `history` stays as it is; the model is not told of earlier questions\n",
                );
                run
            }
            false => run.history(self.earlier.clone()),
        };
        heed_ctrl_c(&self.interrupt, run.stop_handle(), &display);
        let (before, ended) = self.runtime.block_on(async {
            let before = session.checkpoint().await?;
            anyhow::Ok((before, run.ask_in(&mut session, question, IDLE).await))
        })?;
        display.end();
        self.interrupt.forget();
        drop(session);
        self.note(before, format!("%ask {question}"));
        self.recording_error();
        let (report, error) = match ended {
            Ok(report) => (report, None),
            Err(RlmError::Model { error, report }) => (*report, Some(error)),
            Err(error) => {
                world::err(&failure::report(&config::about(error, "lift it with %budget cost none")).0);
                return Ok(());
            }
        };
        if self.earlier.len() == MOST_EARLIER {
            self.earlier.remove(0);
        }
        self.earlier.push(Earlier::of(question, &report));
        tell(&report, error.as_ref())
    }

    fn recording_error(&self) {
        let recorder = self.asking.chosen.as_ref().and_then(|(_, recorder)| recorder.as_ref());
        if let Some(why) = recorder.and_then(Recorder::error) {
            world::err(&format!("warning: the recording is incomplete: {why}\n"));
        }
    }
}

/// Whether `history` is the person's own, and not the list of earlier questions that the last `%ask` left.
async fn has_own_history(session: &mut Session, earlier: &[Earlier]) -> Result<bool> {
    const MOST: u32 = 10_000;
    if earlier.is_empty() {
        return Ok(false);
    }
    // One more has been answered since, unless the oldest made room for it.
    let left = earlier.len() as u64 - 1..=earlier.len() as u64;
    let variables = session.variables(MOST).await?;
    let own = variables.iter().find(|variable| variable.name == HISTORY);
    Ok(own.is_some_and(|own| own.kind != "list" || own.size.is_none_or(|size| !left.contains(&size))))
}

/// The answer on stdout, all else on stderr.
fn tell(report: &Report, error: Option<&ModelError>) -> Result<()> {
    world::out(&result::answer(report))?;
    world::err(&result::spent(report));
    match error {
        Some(error) => world::err(&failure::lines(&format!("root model {error}"), config::hint(error).as_deref())),
        None => world::err(&complaint(report)),
    }
    Ok(())
}

/// Why the answer is partial or missing; nothing for a full one.
fn complaint(report: &Report) -> String {
    let what = if report.answer.is_some() { "the answer is partial" } else { "no answer" };
    let hint = match report.stop {
        Stop::Answered => return String::new(),
        Stop::IterationsSpent { .. } => Some("allow more with %budget turns 60, or ask again: the variables are there"),
        Stop::BudgetSpent { .. } | Stop::TimeSpent { .. } => Some("%budget shows what may be spent and changes it"),
        _ => Some("the variables are as the model left them; %undo takes them back"),
    };
    failure::lines(&format!("{what}: {}", report.stop), hint)
}

/// The first Ctrl-C asks for the best answer so far, the next ends the run.
fn heed_ctrl_c(interrupt: &CellInterrupt, stopper: Stopper, display: &Arc<Display>) {
    let (display, mut is_first) = (display.clone(), true);
    interrupt.instead_do(move || {
        if std::mem::take(&mut is_first) {
            display.say(STOPPING);
            stopper.stop();
        } else {
            stopper.abort();
        }
    });
}
