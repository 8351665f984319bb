//! Reads text as records of named fields where it is written that way.

use serde_json::Value;

/// A paragraph, table row or JSON object, with the fields found in it.
#[derive(Debug, PartialEq)]
pub(super) struct Record {
    pub fields: Vec<Field>,
    /// The record as written.
    pub text: String,
}

#[derive(Debug, PartialEq)]
pub(super) struct Field {
    pub key: String,
    pub value: String,
}

const LONGEST_KEY: usize = 40;
const MOST_FIELDS: usize = 2_000;
const DELIMITERS: [char; 4] = ['\t', '|', ';', ','];

/// The records of a text: one for each paragraph at least.
pub(super) fn records(text: &str) -> Vec<Record> {
    let text = text.replace("\r\n", "\n");
    json_records(text.trim()).unwrap_or_else(|| paragraphs(&text).flat_map(block_records).collect())
}

/// Stretches of text between blank lines.
fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n\n").map(|block| block.trim_matches('\n')).filter(|block| !block.trim().is_empty())
}

fn block_records(block: &str) -> Vec<Record> {
    json_records(block.trim())
        .or_else(|| json_lines(block))
        .or_else(|| table(block))
        .or_else(|| inline_pairs(block))
        .unwrap_or_else(|| vec![Record { fields: key_lines(block), text: block.to_owned() }])
}

fn json_records(text: &str) -> Option<Vec<Record>> {
    if !text.starts_with(['{', '[']) {
        return None;
    }
    match serde_json::from_str(text).ok()? {
        Value::Array(items) if items.iter().any(Value::is_object) => Some(items.iter().map(json_record).collect()),
        value @ Value::Object(_) => Some(vec![json_record(&value)]),
        _ => None,
    }
}

fn json_lines(block: &str) -> Option<Vec<Record>> {
    let records = block.lines().map(|line| json_records(line.trim()));
    Some(records.collect::<Option<Vec<_>>>()?.into_iter().flatten().collect())
}

fn json_record(value: &Value) -> Record {
    let mut fields = Vec::new();
    flatten("", value, &mut fields);
    Record { fields, text: value.to_string() }
}

fn flatten(key: &str, value: &Value, fields: &mut Vec<Field>) {
    if fields.len() >= MOST_FIELDS {
        return;
    }
    match value {
        Value::Object(inner) => inner.iter().for_each(|(name, value)| flatten(name, value, fields)),
        Value::Array(items) if items.iter().any(Value::is_object) => {
            items.iter().for_each(|item| flatten(key, item, fields));
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(plain).collect();
            fields.push(Field { key: key.to_owned(), value: items.join(", ") });
        }
        _ => fields.push(Field { key: key.to_owned(), value: plain(value) }),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Rows under a head, one record each.
fn table(block: &str) -> Option<Vec<Record>> {
    let mut lines = block.lines().filter(|line| !is_rule(line));
    let head = lines.next()?;
    let delimiter = DELIMITERS.into_iter().find(|mark| head.contains(*mark))?;
    let names = cells(head, delimiter);
    let rows: Vec<&str> = lines.collect();
    let fits = |row: &&str| cells(row, delimiter).len() == names.len();
    let named = names.iter().all(|name| name.len() <= LONGEST_KEY && !name.ends_with('.') && !name.contains(": "));
    if names.len() < 2 || rows.is_empty() || !named || !rows.iter().all(fits) {
        return None;
    }
    let record = |row: &str| {
        let values = cells(row, delimiter);
        let pairs = names.iter().cloned().zip(values);
        let fields = pairs.map(|(key, value)| Field { key, value }).collect();
        Record { fields, text: row.to_owned() }
    };
    Some(rows.into_iter().map(record).collect())
}

/// The line under the head of a Markdown table.
fn is_rule(line: &str) -> bool {
    line.contains("---") && line.chars().all(|c| "|-: +=".contains(c))
}

/// The cells of a row; quotes hold a delimiter in, and double quotes in quotes stand for one.
fn cells(row: &str, delimiter: char) -> Vec<String> {
    let row = row.trim_matches(if delimiter == '|' { [' ', '|'] } else { ['\r', '\r'] });
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = row.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => cell.extend(chars.next()),
            '"' if quoted || cell.trim().is_empty() => quoted = !quoted,
            c if c == delimiter && !quoted => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    cells.push(cell);
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}

/// Lines of `key=value key=value`, as logs have them, one record each.
fn inline_pairs(block: &str) -> Option<Vec<Record>> {
    let records: Vec<Record> =
        block.lines().map(|line| Record { fields: pairs_in(line), text: line.to_owned() }).collect();
    records.iter().any(|record| record.fields.len() > 1).then_some(records)
}

fn pairs_in(line: &str) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('=') {
        let key = before.rsplit([' ', '\t', ',', ';', '(', '[', '{']).next().unwrap_or_default();
        let (value, left) = match after.strip_prefix('"').and_then(|inner| inner.split_once('"')) {
            Some(quoted) => quoted,
            None => after.find([' ', '\t', ',', ';', ')', ']', '}']).map_or((after, ""), |end| after.split_at(end)),
        };
        if is_key(key) && !value.is_empty() {
            fields.push(Field { key: key.to_owned(), value: value.to_owned() });
        }
        rest = left;
    }
    fields
}

/// `Key: value` and `key = value` lines; indented lines continue a value or belong to a section.
fn key_lines(block: &str) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for line in block.lines() {
        let indented = line.starts_with([' ', '\t']);
        let nests = fields.last().is_none_or(|field| field.value.is_empty() || !field.value.contains('\n'));
        match (key_and_value(line), fields.last_mut()) {
            (Some((key, value)), last) if !indented || last.is_none() || nests && !key.contains(' ') => {
                fields.push(Field { key, value });
            }
            (_, Some(field)) if indented => {
                field.value.push('\n');
                field.value.push_str(line.trim());
            }
            _ => {}
        }
        if fields.len() >= MOST_FIELDS {
            break;
        }
    }
    fields
}

