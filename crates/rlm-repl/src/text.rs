//! Text on its way to a person: what a cell or a model wrote is never trusted by a terminal.

use std::borrow::Cow;

use console::measure_text_width;

/// `text` with every control character but newline and tab in a visible form, such as `\x1b`.
///
/// A cell could otherwise move the cursor, retitle the window or answer the terminal's own queries.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\r' => shown.push_str("\\r"),
            _ if is_unsafe(c) && c as u32 > 0xff => shown.push_str(&format!("\\u{:04x}", c as u32)),
            _ if is_unsafe(c) => shown.push_str(&format!("\\x{:02x}", c as u32)),
            _ => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// C0 controls but newline and tab, delete, C1 controls, and what turns the direction of writing, so that
/// text reads other than it is.
fn is_unsafe(c: char) -> bool {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || c.is_control() && c != '\n' && c != '\t'
}

/// The first `most` lines of `text`, each cut to `width` characters, with a count of the rest.
pub fn first_lines(text: &str, most: usize, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().take(most).map(|line| cut(line, width)).collect();
    let rest = text.lines().skip(most).count();
    if rest > 0 {
        lines.push(format!("... {rest} more {}", if rest == 1 { "line" } else { "lines" }));
    }
    lines
}

/// `line`, or its first `width` characters of which the last three are dots.
pub fn cut(line: &str, width: usize) -> String {
    if line.chars().count() <= width {
        return line.to_owned();
    }
    let mut kept: String = line.chars().take(width.saturating_sub(3)).collect();
    kept.push_str("...");
    kept
}

/// `line` in pieces of at most `width` columns, broken between words where there are some.
pub fn wrapped(line: &str, width: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = line;
    while measure_text_width(rest) > width {
        let (mut columns, mut fits, mut between) = (0, 0, None);
        for (at, c) in rest.char_indices() {
            columns += measure_text_width(c.encode_utf8(&mut [0; 4]));
            if columns > width {
                break;
            }
            fits = at + c.len_utf8();
            if rest[fits..].starts_with(' ') && c != ' ' {
                between = Some(fits);
            }
        }
        // One that is wider than all there is goes there alone.
        let fits = if fits == 0 { rest.chars().next().map_or(0, char::len_utf8) } else { fits };
        let (piece, after) = rest.split_at(between.unwrap_or(fits));
        pieces.push(piece.to_owned());
        rest = after.trim_start_matches(' ');
    }
    if !rest.is_empty() || pieces.is_empty() {
        pieces.push(rest.to_owned());
    }
    pieces
}

/// `number` with `,` between groups of three digits.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// Rows with their columns lined up.
pub fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let line = |row: &[String; N]| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        cells.join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

/// A number and what it counts.
pub fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_become_visible_and_text_stays() {
        assert_eq!(visible("plain\n\tété 日本"), "plain\n\tété 日本");
        assert_eq!(visible("user\u{202e}x"), "user\\u202ex");
        assert_eq!(visible("\x1b[31mred\x07\r\n\u{9b}2J\x7f"), "\\x1b[31mred\\x07\\r\n\\x9b2J\\x7f");
    }

    #[test]
    fn long_lines_break_between_words() {
        assert_eq!(wrapped("one two three", 80), ["one two three"]);
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("one  two abcdefghij", 5), ["one", "two", "abcde", "fghij"]);
        assert_eq!(wrapped("日本語 日本", 6), ["日本語", "日本"]);
        assert_eq!(wrapped("日本", 1), ["日", "本"]);
        assert_eq!(wrapped("", 5), [""]);
    }

    #[test]
    fn columns_line_up() {
        let rows = [["a", "bb"], ["ccc", ""]].map(|row| row.map(String::from));
        assert_eq!(table(&rows), "a    bb\nccc\n");
    }

    #[test]
    fn lines_and_numbers_are_cut_and_grouped() {
        assert_eq!(first_lines("a\nbcdefgh\nc\nd", 2, 5), ["a", "bc...", "... 2 more lines"]);
        assert_eq!(first_lines("a", 2, 5), ["a"]);
        assert_eq!(["0", "999", "1,000", "1,234,567"], [0, 999, 1_000, 1_234_567].map(grouped)[..]);
    }
}
