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
    let in_block = scan.opens_block || last_line(text).starts_with([' ', '\t', '@']);
    in_block && !text.ends_with('\n')
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
    use super::is_unfinished;

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
