//! Replies kept by what was asked, on request, and shared between runs.
//!
//! A reply is found again by the model's name, the messages and the reply limit. Within one run the same
//! request may be made several times on purpose, as a vote does: the second time it is made, the second
//! reply is looked for. A failed call is never kept, nor is a reply that was cut off.

mod stored;

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rlm_model::{Finish, Reply, Request, SharedModel, Usage};

use crate::journal::Hasher;
pub use stored::{CacheError, StoredCache};

/// Somewhere replies are kept under keys. All methods may be called from several threads, and block.
pub trait ReplyCache: Send + Sync + 'static {
    /// The reply kept under `key`.
    ///
    /// # Errors
    /// When what is kept cannot be read.
    fn get(&self, key: &str) -> io::Result<Option<Reply>>;

    /// Keeps a reply under `key`.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn put(&self, key: &str, reply: &Reply) -> io::Result<()>;

    /// Makes what was kept survive this process. Called after each batch of calls.
    ///
    /// # Errors
    /// When it cannot be written.
    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

/// The cache of one tree of runs, if it has one.
#[derive(Default)]
pub(crate) struct Cache {
    kept: Option<Arc<dyn ReplyCache>>,
    /// How often each request was made in this run.
    asked: Mutex<HashMap<String, u32>>,
    /// Why the cache is no longer used.
    error: Mutex<Option<String>>,
}

impl Cache {
    pub(crate) fn new(kept: Option<Arc<dyn ReplyCache>>) -> Self {
        Self { kept, ..Self::default() }
    }

    /// The key of a request that is made now; nothing where nothing is kept.
    pub(crate) fn key(&self, model: &SharedModel, request: &Request) -> Option<String> {
        self.working()?;
        let mut hasher = Hasher::default();
        hasher.add(model.name());
        hasher.add(&request.max_output_tokens.map_or_else(String::new, |most| most.to_string()));
        request.messages.iter().for_each(|message| hasher.message(message));
        let content = hasher.digest();
        let mut asked = lock(&self.asked);
        let times = asked.entry(content.clone()).or_default();
        *times += 1;
        Some(format!("{content}.{times}"))
    }

    /// The reply kept under `key`, as one that used nothing.
    pub(crate) fn get(&self, key: &str) -> Option<Reply> {
        let reply = self.working()?.get(key).map_err(|error| self.fail(&error)).ok()??;
        Some(Reply { usage: Usage::default(), ..reply })
    }

    pub(crate) fn put(&self, key: &str, reply: &Reply) {
        if let Some(kept) = self.working().filter(|_| reply.finish == Finish::Stop)
            && let Err(error) = kept.put(key, reply)
        {
            self.fail(&error);
        }
    }

    pub(crate) fn sync(&self) {
        if let Some(Err(error)) = self.working().map(|kept| kept.sync()) {
            self.fail(&error);
        }
    }

    /// Why the cache is no longer used, if it is not. The run goes on without it.
    pub(crate) fn error(&self) -> Option<String> {
        lock(&self.error).clone()
    }

    fn working(&self) -> Option<&Arc<dyn ReplyCache>> {
        self.kept.as_ref().filter(|_| lock(&self.error).is_none())
    }

    fn fail(&self, error: &io::Error) {
        lock(&self.error).get_or_insert_with(|| error.to_string());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
