//! What a run came to.

use std::{collections::BTreeMap, fmt, time::Duration};

use rlm_model::{Money, Usage};
use serde::de::DeserializeOwned;

use crate::{Answer, Resource, Route, json};

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
    /// Where the time of the root run went.
    pub phases: Phases,
    /// Calls that the cache answered. They are counted as calls and cost nothing.
    pub cached_calls: u64,
    /// What the router made of the question, where there was one.
    pub route: Option<Route>,
    /// How independent runs voted, where several were asked for.
    pub votes: Option<Votes>,
    /// Whether a verifier accepted the answer, where one was to; not told of answers that were voted for.
    pub verified: Option<bool>,
    /// What one plain call about all of the contexts would have taken, where the root model's price or window
    /// is known.
    pub plain_call: Option<PlainCall>,
    /// Why the cache was given up, if it was. The run goes on without it.
    pub cache_error: Option<String>,
    /// Where a replay was not as recorded; empty in a run that is no replay.
    pub differences: Vec<String>,
    /// Why the trajectory is incomplete, if it is. The run goes on without it.
    pub trajectory_error: Option<String>,
    /// Why the journal is incomplete, if it is. The run goes on without it.
    pub journal_error: Option<String>,
}

/// Where the time of a run went. What is missing to its whole time is the loop's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Phases {
    /// Waiting for the root model.
    pub root: Duration,
    /// Waiting for sub-calls, child runs and forks.
    pub calls: Duration,
    /// Cells at work.
    pub cells: Duration,
}

/// How independent runs voted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Votes {
    /// Runs that gave the answer.
    pub agree: u32,
    /// Runs that gave any.
    pub of: u32,
    /// How many were to agree.
    pub wanted: u32,
}

/// A plain call that was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlainCall {
    /// Tokens of question and contexts, by estimate.
    pub input_tokens: u64,
    /// Tokens of the answer, by estimate. What a model thinks before it answers comes on top.
    pub output_tokens: u64,
    /// What it would have cost, where the price is known.
    pub cost: Option<Money>,
    /// The model's window, where it is known. What is larger cannot be sent at all.
    pub window: Option<u64>,
}

impl PlainCall {
    /// Whether it could have been made, where that is known.
    pub fn fits(&self) -> Option<bool> {
        self.window.map(|window| self.input_tokens <= window)
    }
}

impl Report {
    /// The answer read as a `T`, such as [`Run::typed`](crate::Run::typed) asks for; nothing where there is none.
    ///
    /// # Errors
    /// When it is not one, as the answer of a run that was cut short may not be.
    pub fn answer_as<T: DeserializeOwned>(&self) -> Option<Result<T, serde_json::Error>> {
        let answer = self.answer.as_ref()?;
        Some(match &answer.value {
            Some(value) => serde_json::from_value(json::json(value)),
            None => serde_json::from_str(&answer.text),
        })
    }

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
    /// The draft stayed the same for so many turns.
    Settled {
        /// How many.
        turns: u32,
    },
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
    /// One word for machines: `answered`, `settled`, `iterations_spent`, `budget_spent`, `time_spent`,
    /// `errors_in_a_row`, `stopped`, `model_failed`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Settled { .. } => "settled",
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
            Self::Settled { turns } => write!(f, "the answer stayed the same for {turns} turns"),
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
