//! The quick loop, and the ways it takes to what objects hold.

use super::Patch;

pub const VM: &[Patch] = &[
    Patch {
        file: "src/frame.rs",
        reason: "the bytecode loop is one function of 230 KB in which next to nothing stays in a register: an \
                 instruction cost some 70 native ones to fetch, to dispatch and to look back at, and some 30 for each \
                 of its accesses to the operand stack. A second, small loop now runs most instructions of most \
                 programs (`build/quick_loop.rs`), and the large one a single instruction at a time, whenever the \
                 small one stops in front of it. Upstream: splitting the rare instructions off the loop",
        old: "/// Run bytecode in a light frame context.\n",
        new: concat!(include_str!("../quick_loop.rs"), "/// Run bytecode in a light frame context.\n"),
    },
    Patch {
        file: "src/frame.rs",
        reason: "as above: the large loop",
        old: "    fn run(&mut self, vm: &VirtualMachine) -> PyResult<ExecutionResult> {
        flame_guard!(format!(
            \"FrameObject::run({obj_name})\",",
        new: "    /// Runs one instruction, with the EXTENDED_ARGs before it, or goes on after the one that raised.
    #[inline(never)]
    fn run_one(&mut self, mut raised: Option<(usize, PyBaseExceptionRef)>, vm: &VirtualMachine) -> FrameResult {
        flame_guard!(format!(
            \"FrameObject::run({obj_name})\",",
    },
    Patch {
        file: "src/frame.rs",
        reason: "as above: what ends it, and where it begins",
        old: "        let mut prev_op: u8 = 0;
        loop {
            // Advance",
        new: "        let mut prev_op: u8 = 0;
        if let Some((index, _)) = raised {
            idx = index;
        }
        let ended: PyResult<ExecutionResult> = loop {
            // Advance",
    },
    Patch {
        file: "src/frame.rs",
        reason: "as above: an instruction that raised has said where the frame is",
        old: "            lasti_cell.store(idx as u32 + 1, Relaxed);

            // Read once",
        new: "            if raised.is_none() {
                lasti_cell.store(idx as u32 + 1, Relaxed);
            }

            // Read once",
    },
    Patch {
        file: "src/frame.rs",
        reason: "as above: it is traced already",
        old: "            let mut tracing = vm.use_tracing.get();",
        new: "            let mut tracing = vm.use_tracing.get() && raised.is_none();",
    },
    Patch {
        file: "src/frame.rs",
        reason: "as above: and not interrupted any more",
        old: "            if vm.eval_breaker_tripped()
                && let Err(exception) = eval_breaker_work(vm)",
        new: "            if raised.is_none()
                && vm.eval_breaker_tripped()
                && let Err(exception) = eval_breaker_work(vm)",
    },
    Patch {
        file: "src/frame.rs",
        reason: "as above: what it raised",
        old: "            let result = self.execute_instruction(op, arg, &mut do_extend_arg, vm);
",
        new: "            let result = match raised.take() {
                Some((_, exception)) => Err(exception),
                None => self.execute_instruction(op, arg, &mut do_extend_arg, vm),
            };
",
    },
    Patch {
        file: "src/frame.rs",
        reason: "as above: both loops call it",
        old: "    /// Execute a single instruction.
    #[inline(always)]
",
        new: "    /// Execute a single instruction.
    #[inline(never)]
",
    },
    Patch {
        file: "src/frame.rs",
        reason: "as above",
        old: "            if !do_extend_arg {
                arg_state.reset()
            }
            idx = next_idx as usize;
        }
    }
",
        new: "            if !do_extend_arg {
                return Ok(None);
            }
            idx = next_idx as usize;
        };
        ended.map(Some)
    }
",
    },
    Patch {
        file: "src/frame.rs",
        reason: "as above: types it knows",
        old: "        PyBaseException, PyBaseExceptionRef, PyBaseObject, PyCode,",
        new: "        PyBaseException, PyBaseExceptionRef, PyBaseObject, PyByteArray, PyCode,",
    },
    Patch {
        file: "src/frame.rs",
        reason: "the quick loop leaves what it pops where it was, so a frame in the place of one of its size must be \
                 cleared as well; and a few words are cleared one by one, for the function that fills memory costs more",
        old: "        if !reused_cleared_frame {
            // Fresh or differently shaped storage may contain old frame data.
            unsafe { core::ptr::write_bytes(localsplus_data_ptr, 0, capacity) };
        }
