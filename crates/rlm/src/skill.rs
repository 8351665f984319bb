//! Skills: modules of helpers that a run may import when it needs them. The root model is told their names
//! and descriptions, and nothing else until it looks.

use crate::observation::cut;

/// Characters of a description that are told.
const DESCRIPTION_CHARS: usize = 500;

/// Says what a skill is for.
const ABOUT: &str = "SKILL.md";

/// A module of helpers with a description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skill {
    name: String,
    description: String,
    files: Vec<(String, Vec<u8>)>,
}

/// What keeps files from being a skill.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadSkill {
    /// Cells could not import it.
    #[error("skill {0:?}: its name is no Python identifier")]
    Name(String),
    /// It has nothing to import.
    #[error("skill {0:?}: it has no Python file")]
    Empty(String),
    /// Nobody would know when to use it.
    #[error("skill {0:?}: neither SKILL.md nor the first lines of __init__.py describe it")]
    Undescribed(String),
}

impl Skill {
    /// Its files, by their paths among modules: what a session that a run takes over has to have been given
    /// with [`SessionBuilder::module_file`](rlm_sandbox::SessionBuilder::module_file).
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, source)| (path.as_str(), source.as_slice()))
    }

    /// A skill of the files in its folder, by their paths there. `SKILL.md` describes it: by `description:`
    /// between two lines of `---` at its beginning, or by its first paragraph; else the first line of text of
    /// `__init__.py` does. Without an `__init__.py`, the names of all modules in the folder are the skill's.
    ///
    /// A hyphen in the name becomes an underscore.
    ///
    /// # Errors
    /// When it cannot be imported or nothing describes it.
    pub fn new(name: &str, files: Vec<(String, Vec<u8>)>) -> Result<Self, BadSkill> {
        let name = name.replace('-', "_");
        let starts = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        if !starts || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(BadSkill::Name(name));
        }
        let text = |wanted: &str| {
            let (_, bytes) = files.iter().find(|(path, _)| path == wanted)?;
            Some(String::from_utf8_lossy(bytes).into_owned())
        };
        let described = text(ABOUT).and_then(|about| description(&about));
        let described = described.or_else(|| text("__init__.py").and_then(|source| docstring(&source)));
        let modules: Vec<&str> = files.iter().filter_map(|(path, _)| path.strip_suffix(".py")).collect();
        if modules.is_empty() {
            return Err(BadSkill::Empty(name));
        }
        let Some(description) = described else { return Err(BadSkill::Undescribed(name)) };
        let description = cut(&description, DESCRIPTION_CHARS);
        let whole = modules.contains(&"__init__").then(String::new);
        let whole = whole.unwrap_or_else(|| {
            let tops = modules.iter().filter(|module| !module.contains('/'));
            tops.map(|module| format!("from .{module} import *\n")).collect()
        });
        let mut placed: Vec<_> = files.into_iter().map(|(path, bytes)| (format!("{name}/{path}"), bytes)).collect();
        if !whole.is_empty() {
            placed.push((format!("{name}/__init__.py"), whole.into_bytes()));
        }
        Ok(Self { name, description, files: placed })
    }

    /// What `import` calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the root model is told of it.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Its parts: name, description, and files as they are offered to `import`.
    pub(crate) fn into_parts(self) -> (String, String, Vec<(String, Vec<u8>)>) {
        (self.name, self.description, self.files)
    }
}

/// What `SKILL.md` says the skill is for.
fn description(about: &str) -> Option<String> {
    let (head, body) = match about.trim_start().strip_prefix("---").and_then(|rest| rest.split_once("\n---")) {
        Some((head, body)) => (head, body.split_once('\n').map_or("", |(_, body)| body)),
        None => ("", about),
    };
    let named = head.lines().find_map(|line| line.strip_prefix("description:"));
    let named = named.map(|text| text.trim().trim_matches(['"', '\'']).to_owned()).filter(|text| !text.is_empty());
    named.or_else(|| {
        let paragraphs = body.split("\n\n").map(str::trim);
        let first = paragraphs.map(without_headings).find(|paragraph| !paragraph.is_empty())?;
        Some(first)
    })
}

/// A paragraph on one line, without lines that are headings.
fn without_headings(paragraph: &str) -> String {
    let lines = paragraph.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    lines.collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// The first line of a module's docstring.
fn docstring(source: &str) -> Option<String> {
    let text = source.trim_start().trim_start_matches(['r', 'R']);
    let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| text.starts_with(quote))?;
    let (text, _) = text[quote.len()..].split_once(quote)?;
    text.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skill(name: &str, files: &[(&str, &str)]) -> Result<Skill, BadSkill> {
        Skill::new(name, files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect())
    }

    #[test]
    fn a_skill_is_described_by_its_front_matter_its_first_paragraph_or_its_docstring() {
        for (about, init, description) in [
            ("---\nname: x\ndescription: \"Reads dates.\"\n---\n# Dates\n\nMore.", "", "Reads dates."),
            ("# Dates\n\nReads dates,\nand times.\n\nMore.", "", "Reads dates, and times."),
            ("# Dates\nReads dates.", "\"\"\"Other.\"\"\"", "Reads dates."),
            ("", "\"\"\"\nReads dates.\n\nMore.\"\"\"\n", "Reads dates."),
        ] {
            let made = skill("dates", &[("SKILL.md", about), ("__init__.py", init)]).unwrap();
            assert_eq!(made.description(), description);
        }
    }

    #[test]
    fn a_folder_of_modules_is_one_module() {
        let made = skill("date-tools", &[("SKILL.md", "Dates."), ("read.py", "x = 1"), ("deep/more.py", "")]).unwrap();
        let (name, _, files) = made.into_parts();
        assert_eq!(name, "date_tools");
        let (path, source) = files.last().unwrap();
        assert_eq!((path.as_str(), source.as_slice()), ("date_tools/__init__.py", b"from .read import *\n".as_slice()));
    }

    #[test]
    fn what_cannot_be_used_is_refused() {
        let refused = |name, files: &[(&str, &str)]| skill(name, files).unwrap_err().to_string();
        assert_eq!(refused("1st", &[]), "skill \"1st\": its name is no Python identifier");
        assert_eq!(refused("a", &[("SKILL.md", "A.")]), "skill \"a\": it has no Python file");
        assert_eq!(
            refused("a", &[("a.py", "")]),
            "skill \"a\": neither SKILL.md nor the first lines of __init__.py describe it"
        );
    }
}
