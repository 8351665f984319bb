//! Many texts in one memory file, one behind the other.

use std::{collections::HashSet, os::fd::OwnedFd};

use crate::{
    Bytes,
    memory::{PAGE, sys},
};

use super::{Content, Context, ContextError, MOST, Many, Pages};

/// Most texts of one context.
pub const MOST_TEXTS: usize = 2_000_000;

/// Most bytes of all of them: what is left of a guest's 4 GiB beside Python itself.
pub const MOST_PACKED: u64 = 3 << 30;

/// Bytes written at a time.
const BUFFER: usize = 1 << 20;

/// One text of many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub name: Box<str>,
    /// Where it begins among the bytes of all.
    pub start: u64,
    pub len: u64,
    /// Its code points; `None` for bytes.
    pub chars: Option<u64>,
}

/// Takes texts one after another.
pub struct Packer {
    file: OwnedFd,
    /// What is not written yet.
    buffer: Vec<u8>,
    written: u64,
    room: u64,
    documents: Vec<Document>,
    hasher: blake3::Hasher,
}

impl Packer {
    pub fn new() -> Result<Self, ContextError> {
        Ok(Self {
            file: sys::memory_file(0)?,
            buffer: Vec::new(),
            written: 0,
            room: 0,
            documents: Vec::new(),
            hasher: blake3::Hasher::new(),
        })
    }

    /// Bytes taken so far.
    pub fn len(&self) -> u64 {
        self.written + self.buffer.len() as u64
    }

    /// Takes one text, or bytes where `text` is not set.
    ///
    /// # Errors
    /// When there are too many, or it is not UTF-8 although it should be; it is then not taken.
    pub fn add(&mut self, name: &str, bytes: &[u8], text: bool) -> Result<(), ContextError> {
        let len = bytes.len() as u64;
        if len > MOST {
            return Err(ContextError::TooLong { length: len, most: MOST });
        }
        if self.len() + len > MOST_PACKED {
            return Err(ContextError::FolderTooLarge { found: Bytes(self.len() + len), most: Bytes(MOST_PACKED) });
        }
        if self.documents.len() == MOST_TEXTS {
            return Err(ContextError::TooManyTexts { most: MOST_TEXTS });
        }
        let chars = if text { Some(count(bytes)?) } else { None };
        self.hasher.update(bytes);
        self.documents.push(Document { name: name.into(), start: self.len(), len, chars });
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), ContextError> {
        let end = self.len();
        if end > self.room {
            self.room = (end * 2).min(MOST_PACKED + PAGE as u64).next_multiple_of(PAGE as u64);
            sys::resize(&self.file, self.room)?;
        }
        sys::write_at(&self.file, &self.buffer, self.written)?;
        self.written = end;
        self.buffer.clear();
        Ok(())
    }

    /// The context of all texts taken.
    pub fn finish(mut self, shape: Many) -> Result<Context, ContextError> {
        if shape == Many::Dict {
            let mut names = HashSet::with_capacity(self.documents.len());
            if let Some(twice) = self.documents.iter().find(|document| !names.insert(&*document.name)) {
                return Err(ContextError::SameName(twice.name.to_string()));
            }
        }
        self.flush()?;
        sys::resize(&self.file, self.written.next_multiple_of(PAGE as u64))?;
        let mut table = blake3::Hasher::new();
        table.update(format!("{shape:?}\n").as_bytes()).update(self.hasher.finalize().as_bytes());
        for document in &self.documents {
            let kind = u8::from(document.chars.is_some());
            table.update(&document.len.to_le_bytes()).update(&[kind]);
            table.update(&(document.name.len() as u64).to_le_bytes()).update(document.name.as_bytes());
        }
        let pages = Pages::seal(self.file, self.written)?;
        Ok(Context::new(Content::Many { pages, documents: self.documents, shape }, table.finalize().into()))
    }
}

/// Code points of UTF-8.
fn count(bytes: &[u8]) -> Result<u64, ContextError> {
    match simdutf8::compat::from_utf8(bytes) {
        Ok(_) => Ok(bytecount::num_chars(bytes) as u64),
        Err(error) => {
            let offset = error.valid_up_to() as u64;
            Err(super::not_utf8(super::BadByte { offset, byte: bytes[offset as usize] }, bytes))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_lie_one_behind_the_other() {
        let context = Context::texts([("a", "one"), ("b", ""), ("c", "zwölf")], true).unwrap();
        assert_eq!(context.as_bytes(), "onezwölf".as_bytes());
        assert_eq!(context.documents().collect::<Vec<_>>(), [("a", 3), ("b", 0), ("c", 6)]);
        assert_eq!((context.kind(), context.length(), context.chars()), ("dict", 3, None));
    }

    #[test]
    fn a_dict_has_each_name_once() {
        let error = Context::texts([("a", "1"), ("a", "2")], true).unwrap_err();
        assert_eq!(error.to_string(), "two texts are named \"a\"");
        assert_eq!(Context::texts([("a", "1"), ("a", "2")], false).unwrap().length(), 2);
    }

    #[test]
    fn many_small_texts_share_one_file() {
        let names: Vec<String> = (0..100_000).map(|number| format!("file {number}")).collect();
        let texts = names.iter().map(|name| (name.as_str(), name.as_str()));
        let context = Context::texts(texts, true).unwrap();
        assert_eq!(context.len(), names.iter().map(|name| name.len() as u64).sum::<u64>());
        assert_eq!(context.documents().last(), Some(("file 99999", 10)));
    }
}
