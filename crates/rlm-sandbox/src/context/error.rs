//! Why a context cannot be opened.

use crate::Bytes;

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
    /// Neither a file nor, where one was asked for, a folder.
    #[error("is {0}, not a file")]
    NotAFile(&'static str),
    /// The file changed between the beginning and the end of reading it.
    #[error("changed while it was read: {before} bytes before, {after} after")]
    Changed {
        /// Its size before.
        before: u64,
        /// Its size after, or what could be read.
        after: u64,
    },
    /// Not what its format asks for.
    #[error("not {format}: {reason}")]
    Malformed {
        /// The format.
        format: &'static str,
        /// Why, and where.
        reason: String,
    },
    /// More values than can be handed to a guest.
    #[error("as data it has more than {most} values; take it as text")]
    TooManyValues {
        /// The most there can be.
        most: usize,
    },
    /// More texts than one context may have.
    #[error("more than {most} texts")]
    TooManyTexts {
        /// The most there can be.
        most: usize,
    },
    /// Two texts of one name.
    #[error("two texts are named {0:?}")]
    SameName(String),
    /// A folder whose files are too much together.
    #[error("{found} in the files so far, at most {most} can be held as one variable")]
    FolderTooLarge {
        /// What was found before it was given up.
        found: Bytes,
        /// The most there can be.
        most: Bytes,
    },
    /// The file could not be read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}
