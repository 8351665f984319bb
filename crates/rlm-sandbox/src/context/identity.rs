//! Which file it is, and in which state.

use std::io;

use cap_std::fs::File;
use rustix::fs::fstat;

/// A file in one state. Two that are equal are the same file with the same content: the time of the
/// last change is kept by the kernel and moves with every write.
///
/// Before Linux 6.13 it moves in steps of some milliseconds, so that a change of the same size within
/// the step in which the file was opened could go unnoticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    pub device: u64,
    pub inode: u64,
    pub size: u64,
    /// Seconds and nanoseconds since 1970.
    pub modified: (i64, u64),
    pub changed: (i64, u64),
}

impl Identity {
    /// Of an open file.
    pub fn of(file: &File) -> io::Result<Self> {
        let about = fstat(file)?;
        Ok(Self {
            device: about.st_dev,
            inode: about.st_ino,
            size: about.st_size as u64,
            modified: (about.st_mtime, about.st_mtime_nsec),
            changed: (about.st_ctime, about.st_ctime_nsec),
        })
    }
}

impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { device, inode, size, modified, changed } = self;
        write!(f, "{device} {inode} {size} {}.{} {}.{}", modified.0, modified.1, changed.0, changed.1)
    }
}
