// The quick loop: most of what most programs run, with the instruction and stack pointers in registers.
//
// An instruction is done here if it cannot fail in what it does here, and runs no Python but the finalizers of
// what it releases. Everything else, also when what an instruction expects is not so, `execute_instruction` does,
// called from here. `run_one` does what has to be looked at more closely: instructions with long arguments, all
// of them while something traces, and what raised.

/// The tag of a reference on the operand stack that somebody else owns.
const BORROWED: usize = 1;

/// Whether an int is one of those that exist once.
#[inline(always)]
const fn is_cached_int(value: i64) -> bool {
    value >= Context::INT_CACHE_POOL_MIN as i64 && value <= *Context::INT_CACHE_POOL_RANGE.end() as i64
}

/// What a comparison's argument says in its low bits.
const UNORDERED: usize = 1;
const LESS: usize = 2;
const GREATER: usize = 4;
const EQUAL: usize = 8;

/// One of the ints that exist once.
#[inline(always)]
unsafe fn cached_int(value: i32, vm: &VirtualMachine) -> usize {
    // SAFETY: the caller says that it is one.
    let int = unsafe { vm.ctx.int_cache_pool.get_unchecked((value - Context::INT_CACHE_POOL_MIN) as usize) };
    int.as_object() as *const PyObject as usize | BORROWED
}

/// A new reference, as the operand stack holds it.
#[inline(always)]
fn owned_bits(object: PyObjectRef) -> usize {
    object.into_raw().as_ptr() as usize
}

/// An int that is not cached.
#[inline(never)]
fn boxed_int(value: i64, vm: &VirtualMachine) -> usize {
    match Py::<PyInt>::from_free_list(value) {
        Some(object) => owned_bits(object),
        None => owned_bits(PyInt::from(value).into_ref(&vm.ctx).into()),
    }
}

#[inline(never)]
fn boxed_float(value: f64, vm: &VirtualMachine) -> usize {
    match Py::<PyFloat>::from_free_list(value) {
        Some(object) => owned_bits(object),
        None => owned_bits(vm.ctx.new_float(value).into()),
    }
}

/// Puts a number whose last reference was given up onto its free list. False if it has to be deallocated.
#[inline(never)]
unsafe fn recycle_number(object: &PyObject, vm: &VirtualMachine) -> bool {
    let pointer = (&raw const *object).cast_mut();
    // SAFETY: nobody has it any more, and numbers have no finalizers.
    unsafe {
        if !object.is_unreferenced() {
            false
        } else if core::ptr::eq(object.class(), vm.ctx.types.int_type) {
            PyInt::freelist_push(pointer)
        } else if core::ptr::eq(object.class(), vm.ctx.types.float_type) {
            PyFloat::freelist_push(pointer)
        } else {
            false
        }
    }
}

/// Why the quick loop stopped.
enum Stop {
    /// `run_one` has to do the next instruction.
    Here,
    /// An instruction ended the frame, or wants another one to run.
    Ended(ExecutionResult),
    /// The instruction at this index raised.
    Raised(usize, PyBaseExceptionRef),
}

/// The Python functions that run in one run of a frame, each called by the one before.
struct Calls {
    depth: usize,
    /// What the first frame is besides what its `InterpreterFrame` says, while others run.
    first: (Flatten, u32, bool),
    /// The exceptions being handled when those functions were called that may handle others.
    handled: Vec<Option<PyBaseExceptionRef>>,
    /// Depths of the functions that initialise an object, which lies on their callers' stacks.
    initialisers: Vec<usize>,
    /// The generators among them, with their depths.
    generators: Vec<(usize, crate::coroutine::FlatResume)>,
}

impl Calls {
    /// Whether what runs initialises an object.
    #[inline(always)]
    fn in_initialiser(&self) -> bool {
        self.initialisers.last() == Some(&self.depth)
    }

    /// Whether what runs is a generator that was entered here.
    #[inline(always)]
    fn in_generator(&self) -> bool {
        self.generators.last().is_some_and(|(depth, _)| *depth == self.depth)
    }
}

impl<'a> ExecutingFrame<'a> {
    /// Runs the frame and, within, the Python functions it calls: they take its place here until they return.
    fn run(&mut self, vm: &VirtualMachine) -> PyResult<ExecutionResult> {
        let mut calls = Calls {
            depth: 0,
            first: (self.flatten, self.monitoring_mask, self.call_traced),
            handled: Vec::new(),
            initialisers: Vec::new(),
            generators: Vec::new(),
        };
        loop {
            let stop = if vm.use_tracing.get() { Stop::Here } else { self.run_quick(&mut calls, vm) };
            let result = match stop {
                Stop::Here => self.run_one(None, vm),
                Stop::Raised(index, exception) => self.run_one(Some((index, exception)), vm),
                Stop::Ended(result) if calls.depth == 0 && !matches!(result, ExecutionResult::TailCall) => {
                    return Ok(result);
                }
                Stop::Ended(result) => Ok(Some(result)),
            };
            let result = match result {
                Ok(None) => continue,
                Ok(Some(result)) => Ok(result),
                Err(exception) => Err(exception),
            };
            if let Some(result) = self.settle(result, &mut calls, vm) {
                return result;
            }
        }
    }

    /// Goes on after an instruction that ended a frame or begins another one. What it gives ends the run.
    #[cold]
    #[inline(never)]
    fn settle(
        &mut self,
        mut result: PyResult<ExecutionResult>,
        calls: &mut Calls,
        vm: &VirtualMachine,
    ) -> Option<PyResult<ExecutionResult>> {
        loop {
            match result {
                Ok(ExecutionResult::TailCall) if self.is_current() => {
                    let owner = vm.take_pending_tailcall_owner();
                    let callee = vm.take_pending_tailcall();
                    // SAFETY: the frame was just made, for the function that owns what it borrows.
                    unsafe {
                        (*callee).func_obj = owner.into_raw().as_ptr();
                        self.enter(callee, calls, vm);
                    }
                    return None;
                }
                ended if calls.depth > 0 => {
                    // SAFETY: this frame was entered, and has ended or yields.
                    let raised = unsafe {
                        if calls.in_generator() {
                            match self.leave_generator(ended, calls, vm) {
                                Ok(outcome) => {
                                    self.finish_for_iter(outcome);
                                    return None;
                                }
                                Err(exception) => exception,
                            }
                        } else {
                            let in_initialiser = calls.in_initialiser();
                            self.leave(calls, vm);
                            match ended {
                                Ok(ExecutionResult::Return(value)) if !in_initialiser => {
                                    self.push_value(value);
                                    return None;
                                }
                                Ok(ExecutionResult::Return(value)) if vm.is_none(&value) => return None,
                                Ok(ExecutionResult::Return(value)) => vm.new_type_error(format!(
                                    "__init__() should return None, not '{:.200}'",
                                    value.class().name()
                                )),
                                Ok(_) => self.fatal("a function did not return"),
                                Err(exception) => exception,
                            }
                        }
                    };
                    // SAFETY: it is the frame that now runs.
                    let caller = unsafe { &mut *self.iframe.cast_mut() };
                    result = match trampoline_handle_exception(caller, &raised, vm) {
                        Ok(None) => return None,
                        Ok(Some(result)) => Ok(result),
                        Err(exception) => Err(exception),
                    };
                }
                result => return Some(result),
            }
        }
    }

