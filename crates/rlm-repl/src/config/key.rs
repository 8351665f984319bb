//! Which key seals snapshots: a flag, then the environment, then a file of the user's.

use std::{
    io::{self, Read},
    path::{Path, PathBuf},
};

use rlm_sandbox::SnapshotKey;

use crate::{args::KeyArgs, contexts, failure::Usage, world};

/// Where the key of snapshots is.
#[derive(Clone, Debug)]
pub struct KeyFile {
    path: Option<PathBuf>,
}

impl KeyFile {
    /// Where the arguments, the environment or the user's state directory have it.
    pub fn find(args: &KeyArgs) -> Self {
        let named = args.snapshot_key.clone().or_else(|| world::variable("RLM_SNAPSHOT_KEY").map(PathBuf::from));
        Self { path: named.or_else(|| world::state_file("snapshot.key")) }
    }

    /// The key, made if there is none yet.
    pub fn to_save(&self) -> Result<SnapshotKey, Usage> {
        let path = self.path()?;
        if let Some(key) = read_key(path)? {
            return Ok(key);
        }
        let unwritable = |error: io::Error| Usage::new(format!("snapshot key {}: {error}", path.display()));
        let secret = world::random().map_err(unwritable)?;
        let digits: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        match world::create_secret(path, &(digits + "\n")) {
            Ok(()) => Ok(SnapshotKey::new(secret)),
            // Another process was quicker.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.to_load(),
            Err(error) => Err(unwritable(error)),
        }
    }

    /// The key, which is there wherever something was saved.
    pub fn to_load(&self) -> Result<SnapshotKey, Usage> {
        let path = self.path()?;
        read_key(path)?.ok_or_else(|| {
            Usage::new(format!("snapshot key {}: no such file", path.display()))
                .hint("name the key that the snapshot was sealed with: --snapshot-key PATH")
        })
    }

    fn path(&self) -> Result<&Path, Usage> {
        self.path.as_deref().ok_or_else(|| {
            Usage::new("no place for the snapshot key: neither XDG_STATE_HOME nor HOME is set")
                .hint("name a file with --snapshot-key PATH")
        })
    }
}

/// The key in a file; `None` where there is no file.
fn read_key(path: &Path) -> Result<Option<SnapshotKey>, Usage> {
    const DIGITS: usize = 64;
    let wrong = |what: String| Usage::new(format!("snapshot key {}: {what}", path.display()));
    let file = match world::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file.map_err(|error| wrong(contexts::describe(&error)))?,
    };
    let mut bytes = Vec::new();
    file.take(2 * DIGITS as u64).read_to_end(&mut bytes).map_err(|error| wrong(contexts::describe(&error)))?;
    let digits = bytes.trim_ascii();
    let mut secret = [0; DIGITS / 2];
    let well_formed = digits.len() == DIGITS
        && secret.iter_mut().zip(digits.chunks_exact(2)).all(|(byte, pair)| match hex_byte(pair) {
            Some(value) => {
                *byte = value;
                true
            }
            None => false,
        });
    if well_formed { Ok(Some(SnapshotKey::new(secret))) } else { Err(wrong(format!("expected {DIGITS} hex digits"))) }
}

fn hex_byte(pair: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    Some((digit(pair[0])? * 16 + digit(pair[1])?) as u8)
}
