//! Lines out, whole and in order, from whichever thread has one.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use serde::Serialize;

use super::wire::Id;

/// Where lines go. Cloning shares it.
#[derive(Clone)]
pub struct Output {
    stream: Arc<Mutex<dyn Write + Send>>,
}

/// Something was wrong with a request.
#[derive(Serialize)]
struct ErrorLine<'a> {
    id: &'a Id,
    error: &'a str,
}

/// A request that has no other result was done.
#[derive(Serialize)]
struct DoneLine<'a> {
    id: &'a Id,
    ok: bool,
}

impl Output {
    /// Lines go to `stream`.
    pub fn new(stream: impl Write + Send + 'static) -> Self {
        Self { stream: Arc::new(Mutex::new(stream)) }
    }

    /// Writes one line at once.
    pub fn line(&self, content: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(content)?;
        line.push(b'\n');
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        stream.write_all(&line)?;
        stream.flush()
    }

    /// Writes `{"id": ..., "error": "..."}`.
    pub fn error(&self, id: &Id, error: &str) -> io::Result<()> {
        self.line(&ErrorLine { id, error })
    }

    /// Writes `{"id": ..., "ok": true}`.
    pub fn done(&self, id: &Id) -> io::Result<()> {
        self.line(&DoneLine { id, ok: true })
    }
}
