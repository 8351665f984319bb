//! The Chat Completions format: what is sent, and what may come back.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ErrorKind, Finish, Message, Reply, Request, Usage, error::excerpt};

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: &'a [Message],
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
}

/// The request as JSON. OpenAI renamed the output limit; other servers did not follow.
pub(super) fn request_body(model: &str, request: &Request, new_limit_name: bool) -> Vec<u8> {
    let limit = request.max_output_tokens;
    let (max_completion_tokens, max_tokens) = if new_limit_name { (limit, None) } else { (None, limit) };
    let messages = &request.messages;
    let body = Body { model, messages, max_completion_tokens, max_tokens };
    serde_json::to_vec(&body).unwrap_or_default()
}

#[derive(Deserialize)]
struct Completion {
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<WireUsage>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    message: ChoiceMessage,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct ChoiceMessage {
    #[serde(default)]
    content: Option<Content>,
    #[serde(default)]
    refusal: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    text: String,
}

#[derive(Deserialize, Default)]
struct WireUsage {
    #[serde(default)]
    prompt_tokens: Option<u64>,
    #[serde(default)]
    completion_tokens: Option<u64>,
    #[serde(default)]
    prompt_tokens_details: Option<Details>,
    #[serde(default)]
    completion_tokens_details: Option<Details>,
}

#[derive(Deserialize, Default)]
struct Details {
    #[serde(default)]
    cached_tokens: Option<u64>,
    #[serde(default)]
    reasoning_tokens: Option<u64>,
}

impl From<WireUsage> for Usage {
    fn from(wire: WireUsage) -> Self {
        let prompt = wire.prompt_tokens_details.unwrap_or_default();
        let completion = wire.completion_tokens_details.unwrap_or_default();
        Self {
            calls: 1,
            input_tokens: wire.prompt_tokens.unwrap_or(0),
            cached_input_tokens: prompt.cached_tokens.unwrap_or(0),
            output_tokens: wire.completion_tokens.unwrap_or(0),
            reasoning_tokens: completion.reasoning_tokens.unwrap_or(0),
        }
    }
}

/// Reads the body of a successful response. Tokens that were not reported stay zero.
pub(super) fn parse_reply(body: &[u8]) -> Result<Reply, (ErrorKind, String)> {
    let unreadable = |why: String| {
        let received = excerpt(&String::from_utf8_lossy(&body[..body.len().min(2_000)]));
        (ErrorKind::Fatal, format!("the reply is not a chat completion ({why}): {received}"))
    };
    let completion: Completion = serde_json::from_slice(body).map_err(|error| unreadable(error.to_string()))?;
    if let Some(error) = completion.error.filter(|error| !error.is_null()) {
        let problem = Problem::from_error(&error);
        // Gateways report the upstream's failure in the body of a 200; its code says which.
        let status = error["code"].as_u64().and_then(|code| u16::try_from(code).ok());
        let kind = problem.kind(status.unwrap_or(400), None);
        return Err((kind, format!("the reply is an error: {}", excerpt(&problem.message))));
    }
    let Some(choice) = completion.choices.into_iter().next() else {
        return Err(unreadable("no choices".into()));
    };
    let reason = choice.finish_reason.as_deref();
    if let Some(said) = choice.message.refusal.filter(|said| !said.is_empty()) {
        return Err((ErrorKind::Refused, excerpt(&said)));
    }
    let text = match choice.message.content {
        Some(Content::Text(text)) => text,
        Some(Content::Parts(parts)) => parts.into_iter().map(|part| part.text).collect(),
        None if reason == Some("length") => String::new(),
        None if reason == Some("content_filter") => {
            return Err((ErrorKind::Refused, "stopped by the provider's content filter".into()));
        }
        None => return Err(unreadable("no content".into())),
    };
    let usage = completion.usage.unwrap_or_default().into();
    Ok(Reply { text, usage, finish: finish(reason) })
}

fn finish(reason: Option<&str>) -> Finish {
    match reason {
        Some("stop") | None => Finish::Stop,
        Some("length") => Finish::Length,
        Some(_) => Finish::Other,
    }
}

/// What a server says went wrong.
pub(super) struct Problem {
    pub(super) message: String,
    codes: String,
}

/// Reads an error body: the OpenAI shape, something like it, or any text.
pub(super) fn parse_problem(body: &[u8]) -> Problem {
    let text = String::from_utf8_lossy(&body[..body.len().min(16_384)]);
    match serde_json::from_slice::<Value>(body) {
        Ok(value) if !value["error"].is_null() => Problem::from_error(&value["error"]),
        Ok(value) => Problem::from_error(&value),
        Err(_) => Problem { message: text.into_owned(), codes: String::new() },
    }
}

impl Problem {
    fn from_error(error: &Value) -> Self {
        let word = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
        let message = match (error.as_str(), word("message"), word("detail")) {
            (Some(text), _, _) => text.to_owned(),
            (None, message, _) if !message.is_empty() => message,
            (None, _, detail) if !detail.is_empty() => detail,
            _ => error.to_string(),
        };
        let inner = error["innererror"]["code"].as_str().unwrap_or_default();
        Self { message, codes: format!("{} {} {inner}", word("code"), word("type")) }
    }