    /// Whether this is the frame that the interpreter takes for the running one.
    #[inline(always)]
    fn is_current(&self) -> bool {
        core::ptr::eq(crate::vm::thread::get_current_frame(), self.iframe)
    }

    /// Whether a function of so many arguments, and no other, can be entered here.
    #[inline(always)]
    fn can_enter(&self, function: &Py<PyFunction>, count: usize, vm: &VirtualMachine) -> bool {
        let code: &Py<PyCode> = &function.code;
        let kind = bytecode::CodeFlags::NEWLOCALS
            | bytecode::CodeFlags::GENERATOR
            | bytecode::CodeFlags::COROUTINE
            | bytecode::CodeFlags::ASYNC_GENERATOR;
        code.arg_count as usize == count
            && code.flags.intersection(kind) == bytecode::CodeFlags::NEWLOCALS
            && vm.datastack_has_space(
                datastack_iframe_localsplus_offset()
                    + (code.localspluskinds.len() + code.max_stackdepth as usize) * size_of::<usize>(),
            )
            && !self.specialization_call_recursion_guard(vm)
            && gen_collapse_allowed(vm)
            && self.is_current()
    }

    /// Makes the frame of a function, with the arguments that lie on top of this one's stack.
    ///
    /// # Safety
    /// The function must take so many, and the data stack must have room.
    #[inline(always)]
    unsafe fn place_callee(
        function: &Py<PyFunction>,
        arguments: *const usize,
        count: usize,
        vm: &VirtualMachine,
    ) -> *mut InterpreterFrame {
        let code: &Py<PyCode> = &function.code;
        let nlocalsplus = code.localspluskinds.len();
        let capacity = nlocalsplus + code.max_stackdepth as usize;
        let base = vm.datastack_push(datastack_iframe_localsplus_offset() + capacity * size_of::<usize>());
        // SAFETY: there is room for all of it.
        unsafe {
            let locals = base.add(datastack_iframe_localsplus_offset()).cast::<usize>();
            for index in 0..count {
                let bits = *arguments.add(index);
                // The functions behind the copying and filling of memory cost more than a few words.
                let bits = if bits & BORROWED == 0 {
                    bits
                } else {
                    owned_bits((*((bits & !BORROWED) as *const PyObject)).to_owned())
                };
                locals.add(index).write_volatile(bits);
            }
            for index in count..nlocalsplus {
                locals.add(index).write_volatile(0);
            }
            if let Some(closure) = &function.closure {
                let cells = closure.as_slice();
                for (index, cell) in cells.iter().enumerate() {
                    *locals.add(nlocalsplus - code.freevars.len() + index) = owned_bits(cell.clone().into());
                }
            }
            let iframe = base.cast::<InterpreterFrame>();
            iframe.write(InterpreterFrame {
                code,
                func_obj: function.as_object(),
                globals: &raw const *function.globals,
                builtins: &raw const *function.builtins,
                localsplus: LocalsPlus {
                    data: LocalsPlusData::DataStack { ptr: locals, capacity },
                    nlocalsplus: nlocalsplus as u32,
                    stack_top: 0,
                },
                locals: FrameLocals::lazy(),
                lasti: Radium::new(0),
                prev_line: core::cell::Cell::new(0),
                generator: PyAtomicBorrow::new(),
                previous: Radium::new(0),
                owner: atomic::AtomicI8::new(FrameOwner::Thread as i8),
                datastack_base: base,
                materialized: Radium::new(0),
                cold: OnceCell::new(),
            });
            iframe
        }
    }

    /// Puts a called function's frame in the place of this one. The frame owns its function.
    ///
    /// # Safety
    /// The frame must be on top of the data stack and well made.
    #[inline(always)]
    unsafe fn enter(&mut self, callee: *mut InterpreterFrame, calls: &mut Calls, vm: &VirtualMachine) {
        if calls.depth == 0 {
            calls.first = (self.flatten, self.monitoring_mask, self.call_traced);
        }
        calls.depth += 1;
        vm.recursion_depth.update(|depth| depth + 1);
        // SAFETY: the caller says it is.
        let callee = unsafe { &mut *callee };
        callee.previous.store(crate::vm::thread::set_current_frame(callee) as usize, Relaxed);
        if callee.code().has_exc_handling {
            calls.handled.push(vm.current_exception());
        }
        *self = exec_iframe(callee, Flatten::CallAndGenResume, vm);
    }

    /// Ends a function's frame and puts its caller's in its place.
    ///
    /// # Safety
    /// The frame must have been entered, and have ended.
    #[inline(always)]
    unsafe fn leave(&mut self, calls: &mut Calls, vm: &VirtualMachine) {
        // SAFETY: it is on top of the data stack, and its caller is below.
        unsafe {
            let iframe = &mut *self.iframe.cast_mut();
            let caller = &mut *iframe.previous().cast_mut();
            let function = PyObjectRef::from_raw(NonNull::new_unchecked(iframe.func_obj.cast_mut()));
            let save_exc = self.code.has_exc_handling;
            let saved_exc = if save_exc { calls.handled.pop().flatten() } else { None };
            if iframe.materialized.load(Relaxed) != 0
                || iframe.cold_opt().is_some()
                || iframe.locals.get().is_some()
                || iframe.localsplus.stack_top != 0
            {
                Self::leave_seen(iframe, caller, save_exc, saved_exc, vm);
            } else {
                if save_exc {
                    vm.restore_exception(saved_exc);
                }
                let _ = crate::vm::thread::set_current_frame(caller);
                vm.recursion_depth.update(|depth| depth - 1);
                let locals = iframe.localsplus.data_as_mut_slice().as_mut_ptr();
                for index in 0..iframe.localsplus.nlocalsplus as usize {
                    let bits = core::mem::replace(&mut *locals.add(index), 0);
                    if bits != 0 {
                        drop(PyObjectRef::from_raw(NonNull::new_unchecked(bits as *mut PyObject)));
                    }
                }
                vm.datastack_pop(iframe.datastack_base);
            }
            drop(function);
            if calls.in_initialiser() {
                calls.initialisers.pop();
            }
            self.back_to(caller, calls, vm);
        }
    }

