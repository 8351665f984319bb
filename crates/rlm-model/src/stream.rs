//! What a model says, while it says it.

use std::time::Duration;

/// Something that happens while a model replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamEvent<'a> {
    /// The next piece of the text.
    Text(&'a str),
    /// The reply broke off and is asked for again: the pieces told so far are void.
    Restarted,
    /// The provider could not be asked, and will be once more.
    Waiting {
        /// After this time.
        wait: Duration,
        /// What it said, or what kept it from saying anything.
        why: &'a str,
    },
}

/// Whoever wants to see a reply while it comes. The reply waits for it.
pub type StreamListener<'a> = &'a (dyn Fn(StreamEvent<'_>) + Send + Sync);
