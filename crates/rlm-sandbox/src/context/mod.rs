//! Texts too large for a message, opened once and mapped into every session that needs them.
//!
//! The bytes are copied into a memory file that is then sealed, in one pass that also checks, counts
//! and hashes them. After that nothing that happens to the source can reach a guest or crash the host.
//! [`ContextStore`] keeps what it opened, so that opening an unchanged file again costs nothing.

mod cache;
mod data;
mod desk;
mod documents;
mod error;
mod folder;
mod groups;
mod haystack;
mod identity;
mod large;
mod names;
mod pages;
mod positions;
mod rank;
mod scan;
mod search;
mod spans;
mod store;
mod tokens;

use std::{
    fmt,
    io::Read,
    sync::{Arc, OnceLock},
};

use rlm_abi::Value;

pub use data::DataFormat;
pub(crate) use desk::{Attached, Desk, Placed, Question};
pub(crate) use documents::Document;
pub use error::ContextError;
pub use folder::{FolderReport, FolderRules, Skipped};
pub use store::{ContextStore, Kind};
pub use tokens::estimate_tokens;

use documents::Packer;
use haystack::Haystack;
use large::Large;
use pages::Pages;
use positions::Positions;
use scan::{BadByte, Counted, ReadAt};

/// The most bytes one text can have: guests address 4 GiB, and one object at most half of it.
pub const MOST: u64 = i32::MAX as u64 - 65_536;

/// Text, bytes, many texts or data, ready for sessions. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Context {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    content: Content,
    hash: [u8; 32],
    positions: OnceLock<Positions>,
    passages: OnceLock<rank::Index>,
}

/// BLAKE3 of what a context is; shown in hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct ContextHash(pub [u8; 32]);

impl fmt::Display for ContextHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What a context is.
#[derive(Debug)]
enum Content {
    /// One text, with its code points, or bytes.
    One { pages: Pages, chars: Option<u64> },
    /// Many texts in one file, one behind the other.
    Many { pages: Pages, documents: Vec<Document>, shape: Many },
    /// Data that was read out of a text.
    Data { value: Value, bytes: u64 },
    /// A text larger than a guest's memory.
    Large(Large),
}

/// What many texts become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Many {
    List,
    Dict,
}

impl Context {
    fn new(content: Content, hash: [u8; 32]) -> Self {
        let inner = Inner { content, hash, positions: OnceLock::new(), passages: OnceLock::new() };
        Self { inner: Arc::new(inner) }
    }

    /// Takes text.
    ///
    /// # Errors
    /// When it is too long.
    pub fn text(text: &str) -> Result<Self, ContextError> {
        Self::read(text.as_bytes(), text.len() as u64, Kind::Text)
    }

    /// Takes bytes.
    ///
    /// # Errors
    /// When there are too many.
    pub fn bytes(bytes: &[u8]) -> Result<Self, ContextError> {
        Self::read(bytes, bytes.len() as u64, Kind::Bytes)
    }

