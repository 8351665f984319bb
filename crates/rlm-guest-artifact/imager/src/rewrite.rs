//! Turns the guest module into one that starts from the image, after checking that memory is all
//! that its boot can have changed.

use anyhow::{Result, bail, ensure};
use rlm_abi::symbols;
use wasm_encoder::{
    ConstExpr, ExportKind, Function, GlobalType, SectionId, ValType,
    reencode::{Error, Reencode, RoundtripReencoder},
};
use wasmparser::{Operator, Parser, Payload, TypeRef};

use crate::meter::{self, Metered};

const WASM_PAGE: u64 = 65_536;

/// Refuses a module with state outside its linear memory: a session is saved, forked and rolled
/// back by its memory alone. The one exception is the stack pointer, which has its first value
/// whenever no call is running.
pub fn check_only_memory_changes(wasm: &[u8]) -> Result<()> {
    let mut mutable_globals = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::GlobalSection(globals) => {
                for global in globals {
                    mutable_globals += u32::from(global?.ty.mutable);
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import?;
                    ensure!(matches!(import.ty, TypeRef::Func(_)), "imports {}, which is not a function", import.name);
                }
            }
            Payload::StartSection { .. } => bail!("has a start function, which would run over the image"),
            Payload::CodeSectionEntry(body) => {
                let mut operators = body.get_operators_reader()?;
                while !operators.eof() {
                    if let Some(what) = changes_more_than_memory(&operators.read()?) {
                        bail!("uses {what}, which changes state outside memory");
                    }
                }
            }
            _ => {}
        }
    }
    ensure!(mutable_globals == 1, "has {mutable_globals} mutable globals, expected only the stack pointer");
    Ok(())
}

fn changes_more_than_memory(operator: &Operator<'_>) -> Option<&'static str> {
    match operator {
        Operator::TableSet { .. } => Some("table.set"),
        Operator::TableGrow { .. } => Some("table.grow"),
        Operator::TableFill { .. } => Some("table.fill"),
        Operator::TableCopy { .. } => Some("table.copy"),
        Operator::TableInit { .. } => Some("table.init"),
        Operator::ElemDrop { .. } => Some("elem.drop"),
        Operator::DataDrop { .. } => Some("data.drop"),
        Operator::MemoryInit { .. } => Some("memory.init"),
        _ => None,
    }
}

/// The module without its data and custom sections, with a memory as large as the image, and with its
/// fuel counted.
pub fn start_from_image(wasm: &[u8], image_bytes: u64) -> Result<Vec<u8>> {
    let mut module = wasm_encoder::Module::new();
    let Metered { bodies, hints } = meter::instrument(wasm)?;
    let mut rewriter = FromImage {
        pages: image_bytes / WASM_PAGE,
        fuel: meter::global_index(wasm)?,
        bodies: bodies.into_iter(),
        hints: Some(hints),
    };
    rewriter
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .map_err(|error| anyhow::anyhow!("rewriting: {error:?}"))?;
    Ok(module.finish())
}

struct FromImage {
    pages: u64,
    /// Index of the global that fuel is counted in.
    fuel: u32,
    bodies: std::vec::IntoIter<Function>,
    hints: Option<wasm_encoder::BranchHints>,
}

type Rewritten<T = ()> = Result<T, Error<std::convert::Infallible>>;

impl Reencode for FromImage {
    type Error = std::convert::Infallible;

    fn memory_type(&mut self, memory: wasmparser::MemoryType) -> Rewritten<wasm_encoder::MemoryType> {
        let mut memory = RoundtripReencoder.memory_type(memory)?;
        memory.minimum = self.pages;
        Ok(memory)
    }

    fn parse_global_section(
        &mut self,
        globals: &mut wasm_encoder::GlobalSection,
        section: wasmparser::GlobalSectionReader<'_>,
    ) -> Rewritten {
        RoundtripReencoder.parse_global_section(globals, section)?;
        let counter = GlobalType { val_type: ValType::I64, mutable: true, shared: false };
        globals.global(counter, &ConstExpr::i64_const(0));
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut wasm_encoder::ExportSection,
        section: wasmparser::ExportSectionReader<'_>,
    ) -> Rewritten {
        RoundtripReencoder.parse_export_section(exports, section)?;
        exports.export(symbols::FUEL, ExportKind::Global, self.fuel);
        Ok(())
    }

    fn intersperse_section_hook(
        &mut self,
        module: &mut wasm_encoder::Module,
        _: Option<SectionId>,
        before: Option<SectionId>,
    ) -> Rewritten {
        // The hints come before the code they are about.
        if before == Some(SectionId::Code)
            && let Some(hints) = self.hints.take()
        {
            module.section(&hints);
        }
        Ok(())
    }

    fn parse_function_body(
        &mut self,
        code: &mut wasm_encoder::CodeSection,
        _: wasmparser::FunctionBody<'_>,
    ) -> Rewritten {
        code.function(&self.bodies.next().expect("a body for every function"));
        Ok(())
    }

    fn parse_data_section(
        &mut self,
        _: &mut wasm_encoder::DataSection,
        _: wasmparser::DataSectionReader<'_>,
    ) -> Rewritten {
        Ok(())
    }

    fn data_count(&mut self, _: u32) -> Rewritten<u32> {
        Ok(0)
    }

    fn parse_custom_section(
        &mut self,
        _: &mut wasm_encoder::Module,
        _: wasmparser::CustomSectionReader<'_>,
    ) -> Rewritten {
        Ok(())
    }
}
