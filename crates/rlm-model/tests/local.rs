//! Weights on this machine: a model that the test makes itself, in which each token has one that follows it,
//! so that what it says is known.

use std::{
    io::Cursor,
    sync::{Arc, Mutex},
};

use candle_core::{
    DType, Device, Tensor,
    quantized::{
        GgmlDType, QTensor,
        gguf_file::{self, Value},
    },
};
use rlm_model::{
    ErrorKind, Finish, Local, LocalConfig, Message, Model, ModelError, Money, Request, StreamEvent, Usage,
};

/// Numbers in a token's place, more than there are tokens: each token is a direction of its own.
const WIDTH: usize = 288;
const MARKS: [&str; 5] = ["th", "<|im_start|>", "<|im_end|>", "<think>", "</think>"];
const END: u32 = 258;

/// What GPT-2's tokenizers call the bytes, in order.
fn byte_tokens() -> Vec<String> {
    let plain = |byte: u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    let mut others = 0;
    let name = |byte: u8| {
        let code = if plain(byte) {
            u32::from(byte)
        } else {
            others += 1;
            255 + others
        };
        char::from_u32(code).unwrap().to_string()
    };
    (0..=255).map(name).collect()
}

/// A GGUF file whose model says what `follows` says, two bytes at a time, and ends its turn after any other.
struct Tiny<'a> {
    architecture: &'a str,
    window: u32,
    follows: &'a [&'a [u8; 2]],
    template: &'a str,
}

/// After a line end it says `ok`.
const OK: Tiny<'static> = Tiny { architecture: "llama", window: 64, follows: &[b"\no", b"ok"], template: "" };
const PARIS: Tiny<'static> = Tiny { follows: &[b"\nP", b"Pa", b"ar", b"ri", b"is", b"s."], ..OK };

impl Tiny<'_> {
    fn gguf(&self) -> Vec<u8> {
        let mut tokens = byte_tokens();
        tokens.extend(MARKS.map(str::to_owned));
        let mut output: Vec<(usize, usize)> =
            self.follows.iter().map(|pair| (pair[1] as usize, pair[0] as usize)).collect();
        let ends = (0..tokens.len()).filter(|token| !self.follows.iter().any(|pair| pair[0] as usize == *token));
        output.extend(ends.map(|token| (END as usize, token)).collect::<Vec<_>>());

        let device = Device::Cpu;
        let matrix = |rows: usize, columns: usize, ones: &[(usize, usize)]| {
            let mut data = vec![0f32; rows * columns];
            ones.iter().for_each(|(row, column)| data[row * columns + column] = 1.0);
            QTensor::quantize(&Tensor::from_vec(data, (rows, columns), &device).unwrap(), GgmlDType::F32).unwrap()
        };
        let row = |width: usize, value: f64| {
            let row = (Tensor::ones(width, DType::F32, &device).unwrap() * value).unwrap();
            QTensor::quantize(&row, GgmlDType::F32).unwrap()
        };
        let embedding: Vec<_> = (0..tokens.len()).map(|token| (token, token)).collect();
        let mut tensors = vec![
            ("token_embd.weight", matrix(tokens.len(), WIDTH, &embedding)),
            ("output.weight", matrix(tokens.len(), WIDTH, &output)),
            ("output_norm.weight", row(WIDTH, 1.0)),
            ("blk.0.attn_norm.weight", row(WIDTH, 1.0)),
            ("blk.0.ffn_norm.weight", row(WIDTH, 1.0)),
        ];
        let silent = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"];
        let silent = silent.map(|name| format!("blk.0.{name}.weight"));
        tensors.extend(silent.iter().map(|name| (name.as_str(), matrix(WIDTH, WIDTH, &[]))));
        match self.architecture {
            "qwen2" => {
                tensors.extend(
                    ["blk.0.attn_q.bias", "blk.0.attn_k.bias", "blk.0.attn_v.bias"].map(|name| (name, row(WIDTH, 0.0))),
                );
            }
            "qwen3" => tensors.extend(
                ["blk.0.attn_q_norm.weight", "blk.0.attn_k_norm.weight"].map(|name| (name, row(WIDTH / 2, 1.0))),
            ),
            _ => {}
        }

        let types = (0..tokens.len()).map(|token| Value::I32(if token > 256 { 3 } else { 1 })).collect();
        let of = |key: &str| format!("{}.{key}", self.architecture);
        let metadata = [
            ("general.architecture".into(), Value::String(self.architecture.into())),
            ("general.alignment".into(), Value::U32(32)),
            (of("context_length"), Value::U32(self.window)),
            (of("embedding_length"), Value::U32(WIDTH as u32)),
            (of("block_count"), Value::U32(1)),
            (of("attention.head_count"), Value::U32(2)),
            (of("attention.head_count_kv"), Value::U32(2)),
            (of("attention.key_length"), Value::U32(WIDTH as u32 / 2)),
            (of("rope.dimension_count"), Value::U32(WIDTH as u32 / 2)),
            (of("rope.freq_base"), Value::F32(10_000.0)),
            (of("attention.layer_norm_rms_epsilon"), Value::F32(1e-6)),
            ("tokenizer.ggml.model".into(), Value::String("gpt2".into())),
            ("tokenizer.ggml.tokens".into(), Value::Array(tokens.into_iter().map(Value::String).collect())),
            ("tokenizer.ggml.token_type".into(), Value::Array(types)),
            ("tokenizer.ggml.merges".into(), Value::Array(vec![Value::String("t h".into())])),
            ("tokenizer.ggml.eos_token_id".into(), Value::U32(END)),
            ("tokenizer.chat_template".into(), Value::String(self.template.into())),
        ];
        let metadata: Vec<(&str, &Value)> = metadata.iter().map(|(name, value)| (name.as_str(), value)).collect();
        let tensors: Vec<(&str, &QTensor)> = tensors.iter().map(|(name, tensor)| (*name, tensor)).collect();
        let mut file = Cursor::new(Vec::new());
        gguf_file::write(&mut file, &metadata, &tensors).unwrap();
        file.into_inner()
    }

    fn model(&self) -> Local {
        model(self.gguf(), |_| ()).unwrap()
    }
}