    /// Takes several texts, which become a list, or a dict by name.
    ///
    /// # Errors
    /// When they are too long together, or two keys of a dict are the same.
    pub fn texts<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>, by_name: bool) -> Result<Self, ContextError> {
        let mut packer = Packer::new()?;
        for (name, text) in texts {
            packer.add(name, text.as_bytes(), true)?;
        }
        packer.finish(if by_name { Many::Dict } else { Many::List })
    }

    /// Takes data: what JSON can say.
    ///
    /// # Errors
    /// When `bytes` is not of that format, or has too many values.
    pub fn data(bytes: &[u8], format: DataFormat) -> Result<Self, ContextError> {
        let value = data::parse(bytes, format)?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(format!("data {format:?}\n").as_bytes()).update(bytes);
        Ok(Self::new(Content::Data { value, bytes: bytes.len() as u64 }, hasher.finalize().into()))
    }

    /// Reads a whole open file as text. [`ContextStore::open`] does the same and remembers it.
    ///
    /// # Errors
    /// When it is no regular file, cannot be read, or is not UTF-8.
    pub fn text_from_file(file: &cap_std::fs::File) -> Result<Self, ContextError> {
        ContextStore::new().open(file, Kind::Text)
    }

    /// Reads a whole open file as bytes.
    ///
    /// # Errors
    /// When it is no regular file or cannot be read.
    pub fn bytes_from_file(file: &cap_std::fs::File) -> Result<Self, ContextError> {
        ContextStore::new().open(file, Kind::Bytes)
    }

    /// Reads a pipe or another source without a length to its end.
    ///
    /// # Errors
    /// When it cannot be read, has more than 2 GiB, or is not UTF-8 where text is wanted.
    pub fn from_reader(reader: impl Read, kind: Kind) -> Result<Self, ContextError> {
        let mut bytes = Vec::new();
        reader.take(MOST + 1).read_to_end(&mut bytes)?;
        Self::read(bytes.as_slice(), bytes.len() as u64, kind)
    }

    fn read(source: &(impl ReadAt + ?Sized), len: u64, kind: Kind) -> Result<Self, ContextError> {
        if len > MOST {
            return Err(ContextError::TooLong { length: len, most: MOST });
        }
        let (pages, scanned) = Pages::copy(source, len)?;
        if scanned.len < len {
            return Err(ContextError::Changed { before: len, after: scanned.len });
        }
        let counted = match kind {
            Kind::Bytes => None,
            Kind::Text => Some(scanned.text.map_err(|bad| not_utf8(bad, pages.bytes()))?),
        };
        Ok(Self::of_pages(pages, counted, scanned.hash))
    }

    fn of_pages(pages: Pages, counted: Option<Counted>, hash: [u8; 32]) -> Self {
        let chars = counted.as_ref().map(|counted| counted.chars);
        let context = Self::new(Content::One { pages, chars }, hash);
        if let Some(counted) = counted {
            let _ = context.inner.positions.set(Positions::of_blocks(&counted.blocks));
        }
        context
    }

    /// Of pages that an earlier pass knows already.
    fn of_known(pages: Pages, chars: Option<u64>, hash: [u8; 32]) -> Self {
        Self::new(Content::One { pages, chars }, hash)
    }

    /// Bytes of memory it holds.
    fn held(&self) -> u64 {
        match &self.inner.content {
            Content::Large(_) => 0,
            _ => self.len(),
        }
    }

    /// BLAKE3 of what it is: for text and bytes, of the bytes themselves.
    pub fn hash(&self) -> ContextHash {
        ContextHash(self.inner.hash)
    }

    /// Length in bytes, of all texts together where there are several.
    pub fn len(&self) -> u64 {
        match &self.inner.content {
            Content::Data { bytes, .. } => *bytes,
            Content::Large(large) => large.len(),
            Content::One { .. } | Content::Many { .. } => self.as_bytes().len() as u64,
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Length in code points; `None` for what is not one text.
    pub fn chars(&self) -> Option<u64> {
        match &self.inner.content {
            Content::One { chars, .. } => *chars,
            Content::Large(large) => large.chars(),
            Content::Many { .. } | Content::Data { .. } => None,
        }
    }

    /// What it becomes in the guest: `str`, `bytes`, `list`, `dict`, `LargeText`, or what the data is.
    pub fn kind(&self) -> &'static str {
        match &self.inner.content {
            Content::One { chars: Some(_), .. } => "str",
            Content::One { chars: None, .. } => "bytes",
            Content::Many { shape: Many::List, .. } => "list",
            Content::Many { shape: Many::Dict, .. } => "dict",
            Content::Large(_) => "LargeText",
            Content::Data { value, .. } => data::kind(value),
        }
    }

    /// What `len()` says in the guest.
    pub fn length(&self) -> u64 {
        match &self.inner.content {
            Content::Many { documents, .. } => documents.len() as u64,
            Content::Data { value, .. } => data::length(value),
            Content::One { .. } | Content::Large(_) => self.chars().unwrap_or(self.len()),
        }
    }

    /// Names and sizes in bytes of its texts, where it has several.
    pub fn documents(&self) -> impl Iterator<Item = (&str, u64)> {
        let documents = match &self.inner.content {
            Content::Many { documents, .. } => documents.as_slice(),
            _ => &[],
        };
        documents.iter().map(|document| (&*document.name, document.len))
    }

    /// The bytes guests map; nothing for data and for what is too large to be mapped.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.inner.content {
            Content::One { pages, .. } | Content::Many { pages, .. } => pages.bytes(),
            Content::Data { .. } | Content::Large(_) => &[],
        }
    }

    /// Up to the first `most` code points, if this is text.
    pub fn head(&self, most: usize) -> Option<&str> {
        self.chars()?;
        let bytes = match &self.inner.content {
            Content::Large(large) => large.head(),
            _ => self.as_bytes(),
        };
        // A code point has at most four bytes.
        let start = &bytes[..bytes.len().min(most.saturating_mul(4))];
        let valid = match std::str::from_utf8(start) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&start[..error.valid_up_to()]).ok()?,
        };
        let end = valid.char_indices().nth(most).map_or(valid.len(), |(at, _)| at);
        Some(&valid[..end])
    }

    /// About how many tokens it has, by [`estimate_tokens`]; of long texts by samples.
    pub fn tokens(&self) -> u64 {
        let whole = match &self.inner.content {
            Content::Data { bytes, .. } => return bytes / 3,
            Content::Large(_) => Haystack::large(self.clone()),
            Content::One { .. } | Content::Many { .. } => {
                Some(Haystack::mapped(self.clone(), 0..self.len(), self.chars().is_some()))
            }
        };
        // A file that cannot be read now will be an error where somebody wants what it says.
        whole.and_then(|text| tokens::estimate(&text).ok()).unwrap_or_else(|| self.len() / 3)
    }

    /// Its texts with their names, where it is text that is in memory; the name of a single one is empty.
    pub fn texts_in_memory(&self) -> Option<Vec<(&str, &str)>> {
        match &self.inner.content {
            Content::One { pages, chars: Some(_) } => Some(vec![("", std::str::from_utf8(pages.bytes()).ok()?)]),
            Content::Many { pages, documents, .. } => {
                let text = |document: &'_ Document| {
                    let (start, len) = (document.start as usize, document.len as usize);
                    pages.bytes().get(start..start + len).and_then(|bytes| std::str::from_utf8(bytes).ok())
                };
                documents.iter().map(|document| Some((&*document.name, text(document)?))).collect()
            }
            Content::One { .. } | Content::Data { .. } | Content::Large(_) => None,
        }
    }

    /// The bytes to map, if any are.
    pub(crate) fn pages(&self) -> Option<&Pages> {
        match &self.inner.content {
            Content::One { pages, .. } | Content::Many { pages, .. } => Some(pages),
            Content::Data { .. } | Content::Large(_) => None,
        }
    }

    /// The data, if it is data.
    pub fn value(&self) -> Option<&Value> {
        match &self.inner.content {
            Content::Data { value, .. } => Some(value),
            _ => None,
        }
    }

    /// What the guest makes of it where it lies at `address`, or has this `number` if it is not mapped.
    pub(crate) fn placed(&self, address: u32, number: u32) -> (rlm_abi::Shape, Vec<rlm_abi::Document>) {
        use rlm_abi::{Document as Placed, Shape, Text};
        let text = |start: u64, len: u64, chars: Option<u64>| Text {
            address: address + start as u32,
            bytes: len as u32,
            chars: chars.map(|chars| chars as u32),
        };
        match &self.inner.content {
            Content::One { pages, chars } => {
                let text = text(0, pages.bytes().len() as u64, *chars);
                (Shape::One, vec![Placed { name: String::new(), text }])
            }
            Content::Many { documents, shape, .. } => {
                let placed = documents.iter().map(|document| Placed {
                    name: document.name.to_string(),
                    text: text(document.start, document.len, document.chars),
                });
                (if *shape == Many::List { Shape::List } else { Shape::Dict }, placed.collect())
            }
            Content::Large(large) => (Shape::Large { number, bytes: large.len(), chars: large.chars() }, Vec::new()),
            Content::Data { .. } => (Shape::List, Vec::new()),
        }
    }

    /// Its code points by place, counted the first time.
    fn positions(&self) -> &Positions {
        self.inner.positions.get_or_init(|| match self.chars() {
            Some(chars) if chars == self.len() => Positions::of_blocks(&[]),
            _ => Positions::of_text(self.as_bytes()),
        })
    }

    /// What is read of its file piece by piece, if it is too large to be mapped.
    fn large(&self) -> Option<&Large> {
        match &self.inner.content {
            Content::Large(large) => Some(large),
            _ => None,
        }
    }
}

