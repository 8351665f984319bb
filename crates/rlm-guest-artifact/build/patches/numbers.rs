//! Integers that fit a machine word.

use super::Patch;

pub const VM: &[Patch] = &[
    Patch {
        file: "src/builtins/int.rs",
        reason: "asked for the bits, an iterator over the digits and the sign of every operand",
        old: "        let bits = self.as_bigint().bits();
        if bits > i64::BITS as u64 {
            return None;
        }
        let magnitude = self.as_bigint().iter_u64_digits().next().unwrap_or(0);
        let signed_magnitude = i64::try_from(magnitude).ok();
        match self.as_bigint().sign() {
            Sign::Minus if magnitude == 1u64 << 63 => Some(i64::MIN),
            Sign::Minus => signed_magnitude.map(|value| -value),
            Sign::NoSign | Sign::Plus => signed_magnitude,
        }
",
        new: "        self.as_bigint().to_i64()
",
    },
    Patch {
        file: "src/frame.rs",
        reason: "as above, for an index",
        old: "    let v = i.try_to_primitive::<u64>(vm).ok()?;
    if v <= CPYTHON_COMPACT_LONG_MAX {",
        new: "    let _ = vm;
    let v = u64::try_from(i.try_to_i64_fast()?).ok()?;
    if v <= CPYTHON_COMPACT_LONG_MAX {",
    },
];

pub const MALACHITE_NZ: &[Patch] = &[
    Patch {
        file: "src/integer/conversion/from_primitive_int.rs",
        reason: "a way to a small value that is inlined across crates; its own conversions are calls. Upstream: \
                 #[inline] on the conversions of numbers of one limb",
        old: "impl Integer {
    /// Converts a [`Limb`](crate#limbs) to an [`Integer`].",
        new: "impl Integer {
    /// The value, if it is one limb and fits.
    #[inline(always)]
    pub const fn to_small_i64(&self) -> Option<i64> {
        match (self.sign, self.abs.to_small_i64()) {
            (false, Some(value)) => Some(-value),
            (_, value) => value,
        }
    }

    /// Converts a [`Limb`](crate#limbs) to an [`Integer`].",
    },
    Patch {
        file: "src/natural/mod.rs",
        reason: "as above",
        old: "impl Natural {
    // If a `Natural` is `Large` but is small enough to be `Small`, make it `Small`.",
        new: "impl Natural {
    /// The value, if it is one limb and fits.
    #[inline(always)]
    pub const fn to_small_i64(&self) -> Option<i64> {
        match self.0 {
            Small(limb) if limb <= i64::MAX as Limb => Some(limb as i64),
            _ => None,
        }
    }

    // If a `Natural` is `Large` but is small enough to be `Small`, make it `Small`.",
    },
];

pub const MALACHITE_BIGINT: &[Patch] = &[Patch {
    file: "src/macros.rs",
    reason: "the short way for small values, as above",
    old: "            fn try_from(value: &$res) -> Result<Self, Self::Error> {
                <$t>::try_from(&value.0).map_err(|_| Self::Error::new(()))",
    new: "            fn try_from(value: &$res) -> Result<Self, Self::Error> {
                if let Some(small) = value.0.to_small_i64() {
                    return <$t>::try_from(small).map_err(|_| Self::Error::new(()));
                }
                <$t>::try_from(&value.0).map_err(|_| Self::Error::new(()))",
}];
