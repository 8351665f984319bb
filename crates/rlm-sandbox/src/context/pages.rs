//! The bytes of a context: a sealed memory file that guests map and the host looks at.

use std::{io, os::fd::OwnedFd, sync::Arc};

use crate::memory::{Backing, PAGE, sys};

use super::scan::{ReadAt, Scanned, scan};

/// Bytes that never change. Cloning shares them.
#[derive(Clone, Debug)]
pub struct Pages {
    backing: Arc<Backing>,
    view: Arc<sys::View>,
}

impl Pages {
    /// Copies `len` bytes of a source, and says what they are.
    pub fn copy(source: &(impl ReadAt + ?Sized), len: u64) -> io::Result<(Self, Scanned)> {
        let file = sys::memory_file(len.next_multiple_of(PAGE as u64))?;
        let scanned = scan(source, len, |piece, at| sys::write_at(&file, piece, at))?;
        Ok((Self::seal(file, scanned.len)?, scanned))
    }

    /// Seals a memory file whose first `len` bytes count.
    pub fn seal(file: OwnedFd, len: u64) -> io::Result<Self> {
        sys::seal(&file)?;
        Self::of_file(file, len)
    }

    /// Maps the first `len` bytes of a file that nobody changes.
    pub fn of_file(file: OwnedFd, len: u64) -> io::Result<Self> {
        let view = Arc::new(sys::View::new(&file, len as usize)?);
        Ok(Self { backing: Arc::new(Backing::File { file, offset: 0 }), view })
    }

    /// What guests map.
    pub fn backing(&self) -> &Arc<Backing> {
        &self.backing
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        self.view.bytes()
    }
}
