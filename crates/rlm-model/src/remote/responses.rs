//! OpenAI's Responses.

use serde_json::{Value, json};

use super::{
    assembly::{Assembly, Failure},
    format::{Adapter, Ask, count, text},
    problem::Problem,
    sse,
};
use crate::{Finish, Usage};

/// The Responses format.
pub(super) struct Responses;

impl Adapter for Responses {
    fn what(&self) -> &'static str {
        "a response"
    }

    fn path(&self, _base: &str, _model: &str, _stream: bool) -> Vec<String> {
        vec!["responses".into()]
    }

    fn body(&self, ask: &Ask<'_>) -> Value {
        // What is asked here is kept by us, not by the provider.
        let mut body = json!({ "model": ask.model, "input": ask.request.messages, "store": false });
        if let Some(limit) = ask.request.max_output_tokens {
            body["max_output_tokens"] = limit.into();
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
        if !reply["error"].is_null() {
            return Err(Problem::of_error(&reply["error"]).inside_reply());
        }
        let Some(output) = reply["output"].as_array() else {
            return Err(Failure::unreadable(self.what(), "no output", reply.to_string().as_bytes()));
        };
        take_output(output, into);
        take_end(reply, into);
        Ok(())
    }

    fn event(&self, event: &sse::Event, into: &mut Assembly) -> Result<(), Failure> {
        if event.data.trim() == "[DONE]" {
            into.done = true;
            return Ok(());
        }
        let data = self.data(event)?;
        match text(&data, "type") {
            "response.output_text.delta" => into.text += text(&data, "delta"),
            "response.refusal.delta" => into.refuse(text(&data, "delta")),
            "response.completed" | "response.incomplete" => {
                // Not every gateway sends the pieces as well.
                if let (true, None, Some(output)) =
                    (into.text.is_empty(), &into.refusal, data["response"]["output"].as_array())
                {
                    take_output(output, into);
                }
                take_end(&data["response"], into);
                into.done = true;
            }
            "response.failed" => match &data["response"]["error"] {
                Value::Null => return Err(Failure::later("the response failed, and nothing says why")),
                error => return Err(Problem::of_error(error).inside_reply()),
            },
            // Documented with its fields at the top; gateways wrap them.
            "error" => {
                let error = if data["error"].is_object() { &data["error"] } else { &data };
                return Err(Problem::of_error(error).inside_reply());
            }
            _ => {}
        }
        Ok(())
    }
}

/// Takes in the text of all messages, or what a refusing model says instead.
fn take_output(output: &[Value], into: &mut Assembly) {
    let messages = output.iter().filter(|item| item["type"] == "message");
    for part in messages.flat_map(|item| item["content"].as_array().map(Vec::as_slice).unwrap_or_default()) {
        match text(part, "type") {
            "refusal" => into.refuse(text(part, "refusal")),
            _ => into.text += text(part, "text"),
        }
    }
}

/// Takes in why a response ended and what it cost.
fn take_end(response: &Value, into: &mut Assembly) {
    let reason = text(&response["incomplete_details"], "reason");
    into.finish = Some(match (text(response, "status"), reason) {
        (_, "max_output_tokens") => Finish::Length,
        ("completed" | "", _) => Finish::Stop,
        _ => Finish::Other,
    });
    if reason == "content_filter" && into.text.is_empty() {
        into.refuse("stopped by the provider's content filter");
    }
    let wire = &response["usage"];
    into.usage = Usage {
        input_tokens: count(wire, "input_tokens"),
        cached_input_tokens: count(&wire["input_tokens_details"], "cached_tokens"),
        cache_write_tokens: count(&wire["input_tokens_details"], "cache_write_tokens"),
        output_tokens: count(wire, "output_tokens"),
        reasoning_tokens: count(&wire["output_tokens_details"], "reasoning_tokens"),
        ..Usage::default()
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::tests_of_formats::{streamed, whole};

    #[test]
    fn replies_of_every_shape_are_read_or_named() {
        let rows = [
            (
                r#"{"status":"completed","error":null,"output":[{"type":"reasoning"},{"type":"message","content":[{"type":"output_text","text":"hi"}]}]}"#,
                r#""hi" Stop"#,
            ),
            (
                r#"{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[]}"#,
                r#""" Length"#,
            ),
            (
                r#"{"output":[{"type":"message","content":[{"type":"refusal","refusal":"no way"}]}]}"#,
                "request refused: no way",
            ),
            (
                r#"{"status":"failed","error":{"code":"server_error","message":"oops"}}"#,
                "temporary failure: the reply is an error: oops",
            ),
            ("{}", "request failed: the reply is not a response (no output): {}"),
        ];
        for (body, expected) in rows {
            assert_eq!(whole(&Responses, body), expected, "{body}");
        }
    }

    #[test]
    fn streams_end_as_they_say_or_broke_off() {
        let piece = r#"data: {"type":"response.output_text.delta","delta":"ok"}"#;
        let rows = [
            (
                r#"data: {"type":"response.completed","response":{"status":"completed","usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":4},"output_tokens":3,"output_tokens_details":{"reasoning_tokens":1}}}}"#,
                r#""ok" Stop in 9 cached 4 out 3 reasoning 1"#,
            ),
            (
                r#"data: {"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}}}"#,
                r#""ok" Length in 0 cached 0 out 0"#,
            ),
            (
                r#"data: {"type":"response.failed","response":{"error":{"code":"rate_limit_exceeded","message":"slow"}}}"#,
                "temporary failure: the reply is an error: slow",
            ),
            (
                r#"data: {"type":"error","code":"server_error","message":"oops"}"#,
                "temporary failure: the reply is an error: oops",
            ),
            (
                r#"data: {"type":"response.failed","response":{"status":"failed","error":null}}"#,
                "temporary failure: the response failed, and nothing says why",
            ),
            (
                r#"data: {"type":"response.failed","response":{"error":{"code":"invalid_prompt","message":"flagged as potentially violating"}}}"#,
                "request refused: the reply is an error: flagged as potentially violating",
            ),
            (
                r#"data: {"type":"error","error":{"type":"too_many_requests","code":"too_many_requests","message":"slow"}}"#,
                "temporary failure: the reply is an error: slow",
            ),
            (
                r#"data: {"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"content_filter"}}}"#,
                r#""ok" Other in 0 cached 0 out 0"#,
            ),
            (
                "data: {\"type\":\"response.refusal.delta\",\"delta\":\"no \"}\n\n\
                 data: {\"type\":\"response.refusal.delta\",\"delta\":\"way\"}\n\n\
                 data: {\"type\":\"response.refusal.done\",\"refusal\":\"no way\"}\n\n\
                 data: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\"}}",
                "request refused: no way",
            ),
            (": nothing", "temporary failure: the reply broke off after 2 characters"),
        ];
        for (end, expected) in rows {
            assert_eq!(streamed(&Responses, &format!("{piece}\n\n{end}\n\n")), expected, "{end}");
        }
        // All of it at the end, as gateways send it that know no pieces, after thoughts that are not for us.
        let whole = "data: {\"type\":\"response.reasoning_summary_text.delta\",\"delta\":\"hm\"}\n\n\
            data: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"output\":[{\"type\":\"reasoning\"},\
            {\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"ok\"}]}]}}\n\n";
        assert_eq!(streamed(&Responses, whole), r#""ok" Stop in 0 cached 0 out 0"#);
    }
}
