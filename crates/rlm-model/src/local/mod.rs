//! Local weights: a GGUF file that answers on this machine's processor, by candle.
//!
//! One question is answered at a time, on a thread that may block; dropping the call ends it after the
//! token in progress. Unless told otherwise answers are the likeliest tokens, so the same question has the
//! same answer.

mod chat;
mod header;
mod weights;

use std::{
    fmt,
    io::{Read, Seek},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{
            AtomicBool, AtomicU64,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
};

use candle_core::quantized::{
    gguf_file::{Content, Value},
    tokenizer::TokenizerFromGguf,
};
use candle_transformers::{generation::LogitsProcessor, utils::apply_repeat_penalty};
use tokenizers::{
    Tokenizer,
    pre_tokenizers::{PreTokenizerWrapper, byte_level::ByteLevel, digits::Digits, sequence::Sequence},
};
use tokio::sync::{
    Semaphore,
    mpsc::{UnboundedSender, unbounded_channel},
};

use crate::{
    BoxFuture, ErrorKind, Finish, Model, ModelError, Money, Reply, Request, StreamEvent, StreamListener, Usage,
    error::excerpt,
};
use chat::{Dialect, Piece};
use weights::Weights;

/// How much less likely a token becomes that is among the last ones of the reply: small models repeat themselves.
const REPEAT_PENALTY: f32 = 1.1;
const REPEAT_TOKENS: usize = 64;
/// With a temperature, tokens are drawn from the likeliest that together have this probability.
const TOP_P: f64 = 0.95;

/// Tokens that end a reply, beside the one the file names.
const ENDS: [&str; 7] =
    ["<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>", "<|end|>", "</s>", "<｜end▁of▁sentence｜>"];

/// How weights are to answer.
#[derive(Clone, Debug)]
pub struct LocalConfig {
    /// The name usage is reported under, such as `local:qwen3-0.6b.gguf`.
    pub name: String,
    /// 0 takes the likeliest token, always; more makes others likelier.
    pub temperature: f64,
    /// What chance begins with where there is a temperature. Each call has its own, so that the same
    /// question may have several answers.
    pub seed: u64,
    /// Most tokens of a reply when the request sets no limit.
    pub max_output_tokens: u32,
    /// Most tokens taken in and given out together; never more than the file says.
    pub context_window: Option<u64>,
}

impl Default for LocalConfig {
    fn default() -> Self {
        Self { name: "local".into(), temperature: 0.0, seed: 0, max_output_tokens: 1_024, context_window: None }
    }
}

/// A model whose weights are on this machine.
pub struct Local {
    config: LocalConfig,
    window: usize,
    loaded: Arc<Mutex<Loaded>>,
    /// Whose turn it is.
    turn: Arc<Semaphore>,
    calls: AtomicU64,
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
        Self::Broken(said(&error))
    }
}

/// What candle says, without where in its code it said so.
fn said(error: &candle_core::Error) -> String {
    match error {
        candle_core::Error::WithBacktrace { inner, .. } => said(inner),
        candle_core::Error::Context { inner, context } => format!("{context}: {}", said(inner)),
        other => other.to_string(),
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
    /// When it is no GGUF file, was cut, or is of an architecture or with a tokenizer that this build does not know.
    pub fn read(config: LocalConfig, file: &mut (impl Read + Seek)) -> Result<Self, ModelError> {
        let loaded = Loaded::read(file).map_err(|error| ModelError {
            model: config.name.clone(),
            kind: ErrorKind::Fatal,
            message: format!("cannot use these weights: {}", excerpt(&said(&error))),
        })?;
        let asked = config.context_window.map_or(usize::MAX, |window| usize::try_from(window).unwrap_or(usize::MAX));
        let window = loaded.window.min(asked);
        let loaded = Arc::new(Mutex::new(Loaded { window, ..loaded }));
        Ok(Self { config, window, loaded, turn: Arc::new(Semaphore::new(1)), calls: AtomicU64::new(0) })
    }

    async fn ask(&self, request: Request, listener: Option<StreamListener<'_>>) -> Result<Reply, ModelError> {
        let most = request.max_output_tokens.unwrap_or(self.config.max_output_tokens);
        let seed = self.config.seed.wrapping_add(self.calls.fetch_add(1, Relaxed));
        let chance = LogitsProcessor::new(seed, Some(self.config.temperature), Some(TOP_P));
        // Who waits here can still be dropped without a trace; a thread that waits could not.
        let turn = self.turn.clone().acquire_owned().await;
        let (tell, mut told) = unbounded_channel();
        let is_wanted = Wanted(Arc::new(AtomicBool::new(true)));
        let (loaded, wanted) = (self.loaded.clone(), is_wanted.0.clone());
        let answering = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let mut loaded = loaded.lock().unwrap_or_else(PoisonError::into_inner);
            loaded.answer(&request, most, chance, &tell, &wanted)
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
                Failed::Broken(why) => (ErrorKind::Fatal, excerpt(&why)),
                Failed::Cancelled => (ErrorKind::Fatal, "cancelled".to_owned()),
            };
            ModelError { model: self.config.name.clone(), kind, message }
        })
    }
}

