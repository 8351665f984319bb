//! Tracebacks as a person reads them: in colour, or only the place where it happened.

use nu_ansi_term::{Color, Style};

use crate::{python, text};

/// The traceback in colour, with control characters made visible.
pub fn painted(traceback: &str) -> String {
    let visible = text::visible(traceback);
    let mut shown = String::with_capacity(visible.len() * 2);
    // Lines of an exception that has many come after the last source line.
    let mut in_source = false;
    for line in visible.lines() {
        // The bars of exceptions in a group are margin.
        let indented = line.trim_start_matches([' ', '|']);
        let indent = line.len() - indented.len();
        let is_place = indented.starts_with("File \"");
        let painted = if is_place {
            place(indented)
        } else if in_source && indent >= 4 && is_markers(indented) {
            Color::Red.bold().paint(indented).to_string()
        } else if in_source && indent >= 4 {
            python::painted(indented, &mut None)
        } else {
            exception(indented)
        };
        in_source = is_place || in_source && indent >= 4;
        shown.push_str(&line[..indent]);
        shown.push_str(&painted);
        shown.push('\n');
    }
    shown
}

/// The place where it happened, its source line, and what happened: the end of a traceback.
pub fn innermost(traceback: &str) -> impl Iterator<Item = &str> {
    let lines: Vec<&str> = traceback.trim_end().lines().collect();
    let last = lines.len().saturating_sub(1);
    let place = lines.iter().rposition(|line| line.trim_start().starts_with("File \"")).unwrap_or(last);
    lines.into_iter().skip(place).map(|line| line.strip_prefix("  ").unwrap_or(line))
}

/// `File "NAME", line N, in NAME`.
fn place(line: &str) -> String {
    let quiet = Color::Purple.normal();
    let parts: Vec<&str> = line.splitn(3, ", ").collect();
    let name = parts.first().and_then(|part| part.strip_prefix("File ")).unwrap_or_default();
    let mut shown = format!("File {}", quiet.paint(name));
    for part in parts.iter().skip(1) {
        let (word, rest) = part.split_once(' ').unwrap_or((part, ""));
        shown.push_str(&format!(", {word} {}", quiet.paint(rest)));
    }
    shown
}

fn is_markers(line: &str) -> bool {
    !line.is_empty() && line.chars().all(|c| matches!(c, '^' | '~' | ' '))
}

/// `Kind: message`, or the words between tracebacks.
fn exception(line: &str) -> String {
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
    match line.split_once(": ") {
        Some((kind, message)) if is_name(kind) => {
            format!("{}: {}", Color::Red.bold().paint(kind), Color::Red.paint(message))
        }
        None if is_name(line) => Color::Red.bold().paint(line).to_string(),
        _ => Style::new().paint(line).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIVIDED: &str = "Traceback (most recent call last):\n  File \"<cell 1>\", line 5, in <module>\n    divide(1, 0)\n    \
                           ~~~~~~^^^^^^\n  File \"<cell 1>\", line 3, in divide\n    return a / b\n           ~~^~~\n\
                           ZeroDivisionError: division\u{1b}[2J by zero\n";

    /// The text with `{` for the begin of a colour and `}` for its end.
    fn bare(painted: &str) -> String {
        let mut shown = String::new();
        for (index, part) in painted.split("\u{1b}[").enumerate() {
            if index == 0 {
                shown.push_str(part);
            } else if let Some((code, rest)) = part.split_once('m') {
                shown.push_str(if code == "0" { "}" } else { "{" });
                shown.push_str(rest);
            }
        }
        shown
    }

    #[test]
    fn a_traceback_keeps_its_text_and_shows_no_controls() {
        let shown = bare(&painted(DIVIDED));
        let expected = "Traceback (most recent call last):\n  File {\"<cell 1>\"}, line {5}, in {<module>}\n    divide({1}, \
                        {0})\n    {~~~~~~^^^^^^}\n  File {\"<cell 1>\"}, line {3}, in {divide}\n    {return} a / b\n           \
                        {~~^~~}\n{ZeroDivisionError}: {division\\x1b[2J by zero}\n";
        assert_eq!(shown, expected);
    }

    #[test]
    fn the_innermost_place_is_the_end() {
        let lines: Vec<&str> = innermost(DIVIDED).collect();
        assert_eq!(lines[..2], ["File \"<cell 1>\", line 3, in divide", "  return a / b"]);
        assert_eq!(lines.len(), 4);
        assert_eq!(innermost("SyntaxError: bad\n").collect::<Vec<_>>(), ["SyntaxError: bad"]);
        assert_eq!(innermost("").count(), 0);
    }
}
