//! What the groups of a pattern matched, as `re.findall` gives it.

use std::{io, ops::Range};

use rlm_abi::Value;

use super::{
    haystack::Haystack,
    positions::Look,
    search::{Hit, Pattern, Stop, each, search},
};

/// Most texts of one answer, those of groups counted one by one.
const MOST_TEXTS: usize = 1_000_000;

/// Most bytes of all of them together.
const MOST_BYTES: u64 = 128 << 20;

/// Bytes around a match that assertions may look at.
const AROUND: u64 = 4;

/// Matches that one thread reads at a time.
const AT_A_TIME: usize = 4_096;

/// What all matches in all texts are: each a text, of its only group if there is one, or a list of the
/// texts of its groups.
pub fn find_all(texts: &[Haystack], pattern: &Pattern, stop: &Stop) -> io::Result<Value> {
    let most = MOST_TEXTS / pattern.groups().max(1);
    let (hits, cut) = search(texts, pattern, most, stop)?;
    if cut {
        return Err(too_much(format!("more than {most} matches")));
    }
    if hits.iter().map(|hit| hit.range.end - hit.range.start).sum::<u64>() > MOST_BYTES {
        return Err(too_much(format!("matches of more than {MOST_BYTES} bytes")));
    }
    let jobs: Vec<&[Hit]> = hits.chunks(AT_A_TIME).collect();
    let found = each(&jobs, |hits| {
        let one = |hit: &Hit| {
            // For each: the groups of one may take a look at all the rest of the text.
            stop.check()?;
            one(&texts[hit.text], pattern, hit)
        };
        hits.iter().map(one).collect::<io::Result<Vec<Value>>>()
    })?;
    Ok(Value::List(found.into_iter().flatten().collect()))
}

fn too_much(what: String) -> io::Error {
    let advice = "count() them, or look through a slice or chunks() at a time";
    io::Error::new(io::ErrorKind::InvalidInput, format!("{what}; {advice}"))
}

fn one(text: &Haystack, pattern: &Pattern, hit: &Hit) -> io::Result<Value> {
    let Range { start, end } = hit.range;
    if pattern.groups() == 0 {
        return Ok(text.value_of(&text.look(start..end)?));
    }
    let (first, last) = (start.saturating_sub(AROUND), text.size().min(end + AROUND));
    let near = text.look(first..last)?;
    if let Some(groups) = groups_of(text, pattern, &near, start - first, end - start) {
        return Ok(groups);
    }
    // The end of what was looked at was taken for the text's.
    let all = text.look(first..text.size())?;
    groups_of(text, pattern, &all, start - first, end - start)
        .ok_or_else(|| io::Error::other("a match was not found again"))
}

/// The groups of the match of this length that begins at `start`; nothing where another one does.
fn groups_of(text: &Haystack, pattern: &Pattern, bytes: &[u8], start: u64, len: u64) -> Option<Value> {
    let start = start as usize;
    let groups = pattern.regex(text.is_text()).captures_at(bytes, start)?;
    if groups.get(0)?.range() != (start..start + len as usize) {
        return None;
    }
    let mut values = groups.iter().skip(1).map(|group| text.value_of(group.map_or(&[], |group| group.as_bytes())));
    Some(match pattern.groups() {
        1 => values.next()?,
        _ => Value::List(values.collect()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::search::Flags;

    fn found(text: &str, pattern: &str) -> Value {
        let pattern = Pattern::compile(pattern, Flags::default()).unwrap();
        find_all(&[Haystack::copied(text.as_bytes(), true)], &pattern, &Stop::default()).unwrap()
    }

    fn list(texts: &[&str]) -> Value {
        Value::List(texts.iter().copied().map(Value::from).collect())
    }

    #[test]
    fn groups_are_what_they_are_in_the_whole_text() {
        assert_eq!(found("a1 b22", r"\w\d+"), list(&["a1", "b22"]));
        assert_eq!(found("a1 b22", r"\w(\d+)"), list(&["1", "22"]));
        assert_eq!(found("a1 b", r"(\w)(\d)?"), Value::List(vec![list(&["a", "1"]), list(&["b", ""])]));
        // A word's and a line's ends, which the neighbourhood of a match shows.
        assert_eq!(found("größer größe", r"\b(größe)\b"), list(&["größe"]));
        assert_eq!(found("ab\nac\n", r"^(a.)$"), list(&["ab", "ac"]));
        assert_eq!(found("xabcdefgh", r"(x.{1,7}\z|x)"), list(&["x"]));
    }

    #[test]
    fn too_many_are_not_silently_cut() {
        let pattern = Pattern::compile("(a)(b)", Flags::default()).unwrap();
        let text = Haystack::copied("ab".repeat(500_001).as_bytes(), true);
        let error = find_all(&[text], &pattern, &Stop::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "more than 500000 matches; count() them, or look through a slice or chunks() at a time"
        );
    }
}
