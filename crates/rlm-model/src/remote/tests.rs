//! The client against a server that says exactly what each test wrote.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::*;
use crate::{Finish, Limiter, Rate, Secret};

const HAPPY: &str = r#"{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"four"},
"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":7,"total_tokens":19,
"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":5}}}"#;

/// A server that gives its canned answers in order, one connection each.
struct Server {
    base_url: String,
    received: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let log = received.clone();
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = read_request(&mut stream).await;
                log.lock().unwrap().push(request);
                // The client may hang up in the middle of what it does not want.
                let _ = stream.write_all(answer.as_bytes()).await;
                if answer.is_empty() {
                    std::future::pending::<()>().await;
                }
            }
        });
        Self { base_url, received }
    }

    fn model(&self, change: impl FnOnce(&mut RemoteConfig)) -> Remote {
        let mut config = RemoteConfig {
            name: "openai:test".into(),
            model: "test".into(),
            base_url: self.base_url.clone(),
            timeout: Duration::from_secs(5),
            max_attempts: 3,
            first_backoff: Duration::from_millis(1),
            ..RemoteConfig::default()
        };
        change(&mut config);
        Remote::new(config).unwrap()
    }

    fn requests(&self) -> Vec<String> {
        self.received.lock().unwrap().clone()
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return text.into_owned();
            }
        }
        let mut piece = [0; 4096];
        match stream.read(&mut piece).await.unwrap() {
            0 => return String::from_utf8_lossy(&bytes).into_owned(),
            n => bytes.extend_from_slice(&piece[..n]),
        }
    }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}")
}

async fn failure(model: &Remote) -> (ErrorKind, String) {
    let error = model.complete(Request::prompt("2+2")).await.unwrap_err();
    (error.kind, error.message)
}

const LATER: ErrorKind = ErrorKind::Retryable { after: None };

