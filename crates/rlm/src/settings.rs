//! What a run is told before it starts, as plain data.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use rlm_model::{Money, SharedModel};
use rlm_sandbox::Limits;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::policy::{Compaction, Confidence, Router};

/// Who is asked.
#[derive(Clone)]
pub struct Models {
    /// Writes the cells.
    pub root: SharedModel,
    /// Answers `llm_query` unless a cell names another, and writes the cells of child runs.
    pub sub: SharedModel,
    /// Further sub-models, under the names cells give as `model=`.
    pub named: BTreeMap<String, SharedModel>,
}

impl Models {
    /// A root model and a sub-model, which may be the same.
    pub fn new(root: SharedModel, sub: SharedModel) -> Self {
        Self { root, sub, named: BTreeMap::new() }
    }

    /// All of them; some may be the same.
    pub fn all(&self) -> impl Iterator<Item = &SharedModel> {
        [&self.root, &self.sub].into_iter().chain(self.named.values())
    }
}

/// How a run is done. The default is safe for models and contexts that nobody has looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// What one cell may use.
    pub limits: Limits,
    /// What the whole tree of runs may spend.
    pub budget: Budget,
    /// How many characters of each cell's output the root model is shown.
    pub observation_chars: usize,
    /// Sub-calls that wait for their models at the same time, in the whole tree.
    pub sub_call_concurrency: usize,
    /// Child runs of one call that are under way at the same time. Forks of one call, which mostly wait for
    /// sub-calls, go by the larger of this and [`Self::sub_call_concurrency`].
    pub child_concurrency: usize,
    /// Most characters a sub-model can be sent at once; a longer prompt is refused before it is sent.
    pub sub_prompt_chars: Option<usize>,
    /// Windows of sub-models in tokens, by the models' names; as the models say, unless told. A prompt that is
    /// a fifth longer by estimate is refused before it is sent.
    #[serde(default)]
    pub sub_windows: BTreeMap<String, u64>,
    /// Most tokens of one reply; `None` leaves it to the provider, or, where output tokens or money
    /// are limited, is 8,192.
    pub max_output_tokens: Option<u32>,
    /// A JSON schema that the answer has to meet.
    pub answer_schema: Option<Json>,
    /// Whether loops of independent sub-calls are sent as one batch.
    pub batch_loops: bool,
    /// Whether a question about little material is answered by one plain call.
    #[serde(default)]
    pub router: Router,
    /// When the conversation with a root model is summed up.
    #[serde(default)]
    pub compaction: Compaction,
    /// When an answer is sure enough.
    #[serde(default)]
    pub confidence: Confidence,
    /// Which of [`crate::Pack`]'s prompts the root model gets; by its name unless told.
    pub pack: Option<String>,
    /// Seed of the randomness that cells see.
    pub seed: u64,
    /// The time of day when the run starts, for the trajectory's time stamps; without it they
    /// are left empty.
    pub started: Option<SystemTime>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            budget: Budget::default(),
            observation_chars: 20_000,
            sub_call_concurrency: 16,
            child_concurrency: 4,
            sub_prompt_chars: None,
            sub_windows: BTreeMap::new(),
            max_output_tokens: None,
            answer_schema: None,
            batch_loops: true,
            router: Router::Off,
            compaction: Compaction::default(),
            confidence: Confidence::default(),
            pack: None,
            seed: 0,
            started: None,
        }
    }
}

/// What one run may spend, all runs below it included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Turns of the root run.
    pub iterations: u32,
    /// Turns of a child run.
    pub child_iterations: u32,
    /// Model calls below the root run: sub-calls and turns of child runs, failed ones included.
    pub sub_calls: u64,
    /// Tokens sent.
    pub input_tokens: Option<u64>,
    /// Tokens received. Each request then tells its provider how many it may answer with.
    pub output_tokens: Option<u64>,
    /// Money. Every model asked then needs a known price.
    pub money: Option<Money>,
    /// Time from start to answer, waiting included.
    pub wall: Option<Duration>,
    /// Levels of child runs below the root. At the last, `rlm_query` is a plain sub-call.
    pub depth: u32,
    /// Turns in a row without anything gained: every cell failed, or there was neither cell nor
    /// answer.
    pub errors_in_a_row: u32,
    /// Whether the root model is asked once more for its best answer when the budget is spent. What
    /// that takes is then kept back from the start.
    pub closing_turn: bool,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            iterations: 30,
            child_iterations: 12,
            sub_calls: 1_000,
            input_tokens: None,
            output_tokens: None,
            money: None,
            wall: None,
            depth: 1,
            errors_in_a_row: 8,
            closing_turn: true,
        }
    }
}
