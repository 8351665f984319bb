//! What a line asks for, checked: past this module every request is well formed.

use std::{path::PathBuf, time::Duration};

use rlm_sandbox::{Bytes, Fuel, HostError, Limits, Value};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, IgnoredAny},
};

use crate::{
    contexts::Kind,
    units::{MAX_MEMORY, MAX_SECONDS},
    value::FromJson,
};

/// What a request is known by in its result: whatever number or text the client chose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "`id` is an integer, a string or null")]
pub enum Id {
    /// The client gave none.
    #[default]
    None,
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
}

/// One line of input.
#[derive(Debug, PartialEq)]
pub enum Incoming {
    /// Something to do in the session, in turn.
    Request {
        /// Named in the result.
        id: Id,
        /// The session it is for.
        session: String,
        /// What to do.
        op: Op,
    },
    /// Stop the cell that is running, now.
    Cancel {
        /// Named in the result.
        id: Id,
    },
    /// The reply to a host call.
    Reply {
        /// The call's number.
        call: u64,
        /// What the function gave.
        result: Result<Value, HostError>,
    },
}

/// What can be done in a session.
#[derive(Debug, PartialEq)]
pub enum Op {
    /// Run a cell.
    Run {
        /// The source.
        code: String,
        /// Limits for this cell that differ from the session's.
        limits: LimitSpec,
    },
    /// Bind a name to a value.
    Define {
        /// The variable.
        name: String,
        /// Its value.
        value: Value,
    },
    /// Bind a name to the content of a file.
    DefineFile {
        /// The variable.
        name: String,
        /// The file.
        path: PathBuf,
        /// What to take it as.
        kind: Kind,
    },
    /// List the variables.
    Vars,
    /// Offer a function that the client answers.
    Function {
        /// Its name in the session.
        name: String,
    },
    /// Note the session's state.
    Checkpoint,
    /// Go back to a state noted before.
    Rollback {
        /// The number it got.
        checkpoint: u64,
    },
    /// Make another session with the same variables.
    Fork {
        /// Its name.
        name: String,
    },
    /// Save the session to a file.
    Save {
        /// The file.
        path: PathBuf,
    },
    /// Load a session from a file.
    Load {
        /// The file.
        path: PathBuf,
        /// Files of the contexts it refers to.
        contexts: Vec<PathBuf>,
    },
    /// Give up a checkpoint.
    DropCheckpoint {
        /// Its number.
        checkpoint: u64,
    },
    /// Give up the session.
    DropSession,
}

/// The session that is there from the start, and meant where a request names none.
pub const MAIN: &str = "main";

/// A line that cannot be understood.
#[derive(Debug, PartialEq, Eq)]
pub struct BadLine {
    /// The id, if that much could be read.
    pub id: Id,
    /// What is wrong.
    pub message: String,
}

/// Limits as a request names them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object of limits")]
pub struct LimitSpec {
    wall_ms: Option<u64>,
    memory_bytes: Option<u64>,
    fuel: Option<u64>,
    output_bytes: Option<u64>,
    host_calls: Option<u64>,
}

impl LimitSpec {
    /// `None` when nothing differs from the session's limits.
    pub fn over(self, base: &Limits) -> Option<Limits> {
        (self != Self::default()).then(|| Limits {
            wall: self.wall_ms.map_or(base.wall, Duration::from_millis),
            memory: self.memory_bytes.map_or(base.memory, Bytes),
            fuel: self.fuel.map_or(base.fuel, Fuel),
            output: self.output_bytes.map_or(base.output, Bytes),
            host_calls: self.host_calls.unwrap_or(base.host_calls),
            ..base.clone()
        })
    }

    fn check(self) -> Result<Self, String> {
        between("wall_ms", self.wall_ms, MAX_SECONDS * 1000)?;
        between("memory_bytes", self.memory_bytes, MAX_MEMORY)?;
        between("fuel", self.fuel, u64::MAX)?;
        between("output_bytes", self.output_bytes, u64::MAX)?;
        Ok(self)
    }
}

