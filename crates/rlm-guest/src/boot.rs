//! Starts the interpreter, once, at build time: what is left in memory is the base image.

use std::cell::RefCell;

use rlm_abi::{Value, symbols};
use rustpython_vm::{
    Interpreter, PyResult, Settings, VirtualMachine,
    builtins::{PyDict, PyDictRef},
    compiler::Mode,
    scope::Scope,
};

use crate::{
    bridge, interrupt,
    state::{self, Guest, Runtime},
};

/// Starts the interpreter and keeps it.
pub fn boot() {
    let builder = Interpreter::builder(settings());
    let modules = rustpython_stdlib::stdlib_module_defs(&builder.ctx);
    let bridge = bridge::module_def(&builder.ctx);
    let interpreter = builder
        .add_native_modules(&modules)
        .add_native_module(bridge)
        .add_frozen_modules(rustpython_pylib::FROZEN_STDLIB)
        .build();
    let made = interpreter.enter(prepare);
    let (globals, runtime, builtins, sources) = match made {
        Ok(made) => made,
        Err(exception) => interpreter.enter(|vm| {
            let mut text = String::new();
            let _ = vm.write_exception(&mut text, &exception);
            panic!("boot: {text}")
        }),
    };
    state::install(Guest {
        interpreter,
        globals,
        runtime,
        builtins_entries: builtins.items_vec(),
        builtins,
        sources,
        reserved: RefCell::default(),
        submitted: RefCell::default(),
        through: RefCell::default(),
        at_end: RefCell::default(),
        mounted: RefCell::default(),
    });
    interrupt::install();
}

fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.isolated = true;
    settings.import_site = false;
    settings.ignore_environment = true;
    settings.install_signal_handlers = false;
    settings.write_bytecode = false;
    settings.user_site_directory = false;
    settings.utf8_mode = 1;
    // Fixed, so that two builds of the same sources make the same image and runs replay.
    settings.hash_seed = Some(0);
    settings
}

type Made = (PyDictRef, Runtime, PyDictRef, PyDictRef);

fn prepare(vm: &VirtualMachine) -> PyResult<Made> {
    let globals = vm.ctx.new_dict();
    let main = vm.new_module("__main__", globals.clone(), None);
    vm.sys_module.get_attr("modules", vm)?.set_item("__main__", main.into(), vm)?;
    for name in ["__name__", "__builtins__"] {
        let value = if name == "__name__" { vm.ctx.new_str("__main__").into() } else { vm.builtins.clone().into() };
        globals.set_item(name, value, vm)?;
    }
    for index in 0.. {
        let module = bridge::ask(symbols::BOOT_MODULE, vec![Value::Int(index)]);
        let Ok(Value::List(module)) = module else { break };
        if let [Value::Str(name), Value::Str(source)] = &module[..] {
            install_module(name, source, vm)?;
        }
    }
    let runtime = vm.import("_rlm_runtime", 0)?;
    let sources = vm.import("linecache", 0)?.get_attr("cache", vm)?.downcast::<PyDict>().expect("linecache.cache");
    vm.call_method(&runtime, "boot", ())?;
    let function = |name: &'static str| runtime.get_attr(name, vm);
    let runtime_functions = Runtime {
        run_coroutine: function("run_coroutine")?,
        show: function("show")?,
        describe: function("describe")?,
        variables: function("variables")?,
        complete: function("complete")?,
        seed: function("seed")?,
        interrupt: function("CellInterrupt")?,
        bind_context: vm.import("rlm_context", 0)?.get_attr("_bind", vm)?,
    };
    // Out of reach of an `import`, so that no cell rebinds what these functions call.
    let modules = vm.sys_module.get_attr("modules", vm)?;
    for name in ["_rlm_display", "_rlm_runtime", "_rlm_compat"] {
        modules.del_item(name, vm)?;
    }
    Ok((globals, runtime_functions, vm.builtins.dict(), sources))
}

/// Makes a module of ours and puts it into `sys.modules`.
fn install_module(name: &str, source: &str, vm: &VirtualMachine) -> PyResult<()> {
    let file = format!("<frozen {name}>");
    let code = vm.compile(source, Mode::Exec, file).map_err(|error| error.into_pyexception(vm, Some(source)))?;
    let dict = vm.ctx.new_dict();
    let module = vm.new_module(name, dict.clone(), None);
    dict.set_item("__name__", vm.ctx.new_str(name).into(), vm)?;
    vm.sys_module.get_attr("modules", vm)?.set_item(name, module.into(), vm)?;
    vm.run_code_obj(code, Scope::with_builtins(None, dict, vm))?;
    Ok(())
}
