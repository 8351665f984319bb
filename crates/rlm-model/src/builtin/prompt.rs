//! Takes a sub-call's prompt apart: what is asked, and the text to find it in.

/// Words that open the part of a prompt to be read.
const TEXT_MARKS: [&str; 6] = ["Text:", "Context:", "Passage:", "Document:", "Content:", "Data:"];
const QUESTION_MARKS: [&str; 3] = ["Question:", "Q:", "Query:"];

/// The question and the text of a prompt.
pub(super) struct Prompt<'a> {
    pub question: &'a str,
    pub text: String,
}

impl<'a> Prompt<'a> {
    pub(super) fn parse(prompt: &'a str) -> Self {
        labelled(prompt).or_else(|| by_question_mark(prompt)).unwrap_or_else(|| by_first_line(prompt))
    }
}

/// `Question: ...` followed or preceded by a labelled text.
fn labelled(prompt: &str) -> Option<Prompt<'_>> {
    let (at, mark) = find_label(prompt, &QUESTION_MARKS, 0)?;
    let question = &prompt[at + mark.len()..];
    if let Some((end, label)) = find_label(prompt, &TEXT_MARKS, at) {
        let question = prompt[at + mark.len()..end].trim();
        return Some(Prompt { question, text: prompt[end + label.len()..].into() });
    }
    let (question, after) = question.trim_start().split_once('\n').unwrap_or((question, ""));
    let text = if after.trim().is_empty() { &prompt[..at] } else { after };
    Some(Prompt { question: question.trim(), text: text.into() })
}

/// The first of these labels that begins a line at or after `from`.
fn find_label<'m>(prompt: &str, marks: &[&'m str], from: usize) -> Option<(usize, &'m str)> {
    let begins = |at: usize| at == 0 || prompt[..at].ends_with('\n');
    let places = marks.iter().filter_map(|mark| {
        let mut hits = prompt[from..].match_indices(mark).map(|(at, _)| at + from);
        hits.find(|at| begins(*at)).map(|at| (at, *mark))
    });
    places.min()
}

/// A line near either end that ends in a question mark; the rest is the text.
fn by_question_mark(prompt: &str) -> Option<Prompt<'_>> {
    let lines: Vec<&str> = prompt.lines().collect();
    let filled: Vec<usize> = (0..lines.len()).filter(|at| !lines[*at].trim().is_empty()).collect();
    let asks = |at: &&usize| lines[**at].trim_end().ends_with(['?', '？']);
    let edge = 3.min(filled.len());
    let last = filled[filled.len() - edge..].iter().rev().find(asks);
    let at = *last.or_else(|| filled[..edge].iter().find(asks))?;
    let line = lines[at].trim();
    let start = line.trim_end_matches(['?', '？']).rfind(['.', '!', '?', ':']);
    let start = start.filter(|start| line[start + 1..].starts_with(' ')).map_or(0, |start| start + 1);
    let mut text: Vec<&str> = lines.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, l)| *l).collect();
    if filled.len() == 1 {
        text = vec![&line[..start]];
    }
    Some(Prompt { question: line[start..].trim(), text: text.join("\n") })
}

/// An instruction on the first line; what follows is the text.
fn by_first_line(prompt: &str) -> Prompt<'_> {
    let prompt = prompt.trim_start();
    let (question, text) = prompt.split_once('\n').or_else(|| prompt.split_once(": ")).unwrap_or((prompt, ""));
    Prompt { question: question.trim(), text: text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(prompt: &str, question: &str, text: &str) {
        let parsed = Prompt::parse(prompt);
        assert_eq!((parsed.question, parsed.text.trim()), (question, text), "{prompt:?}");
    }

    #[test]
    fn question_and_text_are_told_apart() {
        check("Be brief.\n\nQuestion: Who?\n\nText:\nBob.\n\nText:\nAnn.", "Who?", "Bob.\n\nText:\nAnn.");
        check("Context:\nBob is here.\n\nQuestion: Who is here?", "Who is here?", "Context:\nBob is here.");
        check("Who is here?\n\nBob is here.\nAnn is not.", "Who is here?", "Bob is here.\nAnn is not.");
        check("Bob is here.\nAnn is not.\n\nRead this. Who is here?", "Who is here?", "Bob is here.\nAnn is not.");
        check("Extract the version from this:\nVersion: 3", "Extract the version from this:", "Version: 3");
        check("Bob is here. Who is here?", "Who is here?", "Bob is here.");
        check("Find the code: the code is 7", "Find the code", "the code is 7");
        check("", "", "");
        check("hello", "hello", "");
    }
}