    /// Puts the caller's frame in the place of this one.
    #[inline(always)]
    fn back_to(&mut self, caller: &'a mut InterpreterFrame, calls: &mut Calls, vm: &VirtualMachine) {
        calls.depth -= 1;
        *self = exec_iframe(caller, Flatten::CallAndGenResume, vm);
        if calls.depth == 0 {
            (self.flatten, self.monitoring_mask, self.call_traced) = calls.first;
        } else if calls.in_generator() {
            self.flatten = Flatten::Nothing;
        }
    }

    /// Puts a generator's frame in the place of this one, for a FOR_ITER. False if it cannot be.
    ///
    /// # Safety
    /// The generator must be exactly one.
    #[inline(always)]
    unsafe fn enter_generator(&mut self, generator: &PyObject, calls: &mut Calls, vm: &VirtualMachine) -> bool {
        // SAFETY: the caller says it is.
        let coro = unsafe { generator.downcast_unchecked_ref::<PyGenerator>() }.as_coro();
        if coro.running()
            || coro.closed()
            || !gen_collapse_allowed(vm)
            || !self.is_current()
            || vm.recursion_depth.get() >= vm.recursion_limit.get()
            || vm.check_c_stack_overflow()
        {
            return false;
        }
        let entered = crate::coroutine::flat_resume_enter(generator.to_owned(), vm.ctx.none(), vm);
        let Ok(crate::coroutine::FlatEnter::Entered { state, value }) = entered else {
            self.fatal("a generator was ready, and was not");
        };
        if calls.depth == 0 {
            calls.first = (self.flatten, self.monitoring_mask, self.call_traced);
        }
        calls.depth += 1;
        // SAFETY: it is claimed, and the state keeps it.
        let iframe = unsafe { &mut *state.iframe_ptr() };
        if let Some(value) = value {
            iframe.localsplus.push_stack(value);
        }
        calls.generators.push((calls.depth, state));
        *self = exec_iframe(iframe, Flatten::Nothing, vm);
        true
    }

    /// Puts the caller of a generator that was entered in its place.
    ///
    /// # Safety
    /// It must have been entered.
    #[inline(always)]
    unsafe fn leave_generator(
        &mut self,
        ended: PyResult<ExecutionResult>,
        calls: &mut Calls,
        vm: &VirtualMachine,
    ) -> PyResult<PyIterReturn> {
        // SAFETY: the caller waits.
        let caller = unsafe { &mut *self.iframe().previous().cast_mut() };
        let Some((_, state)) = calls.generators.pop() else { self.fatal("left a generator that was not entered") };
        let outcome = crate::coroutine::flat_resume_exit(state, ended, vm);
        self.back_to(caller, calls, vm);
        outcome
    }

    /// Does the rest of the FOR_ITER that entered a generator.
    #[inline(always)]
    fn finish_for_iter(&mut self, outcome: PyIterReturn) {
        match outcome {
            PyIterReturn::Return(value) => self.push_value(value),
            PyIterReturn::StopIteration(_) => {
                let after = self.lasti();
                let arg = self.code.instructions.read_unit(after as usize - 2).arg;
                self.for_iter_jump_on_exhausted(bytecode::Label::from_u32(after + u32::from(u8::from(arg))));
            }
        }
    }

    /// As above, for a frame that somebody looked at, or that raised.
    #[cold]
    #[inline(never)]
    unsafe fn leave_seen(
        iframe: &mut InterpreterFrame,
        caller: &InterpreterFrame,
        save_exc: bool,
        saved_exc: Option<PyBaseExceptionRef>,
        vm: &VirtualMachine,
    ) {
        vm.exit_iframe(crate::vm::IframeEntryState { iframe_ptr: iframe, old_chain: caller, saved_exc, save_exc });
        // SAFETY: it is on top of the data stack.
        unsafe {
            if let Some((base, size)) = iframe.release_datastack_frame() {
                vm.datastack_pop_frame(base, size);
            }
        }
    }

