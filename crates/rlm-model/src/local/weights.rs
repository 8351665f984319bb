//! The weights of the architectures that are known, behind one way to ask for the next token.

use std::io::{Read, Seek};

use candle_core::{
    Device, Result, Tensor, bail,
    quantized::gguf_file::{Content, Value},
};
use candle_transformers::models::{quantized_llama, quantized_qwen2, quantized_qwen3};

use super::header;

/// Tokens of a prompt that are taken at once: so many that it is not slower than all, so few that a call which nobody waits
/// for ends soon. Parts begin at multiples of their length, so that the masks that candle keeps for each length and
/// place stay few.
const AT_ONCE: [usize; 3] = [64, 8, 1];

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
    pub fn read(mut content: Content, file: &mut (impl Read + Seek)) -> Result<(Self, usize)> {
        let device = Device::Cpu;
        let (name, window) = header::checked(&mut content)?;
        let (architecture, window) = match name.as_str() {
            "llama" => {
                let weights = quantized_llama::ModelWeights::from_gguf(content, file, &device)?;
                (Architecture::Llama(weights), window.min(quantized_llama::MAX_SEQ_LEN))
            }
            "qwen2" => (Architecture::Qwen2(quantized_qwen2::ModelWeights::from_gguf(content, file, &device)?), window),
            "qwen3" => {
                // Places are counted in this type; half a float has no odd numbers past 2,048.
                content.metadata.insert("general.dtype".into(), Value::U32(0));
                (Architecture::Qwen3(quantized_qwen3::ModelWeights::from_gguf(content, file, &device)?), window)
            }
            other => bail!("architecture {other:?} is not known"),
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

    /// What may follow these tokens; nothing when it is not `wanted` any more, or there are none.
    pub fn after(&mut self, tokens: &[u32], wanted: impl Fn() -> bool) -> Result<Option<Tensor>> {
        let mut logits = None;
        let mut read = 0;
        while read < tokens.len() {
            if !wanted() {
                return Ok(None);
            }
            let fits = |part: &usize| read % part == 0 && read + part <= tokens.len();
            let part = AT_ONCE.into_iter().find(fits).unwrap_or(1);
            logits = Some(self.next(&tokens[read..read + part], read)?);
            read += part;
        }
        Ok(logits)
    }

    /// What may follow `tokens`, the first of which stands at `position`.
    pub fn next(&mut self, tokens: &[u32], position: usize) -> Result<Tensor> {
        let input = Tensor::new(tokens, &self.device)?.unsqueeze(0)?;
        let logits = match &mut self.architecture {
            Architecture::Llama(weights) => weights.forward(&input, position),
            Architecture::Qwen2(weights) => weights.forward(&input, position),
            Architecture::Qwen3(weights) => weights.forward(&input, position),
        };
        logits?.squeeze(0)
    }
}
