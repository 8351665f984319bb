//! Fenced blocks: where they begin, what they hold and where they end.

use super::python::Lexer;

/// The opening line of a fenced block.
pub(super) struct Fence {
    mark: char,
    marks: usize,
    indent: usize,
    pub tag: Tag,
}

/// What the opening line says about the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    Python,
    Other,
    None,
}

/// What a fence holds.
pub(super) struct Block {
    pub code: String,
    /// How much of the body belongs to the block, its end included.
    pub length: usize,
    pub closed: bool,
}

impl Fence {
    /// Reads `line` as the opening of a block. Unlike Markdown, any indentation will do: models
    /// put cells in lists.
    pub(super) fn opening(line: &str) -> Option<Self> {
        let start = line.trim_start_matches([' ', '\t']);
        let mark = start.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
        let marks = run(start, mark);
        let info = start[marks..].trim();
        if marks < 3 || info.contains(mark) {
            return None;
        }
        Some(Self { mark, marks, indent: line.len() - start.len(), tag: Tag::of(info) })
    }

    /// Reads the block that follows the opening line.
    pub(super) fn block(&self, body: &str) -> Block {
        let mut block = match self.tag {
            Tag::Python => self.python_block(body),
            Tag::Other | Tag::None => self.plain_block(body),
        };
        block.code = self.outdented(block.code);
        block
    }

    fn plain_block(&self, body: &str) -> Block {
        let mut code = String::new();
        let mut length = 0;
        for line in body.split_inclusive('\n') {
            let reopens = self.tag == Tag::None && Self::opening(line).is_some_and(|fence| fence.tag == Tag::Python);
            if reopens {
                return Block { code, length, closed: false };
            }
            length += line.len();
            if self.is_closing(line) {
                return Block { code, length, closed: true };
            }
            code.push_str(line);
        }
        Block { code, length, closed: false }
    }

    /// Like a plain block, but backticks inside a Python string do not end it.
    fn python_block(&self, body: &str) -> Block {
        let mut lexer = Lexer::default();
        let mut code = String::new();
        let mut length = 0;
        let mut first_end = None;
        for line in body.split_inclusive('\n') {
            if self.is_closing(line) && first_end.is_none() {
                first_end = Some((code.len(), length + line.len()));
            }
            match self.end_within(line, &mut lexer) {
                End::Nowhere => code.push_str(line),
                End::At(end) => {
                    code.push_str(line[..end].trim_end());
                    return Block { code, length: length + line.len(), closed: true };
                }
                End::Before => return Block { code, length, closed: true },
            }
            length += line.len();
        }
        // A string that never ends is the model's mistake; do not take the rest of the reply for it.
        match first_end.filter(|_| lexer.in_string()) {
            Some((code_end, length)) => {
                code.truncate(code_end);
                Block { code, length, closed: true }
            }
            None => Block { code, length, closed: false },
        }
    }

    /// Where this line of Python ends the block.
    fn end_within(&self, line: &str, lexer: &mut Lexer) -> End {
        if self.mark == '~' {
            let ends = !lexer.in_string() && self.is_closing(line);
            lexer.read_line(line, usize::MAX);
            return if ends { End::At(0) } else { End::Nowhere };
        }
        let Some(at) = lexer.read_line(line, self.marks) else { return End::Nowhere };
        let after = &line[at + run(&line[at..], '`')..];
        if after.trim().is_empty() {
            End::At(at)
        } else if line[..at].trim().is_empty() && Self::opening(line).is_some_and(|fence| fence.tag != Tag::None) {
            End::Before
        } else {
            End::Nowhere
        }
    }

    fn is_closing(&self, line: &str) -> bool {
        let line = line.trim();
        run(line, self.mark) == line.len() && line.len() >= self.marks
    }

    /// The code without the fence's own indentation, if its first line has that.
    fn outdented(&self, code: String) -> String {
        let blank = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
        let first = code.lines().find(|line| !line.trim().is_empty());
        if self.indent == 0 || first.is_none_or(|first| blank(first) < self.indent) {
            return code;
        }
        code.split_inclusive('\n').map(|line| &line[blank(line).min(self.indent)..]).collect()
    }
}

/// Where a line of Python ends its block.
enum End {
    /// The block goes on.
    Nowhere,
    /// At this byte of the line stands the closing fence.
    At(usize),
    /// The line opens the next block: the model forgot to close this one.
    Before,
}

impl Tag {
    fn of(info: &str) -> Self {
        let word = info.split([' ', '\t', ',']).next().unwrap_or_default();
        let word = word.trim_matches(['{', '}', '.']).to_ascii_lowercase();
        match word.as_str() {
            "" => Self::None,
            "repl" | "python" | "python3" | "py" => Self::Python,
            _ => Self::Other,
        }
    }
}

/// How many `mark`s `text` begins with. Marks are ASCII, so this is also their length.
fn run(text: &str, mark: char) -> usize {
    text.chars().take_while(|&c| c == mark).count()
}

#[cfg(test)]
mod tests {
    use super::{super::first_line, *};

    #[test]
    fn a_block_ends_where_its_length_says() {
        let body = "x = '''\n```\n'''\n```\nafter\n";
        let fence = Fence::opening("```py\n").unwrap();
        let block = fence.block(body);
        assert_eq!(block.code, "x = '''\n```\n'''\n");
        assert_eq!(first_line(&body[block.length..]), "after\n");
    }
}
