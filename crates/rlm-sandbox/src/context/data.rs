//! JSON, JSON lines and tables as data.

use rlm_abi::{MAX_FRAME, MAX_NODES, Value};
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::ContextError;

/// A format that is read as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataFormat {
    /// One JSON value.
    Json,
    /// One JSON value a line: a list.
    JsonLines,
    /// Values separated by commas, names in the first line: a list of dicts of text.
    Csv,
    /// The same, separated by tabs.
    Tsv,
}

impl DataFormat {
    fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::JsonLines => "JSON lines",
            Self::Csv => "CSV",
            Self::Tsv => "tab-separated values",
        }
    }
}

/// Reads data.
pub fn parse(bytes: &[u8], format: DataFormat) -> Result<Value, ContextError> {
    if bytes.len() > MAX_FRAME {
        return Err(ContextError::TooLong { length: bytes.len() as u64, most: MAX_FRAME as u64 });
    }
    let mut left = MAX_NODES;
    let parsed = match format {
        DataFormat::Json => json(bytes, &mut left),
        DataFormat::JsonLines => json_lines(bytes, &mut left),
        DataFormat::Csv => table(bytes, b',', &mut left),
        DataFormat::Tsv => table(bytes, b'\t', &mut left),
    };
    if left == 0 {
        return Err(ContextError::TooManyValues { most: MAX_NODES });
    }
    parsed.map_err(|reason| ContextError::Malformed { format: format.name(), reason })
}

/// What `type()` says of data in the guest.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::None => "NoneType",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::BigInt(_) => "int",
        Value::Float(_) => "float",
        Value::Str(_) => "str",
        Value::Bytes(_) => "bytes",
        Value::List(_) => "list",
        Value::Dict(_) => "dict",
    }
}

/// What `len()` says of data in the guest.
pub fn length(value: &Value) -> u64 {
    match value {
        Value::Str(text) => text.chars().count() as u64,
        Value::Bytes(bytes) => bytes.len() as u64,
        Value::List(items) => items.len() as u64,
        Value::Dict(items) => items.len() as u64,
        _ => 0,
    }
}

fn json(bytes: &[u8], left: &mut usize) -> Result<Value, String> {
    let mut source = serde_json::Deserializer::from_slice(bytes);
    let value = Seed(left).deserialize(&mut source).map_err(|error| error.to_string())?;
    source.end().map_err(|error| error.to_string())?;
    Ok(value)
}

fn json_lines(bytes: &[u8], left: &mut usize) -> Result<Value, String> {
    let mut values = Vec::new();
    for (number, line) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
        if !line.trim_ascii().is_empty() {
            values.push(json(line, left).map_err(|error| {
                let error = error.replacen(" at line 1 column", ", column", 1);
                format!("line {number}: {error}")
            })?);
        }
    }
    Ok(Value::List(values))
}

fn table(bytes: &[u8], separator: u8, left: &mut usize) -> Result<Value, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut source = csv::ReaderBuilder::new().delimiter(separator).from_reader(bytes);
    let names: Vec<Value> = source.headers().map_err(|error| error.to_string())?.iter().map(Value::from).collect();
    let mut rows = Vec::new();
    for row in source.records() {
        let row = row.map_err(|error| error.to_string())?;
        *left = left.saturating_sub(1 + 2 * row.len());
        if *left == 0 {
            return Err("too many values".to_owned());
        }
        rows.push(Value::Dict(names.iter().cloned().zip(row.iter().map(Value::from)).collect()));
    }
    Ok(Value::List(rows))
}

/// Builds a value, counting its parts.
struct Seed<'a>(&'a mut usize);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        *self.0 = self.0.saturating_sub(1);
        if *self.0 == 0 {
            return Err(de::Error::custom("too many values"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::None)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(i64::try_from(number).map_or_else(|_| Value::BigInt(number.to_string()), Value::Int))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Str(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = source.next_element_seed(Seed(self.0))? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(key) = source.next_key::<String>()? {
            items.push((Value::Str(key), source.next_value_seed(Seed(self.0))?));
        }
        Ok(Value::Dict(items))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, format: DataFormat) -> Value {
        parse(text.as_bytes(), format).unwrap()
    }

    fn refused(text: &str, format: DataFormat) -> String {
        parse(text.as_bytes(), format).unwrap_err().to_string()
    }

    fn row(pairs: &[(&str, Value)]) -> Value {
        Value::Dict(pairs.iter().map(|(key, value)| (Value::from(*key), value.clone())).collect())
    }

    #[test]
    fn each_format_is_read() {
        let expected = row(&[("a", Value::List(vec![1.into(), Value::Float(2.5), Value::None])), ("b", true.into())]);
        assert_eq!(read("{\"a\": [1, 2.5, null], \"b\": true}", DataFormat::Json), expected);
        let lines = read("{\"a\": 1}\n\n{\"a\": 18446744073709551615}\n", DataFormat::JsonLines);
        let big = Value::BigInt("18446744073709551615".to_owned());
        assert_eq!(lines, Value::List(vec![row(&[("a", 1.into())]), row(&[("a", big)])]));
        let expected = Value::List(vec![row(&[("n", "x, y".into()), ("m", "2".into())])]);
        assert_eq!(read("\u{feff}n,m\n\"x, y\",2\n", DataFormat::Csv), expected);
        assert_eq!(read("n\tm\nx, y\t2\n", DataFormat::Tsv), expected);
    }

    #[test]
    fn what_is_wrong_is_named_by_place() {
        assert_eq!(refused("{\"a\": }", DataFormat::Json), "not JSON: expected value at line 1 column 7");
        assert_eq!(
            refused("{}\n{\"a\": }\n", DataFormat::JsonLines),
            "not JSON lines: line 2: expected value, column 7"
        );
        assert_eq!(
            refused("a,b\n1\n", DataFormat::Csv),
            "not CSV: CSV error: record 1 (line: 2, byte: 4): found record with 1 fields, but the previous record has 2 fields"
        );
        assert_eq!(refused("", DataFormat::Json), "not JSON: EOF while parsing a value at line 1 column 0");
    }

    #[test]
    fn depth_and_number_are_bounded() {
        assert!(refused(&"[".repeat(100_000), DataFormat::Json).starts_with("not JSON: recursion limit exceeded"));
        let many = format!("[{}0]", "0,".repeat(MAX_NODES));
        assert_eq!(refused(&many, DataFormat::Json), "as data it has more than 4000000 values; take it as text");
    }
}
