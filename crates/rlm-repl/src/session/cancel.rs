//! Cancelling the right cell, whenever the request comes.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use rlm_sandbox::Canceller;

/// How long to wait before asking a cell again that has not ended.
const AGAIN: Duration = Duration::from_millis(5);

/// Knows which runs were asked for and which have ended. Cloning shares it.
///
/// Runs are numbered as they are read. A cancel means the runs read before it: the one that is
/// running, and any that still queue, which then end without being started.
#[derive(Clone)]
pub struct Cancels {
    canceller: Canceller,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    read: u64,
    running: Option<u64>,
    cancelled_to: u64,
}

impl Cancels {
    /// Cancels through `canceller`.
    pub fn new(canceller: Canceller) -> Self {
        Self { canceller, state: Arc::default() }
    }

    /// Numbers a run that was just read.
    pub fn number(&self) -> u64 {
        let mut state = self.state();
        state.read += 1;
        state.read
    }

    /// Cancels every run read until now that has not ended.
    pub fn cancel(&self) {
        let mut state = self.state();
        state.cancelled_to = state.read;
        if state.running.is_some() {
            let cancels = self.clone();
            thread::spawn(move || cancels.insist());
        }
    }

    /// Marks a run as running; `false` if it was cancelled before it began.
    pub fn begin(&self, run: u64) -> bool {
        let mut state = self.state();
        let wanted = run > state.cancelled_to;
        if wanted {
            state.running = Some(run);
        }
        wanted
    }

    /// Marks the run as ended.
    pub fn end(&self) {
        self.state().running = None;
    }

    /// Cancels until the cell has ended. Once is not enough: the run may be marked as running and
    /// the cell not yet entered, where the sandbox has nothing to cancel.
    fn insist(&self) {
        loop {
            {
                let state = self.state();
                if state.running.is_none_or(|run| run > state.cancelled_to) {
                    return;
                }
                self.canceller.cancel();
            }
            thread::sleep(AGAIN);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
