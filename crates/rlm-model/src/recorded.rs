//! A model's replies, written down and given again: a run without a network, or the same run again.
//!
//! A recording is JSON lines, one for each call, in the order the calls ended; `call` numbers them in
//! the order they were made. Requests are kept whole, so that a recording can be read and compared.

use std::{
    collections::{HashMap, VecDeque},
    io::{BufRead, Write},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use crate::{BoxFuture, ErrorKind, Model, ModelError, Money, Reply, Request, SharedModel, StreamListener, Usage};

/// One call of a recording.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct RecordedCall {
    /// Which call it was, by the order they were made, from 1.
    pub call: u64,
    /// The model that was asked.
    pub model: String,
    /// What it was asked.
    pub request: Request,
    /// What it replied, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Reply>,
    /// Why there is no reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<RecordedError>,
}

/// An error of a recording.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct RecordedError {
    /// The kind: `retryable`, `too_long`, `authentication`, `refused` or `fatal`.
    pub kind: String,
    /// Seconds the provider asked to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<f64>,
    /// What the other side said.
    pub message: String,
}

/// Writes down what models reply. Clones write into the same recording.
#[derive(Clone)]
pub struct Recorder(Arc<Sink>);

struct Sink {
    calls: AtomicU64,
    out: Mutex<Out>,
}

/// Where lines go, until that fails.
struct Out {
    to: Option<Box<dyn Write + Send>>,
    error: Option<String>,
}

impl Recorder {
    /// Writes to `sink`, one line a call, each flushed.
    pub fn new(sink: impl Write + Send + 'static) -> Self {
        let out = Out { to: Some(Box::new(sink)), error: None };
        Self(Arc::new(Sink { calls: AtomicU64::new(0), out: Mutex::new(out) }))
    }

    /// `model`, with its calls recorded. It is the same model otherwise, its name included.
    pub fn record(&self, model: SharedModel) -> SharedModel {
        Arc::new(Recorded { model, sink: self.0.clone() })
    }

    /// Why the recording is incomplete, if it is.
    pub fn error(&self) -> Option<String> {
        self.0.out().error.clone()
    }
}

impl Sink {
    fn out(&self) -> MutexGuard<'_, Out> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes one line. After the first failure nothing more is written: a recording with a hole
    /// in it would mislead.
    fn write(&self, call: &RecordedCall) {
        let mut out = self.out();
        let Some(to) = &mut out.to else { return };
        let line = serde_json::to_string(call).unwrap_or_default() + "\n";
        if let Err(error) = to.write_all(line.as_bytes()).and_then(|()| to.flush()) {
            out.to = None;
            out.error = Some(error.to_string());
        }
    }
}

struct Recorded {
    model: SharedModel,
    sink: Arc<Sink>,
}

impl Recorded {
    async fn ask(&self, request: Request, listener: Option<StreamListener<'_>>) -> Result<Reply, ModelError> {
        let call = self.sink.calls.fetch_add(1, Relaxed) + 1;
        let result = match listener {
            None => self.model.complete(request.clone()).await,
            Some(listener) => self.model.stream(request.clone(), listener).await,
        };
        self.sink.write(&RecordedCall {
            call,
            model: self.model.name().to_owned(),
            request,
            reply: result.as_ref().ok().cloned(),
            error: result.as_ref().err().map(RecordedError::of),
        });
        result
    }
}

impl Model for Recorded {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn complete(&self, request: Request) -> BoxFuture<'_, Result<Reply, ModelError>> {
        Box::pin(self.ask(request, None))
    }

    fn stream<'a>(
        &'a self,
        request: Request,
        listener: StreamListener<'a>,
    ) -> BoxFuture<'a, Result<Reply, ModelError>> {
        Box::pin(self.ask(request, Some(listener)))
    }

    fn cost(&self, usage: &Usage) -> Option<Money> {
        self.model.cost(usage)
    }

    fn context_window(&self) -> Option<u64> {
        self.model.context_window()
    }
}

impl RecordedError {
    fn of(error: &ModelError) -> Self {
        let (kind, after) = match error.kind {
            ErrorKind::Retryable { after } => ("retryable", after.map(|after| after.as_secs_f64())),
            ErrorKind::TooLong => ("too_long", None),
            ErrorKind::Authentication => ("authentication", None),
            ErrorKind::Refused => ("refused", None),
            ErrorKind::Fatal => ("fatal", None),
        };
        Self { kind: kind.to_owned(), after, message: error.message.clone() }
    }

