//! What a run in progress knows from its journal, and what it adds.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use rlm_model::{Message, Role};
use serde::Serialize;
use tokio::time::Instant;

use super::{Ending, Entry, Journal, JournalError, JournalKey, JournalSink, Start, format::Chain, record::Body};

/// Most differences a replay tells one by one.
const MOST_DIFFERENCES: usize = 50;

/// Answers from the journal, and appends to it.
pub(crate) struct Recorder {
    known: BTreeMap<String, Body>,
    ending: Option<Ending>,
    /// Whether models may not be asked.
    offline: bool,
    writer: Option<Writer>,
    /// Why the journal is incomplete, if it is.
    error: Mutex<Option<String>>,
    differences: Mutex<Vec<String>>,
    diverged: AtomicBool,
    began: Instant,
    /// Time the run took before it was resumed.
    before: Duration,
}

struct Writer {
    sink: Box<dyn JournalSink>,
    chain: Mutex<Chain>,
    /// Records appended, and how many of them are known to be safe.
    appended: AtomicU64,
    synced: Mutex<u64>,
}

impl Recorder {
    /// Without a journal.
    pub(crate) fn none(began: Instant) -> Self {
        Self {
            known: BTreeMap::new(),
            ending: None,
            offline: false,
            writer: None,
            error: Mutex::default(),
            differences: Mutex::default(),
            diverged: AtomicBool::new(false),
            began,
            before: Duration::ZERO,
        }
    }

    /// With a new journal.
    pub(crate) fn begin(began: Instant, sink: Box<dyn JournalSink>, key: JournalKey, start: &Start) -> Self {
        let writer = Writer::new(sink, Chain::new(key));
        let recorder = Self { writer: Some(writer), ..Self::none(began) };
        recorder.write(start);
        recorder.sync();
        recorder
    }

    /// With the journal of a run that goes on.
    pub(crate) fn resume(began: Instant, journal: Journal, sink: Box<dyn JournalSink>) -> Self {
        let writer = Some(Writer::new(sink, journal.chain.clone()));
        Self { writer, ..Self::knowing(began, journal) }
    }

    /// With the journal of a run that is only looked at.
    pub(crate) fn replay(began: Instant, journal: Journal) -> Self {
        Self { offline: true, ..Self::knowing(began, journal) }
    }

    fn knowing(began: Instant, journal: Journal) -> Self {
        let ending = journal.ending().cloned();
        let before = journal.entries.last().map_or(0, |entry| entry.at);
        let known = journal.entries.into_iter().map(|entry| (entry.id, entry.body)).collect();
        Self { known, ending, before: Duration::from_millis(before), ..Self::none(began) }
    }

    /// Time the run has taken, before it was resumed included.
    pub(crate) fn elapsed(&self) -> Duration {
        self.before + self.began.elapsed()
    }

    /// Time the run took before it was resumed.
    pub(crate) fn before(&self) -> Duration {
        self.before
    }

    /// Whether models may not be asked.
    pub(crate) fn is_offline(&self) -> bool {
        self.offline
    }

    /// How the journal says the run ended.
    pub(crate) fn ending(&self) -> Option<&Ending> {
        self.ending.as_ref()
    }

    /// What the journal holds under `id`.
    pub(crate) fn known(&self, id: &str) -> Option<&Body> {
        self.known.get(id)
    }

    /// Whether the journal held anything when the run began.
    pub(crate) fn holds_anything(&self) -> bool {
        !self.known.is_empty()
    }

    /// What the journal holds below `id`.
    pub(crate) fn below<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Body> {
        let inside = move |name: &str| name.strip_prefix(id).is_some_and(|rest| rest.starts_with(['.', '/']));
        self.known
            .range(id.to_owned()..)
            .take_while(move |(name, _)| name.starts_with(id))
            .filter(move |(name, _)| inside(name))
            .map(|(_, body)| body)
    }

