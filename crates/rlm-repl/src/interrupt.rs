//! Ctrl-C as something the program does rather than dies of.

use std::io;

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
