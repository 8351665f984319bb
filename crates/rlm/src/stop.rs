//! Asks a run to end, from any thread.

use tokio::sync::watch;

/// Asks a run to end, from any thread. Cloning shares it.
///
/// Either way the run returns a report with the best candidate it has.
#[derive(Clone, Debug)]
pub struct Stopper {
    wish: watch::Sender<Wish>,
}

/// How soon a run should end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wish {
    GoOn,
    Stop,
    Abort,
}

impl Stopper {
    pub(crate) fn new() -> Self {
        Self { wish: watch::Sender::new(Wish::GoOn) }
    }

    /// Ends the run after the model call or cell in progress.
    pub fn stop(&self) {
        self.raise(Wish::Stop);
    }

    /// Ends the run now: a model call is dropped, a cell cancelled.
    pub fn abort(&self) {
        self.raise(Wish::Abort);
    }

    /// A wish is only ever made stronger.
    fn raise(&self, wish: Wish) {
        self.wish.send_modify(|current| *current = wish.max(*current));
    }

    /// Whether the run should not begin another step.
    pub(crate) fn is_stopping(&self) -> bool {
        *self.wish.borrow() >= Wish::Stop
    }

    /// Waits until the run should end at once.
    pub(crate) async fn aborted(&self) {
        let mut wish = self.wish.subscribe();
        // The sender lives in `self`, so waiting cannot fail.
        let _ = wish.wait_for(|wish| *wish == Wish::Abort).await;
    }
}
