//! Making and dropping objects.

use super::Patch;

pub const VM: &[Patch] = &[
    Patch {
    file: "src/object/core.rs",
    reason: "taking a free list out of its cell and putting it back drops an empty one each time, which went through \
             a drain and a deallocation",
    old: "impl<T: PyPayload> Drop for FreeList<T> {
    fn drop(&mut self) {
",
    new: "impl<T: PyPayload> Drop for FreeList<T> {
    #[inline]
    fn drop(&mut self) {
        if self.items.capacity() == 0 {
            return;
        }
",
},
    Patch {
        file: "src/protocol/object.rs",
        reason: "a text knows its hash; asked through the slot, it was a check of the stack's depth and two calls",
        old: "    pub fn hash(&self, vm: &VirtualMachine) -> PyResult<PyHash> {
",
        new: "    pub fn hash(&self, vm: &VirtualMachine) -> PyResult<PyHash> {
        if let Some(text) = self.downcast_ref_if_exact::<PyStr>(vm) {
            return Ok(text.hash(vm));
        }
",
    },
    Patch {
        file: "src/protocol/object.rs",
        reason: "two texts or two small integers are compared here and not through two slots",
        old: "        match self._cmp(other, op_id, vm)? {
            Either::A(obj) => obj.try_to_bool(vm),
            Either::B(other) => Ok(other),
        }
    }

    pub fn repr_utf8(",
        new: "        if let (Some(a), Some(b)) =
            (self.downcast_ref_if_exact::<PyStr>(vm), other.downcast_ref_if_exact::<PyStr>(vm))
        {
            return Ok(match op_id {
                PyComparisonOp::Eq => a.as_bytes() == b.as_bytes(),
                PyComparisonOp::Ne => a.as_bytes() != b.as_bytes(),
                _ => op_id.eval_ord(a.as_wtf8().cmp(b.as_wtf8())),
            });
        }
        if let (Some(a), Some(b)) =
            (self.downcast_ref_if_exact::<PyInt>(vm), other.downcast_ref_if_exact::<PyInt>(vm))
            && let (Some(a), Some(b)) = (a.try_to_i64_fast(), b.try_to_i64_fast())
        {
            return Ok(op_id.eval_ord(a.cmp(&b)));
        }
        match self._cmp(other, op_id, vm)? {
            Either::A(obj) => obj.try_to_bool(vm),
            Either::B(other) => Ok(other),
        }
    }

    pub fn repr_utf8(",
    },
    Patch {
        file: "src/dict_inner.rs",
        reason: "as above, for keys of dicts and sets",
        old: "        vm.bool_eq(other_key, self)
    }

    #[inline]
    fn key_as_isize(&self, vm: &VirtualMachine) -> PyResult<isize> {
        self.try_index(vm)?",
        new: "        if let (Some(a), Some(b)) =
            (self.downcast_ref_if_exact::<PyStr>(vm), other_key.downcast_ref_if_exact::<PyStr>(vm))
        {
            return Ok(a.as_bytes() == b.as_bytes());
        }
        vm.bool_eq(other_key, self)
    }

    #[inline]
    fn key_as_isize(&self, vm: &VirtualMachine) -> PyResult<isize> {
        self.try_index(vm)?",
    },
    Patch {
        file: "src/builtins/list.rs",
        reason: "keys that are all texts, small integers or floats are compared without running Python, so any stable \
                 sort gives the same; the standard library's moves elements where this one counts references",
        old: "    match pre_sort_check(items.iter().map(&key), vm) {
",
        new: "    let check = pre_sort_check(items.iter().map(&key), vm);
    match check {
        PreSort::Str => {
            let text = |item: &T| key(item).downcast_ref::<PyStr>().map(|text| text.as_bytes() as *const [u8]);
            let keys = items.iter().map(|item| text(item)).collect::<Option<Vec<_>>>();
            if let Some(keys) = keys {
                // SAFETY: the items hold the texts, and nothing runs that could change them.
                sort_natively(items, keys, reverse, |&a, &b| unsafe { (&*a).cmp(&*b) });
                return Ok(());
            }
        }
        PreSort::Int => {
            let small = |item: &T| key(item).downcast_ref::<PyInt>()?.try_to_i64_fast();
            let keys = items.iter().map(|item| small(item)).collect::<Option<Vec<_>>>();
            if let Some(keys) = keys {
                sort_natively(items, keys, reverse, |a, b| a.cmp(b));
                return Ok(());
            }
        }
        PreSort::Float => {
            let ordered = |item: &T| key(item).downcast_ref::<PyFloat>().map(|value| value.to_f64()).filter(|value| !value.is_nan());
            let keys = items.iter().map(|item| ordered(item)).collect::<Option<Vec<_>>>();
            if let Some(keys) = keys {
                sort_natively(items, keys, reverse, |a, b| a.partial_cmp(b).unwrap_or(core::cmp::Ordering::Equal));
                return Ok(());
            }
        }
        _ => {}
    }
    match check {
",
    },
    Patch {
        file: "src/builtins/list.rs",
        reason: "as above",
        old: "fn do_sort(
    vm: &VirtualMachine,
    values",
        new: "/// Sorts items by keys that were read out of them.
fn sort_natively<T: Clone, Key>(
    items: &mut [T],
    keys: Vec<Key>,
    reverse: bool,
    compare: impl Fn(&Key, &Key) -> core::cmp::Ordering,
) {
    let mut order: Vec<(Key, u32)> = keys.into_iter().zip(0..).collect();
    if reverse {
        order.sort_by(|a, b| compare(&b.0, &a.0));
    } else {
        order.sort_by(|a, b| compare(&a.0, &b.0));
    }
    let sorted: Vec<T> = order.iter().map(|&(_, place)| items[place as usize].clone()).collect();
    items.clone_from_slice(&sorted);
}

fn do_sort(
    vm: &VirtualMachine,
    values",
    },
];
