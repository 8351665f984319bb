//! Decides whether what was typed wants another line.

/// Whether `text` is unfinished: Enter then begins a new line instead of running the cell.
///
/// As at Python's prompt, a block goes on until an empty line. This reads brackets, strings and
/// the shape of lines, no grammar: when in doubt the cell runs and Python says what is wrong.
pub fn is_unfinished(text: &str) -> bool {
    if text.trim_start().starts_with('%') && !text.trim_start().starts_with("%time") {
        return false;
    }
    let scan = Scan::of(text);
    if scan.in_triple_quotes || scan.continued || scan.open_brackets > 0 {
        return true;
    }
    let last = last_line(text);
    let in_block = scan.opens_block || last.starts_with([' ', '\t', '@']);
    // An indentation alone, as the editor puts it there, is an empty line too.
    in_block && !(text.contains('\n') && last.trim().is_empty())
}

/// Columns of an indentation.
pub const INDENT: usize = 4;

/// Columns the next line is indented by, where `text` goes on in one.
pub fn indent_after(text: &str) -> Option<usize> {
    if !is_unfinished(text) {
        return None;
    }
    let (scan, last) = (Scan::of(text), last_line(text));
    let present = last.len() - last.trim_start_matches(' ').len();
    let leaves = ["return", "raise", "pass", "break", "continue"];
    let word = last.trim_start().split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    Some(if scan.in_triple_quotes {
        0
    } else if scan.open_brackets > 0 {
        present + if last.trim_end().ends_with(['(', '[', '{']) { INDENT } else { 0 }
    } else if scan.opens_block {
        present + INDENT
    } else if leaves.contains(&word) {
        present.saturating_sub(INDENT)
    } else {
        present
    })
}

/// The last line, comments and strings included.
fn last_line(text: &str) -> &str {
    text.rsplit('\n').next().unwrap_or(text)
}

/// What a pass over the characters found.
#[derive(Default)]
struct Scan {
    in_triple_quotes: bool,
    open_brackets: usize,
    /// The last line ends in a backslash.
    continued: bool,
    /// The last line with code ends in a colon.
    opens_block: bool,
}

impl Scan {
    fn of(text: &str) -> Self {
        let mut scan = Self::default();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            match c {
                '#' => rest = &rest[rest.find('\n').unwrap_or(rest.len())..],
                '"' | '\'' => {
                    let (after, closed) = skip_string(rest);
                    scan.in_triple_quotes = !closed;
                    scan.opens_block = false;
                    rest = after;
                }
                _ => {
                    scan.see(c, rest);
                    rest = &rest[c.len_utf8()..];
                }
            }
        }
        scan
    }

    fn see(&mut self, c: char, rest: &str) {
        match c {
            '(' | '[' | '{' => self.open_brackets += 1,
            ')' | ']' | '}' => self.open_brackets = self.open_brackets.saturating_sub(1),
            '\\' if rest == "\\" => self.continued = true,
            _ => {}
        }
        if !c.is_whitespace() {
            self.opens_block = c == ':';
        }
    }
}

/// What follows the string `text` begins with, and whether a triple-quoted one was closed. Any
/// other string ends with its line at the latest, where Python will complain.
fn skip_string(text: &str) -> (&str, bool) {
    let quote = &text[..1];
    let triple = quote.repeat(3);
    let (close, body, spans_lines) = match text.strip_prefix(triple.as_str()) {
        Some(body) => (triple.as_str(), body, true),
        None => (quote, &text[1..], false),
    };
    let mut escaped = false;
    for (index, c) in body.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if body[index..].starts_with(close) {
            return (&body[index + close.len()..], true);
        } else if c == '\n' && !spans_lines {
            return (&body[index..], true);
        }
    }
    ("", !spans_lines)
}

#[cfg(test)]
mod tests {
    use super::{indent_after, is_unfinished};

    #[test]
    fn the_next_line_is_indented() {
        for (text, expected) in [
            ("x = 1", None),
            ("def f():", Some(4)),
            ("def f():\n    if x:  # why", Some(8)),
            ("def f():\n    y = 1", Some(4)),
            ("def f():\n    if x:\n        return 1", Some(4)),
            ("def f():\n    return 1", Some(0)),
            ("def f():\n    returned = 1", Some(4)),
            ("def f():\n    y = 1\n    ", None),
            ("f(", Some(4)),
            ("f(1,", Some(0)),
            ("s = \"\"\"a:", Some(0)),
            ("@cached", Some(0)),
        ] {
            assert_eq!(indent_after(text), expected, "{text:?}");
        }
    }

    #[test]
    fn finished() {
        for text in [
            "",
            "1 + 1",
            "x = 1\ny = 2",
            "f(\n1\n)",
            "'it''s'",
            "'#('",
            "# (",
            "s = 'a:'",
            "d = {'a': 1}",
            "if x:\n    y\n",
            "if x:\n    y\n    ",
            "def f():\n    return 1\n",
            "'''a\nb'''",
            "x = 'unclosed",
            ")",
            "%vars",
            "%limits memory 1G",
            "for x in y: pass\n",
            "'\\''",
            "'日本' # é",
        ] {
            assert!(!is_unfinished(text), "{text:?}");
        }
    }

    #[test]
    fn unfinished() {
        for text in [
            "if x:",
            "if x:  # why",
            "def f():\n    return 1",
            "f(",
            "x = [1,\n2,",
            "'''a",
            "\"\"\"a\n\"b\" ''",
            "x = 1 + \\",
            "@cached",
            "@cached\ndef f():",
            "{'a': (",
            "%time for x in y:",
            "class A:\n    '''doc'''",
            "f(')'",
        ] {
            assert!(is_unfinished(text), "{text:?}");
        }
    }
}
