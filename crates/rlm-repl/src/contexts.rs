//! Opens contexts and binds them in a session.

use std::{io::ErrorKind, path::Path};

use anyhow::Result;
use rlm_sandbox::{
    Bytes, Context, ContextError, ContextStore, DataFormat, FolderReport, FolderRules, SandboxError, Session,
};

pub use rlm_sandbox::Kind;

use crate::{
    args::{ContextArg, ContextArgs, Format},
    failure::Usage,
    units::MAX_MEMORY,
    world,
};

/// Room for copies in a cache folder.
const CACHE_ROOM: Bytes = Bytes(20 << 30);

/// Skipped files of a folder that are named.
const SKIPPED_NAMED: usize = 5;

/// A context and what it is called.
pub struct Opened {
    /// The name of the person's own choice.
    pub name: Option<String>,
    /// Where it came from, as the person wrote it.
    pub source: String,
    /// What there is.
    pub context: Context,
}

impl Opened {
    /// With the name a run knows it by: the person's own, or its path. A path is not taken for a
    /// variable's name.
    pub fn named(self) -> (String, Context) {
        let is_word = self.source.chars().all(|char| char == '_' || char.is_alphanumeric());
        let source = if is_word { format!("./{}", self.source) } else { self.source };
        (self.name.unwrap_or(source), self.context)
    }
}

/// Where contexts are opened: a store with the cache folder that the arguments name.
pub fn store(args: &ContextArgs) -> Result<ContextStore, Usage> {
    let Some(path) = &args.cache else {
        // What does not fit is read piece by piece: the system would rather end this process than
        // refuse the memory.
        let most = world::memory_left().map_or(u64::MAX, |left| left / 4 * 3);
        return Ok(ContextStore::new().mapping_up_to(Bytes(most)));
    };
    let folder = world::make_folder(path)
        .map_err(|error| Usage::new(format!("context cache {}: {}", path.display(), describe(&error))))?;
    Ok(ContextStore::new().with_cache(folder, CACHE_ROOM))
}

/// What the arguments take contexts as.
pub fn format(args: &ContextArgs) -> Format {
    args.format.unwrap_or(if args.bytes { Format::Bytes } else { Format::Text })
}

/// Opens every context the arguments name.
pub fn open_all(args: &ContextArgs, store: &ContextStore) -> Result<Vec<Opened>> {
    if args.given.iter().filter(|given| is_stdin(&given.path)).count() > 1 {
        return Err(Usage::new("--context -: standard input can be read only once").into());
    }
    let names: Vec<&str> = args.given.iter().filter_map(|given| given.name.as_deref()).collect();
    if let Some((_, twice)) = names.iter().enumerate().find(|(index, name)| names[..*index].contains(name)) {
        return Err(Usage::new(format!("--context {twice}=: two contexts have this name")).into());
    }
    args.given.iter().map(|given| Ok(open_given(store, given, format(args))?)).collect()
}

/// Opens one context as it was named.
pub fn open_given(store: &ContextStore, given: &ContextArg, format: Format) -> Result<Opened, Usage> {
    let ContextArg { name, path } = given;
    let context = open_in(store, path, format).map_err(|usage| match name {
        // The whole may have been meant as a path.
        Some(name) => {
            let whole = format!("{name}={}", path.display());
            if world::exists(Path::new(&whole)) {
                usage.hint(format!("the file {whole} is named ./{whole}"))
            } else {
                usage
            }
        }
        None => usage,
    })?;
    Ok(Opened { name: name.clone(), source: path.display().to_string(), context })
}

/// Whether `path` stands for standard input.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Opens one context; the error names the path and what to do.
pub fn open(store: &ContextStore, path: &Path, kind: Kind) -> Result<Context, Usage> {
    open_in(store, path, if kind == Kind::Bytes { Format::Bytes } else { Format::Text })
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
        ErrorKind::NotADirectory => "is not a directory".into(),
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

/// Binds contexts under their names, those of [`Session::define_contexts`].
pub async fn bind(session: &mut Session, opened: &[Opened]) -> Result<()> {
    let bound = session.define_contexts(&named(opened)).await;
    bound.map(drop).map_err(not_bound)
}

/// Binds one more context in a session that is under way; says which variables it has.
pub async fn add(session: &mut Session, opened: &Opened) -> Result<Vec<String>> {
    let bound = session.add_contexts(&named(std::slice::from_ref(opened))).await.map_err(not_bound)?;
    Ok(bound.into_iter().flatten().collect())
}

fn named(opened: &[Opened]) -> Vec<(&str, &Context)> {
    opened.iter().map(|one| (one.name.as_deref().unwrap_or_default(), &one.context)).collect()
}

fn not_bound(error: SandboxError) -> anyhow::Error {
    match error {
        SandboxError::Define { name, reason } => {
            Usage::new(format!("context {name}: {reason}")).hint("choose another name: --context NAME=PATH").into()
        }
        other => other.into(),
    }
}

/// What is bound, such as `context is a str of 52,114,290 characters`; of several, a line for each.
pub fn describe_all(opened: &[Opened]) -> Option<String> {
    let own = |name: &Option<String>| name.as_ref().map(|name| format!(" and {name}")).unwrap_or_default();
    match opened {
        [] => None,
        [only] => Some(format!("context{} is {}", own(&only.name), kind_and_size(&only.context))),
        several => {
            let lines = several.iter().enumerate().map(|(index, one)| {
                format!(
                    "\n  context[{index}], context_{index}{}: {}, {}",
                    own(&one.name),
                    one.source,
                    kind_and_size(&one.context)
                )
            });
            Some(format!("context is a list of {}:{}", several.len(), lines.collect::<String>()))
        }
    }
}

/// What kind of thing a context is and how long, such as `a str of 12 characters`.
pub fn kind_and_size(context: &Context) -> String {
    let (kind, length) = (context.kind(), crate::text::grouped(context.length()));
    let s = if context.length() == 1 { "" } else { "s" };
    match kind {
        "bytes" => format!("{length} bytes"),
        "list" | "dict" => format!("a {kind} of {length} item{s}"),
        _ if context.chars().is_some() => format!("a {kind} of {length} character{s}"),
        "LargeText" => format!("a LargeText of {length} bytes"),
        _ => format!("a {kind}"),
    }
}