    /// Notes that what happened under `id` is not what the journal says. A resumed run must not go
    /// on from there; a replay goes on with what the journal says.
    pub(crate) fn differs(&self, id: &str, what: impl FnOnce() -> String) {
        let mut differences = lock(&self.differences);
        if differences.len() < MOST_DIFFERENCES {
            differences.push(format!("{id}: {}", what()));
        }
        self.diverged.store(true, Relaxed);
    }

    /// Compares a request with the one that was recorded.
    pub(crate) fn same_request(&self, id: &str, recorded: &str, now: &str) {
        if recorded != now {
            self.differs(id, || "the request is not the one that was recorded".to_owned());
        }
    }

    /// The error of a resumed run that went another way.
    pub(crate) fn divergence(&self) -> Option<JournalError> {
        if self.offline || !self.diverged.load(Relaxed) {
            return None;
        }
        Some(JournalError::Diverged(lock(&self.differences).first().cloned().unwrap_or_default()))
    }

    /// The differences found so far.
    pub(crate) fn differences(&self) -> Vec<String> {
        lock(&self.differences).clone()
    }

    /// Why the journal is incomplete, if it is.
    pub(crate) fn error(&self) -> Option<String> {
        lock(&self.error).clone()
    }

    /// Appends a record. It survives this process from here on; [`Self::sync`] before anything that
    /// is seen outside depends on it.
    pub(crate) fn append(&self, id: &str, body: Body) {
        if self.writer.is_some() {
            let at = u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.write(&Entry { id: id.to_owned(), at, body });
        }
    }

    /// Appends a record and makes it safe.
    pub(crate) fn commit(&self, id: &str, body: Body) {
        self.append(id, body);
        self.sync();
    }

    fn write(&self, record: &impl Serialize) {
        let Some(writer) = &self.writer else { return };
        if lock(&self.error).is_some() {
            return;
        }
        // The lock is held while appending, so that the lines stand in the order of their proofs.
        let mut chain = lock(&writer.chain);
        let line = chain.line(record);
        match writer.sink.append(line.as_bytes()) {
            Ok(()) => _ = writer.appended.fetch_add(1, Relaxed),
            Err(error) => self.fail(&error),
        }
    }

    /// Makes all that was appended safe. Of several threads that want this at the same time, one
    /// does it for all.
    pub(crate) fn sync(&self) {
        let Some(writer) = &self.writer else { return };
        let wanted = writer.appended.load(Relaxed);
        let mut synced = lock(&writer.synced);
        if *synced >= wanted || lock(&self.error).is_some() {
            return;
        }
        let covered = writer.appended.load(Relaxed);
        match writer.sink.sync() {
            Ok(()) => *synced = covered,
            Err(error) => self.fail(&error),
        }
    }

    /// After the first failure nothing more is written: a journal with a hole in it cannot be read.
    fn fail(&self, error: &std::io::Error) {
        lock(&self.error).get_or_insert_with(|| error.to_string());
    }
}

impl Writer {
    fn new(sink: Box<dyn JournalSink>, chain: Chain) -> Self {
        Self { sink, chain: Mutex::new(chain), appended: AtomicU64::new(0), synced: Mutex::new(0) }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A short name for what a model is asked.
pub(crate) fn digest<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Hasher::default();
    parts.into_iter().for_each(|part| hasher.add(part));
    hasher.digest()
}

/// The same for a conversation that grows.
#[derive(Clone, Default)]
pub(crate) struct Hasher(blake3::Hasher);

impl Hasher {
    /// Adds a text. Its length goes first, so that no two lists of texts look alike.
    pub(crate) fn add(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// The same for bytes.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
    }

    /// Adds a message.
    pub(crate) fn message(&mut self, message: &Message) {
        self.add(match message.role {
            Role::System => "system",
            Role::User => "user",
            _ => "assistant",
        });
        self.add(&message.content);
    }

    pub(crate) fn digest(&self) -> String {
        self.0.finalize().to_hex()[..32].to_owned()
    }
}
