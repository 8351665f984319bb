//! Reads the folders of `--python-path`: pure-Python packages for `import` in cells.

use std::{collections::BTreeMap, io::Read};

use cap_std::fs::Dir;
use rlm_sandbox::{Engine, Limits, SessionBuilder};

use crate::{args::PackageArgs, contexts, failure::Usage, world};

/// Most files of all folders, and most bytes of them. They live in the session's memory.
const MAX_FILES: usize = 10_000;
const MAX_BYTES: u64 = 64 << 20;

/// Deepest folder looked into.
const MAX_DEPTH: usize = 32;

/// Files as the path below their folder, and what they hold.
pub type Files = Vec<(String, Vec<u8>)>;

/// Everything in the folders the arguments name. Where two have a file of one name, the first has it.
pub fn read(args: &PackageArgs) -> Result<Files, Usage> {
    let mut found = Found::default();
    for folder in &args.python_path {
        let shown = folder.display().to_string();
        let about = |error: std::io::Error| Usage::new(format!("python path {shown}: {}", contexts::describe(&error)));
        let dir = world::open_folder(folder).map_err(about)?;
        found.folder = shown.clone();
        found.walk(&dir, "", 0)?;
    }
    Ok(found.files.into_iter().collect())
}

/// A session that has the files; its builder takes what else it needs.
pub fn session(engine: &Engine, limits: Limits, files: Files) -> SessionBuilder {
    files.into_iter().fold(engine.session(limits), |builder, (path, source)| builder.module_file(path, source))
}

#[derive(Default)]
struct Found {
    folder: String,
    files: BTreeMap<String, Vec<u8>>,
    bytes: u64,
}

impl Found {
    fn walk(&mut self, dir: &Dir, prefix: &str, depth: usize) -> Result<(), Usage> {
        for entry in dir.entries().map_err(|error| self.unreadable(prefix, &error))? {
            let entry = entry.map_err(|error| self.unreadable(prefix, &error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') || name == "__pycache__" {
                continue;
            }
            let path = format!("{prefix}{name}");
            let kind = entry.file_type().map_err(|error| self.unreadable(&path, &error))?;
            if kind.is_dir() && depth < MAX_DEPTH {
                let inner = entry.open_dir().map_err(|error| self.unreadable(&path, &error))?;
                self.walk(&inner, &format!("{path}/"), depth + 1)?;
            } else if kind.is_file() {
                self.take(&entry, path)?;
            }
        }
        Ok(())
    }

    fn take(&mut self, entry: &cap_std::fs::DirEntry, path: String) -> Result<(), Usage> {
        let mut source = Vec::new();
        let left = MAX_BYTES - self.bytes;
        let read = entry.open().and_then(|file| file.take(left + 1).read_to_end(&mut source));
        read.map_err(|error| self.unreadable(&path, &error))?;
        self.bytes += source.len() as u64;
        if self.bytes > MAX_BYTES || self.files.len() >= MAX_FILES {
            let most = rlm_sandbox::Bytes(MAX_BYTES);
            return Err(Usage::new(format!("python path {}: more than {MAX_FILES} files or {most}", self.folder))
                .hint("name a folder that holds only the packages that cells import"));
        }
        self.files.entry(path).or_insert(source);
        Ok(())
    }

    fn unreadable(&self, path: &str, error: &std::io::Error) -> Usage {
        Usage::new(format!("python path {}/{path}: {}", self.folder, contexts::describe(error)))
    }
}
