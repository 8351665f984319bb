//! How compiled code counts fuel.

use super::Patch;

/// Published, the compiler adds the cost of every run of instructions to a variable, which it keeps
/// in a register throughout and writes out and reads back around every call: code took 1.4 times as
/// long, and the loops of an interpreter 1.5 times. Changed, a fixed cost is charged where a function
/// is entered and where a loop begins or goes round. Code that does neither ends soon by itself, so
/// a limit still holds on everything; copying and filling memory still cost by the byte.
pub const CRANELIFT: &[Patch] = &[
    Patch {
        file: "src/func_environ.rs",
        reason: "fuel is charged at checks alone, and memory always has the count",
        old: "        self.fuel_consumed += self.tunables.operator_cost.cost(op);

        match op {",
        new: "        // Small constant copies and fills are taken to be free.
        self.fuel_consumed = 0;
        let _ = builder;
        if true {
            return;
        }

        match op {",
    },
    Patch {
        file: "src/func_environ.rs",
        reason: "as above: nothing is kept in a variable that a return would have to write out",
        old: "        // On exiting the function we need to be sure to save the fuel we have
        // cached locally in `self.fuel_var` back into the Store-defined
        // location.
        self.fuel_save_from_var(builder);",
        new: "        let _ = builder;",
    },
    Patch {
        file: "src/func_environ.rs",
        reason: "as above: nor a call",
        old: "            Operator::Call { .. } | Operator::CallIndirect { .. } | Operator::CallRef { .. } => {
                self.fuel_load_into_var(builder);
            }
            _ => {}",
        new: "            _ => {
                let _ = builder;
            }",
    },
    Patch {
        file: "src/func_environ.rs",
        reason: "as above: nor a trap",
        old: "        if self.tunables.consume_fuel {
            self.fuel_increment_var(builder);
            self.fuel_save_from_var(builder);
        }
    }

    pub fn before_translate_function(",
        new: "        let _ = builder;
    }

    pub fn before_translate_function(",
    },
    Patch {
        file: "src/func_environ.rs",
        reason: "as above: nor a module's start",
        old: "            self.fuel_consumed += 1;
            self.fuel_increment_var(builder);
            self.fuel_save_from_var(builder);
        }
        let ty = self.module.functions[func]",
        new: "            self.fuel_consumed = 0;
        }
        let ty = self.module.functions[func]",
    },
    Patch {
        file: "src/func_environ.rs",
        reason: "as above: what a check adds",
        old: "    fn fuel_check(&mut self, builder: &mut FunctionBuilder) {
        self.fuel_increment_var(builder);
",
        new: "    fn fuel_check(&mut self, builder: &mut FunctionBuilder) {
        /// About what lies between two checks, in instructions.
        const POINT: i64 = 12;
        self.fuel_consumed = self.fuel_consumed.saturating_add(POINT);
        self.fuel_load_into_var(builder);
        self.fuel_increment_var(builder);
        self.fuel_save_from_var(builder);
",
    },
    Patch {
        file: "src/func_environ.rs",
        reason: "as above: the count is in memory already",
        old: "        builder.switch_to_block(out_of_gas_block);
        self.fuel_save_from_var(builder);
        let out_of_gas",
        new: "        builder.switch_to_block(out_of_gas_block);
        let out_of_gas",
    },
    Patch {
        file: "src/func_environ.rs",
        reason: "as above: and stays there",
        old: "        builder.ins().call(out_of_gas, &[vmctx]);
        self.fuel_load_into_var(builder);
",
        new: "        builder.ins().call(out_of_gas, &[vmctx]);
",
    },
    Patch {
        file: "src/func_environ.rs",
        reason: "as above: a copy or fill of a length known when it runs",
        old: "                    self.fuel_increment_var(builder);
                    let fuel = builder.use_var(self.fuel_var);
                    let fuel = builder.ins().iadd(fuel, units_clamped64);
                    builder.def_var(self.fuel_var, fuel);
",
        new: "                    self.fuel_load_into_var(builder);
                    let fuel = builder.use_var(self.fuel_var);
                    let fuel = builder.ins().iadd(fuel, units_clamped64);
                    builder.def_var(self.fuel_var, fuel);
                    self.fuel_save_from_var(builder);
",
    },
    Patch {
        file: "src/func_environ.rs",
        reason: "as above: growing a table",
        old: "        if self.tunables.consume_fuel {
            self.fuel_increment_var(builder);
        }
        let failure",
        new: "        let failure",
    },
];
