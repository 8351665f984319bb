//! What an image's bytes lie in.

use std::{io, os::fd::OwnedFd};

use super::{Mode, part::Part, sys};

/// Bytes copied at a time.
const CHUNK: usize = 256 << 10;

/// Copies this long lie beside the heap: a heap gives back only what is free at its end, and a thousand
/// sessions that copied their pages would leave them to the process for good.
const LARGE: usize = 64 << 10;

/// Bytes that never change: a file to map, or plain memory to copy from.
#[derive(Debug)]
pub enum Backing {
    /// A file. Its content from `offset` on does not change while this exists.
    File {
        /// The file.
        file: OwnedFd,
        /// Where the bytes begin in it; a multiple of the page size.
        offset: u64,
    },
    /// Data of the program itself, and the file it was mapped from.
    Program {
        /// The program or a library.
        file: OwnedFd,
        /// Where the data begins in it; a multiple of the page size.
        offset: u64,
        /// The data.
        bytes: &'static [u8],
    },
    /// A part of a memory file that many images share.
    Part(Part),
    /// Memory of this process.
    Bytes(Box<[u8]>),
    /// Memory of this process that goes back to the system.
    Own(sys::Own),
    /// Data of the program itself.
    Static(&'static [u8]),
}

impl Backing {
    /// Data of the program itself: mapped from the program's file where that can be found, else
    /// from a copy made once.
    pub fn of_static(data: &'static [u8], mode: Mode) -> io::Result<Self> {
        if mode == Mode::Copy {
            return Ok(Self::Static(data));
        }
        if let Ok((file, offset)) = sys::file_behind(data) {
            return Ok(Self::Program { file, offset, bytes: data });
        }
        Self::of_parts([data].into_iter(), data.len(), mode)
    }

    /// A copy of parts in memory, one behind the other, `len` bytes in all.
    pub fn of_copies<'a>(parts: impl Iterator<Item = &'a [u8]> + Clone, len: usize, mode: Mode) -> Self {
        // A process may have only so many mappings; past that the heap has to do.
        if mode == Mode::Map
            && len >= LARGE
            && let Ok(own) = sys::Own::new(parts.clone(), len)
        {
            return Self::Own(own);
        }
        let mut bytes = Vec::with_capacity(len);
        parts.for_each(|part| bytes.extend_from_slice(part));
        Self::Bytes(bytes.into_boxed_slice())
    }

    /// A copy of parts, one behind the other, `len` bytes in all: in a file where it is to be mapped.
    pub fn of_parts<'a>(parts: impl Iterator<Item = &'a [u8]> + Clone, len: usize, mode: Mode) -> io::Result<Self> {
        match mode {
            Mode::Copy => Ok(Self::of_copies(parts, len, mode)),
            Mode::Map => {
                let whole = Part::new(len)?;
                let mut offset = 0;
                for part in parts {
                    whole.write(part, offset)?;
                    offset += part.len() as u64;
                }
                Ok(Self::Part(whole))
            }
        }
    }

    /// The next `len` bytes of `source`.
    pub fn of_reader(source: &mut impl io::Read, len: usize, mode: Mode) -> io::Result<Self> {
        match mode {
            Mode::Copy => {
                let mut bytes = vec![0; len];
                source.read_exact(&mut bytes)?;
                Ok(Self::Bytes(bytes.into_boxed_slice()))
            }
            Mode::Map => {
                let part = Part::new(len)?;
                let mut buffer = vec![0; CHUNK.min(len)];
                for at in (0..len).step_by(CHUNK) {
                    let chunk = &mut buffer[..CHUNK.min(len - at)];
                    source.read_exact(chunk)?;
                    part.write(chunk, at as u64)?;
                }
                Ok(Self::Part(part))
            }
        }
    }

    /// Copies bytes out, from `offset` on.
    pub fn read_at(&self, offset: usize, into: &mut [u8]) -> io::Result<()> {
        let bytes: &[u8] = match self {
            Self::File { file, offset: start } => return sys::read_at(file, into, start + offset as u64),
            Self::Part(part) => {
                let (file, start) = part.place();
                return sys::read_at(file, into, start + offset as u64);
            }
            Self::Bytes(bytes) => bytes,
            Self::Own(own) => own.bytes(),
            Self::Static(bytes) | Self::Program { bytes, .. } => bytes,
        };
        into.copy_from_slice(&bytes[offset..offset + into.len()]);
        Ok(())
    }
}
