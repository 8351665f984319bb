//! What the root model is shown of an execution.

use std::fmt::Write;

use rlm_sandbox::{Exceeded, Execution, Outcome, Stream, Variable};

/// What the root model is shown of one cell: its output, how it ended and remarks, each part cut
/// to its share of `most` characters.
pub(crate) fn of_cell(execution: &Execution, notes: &[String], most: usize) -> String {
    let mut parts = Vec::new();
    let small = most / 4;
    push_stream(&mut parts, "", &execution.output.stdout, most);
    push_stream(&mut parts, "[stderr]\n", &execution.output.stderr, small);
    match &execution.outcome {
        Outcome::Completed(None) => {}
        Outcome::Completed(Some(shown)) => parts.push(format!("[value] {}", cut(&shown.repr, small))),
        Outcome::Raised(fault) => parts.push(format!("[raised]\n{}", cut(fault.traceback.trim_end(), small))),
        Outcome::Exceeded(exceeded) => parts.push(of_limit(exceeded, small)),
        Outcome::Cancelled { .. } => parts.push("[cancelled]".into()),
    }
    let notes = execution.notes.iter().chain(notes);
    parts.extend(notes.map(|note| format!("[note] {}", cut(note, small))));
    if parts.is_empty() {
        parts.push("[no output: print what you want to see]".into());
    }
    parts.join("\n")
}

fn push_stream(parts: &mut Vec<String>, heading: &str, stream: &Stream, most: usize) {
    if !stream.is_empty() {
        parts.push(format!("{heading}{}", cut_stream(stream, most).trim_end_matches('\n')));
    }
}

fn of_limit(exceeded: &Exceeded, most: usize) -> String {
    let mut said = String::new();
    if let Some(traceback) = &exceeded.traceback {
        let _ = writeln!(said, "{}", cut(traceback.trim_end(), most));
    }
    let kept = if exceeded.undone {
        "what this cell did to variables was undone; all from before it is still there"
    } else {
        "what it did until then is still there"
    };
    format!("[stopped]\n{said}The cell met a limit, {exceeded}; {kept}.")
}

/// How a cell ended, in one word.
pub(crate) fn outcome_name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Completed(_) => "completed",
        Outcome::Raised(_) => "raised",
        Outcome::Exceeded(_) => "exceeded",
        Outcome::Cancelled { .. } => "cancelled",
    }
}

/// How a cell ended, in one line.
pub(crate) fn one_line(execution: &Execution) -> String {
    let name = outcome_name(&execution.outcome);
    match &execution.outcome {
        Outcome::Raised(fault) => format!("{name}: {}: {}", fault.kind, cut(&fault.message, 200)),
        Outcome::Exceeded(exceeded) => format!("{name}: {exceeded}"),
        Outcome::Completed(_) | Outcome::Cancelled { .. } => {
            format!("{name}, printed {:?}", cut(&execution.output.stdout.text(), 200))
        }
    }
}

/// Whether some of what a cell printed is not shown.
pub(crate) fn is_cut(stream: &Stream, most: usize) -> bool {
    stream.omitted > 0 || stream.head.chars().count() + stream.tail.chars().count() > most
}

/// The line that lists the session's variables: all of them at first, later those that were made or
/// changed since. `seen` is what was listed before.
pub(crate) fn of_variables(variables: &[Variable], seen: &mut Vec<(String, String)>) -> String {
    let now: Vec<(String, String)> = variables
        .iter()
        .map(|variable| (variable.name.clone(), format!("{}: {}", kind(variable), variable.preview)))
        .collect();
    let is_new = |(_, row): &(&Variable, &(String, String))| !seen.contains(row);
    let changed: Vec<String> = variables
        .iter()
        .zip(&now)
        .filter(is_new)
        .map(|(variable, _)| format!("{} ({})", variable.name, kind(variable)))
        .collect();
    let others = variables.len() - changed.len();
    let said = match (changed.is_empty(), others) {
        (true, 0) => "Variables: none".to_owned(),
        (true, 1) => "Variables: 1, unchanged".to_owned(),
        (true, others) => format!("Variables: {others}, all unchanged"),
        (false, 0) => format!("Variables: {}", changed.join(", ")),
        (false, others) => format!("Variables made or changed: {}; {others} unchanged", changed.join(", ")),
    };
    *seen = now;
    said
}

/// Type and length of a variable.
pub(crate) fn kind(variable: &Variable) -> String {
    match variable.size {
        Some(size) => format!("{}, {}", variable.kind, grouped(size)),
        None => variable.kind.clone(),
    }
}

/// The beginning and the end of `text`, at most `most` characters of it, and between them how much
/// is missing.
pub(crate) fn cut(text: &str, most: usize) -> String {
    let chars = text.chars().count();
    if chars <= most {
        return text.to_owned();
    }
    let (head, tail) = shares(most);
    let missing = chars - head - tail;
    format!("{}{}{}", first(text, head), gap(missing, 0), last(text, tail))
}

