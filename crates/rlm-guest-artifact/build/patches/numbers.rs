//! Numbers: integers that fit a machine word, and sums.

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
    Patch {
        file: "src/stdlib/builtins.rs",
        reason: "`sum` went through the operator's dispatch for every item. Ints and floats are added as such, as in \
                 CPython; floats with the compensation that it has since 3.12 (Neumaier), which makes \
                 `sum([0.1] * 10)` 1.0",
        old: "        for item in iterable.iter(vm)? {
            sum = vm._add(&sum, &*item?)?;
        }
        Ok(sum)
    }
",
        new: "        let mut items = iterable.iter(vm)?;
        if let Some(mut total) = small_int(&sum).filter(|_| sum.class().is(vm.ctx.types.int_type)) {
            loop {
                let Some(item) = items.next() else {
                    return Ok(vm.ctx.new_int(total).into());
                };
                let item = item?;
                let addend = small_int(&item).filter(|_| {
                    let class = item.class();
                    class.is(vm.ctx.types.int_type) || class.is(vm.ctx.types.bool_type)
                });
                match addend.and_then(|addend| total.checked_add(addend)) {
                    Some(more) => total = more,
                    None => {
                        sum = vm._add(vm.ctx.new_int(total).as_object(), &item)?;
                        break;
                    }
                }
            }
        }
        if let Some(mut total) = exact_float(&sum, vm) {
            let mut lost = 0.0;
            let whole = |total: f64, lost: f64| if lost != 0.0 && lost.is_finite() { total + lost } else { total };
            loop {
                let Some(item) = items.next() else {
                    return Ok(vm.ctx.new_float(whole(total, lost)).into());
                };
                let item = item?;
                if let Some(item) = exact_float(&item, vm) {
                    let next = total + item;
                    if total.abs() >= item.abs() {
                        lost += (total - next) + item;
                    } else {
                        lost += (item - next) + total;
                    }
                    total = next;
                } else if let Some(item) = small_int(&item) {
                    total += item as f64;
                } else {
                    sum = vm._add(vm.ctx.new_float(whole(total, lost)).as_object(), &item)?;
                    break;
                }
            }
        }
        for item in items {
            sum = vm._add(&sum, &*item?)?;
        }
        Ok(sum)
    }

    /// The value of an int that fits.
    #[inline]
    fn small_int(object: &PyObject) -> Option<i64> {
        object.downcast_ref::<crate::builtins::PyInt>()?.try_to_i64_fast()
    }

    /// The value of what is exactly a float.
    #[inline]
    fn exact_float(object: &PyObject, vm: &VirtualMachine) -> Option<f64> {
        Some(object.downcast_ref_if_exact::<crate::builtins::PyFloat>(vm)?.to_f64())
    }
",
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

pub const MALACHITE_BIGINT: &[Patch] = &[
    Patch {
        file: "src/bigint.rs",
        reason: "the short way for small values, as above",
        old: "impl BigInt {
    #[inline]
    pub fn new(",
        new: "impl BigInt {
    /// The value, if it is one limb and fits.
    #[inline(always)]
    pub const fn to_small_i64(&self) -> Option<i64> {
        self.0.to_small_i64()
    }

    #[inline]
    pub fn new(",
    },
    Patch {
        file: "src/macros.rs",
        reason: "the short way for small values, as above",
        old: "            fn try_from(value: &$res) -> Result<Self, Self::Error> {
                <$t>::try_from(&value.0).map_err(|_| Self::Error::new(()))",
        new: "            fn try_from(value: &$res) -> Result<Self, Self::Error> {
                if let Some(small) = value.0.to_small_i64() {
                    return <$t>::try_from(small).map_err(|_| Self::Error::new(()));
                }
                <$t>::try_from(&value.0).map_err(|_| Self::Error::new(()))",
    },
];
