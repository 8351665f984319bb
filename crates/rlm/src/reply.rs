//! Understands a raw model reply: which cells it holds, and whether it claims a final answer.

mod claim;
mod fence;
mod python;

use fence::{Fence, Tag};

/// What a root model's reply says.
///
/// Cells are fences tagged `repl`, `python`, `python3` or `py`, of backticks or tildes, indented
/// or not; the last one may lack its end. A fence without a tag counts only when there is no
/// tagged one, no claim, and it reads like a cell: models forget the tag, and running what was not
/// meant to run costs less than a lost turn. Fences of other languages never count. What stands in
/// `<think>` counts for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// The sources of the cells, in order.
    pub cells: Vec<String>,
    /// The final answer written as text. Believe it only when the reply holds no cells: otherwise
    /// the model wrote it before it could see what they print.
    pub claimed: Option<Final>,
    /// What is neither thought, code nor claim.
    pub prose: String,
}

/// A final answer written as text outside code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Final {
    /// `FINAL(...)`: the answer itself.
    Text(String),
    /// `FINAL_VAR(...)`: the name of the variable that holds it.
    Variable(String),
}

impl Turn {
    /// Reads a raw reply.
    pub fn parse(reply: &str) -> Self {
        let text = reply.replace("\r\n", "\n");
        let mut reader = Reader { rest: &text, ..Reader::default() };
        while !reader.rest.is_empty() {
            reader.step();
        }
        reader.finish()
    }
}

/// Goes through a reply from its start to its end.
#[derive(Default)]
struct Reader<'a> {
    rest: &'a str,
    tagged: Vec<String>,
    untagged: Vec<String>,
    claims: Vec<Final>,
    prose: String,
}

impl<'a> Reader<'a> {
    /// Reads one thing: a thought, a claim, a fence or a line of prose.
    fn step(&mut self) {
        let line = first_line(self.rest);
        if let Some(after) = after_opening_tag(line) {
            let at = self.rest.len() - self.rest.trim_start().len() + after;
            self.skip_thought(at);
        } else if let Some(end) = end_of_unopened_thought(line) {
            // The template held the opening tag: all until here was thought.
            *self = Self { rest: &self.rest[end..], ..Self::default() };
        } else if let Some((claim, length)) = claim::read(self.rest) {
            self.claims.push(claim);
            self.rest = &self.rest[length..];
        } else if let Some(fence) = Fence::opening(line) {
            self.read_fence(fence);
        } else {
            self.read_prose(line.len());
        }
    }

    /// Drops a thought; one without an end takes the rest of the reply.
    fn skip_thought(&mut self, from: usize) {
        let inside = &self.rest[from..];
        let end = ["</think>", "</thinking>"].iter().filter_map(|tag| Some(inside.find(tag)? + tag.len())).min();
        self.rest = end.map_or("", |end| &inside[end..]);
    }

    fn read_fence(&mut self, fence: Fence) {
        let opening = first_line(self.rest).len();
        let body = &self.rest[opening..];
        let block = fence.block(body);
        match fence.tag {
            Tag::Python => self.tagged.push(block.code),
            Tag::Other => {}
            Tag::None if block.closed || begins_like_a_cell(&block.code) => self.untagged.push(block.code),
            // A stray fence, not the start of a block.
            Tag::None => return self.read_prose(opening),
        }
        self.rest = &body[block.length..];
    }

    fn read_prose(&mut self, length: usize) {
        self.prose.push_str(&self.rest[..length]);
        self.rest = &self.rest[length..];
    }

    fn finish(self) -> Turn {
        let by_name = self.claims.iter().find(|claim| matches!(claim, Final::Variable(_)));
        let claimed = by_name.or(self.claims.first()).cloned();
        let mut cells = self.tagged;
        if cells.is_empty() && claimed.is_none() {
            cells = self.untagged;
            cells.retain(|code| reads_like_a_cell(code));
        }
        cells.retain(|code| !code.trim().is_empty());
        Turn { cells, claimed, prose: self.prose.trim().to_owned() }
    }
}

/// A reply without the thoughts before it.
pub(crate) fn without_thoughts(reply: &str) -> String {
    let end = ["</think>", "</thinking>"].iter().filter_map(|tag| Some(reply.rfind(tag)? + tag.len())).max();
    let rest = reply[end.unwrap_or(0)..].trim();
    // A thought that nothing ends is all there is.
    if after_opening_tag(rest).is_some() { String::new() } else { rest.to_owned() }
}

/// The first line with its line end.
fn first_line(text: &str) -> &str {
    text.split_inclusive('\n').next().unwrap_or_default()
}

/// Length of the opening tag of a thought at the start of the line.
fn after_opening_tag(line: &str) -> Option<usize> {
    ["<think>", "<thinking>"].iter().find(|tag| line.trim_start().starts_with(**tag)).map(|tag| tag.len())
}

/// Where a thought ends that nothing opened, when the tag stands at either end of the line: in
/// the middle it is something people write about.
fn end_of_unopened_thought(line: &str) -> Option<usize> {
    ["</think>", "</thinking>"].iter().find_map(|tag| {
        let at_an_end = line.trim_start().starts_with(tag) || line.trim_end().ends_with(tag);
        at_an_end.then(|| line.find(tag).unwrap_or_default() + tag.len())
    })
}

/// Whether what follows a fence that nothing closes is code from its first line on.
fn begins_like_a_cell(code: &str) -> bool {
    code.lines().find(|line| !line.trim().is_empty()).is_some_and(reads_like_a_cell)
}

/// Whether code without a tag was meant to be run: it does something only a cell does.
fn reads_like_a_cell(code: &str) -> bool {
    const STARTS: [&str; 11] = [
        "import ",
        "from ",
        "def ",
        "for ",
        "print(",
        "FINAL(",
        "FINAL_VAR(",
        "SUBMIT(",
        "done(",
        "answer[",
        "SHOW_VARS(",
    ];
    const CALLS: [&str; 5] = ["llm_query(", "llm_query_batched(", "len(context", "context[", "in context"];
    let starts = |line: &str| STARTS.iter().any(|start| line.starts_with(start)) && python::could_be_a_line(line);
    code.lines().any(starts)
        || code.lines().any(|line| CALLS.iter().any(|call| line.contains(call)) && python::could_be_a_line(line))
}

#[cfg(test)]
mod tests;