/// Somebody waits for a reply until this is dropped.
struct Wanted(Arc<AtomicBool>);

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(false, Release);
    }
}

impl Loaded {
    fn read(file: &mut (impl Read + Seek)) -> candle_core::Result<Self> {
        let mut content = header::read(file)?;
        name_splitter(&mut content);
        let mut tokenizer = Tokenizer::from_gguf(&content)?;
        if let Some(splitter) = splitter(&content) {
            tokenizer.with_pre_tokenizer(Some(splitter));
        }
        // What people write is text, also where it looks like a mark of the dialect.
        tokenizer.set_encode_special_tokens(true);
        let of_file = |key: &str| content.metadata.get(&format!("tokenizer.{key}"));
        let template = of_file("chat_template").and_then(|value| value.to_string().ok()).map_or("", String::as_str);
        let dialect = Dialect::of(|token| tokenizer.token_to_id(token).is_some(), template);
        let id = |key: &str| of_file(key).and_then(|value| value.to_u32().ok());
        let begins = of_file("ggml.add_bos_token").is_some_and(|value| value.to_bool().unwrap_or(false));
        let begin = id("ggml.bos_token_id").filter(|_| begins || dialect.begins());
        let mut ends: Vec<u32> = ENDS.iter().filter_map(|token| tokenizer.token_to_id(token)).collect();
        ends.extend(["ggml.eos_token_id", "ggml.eot_token_id"].into_iter().filter_map(id));
        let (weights, window) = Weights::read(content, file)?;
        Ok(Self { weights, tokenizer, dialect, begin, ends, window })
    }

    fn answer(
        &mut self,
        request: &Request,
        most: u32,
        mut chance: LogitsProcessor,
        tell: &UnboundedSender<String>,
        wanted: &AtomicBool,
    ) -> Result<Reply, Failed> {
        let mut tokens = self.tokens(request)?;
        let asked = tokens.len();
        if asked >= self.window {
            return Err(Failed::TooLong { tokens: asked, window: self.window });
        }
        let room = u32::try_from(self.window - asked).unwrap_or(u32::MAX);
        let most = u64::from(most.min(room));
        let mut usage = Usage { calls: 1, input_tokens: asked as u64, ..Usage::default() };
        let mut decoder = self.tokenizer.decode_stream(true);
        let (mut text, mut finish) = (String::new(), Finish::Length);
        self.weights.forget();
        let mut logits = self.weights.after(&tokens, || wanted.load(Acquire))?.ok_or(Failed::Cancelled)?;
        while usage.output_tokens < most {
            let said = &tokens[asked.max(tokens.len().saturating_sub(REPEAT_TOKENS))..];
            let next = chance.sample(&apply_repeat_penalty(&logits, REPEAT_PENALTY, said)?)?;
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
            if !wanted.load(Acquire) {
                return Err(Failed::Cancelled);
            }
            if usage.output_tokens < most {
                logits = self.weights.next(&[next], tokens.len() - 1)?;
            }
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

/// Gives the way texts are split into words the name that candle knows it by.
fn name_splitter(content: &mut Content) {
    let key = "tokenizer.ggml.pre";
    let named = content.metadata.get(key).and_then(|value| value.to_string().ok());
    let known = match named.map(String::as_str) {
        Some("llama-bpe" | "llama-v3") => "llama3",
        Some("deepseek-r1-qwen") => "qwen2",
        _ => return,
    };
    content.metadata.insert(key.into(), Value::String(known.into()));
    if known == "llama3" {
        content.metadata.insert("tokenizer.ggml.ignore_merges".into(), Value::Bool(true));
    }
}

/// How texts are split into words where candle knows no name for it: as GPT-2 does, but without the space that candle puts
/// before each text, and digit by digit where the model was taught so.
fn splitter(content: &Content) -> Option<PreTokenizerWrapper> {
    let named = content.metadata.get("tokenizer.ggml.pre").and_then(|value| value.to_string().ok());
    let words = ByteLevel::new(false, true, true);
    match named.map(String::as_str) {
        Some("qwen2" | "llama3" | "smaug-bpe" | "lfm2") => None,
        Some("smollm" | "starcoder" | "refact" | "command-r") => {
            Some(Sequence::new(vec![Digits::new(true).into(), words.into()]).into())
        }
        _ => Some(words.into()),
    }
}

impl Model for Local {
    fn name(&self) -> &str {
        &self.config.name
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

impl fmt::Debug for Local {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Local").field("config", &self.config).field("window", &self.window).finish_non_exhaustive()
    }
}