    /// The kind of failure, from the status and the server's own words.
    pub(super) fn kind(&self, status: u16, after: Option<Duration>) -> ErrorKind {
        match status {
            401 | 403 => ErrorKind::Authentication,
            413 => ErrorKind::TooLong,
            429 if self.codes.contains("insufficient_quota") => ErrorKind::Fatal,
            408 | 409 | 425 | 429 => ErrorKind::Retryable { after },
            501 | 505 => ErrorKind::Fatal,
            500.. if self.is_too_long() => ErrorKind::TooLong,
            500.. => ErrorKind::Retryable { after },
            _ if self.is_too_long() => ErrorKind::TooLong,
            _ if self.is_filtered() => ErrorKind::Refused,
            _ => ErrorKind::Fatal,
        }
    }

    fn is_too_long(&self) -> bool {
        let said = self.message.to_lowercase();
        self.codes.contains("context_length_exceeded")
            || self.codes.contains("exceed_context_size")
            || ["maximum context length", "context window", "context size", "prompt is too long"]
                .iter()
                .any(|words| said.contains(words))
    }

    fn is_filtered(&self) -> bool {
        let codes = self.codes.to_lowercase();
        ["content_filter", "content_policy", "responsibleai", "moderation"].iter().any(|word| codes.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(body: &str) -> String {
        match parse_reply(body.as_bytes()) {
            Ok(reply) => format!("{:?} {:?}", reply.text, reply.finish),
            Err((kind, message)) => format!("{kind}: {message}"),
        }
    }

    #[test]
    fn replies_of_every_shape_are_read_or_named() {
        let rows = [
            (r#"{"choices":[{"message":{"content":"hi"},"finish_reason":"stop"}]}"#, r#""hi" Stop"#),
            (r#"{"choices":[{"message":{"content":"h"},"finish_reason":"length"}]}"#, r#""h" Length"#),
            (r#"{"choices":[{"message":{"content":[{"type":"text","text":"a"},{"text":"b"}]}}]}"#, r#""ab" Stop"#),
            (r#"{"choices":[{"message":{"content":null},"finish_reason":"length"}]}"#, r#""" Length"#),
            (
                r#"{"choices":[{"message":{"content":null},"finish_reason":"content_filter"}]}"#,
                "request refused: stopped by the provider's content filter",
            ),
            (r#"{"choices":[{"message":{"content":null,"refusal":"no way"}}]}"#, "request refused: no way"),
            (r#"{"choices":[]}"#, r#"request failed: the reply is not a chat completion (no choices): {"choices":[]}"#),
            (
                r#"{"error":{"code":503,"message":"upstream down"}}"#,
                "temporary failure: the reply is an error: upstream down",
            ),
            (
                "<html>\u{1b}[0m",
                "request failed: the reply is not a chat completion \
             (expected value at line 1 column 1): <html>\\u{1b}[0m",
            ),
            (
                "",
                "request failed: the reply is not a chat completion \
             (EOF while parsing a value at line 1 column 0): ",
            ),
        ];
        for (body, expected) in rows {
            assert_eq!(shown(body), expected, "{body}");
        }
    }

    #[test]
    fn problems_are_sorted_by_status_and_words() {
        let later = ErrorKind::Retryable { after: None };
        let rows = [
            (401, r#"{"error":{"message":"bad key"}}"#, ErrorKind::Authentication),
            (400, r#"{"error":{"code":"context_length_exceeded"}}"#, ErrorKind::TooLong),
            (400, r#"{"detail":"this model's maximum context length is 8192"}"#, ErrorKind::TooLong),
            (400, r#"{"error":{"code":"content_filter","message":"filtered"}}"#, ErrorKind::Refused),
            (400, r#"{"error":"bad field"}"#, ErrorKind::Fatal),
            (404, "no such model", ErrorKind::Fatal),
            (413, "", ErrorKind::TooLong),
            (429, r#"{"error":{"code":"insufficient_quota"}}"#, ErrorKind::Fatal),
            (429, "slow down", later),
            (500, "", later),
            (503, "<html>", later),
        ];
        for (status, body, expected) in rows {
            assert_eq!(parse_problem(body.as_bytes()).kind(status, None), expected, "{status} {body}");
        }
    }

    #[test]
    fn the_output_limit_has_the_name_the_server_knows() {
        let request = Request { max_output_tokens: Some(7), ..Request::prompt("q") };
        let body = |new| String::from_utf8(request_body("m", &request, new)).unwrap();
        assert_eq!(body(true), r#"{"model":"m","messages":[{"role":"user","content":"q"}],"max_completion_tokens":7}"#);
        assert_eq!(body(false), r#"{"model":"m","messages":[{"role":"user","content":"q"}],"max_tokens":7}"#);
    }
}
