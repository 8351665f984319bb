//! What a run is told before it starts, as plain data.

use std::{collections::BTreeMap, time::SystemTime};

use rlm_model::SharedModel;
use rlm_sandbox::Limits;

/// Who is asked.
#[derive(Clone)]
pub struct Models {
    /// Writes the cells.
    pub root: SharedModel,
    /// Answers `llm_query` unless a cell names another.
    pub sub: SharedModel,
    /// Further sub-models, under the names cells give as `model=`.
    pub named: BTreeMap<String, SharedModel>,
}

impl Models {
    /// A root model and a sub-model, which may be the same.
    pub fn new(root: SharedModel, sub: SharedModel) -> Self {
        Self { root, sub, named: BTreeMap::new() }
    }
}

/// How a run is done. The default is safe for models and contexts that nobody has looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What one cell may use.
    pub limits: Limits,
    /// What the whole run may spend.
    pub budget: Budget,
    /// How many characters of each cell's output the root model is shown.
    pub observation_chars: usize,
    /// Sub-calls of one batch that wait for their models at the same time.
    pub sub_call_concurrency: usize,
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
            seed: 0,
            started: None,
        }
    }
}

/// What one run may spend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Turns of the root model.
    pub iterations: u32,
    /// Sub-calls, failed ones included.
    pub sub_calls: u64,
    /// Turns in a row without anything gained: every cell failed, or there was neither cell nor
    /// answer.
    pub errors_in_a_row: u32,
    /// Whether the root model is asked once more for its best answer when the turns are spent.
    pub closing_turn: bool,
}

impl Default for Budget {
    fn default() -> Self {
        Self { iterations: 30, sub_calls: 1_000, errors_in_a_row: 8, closing_turn: true }
    }
}
