//! Anthropic's Messages.

use serde_json::{Value, json};

use super::{
    assembly::{Assembly, Failure},
    format::{Adapter, Ask, count, text},
    problem::Problem,
    sse,
};
use crate::{Finish, Request, Role, Usage};

/// The version of the API this speaks; newer ones add and do not change.
const VERSION: &str = "2023-06-01";
/// Output tokens asked for when the caller sets no limit: this API wants one, and every model in
/// use allows this many.
const MAX_TOKENS: u32 = 8_192;

/// The Messages format.
pub(super) struct Anthropic;

impl Adapter for Anthropic {
    fn what(&self) -> &'static str {
        "a message"
    }

    /// People write this base URL with and without the version.
    fn path(&self, base: &str, _model: &str, _stream: bool) -> Vec<String> {
        match base.trim_end_matches('/').ends_with("/v1") {
            true => vec!["messages".into()],
            false => vec!["v1".into(), "messages".into()],
        }
    }

    fn key_header(&self) -> (&'static str, &'static str) {
        ("x-api-key", "")
    }

    fn headers(&self) -> &'static [(&'static str, &'static str)] {
        &[("anthropic-version", VERSION)]
    }

    fn body(&self, ask: &Ask<'_>) -> Value {
        let mark = ask.mark_cache && is_conversation(ask.request);
        let mut body = json!({
            "model": ask.model,
            "max_tokens": ask.request.max_output_tokens.unwrap_or(MAX_TOKENS),
            "messages": messages(ask.request, mark),
        });
        let system = system(ask.request, mark);
        if !system.is_empty() {
            body["system"] = system.into();
        }
        if let Some(temperature) = ask.temperature {
            body["temperature"] = temperature.into();
        }
        if ask.stream {
            body["stream"] = true.into();
        }
        body
    }

    fn whole(&self, reply: &Value, into: &mut Assembly) -> Result<(), Failure> {
        take_error(reply)?;
        let Some(blocks) = reply["content"].as_array() else {
            return Err(Failure::unreadable(self.what(), "no content", reply.to_string().as_bytes()));
        };
        into.text = blocks.iter().filter(|block| block["type"] == "text").map(|block| text(block, "text")).collect();
        into.usage = usage(&reply["usage"]);
        take_stop(reply["stop_reason"].as_str().unwrap_or("end_turn"), &reply["stop_details"], into);
        Ok(())
    }

    fn event(&self, event: &sse::Event, into: &mut Assembly) -> Result<(), Failure> {
        let data = self.data(event)?;
        take_error(&data)?;
        match text(&data, "type") {
            "message_start" => into.usage = usage(&data["message"]["usage"]),
            "content_block_start" => into.text += text(&data["content_block"], "text"),
            "content_block_delta" => into.text += text(&data["delta"], "text"),
            "message_delta" => {
                // Running totals: what is not repeated stays as it was.
                let later = usage(&data["usage"]);
                into.usage.output_tokens = into.usage.output_tokens.max(later.output_tokens);
                if later.input_tokens > 0 {
                    into.usage = Usage { output_tokens: into.usage.output_tokens, ..later };
                }
                if let Some(reason) = data["delta"]["stop_reason"].as_str() {
                    take_stop(reason, &data["delta"]["stop_details"], into);
                }
            }
            "message_stop" => into.done = true,
            _ => {}
        }
        Ok(())
    }
}

/// Whether more turns will follow on the same beginning, so that keeping it pays: writing to the
/// cache costs more than reading without it.
fn is_conversation(request: &Request) -> bool {
    request.messages.iter().any(|message| message.role != Role::User)
}

fn block(text: &str, mark: bool) -> Value {
    let mut block = json!({ "type": "text", "text": text });
    if mark {
        block["cache_control"] = json!({ "type": "ephemeral" });
    }
    block
}

/// Standing instructions, the last of them marked: they are the same in every turn.
fn system(request: &Request, mark: bool) -> Vec<Value> {
    let texts: Vec<&str> = request
        .messages
        .iter()
        .filter(|message| message.role == Role::System && !message.content.trim().is_empty())
        .map(|message| message.content.as_str())
        .collect();
    texts.iter().enumerate().map(|(index, text)| block(text, mark && index + 1 == texts.len())).collect()
}

/// The conversation, its last message marked: the next turn begins with all of it.
fn messages(request: &Request, mark: bool) -> Vec<Value> {
    let said: Vec<_> = request.messages.iter().filter(|message| message.role != Role::System).collect();
    let messages = said.iter().enumerate().map(|(index, message)| {
        let role = if message.role == Role::Assistant { "assistant" } else { "user" };
        // Text without anything in it is refused; a model may have said nothing all the same.
        let said_by = if message.content.trim().is_empty() { "(nothing)" } else { &message.content };
        json!({ "role": role, "content": [block(said_by, mark && index + 1 == said.len())] })
    });
    messages.collect()
}

fn take_error(data: &Value) -> Result<(), Failure> {
    match &data["error"] {
        Value::Null => Ok(()),
        error => Err(Problem::of_error(error).inside_reply()),
    }
}

