//! The client against a server that says exactly what each test wrote.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::*;
use crate::Finish;

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

    fn model(&self, change: impl FnOnce(&mut OpenAiConfig)) -> OpenAi {
        let mut config = OpenAiConfig {
            model: "test".into(),
            base_url: self.base_url.clone(),
            timeout: Duration::from_secs(5),
            max_attempts: 3,
            first_backoff: Duration::from_millis(1),
            ..OpenAiConfig::default()
        };
        change(&mut config);
        OpenAi::new(config).unwrap()
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

async fn failure(model: &OpenAi) -> (ErrorKind, String) {
    let error = model.complete(Request::prompt("2+2")).await.unwrap_err();
    (error.kind, error.message)
}

const LATER: ErrorKind = ErrorKind::Retryable { after: None };

#[tokio::test]
async fn a_reply_brings_text_and_every_kind_of_token() {
    let server = Server::start(vec![answer("200 OK", "", HAPPY)]).await;
    let model = server.model(|config| config.api_key = Some(ApiKey::new(" secret\n")));
    let request = Request { max_output_tokens: Some(9), ..Request::prompt("2+2") };
    let reply = model.complete(request).await.unwrap();
    assert_eq!(reply.text, "four");
    assert_eq!(reply.finish, Finish::Stop);
    let usage =
        crate::Usage { calls: 1, input_tokens: 12, cached_input_tokens: 4, output_tokens: 7, reasoning_tokens: 5 };
    assert_eq!(reply.usage, usage);
    let sent = &server.requests()[0];
    let body = r#"{"model":"test","messages":[{"role":"user","content":"2+2"}],"max_tokens":9}"#;
    assert!(sent.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{sent}");
    assert!(sent.contains("authorization: Bearer secret\r\n"), "{sent}");
    assert_eq!(sent.split_once("\r\n\r\n").unwrap().1, body);
}

#[tokio::test]
async fn tokens_that_were_not_reported_are_not_invented() {
    let body = r#"{"choices":[{"message":{"content":"x"}}]}"#;
    let server = Server::start(vec![answer("200 OK", "", body)]).await;
    let reply = server.model(|_| ()).complete(Request::prompt("q")).await.unwrap();
    assert_eq!(reply.usage, crate::Usage { calls: 1, ..crate::Usage::default() });
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
    let config = OpenAiConfig {
        model: "m".into(),
        base_url: base_url.into(),
        api_key: key.map(ApiKey::new),
        ..OpenAiConfig::default()
    };
    match OpenAi::new(config) {
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
fn a_key_is_never_shown() {
    let config = OpenAiConfig { api_key: Some(ApiKey::new("secret")), ..OpenAiConfig::default() };
    assert!(!format!("{config:?}").contains("secret"));
    assert!(!format!("{:?}", OpenAi::new(config).unwrap()).contains("secret"));
}
