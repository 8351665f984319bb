//! Answers what guest code asks about contexts. See `guest-stdlib/rlm_context.py` for the other side.
//!
//! The guest names a text by where its bytes lie. Those of a context are looked at on the host, over the
//! pages every session shares; a text of the guest's own is copied out first. Asking is the cell's own
//! work: it counts as the cell's time, and not as a call of a host function.

use std::{io, ops::Range, sync::Arc, time::Duration};

use rlm_abi::{HostCall, Value};

use crate::{
    HostError,
    memory::{Backing, PAGE, Piece},
};

use super::{
    Content, Context, Many,
    groups::find_all,
    haystack::Haystack,
    positions::Look,
    rank::Index,
    search::{Flags, Hit, Pattern, Stop, Unsupported, count, search},
    spans::{Ascending, Unit, facts, lines, spans},
    tokens,
};

/// Granularity of guest memory, in bytes.
const WASM_PAGE: u64 = 65_536;

/// Set in the length of a place that holds bytes rather than text.
const IS_BYTES: u32 = 1 << 31;

/// Most bytes of the guest's own that are copied out for one question.
const MOST_COPIED: u64 = 256 << 20;

/// Most matches and passages of one answer.
const MOST_FOUND: usize = 100_000;

/// Most bytes shown of a match, and on each side of it.
const MOST_SHOWN: u64 = 10_000;

/// Most bytes of all matches of one answer with what is around them.
const MOST_ANSWER: u64 = 32 << 20;

/// Texts up to this size are asked about where the question arrives; larger ones on a thread of their
/// own.
const AT_ONCE: u64 = 256 << 10;

/// The contexts of a session, in the order they were attached. Cloning shares them.
#[derive(Clone, Debug, Default)]
pub struct Attached(Arc<Vec<Placed>>);

/// A context in a guest's memory.
#[derive(Clone, Debug)]
pub struct Placed {
    /// Where its bytes begin; nothing where it is not mapped.
    pub address: Option<u32>,
    pub context: Context,
}

impl Placed {
    /// The context as a piece of an image, if it is mapped.
    pub fn piece(&self) -> Option<Piece> {
        let (start, pages) = (self.address? as usize, self.context.pages()?);
        let end = start + (self.context.len() as usize).next_multiple_of(PAGE);
        Some(Piece { range: start..end, backing: Arc::clone(pages.backing()), offset: 0 })
    }
}

impl FromIterator<Placed> for Attached {
    fn from_iter<I: IntoIterator<Item = Placed>>(all: I) -> Self {
        Self(Arc::new(all.into_iter().collect()))
    }
}

impl Attached {
    /// With others behind them.
    pub fn with(&self, others: impl IntoIterator<Item = Placed>) -> Self {
        let mut others = others.into_iter().peekable();
        if others.peek().is_none() {
            return self.clone();
        }
        self.iter().cloned().chain(others).collect()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Placed> {
        self.0.iter()
    }

    /// Whether these are the bytes of one of them.
    pub fn have(&self, backing: &Arc<Backing>) -> bool {
        self.iter().any(|placed| placed.context.pages().is_some_and(|pages| Arc::ptr_eq(pages.backing(), backing)))
    }

    /// The number the next one will have.
    pub fn next_number(&self) -> u32 {
        self.0.len() as u32
    }

    /// Guest memory that all of them take.
    pub fn bytes(&self) -> u64 {
        let mapped = self.iter().filter(|placed| placed.address.is_some());
        mapped.map(|placed| placed.context.len().next_multiple_of(WASM_PAGE)).sum()
    }

    /// The text at a place, if it is part of a context.
    fn find(&self, start: u32, len: u32, is_text: bool) -> Option<Haystack> {
        let (start, len) = (u64::from(start), u64::from(len));
        let holder = self.0.iter().find_map(|placed| {
            let first = u64::from(placed.address?);
            (first <= start && start + len <= first + placed.context.len()).then_some((first, &placed.context))
        });
        let (first, context) = holder?;
        Some(Haystack::mapped(context.clone(), start - first..start - first + len, is_text))
    }

    fn large(&self, number: i64) -> Option<Haystack> {
        let placed = self.0.get(usize::try_from(number).ok()?)?;
        Haystack::large(placed.context.clone())
    }
}

/// A question, with everything it is about taken out of the guest.
pub struct Question {
    what: String,
    texts: Vec<Haystack>,
    args: Args,
}

/// Answers questions.
pub struct Desk;

fn wrong(message: impl Into<String>) -> HostError {
    HostError::new("ValueError", message)
}

impl Question {
    /// Reads a call. `memory` is the guest's; it chose every number in the call.
    pub fn read(call: HostCall, attached: &Attached, memory: &[u8]) -> Result<Self, HostError> {
        let mut args = Args(call.args.into_iter());
        let what = args.text()?;
        let texts = match args.next()? {
            Value::Bytes(places) => texts(&places, attached, memory)?,
            Value::Int(number) => vec![attached.large(number).ok_or_else(|| wrong("no such context"))?],
            _ => return Err(wrong("places are bytes")),
        };
        Ok(Self { what, texts, args })
    }

