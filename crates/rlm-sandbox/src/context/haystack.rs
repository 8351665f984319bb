//! A text that guest code asks about, wherever its bytes are.

use std::{borrow::Cow, io, ops::Range, sync::Arc};

use rlm_abi::Value;

use super::{
    Context,
    positions::{Look, Positions},
};

/// A text to look into. Cloning shares its bytes.
#[derive(Clone, Debug)]
pub struct Haystack {
    place: Place,
    /// Whether positions count code points and what is found is text.
    is_text: bool,
}

#[derive(Clone, Debug)]
enum Place {
    /// Part of a context's pages.
    Mapped(Context, Range<u64>),
    /// A whole context that stays in its file.
    Large(Context),
    /// A text that only the guest has, copied out of it.
    Copied(Arc<[u8]>, Arc<Positions>),
}

impl Haystack {
    /// Part of the pages of a context.
    pub fn mapped(context: Context, range: Range<u64>, is_text: bool) -> Self {
        Self { place: Place::Mapped(context, range), is_text }
    }

    /// A context that is not mapped; `None` for any other.
    pub fn large(context: Context) -> Option<Self> {
        let is_text = context.large()?.chars().is_some();
        Some(Self { place: Place::Large(context), is_text })
    }

    /// A copy of a text of the guest's own.
    pub fn copied(bytes: &[u8], is_text: bool) -> Self {
        let positions =
            if is_text && !bytes.is_ascii() { Positions::of_text(bytes) } else { Positions::of_blocks(&[]) };
        Self { place: Place::Copied(bytes.into(), Arc::new(positions)), is_text }
    }

    /// Whether it is text rather than bytes.
    pub fn is_text(&self) -> bool {
        self.is_text
    }

    /// Part of it as the guest sees it.
    pub fn value_of(&self, bytes: &[u8]) -> Value {
        if self.is_text {
            Value::Str(String::from_utf8_lossy(bytes).into_owned())
        } else {
            Value::Bytes(bytes.to_vec())
        }
    }

    /// All its bytes, where they are in memory.
    pub fn bytes(&self) -> Option<&[u8]> {
        match &self.place {
            Place::Mapped(context, range) => Some(&context.as_bytes()[range.start as usize..range.end as usize]),
            Place::Copied(bytes, _) => Some(bytes),
            Place::Large(_) => None,
        }
    }

    /// The context it is part of.
    pub fn whole_of(&self) -> Option<&Context> {
        match &self.place {
            Place::Mapped(context, _) => Some(context),
            Place::Large(_) | Place::Copied(..) => None,
        }
    }

    /// Where it lies in the bytes of `context`, if it does.
    pub fn range_in(&self, context: &Context) -> Option<Range<u64>> {
        match &self.place {
            Place::Mapped(own, range) if Arc::ptr_eq(&own.inner, &context.inner) => Some(range.clone()),
            _ => None,
        }
    }

    /// The position, as the guest counts it, of a byte.
    pub fn position_of(&self, offset: u64) -> io::Result<u64> {
        if !self.is_text {
            return Ok(offset);
        }
        match &self.place {
            Place::Mapped(context, range) => {
                let (positions, all) = (context.positions(), context.as_bytes());
                Ok(positions.chars_before(all, range.start + offset)? - positions.chars_before(all, range.start)?)
            }
            Place::Large(context) => match context.large() {
                Some(large) => context.positions().chars_before(large, offset),
                None => Ok(offset),
            },
            Place::Copied(bytes, positions) => positions.chars_before(&**bytes, offset),
        }
    }

    /// The byte at a position.
    pub fn byte_of(&self, position: u64) -> io::Result<u64> {
        if !self.is_text {
            return Ok(position.min(self.size()));
        }
        match &self.place {
            Place::Mapped(context, range) => {
                let (positions, all) = (context.positions(), context.as_bytes());
                let first = positions.chars_before(all, range.start)?;
                let byte = positions.byte_of(all, first.saturating_add(position))?;
                Ok(byte.min(range.end) - range.start)
            }
            Place::Large(context) => match context.large() {
                Some(large) => context.positions().byte_of(large, position),
                None => Ok(position),
            },
            Place::Copied(bytes, positions) => positions.byte_of(&**bytes, position),
        }
    }
}

impl Look for Haystack {
    fn size(&self) -> u64 {
        match &self.place {
            Place::Mapped(_, range) => range.end - range.start,
            Place::Large(context) => context.len(),
            Place::Copied(bytes, _) => bytes.len() as u64,
        }
    }

    fn look(&self, range: Range<u64>) -> io::Result<Cow<'_, [u8]>> {
        match (&self.place, self.bytes()) {
            (_, Some(bytes)) => bytes.look(range),
            (Place::Large(context), None) => context.large().map_or(Ok(Cow::Borrowed(&[])), |large| large.look(range)),
            _ => Ok(Cow::Borrowed(&[])),
        }
    }
}
