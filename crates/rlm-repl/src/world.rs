//! The one place that looks at the world: environment, files, standard streams.
//!
//! Libraries are banned from these calls so that a caller decides what they may reach; this is the
//! caller, so the ban is lifted here and nowhere else.
#![allow(clippy::disallowed_methods)]

use std::{
    io::{self, IsTerminal, Read, Write},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::SystemTime,
};

use cap_std::{
    ambient_authority,
    fs::{Dir, File, OpenOptions, OpenOptionsExt},
};
use rustix::{
    process::getpgrp,
    termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr},
};

use crate::text;

/// A variable of the environment that is set, not empty and valid text.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Opens a file the user named, for reading.
pub fn open(path: &Path) -> io::Result<File> {
    File::open_ambient(path, ambient_authority())
}

/// Opens a file the user named, without waiting for the other end of a pipe.
pub fn open_at_once(path: &Path) -> io::Result<File> {
    const NONBLOCK: i32 = 0o4000;
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(NONBLOCK);
    File::open_ambient_with(path, &options, ambient_authority())
}

/// Whether there is a file or folder.
pub fn exists(path: &Path) -> bool {
    path.exists()
}

/// Bytes of memory that are left for this process, as far as the system says.
pub fn memory_left() -> Option<u64> {
    let number = |path: &str| std::fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    let about = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = about.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let free = line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? << 10;
    // In a container there may be less.
    let within = number("/sys/fs/cgroup/memory.max")
        .map(|most| most.saturating_sub(number("/sys/fs/cgroup/memory.current").unwrap_or_default()));
    Some(within.map_or(free, |within| within.min(free)))
}

/// Opens a folder the user named.
pub fn open_folder(path: &Path) -> io::Result<Dir> {
    Dir::open_ambient_dir(path, ambient_authority())
}

/// Opens a folder the user named, which is made where it is missing.
pub fn make_folder(path: &Path) -> io::Result<Dir> {
    Dir::create_ambient_dir_all(path, ambient_authority())?;
    open_folder(path)
}

/// Creates or empties a file the user named, for writing.
pub fn create(path: &Path) -> io::Result<File> {
    let options = OpenOptions::new().write(true).create(true).truncate(true).clone();
    File::open_ambient_with(path, &options, ambient_authority())
}

/// Creates a file the user named, for reading and writing; fails where there is one.
pub fn create_new(path: &Path) -> io::Result<File> {
    let options = OpenOptions::new().read(true).write(true).create_new(true).clone();
    File::open_ambient_with(path, &options, ambient_authority())
}

/// Opens a file the user named, for reading and writing.
pub fn open_to_append(path: &Path) -> io::Result<File> {
    let options = OpenOptions::new().read(true).write(true).clone();
    File::open_ambient_with(path, &options, ambient_authority())
}

/// Opens a file the user named, for reading and writing; makes it where there is none, for its owner alone.
pub fn open_or_create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true);
    #[cfg(unix)]
    cap_std::fs::OpenOptionsExt::mode(&mut options, 0o600);
    File::open_ambient_with(path, &options, ambient_authority())
}