    fn size(&self) -> u64 {
        self.texts.iter().map(Look::size).sum()
    }
}

/// The texts at places: address and length of each, 32 bits little-endian.
fn texts(places: &[u8], attached: &Attached, memory: &[u8]) -> Result<Vec<Haystack>, HostError> {
    let word = |bytes: &[u8]| bytes.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
    let mut copied = 0;
    let mut texts = Vec::with_capacity(places.len() / 8);
    for place in places.chunks_exact(8) {
        let (start, len) = (word(place), word(&place[4..]));
        let (is_text, len) = (len & IS_BYTES == 0, len & !IS_BYTES);
        if let Some(text) = attached.find(start, len, is_text) {
            texts.push(text);
            continue;
        }
        copied += u64::from(len);
        if copied > MOST_COPIED {
            return Err(wrong(format!(
                "more than {MOST_COPIED} bytes of text that is no context; give it smaller pieces"
            )));
        }
        let bytes = memory.get(start as usize..start as usize + len as usize);
        texts.push(Haystack::copied(bytes.ok_or_else(|| wrong("a place outside memory"))?, is_text));
    }
    Ok(texts)
}

impl Desk {
    /// Answers within `left`, the time the cell has left.
    pub async fn answer(question: Question, left: Duration) -> Result<Value, HostError> {
        let stop = StopOnDrop::default();
        if question.size() <= AT_ONCE {
            return answer(question, &stop.0);
        }
        let inner = stop.0.clone();
        let working = tokio::task::spawn_blocking(move || answer(question, &inner));
        match tokio::time::timeout(left, working).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(HostError::new("RuntimeError", "the search failed")),
            Err(_) => Err(HostError::new("TimeoutError", "the cell's time is used up by a search")),
        }
    }
}

/// Stops the work when nobody waits for it any more.
#[derive(Default)]
struct StopOnDrop(Stop);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

fn answer(question: Question, stop: &Stop) -> Result<Value, HostError> {
    let Question { what, texts, mut args } = question;
    let done = match what.as_str() {
        "search" => {
            let (pattern, most, around) = (args.pattern()?, args.number()?, args.number()?);
            found(&texts, &pattern, most as usize, around, stop)
        }
        "findall" => find_all(&texts, &args.pattern()?, stop),
        "count" => count(&texts, &args.pattern()?, stop).map(|count| Value::Int(count as i64)),
        "spans" => {
            let unit = Unit::parse(&args.text()?).ok_or_else(|| wrong("no such unit"))?;
            let (size, overlap) = (args.number()?, args.number()?);
            if size == 0 || overlap >= size {
                return Err(wrong("size is at least 1, overlap less than size"));
            }
            spans(only(&texts)?, unit, size, overlap, stop).map(numbers)
        }
        "lines" => {
            let (first, last) = (args.number()?, args.number()?);
            lines(only(&texts)?, first, last, stop).map(|(start, end)| numbers(vec![start, end]))
        }
        "rank" => {
            let (query, most) = (args.text()?, args.number()?);
            rank(&texts, &query, (most as usize).min(MOST_FOUND), stop)
        }
        "tokens" => tokens_of(&texts),
        "facts" => about(only(&texts)?, stop),
        "read" => {
            let (start, end) = (args.number()?, args.number()?);
            read(only(&texts)?, start, end)
        }
        "find" => {
            let (part, start, end) = (args.next()?, args.number()?, args.number()?);
            find(only(&texts)?, &part, start, end, stop)
        }
        _ => return Err(wrong("no such question")),
    };
    done.map_err(|error| match error.kind() {
        io::ErrorKind::InvalidInput => wrong(error.to_string()),
        io::ErrorKind::Interrupted => HostError::new("TimeoutError", "the search was stopped"),
        _ => HostError::new("OSError", error.to_string()),
    })
}

