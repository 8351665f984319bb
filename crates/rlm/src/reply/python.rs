//! As much of Python's lexical rules as it takes to know what is a string.

/// Reads Python line by line and knows whether it is inside a string.
#[derive(Default)]
pub(super) struct Lexer {
    string: Option<Quote>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Quote {
    mark: u8,
    triple: bool,
}

impl Lexer {
    pub(super) fn in_string(&self) -> bool {
        self.string.is_some()
    }

    /// Reads one line. Returns where `marks` or more backticks stand outside strings and comments,
    /// which no Python has, and reads no further then.
    pub(super) fn read_line(&mut self, line: &str, marks: usize) -> Option<usize> {
        let bytes = line.trim_end_matches('\n').as_bytes();
        let mut at = 0;
        let mut continues = false;
        while at < bytes.len() {
            let rest = &bytes[at..];
            at += match self.string {
                Some(_) if rest[0] == b'\\' => {
                    continues = rest.len() == 1;
                    2
                }
                Some(quote) if quote.is_at(rest) => {
                    self.string = None;
                    quote.length()
                }
                Some(_) => 1,
                None if rest[0] == b'#' => break,
                None if backticks(rest) >= marks => return Some(at),
                None => {
                    self.string = Quote::opening(rest);
                    self.string.map_or(1, Quote::length)
                }
            };
        }
        // A string in single quotes ends with its line, whether or not it was closed.
        self.string = self.string.filter(|quote| quote.triple || continues);
        None
    }
}

impl Quote {
    fn opening(text: &[u8]) -> Option<Self> {
        let mark = *text.first().filter(|mark| matches!(mark, b'\'' | b'"'))?;
        let triple = text.starts_with(&[mark; 3]);
        Some(Self { mark, triple })
    }

    fn length(self) -> usize {
        if self.triple { 3 } else { 1 }
    }

    fn is_at(self, text: &[u8]) -> bool {
        text.starts_with(&[self.mark; 3][..self.length()])
    }
}

fn backticks(text: &[u8]) -> usize {
    text.iter().take_while(|&&byte| byte == b'`').count()
}

/// Whether a line may be Python rather than a sentence that begins with the same word: statements
/// with a block end in a colon, and no two plain words follow each other elsewhere.
pub(super) fn could_be_a_line(line: &str) -> bool {
    let line = line.trim_end();
    match line.split_whitespace().next() {
        Some("def" | "for" | "if" | "while" | "with") => line.ends_with(':'),
        Some("from") => line.contains(" import "),
        Some("import") => {
            line["import".len()..].split(',').all(|part| part.split_whitespace().count() == 1 || part.contains(" as "))
        }
        _ => line.contains(['(', '[', '=']),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(code: &str, ends_in_string: bool) {
        let mut lexer = Lexer::default();
        for line in code.split_inclusive('\n') {
            lexer.read_line(line, 3);
        }
        assert_eq!(lexer.in_string(), ends_in_string, "{code}");
    }

    #[test]
    fn strings_begin_and_end_where_python_says() {
        check("x = 'it\\'s'", false);
        check("x = \"\"\"a", true);
        check("x = \"\"\"a\n'''\n\"\"\"", false);
        check("# it's\n", false);
        check("x = 'open\n", false);
        check("x = 'open \\\n", true);
        check("x = ''\ny = ''''\n", true);
        check("x = r'\\'  '''", false);
    }
}
