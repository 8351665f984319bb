//! Values that cross the border, and their flat encoding.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeSeq};

/// Deepest nesting of lists and dicts that crosses the border.
pub const MAX_DEPTH: usize = 100;

/// Most values, counting every list item and dict key, in one value.
pub const MAX_NODES: usize = 4_000_000;

/// Data both sides understand.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Value {
    /// Python's `None`, JSON's `null`.
    #[default]
    None,
    /// A truth value.
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// An integer too large for [`Value::Int`], in decimal.
    BigInt(String),
    /// A float.
    Float(f64),
    /// Text.
    Str(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A list, tuple or set, in order.
    List(Vec<Value>),
    /// A dict, in insertion order.
    Dict(Vec<(Value, Value)>),
}

/// One step of a value in pre-order. A list is its length and then its items; a dict is its
/// length and then key, value, key, value.
#[derive(Serialize, Deserialize)]
enum Token<'a> {
    None,
    Bool(bool),
    Int(i64),
    BigInt(&'a str),
    Float(f64),
    Str(&'a str),
    Bytes(&'a [u8]),
    List(u32),
    Dict(u32),
}

impl Value {
    /// How many tokens the value takes. Values are built with at most [`MAX_DEPTH`] levels.
    fn nodes(&self) -> usize {
        1 + match self {
            Value::List(items) => items.iter().map(Value::nodes).sum(),
            Value::Dict(items) => items.iter().map(|(k, v)| k.nodes() + v.nodes()).sum(),
            _ => 0,
        }
    }

    /// Whether the value nests at most `levels` deep.
    fn within_depth(&self, levels: usize) -> bool {
        match (self, levels) {
            (Value::List(_) | Value::Dict(_), 0) => false,
            (Value::List(items), _) => items.iter().all(|v| v.within_depth(levels - 1)),
            (Value::Dict(items), _) => {
                items.iter().all(|(k, v)| k.within_depth(levels - 1) && v.within_depth(levels - 1))
            }
            _ => true,
        }
    }

    /// The text, if this is text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Str(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Str(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Value::Bool(truth)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::Error;
        if !self.within_depth(MAX_DEPTH) {
            return Err(S::Error::custom("value nests too deep"));
        }
        let mut seq = serializer.serialize_seq(Some(self.nodes()))?;
        write_tokens(self, &mut seq)?;
        seq.end()
    }
}

fn write_tokens<S: SerializeSeq>(value: &Value, seq: &mut S) -> Result<(), S::Error> {
    match value {
        Value::None => seq.serialize_element(&Token::None),
        Value::Bool(b) => seq.serialize_element(&Token::Bool(*b)),
        Value::Int(i) => seq.serialize_element(&Token::Int(*i)),
        Value::BigInt(digits) => seq.serialize_element(&Token::BigInt(digits)),
        Value::Float(f) => seq.serialize_element(&Token::Float(*f)),
        Value::Str(s) => seq.serialize_element(&Token::Str(s)),
        Value::Bytes(b) => seq.serialize_element(&Token::Bytes(b)),
        Value::List(items) => {
            seq.serialize_element(&Token::List(items.len() as u32))?;
            items.iter().try_for_each(|item| write_tokens(item, seq))
        }
        Value::Dict(items) => {
            seq.serialize_element(&Token::Dict(items.len() as u32))?;
            items.iter().try_for_each(|(key, value)| {
                write_tokens(key, seq)?;
                write_tokens(value, seq)
            })
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(TreeVisitor)
    }
}

struct TreeVisitor;

/// A list or dict whose items have not all arrived. A dict holds keys and values in turn.
struct Open {
    is_dict: bool,
    missing: usize,
    items: Vec<Value>,
}

impl Open {
    fn close(self) -> Value {
        if !self.is_dict {
            return Value::List(self.items);
        }
        let mut items = self.items.into_iter();
        let mut pairs = Vec::with_capacity(items.len() / 2);
        while let (Some(key), Some(value)) = (items.next(), items.next()) {
            pairs.push((key, value));
        }
        Value::Dict(pairs)
    }
}

impl<'de> de::Visitor<'de> for TreeVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the tokens of one value")
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        use de::Error;
        let mut open: Vec<Open> = Vec::new();
        let mut nodes = 0usize;
        loop {
            let token: Token<'de> = seq.next_element()?.ok_or_else(|| A::Error::custom("value ends early"))?;
            nodes += 1;
            if nodes > MAX_NODES {
                return Err(A::Error::custom("value has too many parts"));
            }
            let mut done = match token {
                Token::None => Value::None,
                Token::Bool(b) => Value::Bool(b),
                Token::Int(i) => Value::Int(i),
                Token::BigInt(digits) => Value::BigInt(digits.to_owned()),
                Token::Float(f) => Value::Float(f),
                Token::Str(s) => Value::Str(s.to_owned()),
                Token::Bytes(b) => Value::Bytes(b.to_owned()),
                Token::List(0) => Value::List(Vec::new()),
                Token::Dict(0) => Value::Dict(Vec::new()),
                Token::List(_) | Token::Dict(_) if open.len() == MAX_DEPTH => {
                    return Err(A::Error::custom("value nests too deep"));
                }
                Token::List(length) => {
                    open.push(Open { is_dict: false, missing: length as usize, items: Vec::new() });
                    continue;
                }
                Token::Dict(length) => {
                    let missing = 2 * length as usize;
                    open.push(Open { is_dict: true, missing, items: Vec::new() });
                    continue;
                }
            };
            // Hand the finished value to the innermost open list, which may finish that one too.
            loop {
                let Some(mut parent) = open.pop() else {
                    return match seq.next_element::<Token<'de>>()? {
                        None => Ok(done),
                        Some(_) => Err(A::Error::custom("value has more than one root")),
                    };
                };
                parent.items.push(done);
                parent.missing -= 1;
                if parent.missing > 0 {
                    open.push(parent);
                    break;
                }
                done = parent.close();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::None),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            any::<f64>().prop_filter("NaN is not equal to itself", |f| !f.is_nan()).prop_map(Value::Float),
            ".{0,12}".prop_map(Value::Str),
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
        fn what_goes_in_comes_out(value in any_value()) {
            let bytes = postcard::to_allocvec(&value).unwrap();
            prop_assert_eq!(postcard::from_bytes::<Value>(&bytes).unwrap(), value);
        }

        #[test]
        fn no_bytes_break_the_decoder(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = postcard::from_bytes::<Value>(&bytes);
        }
    }

    fn nested(levels: usize) -> Value {
        (0..levels).fold(Value::None, |inner, _| Value::List(vec![inner]))
    }

    #[test]
    fn depth_is_refused_when_written_and_when_read() {
        assert!(postcard::to_allocvec(&nested(MAX_DEPTH)).is_ok());
        assert!(postcard::to_allocvec(&nested(MAX_DEPTH + 1)).is_err());
        let tokens: Vec<Token> = (0..200_000).map(|_| Token::List(1)).collect();
        let bytes = postcard::to_allocvec(&tokens).unwrap();
        assert!(postcard::from_bytes::<Value>(&bytes).is_err());
    }

    #[test]
    fn a_claimed_length_allocates_nothing() {
        let bytes = postcard::to_allocvec(&[Token::List(u32::MAX)]).unwrap();
        assert!(postcard::from_bytes::<Value>(&bytes).is_err());
    }
}
