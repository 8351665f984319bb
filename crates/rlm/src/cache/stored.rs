//! A cache in one file, which several processes may use at the same time.

use std::{
    collections::HashMap,
    fs::File,
    io,
    sync::{Mutex, MutexGuard, PoisonError},
};

use redb::{
    Builder, ConcurrencyMode, Database, DatabaseError, ReadableDatabase, TableDefinition, TableError,
    backends::FileBackend,
};
use rlm_model::Reply;

use super::ReplyCache;

/// The replies as JSON. The name changes with their shape.
const REPLIES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("replies 1");

/// Memory that the store may use for itself.
const STORE_MEMORY: usize = 16 << 20;

/// Replies in one file. What is put is written at the next [`ReplyCache::sync`].
pub struct StoredCache {
    store: Database,
    unwritten: Mutex<HashMap<String, Vec<u8>>>,
}

/// A file that cannot be used as a cache.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CacheError {
    /// A program of another version, or one that wants it for itself, has it open.
    #[error("another program has it open")]
    InUse,
    /// It is no cache, is damaged, or cannot be read or written.
    #[error("{0}")]
    Unusable(String),
}

impl StoredCache {
    /// Uses `file`, which is empty or a cache. It has to be open for reading and writing.
    ///
    /// # Errors
    /// When it holds something else or cannot be used.
    pub fn open(file: File) -> Result<Self, CacheError> {
        let unusable = |error: DatabaseError| match error {
            DatabaseError::DatabaseAlreadyOpen => CacheError::InUse,
            other => CacheError::Unusable(other.to_string()),
        };
        let backend = FileBackend::new(file).map_err(unusable)?;
        let store = Builder::new()
            .set_cache_size(STORE_MEMORY)
            .set_concurrency_mode(ConcurrencyMode::MultiWriter)
            .create_with_backend(backend)
            .map_err(unusable)?;
        Ok(Self { store, unwritten: Mutex::default() })
    }

    fn unwritten(&self) -> MutexGuard<'_, HashMap<String, Vec<u8>>> {
        self.unwritten.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ReplyCache for StoredCache {
    fn get(&self, key: &str) -> io::Result<Option<Reply>> {
        if let Some(reply) = self.unwritten().get(key) {
            return Ok(Some(serde_json::from_slice(reply)?));
        }
        let reading = self.store.begin_read().map_err(io::Error::other)?;
        let replies = match reading.open_table(REPLIES) {
            Ok(replies) => replies,
            Err(TableError::TableDoesNotExist(_)) => return Ok(None),
            Err(error) => return Err(io::Error::other(error)),
        };
        let found = replies.get(key).map_err(io::Error::other)?;
        found.map(|reply| Ok(serde_json::from_slice(reply.value())?)).transpose()
    }

    fn put(&self, key: &str, reply: &Reply) -> io::Result<()> {
        self.unwritten().insert(key.to_owned(), serde_json::to_vec(reply)?);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut unwritten = self.unwritten();
        if unwritten.is_empty() {
            return Ok(());
        }
        let writing = self.store.begin_write().map_err(io::Error::other)?;
        {
            let mut replies = writing.open_table(REPLIES).map_err(io::Error::other)?;
            for (key, reply) in unwritten.iter() {
                replies.insert(key.as_str(), reply.as_slice()).map_err(io::Error::other)?;
            }
        }
        writing.commit().map_err(io::Error::other)?;
        unwritten.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek, Write};

    use super::*;

    fn open(path: &std::path::Path) -> StoredCache {
        let file = File::options().read(true).write(true).create(true).truncate(false).open(path).unwrap();
        StoredCache::open(file).unwrap()
    }

    #[test]
    fn what_is_written_is_seen_by_others_and_what_is_no_cache_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cache");
        let (one, other) = (open(&path), open(&path));
        one.put("a", &Reply::text("kept")).unwrap();
        assert_eq!(one.get("a").unwrap().unwrap().text, "kept");
        assert_eq!(other.get("a").unwrap(), None);
        one.sync().unwrap();
        assert_eq!(other.get("a").unwrap().unwrap().text, "kept");
        other.put("b", &Reply::text("too")).unwrap();
        other.sync().unwrap();
        drop((one, other));
        assert_eq!(open(&path).get("b").unwrap().unwrap().text, "too");
        let mut foreign = tempfile::tempfile().unwrap();
        foreign.write_all(b"hello there").unwrap();
        assert!(matches!(StoredCache::open(foreign.try_clone().unwrap()), Err(CacheError::Unusable(_))));
        let mut left = String::new();
        foreign.rewind().unwrap();
        foreign.read_to_string(&mut left).unwrap();
        assert_eq!(left, "hello there");
    }
}
