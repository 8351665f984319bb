//! Copies of contexts in a folder, for later processes.
//!
//! For each source there is an entry, a line of text that says which state of the source it is of and
//! which state of which copy holds it. Copies are named by what is in them, and read-only.

use std::{
    io::{self, Write},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use cap_std::fs::{Dir, File, OpenOptions, OpenOptionsExt};

use crate::{Bytes, memory::sys};

use super::{Context, ContextError, Kind, identity::Identity, pages::Pages, scan::scan};

/// First word of every entry.
const FORMAT: &str = "rlm-context-1";

/// Longest entry.
const MOST_ENTRY: u64 = 1024;

/// A cache folder.
#[derive(Debug)]
pub struct Cache {
    folder: Dir,
    room: Bytes,
}

impl Cache {
    pub fn new(folder: Dir, room: Bytes) -> Self {
        Self { folder, room }
    }

    /// The copy of a source in this state, if there is one and nobody has changed it.
    pub fn find(&self, source: &Identity, kind: Kind) -> Option<Context> {
        let entry = self.read_entry(&entry_name(source, kind))?;
        let entry = Entry::parse(&entry)?;
        if entry.source != source.to_string() {
            return None;
        }
        let copy = self.folder.open(entry.copy_name()).ok()?;
        if Identity::of(&copy).ok()?.to_string() != entry.copy {
            return None;
        }
        let chars = match kind {
            Kind::Text => Some(entry.chars?),
            Kind::Bytes => None,
        };
        let pages = Pages::of_file(copy.into_std().into(), source.size).ok()?;
        Some(Context::of_known(pages, chars, entry.hash))
    }

    fn read_entry(&self, name: &str) -> Option<String> {
        use std::io::Read;
        let mut text = String::new();
        self.folder.open(name).ok()?.take(MOST_ENTRY).read_to_string(&mut text).ok()?;
        Some(text)
    }

    /// Reads a source, in one pass, into a copy in the folder.
    ///
    /// # Errors
    /// As for reading into memory. A folder that cannot be written is no error: the copy is then in
    /// memory.
    pub fn read(&self, file: &File, source: &Identity, kind: Kind) -> Result<Context, ContextError> {
        if source.size > self.room.0 {
            return Context::read(file, source.size, kind);
        }
        // Nobody else, in this process or another, writes into a file of this name.
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let part = format!("{:x}-{:x}.part", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true).mode(0o600);
        let Ok(copy) = self.folder.open_with(&part, &options) else {
            return Context::read(file, source.size, kind);
        };
        let copied = self.copy(file, source, kind, copy, &part);
        if copied.is_err() {
            let _ = self.folder.remove_file(&part);
        }
        match copied {
            // What is wrong with the folder, such as a full disk, is no reason to fail.
            Err(Fault::Folder) => Context::read(file, source.size, kind),
            Err(Fault::Source(error)) => Err(error),
            Ok(context) => Ok(context),
        }
    }

    fn copy(&self, file: &File, source: &Identity, kind: Kind, copy: File, part: &str) -> Result<Context, Fault> {
        let folder = |_: io::Error| Fault::Folder;
        self.make_room(source.size).map_err(folder)?;
        let copy = std::os::fd::OwnedFd::from(copy.into_std());
        let failed = AtomicBool::new(false);
        let scanned = scan(file, source.size, |piece, at| {
            sys::write_at(&copy, piece, at).inspect_err(|_| failed.store(true, Ordering::Relaxed))
        });
        if failed.into_inner() {
            return Err(Fault::Folder);
        }
        let scanned = scanned.map_err(|error| Fault::Source(error.into()))?;
        if scanned.len < source.size {
            return Err(Fault::Source(ContextError::Changed { before: source.size, after: scanned.len }));
        }
        let name = hex(&scanned.hash);
        sys::make_read_only(&copy).map_err(folder)?;
        self.folder.rename(part, &self.folder, &name).map_err(folder)?;
        // Opened again, so that nothing in this process can write it.
        let copy = self.folder.open(&name).map_err(folder)?;
        let identity = Identity::of(&copy).map_err(folder)?;
        if identity.size != source.size {
            return Err(Fault::Folder);
        }
        let pages = Pages::of_file(copy.into_std().into(), source.size).map_err(folder)?;
        let counted = match (kind, scanned.text) {
            (Kind::Bytes, _) => None,
            (Kind::Text, Ok(counted)) => Some(counted),
            (Kind::Text, Err(bad)) => {
                let error = super::not_utf8(bad, pages.bytes());
                let _ = self.folder.remove_file(&name);
                return Err(Fault::Source(error));
            }
        };
        let chars = counted.as_ref().map_or("-".to_owned(), |counted| counted.chars.to_string());
        // Without an entry the copy is only not found again.
        let _ =
            self.write_entry(&entry_name(source, kind), &format!("{FORMAT}\n{source}\n{identity}\n{name}\n{chars}\n"));
        Ok(Context::of_pages(pages, counted, scanned.hash))
    }

    fn write_entry(&self, name: &str, text: &str) -> io::Result<()> {
        let part = format!("{name}.part");
        self.folder.create(&part)?.write_all(text.as_bytes())?;
        self.folder.rename(&part, &self.folder, name)
    }

    /// Deletes the oldest copies until `size` more bytes have room. Those in use stay in use.
    fn make_room(&self, size: u64) -> io::Result<()> {
        let mut copies = Vec::new();
        for entry in self.folder.entries()? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            // What a process that ended half way left behind goes the same way.
            let is_copy = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
            if is_copy || name.ends_with(".part") {
                let about = entry.metadata()?;
                copies.push((about.modified()?, about.len(), name));
            }
        }
        copies.sort();
        let mut total: u64 = copies.iter().map(|(_, len, _)| len).sum();
        for (_, len, name) in copies {
            if total + size <= self.room.0 {
                break;
            }
            self.folder.remove_file(&name)?;
            total -= len;
        }
        Ok(())
    }
}

/// Whose fault it is that there is no copy.
enum Fault {
    Source(ContextError),
    Folder,
}

/// What an entry says.
struct Entry<'a> {
    source: &'a str,
    copy: &'a str,
    hash: [u8; 32],
    chars: Option<u64>,
}

impl<'a> Entry<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next()? != FORMAT {
            return None;
        }
        let (source, copy, hash) = (lines.next()?, lines.next()?, lines.next()?);
        let hash = *blake3::Hash::from_hex(hash).ok()?.as_bytes();
        Some(Self { source, copy, hash, chars: lines.next()?.parse().ok() })
    }

    fn copy_name(&self) -> String {
        hex(&self.hash)
    }
}

fn hex(hash: &[u8; 32]) -> String {
    blake3::Hash::from_bytes(*hash).to_hex().to_string()
}

fn entry_name(source: &Identity, kind: Kind) -> String {
    let kind = if kind == Kind::Text { "text" } else { "bytes" };
    format!("{:x}-{:x}.{kind}", source.device, source.inode)
}
