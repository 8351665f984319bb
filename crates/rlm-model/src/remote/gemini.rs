//! Google's Gemini.

use serde_json::{Value, json};

use super::{
    assembly::{Assembly, Failure},
    format::{Adapter, Ask, count, text},
    problem::Problem,
    sse,
};
use crate::{Finish, Request, Role, Usage};

/// The Gemini format.
pub(super) struct Gemini;

impl Adapter for Gemini {
    fn what(&self) -> &'static str {
        "a generated content"
    }

    /// People write this base URL with and without the version.
    fn path(&self, base: &str, model: &str, stream: bool) -> Vec<String> {
        let last = base.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let has_version = last.starts_with("v1");
        let method = if stream { "streamGenerateContent" } else { "generateContent" };
        let model = model.strip_prefix("models/").unwrap_or(model);
        let version = (!has_version).then(|| "v1beta".to_owned());
        version.into_iter().chain(["models".into(), format!("{model}:{method}")]).collect()
    }

    fn query(&self, stream: bool) -> Option<(&'static str, &'static str)> {
        stream.then_some(("alt", "sse"))
    }

    /// The key goes in a header: a URL ends up in logs.
    fn key_header(&self) -> (&'static str, &'static str) {
        ("x-goog-api-key", "")
    }

    fn body(&self, ask: &Ask<'_>) -> Value {
        let mut body = json!({ "contents": contents(ask.request) });
        let system = system(ask.request);
        if !system.is_empty() {
            body["systemInstruction"] = json!({ "parts": system });
        }
        if let Some(limit) = ask.request.max_output_tokens {
            body["generationConfig"]["maxOutputTokens"] = limit.into();
        }
        if let Some(temperature) = ask.temperature {
            body["generationConfig"]["temperature"] = temperature.into();
        }
        body
    }

    fn whole(&self, reply: &Value, into: &mut Assembly) -> Result<(), Failure> {
        take(reply, into)?;
        if reply["candidates"].get(0).is_none() && into.refusal.is_none() {
            return Err(Failure::unreadable(self.what(), "no candidates", reply.to_string().as_bytes()));
        }
        into.finish.get_or_insert(Finish::Stop);
        Ok(())
    }

    fn event(&self, event: &sse::Event, into: &mut Assembly) -> Result<(), Failure> {
        take(&self.data(event)?, into)
    }
}

fn part(text: &str) -> Value {
    json!({ "text": text })
}

fn system(request: &Request) -> Vec<Value> {
    let standing = request.messages.iter().filter(|message| message.role == Role::System);
    standing.map(|message| part(&message.content)).collect()
}

fn contents(request: &Request) -> Vec<Value> {
    let said = request.messages.iter().filter(|message| message.role != Role::System);
    said.map(|message| {
        let role = if message.role == Role::Assistant { "model" } else { "user" };
        // Text without anything in it is refused; a model may have said nothing all the same.
        let said_by = if message.content.trim().is_empty() { "(nothing)" } else { &message.content };
        json!({ "role": role, "parts": [part(said_by)] })
    })
    .collect()
}

/// Takes in a reply, which looks the same whole and in pieces.
fn take(reply: &Value, into: &mut Assembly) -> Result<(), Failure> {
    if !reply["error"].is_null() {
        return Err(Problem::of_error(&reply["error"]).inside_reply());
    }
    if let Some(reason) = reply["promptFeedback"]["blockReason"].as_str() {
        let said = text(&reply["promptFeedback"], "blockReasonMessage");
        into.refuse(&format!("the prompt was blocked: {reason}{}{said}", if said.is_empty() { "" } else { ": " }));
    }
    if !reply["usageMetadata"].is_null() {
        into.usage = usage(&reply["usageMetadata"]);
    }
    let candidate = &reply["candidates"][0];
    for part in candidate["content"]["parts"].as_array().map(Vec::as_slice).unwrap_or_default() {
        if part["thought"] != true {
            into.text += text(part, "text");
        }
    }
    match text(candidate, "finishReason") {
        "" | "FINISH_REASON_UNSPECIFIED" => {}
        "STOP" => into.finish = Some(Finish::Stop),
        "MAX_TOKENS" => into.finish = Some(Finish::Length),
        reason => {
            into.finish = Some(Finish::Other);
            let blocked = ["SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE"];
            if blocked.contains(&reason) && into.text.is_empty() {
                into.refuse(&format!("stopped by the provider: {reason}"));
            } else if into.text.is_empty() {
                // Such as MALFORMED_FUNCTION_CALL, where a model meant to write code. It does not last.
                return Err(Failure::later(format!("the model stopped without a word: {reason}")));
            }
        }
    }
    Ok(())
}

