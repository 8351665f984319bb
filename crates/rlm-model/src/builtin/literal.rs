//! Writes untrusted text as Python literals.

use std::fmt::Write;

/// A Python string literal that evaluates to `text`.
///
/// The literal is one line, holds no backtick (which could end the fence around a cell) and no
/// character that is invisible or reorders text.
pub(super) fn string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        let code = u32::from(c);
        // Writing to a String cannot fail.
        let _ = match c {
            '"' | '\\' => write!(out, "\\{c}"),
            '\n' => write!(out, "\\n"),
            '`' => write!(out, "\\x60"),
            ' '..='~' => write!(out, "{c}"),
            c if c.is_alphanumeric() => write!(out, "{c}"),
            _ if code < 0x100 => write!(out, "\\x{code:02x}"),
            _ if code < 0x1_0000 => write!(out, "\\u{code:04x}"),
            _ => write!(out, "\\U{code:08x}"),
        };
    }
    out.push('"');
    out
}

/// A Python list of string literals.
pub(super) fn strings<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| string(item.as_ref())).collect();
    format!("[{}]", items.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_can_leave_its_literal() {
        let rows = [
            ("plain", r#""plain""#),
            (r#"""" + evil() #"#, r#""\"\"\" + evil() #""#),
            (r"\", r#""\\""#),
            ("```\nx", r#""\x60\x60\x60\nx""#),
            ("a\r\t\0\u{7f}", r#""a\x0d\x09\x00\x7f""#),
            ("héé 東京", "\"héé 東京\""),
            ("\u{202e}\u{2028}\u{e0001}", r#""\u202e\u2028\U000e0001""#),
            ("{x} %s $y", r#""{x} %s $y""#),
        ];
        for (text, expected) in rows {
            assert_eq!(string(text), expected);
        }
        assert_eq!(strings(["a", "b\""]), r#"["a", "b\""]"#);
        assert_eq!(strings([""; 0]), "[]");
    }
}