fn take_stop(reason: &str, details: &Value, into: &mut Assembly) {
    into.finish = Some(match reason {
        "end_turn" | "stop_sequence" => Finish::Stop,
        "max_tokens" | "model_context_window_exceeded" => Finish::Length,
        _ => Finish::Other,
    });
    if reason == "refusal" {
        match text(details, "explanation") {
            "" => into.refuse("the model declined"),
            why => into.refuse(&format!("the model declined: {why}")),
        }
    }
}

/// Input is counted here without what was read from or written to the cache; we count it in.
fn usage(wire: &Value) -> Usage {
    let (read, written) = (count(wire, "cache_read_input_tokens"), count(wire, "cache_creation_input_tokens"));
    Usage {
        input_tokens: count(wire, "input_tokens").saturating_add(read).saturating_add(written),
        cached_input_tokens: read,
        cache_write_tokens: written,
        output_tokens: count(wire, "output_tokens"),
        ..Usage::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Message,
        remote::tests_of_formats::{streamed, whole},
    };

    #[test]
    fn replies_of_every_shape_are_read_or_named() {
        let rows = [
            (
                r#"{"content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"hi"}],"stop_reason":"end_turn"}"#,
                r#""hi" Stop"#,
            ),
            (r#"{"content":[{"type":"text","text":"h"}],"stop_reason":"max_tokens"}"#, r#""h" Length"#),
            (r#"{"content":[],"stop_reason":"refusal"}"#, "request refused: the model declined"),
            // What came before the classifiers stepped in is no answer.
            (
                r#"{"content":[{"type":"text","text":"Hello.."}],"stop_reason":"refusal","stop_details":{"category":"cyber","explanation":"not this"}}"#,
                "request refused: the model declined: not this",
            ),
            (
                r#"{"content":[{"type":"text","text":"h"}],"stop_reason":"model_context_window_exceeded"}"#,
                r#""h" Length"#,
            ),
            (r#"{"content":[{"type":"text","text":"h"}],"stop_reason":"pause_turn"}"#, r#""h" Other"#),
            (
                r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
                "temporary failure: the reply is an error: Overloaded",
            ),
            ("{}", "request failed: the reply is not a message (no content): {}"),
        ];
        for (body, expected) in rows {
            assert_eq!(whole(&Anthropic, body), expected, "{body}");
        }
    }

    #[test]
    fn a_stream_brings_text_and_every_kind_of_token() {
        let body = r#"event: message_start
data: {"type":"message_start","message":{"usage":{"input_tokens":10,"cache_read_input_tokens":100,"cache_creation_input_tokens":20,"output_tokens":1}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

event: ping
data: {"type":"ping"}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"ok"}}

"#;
        let end = r#"data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}}

data: {"type":"message_stop"}

"#;
        let overloaded = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n";
        assert_eq!(streamed(&Anthropic, &format!("{body}{end}")), r#""ok" Stop in 130 cached 100 written 20 out 7"#);
        let declined = "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"refusal\",\"stop_details\":{\"explanation\":\"no\"}},\"usage\":{\"output_tokens\":2}}\n\n";
        assert_eq!(streamed(&Anthropic, &format!("{body}{declined}")), "request refused: the model declined: no");
        // Gateways know how long the prompt was at the end only; thinking ends in a signature.
        let gateway = r#"data: {"type":"message_start","message":{"usage":{"input_tokens":0,"output_tokens":0}}}

data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"x"}}

data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":"ok"}}

data: {"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"input_tokens":9,"output_tokens":3}}

"#;
        assert_eq!(streamed(&Anthropic, gateway), r#""ok" Length in 9 cached 0 out 3"#);
        assert_eq!(streamed(&Anthropic, body), "temporary failure: the reply broke off after 2 characters");
        assert_eq!(
            streamed(&Anthropic, &format!("{body}{overloaded}")),
            "temporary failure: the reply is an error: Overloaded"
        );
    }

    fn body(messages: Vec<Message>) -> Value {
        let request = Request { messages, max_output_tokens: None };
        let ask = Ask {
            model: "m",
            request: &request,
            stream: false,
            renamed_limit: false,
            mark_cache: true,
            temperature: None,
        };
        Anthropic.body(&ask)
    }

    #[test]
    fn what_the_next_turn_repeats_is_marked_for_the_cache() {
        assert_eq!(
            body(vec![Message::system("s"), Message::user("a"), Message::assistant("b"), Message::user("c")]),
            json!({
                "model": "m",
                "max_tokens": 8192,
                "system": [{"type": "text", "text": "s", "cache_control": {"type": "ephemeral"}}],
                "messages": [
                    {"role": "user", "content": [{"type": "text", "text": "a"}]},
                    {"role": "assistant", "content": [{"type": "text", "text": "b"}]},
                    {"role": "user", "content": [{"type": "text", "text": "c", "cache_control": {"type": "ephemeral"}}]},
                ],
            })
        );
        let silent = body(vec![Message::user("a"), Message::assistant(" "), Message::user("b")]);
        assert_eq!(silent["messages"][1]["content"], json!([{"type": "text", "text": "(nothing)"}]));
        // A single prompt is never repeated: writing it to the cache would cost and not save.
        assert_eq!(
            body(vec![Message::user("a")]),
            json!({"model": "m", "max_tokens": 8192, "messages": [{"role": "user", "content": [{"type": "text", "text": "a"}]}]})
        );
    }
}
