//! Memory files that many images share.
//!
//! A file of its own for each image would be a descriptor for each checkpoint, and a process may have
//! only so many. So images are parts of a few files. A part's place is never used again; when it is
//! dropped its memory goes back to the system.

use std::{
    io,
    os::fd::OwnedFd,
    sync::{
        OnceLock,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use rustix::fs::{FallocateFlags, fallocate};

use super::sys;

/// Several files, because the kernel lets only one thread write a file at a time.
const FILES: usize = 8;

static POOL: [Shared; FILES] = [const { Shared::new() }; FILES];
static TURN: AtomicUsize = AtomicUsize::new(0);

struct Shared {
    file: OnceLock<OwnedFd>,
    /// Where the next part begins.
    end: AtomicU64,
}

impl Shared {
    const fn new() -> Self {
        Self { file: OnceLock::new(), end: AtomicU64::new(0) }
    }

    fn file(&self) -> io::Result<&OwnedFd> {
        match self.file.get() {
            Some(file) => Ok(file),
            None => {
                let made = sys::memory_file(0)?;
                Ok(self.file.get_or_init(|| made))
            }
        }
    }
}

/// A part of a memory file.
#[derive(Debug)]
pub struct Part {
    file: &'static OwnedFd,
    offset: u64,
    len: u64,
}

impl Part {
    /// A part of `len` bytes, whole pages, still to be written.
    pub fn new(len: usize) -> io::Result<Self> {
        let shared = &POOL[TURN.fetch_add(1, Ordering::Relaxed) % FILES];
        let offset = shared.end.fetch_add(len as u64, Ordering::Relaxed);
        Ok(Self { file: shared.file()?, offset, len: len as u64 })
    }

    /// Writes bytes at `at` in the part.
    pub fn write(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        debug_assert!(at + bytes.len() as u64 <= self.len);
        sys::write_at(self.file, bytes, self.offset + at)
    }

    /// The file, and where the part begins in it.
    pub fn place(&self) -> (&OwnedFd, u64) {
        (self.file, self.offset)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.len > 0 {
            // Where the system cannot give it back, it stays allocated: nothing else is lost.
            let give_back = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
            let _ = fallocate(self.file, give_back, self.offset, self.len);
        }
    }
}
