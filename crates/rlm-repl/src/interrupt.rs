//! Ctrl-C as something the program does rather than dies of.

use std::{
    io,
    sync::{
        Arc,
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

/// Cancels the cell that Ctrl-C is meant for.
#[derive(Clone, Default)]
pub struct CellInterrupt {
    wanted: Arc<AtomicBool>,
}

impl CellInterrupt {
    /// From this call on, Ctrl-C cancels through `canceller` until [`Self::forget`].
    ///
    /// Once is not enough: it may come when the terminal was handed over already and the cell not
    /// yet entered, where the sandbox has nothing to cancel.
    pub fn listen(&self, canceller: Canceller) -> io::Result<()> {
        let wanted = self.wanted.clone();
        on_ctrl_c(move || {
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

    /// The cell has ended, or another begins: an earlier Ctrl-C does not mean it.
    pub fn forget(&self) {
        self.wanted.store(false, Relaxed);
    }
}
