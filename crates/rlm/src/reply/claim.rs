//! `FINAL(...)` and `FINAL_VAR(...)` written as text.

use super::{Final, first_line};

/// Emphasis that models put around a claim.
const WRAPPING: [char; 2] = ['*', '`'];

/// Reads a claim that begins the text, and how much of the text it takes, to the end of its line.
pub(super) fn read(text: &str) -> Option<(Final, usize)> {
    let line = first_line(text);
    let claim = line.trim_start_matches([' ', '\t']).trim_start_matches(WRAPPING);
    let after = &text[line.len() - claim.len()..];
    if let Some(argument) = after.strip_prefix("FINAL_VAR(") {
        let (name, end) = variable(argument)?;
        return Some((Final::Variable(name), whole_line(text, text.len() - argument.len() + end)));
    }
    let argument = after.strip_prefix("FINAL(")?;
    let (value, end) = value(argument)?;
    Some((Final::Text(value), whole_line(text, text.len() - argument.len() + end)))
}

/// Where the line ends that byte `at` is in.
fn whole_line(text: &str, at: usize) -> usize {
    at + first_line(&text[at..]).len()
}

/// The name between the parentheses, with whatever quotes; anything may follow it.
fn variable(argument: &str) -> Option<(String, usize)> {
    let end = balanced(argument, Quotes::Double).or_else(|| first_line(argument).find(')'))?;
    let name = argument[..end].trim().trim_matches(['"', '\'', '`']).trim();
    (!name.is_empty()).then(|| (name.to_owned(), end + 1))
}

/// The text between the parentheses, which must end the line. Answers hold quotes and parentheses
/// of their own, not always in pairs, so several readings are tried, the strictest first.
fn value(argument: &str) -> Option<(String, usize)> {
    if let Some((value, end)) = literal(argument).filter(|(_, end)| ends_line(&argument[*end..])) {
        return Some((value, end));
    }
    let on_this_line = || first_line(argument).rfind(')');
    let ends = [balanced(argument, Quotes::Double), balanced(argument, Quotes::None), on_this_line()];
    let end = ends.into_iter().flatten().find(|end| ends_line(&argument[end + 1..]))?;
    let value = argument[..end].trim();
    (!value.is_empty()).then(|| (value.to_owned(), end + 1))
}

/// Whether nothing but emphasis and a full stop follows on the line.
fn ends_line(after: &str) -> bool {
    first_line(after).trim().trim_matches(WRAPPING).trim_matches(['.', ';']).is_empty()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    /// Parentheses within double quotes do not count. Single quotes are mostly apostrophes.
    Double,
    /// Quotes mean nothing.
    None,
}

/// Where the parenthesis closes that was opened before `text`.
fn balanced(text: &str, quotes: Quotes) -> Option<usize> {
    let mut depth = 1usize;
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if quotes == Quotes::Double => quoted = !quoted,
            _ if quoted => {}
            '(' => depth += 1,
            ')' if depth == 1 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// A Python string literal that is the whole argument: its value, and where its `)` ends.
fn literal(argument: &str) -> Option<(String, usize)> {
    let text = argument.trim_start();
    let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| text.starts_with(quote))?;
    let mut value = String::new();
    let mut rest = &text[quote.len()..];
    while !rest.starts_with(quote) {
        let c = rest.chars().next().filter(|&c| c != '\n' || quote.len() == 3)?;
        rest = &rest[c.len_utf8()..];
        if c != '\\' {
            value.push(c);
            continue;
        }
        let escape = rest.chars().next()?;
        rest = &rest[escape.len_utf8()..];
        push_escape(&mut value, escape);
    }
    let after = rest[quote.len()..].trim_start().strip_prefix(')')?;
    Some((value, argument.len() - after.len()))
}

fn push_escape(value: &mut String, escape: char) {
    match escape {
        'n' => value.push('\n'),
        't' => value.push('\t'),
        'r' => value.push('\r'),
        '\\' | '\'' | '"' => value.push(escape),
        '\n' => {}
        other => value.extend(['\\', other]),
    }
}
