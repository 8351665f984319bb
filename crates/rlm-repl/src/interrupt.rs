//! Ctrl-C as something the program does rather than dies of.

use std::{
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use rlm_sandbox::Canceller;
use tokio::{
    signal::unix::{SignalKind, signal},
    task::JoinHandle,
};

/// From this call on, each Ctrl-C does `act`, on another thread than the one that runs a cell.
/// Needs a runtime that has one.
pub fn on_ctrl_c(mut act: impl FnMut() + Send + 'static) -> io::Result<JoinHandle<()>> {
    let mut interrupts = signal(SignalKind::interrupt())?;
    Ok(tokio::spawn(async move {
        while interrupts.recv().await.is_some() {
            act();
        }
    }))
}

/// How long to wait before asking a cell again that has not ended.
const AGAIN: Duration = Duration::from_millis(5);

/// Cancels the cell that Ctrl-C is meant for, or does what a run wants done.
#[derive(Clone, Default)]
pub struct CellInterrupt {
    wanted: Arc<AtomicBool>,
    instead: Arc<Mutex<Option<Act>>>,
}

type Act = Box<dyn FnMut() + Send>;

impl CellInterrupt {
    /// From this call on, Ctrl-C cancels through `canceller` until [`Self::forget`].
    ///
    /// Once is not enough: it may come when the terminal was handed over already and the cell not
    /// yet entered, where the sandbox has nothing to cancel.
    pub fn listen(&self, canceller: Canceller) -> io::Result<()> {
        let this = self.clone();
        on_ctrl_c(move || {
            if let Some(act) = &mut *this.instead() {
                return act();
            }
            let wanted = &this.wanted;
            wanted.store(true, Relaxed);
            let (wanted, canceller) = (wanted.clone(), canceller.clone());
            tokio::spawn(async move {
                while wanted.load(Relaxed) {
                    canceller.cancel();
                    tokio::time::sleep(AGAIN).await;
                }
            });
        })?;
        Ok(())
    }

    /// Until [`Self::forget`], Ctrl-C does this and cancels no cell.
    pub fn instead_do(&self, act: impl FnMut() + Send + 'static) {
        *self.instead() = Some(Box::new(act));
    }

    fn instead(&self) -> MutexGuard<'_, Option<Act>> {
        self.instead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The cell has ended, or another begins: an earlier Ctrl-C does not mean it.
    pub fn forget(&self) {
        *self.instead() = None;
        self.wanted.store(false, Relaxed);
    }
}
