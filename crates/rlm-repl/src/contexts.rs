//! Opens contexts and binds them in a session.

use std::{io::ErrorKind, path::Path};

use anyhow::{Result, bail};
use rlm_sandbox::{
    Bytes, Cell, Context, ContextError, ContextStore, DataFormat, FolderReport, FolderRules, Outcome, Session,
};

pub use rlm_sandbox::Kind;

use crate::{
    args::{ContextArgs, Format},
    failure::Usage,
    units::MAX_MEMORY,
    world,
};

/// Room for copies in a cache folder.
const CACHE_ROOM: Bytes = Bytes(20 << 30);

/// Skipped files of a folder that are named.
const SKIPPED_NAMED: usize = 5;

/// Opens every context the arguments name.
pub fn open_all(args: &ContextArgs) -> Result<Vec<Context>> {
    if args.paths.iter().filter(|path| is_stdin(path)).count() > 1 {
        return Err(Usage::new("--context -: standard input can be read only once").into());
    }
    let mut store = ContextStore::new();
    if let Some(path) = &args.cache {
        let folder = world::make_folder(path)
            .map_err(|error| Usage::new(format!("context cache {}: {}", path.display(), describe(&error))))?;
        store = store.with_cache(folder, CACHE_ROOM);
    }
    let format = args.format.unwrap_or(if args.bytes { Format::Bytes } else { Format::Text });
    args.paths.iter().map(|path| open_in(&store, path, format).map_err(anyhow::Error::from)).collect()
}

/// Whether `path` stands for standard input.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Opens one context; the error names the path and what to do.
pub fn open(path: &Path, kind: Kind) -> Result<Context, Usage> {
    let format = if kind == Kind::Bytes { Format::Bytes } else { Format::Text };
    open_in(&ContextStore::new(), path, format)
}

fn open_in(store: &ContextStore, path: &Path, format: Format) -> Result<Context, Usage> {
    let taken = Taken::of(path, format);
    if is_stdin(path) {
        let bytes = world::read_stdin(MAX_MEMORY).map_err(|error| unreadable("standard input", &error))?;
        return taken.held(&bytes).map_err(|error| refused("standard input", error));
    }
    let shown = path.display().to_string();
    let file = world::open_at_once(path).map_err(|error| unreadable(&shown, &error))?;
    let about = file.metadata().map_err(|error| unreadable(&shown, &error))?;
    if about.is_dir() {
        return open_folder(store, path, &shown, taken);
    }
    if about.is_file() {
        let opened = match taken {
            Taken::As(kind) => store.open(&file, kind),
            Taken::Data(format) => store.open_data(&file, format),
        };
        return opened.map_err(|error| refused(&shown, error));
    }
    if !is_handed_over(path) {
        return Err(refused(&shown, ContextError::NotAFile("a pipe or a device")));
    }
    // A pipe that the shell made, as in `--context <(zcat file.gz)`: it is read to its end.
    let mut bytes = Vec::new();
    let mut file = world::open(path).map_err(|error| unreadable(&shown, &error))?;
    std::io::Read::read_to_end(&mut std::io::Read::take(&mut file, MAX_MEMORY + 1), &mut bytes)
        .map_err(|error| unreadable(&shown, &error))?;
    taken.held(&bytes).map_err(|error| refused(&shown, error))
}

/// Whether the path stands for a descriptor that this process was started with.
fn is_handed_over(path: &Path) -> bool {
    path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd") || path == Path::new("/dev/stdin")
}

/// A folder as a dict of its texts; what was skipped is said.
fn open_folder(store: &ContextStore, path: &Path, shown: &str, taken: Taken) -> Result<Context, Usage> {
    let folder = world::open_folder(path).map_err(|error| unreadable(shown, &error))?;
    let rules = FolderRules { binary_as_bytes: taken == Taken::As(Kind::Bytes), ..FolderRules::default() };
    let (context, report) = store.open_folder(&folder, &rules).map_err(|error| refused(shown, error))?;
    if report.texts + report.binary == 0 {
        return Err(
            Usage::new(format!("context {shown}: no file in it is text")).hint("take them as bytes with --bytes")
        );
    }
    world::err(&told(shown, &report));
    Ok(context)
}

