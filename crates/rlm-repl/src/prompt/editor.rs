//! The line editor: keys, history, completion, and when Enter ends a cell.

use std::{borrow::Cow, path::Path};

use nu_ansi_term::Style;
use reedline::{
    ColumnarMenu, EditCommand, Emacs, FileBackedHistory, Highlighter, KeyCode, KeyModifiers, MenuBuilder, Prompt,
    PromptEditMode, PromptHistorySearch, Reedline, ReedlineEvent, ReedlineMenu, StyledText, ValidationResult,
    Validator, default_emacs_keybindings,
};
use tokio::runtime::Handle;

use super::{
    Shared,
    complete::SessionCompleter,
    indent::{Drawn, Indenting},
    unfinished::is_unfinished,
};
use crate::{python, text, world};

/// Cells kept in the history.
const HISTORY: usize = 10_000;

const COMPLETIONS: &str = "completions";

/// What stands before a cell, also while completions are shown.
const PROMPT: &str = ">>> ";

/// An editor for Python cells.
pub fn editor(session: &Shared, handle: &Handle) -> Reedline {
    let drawn = Drawn::default();
    let menu = ColumnarMenu::default().with_name(COMPLETIONS).with_marker(PROMPT);
    Reedline::create()
        .with_validator(Box::new(PythonValidator))
        .with_highlighter(Box::new(PythonHighlighter { drawn: drawn.clone() }))
        .with_completer(Box::new(SessionCompleter::new(session, handle)))
        .with_menu(ReedlineMenu::EngineCompleter(Box::new(menu)))
        .with_partial_completions(true)
        .with_quick_completions(true)
        .with_edit_mode(Box::new(Indenting::new(keys(), drawn)))
        .with_history(Box::new(history()))
        .with_ansi_colors(world::wants_colour())
        .use_bracketed_paste(true)
}

/// Emacs keys; Tab completes, Alt-Enter always begins a new line.
fn keys() -> Emacs {
    let mut keys = default_emacs_keybindings();
    let complete = vec![ReedlineEvent::Menu(COMPLETIONS.into()), ReedlineEvent::MenuNext];
    keys.add_binding(KeyModifiers::NONE, KeyCode::Tab, ReedlineEvent::UntilFound(complete));
    keys.add_binding(KeyModifiers::ALT, KeyCode::Enter, ReedlineEvent::Edit(vec![EditCommand::InsertNewline]));
    Emacs::new(keys)
}

/// The history of earlier starts; where it cannot be kept, one of this start alone, and a warning.
fn history() -> FileBackedHistory {
    let Some(file) = world::history_file() else {
        world::err("warning: history is not kept: neither XDG_STATE_HOME nor HOME is set\n");
        return FileBackedHistory::default();
    };
    FileBackedHistory::with_file(HISTORY, file.clone()).unwrap_or_else(|error| {
        world::err(&unkept(&file, &error.to_string()));
        FileBackedHistory::default()
    })
}

fn unkept(file: &Path, reason: &str) -> String {
    let why = text::visible(reason);
    format!(
        "warning: history is not kept: {}: {why}\nhint: name a folder you can write to with XDG_STATE_HOME\n",
        file.display()
    )
}

/// Enter ends a cell unless Python would want more of it.
struct PythonValidator;

impl Validator for PythonValidator {
    fn validate(&self, text: &str) -> ValidationResult {
        if is_unfinished(text) { ValidationResult::Incomplete } else { ValidationResult::Complete }
    }
}

/// Python in colour, and the names of commands. What it sees is noted for the keys.
struct PythonHighlighter {
    drawn: Drawn,
}

impl Highlighter for PythonHighlighter {
    fn highlight(&self, line: &str, cursor: usize) -> StyledText {
        self.drawn.note(line, cursor);
        let mut styled = StyledText::new();
        let mut code = line;
        if line.trim_start().starts_with('%') {
            let name = line.trim_start().find(char::is_whitespace).unwrap_or(line.trim_start().len());
            let end = line.len() - line.trim_start().len() + name;
            styled.push((python::Kind::Keyword.style(), line[..end].to_owned()));
            code = &line[end..];
            if !line.trim_start().starts_with("%time") {
                styled.push((Style::new(), code.to_owned()));
                return styled;
            }
        }
        for (kind, piece) in python::pieces(code, &mut None) {
            styled.push((kind.style(), piece.to_owned()));
        }
        styled
    }
}

/// `>>> ` and `... `, as Python has it.
pub struct PythonPrompt;

impl Prompt for PythonPrompt {
    fn render_prompt_left(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    fn render_prompt_right(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    fn render_prompt_indicator(&self, _mode: PromptEditMode) -> Cow<'_, str> {
        Cow::Borrowed(PROMPT)
    }

    fn render_prompt_multiline_indicator(&self) -> Cow<'_, str> {
        Cow::Borrowed("... ")
    }

    fn render_prompt_history_search_indicator(&self, search: PromptHistorySearch) -> Cow<'_, str> {
        Cow::Owned(format!("(search `{}`) ", search.term))
    }
}