    /// Runs instructions until something has to be looked at more closely.
    #[inline(always)]
    fn run_quick(&mut self, calls: &mut Calls, vm: &VirtualMachine) -> Stop {
        // SAFETY, of all of this: indices into the locals and constants, the depth of the stack and the places
        // jumped to are the compiler's; there is one thread; and an object's type says what its payload is.
        unsafe {
            let mut locals: *mut usize;
            let mut sp: *mut usize;
            let mut ip: *const bytecode::CodeUnit;
            // Takes over the frame that is now to run.
            macro_rules! load {
                () => {{
                    locals = self.localsplus.data_as_mut_slice().as_mut_ptr();
                    sp = locals.add(self.localsplus.nlocalsplus as usize + self.localsplus.stack_top as usize);
                    ip = self.code.instructions.units_ptr().add(self.lasti.load(Relaxed) as usize);
                }};
            }
            load!();

            // Writes down where the instruction is that comes `ahead` units later.
            macro_rules! save {
                ($ahead:expr) => {{
                    let stack =
                        self.localsplus.data_as_mut_slice().as_mut_ptr().add(self.localsplus.nlocalsplus as usize);
                    self.localsplus.stack_top = sp.offset_from_unsigned(stack) as u32;
                    let units = self.code.instructions.units_ptr();
                    self.lasti.store(ip.offset_from_unsigned(units) as u32 + $ahead, Relaxed);
                }};
            }
            'quick: loop {
                let unit = bytecode::CodeUnits::read_unit_from(ip, 0);
                let arg = usize::from(u8::from(unit.arg));
                'usual: {
                    macro_rules! object {
                        ($bits:expr) => {
                            &*(($bits & !BORROWED) as *const PyObject)
                        };
                    }
                    // What lies on the stack, 1 is its top.
                    macro_rules! peek {
                        ($depth:expr) => {
                            *sp.sub($depth)
                        };
                    }
                    macro_rules! push {
                        ($bits:expr) => {{
                            let bits: usize = $bits;
                            *sp = bits;
                            sp = sp.add(1);
                        }};
                    }
                    macro_rules! next {
                        ($width:expr) => {{
                            ip = ip.add($width);
                            continue 'quick;
                        }};
                    }
                    // Gives up a reference. Finalizers see the frame as it is after the pops so far.
                    macro_rules! release {
                        ($bits:expr) => {{
                            let bits: usize = $bits;
                            if bits & BORROWED == 0 {
                                let object = &*(bits as *const PyObject);
                                if object.release_is_last() && !recycle_number(object, vm) {
                                    save!(1);
                                    PyObject::deallocate(object);
                                }
                            }
                        }};
                    }
                    // The same reference, as one that the frame owns.
                    macro_rules! owned {
                        ($bits:expr) => {{
                            let bits: usize = $bits;
                            if bits & BORROWED == 0 { bits } else { owned_bits(object!(bits).to_owned()) }
                        }};
                    }
                    macro_rules! is_exactly {
                        ($object:expr, $class:ident) => {
                            core::ptr::eq($object.class(), vm.ctx.types.$class)
                        };
                    }
                    macro_rules! int_value {
                        ($bits:expr) => {{
                            let object = object!($bits);
                            if !is_exactly!(object, int_type) {
                                break 'usual;
                            }
                            let Some(value) = object.downcast_unchecked_ref::<PyInt>().small() else {
                                break 'usual;
                            };
                            value
                        }};
                    }
                    macro_rules! float_value {
                        ($bits:expr) => {{
                            let object = object!($bits);
                            if !is_exactly!(object, float_type) {
                                break 'usual;
                            }
                            object.downcast_unchecked_ref::<PyFloat>().to_f64()
                        }};
                    }
                    macro_rules! push_bool {
                        ($value:expr) => {{
                            let value = if $value { &vm.ctx.true_value } else { &vm.ctx.false_value };
                            push!(value.as_object() as *const PyObject as usize | BORROWED);
                        }};
                    }
                    // Replaces the two ints on top by this one. An operand that nobody else has becomes it.
                    macro_rules! int_result {
                        ($value:expr, $width:expr) => {{
                            let value: i64 = $value;
                            let (a, b) = (peek!(2), peek!(1));
                            sp = sp.sub(2);
                            let result = if is_cached_int(value) {
                                release!(a);
                                release!(b);
                                cached_int(value as i32, vm)
                            } else if a & BORROWED == 0 && object!(a).is_only_reference() {
                                Py::<PyInt>::set_small(a as *mut PyObject, value);
                                release!(b);
                                a
                            } else if b & BORROWED == 0 && object!(b).is_only_reference() {
                                Py::<PyInt>::set_small(b as *mut PyObject, value);
                                release!(a);
                                b
                            } else {
                                release!(a);
                                release!(b);
                                boxed_int(value, vm)
                            };
                            push!(result);
                            next!($width)
                        }};
                    }
                    macro_rules! float_result {
                        ($value:expr, $width:expr) => {{
                            let value: f64 = $value;
                            let (a, b) = (peek!(2), peek!(1));
                            sp = sp.sub(2);
                            let result = if a & BORROWED == 0
                                && object!(a).is_only_reference()
                                && is_exactly!(object!(a), float_type)
                            {
                                Py::<PyFloat>::set_value(a as *mut PyObject, value);
                                release!(b);
                                a
                            } else if b & BORROWED == 0
                                && object!(b).is_only_reference()
                                && is_exactly!(object!(b), float_type)
                            {
                                Py::<PyFloat>::set_value(b as *mut PyObject, value);
                                release!(a);
                                b
                            } else {
                                release!(a);
                                release!(b);
                                boxed_float(value, vm)
                            };
                            push!(result);
                            next!($width)
                        }};
                    }
                    // Replaces a container and an index by the item.
                    macro_rules! item {
                        ($class:ident, $payload:ident, $items:ident) => {{
                            let (a, b) = (peek!(2), peek!(1));
                            let container: &PyObject = object!(a);
                            if !is_exactly!(container, $class) {
                                break 'usual;
                            }
                            let Ok(index) = usize::try_from(int_value!(b)) else { break 'usual };
                            let Some(item) = container.downcast_unchecked_ref::<$payload>().$items().get(index) else {
                                break 'usual;
                            };
                            let item = owned_bits(item.clone());
                            sp = sp.sub(2);
                            release!(b);
                            release!(a);
                            push!(item);
                            next!(6)
                        }};
                    }
                    // A truth, for the jump that comes next or else for the stack.
                    macro_rules! truth {
                        ($value:expr, $width:expr) => {{
                            let value: bool = $value;
                            ip = ip.add($width);
                            let jump = bytecode::CodeUnits::read_unit_from(ip, 0);
                            let taken = match jump.op {
                                Instruction::PopJumpIfFalse { .. } => !value,
                                Instruction::PopJumpIfTrue { .. } => value,
                                _ => {
                                    push_bool!(value);
                                    continue 'quick;
                                }
                            };
                            jump!(taken, u8::from(jump.arg))
                        }};
                    }
                    // Goes on after the conditional jump at `ip`.
                    macro_rules! jump {
                        ($taken:expr, $arg:expr) => {{
                            if $taken {
                                next!(2 + usize::from($arg))
                            }
                            let after = bytecode::CodeUnits::read_unit_from(ip, 2);
                            next!(2 + usize::from(matches!(after.op, Instruction::NotTaken)))
                        }};
                    }
                    macro_rules! cached_u16 {
                        ($at:expr) => {
                            (ip.add($at) as *const u16).read()
                        };
                    }
                    macro_rules! cached_u32 {
                        ($at:expr) => {
                            (ip.add($at) as *const u32).read_unaligned()
                        };
                    }
                    macro_rules! cached_ptr {
                        ($at:expr) => {
                            self.code
                                .instructions
                                .read_cache_ptr(ip.offset_from_unsigned(self.code.instructions.units_ptr()) + $at)
                        };
                    }
                    // Stops unless the object's type is still as the instruction's cache knows it.
                    macro_rules! known_type {
                        ($object:expr) => {{
                            let version = cached_u32!(2);
                            if version == 0 || $object.class().tp_version_tag().load(Relaxed) != version {
                                break 'usual;
                            }
                        }};
                    }
                    // Where a loop of the program goes round and a function begins, the host can stop it.
                    macro_rules! poll {
                        () => {
                            if vm.eval_breaker_tripped() || vm.use_tracing.get() {
                                break 'quick;
                            }
                        };
                    }

                    match unit.op {
                        Instruction::LoadFastBorrow { .. } => {
                            let bits = *locals.add(arg);
                            if bits == 0 {
                                break 'usual;
                            }
                            push!(bits | BORROWED);
                            next!(1)
                        }
                        Instruction::LoadFastBorrowLoadFastBorrow { .. } => {
                            let (first, second) = (*locals.add(arg >> 4), *locals.add(arg & 15));
                            if first == 0 || second == 0 {
                                break 'usual;
                            }
                            push!(first | BORROWED);
                            push!(second | BORROWED);
                            next!(1)
                        }
                        Instruction::LoadFast { .. } | Instruction::LoadFastCheck { .. } => {
                            let bits = *locals.add(arg);
                            if bits == 0 {
                                break 'usual;
                            }
                            push!(owned_bits(object!(bits).to_owned()));
                            next!(1)
                        }
                        Instruction::LoadFastLoadFast { .. } => {
                            let (first, second) = (*locals.add(arg >> 4), *locals.add(arg & 15));
                            if first == 0 || second == 0 {
                                break 'usual;
                            }
                            push!(owned_bits(object!(first).to_owned()));
                            push!(owned_bits(object!(second).to_owned()));
                            next!(1)
                        }
                        Instruction::StoreFast { .. } => {
                            sp = sp.sub(1);
                            let old = core::mem::replace(&mut *locals.add(arg), owned!(*sp));
                            if old != 0 {
                                release!(old);
                            }
                            next!(1)
                        }
                        Instruction::StoreFastLoadFast { .. } => {
                            sp = sp.sub(1);
                            let old = core::mem::replace(&mut *locals.add(arg >> 4), owned!(*sp));
                            if old != 0 {
                                release!(old);
                            }
                            let bits = *locals.add(arg & 15);
                            push!(if bits == 0 { 0 } else { owned_bits(object!(bits).to_owned()) });
                            next!(1)
                        }
                        Instruction::StoreFastStoreFast { .. } => {
                            sp = sp.sub(2);
                            let (first, second) = (owned!(*sp.add(1)), owned!(*sp));
                            let old = core::mem::replace(&mut *locals.add(arg >> 4), first);
                            if old != 0 {
                                release!(old);
                            }
                            let old = core::mem::replace(&mut *locals.add(arg & 15), second);
                            if old != 0 {
                                release!(old);
                            }
                            next!(1)
                        }
                        Instruction::LoadConstMortal | Instruction::LoadConstImmortal => {
                            // The code that runs has its constants for as long as it runs.
                            let constant: &PyObject =
                                core::borrow::Borrow::borrow(self.code.constants.get_unchecked(arg));
                            push!(constant as *const PyObject as usize | BORROWED);
                            next!(1)
                        }
                        Instruction::LoadSmallInt { .. } => {
                            push!(cached_int(arg as i32, vm));
                            next!(1)
                        }
                        Instruction::PopTop | Instruction::PopIter | Instruction::EndFor => {
                            sp = sp.sub(1);
                            let bits = *sp;
                            if bits == 0 {
                                sp = sp.add(1);
                                break 'usual;
                            }
                            release!(bits);
                            next!(1)
                        }
                        Instruction::PushNull => {
                            push!(0);
                            next!(1)
                        }
                        Instruction::Nop | Instruction::NotTaken => next!(1),
                        Instruction::Copy { .. } => {
                            let bits = peek!(arg);
                            push!(if bits == 0 { 0 } else { owned_bits(object!(bits).to_owned()) });
                            next!(1)
                        }
                        Instruction::Swap { .. } => {
                            core::ptr::swap(sp.sub(1), sp.sub(arg));
                            next!(1)
                        }
                        Instruction::Resume { .. } | Instruction::ResumeCheck => {
                            let code = self.code;
                            if !code.quickened.load(Relaxed)
                                || code.instrumentation_version.load(Relaxed)
                                    != vm.state.instrumentation_version.load(Relaxed)
                            {
                                break 'usual;
                            }
                            poll!();
                            self.call_traced = true;
                            next!(1)
                        }
                        Instruction::JumpForward { .. } => next!(1 + arg),
                        Instruction::JumpBackwardNoJit | Instruction::JumpBackwardJit => {
                            poll!();
                            ip = ip.add(2).sub(arg);
                            continue 'quick;
                        }
                        Instruction::JumpBackwardNoInterrupt { .. } => {
                            poll!();
                            ip = ip.add(1).sub(arg);
                            continue 'quick;
                        }
                        Instruction::PopJumpIfFalse { .. } | Instruction::PopJumpIfTrue { .. } => {
                            let object: &PyObject = object!(peek!(1));
                            let value = if object.is(&vm.ctx.true_value) {
                                true
                            } else if object.is(&vm.ctx.false_value) {
                                false
                            } else {
                                break 'usual;
                            };
                            sp = sp.sub(1);
                            release!(*sp);
                            jump!(value == matches!(unit.op, Instruction::PopJumpIfTrue { .. }), arg as u8)
                        }
                        Instruction::PopJumpIfNone { .. } | Instruction::PopJumpIfNotNone { .. } => {
                            sp = sp.sub(1);
                            let bits = *sp;
                            let none = vm.is_none(object!(bits));
                            release!(bits);
                            jump!(none == matches!(unit.op, Instruction::PopJumpIfNone { .. }), arg as u8)
                        }
                        Instruction::IsOp { .. } => {
                            let (a, b) = (peek!(2), peek!(1));
                            let same = a & !BORROWED == b & !BORROWED;
                            sp = sp.sub(2);
                            release!(b);
                            release!(a);
                            truth!(same != (arg == 1), 1)
                        }
                        Instruction::ToBoolBool => {
                            let object: &PyObject = object!(peek!(1));
                            if !is_exactly!(object, bool_type) {
                                break 'usual;
                            }
                            let value = object.is(&vm.ctx.true_value);
                            sp = sp.sub(1);
                            release!(*sp);
                            truth!(value, 4)
                        }
                        Instruction::ToBoolInt => {
                            let value = int_value!(peek!(1));
                            sp = sp.sub(1);
                            release!(*sp);
                            truth!(value != 0, 4)
                        }
                        Instruction::ToBoolNone => {
                            if !vm.is_none(object!(peek!(1))) {
                                break 'usual;
                            }
                            sp = sp.sub(1);
                            release!(*sp);
                            truth!(false, 4)
                        }
                        Instruction::ToBoolList => {
                            let object: &PyObject = object!(peek!(1));
                            if !is_exactly!(object, list_type) {
                                break 'usual;
                            }
                            let value = !object.downcast_unchecked_ref::<PyList>().items_now().is_empty();
                            sp = sp.sub(1);
                            release!(*sp);
                            truth!(value, 4)
                        }
                        Instruction::ToBoolStr => {
                            let object: &PyObject = object!(peek!(1));
                            if !is_exactly!(object, str_type) {
                                break 'usual;
                            }
                            let value = !object.downcast_unchecked_ref::<PyStr>().as_bytes().is_empty();
                            sp = sp.sub(1);
                            release!(*sp);
                            truth!(value, 4)
                        }
                        Instruction::CompareOpInt => {
                            let (a, b) = (int_value!(peek!(2)), int_value!(peek!(1)));
                            // The argument says in its low bits for which orders it holds.
                            let order = if a < b {
                                LESS
                            } else if a > b {
                                GREATER
                            } else {
                                EQUAL
                            };
                            let value = arg & order != 0;
                            sp = sp.sub(2);
                            release!(*sp.add(1));
                            release!(*sp);
                            truth!(value, 2)
                        }
                        Instruction::CompareOpFloat => {
                            let (a, b) = (float_value!(peek!(2)), float_value!(peek!(1)));
                            let order = if a < b {
                                LESS
                            } else if a > b {
                                GREATER
                            } else if a == b {
                                EQUAL
                            } else {
                                UNORDERED
                            };
                            let value = arg & order != 0;
                            sp = sp.sub(2);
                            release!(*sp.add(1));
                            release!(*sp);
                            truth!(value, 2)
                        }
                        Instruction::CompareOpStr => {
                            let (a, b): (&PyObject, &PyObject) = (object!(peek!(2)), object!(peek!(1)));
                            if !is_exactly!(a, str_type) || !is_exactly!(b, str_type) {
                                break 'usual;
                            }
                            let is_equal = || {
                                a.is(b)
                                    || a.downcast_unchecked_ref::<PyStr>().as_bytes()
                                        == b.downcast_unchecked_ref::<PyStr>().as_bytes()
                            };
                            let value = match arg >> 5 {
                                2 => is_equal(),
                                3 => !is_equal(),
                                _ => break 'usual,
                            };
                            sp = sp.sub(2);
                            release!(*sp.add(1));
                            release!(*sp);
                            truth!(value, 2)
                        }
                        Instruction::BinaryOpAddInt => {
                            let Some(value) = int_value!(peek!(2)).checked_add(int_value!(peek!(1))) else {
                                break 'usual;
                            };
                            int_result!(value, 6)
                        }
                        Instruction::BinaryOpSubtractInt => {
                            let Some(value) = int_value!(peek!(2)).checked_sub(int_value!(peek!(1))) else {
                                break 'usual;
                            };
                            int_result!(value, 6)
                        }
                        Instruction::BinaryOpMultiplyInt => {
                            let Some(value) = int_value!(peek!(2)).checked_mul(int_value!(peek!(1))) else {
                                break 'usual;
                            };
                            int_result!(value, 6)
                        }
                        Instruction::BinaryOpAddFloat => {
                            let value = float_value!(peek!(2)) + float_value!(peek!(1));
                            float_result!(value, 6)
                        }
                        Instruction::BinaryOpSubtractFloat => {
                            let value = float_value!(peek!(2)) - float_value!(peek!(1));
                            float_result!(value, 6)
                        }
                        Instruction::BinaryOpMultiplyFloat => {
                            let value = float_value!(peek!(2)) * float_value!(peek!(1));
                            float_result!(value, 6)
                        }
                        // What no specialised instruction does: `//` and `%` of ints, and items of byte arrays.
                        Instruction::BinaryOp { .. } => {
                            const FLOOR_DIVIDE: usize = bytecode::BinaryOperator::FloorDivide as usize;
                            const REMAINDER: usize = bytecode::BinaryOperator::Remainder as usize;
                            const INPLACE_FLOOR_DIVIDE: usize = bytecode::BinaryOperator::InplaceFloorDivide as usize;
                            const INPLACE_REMAINDER: usize = bytecode::BinaryOperator::InplaceRemainder as usize;
                            const SUBSCR: usize = bytecode::BinaryOperator::Subscr as usize;
                            match arg {
                                FLOOR_DIVIDE | INPLACE_FLOOR_DIVIDE => {
                                    let (a, b) = (int_value!(peek!(2)), int_value!(peek!(1)));
                                    if b <= 0 {
                                        break 'usual;
                                    }
                                    int_result!(a.div_euclid(b), 6)
                                }
                                REMAINDER | INPLACE_REMAINDER => {
                                    let (a, b) = (int_value!(peek!(2)), int_value!(peek!(1)));
                                    if b <= 0 {
                                        break 'usual;
                                    }
                                    int_result!(a.rem_euclid(b), 6)
                                }
                                SUBSCR => {
                                    let (a, b) = (peek!(2), peek!(1));
                                    let container: &PyObject = object!(a);
                                    if !is_exactly!(container, bytearray_type) {
                                        break 'usual;
                                    }
                                    let bytes = container.downcast_unchecked_ref::<PyByteArray>().bytes_now();
                                    let Ok(index) = usize::try_from(int_value!(b)) else { break 'usual };
                                    let Some(&byte) = bytes.get(index) else { break 'usual };
                                    sp = sp.sub(2);
                                    release!(b);
                                    release!(a);
                                    push!(cached_int(byte.into(), vm));
                                    next!(6)
                                }
                                _ => break 'usual,
                            }
                        }
                        Instruction::BinaryOpSubscrListInt => item!(list_type, PyList, items_now),
                        Instruction::BinaryOpSubscrTupleInt => item!(tuple_type, PyTuple, as_slice),
                        Instruction::StoreSubscrListInt => {
                            let (value, a, b) = (peek!(3), peek!(2), peek!(1));
                            let list: &PyObject = object!(a);
                            if !is_exactly!(list, list_type) {
                                break 'usual;
                            }
                            let Ok(index) = usize::try_from(int_value!(b)) else { break 'usual };
                            let list = list.downcast_unchecked_ref::<PyList>();
                            let Some(item) = list.items_to_change().get_mut(index) else { break 'usual };
                            let value = PyObjectRef::from_raw(NonNull::new_unchecked(owned!(value) as *mut PyObject));
                            let old = owned_bits(core::mem::replace(item, value));
                            sp = sp.sub(3);
                            release!(old);
                            release!(a);
                            release!(b);
                            next!(2)
                        }
                        Instruction::ListAppend { .. } => {
                            let value = owned!(peek!(1));
                            let list: &PyObject = object!(peek!(1 + arg));
                            sp = sp.sub(1);
                            let value = PyObjectRef::from_raw(NonNull::new_unchecked(value as *mut PyObject));
                            list.downcast_unchecked_ref::<PyList>().items_to_change().push(value);
                            next!(1)
                        }
                        Instruction::UnpackSequenceTwoTuple => {
                            let bits = peek!(1);
                            let tuple: &PyObject = object!(bits);
                            if !is_exactly!(tuple, tuple_type) {
                                break 'usual;
                            }
                            let [first, second] = tuple.downcast_unchecked_ref::<PyTuple>().as_slice() else {
                                break 'usual;
                            };
                            let (first, second) = (owned_bits(first.clone()), owned_bits(second.clone()));
                            sp = sp.sub(1);
                            release!(bits);
                            push!(second);
                            push!(first);
                            next!(2)
                        }
                        Instruction::ForIterRange => {
                            let range: &PyObject = object!(peek!(1));
                            if !is_exactly!(range, range_iterator_type) {
                                break 'usual;
                            }
                            let Some(value) = range.downcast_unchecked_ref::<PyRangeIterator>().fast_next() else {
                                let end = bytecode::CodeUnits::read_unit_from(ip, 2 + arg);
                                let end_for = matches!(end.op, Instruction::EndFor | Instruction::InstrumentedEndFor);
                                next!(2 + arg + usize::from(end_for))
                            };
                            let value = value as i64;
                            if is_cached_int(value) {
                                push!(cached_int(value as i32, vm));
                                next!(2)
                            }
                            let after = bytecode::CodeUnits::read_unit_from(ip, 2);
                            if matches!(after.op, Instruction::StoreFast { .. }) {
                                // Mostly it is the only one who had the number before.
                                let place = &mut *locals.add(usize::from(u8::from(after.arg)));
                                if *place != 0 {
                                    let old: &PyObject = object!(*place);
                                    if old.is_only_reference() && is_exactly!(old, int_type) {
                                        if old.downcast_unchecked_ref::<PyInt>().small().is_some() {
                                            Py::<PyInt>::set_small(*place as *mut PyObject, value);
                                            next!(3)
                                        }
                                    }
                                }
                            }
                            push!(boxed_int(value, vm));
                            next!(2)
                        }
                        Instruction::ForIterList => {
                            let iterator: &PyObject = object!(peek!(1));
                            if !is_exactly!(iterator, list_iterator_type) {
                                break 'usual;
                            }
                            let Some(item) = iterator.downcast_unchecked_ref::<PyListIterator>().next_if_any() else {
                                break 'usual;
                            };
                            push!(owned_bits(item));
                            next!(2)
                        }
                        Instruction::ForIterTuple => {
                            let iterator: &PyObject = object!(peek!(1));
                            if !is_exactly!(iterator, tuple_iterator_type) {
                                break 'usual;
                            }
                            let Some(item) = iterator.downcast_unchecked_ref::<PyTupleIterator>().next_if_any() else {
                                break 'usual;
                            };
                            push!(owned_bits(item));
                            next!(2)
                        }
                        Instruction::LoadGlobalModule => {
                            let version = cached_u16!(2);
                            if version == 0 {
                                break 'usual;
                            }
                            let Some(value) = self.globals.value_of_version(version, cached_u16!(4)) else {
                                break 'usual;
                            };
                            push!(owned_bits(value));
                            if arg & 1 != 0 {
                                push!(0);
                            }
                            next!(5)
                        }
                        Instruction::LoadGlobalBuiltin => {
                            let (version, builtins_version) = (cached_u16!(2), cached_u16!(3));
                            if version == 0
                                || builtins_version == 0
                                || self.globals.keys_version() != u32::from(version)
                            {
                                break 'usual;
                            }
                            let Some(builtins) = self.builtins_dict else { break 'usual };
                            let Some(value) = builtins.value_of_version(builtins_version, cached_u16!(4)) else {
                                break 'usual;
                            };
                            push!(owned_bits(value));
                            if arg & 1 != 0 {
                                push!(0);
                            }
                            next!(5)
                        }
                        Instruction::LoadDeref { .. } => {
                            let bits = *locals.add(arg);
                            if bits == 0 || !is_exactly!(object!(bits), cell_type) {
                                break 'usual;
                            }
                            let Some(value) = object!(bits).downcast_unchecked_ref::<PyCell>().get() else {
                                break 'usual;
                            };
                            push!(owned_bits(value));
                            next!(1)
                        }
                        Instruction::LoadAttrMethodNoDict => {
                            let owner = peek!(1);
                            known_type!(object!(owner));
                            let method = cached_ptr!(6);
                            if method == 0 {
                                break 'usual;
                            }
                            peek!(1) = owned_bits(object!(method).to_owned());
                            push!(owner);
                            next!(10)
                        }
                        Instruction::LoadAttrMethodWithValues => {
                            let owner = peek!(1);
                            known_type!(object!(owner));
                            if let Some(dict) = object!(owner).dict_now() {
                                let stamp = cached_ptr!(4);
                                if stamp == 0 || stamp != dict.keys_version() as usize {
                                    // Attributes of a new object have no version yet.
                                    let name: &PyObject = self.code.names.get_unchecked(arg >> 1).as_object();
                                    if !dict.surely_lacks(name, vm) {
                                        break 'usual;
                                    }
                                }
                            }
                            let method = cached_ptr!(6);
                            if method == 0 {
                                break 'usual;
                            }
                            peek!(1) = owned_bits(object!(method).to_owned());
                            push!(owner);
                            next!(10)
                        }
                        Instruction::LoadAttrWithHint => {
                            let owner = peek!(1);
                            known_type!(object!(owner));
                            let Some(dict) = object!(owner).dict_now() else { break 'usual };
                            let name: &PyObject = self.code.names.get_unchecked(arg >> 1).as_object();
                            let Some(value) = dict.place_at(usize::from(cached_u16!(4)), name, vm).cloned() else {
                                break 'usual;
                            };
                            sp = sp.sub(1);
                            release!(owner);
                            push!(owned_bits(value));
                            if arg & 1 != 0 {
                                push!(0);
                            }
                            next!(10)
                        }
                        Instruction::LoadAttrSlot => {
                            let owner = peek!(1);
                            known_type!(object!(owner));
                            let Some(value) = object!(owner).get_slot(cached_u32!(4) as i32 as isize) else {
                                break 'usual;
                            };
                            sp = sp.sub(1);
                            release!(owner);
                            push!(owned_bits(value));
                            if arg & 1 != 0 {
                                push!(0);
                            }
                            next!(10)
                        }
                        Instruction::StoreAttrWithHint => {
                            let (value, owner) = (peek!(2), peek!(1));
                            known_type!(object!(owner));
                            let Some(dict) = object!(owner).dict_now() else { break 'usual };
                            let name: &PyObject = self.code.names.get_unchecked(arg).as_object();
                            let Some(place) = dict.place_at(usize::from(cached_u16!(4)), name, vm) else {
                                break 'usual;
                            };
                            let value = PyObjectRef::from_raw(NonNull::new_unchecked(owned!(value) as *mut PyObject));
                            let old = owned_bits(core::mem::replace(place, value));
                            sp = sp.sub(2);
                            release!(old);
                            release!(owner);
                            next!(5)
                        }
                        Instruction::StoreAttrSlot => {
                            let (value, owner) = (peek!(2), peek!(1));
                            known_type!(object!(owner));
                            let value = PyObjectRef::from_raw(NonNull::new_unchecked(owned!(value) as *mut PyObject));
                            sp = sp.sub(2);
                            save!(1);
                            object!(owner).set_slot(cached_u16!(4) as i16 as isize, Some(value));
                            release!(owner);
                            next!(5)
                        }
                        Instruction::CallPyExactArgs => {
                            let callable: &PyObject = object!(peek!(arg + 2));
                            if !is_exactly!(callable, function_type) {
                                break 'usual;
                            }
                            let function = callable.downcast_unchecked_ref::<PyFunction>();
                            let version = cached_u32!(2);
                            let count = arg + usize::from(peek!(arg + 1) != 0);
                            if version == 0
                                || function.func_version() != version
                                || !self.can_enter(function, count, vm)
                            {
                                break 'usual;
                            }
                            let callee = Self::place_callee(function, sp.sub(count), count, vm);
                            sp = sp.sub(arg + 2);
                            (*callee).func_obj = owned!(*sp) as *const PyObject;
                            save!(4);
                            self.enter(callee, calls, vm);
                            load!();
                            continue 'quick;
                        }
                        Instruction::CallAllocAndEnterInit => {
                            let version = cached_u32!(2);
                            let Some(class) = object!(peek!(arg + 2)).downcast_ref::<PyType>() else { break 'usual };
                            if peek!(arg + 1) != 0 {
                                break 'usual;
                            }
                            let Some((function, function_version)) = class.get_cached_init_for_specialization(version)
                            else {
                                break 'usual;
                            };
                            let Some(alloc) = class.slots().alloc.load() else { break 'usual };
                            if function.func_version() != function_version || !self.can_enter(&function, arg + 1, vm) {
                                break 'usual;
                            }
                            // Allocating may collect garbage.
                            save!(4);
                            let Ok(object) = alloc(class.to_owned(), 0, vm) else { break 'usual };
                            peek!(arg + 1) = owned_bits(object.clone());
                            let callee = Self::place_callee(&function, sp.sub(arg + 1), arg + 1, vm);
                            (*callee).func_obj = PyObjectRef::from(function).into_raw().as_ptr();
                            sp = sp.sub(arg + 2);
                            let class = *sp;
                            push!(owned_bits(object));
                            release!(class);
                            save!(4);
                            self.enter(callee, calls, vm);
                            calls.initialisers.push(calls.depth);
                            load!();
                            continue 'quick;
                        }
                        Instruction::LoadAttrProperty => {
                            let owner = peek!(1);
                            known_type!(object!(owner));
                            let getter = cached_ptr!(6);
                            if getter == 0 || !is_exactly!(object!(getter), function_type) {
                                break 'usual;
                            }
                            let function = object!(getter).downcast_unchecked_ref::<PyFunction>();
                            if !function.can_specialize_call(1) || !self.can_enter(function, 1, vm) {
                                break 'usual;
                            }
                            let callee = Self::place_callee(function, sp.sub(1), 1, vm);
                            (*callee).func_obj = function.as_object().to_owned().into_raw().as_ptr();
                            sp = sp.sub(1);
                            save!(10);
                            self.enter(callee, calls, vm);
                            load!();
                            continue 'quick;
                        }
                        Instruction::ForIterGen => {
                            let generator: &PyObject = object!(peek!(1));
                            if !is_exactly!(generator, generator_type) {
                                break 'usual;
                            }
                            save!(2);
                            if !self.enter_generator(generator, calls, vm) {
                                break 'usual;
                            }
                            load!();
                            continue 'quick;
                        }
                        Instruction::CallLen => {
                            let (len, none, bits) = (peek!(3), peek!(2), peek!(1));
                            let is_len = vm.callable_cache.len.as_ref().is_some_and(|len_now| object!(len).is(len_now));
                            if arg != 1 || none != 0 || !is_len {
                                break 'usual;
                            }
                            let object: &PyObject = object!(bits);
                            let length = if is_exactly!(object, list_type) {
                                object.downcast_unchecked_ref::<PyList>().items_now().len()
                            } else if is_exactly!(object, str_type) {
                                object.downcast_unchecked_ref::<PyStr>().char_len()
                            } else if is_exactly!(object, tuple_type) {
                                object.downcast_unchecked_ref::<PyTuple>().as_slice().len()
                            } else {
                                break 'usual;
                            };
                            sp = sp.sub(3);
                            release!(bits);
                            release!(len);
                            push!(if is_cached_int(length as i64) {
                                cached_int(length as i32, vm)
                            } else {
                                boxed_int(length as i64, vm)
                            });
                            next!(4)
                        }
                        Instruction::CallListAppend => {
                            let (append, list, value) = (peek!(3), peek!(2), peek!(1));
                            let is_append = vm
                                .callable_cache
                                .list_append
                                .as_ref()
                                .is_some_and(|append_now| object!(append).is(append_now));
                            if arg != 1 || list == 0 || !is_append || !is_exactly!(object!(list), list_type) {
                                break 'usual;
                            }
                            let value = PyObjectRef::from_raw(NonNull::new_unchecked(owned!(value) as *mut PyObject));
                            object!(list).downcast_unchecked_ref::<PyList>().items_to_change().push(value);
                            sp = sp.sub(3);
                            release!(list);
                            release!(append);
                            // With the POP_TOP that follows.
                            next!(5)
                        }
                        Instruction::YieldValue { .. } => {
                            if self.monitoring_mask & MonitoringEvent::PyYield.mask() != 0 {
                                break 'usual;
                            }
                            let value = owned!(peek!(1));
                            sp = sp.sub(1);
                            save!(1);
                            self.localsplus.promote_stack();
                            let value = PyObjectRef::from_raw(NonNull::new_unchecked(value as *mut PyObject));
                            if calls.depth > 0 {
                                if let Ok(outcome) = self.leave_generator(Ok(ExecutionResult::Yield(value)), calls, vm)
                                {
                                    self.finish_for_iter(outcome);
                                }
                                load!();
                                continue 'quick;
                            }
                            return Stop::Ended(ExecutionResult::Yield(value));
                        }
                        Instruction::ReturnValue => {
                            let initialises = calls.depth > 0 && calls.in_initialiser();
                            if initialises && !vm.is_none(object!(peek!(1))) {
                                break 'usual;
                            }
                            let value = owned!(peek!(1));
                            sp = sp.sub(1);
                            save!(1);
                            if calls.depth > 0 {
                                if calls.in_generator() {
                                    let value = PyObjectRef::from_raw(NonNull::new_unchecked(value as *mut PyObject));
                                    if let Ok(outcome) =
                                        self.leave_generator(Ok(ExecutionResult::Return(value)), calls, vm)
                                    {
                                        self.finish_for_iter(outcome);
                                    }
                                    load!();
                                    continue 'quick;
                                }
                                self.leave(calls, vm);
                                load!();
                                if initialises {
                                    release!(value);
                                } else {
                                    push!(value);
                                }
                                continue 'quick;
                            }
                            return Stop::Ended(ExecutionResult::Return(PyObjectRef::from_raw(
                                NonNull::new_unchecked(value as *mut PyObject),
                            )));
                        }
                        // What `run_one` asks about interrupts, and what somebody watches.
                        Instruction::ExtendedArg | Instruction::JumpBackward { .. } => break 'quick,
                        _ if u8::from(unit.op) >= u8::from(Instruction::InstrumentedEndFor) => break 'quick,
                        _ => {}
                    }
                }
                save!(1);
                let after = self.lasti.load(Relaxed);
                let result = self.execute_instruction(unit.op, bytecode::OpArg::new(arg as u32), &mut false, vm);
                if self.lasti.load(Relaxed) == after {
                    self.lasti.store(after + unit.op.cache_entries() as u32, Relaxed);
                }
                match result {
                    Ok(None) => {
                        load!();
                        if vm.use_tracing.get() {
                            break 'quick;
                        }
                    }
                    Ok(Some(result)) => return Stop::Ended(result),
                    Err(exception) => return Stop::Raised(after as usize - 1, exception),
                }
            }
            save!(0);
            Stop::Here
        }
    }
}
