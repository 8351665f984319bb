//! What a GGUF file says of itself, checked before anything is allocated for it.
//!
//! Whoever wrote the file chose every number in it. Past this nobody asks whether they are hostile.

use std::io::{Read, Seek, SeekFrom};

use candle_core::{
    Result, bail,
    quantized::gguf_file::{Content, Value},
};

/// Most entries of a header, and most numbers of its arrays together: a vocabulary has some hundred
/// thousand, and each takes 32 bytes in memory.
const MAX_ENTRIES: u64 = 1 << 16;
const MAX_ELEMENTS: u64 = 1 << 23;
/// Most bytes of all of it.
const MAX_BYTES: u64 = 1 << 28;
/// Most layers, heads or experts.
const MAX_PARTS: usize = 1_024;
/// Longest window, in tokens: tables are made for all of it.
pub const MAX_WINDOW: usize = 32_768;

/// Reads a header, and refuses what it cannot be.
pub fn read(file: &mut (impl Read + Seek)) -> Result<Content> {
    let length = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    Walk { left: length.min(MAX_BYTES), file, elements: MAX_ELEMENTS }.header()?;
    file.rewind()?;
    let content = Content::read(file)?;
    let mut total = 0u64;
    for (name, tensor) in &content.tensor_infos {
        let dims = tensor.shape.dims();
        let (block, size) = (tensor.ggml_dtype.block_size(), tensor.ggml_dtype.type_size());
        let elements = dims.iter().try_fold(1usize, |product, dim| product.checked_mul(*dim).filter(|_| *dim > 0));
        let bytes = elements.filter(|_| dims.last().is_some_and(|row| row % block == 0));
        let Some(bytes) = bytes.and_then(|elements| (elements / block).checked_mul(size)) else {
            bail!("tensor {name:?} cannot have the shape {dims:?}");
        };
        let end = content.tensor_data_offset.checked_add(tensor.offset).and_then(|at| at.checked_add(bytes as u64));
        total = total.saturating_add(bytes as u64);
        // Together as well: tensors that overlap would be read again and again.
        if end.is_none_or(|end| end > length) || total > length {
            bail!("tensor {name:?} needs {bytes} bytes, the file ends before: it was cut, or is still being loaded");
        }
    }
    Ok(content)
}

/// Reads through a header and keeps nothing.
struct Walk<'a, F> {
    file: &'a mut F,
    /// Bytes that may still be read.
    left: u64,
    /// Elements of arrays that may still come.
    elements: u64,
}

impl<F: Read + Seek> Walk<'_, F> {
    fn header(&mut self) -> Result<()> {
        if &self.bytes::<4>()? != b"GGUF" {
            bail!("this is no GGUF file");
        }
        match self.u32()? {
            2 | 3 => {}
            version => bail!("GGUF version {version} is not known, 2 and 3 are"),
        }
        let (tensors, entries) = (self.u64()?, self.u64()?);
        if tensors > MAX_ENTRIES || entries > MAX_ENTRIES {
            bail!("{tensors} tensors and {entries} entries are more than {MAX_ENTRIES}");
        }
        for _ in 0..entries {
            let is_alignment = self.is_text(b"general.alignment")?;
            let kind = self.u32()?;
            if is_alignment {
                match (kind, if kind == 4 { self.u32()? } else { 0 }) {
                    (4, alignment) if alignment.is_power_of_two() => continue,
                    _ => bail!("tensors cannot be aligned so"),
                }
            }
            self.value(kind)?;
        }
        for _ in 0..tensors {
            self.text()?;
            let dims = self.u32()?;
            if !(1..=4).contains(&dims) {
                bail!("a tensor has {dims} dimensions");
            }
            self.skip(u64::from(dims) * 8 + 4 + 8)?;
        }
        Ok(())
    }

    fn value(&mut self, kind: u32) -> Result<()> {
        match (size(kind), kind) {
            (Some(size), _) => self.skip(size),
            (None, 8) => self.text(),
            (None, 9) => {
                let (kind, count) = (self.u32()?, self.u64()?);
                if count > self.elements {
                    bail!("an array of {count} elements is too long");
                }
                self.elements -= count;
                match (size(kind), kind) {
                    (Some(size), _) => self.skip(count * size),
                    (None, 8) => (0..count).try_for_each(|_| self.text()),
                    _ => bail!("arrays of kind {kind} are not known"),
                }
            }
            _ => bail!("values of kind {kind} are not known"),
        }
    }

    fn text(&mut self) -> Result<()> {
        let length = self.u64()?;
        self.skip(length)
    }

    /// Whether a text is `expected`.
    fn is_text<const N: usize>(&mut self, expected: &[u8; N]) -> Result<bool> {
        let length = self.u64()?;
        if length == N as u64 {
            return Ok(self.bytes::<N>()? == *expected);
        }
        self.skip(length)?;
        Ok(false)
    }

    fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.bytes()?))
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.take(N as u64)?;
        let mut bytes = [0; N];
        self.file.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn skip(&mut self, count: u64) -> Result<()> {
        self.take(count)?;
        // At most MAX_BYTES. Relative, so that a reader's buffer is kept.
        Ok(self.file.seek_relative(count as i64)?)
    }

    fn take(&mut self, count: u64) -> Result<()> {
        match self.left.checked_sub(count) {
            Some(left) => self.left = left,
            None => bail!("the header ends too early: the file was cut, or is none"),
        }
        Ok(())
    }
}

/// Bytes of a value, for kinds that always have as many.
fn size(kind: u32) -> Option<u64> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

/// The architecture and the window, with the numbers that tables and divisions depend on checked, and the
/// window made no longer than it may be.
pub fn checked(content: &mut Content) -> Result<(String, usize)> {
    let name = match content.metadata.get("general.architecture") {
        Some(name) => name.to_string()?.clone(),
        None => bail!("they do not say of which architecture they are"),
    };
    if !["llama", "qwen2", "qwen3"].contains(&name.as_str()) {
        bail!("their architecture is {name:?}; known are llama, qwen2 and qwen3");
    }
    let number = |key: &str| match content.metadata.get(&format!("{name}.{key}")) {
        Some(value) => value.to_u32().map(|value| value as usize),
        None => bail!("they do not say their {key}"),
    };
    let parts = |key: &str| match number(key)? {
        count @ 1..=MAX_PARTS => Ok(count),
        count => bail!("their {key} is {count}"),
    };
    parts("block_count")?;
    let (heads, of_keys) = (parts("attention.head_count")?, parts("attention.head_count_kv")?);
    let (width, window) = (number("embedding_length")?, number("context_length")?);
    if heads % of_keys != 0 || width == 0 || width % heads != 0 {
        bail!("{heads} heads, {of_keys} of keys and a width of {width} do not go together");
    }
    let of_head = match name.as_str() {
        "qwen3" => number("attention.key_length")?,
        _ => width / heads,
    };
    if of_head % 2 != 0 || of_head == 0 || of_head > width.max(MAX_PARTS) {
        bail!("heads cannot be {of_head} wide");
    }
    if name == "llama" {
        let turned = number("rope.dimension_count")?;
        if turned != of_head {
            bail!("{turned} of {of_head} dimensions turned is not known");
        }
        if number("expert_count").is_ok_and(|experts| experts > 1) {
            bail!("models of several experts are not known");
        }
    }
    if window == 0 {
        bail!("their window is empty");
    }
    let window = window.min(MAX_WINDOW);
    content.metadata.insert(format!("{name}.context_length"), Value::U32(window as u32));
    Ok((name, window))
}