",
        new: "        let _ = reused_cleared_frame;
        for index in 0..nlocalsplus {
            // SAFETY: there is room for the locals and the stack.
            unsafe { localsplus_data_ptr.add(index).write_volatile(0) };
        }
",
    },
    Patch {
        file: "src/vm/mod.rs",
        reason: "the quick loop enters functions itself",
        old: "    fn take_pending_tailcall_owner(",
        new: "    pub(crate) fn take_pending_tailcall_owner(",
    },
    Patch {
        file: "src/vm/mod.rs",
        reason: "as above",
        old: "    recursion_depth: Cell<usize>,",
        new: "    pub(crate) recursion_depth: Cell<usize>,",
    },
    Patch {
        file: "src/vm/mod.rs",
        reason: "as above",
        old: "    fn take_pending_tailcall(",
        new: "    pub(crate) fn take_pending_tailcall(",
    },
    Patch {
        file: "src/frame.rs",
        reason: "the arguments of every call of something native went through checks of the stack one by one",
        old: "        let self_or_null_idx = callable_idx + 1;

        let self_or_null = self
            .localsplus
            .stack_index_mut(self_or_null_idx)
            .take()
            .map(|sr| sr.to_pyobj());
        let mut args = Vec::with_capacity(nargs + usize::from(self_or_null.is_some()));
        args.extend(self_or_null);
        for stack_idx in self_or_null_idx + 1..stack_len {
            let val = self
                .localsplus
                .stack_index_mut(stack_idx)
                .take()
                .unwrap()
                .to_pyobj();
            args.push(val);
        }

        let callable = self
            .localsplus
            .stack_index_mut(callable_idx)
            .take()
            .unwrap()
            .to_pyobj();
        self.localsplus.stack_truncate(callable_idx);
        (callable, args)
",
        new: "        // SAFETY: the compiler says what lies on the stack, and the new top is below what is taken.
        unsafe {
            let base = self.localsplus.nlocalsplus as usize;
            let place = self.localsplus.data_as_mut_slice().as_mut_ptr().add(base + callable_idx);
            let take = |place: *const usize| core::mem::transmute::<usize, PyStackRef>(*place).to_pyobj();
            let has_self = *place.add(1) != 0;
            let first = place.add(2 - usize::from(has_self));
            let count = nargs + usize::from(has_self);
            let mut args: Vec<PyObjectRef> = Vec::with_capacity(count);
            for index in 0..count {
                args.as_mut_ptr().add(index).write(take(first.add(index)));
            }
            args.set_len(count);
            self.localsplus.stack_top = callable_idx as u32;
            (take(place), args)
        }
",
    },
    Patch {
        file: "src/datastack.rs",
        reason: "where a chunk of the data stack ends, a call goes the long way and takes a new one. Later chunks have \
                 8 KB already; larger ones would let a recursion without a limit of its own reach that of memory \
                 before that of the native stack, which the long way takes from",
        old: "    4 * 1024
} else {",
        new: "    8 * 1024
} else {",
    },
    Patch {
        file: "src/vm/context.rs",
        reason: "as above: the least int that exists once",
        old: "    const INT_CACHE_POOL_MIN: i32",
        new: "    pub(crate) const INT_CACHE_POOL_MIN: i32",
    },
    Patch {
        file: "src/object/core.rs",
        reason: "as above: counting references, and the dict of an instance, which no other thread replaces",
        old: "    pub(crate) fn get_slot(&self, byte_offset: isize) -> Option<PyObjectRef> {",
        new: "    /// Gives up a reference. True if it was the last: then the object must be deallocated.
    #[inline(always)]
    pub(crate) fn release_is_last(&self) -> bool {
        self.0.ref_count.dec()
    }

    /// Whether there is one reference, and nothing special about it.
    #[inline(always)]
    pub(crate) fn is_only_reference(&self) -> bool {
        self.0.ref_count.is_one()
    }

    /// Whether there is no reference, and nothing special about it.
    #[inline(always)]
    pub(crate) fn is_unreferenced(&self) -> bool {
        self.0.ref_count.is_zero()
    }

    /// Makes an object off a free list a new one with one reference.
    ///
    /// # Safety
    /// Nobody may have it.
    #[inline(always)]
    pub(crate) unsafe fn revive(&self) {
        let ref_count = &raw const self.0.ref_count;
        // SAFETY: nobody else looks.
        unsafe { ref_count.cast_mut().write(RefCount::new()) };
        self.0.gc_bits.store(0, Ordering::Relaxed);
    }

    /// # Safety
    /// The last reference must have been given up.
    #[cold]
    #[inline(always)]
    pub(crate) unsafe fn deallocate(object: *const Self) {
        unsafe { Self::drop_slow(NonNull::new_unchecked(object.cast_mut())) }
    }

    /// The dict of an instance, until something else runs.
    #[inline(always)]
    pub(crate) fn dict_now(&self) -> Option<&Py<crate::builtins::PyDict>> {
        if !self.0.read_type_flags().0.contains(&crate::types::PyTypeFlags::HAS_DICT) {
            return None;
        }
        let place = (self as *const Self).addr().wrapping_sub(EXT_OFFSET);
        // SAFETY: an object of a type with that flag has the dict's place in front of it.
        unsafe { (*core::ptr::with_exposed_provenance::<ObjExt>(place)).dict.dict.deref() }
    }

    #[inline]
    pub(crate) fn get_slot(&self, byte_offset: isize) -> Option<PyObjectRef> {",
    },
    Patch {
        file: "src/object/core.rs",
        reason: "as above: the payload, to change it",
        old: "impl Drop for PyObjectRef {",
        new: "impl<T> Py<T> {
    /// The payload of an object that the caller has alone.
    #[inline(always)]
    pub(crate) unsafe fn payload_of(this: *mut Self) -> *mut T {
        unsafe { &raw mut (*this).payload }
    }
}

impl Drop for PyObjectRef {",
    },
    Patch {
        file: "src/builtins/int.rs",
        reason: "as above: an int that nobody else knows can become another one",
        old: "    /// Extract the inline magnitude without",
        new: "    /// Makes a number that fits an i64 another one.
    ///
    /// # Safety
    /// It must be exactly an int, and the caller must have the only reference.
    #[inline(always)]
    pub(crate) unsafe fn set_small(this: *mut PyObject, value: i64) {
        // SAFETY: nobody else looks, and a number of one limb has nothing to drop.
        unsafe { (&raw mut (*Self::payload_of(this.cast())).value).write(BigInt::from(value)) };
    }

    /// An int, if there is one on the free list.
    #[inline(always)]
    pub(crate) fn from_free_list(value: i64) -> Option<PyObjectRef> {
        // SAFETY: what is on the list is exactly an int, and nobody has it.
        unsafe {
            let object = PyInt::freelist_pop(&PyInt { value: BigInt::from(0) })?;
            object.as_ref().revive();
            (*Self::payload_of(object.as_ptr().cast())).value = BigInt::from(value);
            Some(PyObjectRef::from_raw(object))
        }
    }

    /// The value, if it is one limb and fits.
    #[inline(always)]
    pub(crate) fn small(&self) -> Option<i64> {
        self.as_bigint().to_small_i64()
    }

    /// Extract the inline magnitude without",
    },
    Patch {
        file: "src/builtins/float.rs",
        reason: "as above, for a float",
        old: "impl PyFloat {
    #[must_use]
",
        new: "impl Py<PyFloat> {
    /// Makes it another number.
    ///
    /// # Safety
    /// It must be exactly a float, and the caller must have the only reference.
    #[inline(always)]
    pub(crate) unsafe fn set_value(this: *mut PyObject, value: f64) {
        // SAFETY: nobody else looks.
        unsafe { (*Self::payload_of(this.cast())).value = value };
    }

    /// A float, if there is one on the free list.
    #[inline(always)]
    pub(crate) fn from_free_list(value: f64) -> Option<PyObjectRef> {
        // SAFETY: what is on the list is exactly a float, and nobody has it.
        unsafe {
            let object = PyFloat::freelist_pop(&PyFloat { value })?;
            object.as_ref().revive();
            Self::set_value(object.as_ptr(), value);
            Some(PyObjectRef::from_raw(object))
        }
    }
}

impl PyFloat {
    #[must_use]
",
    },
    Patch {
        file: "src/builtins/list.rs",
        reason: "as above: a list's items without a lock that nobody else can hold",
        old: "impl PyList {
    pub(crate) fn append(",
        new: "impl PyList {
    /// The items.
    ///
    /// # Safety
    /// Nothing else may run while they are looked at.
    #[inline(always)]
    pub(crate) unsafe fn items_now(&self) -> &[PyObjectRef] {
        // SAFETY: there is one thread, and no guard of this lock outlives a bytecode instruction.
        unsafe { &*self.elements.data_ptr() }
    }

    /// The items, to change them.
    ///
    /// # Safety
    /// As for `items_now`.
    #[inline(always)]
    #[allow(clippy::mut_from_ref)]
    pub(crate) unsafe fn items_to_change(&self) -> &mut Vec<PyObjectRef> {
        self.mutation_counter.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { &mut *self.elements.data_ptr() }
    }

    pub(crate) fn append(",
    },
    Patch {
        file: "src/builtins/list.rs",
        reason: "as above: the next item, unless the iterator comes to its end",
        old: "impl SelfIter for PyListIterator {}",
        new: "impl PyListIterator {
    /// The next item, if there is one.
    ///
    /// # Safety
    /// As for `PyList::items_now`.
    #[inline(always)]
    pub(crate) unsafe fn next_if_any(&self) -> Option<PyObjectRef> {
        let internal = unsafe { &mut *self.internal.data_ptr() };
        let crate::builtins::iter::IterStatus::Active(list) = &internal.status else { return None };
        let item = unsafe { list.items_now() }.get(internal.position)?.clone();
        internal.position += 1;
        Some(item)
    }
}

impl SelfIter for PyListIterator {}",
    },
    Patch {
        file: "src/builtins/tuple.rs",
        reason: "as above",
        old: "impl SelfIter for PyTupleIterator {}",
        new: "impl PyTupleIterator {
    /// The next item, if there is one.
    ///
    /// # Safety
    /// Nothing else may run meanwhile.
    #[inline(always)]
    pub(crate) unsafe fn next_if_any(&self) -> Option<PyObjectRef> {
        let internal = unsafe { &mut *self.internal.data_ptr() };
        let crate::builtins::iter::IterStatus::Active(tuple) = &internal.status else { return None };
        let item = tuple.as_slice().get(internal.position)?.clone();
        internal.position += 1;
        Some(item)
    }
}

impl SelfIter for PyTupleIterator {}",
    },
    Patch {
        file: "src/builtins/bytearray.rs",
        reason: "as above, for bytes",
        old: "impl PyByteArray {
    #[deprecated",
        new: "impl PyByteArray {
    /// The bytes.
    ///
    /// # Safety
    /// Nothing else may run while they are looked at.
    #[inline(always)]
    pub(crate) unsafe fn bytes_now(&self) -> &[u8] {
        // SAFETY: there is one thread, and no guard of this lock outlives a bytecode instruction.
        unsafe { &(*self.inner.data_ptr()).elements }
    }

    #[deprecated",
    },
    Patch {
        file: "src/dict_inner.rs",
        reason: "as above: an entry whose index is known, without the lock",
        old: "    /// Fast path lookup using a cached entry index (`hint`).
",
        new: "    /// The value of this very key, if its entry is at `index`.
    ///
    /// # Safety
    /// Nothing else may run while it is looked at.
    #[inline(always)]
    #[allow(clippy::mut_from_ref)]
    pub(crate) unsafe fn place_at(&self, index: usize, key: &PyObject) -> Option<&mut T> {
        // SAFETY: there is one thread, and no guard of this lock outlives a bytecode instruction.
        let inner = unsafe { &mut *self.inner.data_ptr() };
        match inner.entries.get_mut(index) {
            Some(Some(entry)) if entry.key.is(key) => Some(&mut entry.value),
            _ => None,
        }
    }

    /// Whether there are only a few keys, all of them interned texts, and none of them is this one.
    ///
    /// # Safety
    /// As above.
    #[inline]
    pub(crate) unsafe fn surely_lacks(&self, name: &PyObject) -> bool {
        const FEW: usize = 8;
        // SAFETY: as above.
        let inner = unsafe { &*self.inner.data_ptr() };
        inner.entries.len() <= FEW
            && inner.entries.iter().flatten().all(|entry| entry.key.is_interned() && !entry.key.is(name))
    }

    /// The value at `index`, if the keys are those of this version.
    ///
    /// # Safety
    /// As above.
    #[inline(always)]
    pub(crate) unsafe fn value_of_version(&self, version: u32, index: usize) -> Option<T> {
        if self.keys_version.load(Relaxed) != version {
            return None;
        }
        // SAFETY: as above.
        let inner = unsafe { &*self.inner.data_ptr() };
        Some(inner.entries.get(index)?.as_ref()?.value.clone())
    }

    /// Fast path lookup using a cached entry index (`hint`).
",
    },
    Patch {
        file: "src/dict_inner.rs",
        reason: "most keys are texts, and went through the rich comparison of any two objects",
        old: "        vm.bool_eq(other_key, self)
    }

    #[inline]
    fn key_as_isize(&self, vm: &VirtualMachine) -> PyResult<isize> {
        self.try_index(vm)?.try_to_primitive(vm)
    }
}

