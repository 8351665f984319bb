//! Turns small tables of branches into tests.
//!
//! LLVM makes a `br_table` of every `match` with more than one arm and leaves it to the engine to know
//! better; Cranelift makes an indirect jump of every `br_table`. A look at `Result<Option<_>, _>` after
//! each instruction of the bytecode loop then waits for a table, where a compare would be foreseen.

use anyhow::Result;
use wasm_encoder::{Function, Instruction};
use wasmparser::BrTable;

/// A table becomes at most this many tests.
const MOST_TESTS: usize = 3;

/// A table of branches as tests, one after the other.
pub struct Tests {
    runs: Vec<Run>,
    default: u32,
}

/// Neighbouring indices that go to one place.
struct Run {
    first: u32,
    last: u32,
    target: u32,
}

impl Tests {
    /// The tests that do what the table does, if they are few.
    pub fn of(table: &BrTable<'_>) -> Result<Option<Self>> {
        let default = table.default();
        let mut runs: Vec<Run> = Vec::new();
        for (index, target) in table.targets().enumerate() {
            let (index, target) = (index as u32, target?);
            match runs.last_mut() {
                Some(run) if run.target == target && run.last + 1 == index => run.last = index,
                _ if target == default => {}
                _ => runs.push(Run { first: index, last: index, target }),
            }
            if runs.len() > MOST_TESTS {
                return Ok(None);
            }
        }
        Ok(Some(Self { runs, default }))
    }

    /// Writes them: they take the index off the stack, by way of the local `scratch`. What else is on the
    /// stack goes along, as it does with the table.
    pub fn write(&self, function: &mut Function, scratch: u32) {
        function.instruction(&Instruction::LocalSet(scratch));
        for run in &self.runs {
            function.instruction(&Instruction::LocalGet(scratch));
            if run.first == run.last {
                function.instruction(&Instruction::I32Const(run.first as i32)).instruction(&Instruction::I32Eq);
            } else {
                if run.first != 0 {
                    function.instruction(&Instruction::I32Const(run.first as i32)).instruction(&Instruction::I32Sub);
                }
                let length = (run.last - run.first) as i32;
                function.instruction(&Instruction::I32Const(length)).instruction(&Instruction::I32LeU);
            }
            function.instruction(&Instruction::BrIf(run.target));
        }
        function.instruction(&Instruction::Br(self.default));
    }
}
