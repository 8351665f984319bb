//! Journals as files: where they are, who writes them, and how one is taken up again.

use std::{
    fs::{File, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use anyhow::Result;
use rlm::{Journal, JournalKey, JournalSink};
use serde::{Deserialize, Serialize};

use super::policy::Policy;
use crate::{
    args::{ContextArgs, Format, ModelArgs, RunArgs},
    contexts,
    failure::Usage,
    world,
};

/// Longest journal that is read.
const MOST_BYTES: u64 = 4 << 30;

/// Journals kept in the user's own folder.
const MOST_KEPT: usize = 100;

/// A journal being written. The file stays locked, so that no two runs write one journal.
pub struct JournalFile {
    file: File,
    path: PathBuf,
}

/// What `resume` has to know beside what the run itself was told.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Note {
    /// Where the contexts were, as absolute paths, or `-`.
    pub contexts: Vec<PathBuf>,
    /// Whether they were taken as bytes.
    pub bytes: bool,
    /// What they were taken as otherwise.
    pub format: Option<Format>,
    /// The models as they were named, which may be names of the configuration.
    pub model: Option<String>,
    pub sub_model: Option<String>,
    /// Where the server was.
    pub base_url: Option<String>,
    /// The configuration that was named.
    pub config: Option<PathBuf>,
    /// Folders of Python packages.
    pub python_path: Vec<PathBuf>,
    /// Folders of skills.
    pub skills: Vec<PathBuf>,
    /// The cache.
    pub cache: Option<PathBuf>,
}

impl Note {
    /// What `resume` has to know of a run with these arguments.
    pub fn of(args: &RunArgs, context: &ContextArgs, policy: &Policy) -> Self {
        let path = |path: &PathBuf| if contexts::is_stdin(path) { path.clone() } else { world::absolute(path) };
        Self {
            contexts: context.given.iter().map(|given| path(&given.path)).collect(),
            bytes: context.bytes,
            format: context.format,
            model: args.models.model.clone(),
            sub_model: args.models.sub_model.clone(),
            base_url: args.models.base_url.clone(),
            config: args.config.config.as_deref().map(world::absolute),
            python_path: args.packages.python_path.iter().map(path).collect(),
            skills: policy.skills.iter().map(path).collect(),
            cache: policy.cache.as_deref().map(world::absolute),
        }
    }

    /// How the run's models were named. What came from the environment is the journal's to say.
    pub fn models(&self, journal: &Journal) -> ModelArgs {
        let start = journal.start();
        ModelArgs {
            model: Some(self.model.clone().unwrap_or_else(|| start.root_model.clone())),
            sub_model: Some(self.sub_model.clone().unwrap_or_else(|| start.sub_model.clone())),
            base_url: self.base_url.clone(),
            record: None,
        }
    }
}

impl JournalSink for JournalFile {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        (&self.file).write_all(bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}

impl JournalFile {
    /// A new journal at a path the user named.
    pub fn create(path: &Path) -> Result<Self, Usage> {
        let refused = |error: &io::Error| match error.kind() {
            io::ErrorKind::AlreadyExists => Usage::new(format!("journal {}: there is a file", path.display()))
                .hint("go on with it by rlm-repl resume, or name another file"),
            _ => Usage::new(format!("journal {}: {}", path.display(), contexts::describe(error)))
                .hint("name a file in a directory you can write to"),
        };
        let file = world::create_new(path).map_err(|error| refused(&error))?;
        let journal = Self { file: file.into_std(), path: path.to_owned() };
        journal.lock()?;
        Ok(journal)
    }

    /// A new journal in the user's own folder; nothing, where there is none to write to.
    pub fn create_by_default() -> Option<Self> {
        let folder = world::journal_folder()?;
        world::keep_newest(&folder, "journal", MOST_KEPT - 1);
        let name = format!("{}-{}.journal", world::now_seconds(), std::process::id());
        Self::create(&folder.join(name)).ok()
    }

    /// A journal that is there, and what it holds. The file is cut to its last whole record.
    pub fn open(path: &Path) -> Result<(Self, Journal)> {
        let file = world::open_to_append(path).map_err(|error| unreadable(path, &error))?;
        let opened = Self { file: file.into_std(), path: path.to_owned() };
        opened.lock()?;
        let journal = parse(path, &read(&opened.file, path)?)?;
        let cut = opened.file.set_len(journal.whole_bytes());
        cut.and_then(|()| (&opened.file).seek(SeekFrom::End(0))).map_err(|error| unreadable(path, &error))?;
        Ok((opened, journal))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn lock(&self) -> Result<(), Usage> {
        match self.file.try_lock() {
            Ok(()) => Ok(()),
            Err(TryLockError::WouldBlock) => {
                Err(Usage::new(format!("journal {}: another run is writing it", self.path.display()))
                    .hint("wait for that run to end, or end it"))
            }
            // Some file systems have no locks.
            Err(TryLockError::Error(_)) => Ok(()),
        }
    }
}

/// A journal that is only looked at.
pub fn look_at(path: &Path) -> Result<Journal> {
    let file = world::open(path).map_err(|error| unreadable(path, &error))?;
    parse(path, &read(&file.into_std(), path)?)
}

/// The key journals are checked with: of a secret in the environment, or none.
pub fn key() -> JournalKey {
    world::variable("RLM_JOURNAL_KEY")
        .map_or_else(JournalKey::default, |secret| JournalKey::of_secret(secret.as_bytes()))
}

fn read(mut file: &File, path: &Path) -> Result<Vec<u8>, Usage> {
    let mut bytes = Vec::new();
    Read::by_ref(&mut file).take(MOST_BYTES).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    Ok(bytes)
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Journal> {
    Journal::read(bytes, &key()).map_err(|error| {
        Usage::new(format!("journal {}: {error}", path.display()))
            .hint("a journal written under RLM_JOURNAL_KEY needs the same key")
            .into()
    })
}

fn unreadable(path: &Path, error: &io::Error) -> Usage {
    Usage::new(format!("journal {}: {}", path.display(), contexts::describe(error)))
}