/// A path that means the same from every directory.
pub fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Everything on standard input, up to `most` bytes and one more.
pub fn read_stdin(most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether a person types at standard input and sees standard output.
pub fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Runs a program of the user's to its end, found on the path.
pub fn run_program(name: &str, args: &[&str], stdin: &str) -> io::Result<Output> {
    let mut child =
        Command::new(name).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let Some(mut pipe) = child.stdin.take() {
        // A program that fails early does not read its input, and says why elsewhere.
        let _ = pipe.write_all(stdin.as_bytes());
    }
    child.wait_with_output()
}

/// How many cores there are to work on.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The time of day.
pub fn now() -> SystemTime {
    SystemTime::now()
}

/// The same in seconds since 1970.
pub fn now_seconds() -> u64 {
    now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Whether colour is welcome on standard output.
pub fn wants_colour() -> bool {
    io::stdout().is_terminal() && variable("NO_COLOR").is_none() && variable("TERM").as_deref() != Some("dumb")
}

/// Whether standard error is a terminal that can show more than lines.
pub fn err_is_screen() -> bool {
    io::stderr().is_terminal() && variable("TERM").is_some_and(|term| term != "dumb")
}

/// Whether colour is welcome on standard error.
pub fn err_wants_colour() -> bool {
    err_is_screen() && variable("NO_COLOR").is_none()
}

/// Has the terminal of standard error stop writing `^C` where Ctrl-C is pressed, until [`UnechoedKeys::give_back`].
/// Where something is drawn over and over, it would begin a line that nobody knows of.
pub struct UnechoedKeys(Option<Termios>);

impl UnechoedKeys {
    /// Does nothing where standard error is no terminal, or another program's: the system would stop this one.
    pub fn take() -> Self {
        let stderr = io::stderr();
        if !tcgetpgrp(&stderr).is_ok_and(|group| group == getpgrp()) {
            return Self(None);
        }
        let Ok(before) = tcgetattr(&stderr) else { return Self(None) };
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHOCTL);
        Self(tcsetattr(&stderr, OptionalActions::Now, &quiet).ok().map(|()| before))
    }

    /// The terminal as it was.
    pub fn give_back(&mut self) {
        if let Some(before) = self.0.take() {
            // A terminal that is gone has nothing to be given back.
            let _ = tcsetattr(io::stderr(), OptionalActions::Now, &before);
        }
    }
}

impl Drop for UnechoedKeys {
    fn drop(&mut self) {
        self.give_back();
    }
}

/// Makes a file that only its owner may read, whole or not at all: `fill` writes beside it, under
/// another name, until everything is there.
pub fn create_whole(path: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let mut name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let filled = create_private(&part).and_then(|mut file| fill(&mut file)).and_then(|()| std::fs::rename(&part, path));
    if filled.is_err() {
        // Whatever is wrong with the file is said already.
        let _ = std::fs::remove_file(&part);
    }
    filled
}

/// Creates a new file that only its owner may read.
fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    cap_std::fs::OpenOptionsExt::mode(&mut options, 0o600);
    File::open_ambient_with(path, &options, ambient_authority())
}

/// Makes a small file that only its owner may read, and the folders above it.
pub fn create_secret(path: &Path, content: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    create_private(path)?.write_all(content.as_bytes())
}

/// Bytes that nobody can guess.
pub fn random() -> io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

/// Where the prompt's history is kept: under the user's state directory.
pub fn history_file() -> Option<PathBuf> {
    state_file("history")
}

/// Where journals are kept unless told otherwise; made when it is not there.
pub fn journal_folder() -> Option<PathBuf> {
    let folder = state_folder()?.join("runs");
    Dir::create_ambient_dir_all(&folder, ambient_authority()).ok()?;
    Some(folder)
}

/// Removes all but the newest `most` files of a folder that have this extension. Their names begin
/// with the time they were made.
pub fn keep_newest(folder: &Path, extension: &str, most: usize) {
    let Ok(dir) = Dir::open_ambient_dir(folder, ambient_authority()) else { return };
    let Ok(entries) = dir.entries() else { return };
    let ours = |name: &String| Path::new(name).extension().is_some_and(|found| found == extension);
    let mut names: Vec<String> =
        entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).filter(ours).collect();
    names.sort();
    for name in &names[..names.len().saturating_sub(most)] {
        // One that cannot be removed is in nobody's way.
        let _ = dir.remove_file(name);
    }
}

/// A file of ours in the user's state directory.
pub fn state_file(name: &str) -> Option<PathBuf> {
    Some(state_folder()?.join(name))
}

/// The program's folder under the user's state directory.
fn state_folder() -> Option<PathBuf> {
    let state = variable("XDG_STATE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| variable("HOME").map(|home| Path::new(&home).join(".local/state")))?;
    Some(state.join("rlm-repl"))
}

/// Writes text to standard output, all at once.
pub fn out(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    write(&mut stdout, text)
}

/// Writes text to standard error, all at once. There is nowhere to report a failure to.
pub fn err(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = write(&mut stderr, text);
}

/// Writes text with colours of ours to standard error. Whatever else is in it has been made visible.
pub fn err_painted(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// Raw into files and pipes; with control characters made visible at a terminal.
fn write(stream: &mut (impl Write + IsTerminal), text: &str) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    if stream.is_terminal() {
        stream.write_all(text::visible(text).as_bytes())?;
    } else {
        stream.write_all(text.as_bytes())?;
    }
    stream.flush()
}
