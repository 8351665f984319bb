//! Reads a case file.

#![allow(clippy::disallowed_methods, reason = "cases are files of this package")]

use std::{fs, path::Path, time::Duration};

use rlm_sandbox::{Bytes, Fuel, Limits};

/// One Python file of cells with what is wanted of them.
#[derive(Debug)]
pub struct CaseFile {
    /// Its name without folder and extension.
    pub name: String,
    /// A defect of the guest that makes this case fail today: the case must fail, until the defect is
    /// mended and the mark is taken away.
    pub known: Option<String>,
    /// Text the session has as `context`.
    pub context: Option<String>,
    /// Its cells, in order.
    pub cells: Vec<CaseCell>,
}

/// One cell of a file.
#[derive(Debug)]
pub struct CaseCell {
    /// The source, marks included.
    pub code: String,
    /// What it may use.
    pub limits: Limits,
    /// What is wanted of it.
    pub expected: Expected,
}

/// What is wanted of a cell. `None` and empty mean that the file does not mention it.
#[derive(Debug, Default)]
pub struct Expected {
    /// Ways it may end.
    pub outcomes: Vec<String>,
    /// All of stdout.
    pub stdout: Option<String>,
    /// All of stderr.
    pub stderr: Option<String>,
    /// The value shown.
    pub value: Option<String>,
    /// The whole traceback.
    pub traceback: Option<String>,
    /// Exit code of a `SystemExit`.
    pub exit: Option<i64>,
    /// Whether it was rolled back.
    pub undone: Option<bool>,
    /// Remarks.
    pub notes: Vec<String>,
    /// The submitted answer as JSON.
    pub submitted: Option<String>,
    /// How many host functions were called.
    pub host_calls: Option<u64>,
}

/// The Python files in `folder`, sorted by name.
///
/// # Errors
/// When there is none, or one cannot be read or is malformed.
pub fn load(folder: &Path, defaults: &Limits) -> Result<Vec<CaseFile>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ext| ext == "py"))
        .collect();
    paths.sort();
    if paths.is_empty() {
        return Err(format!("{}: no case files", folder.display()));
    }
    paths.iter().map(|path| read(path, defaults)).collect()
}

fn read(path: &Path, defaults: &Limits) -> Result<CaseFile, String> {
    let about = |error: String| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| about(error.to_string()))?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    parse(name, &text, defaults).map_err(about)
}

fn parse(name: String, text: &str, defaults: &Limits) -> Result<CaseFile, String> {
    let known = known_defect(text)?;
    let mut file = CaseFile { name, known, context: None, cells: Vec::new() };
    let mut limits = defaults.clone();
    let mut first_line = 1;
    for source in cells_of(text) {
        let mut cell = CaseCell { code: source.clone(), limits, expected: Expected::default() };
        for (index, line) in source.lines().enumerate() {
            read_line(line, &mut cell, &mut file.context)
                .map_err(|error| format!("line {}: {error}", first_line + index))?;
        }
        if cell.expected.outcomes.is_empty() {
            cell.expected.outcomes.push("completed".to_owned());
        }
        first_line += source.lines().count() + 1;
        limits = cell.limits.clone();
        file.cells.push(cell);
    }
    Ok(file)
}

/// The text of a line `#! known = "..."`.
fn known_defect(text: &str) -> Result<Option<String>, String> {
    let line = text.lines().find_map(|line| line.strip_prefix("#! known = "));
    line.map(|value| Setting::parse(value.trim())?.text()).transpose()
}

impl CaseFile {
    /// What a result means for this case: a known defect must still be there.
    ///
    /// # Errors
    /// When an ordinary case failed, or one with a known defect did not.
    pub fn judge(&self, result: Result<(), String>) -> Result<(), String> {
        match (&self.known, result) {
            (None, result) => result,
            (Some(_), Err(_)) => Ok(()),
            (Some(defect), Ok(())) => Err(format!("passes now; take the mark away: known = {defect:?}")),
        }
    }
}

fn cells_of(text: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "# %%" {
            cells.push(String::new());
        } else if let Some(cell) = cells.last_mut() {
            cell.push_str(line);
        }
    }
    cells
}

fn read_line(line: &str, cell: &mut CaseCell, context: &mut Option<String>) -> Result<(), String> {
    let expected = &mut cell.expected;
    let blocks = [
        ("#>", &mut expected.stdout, "\n"),
        ("#2>", &mut expected.stderr, "\n"),
        ("#=", &mut expected.value, ""),
        ("#|", &mut expected.traceback, ""),
    ];
    for (mark, block, end) in blocks {
        if let Some(text) = line.strip_prefix(mark) {
            let text = text.strip_prefix(' ').unwrap_or(text);
            let before = block.take();
            *block = Some(match before {
                Some(before) if end.is_empty() => format!("{before}\n{text}"),
                before => format!("{}{text}{end}", before.unwrap_or_default()),
            });
            return Ok(());
        }
    }
    let Some(setting) = line.strip_prefix("#! ") else { return Ok(()) };
    let (key, value) = setting.split_once(" = ").ok_or("wanted `#! key = value`")?;
    set(key.trim(), Setting::parse(value.trim())?, cell, context)
}

