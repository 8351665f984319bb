//! Runs whose root model writes given cells.

#![allow(dead_code, reason = "each test file uses some of it")]

use std::sync::{Arc, Mutex, OnceLock};

use rlm::{Budget, Context, Engine, Event, Models, Report, Run, Settings};
use rlm_model::{ErrorKind, ModelError, Reply, Request, Role, ScriptedModel, Usage};

/// A sub-model that plays a child's root model too: `CHILD` in the question chooses its turns.
pub fn sub(request: &Request) -> Result<Reply, ModelError> {
    let usage = Usage { calls: 1, input_tokens: 10, output_tokens: 2, ..Usage::default() };
    let said = request.messages.iter().filter(|message| message.role == Role::Assistant).count();
    let first = request.messages.iter().find(|message| message.role == Role::User).unwrap().content.as_str();
    let text = match first {
        "bad" => return Err(ModelError { model: "sub".into(), kind: ErrorKind::Refused, message: "no".into() }),
        _ if request.messages.len() == 1 => first.to_uppercase(),
        _ => match said {
            0 if first.contains("deeper") => "```repl\nFINAL('child of ' + rlm_query('then stop'))\n```".into(),
            0 if first.contains("variables") => "```repl\nshared.append(99)\nFINAL([shared, context])\n```".into(),
            0 if first.contains("give up") => "```repl\nx = 1\n```".into(),
            0 => "```repl\nprint(len(context))\n```".into(),
            _ if first.contains("give up") => "```repl\nx = 1\n```".into(),
            _ => format!("FINAL(seen {} messages)", request.messages.len()),
        },
    };
    Ok(Reply { usage, ..Reply::text(text) })
}

fn engine() -> Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::new().unwrap()).clone()
}

/// A run to be.
pub struct Case {
    pub sub: Arc<ScriptedModel>,
    pub root: Arc<ScriptedModel>,
    pub settings: Settings,
}

/// A run of these cells, one a turn.
pub fn cells(cells: &[&str]) -> Case {
    let replies = cells.iter().map(|cell| format!("```repl\n{cell}\n```"));
    Case {
        root: Arc::new(ScriptedModel::new(replies).named("root")),
        sub: Arc::new(ScriptedModel::from_fn(sub).named("sub")),
        settings: Settings::default(),
    }
}

impl Case {
    pub fn budget(mut self, budget: Budget) -> Self {
        self.settings.budget = budget;
        self
    }

    pub fn run(&self) -> Run {
        Run::new(engine(), Models::new(self.root.clone(), self.sub.clone()), self.settings.clone())
    }

    pub async fn ask(&self) -> Report {
        let context = Context::text("some text").unwrap();
        self.run().ask("What?", vec![("context".into(), context)]).await.unwrap()
    }

    /// What came of it, and how many prompts were sent together each time.
    pub async fn batches(&self) -> (Report, Vec<usize>) {
        let batches = Arc::new(Mutex::new(Vec::new()));
        let seen = batches.clone();
        let run = self.run().events(move |event| {
            if let Event::SubCallsStarted { count, .. } = event {
                seen.lock().unwrap().push(*count);
            }
        });
        let report = run.ask("What?", Vec::new()).await.unwrap();
        let batches = std::mem::take(&mut *batches.lock().unwrap());
        (report, batches)
    }

    /// The answer, and how many calls were made below the root run.
    pub async fn answer(&self) -> (String, u64) {
        let report = self.ask().await;
        (report.answer.map_or_else(|| report.stop.to_string(), |answer| answer.text), report.sub_calls)
    }

    /// What the root model was told last.
    pub fn told(&self) -> String {
        self.root.requests().pop().unwrap().messages.pop().unwrap().content
    }
}

/// An answer after so many calls.
pub fn is(answer: &str, calls: u64) -> (String, u64) {
    (answer.to_owned(), calls)
}
