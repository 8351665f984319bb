//! What a run came to.

use std::{collections::BTreeMap, fmt, time::Duration};

use rlm_model::{Money, Usage};

use crate::{Answer, Resource};

/// What a run came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The answer, or the best candidate there was when the run ended without one.
    pub answer: Option<Answer>,
    /// Why the run ended.
    pub stop: Stop,
    /// Turns of the root model, a closing turn not included.
    pub iterations: u32,
    /// Sub-calls made, failed ones included.
    pub sub_calls: u64,
    /// Sub-calls that gave no text.
    pub failed_sub_calls: u64,
    /// Tokens by model.
    pub usage: BTreeMap<String, Usage>,
    /// What each model's calls cost; nothing where a price is unknown. What a failed call cost, nobody
    /// says, and it is left out.
    pub costs: BTreeMap<String, Option<Money>>,
    /// How long the run took, since it was begun or resumed.
    pub wall: Duration,
    /// How long it took before it was resumed.
    pub wall_before: Duration,
    /// Where a replay was not as recorded; empty in a run that is no replay.
    pub differences: Vec<String>,
    /// Why the trajectory is incomplete, if it is. The run goes on without it.
    pub trajectory_error: Option<String>,
    /// Why the journal is incomplete, if it is. The run goes on without it.
    pub journal_error: Option<String>,
}

impl Report {
    /// What all calls cost, where the prices of all models are known.
    pub fn cost(&self) -> Option<Money> {
        self.costs.values().copied().sum()
    }
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stop {
    /// The root model gave an answer.
    Answered,
    /// All turns were used.
    IterationsSpent {
        /// How many there were.
        of: u32,
    },
    /// The next request to the root model did not fit the budget.
    BudgetSpent {
        /// What there was not enough of.
        resource: Resource,
        /// How much was used, or promised.
        used: u64,
        /// How much there was.
        of: u64,
    },
    /// The time was used.
    TimeSpent {
        /// How much there was.
        of: Duration,
    },
    /// Too many turns in a row gained nothing.
    ErrorsInARow {
        /// How many.
        turns: u32,
    },
    /// Somebody asked the run to stop.
    Stopped,
    /// The root model could not be asked.
    ModelFailed,
}

impl Stop {
    /// One word for machines: `answered`, `iterations_spent`, `budget_spent`, `time_spent`,
    /// `errors_in_a_row`, `stopped`, `model_failed`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::IterationsSpent { .. } => "iterations_spent",
            Self::BudgetSpent { .. } => "budget_spent",
            Self::TimeSpent { .. } => "time_spent",
            Self::ErrorsInARow { .. } => "errors_in_a_row",
            Self::Stopped => "stopped",
            Self::ModelFailed => "model_failed",
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered => f.write_str("answered"),
            Self::IterationsSpent { of } => write!(f, "iterations: {of} of {of} used"),
            Self::BudgetSpent { resource, used, of } => {
                write!(f, "{}: {} of {} used", resource.name(), resource.amount(*used), resource.amount(*of))
            }
            Self::TimeSpent { of } => write!(f, "time: {:.1} s of {:.1} s used", of.as_secs_f64(), of.as_secs_f64()),
            Self::ErrorsInARow { turns } => write!(f, "{turns} turns in a row gained nothing"),
            Self::Stopped => f.write_str("stopped on request"),
            Self::ModelFailed => f.write_str("the root model failed"),
        }
    }
}