    fn kind(&self) -> ErrorKind {
        match self.kind.as_str() {
            "retryable" => {
                ErrorKind::Retryable { after: self.after.and_then(|after| Duration::try_from_secs_f64(after).ok()) }
            }
            "too_long" => ErrorKind::TooLong,
            "authentication" => ErrorKind::Authentication,
            "refused" => ErrorKind::Refused,
            _ => ErrorKind::Fatal,
        }
    }
}

/// Why a recording cannot be replayed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadRecording {
    /// It could not be read to its end.
    #[error("line {line} of the recording cannot be read: {message}")]
    Unreadable {
        /// Which line, from 1.
        line: usize,
        /// Why.
        message: String,
    },
    /// A line is no recorded call.
    #[error("line {line} of the recording is not a recorded call: {message}")]
    NotACall {
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
    /// It holds no calls.
    #[error("the recording holds no calls")]
    Empty,
}

/// How requests are matched to the calls of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Matching {
    /// In the order they were made: each request has to be the recorded one, and none may follow the
    /// last.
    Strict,
    /// By what is asked, in any order and by any model. A request that was recorded several times
    /// gets its replies in order, and the last one from then on.
    Content,
}

/// A model that replies as it was recorded.
pub struct Replay {
    name: String,
    calls: Mutex<Calls>,
}

enum Calls {
    Strict { left: VecDeque<RecordedCall>, made: u64 },
    Content(HashMap<String, VecDeque<RecordedCall>>),
}

impl Replay {
    /// Reads a recording.
    ///
    /// # Errors
    /// When a line cannot be read or is no call, or there is none.
    pub fn read(name: impl Into<String>, from: impl BufRead, matching: Matching) -> Result<Self, BadRecording> {
        let mut calls = Vec::new();
        for (number, line) in (1..).zip(from.lines()) {
            let line = line.map_err(|error| BadRecording::Unreadable { line: number, message: error.to_string() })?;
            if line.trim().is_empty() {
                continue;
            }
            let call: RecordedCall = serde_json::from_str(&line)
                .map_err(|error| BadRecording::NotACall { line: number, message: error.to_string() })?;
            if call.reply.is_none() && call.error.is_none() {
                let message = "it has neither reply nor error".to_owned();
                return Err(BadRecording::NotACall { line: number, message });
            }
            calls.push(call);
        }
        if calls.is_empty() {
            return Err(BadRecording::Empty);
        }
        calls.sort_by_key(|call| call.call);
        Ok(Self { name: name.into(), calls: Mutex::new(Calls::new(calls, matching)) })
    }

    fn answer(&self, request: &Request) -> Result<Reply, ModelError> {
        let found = self.calls.lock().unwrap_or_else(PoisonError::into_inner).take(request);
        let fail = |kind, message| ModelError { model: self.name.clone(), kind, message };
        match found {
            Ok(RecordedCall { reply: Some(reply), .. }) => Ok(reply),
            Ok(RecordedCall { error: Some(error), .. }) => Err(fail(error.kind(), error.message)),
            Ok(_) => Err(fail(ErrorKind::Fatal, "the recorded call is empty".into())),
            Err(why) => Err(fail(ErrorKind::Fatal, why)),
        }
    }
}

impl Calls {
    fn new(calls: Vec<RecordedCall>, matching: Matching) -> Self {
        if matching == Matching::Strict {
            return Self::Strict { left: calls.into(), made: 0 };
        }
        let mut by_content: HashMap<String, VecDeque<RecordedCall>> = HashMap::new();
        for call in calls {
            by_content.entry(key(&call.request)).or_default().push_back(call);
        }
        Self::Content(by_content)
    }

    /// The call that `request` stands for, or why there is none.
    fn take(&mut self, request: &Request) -> Result<RecordedCall, String> {
        match self {
            Self::Strict { left, made } => {
                *made += 1;
                let call = left.pop_front().ok_or_else(|| format!("the recording has no call {made}"))?;
                match difference(&call.request, request) {
                    None => Ok(call),
                    Some(where_) => Err(format!("call {made} is not the recorded one: {where_}")),
                }
            }
            Self::Content(calls) => {
                let replies = calls.get_mut(&key(request)).ok_or("the recording has no such request")?;
                let more = replies.len() > 1;
                let call = if more { replies.pop_front() } else { replies.front().cloned() };
                call.ok_or_else(|| "the recording has no such request".into())
            }
        }
    }
}