/// As [`cut`], for a stream whose middle may be gone already.
fn cut_stream(stream: &Stream, most: usize) -> String {
    if stream.omitted == 0 {
        return cut(&format!("{}{}", stream.head, stream.tail), most);
    }
    let (head, tail) = shares(most);
    let (head, tail) = (first(&stream.head, head), last(&stream.tail, tail));
    let count = |text: &str| text.chars().count();
    let missing = count(&stream.head) - count(head) + count(&stream.tail) - count(tail);
    format!("{head}{}{tail}", gap(missing, stream.omitted))
}

/// Two thirds for the beginning, the rest for the end.
fn shares(most: usize) -> (usize, usize) {
    let tail = most / 3;
    (most - tail, tail)
}

fn gap(chars: usize, bytes: u64) -> String {
    let chars = grouped(chars as u64);
    if bytes == 0 {
        return format!("\n[... {chars} characters not shown ...]\n");
    }
    format!("\n[... {chars} characters and {} bytes not shown ...]\n", grouped(bytes))
}

fn first(text: &str, chars: usize) -> &str {
    text.char_indices().nth(chars).map_or(text, |(end, _)| &text[..end])
}

fn last(text: &str, chars: usize) -> &str {
    let Some(before) = chars.checked_sub(1) else { return "" };
    text.char_indices().rev().nth(before).map_or(text, |(start, _)| &text[start..])
}

/// A number with commas: `52,114,290`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rlm_sandbox::{Fault, Limit, Output, Shown, Usage};

    use super::*;

    fn stream(text: &str) -> Stream {
        Stream { head: text.into(), ..Stream::default() }
    }

    fn ended(outcome: Outcome, stdout: Stream, stderr: &str) -> Execution {
        let output = Output { stdout, stderr: stream(stderr) };
        Execution { outcome, output, usage: Usage::default(), submitted: None, notes: Vec::new() }
    }

    #[track_caller]
    fn check(execution: &Execution, most: usize, expected: &str) {
        assert_eq!(of_cell(execution, &[], most), expected);
    }

    #[test]
    fn a_quiet_cell_is_said_to_be_quiet() {
        check(&ended(Outcome::Completed(None), stream(""), ""), 100, "[no output: print what you want to see]");
    }

    #[test]
    fn output_value_and_errors_come_in_order() {
        let shown = Shown { repr: "42".into(), data: None };
        check(
            &ended(Outcome::Completed(Some(shown)), stream("a\nb\n"), "careful\n"),
            100,
            "a\nb\n[stderr]\ncareful\n[value] 42",
        );
        let fault = Fault {
            kind: "KeyError".into(),
            message: "'x'".into(),
            traceback: "Traceback (most recent call last):\n  d['x']\nKeyError: 'x'\n".into(),
            interrupt: None,
            exit: None,
        };
        check(
            &ended(Outcome::Raised(fault), stream(""), ""),
            400,
            "[raised]\nTraceback (most recent call last):\n  d['x']\nKeyError: 'x'",
        );
    }

    #[test]
    fn a_limit_says_how_much_and_what_is_left() {
        let limit = Limit::Wall(Duration::from_secs(60), Duration::from_secs(60));
        let exceeded = Exceeded { limit, undone: true, traceback: None };
        check(
            &ended(Outcome::Exceeded(exceeded), stream("began\n"), ""),
            100,
            "began\n[stopped]\nThe cell met a limit, wall: 60.000 s of 60.000 s; what this cell did to variables was \
             undone; all from before it is still there.",
        );
    }

    #[test]
    fn long_output_keeps_head_and_tail_and_counts_the_rest() {
        assert_eq!(cut("äbcdefghij", 6), "äbcd\n[... 4 characters not shown ...]\nij");
        assert_eq!(cut("äbcdef", 6), "äbcdef");
        assert_eq!(cut("ab", 0), "\n[... 2 characters not shown ...]\n");
        let flood = Stream { head: "a".repeat(1_000), tail: "z".repeat(1_000), omitted: 5_000_000 };
        assert_eq!(cut_stream(&flood, 6), "aaaa\n[... 1,994 characters and 5,000,000 bytes not shown ...]\nzz");
    }

    #[test]
    fn variables_are_listed_with_type_and_length() {
        let variable = |name: &str, kind: &str, size| Variable {
            name: name.into(),
            kind: kind.into(),
            size,
            preview: String::new(),
        };
        let mut seen = Vec::new();
        assert_eq!(of_variables(&[], &mut seen), "Variables: none");
        let mut all = vec![variable("context", "str", Some(52_114_290)), variable("n", "int", None)];
        assert_eq!(of_variables(&all, &mut seen), "Variables: context (str, 52,114,290), n (int)");
        assert_eq!(of_variables(&all, &mut seen), "Variables: 2, all unchanged");
        all[1].preview = "5".into();
        all.push(variable("found", "list", Some(3)));
        assert_eq!(of_variables(&all, &mut seen), "Variables made or changed: n (int), found (list, 3); 1 unchanged");
    }
}