fn model(bytes: Vec<u8>, change: impl FnOnce(&mut LocalConfig)) -> Result<Local, ModelError> {
    let mut config = LocalConfig { name: "local:tiny.gguf".into(), ..LocalConfig::default() };
    change(&mut config);
    Local::read(config, &mut Cursor::new(bytes))
}

async fn text(model: &Local, prompt: &str) -> String {
    model.complete(Request::prompt(prompt)).await.unwrap().text
}

#[tokio::test]
async fn every_architecture_answers_counts_and_streams() {
    for architecture in ["llama", "qwen2", "qwen3"] {
        let model = Tiny { architecture, ..PARIS }.model();
        let pieces = Mutex::new(Vec::new());
        let listener = |event: StreamEvent<'_>| {
            if let StreamEvent::Text(text) = event {
                pieces.lock().unwrap().push(text.to_owned());
            }
        };
        let reply = model.stream(Request::prompt("Which?"), &listener).await.unwrap();
        // Two marks, `user`, a line end and six letters, two marks with a line end between, `assistant` and one more.
        let usage = Usage { calls: 1, input_tokens: 25, output_tokens: 7, ..Usage::default() };
        assert_eq!((reply.text.as_str(), reply.finish, reply.usage), ("Paris.", Finish::Stop, usage), "{architecture}");
        assert_eq!(pieces.into_inner().unwrap(), ["P", "a", "r", "i", "s", "."]);
        assert_eq!(model.complete(Request::prompt("Which?")).await.unwrap(), reply);
        assert_eq!((model.cost(&usage), model.context_window()), (Some(Money::ZERO), Some(64)));
    }
}

#[tokio::test]
async fn a_reply_is_no_longer_than_it_may_be() {
    let short = Request { max_output_tokens: Some(3), ..Request::prompt("Which?") };
    let reply = PARIS.model().complete(short).await.unwrap();
    assert_eq!((reply.text.as_str(), reply.finish, reply.usage.output_tokens), ("Par", Finish::Length, 3));
    let set = model(PARIS.gguf(), |config| config.max_output_tokens = 2).unwrap();
    assert_eq!(text(&set, "Which?").await, "Pa");
    // Nor longer than its window.
    let endless = Tiny { follows: &[b"\nx", b"xx"], ..OK }.model();
    let reply = endless.complete(Request::prompt("")).await.unwrap();
    assert_eq!((reply.text.as_str(), reply.finish), ("x".repeat(64 - 19).as_str(), Finish::Length));
}

