//! What happens in a run, as it happens.

use std::{sync::Arc, time::Duration};

use rlm_model::{ModelError, Money, Usage};
use rlm_sandbox::Execution;

use crate::{Answer, Route};

/// Something that happened in a run. Turns and cells count from 1.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// The root model is asked.
    TurnStarted {
        /// Which turn.
        turn: u32,
        /// How many there may be.
        of: u32,
    },
    /// The turns are spent and the root model is asked for its best answer.
    ClosingTurnStarted,
    /// The next piece of the root model's reply, while it comes. A reply that stands in the journal
    /// comes without pieces.
    ReplyPiece {
        /// Which turn.
        turn: u32,
        /// The piece.
        text: String,
    },
    /// The reply broke off and is asked for again: the pieces told so far are void.
    ReplyRestarted {
        /// Which turn.
        turn: u32,
    },
    /// The root model could not be asked, and will be once more.
    ReplyDelayed {
        /// Which turn.
        turn: u32,
        /// After this time.
        wait: Duration,
        /// What its provider said, or what kept it from saying anything.
        why: String,
    },
    /// The root model replied.
    ReplyReceived {
        /// Which turn.
        turn: u32,
        /// What it said.
        text: String,
        /// What it cost.
        usage: Usage,
        /// How long it took.
        wall: Duration,
    },
    /// The router has chosen, and the plain call, if there was one, has ended.
    Routed {
        /// What it chose.
        route: Route,
    },
    /// The conversation was replaced by a summary.
    Compacted {
        /// Before which turn.
        turn: u32,
        /// Tokens it had, and has now; 0 where nobody counts them.
        before: u64,
        /// Tokens now.
        after: u64,
        /// The root model's window, where it is known.
        window: Option<u64>,
    },
    /// A verifier looked at an answer.
    Verified {
        /// In which turn.
        turn: u32,
        /// Why it sent the answer back, if it did.
        why: Option<String>,
    },
    /// One of several independent runs has ended.
    CandidateEnded {
        /// Its name.
        run: String,
        /// What it answered, if it did.
        answer: Option<String>,
    },
    /// The reply held neither a cell nor an answer, so the model is told what is expected.
    Nudged {
        /// Which turn.
        turn: u32,
    },
    /// A final answer was not taken, because it was written before the output of the cells in the
    /// same reply could be seen.
    FinalNotTrusted {
        /// Which turn.
        turn: u32,
    },
    /// A cell starts.
    CellStarted {
        /// Which turn.
        turn: u32,
        /// Which cell of the turn.
        cell: u32,
        /// Its source.
        code: String,
    },
    /// A cell ended.
    CellEnded {
        /// Which turn.
        turn: u32,
        /// Which cell of the turn.
        cell: u32,
        /// What it gave.
        execution: Arc<Execution>,
    },
    /// Sub-calls start, as one batch.
    SubCallsStarted {
        /// The model they go to.
        model: String,
        /// How many.
        count: usize,
    },
    /// A sub-call ended.
    SubCallEnded {
        /// The model that was asked.
        model: String,
        /// What it cost, where that is known.
        usage: Usage,
        /// How long it took.
        wall: Duration,
        /// Why there is no answer, if there is none.
        error: Option<ModelError>,
    },
    /// A model call was paid for, in whatever run of the tree.
    SpendChanged {
        /// What all runs of the tree have spent.
        spend: Spend,
    },
    /// A child run begins.
    ChildStarted {
        /// Its name, which begins with its parent's.
        run: String,
        /// Levels above it.
        depth: u32,
        /// Its question.
        question: String,
    },
    /// A child run ended.
    ChildEnded {
        /// Its name.
        run: String,
        /// Why, as [`crate::Stop::name`] has it; `failed` when it could not be done.
        stop: &'static str,
    },
    /// Something happened in a child run.
    InChild {
        /// The child's name.
        run: String,
        /// Levels above it.
        depth: u32,
        /// What happened.
        event: Box<Event>,
    },
    /// The root model could not be asked.
    ModelFailed {
        /// Why.
        error: ModelError,
    },
    /// The trajectory could not be written; the run goes on without it.
    TrajectoryFailed {
        /// Why.
        error: String,
    },
    /// The run has its answer.
    Answered {
        /// The answer.
        answer: Answer,
    },
}

/// What a tree of runs has spent so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spend {
    /// Model calls below the root run, failed ones included.
    pub sub_calls: u64,
    /// Those of them that gave no text.
    pub failed_sub_calls: u64,
    /// Tokens of all models together.
    pub usage: Usage,
    /// Money; nothing where a price is unknown.
    pub cost: Option<Money>,
}

/// Whoever wants to know what happens.
pub type Listener = Arc<dyn Fn(&Event) + Send + Sync>;

/// Where events go, if anywhere.
#[derive(Clone, Default)]
pub(crate) struct Events(pub(crate) Option<Listener>);

impl Events {
    /// Whether anybody listens.
    pub(crate) fn are_heard(&self) -> bool {
        self.0.is_some()
    }

    /// Tells the listener, if there is one, what `event` makes.
    pub(crate) fn tell(&self, event: impl FnOnce() -> Event) {
        if let Some(listener) = &self.0 {
            listener(&event());
        }
    }
}