fn not_utf8(bad: BadByte, bytes: &[u8]) -> ContextError {
    let BadByte { offset, byte } = bad;
    let line = bytecount::count(&bytes[..offset as usize], b'\n') as u64 + 1;
    ContextError::NotUtf8 { offset, line, byte, length: bytes.len() as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_counted_and_cut_by_code_points() {
        let context = Context::text("aä漢🦀b").unwrap();
        assert_eq!((context.len(), context.chars()), (11, Some(5)));
        assert_eq!(context.head(3), Some("aä漢"));
        assert_eq!(context.head(100), Some("aä漢🦀b"));
        assert_eq!(Context::text("").unwrap().head(3), Some(""));
    }

    #[test]
    fn what_is_not_utf8_is_named_by_place() {
        let bytes = b"one\ntwo\xff";
        assert_eq!(Context::bytes(bytes).unwrap().chars(), None);
        let error = Context::from_reader(bytes.as_slice(), Kind::Text).unwrap_err();
        assert_eq!(error.to_string(), "not UTF-8: byte 0xff at offset 7 (line 2) of 8 bytes");
    }

    #[test]
    fn a_source_that_ends_early_has_changed() {
        let error = Context::read(b"short".as_slice(), 10, Kind::Text).unwrap_err();
        assert_eq!(error.to_string(), "changed while it was read: 10 bytes before, 5 after");
    }

    #[test]
    fn the_hash_is_that_of_the_content() {
        let text = Context::text("some text").unwrap();
        assert_eq!(text.hash().to_string(), blake3::hash(b"some text").to_string());
        assert_eq!(Context::bytes(b"some text").unwrap().hash(), text.hash());
        let list = |texts: &[(&str, &str)], by_name| Context::texts(texts.iter().copied(), by_name).unwrap().hash();
        assert_ne!(list(&[("a", "xy"), ("b", "z")], false), list(&[("a", "x"), ("b", "yz")], false));
        assert_ne!(list(&[("a", "x")], false), list(&[("a", "x")], true));
    }
}