fn between(name: &str, given: Option<u64>, most: u64) -> Result<(), String> {
    match given {
        Some(number) if number == 0 || number > most => {
            Err(format!("limits.{name} is a whole number from 1 to {most}, not {number}"))
        }
        _ => Ok(()),
    }
}

/// The fields that say what kind of line it is.
#[derive(Deserialize)]
#[serde(expecting = "an object with `op`, or with `call`")]
struct Head {
    #[serde(default)]
    id: Id,
    session: Option<String>,
    op: Option<String>,
    call: Option<u64>,
}

/// The fields of one op, beside those that every request may have.
macro_rules! op_line {
    ($line:ident { $($(#[$attribute:meta])* $field:ident: $type:ty),* $(,)? }) => {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct $line {
            #[serde(default, rename = "id")]
            _id: IgnoredAny,
            #[serde(rename = "op")]
            _op: IgnoredAny,
            #[serde(default, rename = "session")]
            _session: IgnoredAny,
            $($(#[$attribute])* $field: $type,)*
        }
    };
}

op_line!(RunLine {
    code: String,
    #[serde(default)]
    limits: LimitSpec,
});

op_line!(DefineLine {
    name: String,
    // `null` is a value, which `Option` alone would take for a missing field.
    #[serde(default, deserialize_with = "present")]
    value: Option<FromJson>,
    path: Option<PathBuf>,
    #[serde(default)]
    bytes: bool,
});

op_line!(FunctionLine { name: String });

// A line whose `op` says it all.
op_line!(BareLine {});

op_line!(RollbackLine { checkpoint: u64 });

op_line!(ForkLine {
    #[serde(rename = "as")]
    name: String,
});

op_line!(SaveLine { path: PathBuf });

op_line!(LoadLine {
    path: PathBuf,
    #[serde(default)]
    contexts: Vec<PathBuf>,
});

op_line!(DropLine {
    checkpoint: Option<u64>,
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplyLine {
    #[serde(rename = "call")]
    _call: IgnoredAny,
    #[serde(default, deserialize_with = "present")]
    value: Option<FromJson>,
    error: Option<CallError>,
}

/// A failed call: a message, or the exception to raise.
#[derive(Deserialize)]
#[serde(untagged, expecting = "`error` is a string, or an object with `kind` and `message`")]
enum CallError {
    Message(String),
    Exception { kind: String, message: String },
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<FromJson>, D::Error> {
    FromJson::deserialize(deserializer).map(Some)
}

const OPS: &str = "run, define, vars, function, checkpoint, rollback, fork, save, load, drop or cancel";

/// Reads one line.
pub fn parse(line: &[u8]) -> Result<Incoming, BadLine> {
    // A list would be taken for an object whose fields come in order.
    if line.trim_ascii_start().starts_with(b"[") {
        return Err(BadLine { id: Id::None, message: "a line is an object, not a list".into() });
    }
    let head: Head = read(line).map_err(|message| BadLine { id: Id::None, message })?;
    let id = head.id.clone();
    parse_after(head, line).map_err(|message| BadLine { id, message })
}

fn parse_after(head: Head, line: &[u8]) -> Result<Incoming, String> {
    let id = head.id;
    let op = match (head.op.as_deref(), head.call) {
        (Some(_), Some(_)) => return Err("a line has `op` or `call`, not both".into()),
        (None, None) => return Err("missing field `op`".into()),
        (None, Some(call)) => return reply(call, read(line)?),
        (Some("cancel"), _) => return read(line).map(|BareLine { .. }| Incoming::Cancel { id }),
        (Some("run"), _) => run(read(line)?)?,
        (Some("define"), _) => define(read(line)?)?,
        (Some("function"), _) => read(line).map(|FunctionLine { name, .. }| Op::Function { name })?,
        (Some("vars"), _) => read(line).map(|BareLine { .. }| Op::Vars)?,
        (Some("checkpoint"), _) => read(line).map(|BareLine { .. }| Op::Checkpoint)?,
        (Some("rollback"), _) => read(line).map(|RollbackLine { checkpoint, .. }| Op::Rollback { checkpoint })?,
        (Some("fork"), _) => read(line).map(|ForkLine { name, .. }| Op::Fork { name })?,
        (Some("save"), _) => read(line).map(|SaveLine { path, .. }| Op::Save { path })?,
        (Some("load"), _) => read(line).map(|LoadLine { path, contexts, .. }| Op::Load { path, contexts })?,
        (Some("drop"), _) => match (read(line)?, &head.session) {
            (DropLine { checkpoint: Some(checkpoint), .. }, None) => Op::DropCheckpoint { checkpoint },
            (DropLine { checkpoint: None, .. }, Some(_)) => Op::DropSession,
            _ => return Err("drop takes `checkpoint` or `session`, one of them".into()),
        },
        (Some(unknown), _) => return Err(format!("unknown op {unknown:?}, expected {OPS}")),
    };
    Ok(Incoming::Request { id, session: head.session.unwrap_or_else(|| MAIN.to_owned()), op })
}

fn run(line: RunLine) -> Result<Op, String> {
    Ok(Op::Run { code: line.code, limits: line.limits.check()? })
}

fn define(line: DefineLine) -> Result<Op, String> {
    let name = line.name;
    match (line.value, line.path) {
        (Some(FromJson(value)), None) if !line.bytes => Ok(Op::Define { name, value }),
        (None, Some(path)) => {
            let kind = if line.bytes { Kind::Bytes } else { Kind::Text };
            Ok(Op::DefineFile { name, path, kind })
        }
        (Some(_), None) => Err("`bytes` goes with `path`; write bytes as {\"$bytes\": \"<base64>\"}".into()),
        _ => Err("define takes `value` or `path`, one of them".into()),
    }
}

fn reply(call: u64, line: ReplyLine) -> Result<Incoming, String> {
    let result = match (line.value, line.error) {
        (Some(FromJson(value)), None) => Ok(value),
        (None, Some(CallError::Message(message))) => Err(HostError::new("RuntimeError", message)),
        (None, Some(CallError::Exception { kind, message })) => Err(HostError::new(kind, message)),
        _ => return Err(format!("the reply to call {call} has `value` or `error`, one of them")),
    };
    Ok(Incoming::Reply { call, result })
}

/// Reads JSON; the message keeps the column only where the text is not JSON at all.
fn read<T: DeserializeOwned>(line: &[u8]) -> Result<T, String> {
    serde_json::from_slice(line).map_err(|error| {
        let text = error.to_string();
        let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
        if error.is_data() { message.to_owned() } else { format!("not JSON: {message} at column {}", error.column()) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(line: &str) -> String {
        parse(line.as_bytes()).unwrap_err().message
    }

    #[test]
    fn requests_are_read() {
        let id = Id::Number(1);
        assert_eq!(
            parse(br#"{"id":1,"op":"run","code":"1","limits":{"wall_ms":50}}"#),
            Ok(Incoming::Request {
                id: id.clone(),
                session: MAIN.into(),
                op: Op::Run { code: "1".into(), limits: LimitSpec { wall_ms: Some(50), ..LimitSpec::default() } }
            })
        );
        assert_eq!(
            parse(br#"{"op":"define","name":"x","value":null}"#),
            Ok(Incoming::Request {
                id: Id::None,
                session: MAIN.into(),
                op: Op::Define { name: "x".into(), value: Value::None }
            })
        );
        assert_eq!(
            parse(br#"{"id":"a","op":"define","name":"x","path":"f","bytes":true}"#),
            Ok(Incoming::Request {
                id: Id::Text("a".into()),
                session: MAIN.into(),
                op: Op::DefineFile { name: "x".into(), path: "f".into(), kind: Kind::Bytes }
            })
        );
        assert_eq!(parse(br#"{"id":1,"op":"cancel"}"#), Ok(Incoming::Cancel { id }));
    }

    #[test]
    fn requests_about_states_and_files_are_read() {
        let request = |line: &str| match parse(line.as_bytes()).unwrap() {
            Incoming::Request { session, op, .. } => (session, op),
            other => panic!("{other:?}"),
        };
        let main = |op| (MAIN.to_owned(), op);
        assert_eq!(request(r#"{"op":"checkpoint"}"#), main(Op::Checkpoint));
        assert_eq!(
            request(r#"{"op":"rollback","session":"b","checkpoint":3}"#),
            ("b".into(), Op::Rollback { checkpoint: 3 })
        );
        assert_eq!(request(r#"{"op":"fork","as":"b"}"#), main(Op::Fork { name: "b".into() }));
        assert_eq!(request(r#"{"op":"save","path":"f"}"#), main(Op::Save { path: "f".into() }));
        assert_eq!(
            request(r#"{"op":"load","path":"f","contexts":["c"],"session":"new"}"#),
            ("new".into(), Op::Load { path: "f".into(), contexts: vec!["c".into()] })
        );
        assert_eq!(request(r#"{"op":"drop","checkpoint":3}"#), main(Op::DropCheckpoint { checkpoint: 3 }));
        assert_eq!(request(r#"{"op":"drop","session":"b"}"#), ("b".into(), Op::DropSession));
    }

    #[test]
    fn replies_are_read() {
        let reply = |line: &str| parse(line.as_bytes()).unwrap();
        assert_eq!(reply(r#"{"call":7,"value":null}"#), Incoming::Reply { call: 7, result: Ok(Value::None) });
        assert_eq!(
            reply(r#"{"call":7,"error":"no"}"#),
            Incoming::Reply { call: 7, result: Err(HostError::new("RuntimeError", "no")) }
        );
        assert_eq!(
            reply(r#"{"call":7,"error":{"kind":"KeyError","message":"k"}}"#),
            Incoming::Reply { call: 7, result: Err(HostError::new("KeyError", "k")) }
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (line, expected) in [
            ("{", "not JSON: EOF while parsing an object at column 1"),
            ("nonsense", "not JSON: expected ident at column 2"),
            ("5", "invalid type: integer `5`, expected an object with `op`, or with `call`"),
            ("{}", "missing field `op`"),
            (" [1]", "a line is an object, not a list"),
            (
                r#"{"op":"jump"}"#,
                "unknown op \"jump\", expected run, define, vars, function, checkpoint, rollback, fork, save, load, \
                 drop or cancel",
            ),
            (r#"{"op":"drop"}"#, "drop takes `checkpoint` or `session`, one of them"),
            (r#"{"op":"drop","session":"b","checkpoint":1}"#, "drop takes `checkpoint` or `session`, one of them"),
            (r#"{"op":"fork"}"#, "missing field `as`"),
            (r#"{"op":"vars","session":1}"#, "invalid type: integer `1`, expected a string"),
            (r#"{"op":"run"}"#, "missing field `code`"),
            (r#"{"op":"run","code":1}"#, "invalid type: integer `1`, expected a string"),
            (r#"{"op":"vars","code":"1"}"#, "unknown field `code`, expected one of `id`, `op`, `session`"),
            (r#"{"op":"define","name":"x"}"#, "define takes `value` or `path`, one of them"),
            (r#"{"op":"define","name":"x","value":1,"path":"f"}"#, "define takes `value` or `path`, one of them"),
            (
                r#"{"op":"run","code":"","limits":{"wall":1}}"#,
                "unknown field `wall`, expected one of `wall_ms`, `memory_bytes`, `fuel`, `output_bytes`, `host_calls`",
            ),
            (
                r#"{"op":"run","code":"","limits":{"wall_ms":0}}"#,
                "limits.wall_ms is a whole number from 1 to 31536000000, not 0",
            ),
            (r#"{"op":"run","code":"","limits":{"fuel":-1}}"#, "invalid value: integer `-1`, expected u64"),
            (r#"{"call":7}"#, "the reply to call 7 has `value` or `error`, one of them"),
            (r#"{"call":7,"op":"run"}"#, "a line has `op` or `call`, not both"),
            (r#"{"call":7,"error":5}"#, "`error` is a string, or an object with `kind` and `message`"),
            (r#"{"id":[1],"op":"vars"}"#, "`id` is an integer, a string or null"),
        ] {
            assert_eq!(message(line), expected, "{line}");
        }
    }

    #[test]
    fn the_id_survives_a_bad_request() {
        assert_eq!(parse(br#"{"id":"x","op":"run"}"#).unwrap_err().id, Id::Text("x".into()));
    }
}
