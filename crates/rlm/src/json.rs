//! Values of cells as JSON and as text.

use rlm_sandbox::Value;
use serde_json::{Map, Number, Value as Json};

/// The value as JSON. What JSON lacks becomes text: integers past 64 bits, floats that are not
/// finite, bytes, and keys that are not text.
pub(crate) fn json(value: &Value) -> Json {
    match value {
        Value::None => Json::Null,
        Value::Bool(truth) => Json::Bool(*truth),
        Value::Int(number) => Json::from(*number),
        Value::Float(number) => Number::from_f64(*number).map_or_else(|| Json::String(text(value)), Json::Number),
        Value::BigInt(_) | Value::Str(_) | Value::Bytes(_) => Json::String(text(value)),
        Value::List(items) => Json::Array(items.iter().map(json).collect()),
        Value::Dict(pairs) => {
            Json::Object(pairs.iter().map(|(key, value)| (text(key), json(value))).collect::<Map<_, _>>())
        }
    }
}

/// JSON as a value. Numbers past 64 bits become floats.
pub(crate) fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::None,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => {
            number.as_i64().map_or_else(|| Value::Float(number.as_f64().unwrap_or(f64::NAN)), Value::Int)
        }
        Json::String(text) => Value::Str(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        Json::Object(fields) => {
            Value::Dict(fields.iter().map(|(name, field)| (Value::Str(name.clone()), value(field))).collect())
        }
    }
}

/// The value as `str()` would show it, except that lists and dicts become JSON and bytes are read
/// as UTF-8.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::None => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Int(number) => number.to_string(),
        Value::BigInt(digits) => digits.clone(),
        Value::Float(number) if number.is_nan() => "nan".into(),
        Value::Float(number) if number.is_infinite() => if *number > 0.0 { "inf" } else { "-inf" }.into(),
        Value::Float(number) => format!("{number:?}"),
        Value::Str(text) => text.clone(),
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::List(_) | Value::Dict(_) => json(value).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_python_shows_them_and_nested_ones_as_json() {
        let cases = [
            (Value::None, "None"),
            (Value::Bool(true), "True"),
            (Value::Float(1.0), "1.0"),
            (Value::Float(f64::INFINITY), "inf"),
            (Value::BigInt("9".repeat(20)), "99999999999999999999"),
            (Value::from("it's"), "it's"),
            (Value::List(vec![Value::Int(1), Value::None, Value::from("a\"b")]), r#"[1,null,"a\"b"]"#),
            (Value::Dict(vec![(Value::Int(1), Value::Float(f64::NAN))]), r#"{"1":"nan"}"#),
        ];
        for (value, shown) in cases {
            assert_eq!(text(&value), shown);
        }
    }
}
