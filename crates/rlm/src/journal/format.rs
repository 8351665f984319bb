//! Lines of a journal: written with a proof each, read back with every way they can be broken.

use serde::Serialize;
use serde_json::Value as Json;

use super::{Ending, Entry, JOURNAL_VERSION, JournalError, JournalKey, Start, record::Body};
use crate::Earlier;

/// Hexadecimal digits of a line's proof.
const PROOF: usize = 16;

/// Proves each line together with all before it.
#[derive(Clone)]
pub(super) struct Chain {
    key: JournalKey,
    last: [u8; 32],
}

impl Chain {
    pub(super) fn new(key: JournalKey) -> Self {
        Self { key, last: [0; 32] }
    }

    /// The whole line for one record.
    pub(super) fn line(&mut self, record: &impl Serialize) -> String {
        // A record is plain data with text as keys: it always has a JSON.
        let json = serde_json::to_string(record).unwrap_or_default();
        let proof = self.prove(json.as_bytes());
        format!("{proof} {json}\n")
    }

    fn prove(&mut self, json: &[u8]) -> String {
        let mut hasher = blake3::Hasher::new_keyed(self.key.bytes());
        hasher.update(&self.last).update(json);
        self.last = *hasher.finalize().as_bytes();
        let hex = blake3::Hash::from_bytes(self.last).to_hex();
        hex[..PROOF].to_owned()
    }

    /// The JSON of a line, without its line end, if the proof holds.
    fn check<'a>(&mut self, line: &'a [u8]) -> Result<&'a [u8], &'static str> {
        let (proof, rest) = line.split_at_checked(PROOF).ok_or("it is too short")?;
        let json = rest.strip_prefix(b" ").ok_or("it does not begin with a proof")?;
        let before = self.last;
        if self.prove(json).as_bytes() == proof {
            return Ok(json);
        }
        self.last = before;
        Err("its proof does not fit its content, or the key is another one")
    }
}

/// A journal that was read: a run to resume or to replay.
#[derive(Clone)]
pub struct Journal {
    start: Start,
    pub(super) entries: Vec<Entry>,
    pub(super) chain: Chain,
    whole: u64,
    torn: u64,
}

impl Journal {
    /// Reads a journal from its bytes.
    ///
    /// A last line that lacks its end was being written when the writer died. Nothing depended on
    /// it yet, so it is left out; [`Self::whole_bytes`] says where it begins.
    ///
    /// # Errors
    /// When the first record is not whole, another version wrote it, or a record is damaged.
    pub fn read(bytes: &[u8], key: &JournalKey) -> Result<Self, JournalError> {
        let mut chain = Chain::new(key.clone());
        let mut lines = bytes.split_inclusive(|&byte| byte == b'\n');
        let first = lines.next().unwrap_or_default();
        let start = read_start(first, &mut chain, bytes.len() as u64)?;
        let (mut entries, mut whole, mut torn) = (Vec::new(), first.len() as u64, 0);
        for line in lines {
            let Some(content) = line.strip_suffix(b"\n") else {
                torn = line.len() as u64;
                break;
            };
            let damaged = |why: String| JournalError::Damaged { record: entries.len() as u64 + 2, byte: whole, why };
            let json = chain.check(content).map_err(|why| damaged(why.to_owned()))?;
            let entry = serde_json::from_slice(json).map_err(|error| damaged(error.to_string()))?;
            entries.push(entry);
            whole += line.len() as u64;
        }
        Ok(Self { start, entries, chain, whole, torn })
    }

    /// What the run was told.
    pub fn start(&self) -> &Start {
        &self.start
    }

    /// How the run ended, if it did.
    pub fn ending(&self) -> Option<&Ending> {
        self.entries.iter().rev().find_map(|entry| match &entry.body {
            Body::End(ending) => Some(ending),
            _ => None,
        })
    }

    /// The questions of the conversation so far, this run's the last, and their answers.
    pub fn history(&self) -> Vec<Earlier> {
        let answer = self.ending().and_then(|ending| ending.answer.clone());
        let last = Earlier { question: self.start.question.clone(), answer };
        self.start.history.iter().cloned().chain([last]).collect()
    }

    /// Records, the first one included.
    pub fn records(&self) -> usize {
        self.entries.len() + 1
    }

    /// Bytes of whole records: a journal to be continued has to be cut to this length.
    pub fn whole_bytes(&self) -> u64 {
        self.whole
    }

    /// Bytes of a last record that was not written to its end.
    pub fn torn_bytes(&self) -> u64 {
        self.torn
    }
}

fn read_start(line: &[u8], chain: &mut Chain, bytes: u64) -> Result<Start, JournalError> {
    let empty = |why: &str| JournalError::Empty { bytes, why: why.to_owned() };
    let content = line.strip_suffix(b"\n").ok_or_else(|| empty("it has no end"))?;
    let json = chain.check(content).map_err(empty)?;
    let value: Json = serde_json::from_slice(json).map_err(|error| empty(&error.to_string()))?;
    match value["version"].as_u64() {
        Some(version) if version == u64::from(JOURNAL_VERSION) => {
            serde_json::from_value(value).map_err(|error| empty(&error.to_string()))
        }
        Some(found) => Err(JournalError::Version { found }),
        None => Err(empty("it has no version")),
    }
}
