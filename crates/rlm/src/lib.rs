//! The recursive loop: a question about a context too large for any model, answered by a root
//! model that writes Python cells, a sandbox that runs them, and sub-models that read pieces.
//!
//! ```no_run
//! # async fn example(root: rlm_model::SharedModel, sub: rlm_model::SharedModel) -> Result<(), Box<dyn std::error::Error>> {
//! use rlm::{Models, Run, Settings};
//! use rlm_sandbox::{Context, Engine};
//!
//! let run = Run::new(Engine::new()?, Models::new(root, sub), Settings::default());
//! let context = Context::text("apples 3\npears 4\n")?;
//! let report = run.ask("How many pears?", vec![("fruit.txt".into(), context)]).await?;
//! println!("{}", report.answer.map_or_else(String::new, |answer| answer.text));
//! # Ok(()) }
//! ```
#![forbid(unsafe_code)]

mod answer;
mod args;
mod broker;
mod budget;
mod cache;
mod candidates;
mod context;
mod course;
mod error;
mod event;
pub mod export;
mod history;
mod journal;
mod json;
mod observation;
mod policy;
mod prompt;
mod reply;
mod report;
mod run;
mod settings;
mod skill;
mod stop;
mod trajectory;
mod tree;

pub use answer::{Answer, Source};
pub use budget::Resource;
pub use cache::{CacheError, ReplyCache, StoredCache};
pub use error::RlmError;
pub use event::{Event, Listener, Spend};
pub use history::Earlier;
pub use journal::{ContextSeen, Ending, JOURNAL_VERSION, Journal, JournalError, JournalKey, JournalSink, Start};
pub use policy::{Compaction, Confidence, Route, Router, Took};
pub use prompt::Pack;
pub use reply::{Final, Turn};
pub use report::{Phases, PlainCall, Report, Stop, Votes};
pub use run::Run;
pub use settings::{Budget, Models, Settings};
pub use skill::{BadSkill, Skill};
pub use stop::Stopper;

// What the signatures above are made of, so that an embedder needs no second dependency.
pub use rlm_model::{ModelError, Reply, SharedModel, Usage};
pub use rlm_sandbox::{Context, Engine, Execution, Limits, SandboxError, Value};