fn key_and_value(line: &str) -> Option<(String, String)> {
    let at = line.char_indices().find(|(at, c)| match c {
        '=' => true,
        ':' => line[at + 1..].is_empty() || line[at + 1..].starts_with([' ', '\t', '"', '*']),
        _ => false,
    });
    let (at, _) = at?;
    let decoration = [' ', '\t', '-', '*', '_', '#', '>', '"', '\'', '`', '{', '•'];
    let key = line[..at].trim_matches(decoration);
    let value = line[at + 1..].trim().trim_start_matches('*').trim();
    let value = match value.strip_prefix('"').and_then(|rest| rest.trim_end_matches([',', ';']).strip_suffix('"')) {
        Some(inner) => inner,
        None => value,
    };
    is_key(key).then(|| (key.to_owned(), value.to_owned()))
}

fn is_key(key: &str) -> bool {
    key.len() <= LONGEST_KEY
        && key.starts_with(char::is_alphabetic)
        && key.split(' ').count() <= 4
        && key.chars().all(|c| c.is_alphanumeric() || " -_./()".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let shown = records(text).into_iter().map(|record| {
            let fields = record.fields.iter().map(|field| format!("{}={}", field.key, field.value));
            fields.collect::<Vec<_>>().join(" & ")
        });
        assert_eq!(shown.collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn common_ways_of_writing_records_are_read() {
        check(
            "Package: vim\r\nTag: a::b,\r\n c::d\r\n\r\nPackage: curl\r\n",
            &["Package=vim & Tag=a::b,\nc::d", "Package=curl"],
        );
        check("name,age\nAnn,\"3,5\"\n\"B \"\"x\"\"\",4", &["name=Ann & age=3,5", "name=B \"x\" & age=4"]);
        check("| name | age |\n|---|---|\n| Ann | 3 |", &["name=Ann & age=3"]);
        check("{\"a\": 1,\n\n \"b\": {\"c\": [1, \"x\"]}}", &["a=1 & c=1, x"]);
        check("{\"a\": 1}\n{\"a\": 2}", &["a=1", "a=2"]);
        check("12:30 level=info msg=\"all fine\" n=3\nplain", &["level=info & msg=all fine & n=3", ""]);
        check("[db]\nport = 5432\nhost=\"local\"", &["port=5432 & host=local"]);
        check("server:\n  port: 80\n  name: web", &["server= & port=80 & name=web"]);
        check("- **Version:** 3\n- Owner: Ann", &["Version=3 & Owner=Ann"]);
        check("Plain prose, nothing else. At 12:30 it rained.\nMore: of it", &["More=of it"]);
        check("", &[]);
    }
}
