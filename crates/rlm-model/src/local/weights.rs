//! The weights of the architectures that are known, behind one way to ask for the next token.

use std::io::{Read, Seek};

use candle_core::{Device, Result, Tensor, bail, quantized::gguf_file::Content};
use candle_transformers::{
    models::{quantized_llama, quantized_qwen2, quantized_qwen3},
    utils::apply_repeat_penalty,
};

/// Tokens of a prompt that are taken at once. Parts are powers of two, so that the masks that candle keeps
/// for each size stay few.
const AT_ONCE: usize = 512;

/// Weights, and what they have read so far.
pub struct Weights {
    architecture: Architecture,
    device: Device,
}

enum Architecture {
    Llama(quantized_llama::ModelWeights),
    Qwen2(quantized_qwen2::ModelWeights),
    Qwen3(quantized_qwen3::ModelWeights),
}

impl Weights {
    /// Reads them; how many tokens they take in and give out together comes too.
    pub fn read(content: Content, file: &mut (impl Read + Seek)) -> Result<(Self, usize)> {
        let device = Device::Cpu;
        let name = match content.metadata.get("general.architecture") {
            Some(name) => name.to_string()?.clone(),
            None => bail!("they do not say of which architecture they are"),
        };
        let window = match content.metadata.get(&format!("{name}.context_length")) {
            Some(length) => length.to_u32()? as usize,
            None => bail!("they do not say how long their window is"),
        };
        let (architecture, window) = match name.as_str() {
            "llama" => {
                let weights = quantized_llama::ModelWeights::from_gguf(content, file, &device)?;
                (Architecture::Llama(weights), window.min(quantized_llama::MAX_SEQ_LEN))
            }
            "qwen2" => (Architecture::Qwen2(quantized_qwen2::ModelWeights::from_gguf(content, file, &device)?), window),
            "qwen3" => (Architecture::Qwen3(quantized_qwen3::ModelWeights::from_gguf(content, file, &device)?), window),
            other => bail!("their architecture is {other:?}; known are llama, qwen2 and qwen3"),
        };
        Ok((Self { architecture, device }, window))
    }

    /// Forgets what was read.
    pub fn forget(&mut self) {
        match &mut self.architecture {
            Architecture::Llama(weights) => weights.clear_kv_cache(),
            Architecture::Qwen2(weights) => weights.clear_kv_cache(),
            Architecture::Qwen3(weights) => weights.clear_kv_cache(),
        }
    }

    /// What may follow these tokens; nothing when it is not `wanted` any more.
    pub fn after(&mut self, tokens: &[u32], wanted: impl Fn() -> bool) -> Result<Option<Tensor>> {
        let mut logits = None;
        let mut read = 0;
        while read < tokens.len() {
            if !wanted() {
                return Ok(None);
            }
            let left = tokens.len() - read;
            let part = if left >= AT_ONCE { AT_ONCE } else { 1 << left.ilog2() };
            logits = Some(self.forward(&tokens[read..read + part], read)?);
            read += part;
        }
        Ok(logits)
    }

    /// What may follow `token`, which stands at `position`.
    pub fn next(&mut self, token: u32, position: usize) -> Result<Tensor> {
        self.forward(&[token], position)
    }

    fn forward(&mut self, tokens: &[u32], position: usize) -> Result<Tensor> {
        let input = Tensor::new(tokens, &self.device)?.unsqueeze(0)?;
        let logits = match &mut self.architecture {
            Architecture::Llama(weights) => weights.forward(&input, position),
            Architecture::Qwen2(weights) => weights.forward(&input, position),
            Architecture::Qwen3(weights) => weights.forward(&input, position),
        };
        logits?.squeeze(0)
    }
}

/// The likeliest token, those among the `recent` ones made less likely.
pub fn likeliest(logits: &Tensor, penalty: f32, recent: &[u32]) -> Result<u32> {
    apply_repeat_penalty(logits, penalty, recent)?.argmax(0)?.to_scalar()
}
