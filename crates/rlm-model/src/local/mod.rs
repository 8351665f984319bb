//! Local weights: a GGUF file that answers on this machine's processor, by candle.
//!
//! One question is answered at a time, on a thread that may block; dropping the call ends it after the
//! token in progress. Answers are the likeliest tokens, so the same question has the same answer.

mod chat;
mod weights;

use std::{
    io::{Read, Seek},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use candle_core::quantized::{gguf_file::Content, tokenizer::TokenizerFromGguf};
use tokenizers::Tokenizer;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::{
    BoxFuture, ErrorKind, Finish, Model, ModelError, Money, Reply, Request, StreamEvent, StreamListener, Usage,
};
use chat::{Dialect, Piece};
use weights::Weights;

/// Most tokens of a reply where nobody says how many.
const REPLY_TOKENS: u32 = 1_024;

/// How much less likely a token becomes that was among the last ones. Small models repeat themselves.
const REPEAT_PENALTY: f32 = 1.1;
const REPEAT_TOKENS: usize = 64;

/// Tokens that end a reply, beside the one the file names.
const ENDS: [&str; 6] = ["<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>", "<|end|>", "</s>"];

/// A model whose weights are on this machine.
pub struct Local {
    name: String,
    window: usize,
    loaded: Arc<Mutex<Loaded>>,
}

struct Loaded {
    weights: Weights,
    tokenizer: Tokenizer,
    dialect: Dialect,
    begin: Option<u32>,
    ends: Vec<u32>,
    window: usize,
}

/// Why there is no reply.
enum Failed {
    TooLong {
        tokens: usize,
        window: usize,
    },
    Broken(String),
    /// Nobody waits any more.
    Cancelled,
}

impl From<candle_core::Error> for Failed {
    fn from(error: candle_core::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<tokenizers::Error> for Failed {
    fn from(error: tokenizers::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

impl Local {
    /// Reads a GGUF file: its weights, its tokenizer, and how it wants to be spoken to.
    ///
    /// # Errors
    /// When it is no GGUF file, or of an architecture or with a tokenizer that this build does not know.
    pub fn read(name: impl Into<String>, file: &mut (impl Read + Seek)) -> Result<Self, ModelError> {
        let name = name.into();
        let fail = |error: candle_core::Error| ModelError {
            model: name.clone(),
            kind: ErrorKind::Fatal,
            message: format!("cannot use these weights: {error}"),
        };
        let content = Content::read(file).map_err(fail)?;
        let mut tokenizer = Tokenizer::from_gguf(&content).map_err(fail)?;
        // What people write is text, also where it looks like a mark of the dialect.
        tokenizer.set_encode_special_tokens(true);
        let dialect = Dialect::of(|token| tokenizer.token_to_id(token).is_some());
        let id = |key: &str| content.metadata.get(key).and_then(|value| value.to_u32().ok());
        let begins =
            content.metadata.get("tokenizer.ggml.add_bos_token").is_some_and(|value| value.to_bool().unwrap_or(false));
        let begin = id("tokenizer.ggml.bos_token_id").filter(|_| begins || dialect.begins());
        let mut ends: Vec<u32> = ENDS.iter().filter_map(|token| tokenizer.token_to_id(token)).collect();
        ends.extend(id("tokenizer.ggml.eos_token_id"));
        let (weights, window) = Weights::read(content, file).map_err(fail)?;
        let loaded = Loaded { weights, tokenizer, dialect, begin, ends, window };
        Ok(Self { name, window, loaded: Arc::new(Mutex::new(loaded)) })
    }

    async fn ask(&self, request: Request, listener: Option<StreamListener<'_>>) -> Result<Reply, ModelError> {
        let (tell, mut told) = unbounded_channel();
        let is_wanted = Wanted(Arc::new(AtomicBool::new(true)));
        let (loaded, wanted) = (self.loaded.clone(), is_wanted.0.clone());
        let answering = tokio::task::spawn_blocking(move || {
            let mut loaded = loaded.lock().unwrap_or_else(PoisonError::into_inner);
            loaded.answer(&request, &tell, &wanted)
        });
        while let Some(text) = told.recv().await {
            if let Some(listener) = listener {
                listener(StreamEvent::Text(&text));
            }
        }
        let answered = answering.await.unwrap_or_else(|error| Err(Failed::Broken(error.to_string())));
        drop(is_wanted);
        answered.map_err(|failed| {
            let (kind, message) = match failed {
                Failed::TooLong { tokens, window } => {
                    (ErrorKind::TooLong, format!("the prompt has {tokens} tokens, the window is {window}"))
                }
                Failed::Broken(why) => (ErrorKind::Fatal, why),
                Failed::Cancelled => (ErrorKind::Fatal, "cancelled".to_owned()),
            };
            ModelError { model: self.name.clone(), kind, message }
        })
    }
}

/// Somebody waits for a reply until this is dropped.
struct Wanted(Arc<AtomicBool>);

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(false, Relaxed);
    }
}

impl Loaded {
    fn answer(
        &mut self,
        request: &Request,
        tell: &UnboundedSender<String>,
        wanted: &AtomicBool,
    ) -> Result<Reply, Failed> {
        let prompt = self.tokens(request)?;
        if prompt.len() >= self.window {
            return Err(Failed::TooLong { tokens: prompt.len(), window: self.window });
        }
        let room = u32::try_from(self.window - prompt.len()).unwrap_or(u32::MAX);
        let most = request.max_output_tokens.unwrap_or(REPLY_TOKENS).min(room);
        let mut usage = Usage { calls: 1, input_tokens: prompt.len() as u64, ..Usage::default() };
        let mut decoder = self.tokenizer.decode_stream(true);
        let (mut text, mut finish) = (String::new(), Finish::Length);
        let mut tokens = prompt;
        self.weights.forget();
        let mut logits = self.weights.after(&tokens, || wanted.load(Relaxed))?.ok_or(Failed::Cancelled)?;
        while usage.output_tokens < u64::from(most) {
            let recent = &tokens[tokens.len().saturating_sub(REPEAT_TOKENS)..];
            let next = weights::likeliest(&logits, REPEAT_PENALTY, recent)?;
            usage.output_tokens += 1;
            if self.ends.contains(&next) {
                finish = Finish::Stop;
                break;
            }
            tokens.push(next);
            if let Some(piece) = decoder.step(next)? {
                text.push_str(&piece);
                // Nobody listens when nobody waits.
                let _ = tell.send(piece);
            }
            if !wanted.load(Relaxed) {
                return Err(Failed::Cancelled);
            }
            logits = self.weights.next(next, tokens.len() - 1)?;
        }
        Ok(Reply { text, usage, finish })
    }

    /// The conversation as tokens, ending where the reply begins.
    fn tokens(&self, request: &Request) -> Result<Vec<u32>, Failed> {
        let mut tokens: Vec<u32> = self.begin.into_iter().collect();
        for piece in self.dialect.pieces(&request.messages) {
            match piece {
                Piece::Mark(mark) => tokens.extend(self.tokenizer.token_to_id(mark)),
                Piece::Text(text) => tokens.extend(self.tokenizer.encode(text.as_ref(), false)?.get_ids()),
            }
        }
        Ok(tokens)
    }
}

impl Model for Local {
    fn name(&self) -> &str {
        &self.name
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

    /// Nobody is paid.
    fn cost(&self, _: &Usage) -> Option<Money> {
        Some(Money::ZERO)
    }

    fn context_window(&self) -> Option<u64> {
        Some(self.window as u64)
    }
}

#[cfg(test)]
mod tests;