fn key(request: &Request) -> String {
    serde_json::to_string(request).unwrap_or_default()
}

/// Where two requests begin to differ, if they do.
fn difference(recorded: &Request, asked: &Request) -> Option<String> {
    let same = recorded.messages.iter().zip(&asked.messages).take_while(|(one, other)| one == other).count();
    let (there, here) = (recorded.messages.len(), asked.messages.len());
    if there != here {
        return Some(format!("{here} messages instead of {there}"));
    }
    if same < there {
        return Some(format!("message {} differs", same + 1));
    }
    (recorded != asked).then(|| "the settings differ".to_owned())
}

impl Model for Replay {
    fn name(&self) -> &str {
        &self.name
    }

    fn complete(&self, request: Request) -> BoxFuture<'_, Result<Reply, ModelError>> {
        Box::pin(async move { self.answer(&request) })
    }

    /// It was paid for when it was recorded.
    fn cost(&self, _usage: &Usage) -> Option<Money> {
        Some(Money::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ScriptedModel;

    /// A sink that the test can read.
    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    async fn ask(model: &dyn Model, prompt: &str) -> String {
        match model.complete(Request::prompt(prompt)).await {
            Ok(reply) => reply.text,
            Err(error) => error.to_string(),
        }
    }

    async fn recording() -> String {
        let busy = ModelError {
            model: "m".into(),
            kind: ErrorKind::Retryable { after: Some(Duration::from_secs(2)) },
            message: "busy".into(),
        };
        let replies = [Ok(Reply::text("one")), Ok(Reply::text("two")), Err(busy), Ok(Reply::text("again"))];
        let (shared, model) = (Shared::default(), ScriptedModel::from_results(replies).named("m"));
        let recorder = Recorder::new(shared.clone());
        let model = recorder.record(Arc::new(model));
        assert_eq!(model.name(), "m");
        for prompt in ["a", "b", "c", "a"] {
            ask(&*model, prompt).await;
        }
        assert_eq!(recorder.error(), None);
        String::from_utf8(shared.0.lock().unwrap().clone()).unwrap()
    }

    fn replay(recording: &str, matching: Matching) -> Replay {
        Replay::read("r", recording.as_bytes(), matching).unwrap()
    }

    #[tokio::test]
    async fn strictly_the_same_requests_get_the_same_replies() {
        let recording = recording().await;
        let model = replay(&recording, Matching::Strict);
        for (prompt, expected) in [
            ("a", "one"),
            ("b", "two"),
            ("c", "r: temporary failure: busy"),
            ("x", "r: request failed: call 4 is not the recorded one: message 1 differs"),
            ("a", "r: request failed: the recording has no call 5"),
        ] {
            assert_eq!(ask(&model, prompt).await, expected);
        }
        let busy = replay(&recording, Matching::Content).complete(Request::prompt("c")).await.unwrap_err();
        assert_eq!(busy.kind, ErrorKind::Retryable { after: Some(Duration::from_secs(2)) });
    }

    #[tokio::test]
    async fn by_content_the_order_does_not_matter() {
        let model = replay(&recording().await, Matching::Content);
        for (prompt, expected) in [
            ("b", "two"),
            ("a", "one"),
            ("a", "again"),
            ("a", "again"),
            ("x", "r: request failed: the recording has no such request"),
        ] {
            assert_eq!(ask(&model, prompt).await, expected);
        }
    }

    #[test]
    fn a_bad_recording_says_where() {
        let read = |text: &str| Replay::read("r", text.as_bytes(), Matching::Strict).err().unwrap().to_string();
        assert_eq!(read("\n"), "the recording holds no calls");
        assert_eq!(
            read("\n{\"call\":1}\n"),
            "line 2 of the recording is not a recorded call: missing field `model` at line 1 column 10"
        );
        assert_eq!(
            read(r#"{"call":1,"model":"m","request":{"messages":[],"max_output_tokens":null}}"#),
            "line 1 of the recording is not a recorded call: it has neither reply nor error"
        );
    }

    #[tokio::test]
    async fn a_sink_that_fails_ends_the_recording_and_not_the_model() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(std::io::Error::other("no space left"))
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let recorder = Recorder::new(Full);
        let model = recorder.record(Arc::new(ScriptedModel::new(["one", "two"])));
        assert_eq!(ask(&*model, "a").await, "one");
        assert_eq!(ask(&*model, "b").await, "two");
        assert_eq!(recorder.error(), Some("no space left".into()));
    }
}
