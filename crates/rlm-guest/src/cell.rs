//! Runs one cell and says what became of it.

use rlm_abi::{Fault, Reply, Shown, Value};
use rustpython_vm::{
    AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyCode, PyStr},
    bytecode::CodeFlags,
    compiler::{self, Mode},
    scope::Scope,
};

use crate::{convert, interrupt, namespace, state::Guest};

/// Longest data handed out beside the repr of a cell's value.
const MAX_SHOWN_DATA: usize = 1 << 20;

/// Longest name of an exception's class, in code points.
const MAX_KIND: usize = 200;

/// Text cut for display never exceeds this many bytes.
const MAX_FAULT_TEXT: usize = 20_000;

/// Runs one cell in the namespace.
pub fn run(guest: &Guest, name: &str, code: &str, vm: &VirtualMachine) -> Reply {
    interrupt::begin_cell();
    guest.submitted.replace(None);
    guest.through.replace(None);
    guest.at_end.replace(None);
    let ended = execute(guest, name, code, vm);
    interrupt::end_cell();
    namespace::restore_builtins(guest, vm);
    let ended =
        ended.and_then(|value| if ends_in_definition(code, &value) { Ok(None) } else { show(guest, value, vm) });
    let ended = ended.map_err(|exception| fault(guest, exception, vm));
    let notes = namespace::restore_reserved(guest, vm);
    let submitted = guest.submitted.take();
    match ended {
        Ok(shown) => Reply::Completed { shown, submitted, notes },
        Err(fault) => Reply::Raised { fault, submitted, notes },
    }
}

fn execute(guest: &Guest, name: &str, code: &str, vm: &VirtualMachine) -> PyResult {
    namespace::remember_source(guest, name, code, vm);
    let code = compile(name, code, vm)?;
    let awaits = code.flags.contains(CodeFlags::COROUTINE);
    let ended = vm.run_code_obj(code, Scope::with_builtins(None, guest.globals.clone(), vm))?;
    let ended = if awaits { guest.runtime.run_coroutine.call((ended,), vm)? } else { ended };
    let at_end = guest.at_end.take();
    match at_end {
        Some(at_end) if guest.submitted.borrow().is_none() => at_end.call((), vm).map(|_| ended),
        _ => Ok(ended),
    }
}

/// Compiles a cell so that its last expression is its value. `await` outside functions is allowed,
/// and makes the cell a coroutine.
///
/// `vm.compile` reads the source twice more, for warnings about escapes in strings and the like;
/// without a backslash there is nothing for it to find that a model needs to know.
fn compile(name: &str, source: &str, vm: &VirtualMachine) -> PyResult<PyRef<PyCode>> {
    let mut options = vm.compile_opts();
    options.allow_top_level_await = true;
    if source.contains('\\') {
        return vm
            .compile_with_opts(source, Mode::BlockExpr, name.to_owned(), options)
            .map_err(|error| error.into_pyexception(vm, Some(source)));
    }
    match compiler::compile(source, Mode::BlockExpr, name, options) {
        Ok(code) => Ok(PyCode::new_ref_from_bytecode(vm, code)),
        Err(error) => Err(vm.new_syntax_error(&error, Some(source))),
    }
}

/// Shows the value of the last expression as a prompt would, and binds it to `_`.
fn show(guest: &Guest, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<Option<Shown>> {
    if vm.is_none(&value) {
        return Ok(None);
    }
    guest.globals.set_item("_", value.clone(), vm)?;
    let class = value.class();
    let types = &vm.ctx.types;
    let repr = if class.is(types.int_type) || class.is(types.float_type) || class.is(types.bool_type) {
        value.repr(vm)?.to_string()
    } else {
        match guest.runtime.show.call((value.clone(),), vm) {
            Ok(shown) => shown.downcast_ref::<PyStr>().map(text_of).unwrap_or_default(),
            Err(exception) if is_interrupt(guest, &exception, vm) => return Err(exception),
            Err(exception) => format!("<{} whose display raised {}>", class.name(), exception.class().name()),
        }
    };
    Ok(Some(Shown { repr, data: data_of(&value, vm) }))
}

/// Whether the value is that of a `def` or `class` at the end of the cell, which a prompt does not
/// show. The compiler's mode for cells gives those a value as if they were expressions.
fn ends_in_definition(code: &str, value: &PyObjectRef) -> bool {
    // A text may have lines that look like code.
    if value.downcast_ref::<PyStr>().is_some() {
        return false;
    }
    let starts_a_statement = |line: &&str| !line.starts_with([' ', '\t', '#', ')', ']', '}', '\r']) && !line.is_empty();
    let last = code.lines().rev().find(starts_a_statement).unwrap_or_default();
    ["def ", "class ", "async def "].iter().any(|word| last.starts_with(word))
}

fn data_of(value: &PyObjectRef, vm: &VirtualMachine) -> Option<Value> {
    convert::to_value_within(value, MAX_SHOWN_DATA, vm).ok()
}

fn text_of(text: &rustpython_vm::Py<PyStr>) -> String {
    match text.to_str() {
        Some(utf8) => utf8.to_owned(),
        None => convert::escape_surrogates(text.as_wtf8()),
    }
}

/// Describes the exception that ended a cell. The describing code runs on objects the cell made,
/// so it may fail too; what is left then is the class's name.
fn fault(guest: &Guest, exception: PyBaseExceptionRef, vm: &VirtualMachine) -> Fault {
    let kind: String = exception.class().name().chars().take(MAX_KIND).collect();
    let interrupt = is_interrupt(guest, &exception, vm).then(interrupt::pending).flatten();
    let described = guest.runtime.describe.call((exception.clone(),), vm);
    let (message, traceback, exit) = match described.map(|described| convert::to_value(&described, vm)) {
        Ok(Ok(Value::List(parts))) => match <[Value; 3]>::try_from(parts) {
            Ok([Value::Str(message), Value::Str(traceback), exit]) => (message, traceback, exit),
            _ => undescribed(&kind),
        },
        _ => undescribed(&kind),
    };
    Fault {
        kind,
        message: cut(message),
        traceback: cut(traceback),
        interrupt,
        exit: match exit {
            Value::Int(code) => Some(code as i32),
            _ => None,
        },
    }
}

fn undescribed(kind: &str) -> (String, String, Value) {
    (String::new(), format!("{kind} (its traceback could not be formatted)"), Value::None)
}

fn is_interrupt(guest: &Guest, exception: &PyBaseExceptionRef, vm: &VirtualMachine) -> bool {
    exception.as_object().is_instance(&guest.runtime.interrupt, vm).unwrap_or(false)
}

fn cut(mut text: String) -> String {
    if text.len() > MAX_FAULT_TEXT {
        let omitted = text.len() - MAX_FAULT_TEXT;
        let head = text.floor_char_boundary(MAX_FAULT_TEXT / 2);
        let tail = text.ceil_char_boundary(text.len() - MAX_FAULT_TEXT / 2);
        text.replace_range(head..tail, &format!("\n[... {omitted} bytes omitted ...]\n"));
    }
    text
}