/// A value after `#! key =`.
enum Setting {
    Number(i64),
    Truth(bool),
    Text(String),
}

impl Setting {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "true" => Ok(Self::Truth(true)),
            "false" => Ok(Self::Truth(false)),
            _ if text.starts_with('"') => {
                serde_json::from_str(text).map(Self::Text).map_err(|error| format!("{text}: {error}"))
            }
            _ => match text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
                Some(raw) => Ok(Self::Text(raw.to_owned())),
                None => text
                    .replace('_', "")
                    .parse()
                    .map(Self::Number)
                    .map_err(|_| format!("{text}: neither number, truth nor text")),
            },
        }
    }

    fn text(self) -> Result<String, String> {
        match self {
            Self::Text(text) => Ok(text),
            _ => Err("wanted text".to_owned()),
        }
    }

    fn number(self) -> Result<i64, String> {
        match self {
            Self::Number(number) => Ok(number),
            _ => Err("wanted a number".to_owned()),
        }
    }

    fn count(self) -> Result<u64, String> {
        self.number()?.try_into().map_err(|_| "wanted no negative number".to_owned())
    }

    fn truth(self) -> Result<bool, String> {
        match self {
            Self::Truth(truth) => Ok(truth),
            _ => Err("wanted true or false".to_owned()),
        }
    }
}

fn set(key: &str, value: Setting, cell: &mut CaseCell, context: &mut Option<String>) -> Result<(), String> {
    let (limits, expected) = (&mut cell.limits, &mut cell.expected);
    match key {
        "known" => {}
        "limits.fuel" => limits.fuel = Fuel(value.count()?),
        "limits.wall_ms" => limits.wall = Duration::from_millis(value.count()?),
        "limits.memory_bytes" => limits.memory = Bytes(value.count()?),
        "limits.output_bytes" => limits.output = Bytes(value.count()?),
        "limits.host_calls" => limits.host_calls = value.count()?,
        "limits.host_wait_ms" => limits.host_wait = Duration::from_millis(value.count()?),
        "expect" => expected.outcomes = value.text()?.split(" | ").map(str::to_owned).collect(),
        "expect.stdout" => expected.stdout = Some(value.text()?),
        "expect.stderr" => expected.stderr = Some(value.text()?),
        "expect.value" => expected.value = Some(value.text()?),
        "expect.exit" => expected.exit = Some(value.number()?),
        "expect.undone" => expected.undone = Some(value.truth()?),
        "expect.note" => expected.notes.push(value.text()?),
        "expect.submitted" => expected.submitted = Some(value.text()?),
        "expect.host_calls" => expected.host_calls = Some(value.count()?),
        "context" => *context = Some(value.text()?),
        "expand" if value.truth()? => cell.code = expand(&cell.code)?,
        "expand" => {}
        other => return Err(format!("no key is called {other}")),
    }
    Ok(())
}

/// Writes out every `{{text * count}}`.
fn expand(code: &str) -> Result<String, String> {
    let mut parts = code.split("{{");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (inside, after) = part.split_once("}}").ok_or("{{ without }}")?;
        let (text, count) = inside.rsplit_once(" * ").ok_or("wanted {{text * count}}")?;
        let count: usize = count.trim().replace('_', "").parse().map_err(|_| format!("{count}: not a count"))?;
        whole.push_str(&text.replace("\\n", "\n").repeat(count));
        whole.push_str(after);
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_belong_to_their_cell_and_limits_stay() {
        let text = "#! limits.fuel = 5_000\n1\n#= 1\n# %%\n#! expect = 'raised: A | exceeded'\n#> a\n#>\n#> b\n";
        let file = parse("name".to_owned(), text, &Limits::default()).unwrap();
        let [first, second] = &file.cells[..] else { panic!("{file:?}") };
        assert_eq!((first.limits.fuel, second.limits.fuel), (Fuel(5_000), Fuel(5_000)));
        assert_eq!(first.expected.value.as_deref(), Some("1"));
        assert_eq!(second.expected.outcomes, ["raised: A", "exceeded"]);
        assert_eq!(second.expected.stdout.as_deref(), Some("a\n\nb\n"));
        assert_eq!(second.expected.value, None);
    }

    #[test]
    fn a_mistake_is_named_by_line() {
        let told = |text: &str| parse("name".to_owned(), text, &Limits::default()).unwrap_err();
        assert_eq!(told("1\n# %%\n2\n#! expekt = 'x'\n"), "line 4: no key is called expekt");
        assert_eq!(told("#! expect = completed\n"), "line 1: completed: neither number, truth nor text");
    }

    #[test]
    fn repetitions_are_written_out() {
        assert_eq!(expand("x = {{(* 3}}").unwrap_err(), "wanted {{text * count}}");
        assert_eq!(expand("x = {{( * 3}}1{{) * 3}}").unwrap(), "x = (((1)))");
    }
}
