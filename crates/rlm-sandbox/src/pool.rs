//! Sessions started ahead of time, for those who cannot wait for one.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{Result, Session, SessionBuilder};

/// Sessions started ahead of time, all alike. A session is used once: what one holder did in it no
/// other sees.
///
/// The pool does nothing by itself. Call [`Pool::fill`] where there is time, perhaps from a task:
///
/// ```no_run
/// # async fn example(engine: rlm_sandbox::Engine) -> Result<(), rlm_sandbox::SandboxError> {
/// use std::sync::Arc;
/// use rlm_sandbox::{Limits, Pool};
///
/// let pool = Arc::new(Pool::new(engine.session(Limits::default()), 4));
/// pool.fill().await?;
/// let session = pool.take().await?;
/// let filling = Arc::clone(&pool);
/// tokio::spawn(async move { filling.fill().await });
/// # drop(session); Ok(()) }
/// ```
pub struct Pool {
    builder: SessionBuilder,
    size: usize,
    ready: Mutex<Vec<Session>>,
}

impl Pool {
    /// An empty pool of at most `size` sessions as `builder` starts them, same seed and clock
    /// included. An idle session takes less than 1 MB.
    pub fn new(builder: SessionBuilder, size: usize) -> Self {
        Self { builder, size, ready: Mutex::default() }
    }

    /// A session: one that is ready, else one started now.
    ///
    /// # Errors
    /// As [`SessionBuilder::start`].
    pub async fn take(&self) -> Result<Session> {
        let ready = self.lock().pop();
        match ready {
            Some(session) => Ok(session),
            None => self.builder.clone().start().await,
        }
    }

    /// Starts sessions until the pool is full.
    ///
    /// # Errors
    /// As [`SessionBuilder::start`]; those that were started before stay.
    pub async fn fill(&self) -> Result<()> {
        while self.ready() < self.size {
            let session = self.builder.clone().start().await?;
            let mut ready = self.lock();
            // Another task may have filled the pool meanwhile.
            if ready.len() < self.size {
                ready.push(session);
            }
        }
        Ok(())
    }

    /// How many sessions are ready.
    pub fn ready(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Session>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
