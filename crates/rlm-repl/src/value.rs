//! Values of a session as JSON, and back.
//!
//! What JSON has is written as JSON. What it lacks is an object with one key that begins with `$`:
//! `{"$bytes": "<base64>"}`, `{"$int": "<decimal>"}`, `{"$float": "nan" | "inf" | "-inf"}` and
//! `{"$dict": [[key, value], ...]}`, the last for dicts with keys other than text, and for the rare
//! one that would look like a tag.

use std::{collections::HashSet, fmt};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use rlm_sandbox::Value;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor},
    ser::SerializeMap,
};

/// Deepest nesting of arrays and objects that is read.
const MAX_LEVELS: usize = 100;

/// A value to write as JSON.
pub struct AsJson<'a>(pub &'a Value);

/// A value read from JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct FromJson(pub Value);

impl Serialize for AsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::None => serializer.serialize_unit(),
            Value::Bool(truth) => serializer.serialize_bool(*truth),
            Value::Int(number) => serializer.serialize_i64(*number),
            Value::BigInt(digits) => tagged(serializer, "$int", digits),
            Value::Float(number) if number.is_finite() => serializer.serialize_f64(*number),
            Value::Float(number) => tagged(serializer, "$float", name_of(*number)),
            Value::Str(text) => serializer.serialize_str(text),
            Value::Bytes(bytes) => tagged(serializer, "$bytes", &BASE64.encode(bytes)),
            Value::List(items) => serializer.collect_seq(items.iter().map(AsJson)),
            Value::Dict(entries) => match text_keys(entries) {
                Some(keys) => serializer.collect_map(keys.into_iter().zip(entries.iter().map(|(_, v)| AsJson(v)))),
                None => tagged(serializer, "$dict", &Pairs(entries)),
            },
        }
    }
}

/// The keys, if they can be the keys of a JSON object: text, all different, not taken for a tag.
fn text_keys(entries: &[(Value, Value)]) -> Option<Vec<&str>> {
    let keys: Vec<&str> = entries.iter().map(|(key, _)| key.as_str()).collect::<Option<_>>()?;
    let looks_tagged = keys.len() == 1 && keys[0].starts_with('$');
    let distinct = keys.len() < 2 || keys.iter().collect::<HashSet<_>>().len() == keys.len();
    (distinct && !looks_tagged).then_some(keys)
}

fn tagged<S: Serializer, T: Serialize + ?Sized>(serializer: S, tag: &str, content: &T) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(tag, content)?;
    map.end()
}

/// The entries of a dict as `[[key, value], ...]`.
struct Pairs<'a>(&'a [(Value, Value)]);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|(key, value)| (AsJson(key), AsJson(value))))
    }
}

/// What JSON has no number for.
fn name_of(number: f64) -> &'static str {
    match number {
        _ if number.is_nan() => "nan",
        _ if number > 0.0 => "inf",
        _ => "-inf",
    }
}

impl<'de> Deserialize<'de> for FromJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Levels(MAX_LEVELS).deserialize(deserializer).map(FromJson)
    }
}

/// Reads one value that nests at most this deep.
#[derive(Clone, Copy)]
struct Levels(usize);

impl Levels {
    fn inner<E: de::Error>(self) -> Result<Self, E> {
        self.0
            .checked_sub(1)
            .map(Levels)
            .ok_or_else(|| E::custom(format!("value nests deeper than {MAX_LEVELS} levels")))
    }
}

