//! What a server says went wrong, and what kind of failure that is.

use std::time::Duration;

use serde_json::Value;

use super::assembly::Failure;
use crate::{ErrorKind, error::excerpt};

/// Most of an error body that is looked at, in bytes.
const READ: usize = 65_536;

/// What a server says went wrong.
pub(super) struct Problem {
    message: String,
    /// Every code, type and reason given, in lower case.
    codes: String,
    /// A status named in the body rather than in the response.
    status: Option<u16>,
    /// A wait named in the body.
    after: Option<Duration>,
}

impl Problem {
    /// Reads the body of a failed response: any known shape, something like one, or any text.
    pub(super) fn read(body: &[u8]) -> Self {
        let body = &body[..body.len().min(READ)];
        match serde_json::from_slice::<Value>(body) {
            Ok(value) => Self::of_reply(&value),
            Err(_) => Self::of_text(&String::from_utf8_lossy(body)),
        }
    }

    /// Of a whole body, which may hold the error under `error` or be it, alone or first in a list.
    fn of_reply(value: &Value) -> Self {
        let value = value.as_array().and_then(|list| list.first()).unwrap_or(value);
        if value["error"].is_null() { Self::of_error(value) } else { Self::of_error(&value["error"]) }
    }

    /// Of the error itself.
    pub(super) fn of_error(error: &Value) -> Self {
        let word = |key: &str| error[key].as_str().filter(|text| !text.is_empty());
        let mut message = match error.as_str().or_else(|| word("message")).or_else(|| word("detail")) {
            Some(text) => text.to_owned(),
            None => error.to_string(),
        };
        // What OpenRouter was told by the provider, and what it says itself, which is nothing.
        let metadata = &error["metadata"];
        if let Some(raw) = metadata["raw"].as_str().filter(|raw| !raw.is_empty()) {
            message = format!("{message}: {raw}");
        }
        let details = error["details"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut codes: Vec<&str> = ["code", "type", "status"].into_iter().filter_map(word).collect();
        codes.extend(error["innererror"]["code"].as_str());
        codes.extend(metadata["reasons"].as_array().map(|_| "moderation"));
        codes.extend(details.iter().filter_map(|detail| detail["reason"].as_str()));
        Self {
            message,
            codes: codes.join(" ").to_lowercase(),
            status: error["code"].as_u64().and_then(|code| u16::try_from(code).ok()),
            after: details.iter().find_map(|detail| seconds(detail["retryDelay"].as_str()?)),
        }
    }

    fn of_text(text: &str) -> Self {
        Self { message: text.to_owned(), codes: String::new(), status: None, after: None }
    }

    /// The failure this is as the response of `host`, with the status and the wait its headers gave.
    pub(super) fn answered(&self, host: &str, status: u16, after: Option<Duration>) -> Failure {
        let said = match self.message.trim() {
            "" => "no explanation".to_owned(),
            message => excerpt(message),
        };
        let kind = self.kind(status, after.or(self.after));
        let throttled = matches!(status, 429 | 529) && matches!(kind, ErrorKind::Retryable { .. });
        let wants_renamed_limit = status == 400 && self.message.contains("'max_completion_tokens'");
        Failure { throttled, wants_renamed_limit, ..Failure::new(kind, format!("{host} answered {status}: {said}")) }
    }

    /// The failure this is inside a reply that began as a success.
    pub(super) fn inside_reply(&self) -> Failure {
        let status = self.status.unwrap_or_else(|| self.status_of_codes());
        let kind = self.kind(status, self.after);
        let throttled = matches!(status, 429 | 529) && matches!(kind, ErrorKind::Retryable { .. });
        Failure { throttled, ..Failure::new(kind, format!("the reply is an error: {}", excerpt(&self.message))) }
    }

    fn kind(&self, status: u16, after: Option<Duration>) -> ErrorKind {
        match status {
            403 if self.is_filtered() => ErrorKind::Refused,
            401 | 403 => ErrorKind::Authentication,
            413 => ErrorKind::TooLong,
            429 if self.codes.contains("insufficient_quota") => ErrorKind::Fatal,
            // More than a minute allows: no wait makes room for it.
            429 if self.message.to_lowercase().contains("request too large") => ErrorKind::TooLong,
            408 | 409 | 425 | 429 => ErrorKind::Retryable { after },
            501 | 505 => ErrorKind::Fatal,
            500.. if self.is_too_long() => ErrorKind::TooLong,
            500.. => ErrorKind::Retryable { after },
            _ if self.is_too_long() => ErrorKind::TooLong,
            _ if self.is_filtered() => ErrorKind::Refused,
            _ if self.codes.contains("api_key_invalid") => ErrorKind::Authentication,
            _ => ErrorKind::Fatal,
        }
    }

    /// The status a server would have answered with, had it known before it began to stream.
    fn status_of_codes(&self) -> u16 {
        let rows = [
            ("rate_limit", 429),
            ("too_many_requests", 429),
            ("resource_exhausted", 429),
            ("overloaded", 529),
            ("server_error", 500),
            ("api_error", 500),
            ("timeout", 504),
            ("unavailable", 503),
            ("authentication", 401),
            ("permission", 403),
            ("request_too_large", 413),
        ];
        rows.iter().find(|(code, _)| self.codes.contains(code)).map_or(400, |(_, status)| *status)
    }

    fn is_too_long(&self) -> bool {
        let said = self.message.to_lowercase();
        let codes = ["context_length_exceeded", "exceed_context_size"];
        let words = [
            "context length",
            "context window",
            "context size",
            "context limit",
            "maximum prompt length",
            "maximum model length",
            "prompt is too long",
            "prompt too long",
            "input is too long",
            "input token count",
            "exceeds the maximum number of tokens",
        ];
        codes.iter().any(|code| self.codes.contains(code)) || words.iter().any(|words| said.contains(words))
    }

    fn is_filtered(&self) -> bool {
        let words = ["content_filter", "content_policy", "responsibleai", "moderation", "invalid_prompt"];
        words.iter().any(|word| self.codes.contains(word))
    }
}

/// Seconds written as `38s` or `0.5s`.
fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.strip_suffix('s')?.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATER: ErrorKind = ErrorKind::Retryable { after: None };