#[tokio::test]
async fn a_reply_brings_text_and_every_kind_of_token() {
    let server = Server::start(vec![answer("200 OK", "", HAPPY)]).await;
    let model = server.model(|config| {
        config.api_key = Some(Secret::new(" secret\n"));
        config.stream = false;
    });
    let request = Request { max_output_tokens: Some(9), ..Request::prompt("2+2") };
    let reply = model.complete(request).await.unwrap();
    assert_eq!(reply.text, "four");
    assert_eq!(reply.finish, Finish::Stop);
    let usage = Usage {
        calls: 1,
        input_tokens: 12,
        cached_input_tokens: 4,
        cache_write_tokens: 0,
        output_tokens: 7,
        reasoning_tokens: 5,
    };
    assert_eq!(reply.usage, usage);
    let sent = &server.requests()[0];
    let body = serde_json::json!({"model": "test", "messages": [{"role": "user", "content": "2+2"}], "max_tokens": 9});
    assert!(sent.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{sent}");
    assert!(sent.contains("authorization: Bearer secret\r\n"), "{sent}");
    let sent: serde_json::Value = serde_json::from_str(sent.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(sent, body);
}

#[tokio::test]
async fn tokens_that_were_not_reported_are_not_invented() {
    let body = r#"{"choices":[{"message":{"content":"x"}}]}"#;
    let server = Server::start(vec![answer("200 OK", "", body)]).await;
    let reply = server.model(|_| ()).complete(Request::prompt("q")).await.unwrap();
    assert_eq!(reply.usage, Usage { calls: 1, ..Usage::default() });
    assert!(!server.requests()[0].contains("authorization"));
}

#[tokio::test]
async fn a_rate_limit_is_waited_out_as_long_as_asked() {
    let busy = answer("429 Too Many Requests", "retry-after: 0.2\r\n", r#"{"error":{"message":"slow"}}"#);
    let server = Server::start(vec![busy, answer("200 OK", "", HAPPY)]).await;
    let start = Instant::now();
    let reply = server.model(|_| ()).complete(Request::prompt("q")).await.unwrap();
    assert_eq!(reply.text, "four");
    assert!(start.elapsed() >= Duration::from_millis(200));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_wait_longer_than_the_time_left_fails_at_once() {
    let busy = answer("429 Too Many Requests", "retry-after: 3600\r\n", "later");
    let server = Server::start(vec![busy]).await;
    let (kind, message) = failure(&server.model(|_| ())).await;
    assert_eq!(kind, ErrorKind::Retryable { after: Some(Duration::from_secs(3600)) });
    assert_eq!(message, "127.0.0.1 answered 429: later (attempt 1, the last)");
}

#[tokio::test]
async fn server_errors_are_retried_until_attempts_are_used_up() {
    let server = Server::start(vec![answer("500 Internal Server Error", "", "oops"); 3]).await;
    let (kind, message) = failure(&server.model(|_| ())).await;
    assert_eq!(kind, LATER);
    assert_eq!(message, "127.0.0.1 answered 500: oops (attempt 3, the last)");
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn failures_that_waiting_cannot_mend_are_not_retried() {
    let long = r#"{"error":{"message":"too many tokens","code":"context_length_exceeded"}}"#;
    let rows = [
        (
            answer("401 Unauthorized", "", r#"{"error":{"message":"bad key"}}"#),
            ErrorKind::Authentication,
            "127.0.0.1 answered 401: bad key",
        ),
        (answer("400 Bad Request", "", long), ErrorKind::TooLong, "127.0.0.1 answered 400: too many tokens"),
        (answer("404 Not Found", "", ""), ErrorKind::Fatal, "127.0.0.1 answered 404: no explanation"),
        (
            answer("307 Temporary Redirect", "location: http://elsewhere.invalid/\r\n", ""),
            ErrorKind::Fatal,
            "127.0.0.1 answered 307: no explanation",
        ),
        (
            answer("200 OK", "", "<html>\u{7}hi</html>"),
            ErrorKind::Fatal,
            "the reply is not a chat completion (expected value at line 1 column 1): <html>\\u{7}hi</html>",
        ),
    ];
    for (reply, kind, message) in rows {
        let server = Server::start(vec![reply]).await;
        assert_eq!(failure(&server.model(|_| ())).await, (kind, message.to_owned()));
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_asked_for_again() {
    let broken = "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"choices\":".to_owned();
    let server = Server::start(vec![broken.clone(), answer("200 OK", "", HAPPY)]).await;
    let reply = server.model(|_| ()).complete(Request::prompt("q")).await.unwrap();
    assert_eq!(reply.text, "four");

    let server = Server::start(vec![broken]).await;
    let (kind, message) = failure(&server.model(|config| config.max_attempts = 1)).await;
    assert_eq!(kind, LATER);
    assert!(message.starts_with("the reply broke off after 11 bytes: "), "{message}");
}

#[tokio::test]
async fn a_silent_server_runs_into_the_total_time_out() {
    let server = Server::start(vec![String::new()]).await;
    let model = server.model(|config| config.timeout = Duration::from_millis(150));
    let (kind, message) = failure(&model).await;
    assert_eq!(kind, LATER);
    assert_eq!(message, "no reply from 127.0.0.1 within 150ms");
}

#[tokio::test]
async fn a_body_past_the_cap_is_not_read_to_its_end() {
    let endless = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}", "x".repeat(50_000));
    let server = Server::start(vec![endless]).await;
    let model = server.model(|config| config.max_body_bytes = 1000);
    assert_eq!(failure(&model).await, (ErrorKind::Fatal, "the reply is larger than 1000 bytes".into()));
}

#[tokio::test]
async fn nobody_listening_is_a_temporary_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
    drop(listener);
    let server = Server { base_url, received: Arc::default() };
    let (kind, message) = failure(&server.model(|config| config.max_attempts = 2)).await;
    assert_eq!(kind, LATER);
    assert!(message.starts_with("no answer from 127.0.0.1: "), "{message}");
    assert!(message.contains("refused") && message.ends_with("(attempt 2, the last)"), "{message}");
}

fn construction(base_url: &str, key: Option<&str>) -> String {
    let config = RemoteConfig {
        name: "openai:m".into(),
        model: "m".into(),
        stream: false,
        base_url: base_url.into(),
        api_key: key.map(Secret::new),
        ..RemoteConfig::default()
    };
    match Remote::new(config) {
        Ok(model) => model.endpoint.to_string(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn settings_are_checked_before_anything_is_sent() {
    let rows = [
        ("https://api.openai.com/v1", Some("k"), "https://api.openai.com/v1/chat/completions"),
        ("http://localhost:11434/v1/", None, "http://localhost:11434/v1/chat/completions"),
        ("http://[::1]:1/v1", None, "http://[::1]:1/v1/chat/completions"),
        ("http://127.8.0.1", None, "http://127.8.0.1/chat/completions"),
        ("https://a.example/x?api-version=1", Some("k"), "https://a.example/x/chat/completions?api-version=1"),
        ("https://api.openai.com/v1", None, "openai:m: authentication failed: no api key for api.openai.com"),
        (
            "http://localhost.evil.example",
            None,
            "openai:m: authentication failed: no api key for localhost.evil.example",
        ),
        (
            "https://a.example",
            Some("k\u{1}y"),
            "openai:m: authentication failed: the api key holds characters that no header can carry",
        ),
        ("ftp://a.example", None, "openai:m: request failed: base url \"ftp://a.example\" is not an http or https url"),
        (
            "nonsense",
            None,
            "openai:m: request failed: base url \"nonsense\" is not a url: \
         relative URL without a base",
        ),
    ];
    for (base_url, key, expected) in rows {
        assert_eq!(construction(base_url, key), expected);
    }
}

#[test]
fn every_format_has_its_own_address() {
    let rows = [
        (Format::Chat, "https://a.example/v1", "https://a.example/v1/chat/completions"),
        (Format::Responses, "https://a.example/v1/", "https://a.example/v1/responses"),
        (Format::Anthropic, "https://a.example", "https://a.example/v1/messages"),
        (Format::Anthropic, "https://a.example/v1/", "https://a.example/v1/messages"),
        (Format::Gemini, "https://a.example", "https://a.example/v1beta/models/m:streamGenerateContent?alt=sse"),
        (Format::Gemini, "https://a.example/v1?x=y", "https://a.example/v1/models/m:streamGenerateContent?x=y&alt=sse"),
    ];
    for (format, base_url, expected) in rows {
        let config = RemoteConfig {
            format,
            model: "m".into(),
            base_url: base_url.into(),
            api_key: Some(Secret::new("k")),
            ..RemoteConfig::default()
        };
        assert_eq!(Remote::new(config).unwrap().endpoint.as_str(), expected);
    }
}

#[tokio::test]
async fn keys_and_headers_go_where_each_server_wants_them() {
    let rows = [
        (Format::Anthropic, None, "x-api-key: secret-key\r\n"),
        (Format::Gemini, None, "x-goog-api-key: secret-key\r\n"),
        (Format::Chat, Some("api-key".to_owned()), "\r\napi-key: secret-key\r\n"),
    ];
    for (format, key_header, expected) in rows {
        let server = Server::start(vec![answer("404 Not Found", "", "")]).await;
        let model = server.model(|config| {
            config.format = format;
            config.key_header = key_header;
            config.api_key = Some(Secret::new("secret-key"));
            config.headers = vec![("x-extra".into(), Secret::new("more"))];
        });
        failure(&model).await;
        let sent = &server.requests()[0];
        assert!(sent.contains(expected) && sent.contains("x-extra: more\r\n"), "{sent}");
        assert!(!sent.contains("authorization"), "{sent}");
    }
}

#[test]
fn secrets_are_never_shown() {
    let config = RemoteConfig {
        name: "openai:m".into(),
        base_url: "https://user:hunter2@a.example/v1?key=hunter2".into(),
        api_key: Some(Secret::new("sk-hunter2")),
        headers: vec![("x-key".into(), Secret::new("also-hunter2"))],
        ..RemoteConfig::default()
    };
    let shown = format!("{config:?} {:?}", Remote::new(config.clone()).unwrap());
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[tokio::test]
async fn a_server_that_repeats_the_key_does_not_give_it_away() {
    let said = r#"{"error":{"message":"Incorrect key sk-hunter2 or also-hunter2"}}"#;
    let server = Server::start(vec![answer("401 Unauthorized", "", said)]).await;
    let model = server.model(|config| {
        config.api_key = Some(Secret::new("sk-hunter2"));
        config.headers = vec![("x-key".into(), Secret::new("also-hunter2"))];
    });
    let (kind, message) = failure(&model).await;
    assert_eq!(kind, ErrorKind::Authentication);
    assert_eq!(message, "127.0.0.1 answered 401: Incorrect key (hidden) or (hidden)");
}

/// One event of a Chat Completions stream.
fn piece(text: &str) -> String {
    format!("data: {}\n\n", serde_json::json!({"choices":[{"delta":{"content":text}}]}))
}

const LAST: &str = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
const SPENT: &str = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}\n\n";
const DONE: &str = "data: [DONE]\n\n";
const STREAM: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\nconnection: close\r\n\r\n";

/// A server whose every connection writes these pieces with these waits between, and then either
/// closes or stays silent.
async fn slow_server(pieces: Vec<(u64, String)>, stays: bool) -> (Server, tokio::sync::mpsc::UnboundedReceiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
    let (closed, hears) = tokio::sync::mpsc::unbounded_channel();
    let server = Server { base_url, received: Arc::default() };
    let log = server.received.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let request = read_request(&mut stream).await;
            log.lock().unwrap().push(request);
            for (wait, piece) in &pieces {
                sleep(Duration::from_millis(*wait)).await;
                let _ = stream.write_all(piece.as_bytes()).await;
            }
            if stays {
                let mut rest = Vec::new();
                let _ = stream.read_to_end(&mut rest).await;
                let _ = closed.send(());
            }
        }
    });
    (server, hears)
}

/// Asks, and returns what was told on the way beside what came in the end.
async fn listened(model: &Remote) -> (Vec<String>, String) {
    let told = Mutex::new(Vec::new());
    let listener = |event: StreamEvent<'_>| {
        told.lock().unwrap().push(match event {
            StreamEvent::Text(text) => text.to_owned(),
            StreamEvent::Restarted => "(again)".to_owned(),
            StreamEvent::Waiting { why, .. } => format!("({why})"),
        });
    };
    let ended = match model.stream(Request::prompt("q"), &listener).await {
        Ok(reply) => format!("{} {:?} {}", reply.text, reply.finish, reply.usage.output_tokens),
        Err(error) => format!("{}: {}", error.kind, error.message),
    };
    (told.into_inner().unwrap(), ended)
}

#[tokio::test]
async fn a_stream_is_told_as_it_comes_and_ends_with_its_usage() {
    let body = [STREAM, &piece("o"), ": keep alive\n\n", &piece("k"), LAST, SPENT, DONE].concat();
    let server = Server::start(vec![body]).await;
    let (told, ended) = listened(&server.model(|_| ())).await;
    assert_eq!((told, ended), (vec!["o".to_owned(), "k".into()], "ok Stop 2".to_owned()));
    assert!(server.requests()[0].contains(r#""stream":true"#));
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_told_in_one_piece() {
    let server = Server::start(vec![answer("200 OK", "content-type: application/json\r\n", HAPPY)]).await;
    let (told, ended) = listened(&server.model(|_| ())).await;
    assert_eq!((told, ended), (vec!["four".to_owned()], "four Stop 7".to_owned()));
}

#[tokio::test]
async fn a_stream_under_another_name_is_a_stream() {
    let body = [": hello\n\n", &piece("o"), &piece("k"), LAST, SPENT, DONE].concat();
    for kind in ["", "content-type: text/plain\r\n", "content-type: application/json\r\n"] {
        let server = Server::start(vec![answer("200 OK", kind, &body)]).await;
        let (told, ended) = listened(&server.model(|_| ())).await;
        assert_eq!((told, ended), (vec!["ok".to_owned()], "ok Stop 2".to_owned()));
    }
}

#[tokio::test]
async fn the_output_limit_is_renamed_where_a_server_wants_it() {
    let refusal = r#"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}"#;
    let refusal = answer("400 Bad Request", "", refusal);
    let happy = answer("200 OK", "", HAPPY);
    let server = Server::start(vec![refusal.clone(), happy.clone(), happy]).await;
    let model = server.model(|config| {
        config.max_output_tokens = Some(9);
        config.max_attempts = 1;
    });
    model.complete(Request::prompt("q")).await.unwrap();
    // It is remembered.
    model.complete(Request::prompt("q")).await.unwrap();
    let asked: Vec<bool> = server.requests().iter().map(|sent| sent.contains(r#""max_completion_tokens":9"#)).collect();
    assert_eq!(asked, [false, true, true]);

    // And not tried for ever.
    let server = Server::start(vec![refusal; 2]).await;
    let (kind, _) = failure(&server.model(|config| config.max_output_tokens = Some(9))).await;
    assert_eq!((kind, server.requests().len()), (ErrorKind::Fatal, 2));
    for (host, renamed) in [
        ("api.openai.com", true),
        ("x.openai.azure.com", true),
        ("x.services.ai.azure.com", true),
        ("openrouter.ai", false),
        ("api.openai.com.evil.example", false),
    ] {
        assert_eq!(is_openai(host), renamed, "{host}");
    }
}

#[tokio::test]
async fn an_overload_in_the_middle_of_a_stream_is_asked_for_again() {
    let begun = "data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":3}}}\n\n\
        data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"o\"}}\n\n";
    let overloaded = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n";
    let ended = "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":1}}\n\n\
        data: {\"type\":\"message_stop\"}\n\n";
    let server = Server::start(vec![[STREAM, begun, overloaded].concat(), [STREAM, begun, ended].concat()]).await;
    let limiter = Limiter::new(Rate { concurrency: 4, ..Rate::default() });
    let model = server.model(|config| {
        config.format = Format::Anthropic;
        config.api_key = Some(Secret::new("k"));
        config.limiter = limiter.clone();
    });
    let (told, ended) = listened(&model).await;
    assert_eq!(
        (told.join(" "), ended),
        ("o (again) (the reply is an error: Overloaded) o".to_owned(), "o Stop 1".to_owned())
    );
    assert_eq!(limiter.allowed(), 2, "everybody was told to go slower");
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_asked_for_again() {
    let broken = [STREAM, &piece("o")].concat();
    let whole = [STREAM, &piece("ok"), LAST, DONE].concat();
    let server = Server::start(vec![broken.clone(), whole]).await;
    let (told, ended) = listened(&server.model(|_| ())).await;
    assert_eq!(
        (told.join(" "), ended),
        ("o (again) (the reply broke off after 1 characters) ok".to_owned(), "ok Stop 0".to_owned())
    );

    let damaged = [STREAM, &piece("o"), "data: {\"choi\n\n"].concat();
    let server = Server::start(vec![damaged, [STREAM, &piece("ok"), LAST, DONE].concat()]).await;
    let (told, ended) = listened(&server.model(|_| ())).await;
    assert_eq!(ended, "ok Stop 0");
    assert!(
        matches!(&told[..], [first, again, why, rest] if first == "o" && again == "(again)" && !why.is_empty() && rest == "ok"),
        "{told:?}"
    );

    let server = Server::start(vec![broken; 3]).await;
    let (_, ended) = listened(&server.model(|_| ())).await;
    assert_eq!(ended, "temporary failure: the reply broke off after 1 characters (attempt 3, the last)");
}

#[tokio::test]
async fn silence_in_a_stream_is_noticed_long_before_the_total_time_out() {
    let (server, _closed) = slow_server(vec![(0, STREAM.into()), (20, piece("o"))], true).await;
    let model = server.model(|config| {
        config.chunk_timeout = Duration::from_millis(150);
        config.max_attempts = 1;
    });
    let began = Instant::now();
    let (told, ended) = listened(&model).await;
    let bytes = piece("o").len();
    assert_eq!(told, ["o"]);
    assert_eq!(
        ended,
        format!("temporary failure: 127.0.0.1 fell silent for 150ms after {bytes} bytes (attempt 1, the last)")
    );
    assert!(began.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_slow_stream_lives_while_pieces_come_and_dies_at_the_total_time_out() {
    let pieces = |count| {
        let mut pieces = vec![(0, STREAM.to_owned())];
        pieces.extend((0..count).map(|_| (60, piece("x"))));
        pieces.push((0, [LAST, DONE].concat()));
        pieces
    };
    let (server, _closed) = slow_server(pieces(6), false).await;
    let model = server.model(|config| config.chunk_timeout = Duration::from_millis(1000));
    assert_eq!(listened(&model).await.1, "xxxxxx Stop 0");

    let (server, _closed) = slow_server(pieces(1000), false).await;
    let model = server.model(|config| config.timeout = Duration::from_millis(400));
    assert_eq!(listened(&model).await.1, "temporary failure: no reply from 127.0.0.1 within 400ms");
}

#[tokio::test]
async fn a_stream_left_open_after_its_end_is_taken_as_ended() {
    let (server, _closed) = slow_server(vec![(0, [STREAM, &piece("ok"), LAST].concat())], true).await;
    let model = server.model(|config| config.chunk_timeout = Duration::from_millis(100));
    assert_eq!(listened(&model).await.1, "ok Stop 0");
    // With the end said, nobody waits for the connection to close.
    let (server, _closed) = slow_server(vec![(0, [STREAM, &piece("ok"), LAST, DONE].concat())], true).await;
    let model = server.model(|config| config.chunk_timeout = Duration::from_secs(60));
    assert_eq!(listened(&model).await.1, "ok Stop 0");
}

#[tokio::test]
async fn garbage_in_a_stream_is_named_and_harmless() {
    let rows = [
        (
            "data: {nonsense\u{1b}[2J\n\n".to_owned(),
            "request failed: the reply is not a chat completion (key must be a string at line 1 column 2): {nonsense\\u{1b}[2J",
        ),
        (
            "\u{0}\u{1}\u{2}no events at all".to_owned(),
            "temporary failure: the reply broke off after 0 characters (attempt 1, the last)",
        ),
        (format!("data: {}\n\n", "x".repeat(5000)), "request failed: the reply is larger than 4000 bytes"),
        (
            "data: {\"error\":{\"code\":503,\"message\":\"gone\"}}\n\n".to_owned(),
            "temporary failure: the reply is an error: gone (attempt 1, the last)",
        ),
    ];
    for (body, expected) in rows {
        let server = Server::start(vec![[STREAM, &body].concat()]).await;
        let model = server.model(|config| {
            config.max_attempts = 1;
            config.max_body_bytes = 4000;
        });
        assert_eq!(listened(&model).await, (Vec::new(), expected.to_owned()));
    }
}

#[tokio::test]
async fn dropping_a_call_closes_its_connection() {
    let (server, mut closed) = slow_server(vec![(0, [STREAM, &piece("o")].concat())], true).await;
    let model = server.model(|_| ());
    let started = tokio::sync::Notify::new();
    let listener = |_: StreamEvent<'_>| started.notify_one();
    tokio::select! {
        _ = model.stream(Request::prompt("q"), &listener) => panic!("it never ends by itself"),
        () = started.notified() => {}
    }
    timeout(Duration::from_secs(5), closed.recv()).await.expect("the server sees the end").unwrap();
}

#[tokio::test]
async fn a_rate_limit_holds_back_everybody_who_shares_the_limiter() {
    let busy = answer("429 Too Many Requests", "retry-after: 0.3\r\n", "slow");
    let server = Server::start(vec![busy, answer("200 OK", "", HAPPY), answer("200 OK", "", HAPPY)]).await;
    let limiter = Limiter::new(Rate { concurrency: 4, ..Rate::default() });
    let model = server.model(|config| config.limiter = limiter.clone());
    let other = server.model(|config| config.limiter = limiter.clone());
    let began = Instant::now();
    let first = async { model.complete(Request::prompt("q")).await.unwrap() };
    let second = async {
        sleep(Duration::from_millis(100)).await;
        other.complete(Request::prompt("q")).await.unwrap();
        began.elapsed()
    };
    let (_, waited) = tokio::join!(first, second);
    assert!(waited >= Duration::from_millis(300), "{waited:?}");
    assert_eq!(limiter.allowed(), 2);
    assert_eq!(server.requests().len(), 3);
}