fn told(shown: &str, report: &FolderReport) -> String {
    if report.skipped == 0 {
        return String::new();
    }
    let named = report.named.iter().take(SKIPPED_NAMED).map(|file| format!("\n  {}: {}", file.path, file.reason));
    let more = report.skipped.saturating_sub(SKIPPED_NAMED);
    let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
    format!("note: context {shown}: skipped {} of its files{}{more}\n", report.skipped, named.collect::<String>())
}

/// How a file is taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    As(Kind),
    Data(DataFormat),
}

impl Taken {
    fn of(path: &Path, format: Format) -> Self {
        match format {
            Format::Text => Self::As(Kind::Text),
            Format::Bytes => Self::As(Kind::Bytes),
            Format::Json => Self::Data(DataFormat::Json),
            Format::Jsonl => Self::Data(DataFormat::JsonLines),
            Format::Csv => Self::Data(DataFormat::Csv),
            Format::Tsv => Self::Data(DataFormat::Tsv),
            Format::Auto => match path.extension().and_then(|ending| ending.to_str()) {
                Some("json") => Self::Data(DataFormat::Json),
                Some("jsonl" | "ndjson") => Self::Data(DataFormat::JsonLines),
                Some("csv") => Self::Data(DataFormat::Csv),
                Some("tsv") => Self::Data(DataFormat::Tsv),
                _ => Self::As(Kind::Text),
            },
        }
    }

    /// A context of bytes already read.
    fn held(self, bytes: &[u8]) -> Result<Context, ContextError> {
        match self {
            Self::As(kind) => Context::from_reader(bytes, kind),
            Self::Data(format) => Context::data(bytes, format),
        }
    }
}

fn unreadable(shown: &str, error: &std::io::Error) -> Usage {
    let usage = Usage::new(format!("context {shown}: {}", describe(error)));
    match error.kind() {
        ErrorKind::NotFound => usage.hint("check the path; it is taken from the current directory"),
        ErrorKind::PermissionDenied => usage.hint("make the file readable for you, or pipe it in with --context -"),
        _ => usage,
    }
}

/// What the system said, in words without an error number.
pub fn describe(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        ErrorKind::IsADirectory => "is a directory".into(),
        _ => error.to_string(),
    }
}

fn refused(shown: &str, error: ContextError) -> Usage {
    let usage = Usage::new(format!("context {shown}: {error}"));
    match error {
        ContextError::NotUtf8 { .. } => usage.hint("take it as bytes with --bytes, or convert it to UTF-8 first"),
        ContextError::TooLong { .. } => usage.hint("split it into several files, one --context each"),
        ContextError::NotAFile(_) => usage.hint("pipe it in with --context -"),
        ContextError::Malformed { .. } | ContextError::TooManyValues { .. } => {
            usage.hint("take it as text with --context-format text")
        }
        ContextError::Changed { .. } => usage.hint("try again when nothing writes it, or give a copy"),
        _ => usage,
    }
}

/// Binds contexts: one as `context`; several as `context_0`, `context_1`, and `context`, their list.
pub async fn bind(session: &mut Session, contexts: &[Context]) -> Result<()> {
    if let [only] = contexts {
        return Ok(session.define_context("context", only).await?);
    }
    for (index, context) in contexts.iter().enumerate() {
        session.define_context(&format!("context_{index}"), context).await?;
    }
    if !contexts.is_empty() {
        let names: Vec<String> = (0..contexts.len()).map(|index| format!("context_{index}")).collect();
        let execution = session.run(&Cell::new(format!("context = [{}]", names.join(", ")))).await?;
        if !matches!(execution.outcome, Outcome::Completed(_)) {
            bail!("cannot make the list of contexts: {:?}", execution.outcome);
        }
    }
    Ok(())
}

/// One line on what is bound, such as `context is a str of 52,114,290 characters`.
pub fn describe_all(contexts: &[Context]) -> Option<String> {
    let grouped = crate::text::grouped;
    match contexts {
        [] => None,
        [only] => Some(match (only.kind(), only.length()) {
            ("bytes", length) => format!("context is {} bytes", grouped(length)),
            ("list" | "dict", 1) => format!("context is a {} of 1 item", only.kind()),
            ("list" | "dict", length) => format!("context is a {} of {} items", only.kind(), grouped(length)),
            (kind, length) => match only.chars() {
                Some(_) => format!("context is a {kind} of {} characters", grouped(length)),
                None => format!("context is a {kind}"),
            },
        }),
        several => Some(format!("context is a list of {}", several.len())),
    }
}