    #[test]
    fn problems_are_sorted_by_status_and_words() {
        let rows = [
            (401, r#"{"error":{"message":"bad key"}}"#, ErrorKind::Authentication),
            (400, r#"{"error":{"code":"context_length_exceeded"}}"#, ErrorKind::TooLong),
            (400, r#"{"detail":"this model's maximum context length is 8192"}"#, ErrorKind::TooLong),
            (
                400,
                r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 9 > 8"}}"#,
                ErrorKind::TooLong,
            ),
            (
                400,
                r#"{"error":{"code":400,"message":"The input token count (9) exceeds the maximum","status":"INVALID_ARGUMENT"}}"#,
                ErrorKind::TooLong,
            ),
            (
                400,
                r#"{"error":{"code":400,"message":"API key not valid.","details":[{"reason":"API_KEY_INVALID"}]}}"#,
                ErrorKind::Authentication,
            ),
            (400, r#"{"error":{"code":"content_filter","message":"filtered"}}"#, ErrorKind::Refused),
            (400, r#"{"error":"bad field"}"#, ErrorKind::Fatal),
            (404, "no such model", ErrorKind::Fatal),
            (413, "", ErrorKind::TooLong),
            (429, r#"{"error":{"code":"insufficient_quota"}}"#, ErrorKind::Fatal),
            (429, "slow down", LATER),
            (
                429,
                r#"{"error":{"message":"Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 50000.","type":"tokens","code":"rate_limit_exceeded"}}"#,
                ErrorKind::TooLong,
            ),
            (
                403,
                r#"{"error":{"code":403,"message":"Input was flagged","metadata":{"reasons":["violence"],"flagged_input":"x"}}}"#,
                ErrorKind::Refused,
            ),
            (402, r#"{"error":{"code":402,"message":"Insufficient credits"}}"#, ErrorKind::Fatal),
            (
                400,
                r#"{"error":{"code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"},"message":"The response was filtered"}}"#,
                ErrorKind::Refused,
            ),
            // xAI, vLLM, llama.cpp, Ollama, Bedrock, and OpenRouter in front of another.
            (
                400,
                r#"{"error":"This model's maximum prompt length is 10 but the request contains 20 tokens."}"#,
                ErrorKind::TooLong,
            ),
            (
                400,
                r#"{"object":"error","message":"The decoder prompt (length 20) is longer than the maximum model length of 10."}"#,
                ErrorKind::TooLong,
            ),
            (
                400,
                r#"{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}"#,
                ErrorKind::TooLong,
            ),
            (400, r#"{"error":{"message":"input length exceeds the context length"}}"#, ErrorKind::TooLong),
            (400, r#"{"message":"Input is too long for requested model."}"#, ErrorKind::TooLong),
            (
                400,
                r#"{"type":"error","error":{"type":"invalid_request_error","message":"input length and `max_tokens` exceed context limit: 9 + 9 > 10"}}"#,
                ErrorKind::TooLong,
            ),
            (
                400,
                r#"{"error":{"code":400,"message":"Provider returned error","metadata":{"raw":"{\"message\":\"prompt is too long: 9 > 8\"}","provider_name":"x"}}}"#,
                ErrorKind::TooLong,
            ),
            (
                429,
                r#"[{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{},{"retryDelay":"1.5s"}]}}]"#,
                ErrorKind::Retryable { after: Some(Duration::from_millis(1500)) },
            ),
            (500, "", LATER),
            (503, "<html>", LATER),
            (529, r#"{"error":{"type":"overloaded_error","message":"Overloaded"}}"#, LATER),
        ];
        for (status, body, expected) in rows {
            assert_eq!(Problem::read(body.as_bytes()).answered("h", status, None).kind, expected, "{status} {body}");
        }
    }

    #[test]
    fn an_error_inside_a_reply_is_sorted_by_its_code() {
        let rows = [
            (r#"{"code":503,"message":"upstream down"}"#, LATER, false),
            (r#"{"type":"overloaded_error","message":"Overloaded"}"#, LATER, true),
            (r#"{"code":"rate_limit_exceeded","message":"x"}"#, LATER, true),
            (r#"{"code":"server_error","message":"x"}"#, LATER, false),
            (r#"{"type":"authentication_error","message":"x"}"#, ErrorKind::Authentication, false),
            (r#"{"code":"context_length_exceeded","message":"x"}"#, ErrorKind::TooLong, false),
            (r#""just words""#, ErrorKind::Fatal, false),
            ("7", ErrorKind::Fatal, false),
        ];
        for (error, kind, throttled) in rows {
            let failure = Problem::of_error(&serde_json::from_str(error).unwrap()).inside_reply();
            assert_eq!((failure.kind, failure.throttled), (kind, throttled), "{error}");
        }
    }

    #[test]
    fn the_servers_words_are_cut_and_hold_no_controls() {
        let failure = Problem::read(b"<b>\x1b[2J").answered("host", 404, None);
        assert_eq!(failure.message, "host answered 404: <b>\\u{1b}[2J");
        assert_eq!(Problem::read(b" ").answered("host", 500, None).message, "host answered 500: no explanation");
    }
}