fn only(texts: &[Haystack]) -> Result<&Haystack, HostError> {
    match texts {
        [only] => Ok(only),
        _ => Err(wrong(format!("one text is wanted, not {}", texts.len()))),
    }
}

fn numbers(numbers: Vec<u64>) -> Value {
    Value::List(numbers.into_iter().map(|number| Value::Int(number as i64)).collect())
}

/// `[cut, [[text, start, end, line, match, before, after], ...]]`
fn found(texts: &[Haystack], pattern: &Pattern, most: usize, around: u64, stop: &Stop) -> io::Result<Value> {
    let (hits, mut cut) = search(texts, pattern, most.min(MOST_FOUND), stop)?;
    let mut rows = Vec::with_capacity(hits.len());
    let mut bytes = 0;
    // Matches come in order.
    let mut places = (0, texts.first().map(Ascending::new));
    for hit in hits {
        stop.check()?;
        if bytes > MOST_ANSWER {
            cut = true;
            break;
        }
        let text = &texts[hit.text];
        if places.0 != hit.text {
            places = (hit.text, None);
        }
        let (row, len) = row(text, places.1.get_or_insert_with(|| Ascending::new(text)), hit, around.min(MOST_SHOWN))?;
        bytes += len;
        rows.push(row);
    }
    Ok(Value::List(vec![Value::Bool(cut), Value::List(rows)]))
}

/// One match; `places` is of its text, and was asked for earlier places only.
fn row(text: &Haystack, places: &mut Ascending<'_>, hit: Hit, around: u64) -> io::Result<(Value, u64)> {
    let Range { start, end } = hit.range;
    let (first, last) = (back(text, start, around)?, forth(text, end, around)?);
    let shown = if end - start > MOST_SHOWN { back(text, start + MOST_SHOWN, 1)? } else { end };
    let part = |start, end| -> io::Result<Value> { Ok(text.value_of(&text.look(start..end)?)) };
    let row = vec![
        Value::Int(hit.text as i64),
        Value::Int(places.position_of(start)? as i64),
        Value::Int(places.position_of(end)? as i64),
        Value::Int(hit.line as i64),
        part(start, shown)?,
        part(first, start)?,
        part(end, last)?,
    ];
    Ok((Value::List(row), last - first + 64))
}

/// Where what is `most` positions before a place begins; the text's beginning, if there are fewer.
fn back(text: &Haystack, at: u64, most: u64) -> io::Result<u64> {
    if !text.is_text() {
        return Ok(at.saturating_sub(most));
    }
    // A code point has at most four bytes.
    let first = at.saturating_sub(most * 4);
    let bytes = text.look(first..at)?;
    let begins = bytes.iter().enumerate().rev().filter(|&(_, &byte)| byte & 0xc0 != 0x80);
    let found =
        most.checked_sub(1).map_or(Some(at), |left| begins.map(|(here, _)| first + here as u64).nth(left as usize));
    Ok(found.unwrap_or(first))
}

/// Where what is `most` positions behind a place ends; the text's end, if there are fewer.
fn forth(text: &Haystack, at: u64, most: u64) -> io::Result<u64> {
    if !text.is_text() {
        return Ok(text.size().min(at + most));
    }
    let last = text.size().min(at + most * 4);
    let bytes = text.look(at..last)?;
    let mut begins = bytes.iter().enumerate().filter(|&(_, &byte)| byte & 0xc0 != 0x80);
    Ok(begins.nth(most as usize).map_or(last, |(here, _)| at + here as u64))
}

/// `[[text, start, end, score], ...]`
fn rank(texts: &[Haystack], query: &str, most: usize, stop: &Stop) -> io::Result<Value> {
    let kept;
    let index = match kept_index(texts, stop)? {
        Some(context) => context,
        None => {
            kept = Index::build(texts, stop)?;
            &kept
        }
    };
    let mut rows = Vec::new();
    for found in index.rank(query, most) {
        let text = &texts[found.text];
        rows.push(Value::List(vec![
            Value::Int(found.text as i64),
            Value::Int(text.position_of(found.start)? as i64),
            Value::Int(text.position_of(found.end)? as i64),
            Value::Float(found.score),
        ]));
    }
    Ok(Value::List(rows))
}

/// The index that is kept with the context whose texts these are, if they are one's.
fn kept_index<'a>(texts: &'a [Haystack], stop: &Stop) -> io::Result<Option<&'a Index>> {
    let Some(context) = texts.first().and_then(Haystack::whole_of) else { return Ok(None) };
    if !context.is_made_of(texts) {
        return Ok(None);
    }
    match context.inner.passages.get() {
        Some(index) => Ok(Some(index)),
        None => {
            let index = Index::build(texts, stop)?;
            Ok(Some(context.inner.passages.get_or_init(|| index)))
        }
    }
}

