//! A text larger than a guest's memory: it stays in its file and is read piece by piece.

use std::{borrow::Cow, io, ops::Range};

use cap_std::fs::File;

use super::{
    Content, Context, ContextError, Kind, MOST,
    identity::Identity,
    positions::{Look, Positions},
    scan::{BadByte, ReadAt, scan},
};

/// Bytes of the beginning that are kept, to be shown.
const HEAD: usize = 64 << 10;

/// A file that is read on demand.
#[derive(Debug)]
pub struct Large {
    file: File,
    /// The state it was opened in. In any other it is another text.
    identity: Identity,
    head: Vec<u8>,
    chars: Option<u64>,
}

impl Large {
    /// Reads it once, to check, count and hash it.
    pub fn open(file: &File, identity: Identity, kind: Kind) -> Result<Context, ContextError> {
        let len = identity.size;
        let scanned = scan(file, len, |_, _| Ok(()))?;
        if scanned.len < len {
            return Err(ContextError::Changed { before: len, after: scanned.len });
        }
        let counted = match kind {
            Kind::Bytes => None,
            Kind::Text => Some(scanned.text.map_err(|bad| not_utf8(bad, file, len))?),
        };
        let mut head = vec![0; HEAD.min(len as usize)];
        let filled = file.read_at(&mut head, 0)?;
        head.truncate(filled);
        let chars = counted.as_ref().map(|counted| counted.chars);
        let large = Self { file: file.try_clone()?, identity, head, chars };
        let context = Context::new(Content::Large(large), scanned.hash);
        if let Some(counted) = counted {
            let _ = context.inner.positions.set(Positions::of_blocks(&counted.blocks));
        }
        Ok(context)
    }

    /// Length in bytes.
    pub fn len(&self) -> u64 {
        self.identity.size
    }

    /// Length in code points; `None` for bytes.
    pub fn chars(&self) -> Option<u64> {
        self.chars
    }

    /// The beginning.
    pub fn head(&self) -> &[u8] {
        &self.head
    }
}

impl Look for Large {
    fn size(&self) -> u64 {
        self.len()
    }

    fn look(&self, range: Range<u64>) -> io::Result<Cow<'_, [u8]>> {
        let len = range.end.saturating_sub(range.start);
        if len > MOST {
            return Err(io::Error::other(format!("{len} bytes at once, at most {MOST}")));
        }
        let mut bytes = vec![0; len as usize];
        let filled = self.file.read_at(&mut bytes, range.start)?;
        // Checked after reading: a change before would be seen, one after does not matter.
        let now = Identity::of(&self.file)?;
        if filled < bytes.len() || now != self.identity {
            return Err(io::Error::other(format!(
                "the file changed since it was opened: {} bytes then, {} now",
                self.identity.size, now.size
            )));
        }
        Ok(Cow::Owned(bytes))
    }
}

/// Where a file is not UTF-8. Its lines are counted piece by piece.
fn not_utf8(bad: BadByte, file: &File, length: u64) -> ContextError {
    let mut buffer = vec![0; 1 << 20];
    let (mut at, mut line) = (0, 1);
    while at < bad.offset {
        let wanted = buffer.len().min((bad.offset - at) as usize);
        match file.read_at(&mut buffer[..wanted], at) {
            Ok(0) => break,
            Ok(count) => {
                line += bytecount::count(&buffer[..count], b'\n') as u64;
                at += count as u64;
            }
            Err(error) => return error.into(),
        }
    }
    ContextError::NotUtf8 { offset: bad.offset, line, byte: bad.byte, length }
}