impl DictKey for Py<PyStr> {",
        new: "        if self.class().is(vm.ctx.types.str_type) && other_key.class().is(vm.ctx.types.str_type) {
            // SAFETY: just checked both classes are exactly `str`.
            let a = unsafe { self.downcast_unchecked_ref::<PyStr>() };
            let b = unsafe { other_key.downcast_unchecked_ref::<PyStr>() };
            return Ok(a.as_wtf8() == b.as_wtf8());
        }
        vm.bool_eq(other_key, self)
    }

    #[inline]
    fn key_as_isize(&self, vm: &VirtualMachine) -> PyResult<isize> {
        self.try_index(vm)?.try_to_primitive(vm)
    }
}

impl DictKey for Py<PyStr> {",
    },
    Patch {
        file: "src/protocol/object.rs",
        reason: "a text knows its hash; asking for it went through the type's slot and a check of the stack",
        old: "        if let Some(hash) = self.class().slots().hash.load() {
            return vm.with_recursion(",
        new: "        if let Some(text) = self.downcast_ref_if_exact::<PyStr>(vm) {
            return Ok(text.hash(vm));
        }
        if let Some(hash) = self.class().slots().hash.load() {
            return vm.with_recursion(",
    },
    Patch {
        file: "src/builtins/dict.rs",
        reason: "as above",
        old: "    /// Read a cached exact-dict entry after validating its key-layout stamp.
    #[inline]
",
        new: "    /// The value of this very key, if its entry is at `index` of what is exactly a dict.
    ///
    /// # Safety
    /// Nothing else may run while it is looked at.
    #[inline(always)]
    #[allow(clippy::mut_from_ref)]
    pub(crate) unsafe fn place_at(
        &self,
        index: usize,
        key: &PyObject,
        vm: &VirtualMachine,
    ) -> Option<&mut PyObjectRef> {
        if !self.exact_dict(vm) {
            return None;
        }
        unsafe { self.entries.place_at(index, key) }
    }

    /// Whether it is easy to see that this name is not a key.
    ///
    /// # Safety
    /// As above.
    #[inline(always)]
    pub(crate) unsafe fn surely_lacks(&self, name: &PyObject, vm: &VirtualMachine) -> bool {
        self.exact_dict(vm) && unsafe { self.entries.surely_lacks(name) }
    }

    /// The value at `index`, if the keys are those of this version.
    ///
    /// # Safety
    /// As above.
    #[inline(always)]
    pub(crate) unsafe fn value_of_version(&self, version: u16, index: u16) -> Option<PyObjectRef> {
        unsafe { self.entries.value_of_version(u32::from(version), usize::from(index)) }
    }

    /// Read a cached exact-dict entry after validating its key-layout stamp.
    #[inline]
",
    },
];

pub const COMMON: &[Patch] = &[Patch {
    file: "src/refcount.rs",
    reason: "what the quick loop asks of a number before it changes it",
    old: "    /// Increment strong count
    #[inline(always)]
    pub fn inc(&self) {",
    new: "    /// Whether there is one reference, and no flag.
    #[inline(always)]
    pub fn is_one(&self) -> bool {
        self.state.load(Ordering::Relaxed) == COUNT
    }

    /// Whether there is no reference, and no flag.
    #[inline(always)]
    pub fn is_zero(&self) -> bool {
        self.state.load(Ordering::Relaxed) == 0
    }

    /// Increment strong count
    #[inline(always)]
    pub fn inc(&self) {",
}];
