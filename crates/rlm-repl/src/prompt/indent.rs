//! Enter indents the next line as Python wants it, and Backspace takes an indentation back.
//!
//! Keys are understood before the editor has a say, and know nothing of the line. The highlighter knows it: it
//! sees every line that is drawn. So it notes the line for the next key; what was typed meanwhile and not drawn,
//! as in a paste, makes the note stale, and the key means what it always means.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reedline::{EditCommand, EditMode, Emacs, PromptEditMode, ReedlineEvent, ReedlineRawEvent};

use super::unfinished::{INDENT, indent_after};

/// The line as it was drawn last, with the cursor at its end; nothing when it is not known.
#[derive(Clone, Default)]
pub struct Drawn(Arc<Mutex<Option<String>>>);

impl Drawn {
    /// Notes what is drawn.
    pub fn note(&self, text: &str, cursor: usize) {
        *self.lock() = (cursor == text.len()).then(|| text.to_owned());
    }

    /// The note, which holds for one key.
    fn take(&self) -> Option<String> {
        self.lock().take()
    }

    fn lock(&self) -> MutexGuard<'_, Option<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Emacs keys that indent.
pub struct Indenting {
    keys: Emacs,
    drawn: Drawn,
    /// Whether a menu may be open, in which Enter chooses.
    in_menu: bool,
}

impl Indenting {
    /// These keys, for the line that `drawn` knows.
    pub fn new(keys: Emacs, drawn: Drawn) -> Self {
        Self { keys, drawn, in_menu: false }
    }
}

impl EditMode for Indenting {
    fn parse_event(&mut self, event: ReedlineRawEvent) -> ReedlineEvent {
        let meant = self.keys.parse_event(event);
        let Some(line) = self.drawn.take() else { return meant };
        let was_in_menu = self.in_menu;
        self.in_menu = match &meant {
            ReedlineEvent::UntilFound(choices) => {
                choices.iter().any(|choice| matches!(choice, ReedlineEvent::Menu(_))) || was_in_menu
            }
            ReedlineEvent::None => was_in_menu,
            _ => false,
        };
        match &meant {
            ReedlineEvent::Enter | ReedlineEvent::Submit if !was_in_menu => match indent_after(&line) {
                Some(indent) => {
                    ReedlineEvent::Edit(vec![EditCommand::InsertNewline, EditCommand::InsertString(" ".repeat(indent))])
                }
                None => meant,
            },
            ReedlineEvent::Edit(commands) if commands[..] == [EditCommand::Backspace] && ends_in_indent(&line) => {
                ReedlineEvent::Edit(vec![EditCommand::Backspace; INDENT])
            }
            _ => meant,
        }
    }

    fn edit_mode(&self) -> PromptEditMode {
        self.keys.edit_mode()
    }
}

/// Whether the last line is nothing but whole indentations.
fn ends_in_indent(text: &str) -> bool {
    let last = text.rsplit('\n').next().unwrap_or(text);
    !last.is_empty() && last.len().is_multiple_of(INDENT) && last.bytes().all(|byte| byte == b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_holds_for_one_key_and_only_at_the_end() {
        let drawn = Drawn::default();
        drawn.note("if x:", 5);
        assert_eq!((drawn.take(), drawn.take()), (Some("if x:".to_owned()), None));
        drawn.note("if x:", 2);
        assert_eq!(drawn.take(), None);
    }

    #[test]
    fn an_indentation_is_taken_back_whole() {
        for (text, expected) in
            [("if x:\n    ", true), ("if x:\n   ", false), ("if x:", false), ("", false), ("f(\n", false)]
        {
            assert_eq!(ends_in_indent(text), expected, "{text:?}");
        }
    }
}
