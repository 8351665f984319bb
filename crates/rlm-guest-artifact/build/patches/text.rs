//! Text: building it up, and knowing its kind without reading it.

use super::Patch;

pub const VM: &[Patch] = &[
    Patch {
        file: "src/builtins/str.rs",
        reason: "what the bytecode loop's patches use to add texts",
        old: "impl PyRef<PyStr> {
    #[must_use]
    pub fn is_empty(&self) -> bool {",
        new: "impl PyStr {
    /// This text and the other, whose kinds say the kind of the result.
    pub(crate) fn concat(&self, other: &Self) -> Self {
        let mut both = Wtf8Buf::with_capacity(self.as_bytes().len() + other.as_bytes().len());
        both.push_wtf8(self.as_wtf8());
        both.push_wtf8(other.as_wtf8());
        // SAFETY: two texts in a row are of the wider kind.
        unsafe { Self::new_str_unchecked(both.into_box(), self.kind() | other.kind()) }
    }
}

impl PyRef<PyStr> {
    /// Appends to this very object.
    ///
    /// # Safety
    /// Nobody may be able to tell: no other reference may be looked through before it is bound anew.
    pub(crate) unsafe fn append(&mut self, other: &PyStr) {
        let payload = self.payload() as *const PyStr as *mut PyStr;
        // SAFETY: there is one thread, and the caller says that nobody else looks.
        unsafe {
            (*payload).data.push(&other.data);
            (*payload).hash.store(hash::SENTINEL, atomic::Ordering::Relaxed);
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {",
    },
    Patch {
        file: "src/builtins/str.rs",
        reason: "one copy instead of a copy and a shrink",
        old: "            let bytes = zelf.as_wtf8().py_add(other.as_wtf8());
            Ok(unsafe {
                // SAFETY: `kind` is safely decided
                let kind = zelf.kind() | other.kind();
                Self::new_str_unchecked(bytes.into(), kind)
            }
            .to_pyobject(vm))",
        new: "            Ok(zelf.concat(other).to_pyobject(vm))",
    },
];

pub const COMMON: &[Patch] = &[
    Patch {
        file: "src/str.rs",
        reason: "a text that grows needs room to grow into. The object stays as large as it was",
        old: "pub struct StrData {
    data: Box<Wtf8>,",
        new: "pub struct StrData {
    data: Wtf8Buf,",
    },
    Patch {
        file: "src/str.rs",
        reason: "as above",
        old: "            data: <Box<Wtf8>>::default(),",
        new: "            data: Wtf8Buf::new(),",
    },
    Patch {
        file: "src/str.rs",
        reason: "as above",
        old: "            len: value.len().into(),
            data: value.into(),",
        new: "            len: value.len().into(),
            data: Wtf8Buf::from_box(value.into()),",
    },
    Patch {
        file: "src/str.rs",
        reason: "as above",
        old: "                data: ch.to_string().into(),",
        new: "                data: Wtf8Buf::from_string(ch.to_string()),",
    },
    Patch {
        file: "src/str.rs",
        reason: "as above",
        old: "                data: Wtf8Buf::from(ch).into(),",
        new: "                data: Wtf8Buf::from(ch),",
    },
    Patch {
        file: "src/str.rs",
        reason: "as above",
        old: "        Self {
            data,
            kind,
            len,
            index: Wtf8IndexSlot::new(),
        }
    }",
        new: "        Self {
            data: Wtf8Buf::from_box(data),
            kind,
            len,
            index: Wtf8IndexSlot::new(),
        }
    }

    /// Appends a text.
    pub fn push(&mut self, other: &Self) {
        let mut bytes = core::mem::take(&mut self.data).into_bytes();
        if bytes.capacity() - bytes.len() < other.len() {
            // A quarter more, so that a loop of appends copies each byte a few times at most; without it
            // where memory does not suffice.
            let _ = bytes.try_reserve_exact(other.len() + bytes.len() / 4);
        }
        bytes.extend_from_slice(other.data.as_bytes());
        // SAFETY: two texts in a row are a text.
        self.data = unsafe { Wtf8Buf::from_bytes_unchecked(bytes) };
        self.kind = self.kind | other.kind;
        let known = self.len.0.load(Relaxed);
        if known != usize::MAX {
            self.len = (known + other.char_len()).into();
        }
        self.index = Wtf8IndexSlot::new();
    }",
    },
    Patch {
        file: "src/str.rs",
        reason: "as above",
        old: "        Self {
            data,
            kind,
            len: char_len.into(),",
        new: "        Self {
            data: Wtf8Buf::from_box(data),
            kind,
            len: char_len.into(),",
    },
    Patch {
        file: "src/str.rs",
        reason: "as above",
        old: "    pub const fn as_wtf8(&self) -> &Wtf8 {
        &self.data
    }",
        new: "    pub const fn as_wtf8(&self) -> &Wtf8 {
        self.data.as_wtf8()
    }",
    },
    Patch {
        file: "src/str.rs",
        reason: "asked four bytes at a time on wasm32, now sixteen",
        old: "        if self.is_ascii() {
            StrKind::Ascii
        } else {
            StrKind::Utf8
        }",
        new: "        if crate::wtf8::all_ascii(self.as_bytes()) {
            StrKind::Ascii
        } else {
            StrKind::Utf8
        }",
    },
];

pub const WTF8: &[Patch] = &[
    Patch {
        file: "src/lib.rs",
        reason: "asked four bytes at a time on wasm32, now sixteen. Upstream of all: the standard library's \
                 `is_ascii` with SIMD on wasm32",
        old: "    pub const fn is_ascii(&self) -> bool {
        self.bytes.is_ascii()
    }",
        new: "    pub fn is_ascii(&self) -> bool {
        all_ascii(&self.bytes)
    }",
    },
    Patch {
        file: "src/lib.rs",
        reason: "as above; and a surrogate begins with one byte value, which few scripts have",
        old: "    pub fn is_utf8(&self) -> bool {
        self.next_surrogate(0).is_none()
    }",
        new: "    pub fn is_utf8(&self) -> bool {
        !none_in_blocks(&self.bytes, |byte| byte == 0xED).contains(&0xED) || self.next_surrogate(0).is_none()
    }",
    },
    Patch {
        file: "src/lib.rs",
        reason: "as above: the loop the compiler makes SIMD of",
        old: "/// Creates a new WTF-8 string from an iterator of code points.
///
/// This replaces",
        new: "/// Whether all bytes are ASCII.
#[must_use]
pub fn all_ascii(bytes: &[u8]) -> bool {
    none_in_blocks(bytes, |byte| byte >= 0x80).is_ascii()
}

/// What is left of `bytes` after its leading blocks that are free of such bytes.
#[inline]
fn none_in_blocks(mut bytes: &[u8], is_one: impl Fn(u8) -> bool) -> &[u8] {
    while let Some((block, rest)) = bytes.split_first_chunk::<64>() {
        if block.iter().fold(false, |found, &byte| found | is_one(byte)) {
            break;
        }
        bytes = rest;
    }
    bytes
}

impl Wtf8Buf {
    /// The text as a slice.
    #[inline]
    #[must_use]
    pub const fn as_wtf8(&self) -> &Wtf8 {
        unsafe { Wtf8::from_bytes_unchecked(self.bytes.as_slice()) }
    }
}

/// Creates a new WTF-8 string from an iterator of code points.
///
/// This replaces",
    },
];
