//! `view`: a trajectory as one HTML page that needs nothing else.

mod coverage;

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use rlm_sandbox::ContextStore;
use serde_json::Value;

use crate::{
    args::{Format, ViewArgs},
    contexts, failure,
    failure::Usage,
    world,
};
use coverage::Texts;

/// The page, with `TRAJECTORY` where the lines go.
const PAGE: &str = include_str!("page.html");
const PLACE: &str = ">TRAJECTORY<";
/// Largest trajectory shown, in bytes: a browser has to hold it.
const MAX_TRAJECTORY: u64 = 256 << 20;

/// Writes the page and says where it is.
pub fn view(args: &ViewArgs) -> Result<i32> {
    let source = args.trajectory.display();
    let file = open(&args.trajectory)?;
    let (mut lines, cut) = read(BufReader::new(file), &args.trajectory)?;
    if cut {
        world::err(&format!("note: {source}: its last line is incomplete and left out\n"));
    }
    lines.extend(read_parts(&lines, args));
    let page = page(&lines)?;
    match &args.output {
        Some(path) if path.as_os_str() == "-" => world::out(&page)?,
        path => {
            let path = path.clone().unwrap_or_else(|| beside(&args.trajectory));
            write(&path, &page)?;
            world::out(&format!("{}\n", path.display()))?;
        }
    }
    Ok(failure::OK)
}

/// Opens a trajectory.
pub fn open(path: &Path) -> Result<cap_std::fs::File, Usage> {
    world::open(path).map_err(|error| {
        Usage::new(format!("trajectory {}: {}", path.display(), contexts::describe(&error)))
            .hint("name a file that `rlm-repl run --trajectory` wrote")
    })
}

/// A line on which parts of the contexts were read, where they are still where the run had them.
fn read_parts(lines: &[Value], args: &ViewArgs) -> Option<Value> {
    let metadata = lines.iter().find(|line| line["type"] == "metadata")?;
    let texts = Texts::of(lines);
    let mut found = Vec::new();
    for (index, about) in metadata["contexts"].as_array()?.iter().enumerate() {
        let name = about["name"].as_str().unwrap_or_default();
        let path = args.context.get(index).map_or(Path::new(name), PathBuf::as_path);
        match context_at(path, about) {
            Some(context) => found.push(texts.in_context(index, context.as_bytes())),
            None => world::err(&format!(
                "note: context {name} is not there as the run had it, so the page does not show which parts were read; \
                 --context PATH says where it is\n"
            )),
        }
    }
    Some(serde_json::json!({"type": "coverage", "contexts": found}))
}

/// The context in a file or folder, if it is the one that the run had.
fn context_at(path: &Path, about: &Value) -> Option<rlm_sandbox::Context> {
    let format = match about["kind"].as_str()? {
        "bytes" => Format::Bytes,
        "str" => Format::Text,
        _ => Format::Auto,
    };
    if contexts::is_stdin(path) {
        return None;
    }
    let context = contexts::open_given(&ContextStore::new(), &path.to_owned().into(), format).ok()?.context;
    (about["blake3"].as_str()? == context.hash().to_string()).then_some(context)
}

/// The lines of a trajectory, and whether the last was cut off, as a killed run leaves it.
pub fn read(from: impl BufRead, path: &Path) -> Result<(Vec<Value>, bool)> {
    let bad = |number: usize, why: &dyn std::fmt::Display| {
        Usage::new(format!("trajectory {}: line {number}: {why}", path.display()))
            .hint("name a file that `rlm-repl run --trajectory` wrote")
    };
    let mut lines = Vec::new();
    let mut unread = None;
    let mut left = from.take(MAX_TRAJECTORY + 1);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = left.read_until(b'\n', &mut line).with_context(|| format!("reading {}", path.display()))?;
        if read == 0 {
            break;
        }
        if left.limit() == 0 {
            return Err(bad(number, &format!("the file is larger than {MAX_TRAJECTORY} bytes")).into());
        }
        if let Some((number, error)) = unread.take() {
            return Err(bad(number, &error).into());
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match serde_json::from_slice::<Value>(&line) {
            Ok(value) if value["type"].is_string() => lines.push(value),
            Ok(_) => return Err(bad(number, &"not a line of a trajectory: it has no type").into()),
            Err(error) => unread = Some((number, error.to_string())),
        }
    }
    match (lines.is_empty(), unread) {
        (true, Some((number, error))) => Err(bad(number, &error).into()),
        (true, None) => Err(bad(1, &"there is nothing in it").into()),
        (false, cut) => Ok((lines, cut.is_some())),
    }
}

/// The page that shows `lines`. What they hold cannot end the element they are in: `<` is escaped.
fn page(lines: &[Value]) -> Result<String> {
    let data = serde_json::to_string(lines)?.replace('<', "\\u003c");
    let (before, after) = PAGE.split_once(PLACE).context("the page has no place for a trajectory")?;
    Ok([before, ">", &data, "<", after].concat())
}

/// The trajectory's own name, ending in `.html`.
fn beside(trajectory: &Path) -> PathBuf {
    trajectory.with_extension("html")
}

fn write(path: &Path, page: &str) -> Result<(), Usage> {
    world::create(path).and_then(|mut file| file.write_all(page.as_bytes())).map_err(|error| {
        Usage::new(format!("{}: {}", path.display(), contexts::describe(&error)))
            .hint("name a file in a directory you can write to with --output, or - for standard output")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        read(text.as_bytes(), Path::new("t.jsonl")).unwrap_err().to_string()
    }

    #[test]
    fn nothing_in_a_trajectory_is_markup() {
        let evil = "</script><script>alert(1)</script><!--";
        let lines = [serde_json::json!({"type": "metadata", "question": evil})];
        let page = page(&lines).unwrap();
        assert!(!page.contains("alert(1)</script>"));
        let (_, rest) = page.split_once("type=\"application/json\">").unwrap();
        let (data, _) = rest.split_once("</script>").unwrap();
        let back: Vec<Value> = serde_json::from_str(data).unwrap();
        assert_eq!(back[0]["question"], evil);
        for outside in ["http://", "https://", "//cdn", "src=", "@import", "url("] {
            assert!(!PAGE.contains(outside), "{outside}");
        }
    }

    #[test]
    fn a_record_cut_off_is_shown_and_another_file_is_not() {
        let whole = "{\"type\":\"metadata\"}\n";
        assert_eq!(read(whole.as_bytes(), Path::new("t")).unwrap().0.len(), 1);
        let (lines, cut) = read(format!("{whole}\n{{\"type\":\"iter").as_bytes(), Path::new("t")).unwrap();
        assert_eq!((lines.len(), cut), (1, true));
        assert_eq!(refused("hello\nyou\n"), "trajectory t.jsonl: line 1: expected value at line 1 column 1");
        assert_eq!(refused("7\n"), "trajectory t.jsonl: line 1: not a line of a trajectory: it has no type");
        assert_eq!(refused("\n"), "trajectory t.jsonl: line 1: there is nothing in it");
    }
}