impl Context {
    /// Whether these are its texts, all of them and in order.
    fn is_made_of(&self, texts: &[Haystack]) -> bool {
        match &self.inner.content {
            Content::One { .. } => matches!(texts, [only] if only.range_in(self) == Some(0..self.len())),
            Content::Many { documents, shape: Many::List | Many::Dict, .. } => {
                let mut places = documents.iter().map(|document| document.start..document.start + document.len);
                documents.len() == texts.len()
                    && texts.iter().all(|text| {
                        // An empty text has no place of its own.
                        places.next().is_some_and(|place| {
                            if place.is_empty() { text.size() == 0 } else { text.range_in(self) == Some(place) }
                        })
                    })
            }
            Content::Data { .. } | Content::Large(_) => false,
        }
    }
}

fn tokens_of(texts: &[Haystack]) -> io::Result<Value> {
    let mut total = 0;
    for text in texts {
        total += tokens::estimate(text)?;
    }
    Ok(Value::Int(total as i64))
}

fn about(text: &Haystack, stop: &Stop) -> io::Result<Value> {
    let (lines, nul) = facts(text, stop)?;
    Ok(Value::Dict(vec![
        (Value::from("lines"), Value::Int(lines as i64)),
        (Value::from("nul"), Value::Bool(nul)),
        (Value::from("tokens"), Value::Int(tokens::estimate(text)? as i64)),
    ]))
}

fn read(text: &Haystack, start: u64, end: u64) -> io::Result<Value> {
    let (start, end) = (text.byte_of(start)?, text.byte_of(end)?);
    if end.saturating_sub(start) > MOST_COPIED {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("more than {MOST_COPIED} bytes at once")));
    }
    Ok(text.value_of(&text.look(start..end.max(start))?))
}

/// The position of the first `part` between two positions, or nothing.
fn find(text: &Haystack, part: &Value, start: u64, end: u64, stop: &Stop) -> io::Result<Value> {
    const PIECE: u64 = 8 << 20;
    let part: &[u8] = match part {
        Value::Str(text) => text.as_bytes(),
        Value::Bytes(bytes) => bytes,
        _ => return Err(io::Error::new(io::ErrorKind::InvalidInput, "text or bytes are looked for")),
    };
    let (mut at, end) = (text.byte_of(start)?, text.byte_of(end)?);
    let finder = memchr::memmem::Finder::new(part);
    while at + part.len() as u64 <= end {
        stop.check()?;
        let piece = text.look(at..end.min(at + PIECE + part.len() as u64))?;
        if let Some(found) = finder.find(&piece) {
            return Ok(Value::Int(text.position_of(at + found as u64)? as i64));
        }
        at += PIECE;
    }
    Ok(Value::None)
}

/// The rest of a call's arguments.
struct Args(std::vec::IntoIter<Value>);

impl Args {
    fn next(&mut self) -> Result<Value, HostError> {
        self.0.next().ok_or_else(|| wrong("too few arguments"))
    }

    fn text(&mut self) -> Result<String, HostError> {
        match self.next()? {
            Value::Str(text) => Ok(text),
            _ => Err(wrong("text is wanted")),
        }
    }

    /// A number that is not negative; one too large for 64 bits is as good as the largest.
    fn number(&mut self) -> Result<u64, HostError> {
        match self.next()? {
            Value::Int(number) => u64::try_from(number).map_err(|_| wrong("a negative number")),
            Value::BigInt(_) => Ok(i64::MAX as u64),
            _ => Err(wrong("a number is wanted")),
        }
    }

    /// A pattern and its flags.
    fn pattern(&mut self) -> Result<Pattern, HostError> {
        let pattern = match self.next()? {
            Value::Str(text) => text,
            // Each byte of a pattern of bytes stands for itself.
            Value::Bytes(bytes) => bytes.into_iter().map(escaped).collect(),
            _ => return Err(wrong("a pattern is text or bytes")),
        };
        let flags = Flags::parse(&self.text()?);
        Pattern::compile(&pattern, flags).map_err(|Unsupported(why)| HostError::new("NotImplementedError", why))
    }
}

fn escaped(byte: u8) -> String {
    if byte.is_ascii() { char::from(byte).to_string() } else { format!("\\x{byte:02x}") }
}
