//! Reads the folders of `--python-path`: pure-Python packages for `import` in cells.

use std::{
    collections::BTreeMap,
    io::Read,
    path::{Path, PathBuf},
};

use cap_std::fs::Dir;
use rlm::Skill;
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
        found.read(folder, "python path")?;
    }
    Ok(found.files.into_iter().collect())
}

/// The skills in the folders: each folder in one of them is a skill. Of two of one name, the first counts.
pub fn skills(folders: &[PathBuf]) -> Result<Vec<Skill>, Usage> {
    let mut skills: Vec<Skill> = Vec::new();
    for folder in folders {
        let mut found = Found::default();
        found.read(folder, "skills")?;
        let mut by_name: BTreeMap<String, Files> = BTreeMap::new();
        for (path, source) in found.files {
            if let Some((name, path)) = path.split_once('/') {
                by_name.entry(name.to_owned()).or_default().push((path.to_owned(), source));
            }
        }
        if by_name.is_empty() {
            return Err(Usage::new(format!("skills {}: there are none", folder.display()))
                .hint("name a folder that holds a folder for each skill, with SKILL.md and Python files"));
        }
        for (name, files) in by_name {
            let skill = Skill::new(&name, files).map_err(|why| {
                Usage::new(format!("{}: {why}", folder.display()))
                    .hint("a skill is a folder with SKILL.md, which begins with what it is for, and Python files")
            })?;
            if !skills.iter().any(|known| known.name() == skill.name()) {
                skills.push(skill);
            }
        }
    }
    Ok(skills)
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
    /// Everything in a folder; `what` is what messages call it.
    fn read(&mut self, folder: &Path, what: &str) -> Result<(), Usage> {
        self.folder = format!("{what} {}", folder.display());
        let about = |error: std::io::Error| {
            Usage::new(format!("{}: {}", self.folder, contexts::describe(&error)))
                .hint("name a folder that is there and that you can read")
        };
        let dir = world::open_folder(folder).map_err(about)?;
        self.walk(&dir, "", 0)
    }

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
            return Err(Usage::new(format!("{}: more than {MAX_FILES} files or {most}", self.folder))
                .hint("name a folder that holds only the packages that cells import"));
        }
        self.files.entry(path).or_insert(source);
        Ok(())
    }

    fn unreadable(&self, path: &str, error: &std::io::Error) -> Usage {
        Usage::new(format!("{}/{path}: {}", self.folder, contexts::describe(error)))
    }
}