impl<'de> DeserializeSeed<'de> for Levels {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Levels {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
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
        Ok(Value::Str(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Str(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut entries: Vec<(String, Value)> = Vec::new();
        while let Some(key) = map.next_key()? {
            entries.push((key, map.next_value_seed(inner)?));
        }
        match &mut entries[..] {
            [(tag, content)] if tag.starts_with('$') => untag(tag, std::mem::take(content)).map_err(de::Error::custom),
            _ => Ok(Value::Dict(entries.into_iter().map(|(key, value)| (Value::Str(key), value)).collect())),
        }
    }
}

/// The value that `{tag: content}` stands for.
fn untag(tag: &str, content: Value) -> Result<Value, String> {
    match (tag, content) {
        ("$bytes", Value::Str(text)) => {
            BASE64.decode(text).map(Value::Bytes).map_err(|error| format!("`$bytes` is not base64: {error}"))
        }
        ("$int", Value::Str(text)) => integer(&text),
        ("$float", Value::Str(text)) => match text.as_str() {
            "nan" => Ok(Value::Float(f64::NAN)),
            "inf" => Ok(Value::Float(f64::INFINITY)),
            "-inf" => Ok(Value::Float(f64::NEG_INFINITY)),
            _ => Err("`$float` is \"nan\", \"inf\" or \"-inf\"".into()),
        },
        ("$dict", Value::List(pairs)) => pairs.into_iter().map(pair).collect::<Result<_, _>>().map(Value::Dict),
        ("$bytes" | "$int" | "$float", _) => Err(format!("`{tag}` takes a string")),
        ("$dict", _) => Err(NOT_PAIRS.into()),
        _ => Err(format!("unknown tag `{tag}`; write a dict with this one key as {{\"$dict\": [[key, value]]}}")),
    }
}

const NOT_PAIRS: &str = "`$dict` takes a list of [key, value] pairs";

fn pair(value: Value) -> Result<(Value, Value), String> {
    match value {
        Value::List(items) => {
            <[Value; 2]>::try_from(items).map(|[key, value]| (key, value)).map_err(|_| NOT_PAIRS.into())
        }
        _ => Err(NOT_PAIRS.into()),
    }
}

/// A decimal integer of any length, in its shortest spelling.
fn integer(text: &str) -> Result<Value, String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("`$int` takes decimal digits".into());
    }
    if let Ok(number) = text.parse() {
        return Ok(Value::Int(number));
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    Ok(Value::BigInt(format!("{sign}{}", digits.trim_start_matches('0'))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(value: &Value) -> String {
        serde_json::to_string(&AsJson(value)).unwrap()
    }

    fn read(json: &str) -> Result<Value, String> {
        serde_json::from_str::<FromJson>(json).map(|FromJson(value)| value).map_err(|error| error.to_string())
    }

    #[test]
    fn each_kind_has_one_spelling() {
        let spellings = [
            (Value::None, "null"),
            (Value::Bool(true), "true"),
            (Value::Int(-7), "-7"),
            (Value::BigInt("123456789012345678901234567890".into()), r#"{"$int":"123456789012345678901234567890"}"#),
            (Value::BigInt("9223372036854775808".into()), r#"{"$int":"9223372036854775808"}"#),
            (Value::Float(1.0), "1.0"),
            (Value::Float(-0.0), "-0.0"),
            (Value::Float(f64::INFINITY), r#"{"$float":"inf"}"#),
            (Value::Str("é\n".into()), r#""é\n""#),
            (Value::Bytes(vec![0, 255]), r#"{"$bytes":"AP8="}"#),
            (Value::List(vec![Value::Int(1), Value::None]), "[1,null]"),
            (Value::Dict(vec![]), "{}"),
            (Value::Dict(vec![("b".into(), 1.into()), ("a".into(), 2.into())]), r#"{"b":1,"a":2}"#),
            (Value::Dict(vec![(1.into(), "x".into())]), r#"{"$dict":[[1,"x"]]}"#),
            (Value::Dict(vec![("$int".into(), "x".into())]), r#"{"$dict":[["$int","x"]]}"#),
            (Value::Dict(vec![("$a".into(), 1.into()), ("b".into(), 2.into())]), r#"{"$a":1,"b":2}"#),
        ];
        for (value, json) in spellings {
            assert_eq!(written(&value), json);
            assert_eq!(read(json), Ok(value), "{json}");
        }
        assert_eq!(written(&Value::Float(f64::NAN)), r#"{"$float":"nan"}"#);
        assert!(matches!(read(r#"{"$float":"nan"}"#), Ok(Value::Float(number)) if number.is_nan()));
    }

    #[test]
    fn integers_are_read_in_their_shortest_spelling() {
        assert_eq!(read("9223372036854775808"), Ok(Value::BigInt("9223372036854775808".into())));
        assert_eq!(read(r#"{"$int":"-0042"}"#), Ok(Value::Int(-42)));
        assert_eq!(read(r#"{"$int":"-00099999999999999999999"}"#), Ok(Value::BigInt("-99999999999999999999".into())));
    }

    #[test]
    fn bad_tags_are_refused() {
        for (json, message) in [
            (r#"{"$int":"1x"}"#, "`$int` takes decimal digits"),
            (r#"{"$int":5}"#, "`$int` takes a string"),
            (r#"{"$float":"1"}"#, "`$float` is \"nan\", \"inf\" or \"-inf\""),
            (r#"{"$dict":[[1]]}"#, "`$dict` takes a list of [key, value] pairs"),
            (r#"{"$x":1}"#, "unknown tag `$x`; write a dict with this one key as {\"$dict\": [[key, value]]}"),
        ] {
            let error = read(json).unwrap_err();
            assert_eq!(error.split(" at line").next().unwrap(), message);
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(read(&nested(MAX_LEVELS)).is_ok());
        assert!(read(&nested(MAX_LEVELS + 1)).unwrap_err().starts_with("value nests deeper than 100 levels"));
        assert!(read(&nested(100_000)).is_err());
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::None),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            "-?[1-9][0-9]{19,40}".prop_map(Value::BigInt),
            any::<f64>().prop_filter("NaN is not equal to itself", |f| !f.is_nan()).prop_map(Value::Float),
            r"\$?.{0,12}".prop_map(Value::Str),
            proptest::collection::vec(any::<u8>(), 0..12).prop_map(Value::Bytes),
        ];
        leaf.prop_recursive(6, 64, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
                proptest::collection::vec((inner.clone(), inner), 0..4).prop_map(Value::Dict),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(value in any_value()) {
            prop_assert_eq!(read(&written(&value)), Ok(value));
        }
    }
}
