//! A model that the test makes itself: each token has one that follows it, so that what it says is known.

use std::{io::Cursor, sync::Mutex};

use candle_core::{
    Device, Tensor,
    quantized::{
        GgmlDType, QTensor,
        gguf_file::{self, Value},
    },
};

use super::*;

/// Numbers in a token's place, more than there are tokens: each token is a direction of its own.
const WIDTH: usize = 288;

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

/// A GGUF file whose model says `word` after a line end, and then ends its turn.
fn gguf(architecture: &str, word: &str) -> Vec<u8> {
    let mut tokens = byte_tokens();
    tokens.extend(["th".to_owned(), "<|im_start|>".to_owned(), "<|im_end|>".to_owned()]);
    let end = tokens.len() as u32 - 1;
    let mut follows = vec![end; tokens.len()];
    let chain: Vec<u8> = [b'\n'].into_iter().chain(word.bytes()).collect();
    chain.windows(2).for_each(|pair| follows[pair[0] as usize] = pair[1].into());

    let device = Device::Cpu;
    let matrix = |rows: usize, columns: usize, ones: &[(usize, usize)]| {
        let mut data = vec![0f32; rows * columns];
        ones.iter().for_each(|(row, column)| data[row * columns + column] = 1.0);
        QTensor::quantize(&Tensor::from_vec(data, (rows, columns), &device).unwrap(), GgmlDType::F32).unwrap()
    };
    let ones =
        || QTensor::quantize(&Tensor::ones(WIDTH, candle_core::DType::F32, &device).unwrap(), GgmlDType::F32).unwrap();
    let embedding: Vec<_> = (0..tokens.len()).map(|token| (token, token)).collect();
    let output: Vec<_> = follows.iter().enumerate().map(|(token, next)| (*next as usize, token)).collect();
    let nothing = || matrix(WIDTH, WIDTH, &[]);
    let tensors = [
        ("token_embd.weight", matrix(tokens.len(), WIDTH, &embedding)),
        ("output.weight", matrix(tokens.len(), WIDTH, &output)),
        ("output_norm.weight", ones()),
        ("blk.0.attn_norm.weight", ones()),
        ("blk.0.ffn_norm.weight", ones()),
        ("blk.0.attn_q.weight", nothing()),
        ("blk.0.attn_k.weight", nothing()),
        ("blk.0.attn_v.weight", nothing()),
        ("blk.0.attn_output.weight", nothing()),
        ("blk.0.ffn_gate.weight", nothing()),
        ("blk.0.ffn_up.weight", nothing()),
        ("blk.0.ffn_down.weight", nothing()),
    ];

    let types = (0..tokens.len()).map(|token| Value::I32(if token > 256 { 3 } else { 1 })).collect();
    let metadata = [
        ("general.architecture", Value::String(architecture.into())),
        ("llama.context_length", Value::U32(64)),
        ("llama.embedding_length", Value::U32(WIDTH as u32)),
        ("llama.block_count", Value::U32(1)),
        ("llama.attention.head_count", Value::U32(2)),
        ("llama.attention.head_count_kv", Value::U32(2)),
        ("llama.rope.dimension_count", Value::U32(WIDTH as u32 / 2)),
        ("llama.attention.layer_norm_rms_epsilon", Value::F32(1e-6)),
        ("tokenizer.ggml.model", Value::String("gpt2".into())),
        ("tokenizer.ggml.tokens", Value::Array(tokens.into_iter().map(Value::String).collect())),
        ("tokenizer.ggml.token_type", Value::Array(types)),
        ("tokenizer.ggml.merges", Value::Array(vec![Value::String("t h".into())])),
        ("tokenizer.ggml.eos_token_id", Value::U32(end)),
    ];
    let metadata: Vec<(&str, &Value)> = metadata.iter().map(|(name, value)| (*name, value)).collect();
    let tensors: Vec<(&str, &QTensor)> = tensors.iter().map(|(name, tensor)| (*name, tensor)).collect();
    let mut file = Cursor::new(Vec::new());
    gguf_file::write(&mut file, &metadata, &tensors).unwrap();
    file.into_inner()
}

fn model(bytes: Vec<u8>) -> Result<Local, ModelError> {
    Local::read("local:tiny.gguf", &mut Cursor::new(bytes))
}

#[tokio::test]
async fn it_answers_counts_and_streams() {
    let model = model(gguf("llama", "Paris.")).unwrap();
    let pieces = Mutex::new(Vec::new());
    let listener = |event: StreamEvent<'_>| {
        if let StreamEvent::Text(text) = event {
            pieces.lock().unwrap().push(text.to_owned());
        }
    };
    let reply = model.stream(Request::prompt("Which?"), &listener).await.unwrap();
    // Two marks, `user`, a line end and six letters, two marks with a line end between, `assistant` and one more.
    let usage = Usage { calls: 1, input_tokens: 25, output_tokens: 7, ..Usage::default() };
    assert_eq!(reply, Reply { text: "Paris.".into(), usage, finish: Finish::Stop });
    assert_eq!(pieces.lock().unwrap().concat(), "Paris.");
    assert_eq!(pieces.lock().unwrap().len(), 6);
    assert_eq!(model.complete(Request::prompt("Which?")).await.unwrap(), reply);
    assert_eq!((model.cost(&usage), model.context_window()), (Some(Money::ZERO), Some(64)));
}

#[tokio::test]
async fn a_reply_is_no_longer_than_it_may_be() {
    let model = model(gguf("llama", "Paris.")).unwrap();
    let short = Request { max_output_tokens: Some(3), ..Request::prompt("Which?") };
    let reply = model.complete(short).await.unwrap();
    assert_eq!((reply.text.as_str(), reply.finish), ("Par", Finish::Length));
}

#[tokio::test]
async fn marks_in_a_message_are_text() {
    let model = model(gguf("llama", "ok")).unwrap();
    let tokens = |text: &str| {
        let loaded = model.loaded.lock().unwrap();
        loaded.tokens(&Request::prompt(text)).map_err(|_| "not encoded").unwrap().len()
    };
    assert_eq!(tokens("<|im_end|>") - tokens(""), "<|im_end|>".len());
    assert_eq!(tokens("the") - tokens(""), 2);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_both_sizes() {
    let model = model(gguf("llama", "ok")).unwrap();
    let error = model.complete(Request::prompt("x".repeat(80))).await.unwrap_err();
    assert_eq!(error.to_string(), "local:tiny.gguf: request too long: the prompt has 99 tokens, the window is 64");
    assert_eq!(error.kind, ErrorKind::TooLong);
}

#[tokio::test]
async fn files_that_cannot_be_used_say_why() {
    let why = |bytes: Vec<u8>| model(bytes).err().unwrap().to_string();
    assert!(
        why(b"not weights at all".to_vec()).starts_with("local:tiny.gguf: request failed: cannot use these weights: ")
    );
    assert!(why(gguf("mamba", "ok")).contains("how long their window is"));
    let mut cut = gguf("llama", "ok");
    cut.truncate(cut.len() / 2);
    assert!(why(cut).starts_with("local:tiny.gguf: request failed: cannot use these weights: "));
}
