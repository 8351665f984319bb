//! Opens contexts and binds them in a session.

use std::{
    io::{ErrorKind, Read},
    path::Path,
};

use anyhow::{Result, bail};
use rlm_sandbox::{Cell, Context, ContextError, Outcome, Session};

use crate::{args::ContextArgs, failure::Usage, units::MAX_MEMORY, world};

/// What a context is bound as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `str`; the content has to be UTF-8.
    Text,
    /// `bytes`.
    Bytes,
}

/// Opens every context the arguments name.
pub fn open_all(args: &ContextArgs) -> Result<Vec<Context>> {
    let kind = if args.bytes { Kind::Bytes } else { Kind::Text };
    if args.paths.iter().filter(|path| is_stdin(path)).count() > 1 {
        return Err(Usage::new("--context -: standard input can be read only once").into());
    }
    args.paths.iter().map(|path| open(path, kind).map_err(anyhow::Error::from)).collect()
}

/// Whether `path` stands for standard input.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Opens one context; the error names the path and what to do.
pub fn open(path: &Path, kind: Kind) -> Result<Context, Usage> {
    if is_stdin(path) {
        let bytes = world::read_stdin(MAX_MEMORY).map_err(|error| unreadable("standard input", &error))?;
        return held(&bytes, kind).map_err(|error| refused("standard input", error));
    }
    let shown = path.display().to_string();
    let mut file = world::open(path).map_err(|error| unreadable(&shown, &error))?;
    let about = file.metadata().map_err(|error| unreadable(&shown, &error))?;
    if about.is_dir() {
        return Err(
            Usage::new(format!("context {shown}: is a directory")).hint("name the files in it, one --context each")
        );
    }
    if about.is_file() {
        let opened = match kind {
            Kind::Text => Context::text_from_file(&file),
            Kind::Bytes => Context::bytes_from_file(&file),
        };
        return opened.map_err(|error| refused(&shown, error));
    }
    // A pipe or a device has no length to map: it is read to its end.
    let mut bytes = Vec::new();
    Read::by_ref(&mut file).take(MAX_MEMORY + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&shown, &error))?;
    held(&bytes, kind).map_err(|error| refused(&shown, error))
}

/// A context of bytes already read.
fn held(bytes: &[u8], kind: Kind) -> Result<Context, ContextError> {
    match kind {
        Kind::Bytes => Context::bytes(bytes),
        Kind::Text => Context::text(std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error.valid_up_to()))?),
    }
}

fn not_utf8(bytes: &[u8], offset: usize) -> ContextError {
    ContextError::NotUtf8 {
        offset: offset as u64,
        line: 1 + bytes[..offset].iter().filter(|&&byte| byte == b'\n').count() as u64,
        byte: bytes[offset],
        length: bytes.len() as u64,
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
    match contexts {
        [] => None,
        [only] => Some(match only.chars() {
            Some(chars) => format!("context is a str of {} characters", crate::text::grouped(chars)),
            None => format!("context is {} bytes", crate::text::grouped(only.len())),
        }),
        several => Some(format!("context is a list of {}", several.len())),
    }
}
