//! Texts too large for a message, opened once and mapped into every session that needs them.
//!
//! The bytes are read into a memory file that is then sealed: one pass over the source, after which
//! nothing that happens to the source can reach a guest or crash the host.

use std::{
    fmt,
    io::Read,
    sync::{Arc, OnceLock},
};

use crate::memory::{Backing, PAGE, sys};

/// The most bytes one variable can hold: guests address 4 GiB, and one object at most half of it.
const MOST: u64 = i32::MAX as u64 - 65_536;

/// Text or bytes ready to be mapped into sessions. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Context {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    backing: Arc<Backing>,
    view: sys::View,
    chars: Option<u64>,
    hash: OnceLock<ContextHash>,
}

/// BLAKE3 of a context's content; shown in hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct ContextHash(pub [u8; 32]);

impl fmt::Display for ContextHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A context that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContextError {
    /// Not UTF-8.
    #[error("not UTF-8: byte {byte:#04x} at offset {offset} (line {line}) of {length} bytes")]
    NotUtf8 {
        /// Offset of the first bad byte.
        offset: u64,
        /// Its line, from 1.
        line: u64,
        /// The byte.
        byte: u8,
        /// Length of the whole in bytes.
        length: u64,
    },
    /// Longer than a guest can hold.
    #[error("{length} bytes, at most {most} can be held as one variable")]
    TooLong {
        /// Length in bytes.
        length: u64,
        /// The most there can be.
        most: u64,
    },
    /// The file could not be read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl Context {
    /// Reads a whole open file as text.
    ///
    /// # Errors
    /// When it cannot be read, is too long, or is not UTF-8.
    pub fn text_from_file(file: &cap_std::fs::File) -> Result<Self, ContextError> {
        Self::from_file(file)?.validated()
    }

    /// Reads a whole open file as bytes.
    ///
    /// # Errors
    /// When it cannot be read or is too long.
    pub fn bytes_from_file(file: &cap_std::fs::File) -> Result<Self, ContextError> {
        Self::from_file(file)
    }

    /// Takes text.
    ///
    /// # Errors
    /// When it is too long.
    pub fn text(text: &str) -> Result<Self, ContextError> {
        let chars = count_chars(text.as_bytes());
        Ok(Self::read(&mut text.as_bytes(), text.len() as u64)?.with_chars(chars))
    }

    /// Takes bytes.
    ///
    /// # Errors
    /// When there are too many.
    pub fn bytes(bytes: &[u8]) -> Result<Self, ContextError> {
        Self::read(&mut &*bytes, bytes.len() as u64)
    }

    fn from_file(file: &cap_std::fs::File) -> Result<Self, ContextError> {
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(std::io::Error::from(std::io::ErrorKind::IsADirectory).into());
        }
        let mut file = file.try_clone()?;
        if metadata.is_file() {
            return Self::read(&mut file, metadata.len());
        }
        // A pipe or device has no length to go by; what comes out of it is held first.
        let mut bytes = Vec::new();
        file.take(MOST + 1).read_to_end(&mut bytes)?;
        Self::read(&mut bytes.as_slice(), bytes.len() as u64)
    }

    fn read(source: &mut impl Read, length: u64) -> Result<Self, ContextError> {
        if length > MOST {
            return Err(ContextError::TooLong { length, most: MOST });
        }
        let file = sys::memory_file(length.next_multiple_of(PAGE as u64))?;
        let length = sys::read_into(&file, source, length as usize)?;
        sys::seal(&file)?;
        let view = sys::View::new(&file, length)?;
        let backing = Arc::new(Backing::File { file, offset: 0 });
        Ok(Self { inner: Arc::new(Inner { backing, view, chars: None, hash: OnceLock::new() }) })
    }

    fn validated(self) -> Result<Self, ContextError> {
        let bytes = self.as_bytes();
        if let Err(error) = simdutf8::compat::from_utf8(bytes) {
            let offset = error.valid_up_to();
            let line = memchr::memchr_iter(b'\n', &bytes[..offset]).count() as u64 + 1;
            return Err(ContextError::NotUtf8 {
                offset: offset as u64,
                line,
                byte: bytes[offset],
                length: bytes.len() as u64,
            });
        }
        let chars = count_chars(bytes);
        Ok(self.with_chars(chars))
    }

    fn with_chars(self, chars: u64) -> Self {
        match Arc::try_unwrap(self.inner) {
            Ok(inner) => Self { inner: Arc::new(Inner { chars: Some(chars), ..inner }) },
            Err(inner) => Self { inner },
        }
    }

    /// Hash of the content, by which snapshots refer to it. One pass over the bytes the first time.
    pub fn hash(&self) -> ContextHash {
        *self.inner.hash.get_or_init(|| ContextHash(*blake3::hash(self.as_bytes()).as_bytes()))
    }

    /// What guests map.
    pub(crate) fn backing(&self) -> &Arc<Backing> {
        &self.inner.backing
    }

    /// Length in bytes.
    pub fn len(&self) -> u64 {
        self.as_bytes().len() as u64
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.as_bytes().is_empty()
    }

    /// Length in code points; `None` for bytes.
    pub fn chars(&self) -> Option<u64> {
        self.inner.chars
    }

    /// The content.
    pub fn as_bytes(&self) -> &[u8] {
        self.inner.view.bytes()
    }

    /// Up to the first `most` code points, if this is text.
    pub fn head(&self, most: usize) -> Option<&str> {
        self.chars()?;
        let bytes = self.as_bytes();
        // A code point has at most four bytes.
        let start = &bytes[..bytes.len().min(most.saturating_mul(4))];
        let valid = match std::str::from_utf8(start) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&start[..error.valid_up_to()]).ok()?,
        };
        let end = valid.char_indices().nth(most).map_or(valid.len(), |(at, _)| at);
        Some(&valid[..end])
    }
}

/// Code points of valid UTF-8: the bytes that do not continue one.
fn count_chars(bytes: &[u8]) -> u64 {
    bytes.chunks(1 << 16).map(|chunk| chunk.iter().filter(|&&byte| (byte as i8) >= -0x40).count() as u64).sum()
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
        let context = Context::bytes(b"one\ntwo\xff").unwrap();
        assert_eq!(context.chars(), None);
        let error = context.validated().unwrap_err();
        assert_eq!(error.to_string(), "not UTF-8: byte 0xff at offset 7 (line 2) of 8 bytes");
    }
}
