//! Forks of a session whose cell is waiting for a host function.
//!
//! The guest stands still in the middle of a cell. Its memory is whole: what is missing is only the
//! machine's stack, which holds how the cell goes on, and a fork does not go on with it. So the fork
//! has every variable as it is at that moment, those of the cell's running functions included where
//! something in memory refers to them, and can be given cells of its own.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Checkpoint, Limits, Result, SandboxError, Session, memory::SharedRegion, world::SharedWorld};

/// Makes forks of a session while a cell of it waits for a host function. Cloning shares it.
#[derive(Clone, Default)]
pub struct Forker {
    live: Arc<Mutex<Option<Live>>>,
}

/// What a fork of the guest that runs now needs.
pub(crate) struct Live {
    pub region: SharedRegion,
    pub world: SharedWorld,
    pub rest: Rest,
    /// The state before the cell, for all that a cell does not change.
    pub state: Checkpoint,
    pub limits: Limits,
}

/// Whether a guest waits for a host function. The lock is held by whoever reads the guest's memory,
/// so that the guest cannot go on meanwhile.
#[derive(Clone, Default)]
pub(crate) struct Rest(Arc<Mutex<bool>>);

/// The guest rests until this is dropped.
pub(crate) struct Resting(Rest);

impl Rest {
    /// The guest rests from now on.
    pub fn begin(&self) -> Resting {
        *self.lock() = true;
        Resting(self.clone())
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Resting {
    fn drop(&mut self) {
        *self.0.lock() = false;
    }
}

impl Forker {
    /// Forks come from this guest from now on.
    pub(crate) fn follow(&self, live: Live) {
        *self.live.lock().unwrap_or_else(PoisonError::into_inner) = Some(live);
    }

    /// The session is gone.
    pub(crate) fn forget(&self) {
        *self.live.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The session's state at this moment, to start other sessions from. Costs in proportion to the
    /// pages written since the last checkpoint.
    ///
    /// # Errors
    /// When no cell waits for a host function, or the system refuses memory.
    pub fn checkpoint(&self) -> Result<Checkpoint> {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let no_cell = || SandboxError::Refused("no cell waits for a host function".to_owned());
        let live = live.as_ref().ok_or_else(no_cell)?;
        let resting = live.rest.lock();
        if !*resting {
            return Err(no_cell());
        }
        let image = live.region.lock().capture();
        let image = image.map_err(|source| SandboxError::System { what: "taking a checkpoint", source })?;
        Ok(Checkpoint { image, world: live.world.with(|world| world.clone()), ..live.state.clone() })
    }

    /// A session that starts from a checkpoint, with the limits of the running cell.
    ///
    /// # Errors
    /// When no cell has run yet, or the system refuses memory.
    pub async fn start(&self, checkpoint: &Checkpoint) -> Result<Session> {
        let limits = {
            let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
            live.as_ref().map_or_else(Limits::default, |live| live.limits.clone())
        };
        let session = Session::at(checkpoint.clone(), limits).await?;
        session.calm();
        Ok(session)
    }
}
