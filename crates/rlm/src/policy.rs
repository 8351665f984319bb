//! Choices a run leaves to whoever starts it: when the loop is worth it, when its conversation is summed
//! up, and when an answer is sure enough.

use serde::{Deserialize, Serialize};

/// Whether a question about little material is answered by one plain call of the root model. Where that
/// model says that reading is not enough, the loop answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Router {
    /// Never: the loop answers.
    #[default]
    Off,
    /// Wherever the root model can read all contexts at once.
    On,
    /// Where it can, and they have at most this many tokens.
    Auto {
        /// By estimate.
        tokens: u64,
    },
}

impl Router {
    /// Below about this many tokens a plain call answers as well as the loop (arXiv 2512.24601).
    pub const AUTO: Self = Self::Auto { tokens: 16_000 };

    /// One word for machines: `off`, `on`, `auto`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::On => "on",
            Self::Auto { .. } => "auto",
        }
    }
}

/// When the conversation with a root model is summed up, so that it goes on to fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Compaction {
    /// How much of the window may be full, in percent; over 100 it never is, and only a request that was
    /// refused as too long is followed by compaction.
    pub percent: u32,
    /// The window in tokens; as the model says, unless told. Where nobody says it, only a refused
    /// request leads to compaction.
    pub window: Option<u64>,
}

impl Default for Compaction {
    fn default() -> Self {
        Self { percent: 85, window: None }
    }
}

/// What an answer has to stand before it ends the run. The default takes the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Confidence {
    /// So many independent runs have to give the same answer. They share the budget, each with turns of
    /// its own; where no answer gets that many votes, the one with most is taken.
    pub agree: Option<u32>,
    /// A sub-call checks each answer against what the root model saw, and may send it back.
    pub verify: bool,
    /// The draft in `answer["content"]` becomes the answer when it has been the same for so many turns.
    pub unchanged: Option<u32>,
}

/// What the router made of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The policy's name.
    pub policy: &'static str,
    /// Tokens of the contexts, by estimate; nothing where some of them cannot be put in a prompt.
    pub tokens: Option<u64>,
    /// The most a plain call was allowed.
    pub most: u64,
    /// Who answered.
    pub took: Took,
}

/// Who answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Took {
    /// The loop, at once.
    Loop,
    /// The plain call.
    PlainCall,
    /// The loop, after a plain call that did not settle it.
    LoopAfterPlainCall,
}

impl Took {
    /// One word for machines: `loop`, `plain_call`, `loop_after_plain_call`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Loop => "loop",
            Self::PlainCall => "plain_call",
            Self::LoopAfterPlainCall => "loop_after_plain_call",
        }
    }
}
