//! The codec at the border, in both directions.

use arbitrary::{Arbitrary, Unstructured};
use rlm_abi::{HostCall, HostReply, MAX_DEPTH, Reply, Request, Value, decode, encode};

/// Reads the bytes as each kind of frame, then makes a value of them and sends it both ways.
pub fn frames(data: &[u8]) {
    again::<Request>(data);
    again::<Reply>(data);
    again::<HostCall>(data);
    again::<HostReply>(data);
    let mut source = Unstructured::new(data);
    let Ok(value) = value(&mut source, 0) else { return };
    match encode(&HostReply::Value(value)) {
        Ok(frame) => again::<HostReply>(&frame),
        Err(bad) => panic!("a value within the limits was refused: {bad}"),
    }
    deep(data.len() + MAX_DEPTH / 2);
}

/// A frame that can be read is written again, and that reads and writes the same. Bytes are compared
/// because some floats are not equal to themselves.
fn again<'a, T: serde_of::Frame<'a>>(data: &'a [u8]) {
    let Ok(frame) = decode::<T>(data) else { return };
    let written = encode(&frame).expect("what was read can be written");
    T::check(&written);
}

/// A value that nests deeper than allowed is refused, not recursed into.
fn deep(levels: usize) {
    let nested = (0..levels.min(400)).fold(Value::None, |inner, _| Value::List(vec![inner]));
    assert_eq!(encode(&HostReply::Value(nested)).is_ok(), levels.min(400) <= MAX_DEPTH);
}

fn value(source: &mut Unstructured, depth: usize) -> arbitrary::Result<Value> {
    let kinds = if depth < MAX_DEPTH / 2 { 8 } else { 6 };
    Ok(match source.int_in_range(0..=kinds)? {
        0 => Value::None,
        1 => Value::Bool(bool::arbitrary(source)?),
        2 => Value::Int(i64::arbitrary(source)?),
        3 => Value::BigInt(String::arbitrary(source)?),
        4 => Value::Float(f64::arbitrary(source)?),
        5 => Value::Str(String::arbitrary(source)?),
        6 => Value::Bytes(Vec::arbitrary(source)?),
        7 => Value::List(
            (0..source.int_in_range(0..=4)?).map(|_| value(source, depth + 1)).collect::<arbitrary::Result<_>>()?,
        ),
        _ => Value::Dict(
            (0..source.int_in_range(0..=4)?)
                .map(|_| Ok((value(source, depth + 1)?, value(source, depth + 1)?)))
                .collect::<arbitrary::Result<_>>()?,
        ),
    })
}

mod serde_of {
    use super::{HostCall, HostReply, Reply, Request, decode, encode};

    /// A kind of frame.
    pub trait Frame<'a>: serde::Serialize + serde::Deserialize<'a> {
        /// Reads what was written and writes it again: the same bytes.
        fn check(written: &[u8]);
    }

    macro_rules! frames {
        ($($frame:ty),*) => {$(
            impl Frame<'_> for $frame {
                fn check(written: &[u8]) {
                    let frame = decode::<$frame>(written).expect("what was written can be read");
                    assert_eq!(encode(&frame).expect("and written"), written);
                }
            }
        )*};
    }

    frames!(Request, Reply, HostCall, HostReply);
}
