//! A folder as a dict of texts.

use std::io::Read;

use cap_std::fs::{Dir, DirEntry, File, OpenOptions, OpenOptionsExt};

use super::{
    Context, ContextError, MOST, Many,
    documents::{MOST_TEXTS, Packer},
};

/// Opening a pipe with nobody at its other end must not wait: a file may have become one since it was
/// listed.
const DO_NOT_WAIT: i32 = rustix::fs::OFlags::NONBLOCK.bits() as i32;

/// Bytes of a file that are looked at for a NUL, which no text has.
const LOOKED_AT: usize = 8 << 10;

/// Folders one inside the other that are followed.
const MOST_DEPTH: usize = 64;

/// Most skipped files the report names.
const MOST_NAMED: usize = 1000;

/// Which files of a folder are taken.
#[derive(Clone, Debug)]
pub struct FolderRules {
    /// Take files that are no text as bytes, rather than skip them.
    pub binary_as_bytes: bool,
    /// Take files and folders whose names begin with a dot.
    pub hidden: bool,
    /// Most files.
    pub most_files: usize,
}

impl Default for FolderRules {
    fn default() -> Self {
        Self { binary_as_bytes: false, hidden: false, most_files: MOST_TEXTS }
    }
}

/// What became of a folder's files.
#[derive(Clone, Debug, Default)]
pub struct FolderReport {
    /// Files taken as text.
    pub texts: usize,
    /// Files taken as bytes.
    pub binary: usize,
    /// How many were skipped.
    pub skipped: usize,
    /// The first of them, at most 1,000.
    pub named: Vec<Skipped>,
}

/// A file that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its path in the folder.
    pub path: String,
    /// Why.
    pub reason: String,
}

impl FolderReport {
    fn skip(&mut self, path: String, reason: impl Into<String>) {
        self.skipped += 1;
        if self.named.len() < MOST_NAMED {
            self.named.push(Skipped { path, reason: reason.into() });
        }
    }
}

/// Reads a folder. Symlinks are not followed, so nothing leads out of it.
pub fn open(folder: &Dir, rules: &FolderRules) -> Result<(Context, FolderReport), ContextError> {
    let mut walk = Walk { rules, packer: Packer::new()?, report: FolderReport::default(), buffer: Vec::new() };
    walk.folder(folder, "", 0)?;
    let Walk { packer, report, .. } = walk;
    Ok((packer.finish(Many::Dict)?, report))
}

struct Walk<'a> {
    rules: &'a FolderRules,
    packer: Packer,
    report: FolderReport,
    buffer: Vec<u8>,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Dir, path: &str, depth: usize) -> Result<(), ContextError> {
        // In order of names, so that the same folder always gives the same context.
        let mut entries: Vec<(String, DirEntry)> = Vec::new();
        for entry in folder.entries()? {
            let entry = entry?;
            match entry.file_name().into_string() {
                Ok(name) => entries.push((name, entry)),
                Err(name) => self.report.skip(format!("{path}{}", name.to_string_lossy()), "its name is not UTF-8"),
            }
            if entries.len() > self.rules.most_files {
                return Err(ContextError::TooManyTexts { most: self.rules.most_files });
            }
        }
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (name, entry) in entries {
            let path = format!("{path}{name}");
            if name.starts_with('.') && !self.rules.hidden {
                self.report.skip(path, "hidden");
                continue;
            }
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth == MOST_DEPTH => self.report.skip(path, "too deep"),
                Ok(kind) if kind.is_dir() => match entry.open_dir() {
                    Ok(inner) => self.folder(&inner, &format!("{path}/"), depth + 1)?,
                    Err(error) => self.report.skip(path, error.to_string()),
                },
                Ok(kind) if kind.is_file() => self.file(&entry, path)?,
                Ok(kind) if kind.is_symlink() => self.report.skip(path, "a symlink"),
                Ok(_) => self.report.skip(path, "not a regular file"),
                Err(error) => self.report.skip(path, error.to_string()),
            }
        }
        Ok(())
    }

    fn file(&mut self, entry: &DirEntry, path: String) -> Result<(), ContextError> {
        if self.report.texts + self.report.binary >= self.rules.most_files {
            return Err(ContextError::TooManyTexts { most: self.rules.most_files });
        }
        match self.read(entry) {
            Err(error) => {
                self.report.skip(path, error.to_string());
                return Ok(());
            }
            Ok(false) => {
                self.report.skip(path, "not a regular file");
                return Ok(());
            }
            Ok(true) => {}
        }
        if self.buffer.len() as u64 > MOST {
            self.report.skip(path, format!("more than {MOST} bytes"));
            return Ok(());
        }
        let has_nul = self.buffer[..self.buffer.len().min(LOOKED_AT)].contains(&0);
        let reason = if has_nul {
            "not text: it has NULs".to_owned()
        } else {
            match self.packer.add(&path, &self.buffer, true) {
                Ok(()) => {
                    self.report.texts += 1;
                    return Ok(());
                }
                Err(error @ ContextError::NotUtf8 { .. }) => error.to_string(),
                Err(error) => return Err(error),
            }
        };
        if self.rules.binary_as_bytes {
            self.packer.add(&path, &self.buffer, false)?;
            self.report.binary += 1;
        } else {
            self.report.skip(path, reason);
        }
        Ok(())
    }

    /// Reads a file into the buffer; says whether it was one.
    fn read(&mut self, entry: &DirEntry) -> std::io::Result<bool> {
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(DO_NOT_WAIT);
        let file: File = entry.open_with(&options)?;
        if !file.metadata()?.is_file() {
            return Ok(false);
        }
        self.buffer.clear();
        file.take(MOST + 1).read_to_end(&mut self.buffer)?;
        Ok(true)
    }
}
