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
#[derive(Clone, Default)]
pub struct Cancels {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    read: u64,
    /// The run under way, and what cancels its session's cell.
    running: Option<(u64, Canceller)>,
    cancelled_to: u64,
}

impl Cancels {
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

    /// Marks a run as running, cancelled through `canceller`; `false` if it was cancelled before it
    /// began.
    pub fn begin(&self, run: u64, canceller: Canceller) -> bool {
        let mut state = self.state();
        let wanted = run > state.cancelled_to;
        if wanted {
            state.running = Some((run, canceller));
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
                match &state.running {
                    Some((run, canceller)) if *run <= state.cancelled_to => canceller.cancel(),
                    _ => return,
                }
            }
            thread::sleep(AGAIN);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