#[tokio::test]
async fn marks_in_a_message_are_text_and_those_of_the_format_are_not() {
    let model = OK.model();
    let count = async |text: &str| model.complete(Request::prompt(text)).await.unwrap().usage.input_tokens;
    assert_eq!(count("<|im_end|>").await - count("").await, "<|im_end|>".len() as u64);
    assert_eq!(count("the").await - count("").await, 2);
    // A model that thinks first is told that it has: two marks, four line ends.
    let thinks = Tiny { template: "{% if enable_thinking is defined %}", ..OK }.model();
    let reply = thinks.complete(Request::prompt("")).await.unwrap();
    assert_eq!((reply.text.as_str(), reply.usage.input_tokens - count("").await), ("ok", 6));
    let talk = vec![Message::system("s"), Message::user("a"), Message::assistant("b"), Message::user("c")];
    let talk = model.complete(Request { messages: talk, max_output_tokens: None }).await.unwrap();
    assert_eq!(talk.usage.input_tokens, 3 * 4 + "system\nsuser\nauser\ncassistant\nbassistant\n".len() as u64 + 1);
}

#[tokio::test]
async fn a_temperature_draws_and_a_seed_draws_the_same() {
    let either = Tiny { follows: &[b"\nx", b"\ny"], ..OK }.gguf();
    let said = async |temperature, seed| {
        let model = model(either.clone(), |config| {
            config.temperature = temperature;
            config.seed = seed;
        });
        let model = model.unwrap();
        let mut said = String::new();
        for _ in 0..24 {
            said += &text(&model, "").await;
        }
        said
    };
    let cold = said(0.0, 1).await;
    assert!(cold == "x".repeat(24) || cold == "y".repeat(24), "{cold}");
    let warm = said(1.0, 1).await;
    assert!(warm.contains('x') && warm.contains('y'), "{warm}");
    assert_eq!(said(1.0, 1).await, warm);
    assert_ne!(said(1.0, 2).await, warm);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_both_sizes() {
    let error = OK.model().complete(Request::prompt("x".repeat(80))).await.unwrap_err();
    assert_eq!(error.to_string(), "local:tiny.gguf: request too long: the prompt has 99 tokens, the window is 64");
    assert_eq!(error.kind, ErrorKind::TooLong);
    let less = model(OK.gguf(), |config| config.context_window = Some(40)).unwrap();
    assert_eq!((less.context_window(), text(&less, "").await.as_str()), (Some(40), "ok"));
    let error = less.complete(Request::prompt("x".repeat(21))).await.unwrap_err();
    assert_eq!(error.message, "the prompt has 40 tokens, the window is 40");
}

#[tokio::test]
async fn long_prompts_are_read_in_parts() {
    for architecture in ["llama", "qwen2", "qwen3"] {
        let model = Tiny { architecture, window: 9_000, ..OK }.model();
        // Llama's tables end here, whatever a file says.
        assert_eq!(model.context_window(), Some(if architecture == "llama" { 4_096 } else { 9_000 }));
        let reply = model.complete(Request::prompt("x".repeat(1_300))).await.unwrap();
        assert_eq!((reply.text.as_str(), reply.usage.input_tokens), ("ok", 1_319), "{architecture}");
    }
}

#[tokio::test]
async fn calls_take_turns_and_dropped_ones_leave_nothing_behind() {
    let endless = Arc::new(Tiny { follows: &[b"\nx", b"xx"], window: 4_096, ..OK }.model());
    let started = tokio::sync::Notify::new();
    let listener = |_: StreamEvent<'_>| started.notify_one();
    let most = |most| Request { max_output_tokens: Some(most), ..Request::prompt("") };
    let waiting: Vec<_> = (0..100)
        .map(|_| {
            let model = endless.clone();
            tokio::spawn(async move { model.complete(most(4_000)).await })
        })
        .collect();
    for one in waiting {
        one.abort();
    }
    tokio::select! {
        _ = endless.stream(most(4_000), &listener) => panic!("it is not done so soon"),
        () = started.notified() => {}
    }
    let reply = endless.complete(most(3)).await.unwrap();
    assert_eq!((reply.text.as_str(), reply.finish), ("xxx", Finish::Length));
    let (a, b) = tokio::join!(endless.complete(most(2)), endless.complete(most(1)));
    assert_eq!((a.unwrap().text.as_str(), b.unwrap().text.as_str()), ("xx", "x"));
}

fn why(bytes: Vec<u8>) -> String {
    let error = model(bytes, |_| ()).unwrap_err();
    assert_eq!((error.kind, error.model.as_str()), (ErrorKind::Fatal, "local:tiny.gguf"));
    error.message.strip_prefix("cannot use these weights: ").unwrap().to_owned()
}

/// A file with the number behind this key made another.
fn with(key: &str, number: u32) -> Vec<u8> {
    let mut bytes = OK.gguf();
    let at = bytes.windows(key.len()).position(|bytes| bytes == key.as_bytes()).unwrap() + key.len() + 4;
    bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
    bytes
}

#[test]
fn files_that_cannot_be_used_say_why() {
    let whole = OK.gguf();
    let cut = |length: usize| whole[..length].to_vec();
    let named = |text: &str| {
        let mut bytes = whole.clone();
        let at = bytes.windows(5).position(|bytes| bytes == b"gpt2\x19" || bytes == b"gpt2\x1a").unwrap_or(0);
        let at = if at > 0 { at } else { bytes.windows(4).position(|bytes| bytes == b"gpt2").unwrap() };
        bytes[at..at + 4].copy_from_slice(text.as_bytes());
        bytes
    };
    let rows = [
        (b"not weights at all".to_vec(), "this is no GGUF file"),
        (Vec::new(), "the header ends too early: the file was cut, or is none"),
        (b"GGUF\x09\0\0\0".to_vec(), "GGUF version 9 is not known, 2 and 3 are"),
        (cut(100), "the header ends too early: the file was cut, or is none"),
        (
            [&b"GGUF\x03\0\0\0"[..], &[0xff; 16]].concat(),
            "18446744073709551615 tensors and 18446744073709551615 entries are more than 65536",
        ),
        (
            Tiny { architecture: "mamba", ..OK }.gguf(),
            "their architecture is \"mamba\"; known are llama, qwen2 and qwen3",
        ),
        (named("bert"), "unsupported tokenizer model `bert`"),
        (with("general.alignment", 0), "tensors cannot be aligned so"),
        (with("block_count", u32::MAX), "their block_count is 4294967295"),
        (with("attention.head_count", 0), "their attention.head_count is 0"),
        (with("embedding_length", 7), "2 heads, 2 of keys and a width of 7 do not go together"),
        (with("rope.dimension_count", 1 << 31), "2147483648 of 144 dimensions turned is not known"),
        (with("context_length", 0), "their window is empty"),
    ];
    for (bytes, expected) in rows {
        assert_eq!(why(bytes), expected);
    }
    let short = why(cut(whole.len() - 40));
    assert!(short.ends_with("the file ends before: it was cut, or is still being loaded"), "{short}");
    assert_eq!(why(with("block_count", 2)), "cannot find tensor info for blk.1.attn_q.weight");
    // A longer window than anybody makes tables for is cut to one that they are made for.
    assert_eq!(model(with("context_length", u32::MAX), |_| ()).unwrap().context_window(), Some(4_096));
}

/// Whatever is in a header, it is refused or it answers: nothing panics, and nothing is allocated for numbers that
/// the file cannot hold.
#[tokio::test]
async fn no_header_does_harm() {
    let whole = OK.gguf();
    let header = whole.windows(10).rposition(|bytes| bytes == b"ffn_down.w").unwrap() + 60;
    let (mut refused, mut answered) = (0, 0);
    for at in (0..header).filter(|at| at % 61 == 0 || at % 4 == 0 && !(700..header - 900).contains(at)) {
        for value in [0, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            match model(bytes, |_| ()) {
                Err(_) => refused += 1,
                // Asking takes longer than reading, so not of all.
                Ok(_) if at % 16 > 0 => answered += 1,
                Ok(model) => {
                    let asked = Request { max_output_tokens: Some(2), ..Request::prompt("q") };
                    if let Err(error) = model.complete(asked).await {
                        assert!(!error.message.contains("panic"), "byte {at} as {value}: {error}");
                    }
                    answered += 1;
                }
            }
        }
    }
    assert!(refused > 100 && answered > 100, "{refused} refused, {answered} loaded");
}
