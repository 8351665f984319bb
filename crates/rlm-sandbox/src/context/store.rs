//! Opens files once and keeps them, so that opening an unchanged one again costs nothing.

use std::sync::{Mutex, MutexGuard, PoisonError};

use cap_std::fs::{Dir, File};

use crate::Bytes;

use super::{
    Context, ContextError, DataFormat, FolderReport, FolderRules, MOST, cache::Cache, folder, identity::Identity,
    large::Large,
};

/// What a file is opened as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `str`; the content has to be UTF-8.
    Text,
    /// `bytes`.
    Bytes,
}

/// What is kept of files that nobody uses at the moment, unless told.
const KEPT: Bytes = Bytes(4 << 30);

/// Opens contexts, and keeps their sealed copies while there is room.
///
/// A file that was opened before and has not changed since is known by its inode, size and times; it is
/// not read again. Copies are memory of this process; with a cache folder they are files in it, and
/// outlast the process.
#[derive(Debug)]
pub struct ContextStore {
    kept: Mutex<Vec<Kept>>,
    room: Bytes,
    map_up_to: u64,
    cache: Option<Cache>,
}

#[derive(Debug)]
struct Kept {
    identity: Identity,
    kind: Kind,
    context: Context,
}

impl Default for ContextStore {
    fn default() -> Self {
        Self::new()
    }
}

impl ContextStore {
    /// A store that keeps up to 4 GiB of copies in memory.
    pub fn new() -> Self {
        Self { kept: Mutex::default(), room: KEPT, map_up_to: MOST, cache: None }
    }

    /// Keeps up to `room` of copies: those used last.
    #[must_use]
    pub fn keeping(mut self, room: Bytes) -> Self {
        self.room = room;
        self
    }

    /// Keeps copies in `folder`, up to `room` of them, where later processes find them.
    ///
    /// The folder must be for this use alone. A copy is mapped from there, so whoever may write the
    /// folder can crash processes that use it, by making a copy shorter while it is mapped; they
    /// cannot do more: a copy that was changed is not taken, and guests see a mapping of their own.
    #[must_use]
    pub fn with_cache(mut self, folder: Dir, room: Bytes) -> Self {
        self.cache = Some(Cache::new(folder, room));
        self
    }

    /// Maps texts up to this size; larger ones stay in their files and are read piece by piece, as
    /// `LargeText` in the guest. At most, and unless told, 2 GiB.
    #[must_use]
    pub fn mapping_up_to(mut self, most: Bytes) -> Self {
        self.map_up_to = most.0.min(MOST);
        self
    }

    /// Opens a regular file whole.
    ///
    /// # Errors
    /// When it is none, cannot be read, changed while it was read, or is not UTF-8 where text is wanted.
    pub fn open(&self, file: &File, kind: Kind) -> Result<Context, ContextError> {
        need_regular(file)?;
        let before = Identity::of(file)?;
        if let Some(context) = self.find(&before, kind) {
            return Ok(context);
        }
        if before.size == 0 {
            // Files that the kernel makes up have content and no size.
            return Context::from_reader(file.try_clone()?, kind);
        }
        let context = match self.cache.as_ref().and_then(|cache| cache.find(&before, kind)) {
            Some(context) => context,
            None => self.read(file, &before, kind)?,
        };
        if is_same(&before, &Identity::of(file)?)? {
            self.keep(Kept { identity: before, kind, context: context.clone() });
        }
        Ok(context)
    }

    fn read(&self, file: &File, before: &Identity, kind: Kind) -> Result<Context, ContextError> {
        if before.size > self.map_up_to {
            return Large::open(file, *before, kind);
        }
        match &self.cache {
            Some(cache) => cache.read(file, before, kind),
            None => Context::read(file, before.size, kind),
        }
    }

    /// Reads a file as data.
    ///
    /// # Errors
    /// When it is no regular file, cannot be read, or is not of that format.
    pub fn open_data(&self, file: &File, format: DataFormat) -> Result<Context, ContextError> {
        let bytes = self.open(file, Kind::Bytes)?;
        Context::data(bytes.as_bytes(), format)
    }

    /// Opens the files of a folder, and of those in it, as a dict of texts by their paths.
    ///
    /// # Errors
    /// When the folder cannot be read, or holds more than a guest can. A single file that cannot be
    /// taken is no error: the report names it.
    pub fn open_folder(&self, folder: &Dir, rules: &FolderRules) -> Result<(Context, FolderReport), ContextError> {
        folder::open(folder, rules)
    }

    /// Forgets everything kept in memory. Sessions that use it keep it.
    pub fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, identity: &Identity, kind: Kind) -> Option<Context> {
        let mut kept = self.lock();
        let at = kept.iter().position(|kept| kept.identity == *identity && kept.kind == kind)?;
        // The one used last stands at the end.
        let found = kept.remove(at);
        let context = found.context.clone();
        kept.push(found);
        Some(context)
    }

    fn keep(&self, new: Kept) {
        let mut kept = self.lock();
        // An older state of the same file is of no use any more.
        let same = |kept: &Kept| {
            (kept.identity.device, kept.identity.inode, kept.kind)
                == (new.identity.device, new.identity.inode, new.kind)
        };
        kept.retain(|kept| !same(kept));
        kept.push(new);
        let mut total: u64 = kept.iter().map(|kept| kept.context.held()).sum();
        while total > self.room.0 && !kept.is_empty() {
            total -= kept.remove(0).context.held();
        }
    }
}

/// Whether a file is the same after it was read as it was before. One that grew, such as a log, is
/// taken as it was at the beginning; any other change is an error.
fn is_same(before: &Identity, after: &Identity) -> Result<bool, ContextError> {
    if after != before && after.size <= before.size {
        return Err(ContextError::Changed { before: before.size, after: after.size });
    }
    Ok(after == before)
}

/// Refuses what has no content of its own: reading a pipe or a device could wait for ever.
fn need_regular(file: &File) -> Result<(), ContextError> {
    use cap_std::fs::FileTypeExt;
    let kind = file.metadata()?.file_type();
    Err(ContextError::NotAFile(match kind {
        _ if kind.is_file() => return Ok(()),
        _ if kind.is_dir() => "a folder",
        _ if kind.is_fifo() => "a pipe",
        _ if kind.is_char_device() || kind.is_block_device() => "a device",
        _ => "a socket or the like",
    }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "tests make the files they open")]

    use std::{fs, io::Write, time::SystemTime};

    use cap_std::ambient_authority;

    use super::*;

    #[test]
    fn a_file_that_changes_while_it_is_read_is_refused_unless_it_grew() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("text");
        fs::write(&path, "12345").unwrap();
        let before = Identity::of(&File::open_ambient(&path, ambient_authority()).unwrap()).unwrap();
        let now = || {
            let file = File::open_ambient(&path, ambient_authority()).unwrap();
            is_same(&before, &Identity::of(&file).unwrap()).map_err(|error| error.to_string())
        };
        assert_eq!(now(), Ok(true));
        let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"6").unwrap();
        assert_eq!(now(), Ok(false));
        file.set_len(5).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(now(), Err("changed while it was read: 5 bytes before, 5 after".to_owned()));
        file.set_len(3).unwrap();
        assert_eq!(now(), Err("changed while it was read: 5 bytes before, 3 after".to_owned()));
    }
}