/// Thoughts are counted here beside the output; we count them in.
fn usage(wire: &Value) -> Usage {
    let thoughts = count(wire, "thoughtsTokenCount");
    Usage {
        input_tokens: count(wire, "promptTokenCount"),
        cached_input_tokens: count(wire, "cachedContentTokenCount"),
        output_tokens: count(wire, "candidatesTokenCount").saturating_add(thoughts),
        reasoning_tokens: thoughts,
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
                r#"{"candidates":[{"content":{"parts":[{"text":"hm","thought":true},{"text":"hi"}]},"finishReason":"STOP"}]}"#,
                r#""hi" Stop"#,
            ),
            (r#"{"candidates":[{"content":{"parts":[{"text":"h"}]},"finishReason":"MAX_TOKENS"}]}"#, r#""h" Length"#),
            (r#"{"candidates":[{"finishReason":"SAFETY"}]}"#, "request refused: stopped by the provider: SAFETY"),
            (r#"{"promptFeedback":{"blockReason":"SAFETY"}}"#, "request refused: the prompt was blocked: SAFETY"),
            (
                r#"{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT","blockReasonMessage":"no"},"usageMetadata":{"promptTokenCount":12559}}"#,
                "request refused: the prompt was blocked: PROHIBITED_CONTENT: no",
            ),
            (r#"{"candidates":[{"content":{"parts":[{"text":"h"}]},"finishReason":"SAFETY"}]}"#, r#""h" Other"#),
            (r#"{"candidates":[{"content":{"role":"model"},"finishReason":"MAX_TOKENS"}]}"#, r#""" Length"#),
            (
                r#"{"candidates":[{"content":{},"finishReason":"MALFORMED_FUNCTION_CALL","finishMessage":"print(1)"}]}"#,
                "temporary failure: the model stopped without a word: MALFORMED_FUNCTION_CALL",
            ),
            (
                r#"{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}"#,
                "temporary failure: the reply is an error: busy",
            ),
            ("{}", "request failed: the reply is not a generated content (no candidates): {}"),
        ];
        for (body, expected) in rows {
            assert_eq!(whole(&Gemini, body), expected, "{body}");
        }
    }

    #[test]
    fn streams_end_as_they_say_or_broke_off() {
        let piece = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"ok\"}]}}]}\r\n\r\n";
        let end = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"!\"}]},\"finishReason\":\"STOP\"}],\
                   \"usageMetadata\":{\"promptTokenCount\":9,\"cachedContentTokenCount\":4,\
                   \"candidatesTokenCount\":2,\"thoughtsTokenCount\":5}}\r\n\r\n";
        assert_eq!(streamed(&Gemini, &format!("{piece}{end}")), r#""ok!" Stop in 9 cached 4 out 7 reasoning 5"#);
        assert_eq!(streamed(&Gemini, piece), "temporary failure: the reply broke off after 2 characters");
    }

    #[test]
    fn a_conversation_names_its_roles_as_gemini_does() {
        let messages = vec![Message::system("s"), Message::user("a"), Message::assistant("b"), Message::user("c")];
        let request = Request { messages, max_output_tokens: Some(5) };
        let ask = Ask {
            model: "m",
            request: &request,
            stream: true,
            renamed_limit: false,
            mark_cache: true,
            temperature: None,
        };
        assert_eq!(
            Gemini.body(&ask),
            json!({
                "systemInstruction": {"parts": [{"text": "s"}]},
                "contents": [
                    {"role": "user", "parts": [{"text": "a"}]},
                    {"role": "model", "parts": [{"text": "b"}]},
                    {"role": "user", "parts": [{"text": "c"}]},
                ],
                "generationConfig": {"maxOutputTokens": 5},
            })
        );
    }
}
