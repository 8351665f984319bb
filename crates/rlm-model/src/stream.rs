//! What a model says, while it says it.

/// Something that happens while a model replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamEvent<'a> {
    /// The next piece of the text.
    Text(&'a str),
    /// The reply broke off and is asked for again: the pieces told so far are void.
    Restarted,
}

/// Whoever wants to see a reply while it comes. The reply waits for it.
pub type StreamListener<'a> = &'a (dyn Fn(StreamEvent<'_>) + Send + Sync);
