//! The bytecode loop.

use super::Patch;

pub const VM: &[Patch] = &[
    Patch {
        file: "src/frame.rs",
        reason: "in `exec`, imports and class bodies, where the locals are a plain dict, a name that is not there \
                 need not make and drop a KeyError",
        old: "                let result = self.locals.mapping(vm).subscript(name, vm);
                match result {
                    Ok(x) => self.push_value(x),
                    Err(e) if e.fast_isinstance",
        new: "                if let Some(locals) = self.locals.as_object(vm).downcast_ref_if_exact::<PyDict>(vm) {
                    let x = match locals.get_item_opt(name, vm)? {
                        Some(x) => x,
                        None => self.load_global_or_builtin(name, vm)?,
                    };
                    self.push_value(x);
                    return Ok(None);
                }
                let result = self.locals.mapping(vm).subscript(name, vm);
                match result {
                    Ok(x) => self.push_value(x),
                    Err(e) if e.fast_isinstance",
    },
    Patch {
        file: "src/frame.rs",
        reason: "as above, for storing",
        old: "                let value = self.pop_value();
                self.locals
                    .mapping(vm)
                    .ass_subscript(name, Some(value), vm)?;
                Ok(None)
            }
            Instruction::StoreSlice => {",
        new: "                let value = self.pop_value();
                if let Some(locals) = self.locals.as_object(vm).downcast_ref_if_exact::<PyDict>(vm) {
                    locals.set_item(name, value, vm)?;
                    return Ok(None);
                }
                self.locals
                    .mapping(vm)
                    .ass_subscript(name, Some(value), vm)?;
                Ok(None)
            }
            Instruction::StoreSlice => {",
    },
    Patch {
        file: "src/frame.rs",
        reason: "`s += x` copied the whole of s, and looked at every byte of the result to learn its kind: a loop of \
                 them took time with the square of its length. Appends in place where nobody else can see the left \
                 text: it is a temporary, or the global that the next instruction binds anew",
        old: "                    let result = a_str.as_wtf8().py_add(b_str.as_wtf8());
                    self.pop_stackref();
                    self.pop_stackref();
                    self.push_value(result.to_pyobject(vm));
                    Ok(None)",
        new: "                    if self.owns_left_operand(a, vm) {
                        let right = self.pop_value();
                        let left = self.pop_value();
                        let (Ok(mut left), Some(right)) =
                            (left.downcast_exact::<PyStr>(vm).map(|left| left.into_pyref()), right.downcast_ref::<PyStr>())
                        else {
                            self.fatal(\"operands of BINARY_OP_ADD_UNICODE changed their types\");
                        };
                        // SAFETY: just checked.
                        unsafe { left.append(right) };
                        self.push_value(left.into());
                        return Ok(None);
                    }
                    let result = a_str.concat(b_str);
                    self.pop_stackref();
                    self.pop_stackref();
                    self.push_value(result.to_pyobject(vm));
                    Ok(None)",
    },
    Patch {
        file: "src/frame.rs",
        reason: "as above: who else can see the left text",
        old: "    fn binary_op_inplace_unicode_target_local(",
        new: "    /// Whether nothing but the operand stack, and a global that the next instruction binds anew, refers to the
    /// left operand of the current BINARY_OP.
    fn owns_left_operand(&self, left: &PyObject, vm: &VirtualMachine) -> bool {
        let on_stack = self.localsplus.stack_index(self.localsplus.stack_len() - 2);
        if !on_stack.as_ref().is_some_and(|left| !left.is_borrowed()) {
            return false;
        }
        match left.strong_count() {
            1 => true,
            2 => self.next_binds_global_of(left, vm),
            _ => false,
        }
    }

    /// Whether the instruction after the current BINARY_OP binds a global whose value is `left`.
    fn next_binds_global_of(&self, left: &PyObject, vm: &VirtualMachine) -> bool {
        let next = self.lasti() as usize + Instruction::from(Opcode::BinaryOp).cache_entries();
        let Some(unit) = self.code.instructions.get(next) else { return false };
        if !matches!(unit.op.to_base().unwrap_or(unit.op), Instruction::StoreGlobal { .. }) || self.builtins_dict.is_none() {
            return false;
        }
        let name = self.code.names[usize::from(u8::from(unit.arg))];
        matches!(self.globals.get_item_opt(name, vm), Ok(Some(value)) if value.is(left))
    }

    fn binary_op_inplace_unicode_target_local(",
    },
    Patch {
        file: "src/frame.rs",
        reason: "as above, where the left text is a local variable",
        old: "                    local_str.concat_in_place(right_str.as_wtf8(), vm);
",
        new: "                    if local_str.as_object().strong_count() == 1 {
                        // SAFETY: taken out of the local variable, and nothing else refers to it.
                        unsafe { local_str.append(right_str) };
                    } else {
                        local_str = local_str.concat(right_str).into_ref(&vm.ctx);
                    }
",
    },
    Patch {
        file: "src/frame.rs",
        reason: "every turn of a loop of the program called a function to learn that nothing is traced",
        old: "        self.jump_relative_backward(delta, caches);
        self.trace_backward_same_line(from_idx, vm)
",
        new: "        self.jump_relative_backward(delta, caches);
        if !vm.use_tracing.get() {
            return Ok(());
        }
        self.trace_backward_same_line(from_idx, vm)
",
    },
];
