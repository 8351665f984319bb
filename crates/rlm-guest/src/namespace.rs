//! The session's names: defining, listing and protecting them.

use rlm_abi::{Document, Reply, Shape, Text, Value, Variable};
use rustpython_vm::{
    AsObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyBytes, PyDict, PyStr},
    common::{
        str::{StrData, StrKind},
        wtf8::Wtf8,
    },
    identifier,
    object::Traverse,
};

use crate::{
    bridge::HostFunction,
    convert,
    state::{Guest, Reserved},
    wasi,
};

/// Where the contexts are files.
const CONTEXT_FOLDER: &str = "/context";

/// Most remarks about restored names after one cell.
const MAX_NOTES: usize = 20;

fn done(result: PyResult<()>, vm: &VirtualMachine) -> Reply {
    match result {
        Ok(()) => Reply::Done,
        Err(exception) => Reply::Refused(
            exception
                .as_object()
                .str(vm)
                .map(|text| format!("{}: {text}", exception.class().name()))
                .unwrap_or_else(|_| exception.class().name().to_string()),
        ),
    }
}

/// Binds a plain value.
pub fn define(guest: &Guest, name: &str, value: Value, vm: &VirtualMachine) -> Reply {
    done(guest.globals.set_item(name, convert::to_object(value, vm), vm), vm)
}

/// Binds texts that the host placed in memory, as `rlm_context` does it.
pub fn define_texts(guest: &Guest, name: &str, shape: Shape, texts: Vec<Document>, vm: &VirtualMachine) -> Reply {
    mount_texts(guest, name, shape, &texts);
    let (mut names, mut objects) = (Vec::with_capacity(texts.len()), Vec::with_capacity(texts.len()));
    for Document { name, text } in texts {
        names.push(vm.ctx.new_str(name).into());
        objects.push(object_over(text, vm));
    }
    let number = |number: Option<u64>| number.map_or(vm.ctx.none(), |number| vm.ctx.new_int(number).into());
    let shape = match shape {
        Shape::One => vm.ctx.new_str("one").into(),
        Shape::List => vm.ctx.new_str("list").into(),
        Shape::Dict => vm.ctx.new_str("dict").into(),
        Shape::Large { number: this, bytes, chars } => {
            vm.ctx.new_tuple(vec![number(Some(this.into())), number(Some(bytes)), number(chars)]).into()
        }
    };
    let (names, objects): (PyObjectRef, PyObjectRef) = (vm.ctx.new_list(names).into(), vm.ctx.new_list(objects).into());
    let args: (_, PyObjectRef, _, _, _) = (name.to_owned(), shape, names, objects, guest.globals.clone());
    done(guest.runtime.bind_context.call(args, vm).map(drop), vm)
}

/// Makes the texts of a context files too, over the same bytes: those of the variable `context` in
/// /context itself, those of any other in /context/NAME, a single text as /context/NAME. What the name
/// had there before goes.
fn mount_texts(guest: &Guest, name: &str, shape: Shape, texts: &[Document]) {
    let folder = match shape {
        Shape::Large { .. } => return,
        Shape::One => CONTEXT_FOLDER.to_owned(),
        Shape::List | Shape::Dict if name == "context" => CONTEXT_FOLDER.to_owned(),
        Shape::List | Shape::Dict => format!("{CONTEXT_FOLDER}/{name}"),
    };
    let mut files = wasi::files();
    let mut mounted = guest.mounted.borrow_mut();
    for path in mounted.remove(name).unwrap_or_default() {
        files.unmount(&path);
    }
    let paths = mounted.entry(name.to_owned()).or_default();
    for Document { name: own, text } in texts {
        let path = format!("{folder}/{}", if shape == Shape::One { name } else { own });
        // A name that no file can have leaves the text where it is: in the variable.
        if files.mount(&path, bytes_at(text)).is_ok() {
            paths.push(path);
        }
    }
}

/// Bytes that the host placed in memory.
fn bytes_at(text: &Text) -> &'static [u8] {
    if text.bytes == 0 {
        return &[];
    }
    // SAFETY: the host mapped these bytes for as long as the guest lives, and nothing in the guest
    // writes there.
    unsafe { std::slice::from_raw_parts(text.address as *const u8, text.bytes as usize) }
}

/// A `str` or `bytes` over bytes that the host placed in memory.
fn object_over(text: Text, vm: &VirtualMachine) -> PyObjectRef {
    if text.bytes == 0 {
        return if text.chars.is_some() { vm.ctx.new_str("").into() } else { vm.ctx.new_bytes(Vec::new()).into() };
    }
    // SAFETY: the host mapped these bytes for as long as the guest lives, outside everything the
    // allocator knows, and nothing in the guest writes there. The block is never freed because
    // the object made of it below is never dropped.
    let block =
        unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(text.address as *mut u8, text.bytes as usize)) };
    let object: PyObjectRef = match text.chars {
        Some(chars) => {
            let kind = if chars == text.bytes { StrKind::Ascii } else { StrKind::Utf8 };
            // SAFETY: the host validated the bytes as UTF-8 and counted their code points.
            let data = unsafe {
                let block = Box::from_raw(Box::into_raw(block) as *mut Wtf8);
                StrData::new_with_char_len(block, kind, chars as usize)
            };
            PyStr::from(data).into_ref(&vm.ctx).into()
        }
        None => PyBytes::from(block.into_vec()).into_ref(&vm.ctx).into(),
    };
    std::mem::forget(object.clone());
    object
}

/// Puts a file where cells can read it.
pub fn mount(path: &str, bytes: Vec<u8>) -> Reply {
    match wasi::files().mount(path, bytes) {
        Ok(()) => Reply::Done,
        Err(why) => Reply::Refused(format!("{path} cannot be mounted: {why:?}")),
    }
}

/// Has `import` look into a folder, before any other place.
pub fn module_folder(path: &str, vm: &VirtualMachine) -> Reply {
    let insert = || {
        let folders = vm.sys_module.get_attr("path", vm)?;
        vm.call_method(&folders, "insert", (0, path.to_owned()))?;
        Ok(())
    };
    done(insert(), vm)
}

/// Binds names to host functions and reserves them.
pub fn functions(guest: &Guest, names: &[String], vm: &VirtualMachine) -> Reply {
    for name in names {
        let object = HostFunction { name: name.clone() }.into_ref(&vm.ctx).into();
        if let Err(exception) = reserve(guest, name, object, None, vm) {
            return done(Err(exception), vm);
        }
    }
    Reply::Done
}

/// Binds names of a module and reserves them.
pub fn import(guest: &Guest, module: &str, names: &[String], vm: &VirtualMachine) -> Reply {
    let bind = || {
        let module = vm.import(&vm.ctx.new_str(module.to_owned()), 0)?;
        let on_rebind = vm.get_attribute_opt(&module, "on_rebind")?;
        for name in names {
            let object = module.get_attr(&vm.ctx.new_str(name.as_str()), vm)?;
            reserve(guest, name, object, on_rebind.clone(), vm)?;
        }
        Ok(())
    };
    done(bind(), vm)
}

fn reserve(
    guest: &Guest,
    name: &str,
    object: PyObjectRef,
    on_rebind: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    guest.globals.set_item(name, object.clone(), vm)?;
    let mut reserved = guest.reserved.borrow_mut();
    reserved.retain(|entry| entry.name != name);
    reserved.push(Reserved { name: name.to_owned(), object, on_rebind });
    Ok(())
}

/// Puts back reserved names that the cell rebound or deleted, and says so.
pub fn restore_reserved(guest: &Guest, vm: &VirtualMachine) -> Vec<String> {
    let reserved = guest.reserved.borrow();
    let mut notes: Vec<String> = Vec::new();
    for entry in reserved.iter() {
        let current = guest.globals.get_item_opt(entry.name.as_str(), vm).ok().flatten();
        if current.as_ref().is_some_and(|current| current.is(&entry.object)) {
            continue;
        }
        let understood = match (&entry.on_rebind, current) {
            (Some(on_rebind), Some(value)) => on_rebind
                .call((entry.name.clone(), value), vm)
                .and_then(|answer| answer.try_to_bool(vm))
                .unwrap_or(false),
            _ => false,
        };
        let restored = guest.globals.set_item(entry.name.as_str(), entry.object.clone(), vm);
        if !understood && restored.is_ok() && notes.len() < MAX_NOTES {
            notes.push(format!("`{}` is reserved: it was restored after the cell; use another name", entry.name));
        }
    }
    notes
}

/// Lets tracebacks and `inspect` find the cell's source.
pub fn remember_source(guest: &Guest, name: &str, code: &str, vm: &VirtualMachine) {
    let lines = code.split_inclusive('\n').map(|line| vm.ctx.new_str(line).into()).collect();
    let name = vm.ctx.new_str(name);
    let entry = vm.ctx.new_tuple(vec![
        vm.ctx.new_int(code.len()).into(),
        vm.ctx.none(),
        vm.ctx.new_list(lines).into(),
        name.clone().into(),
    ]);
    // Without it a traceback lacks its source lines, which is no reason to fail the cell.
    let _ = guest.sources.set_item(&*name, entry.into(), vm);
}

/// The session's own variables.
pub fn variables(guest: &Guest, most: u32, vm: &VirtualMachine) -> Reply {
    let reserved: Vec<PyObjectRef> =
        guest.reserved.borrow().iter().map(|entry| vm.ctx.new_str(entry.name.as_str()).into()).collect();
    let listed = guest.runtime.variables.call((guest.globals.clone(), vm.ctx.new_list(reserved), most), vm);
    match listed.map(|listed| convert::to_value(&listed, vm)) {
        Ok(Ok(Value::List(rows))) => Reply::Variables(rows.into_iter().filter_map(variable).collect()),
        _ => Reply::Variables(plain_list(guest, most)),
    }
}

/// Names and types alone, where the variables break their own listing.
fn plain_list(guest: &Guest, most: u32) -> Vec<Variable> {
    let entry = |(name, value): (PyObjectRef, PyObjectRef)| {
        let name = name.downcast_ref::<PyStr>()?.to_str()?.to_owned();
        let kind = value.class().name().chars().take(80).collect();
        (!name.starts_with('_')).then_some(Variable { name, kind, size: None, preview: String::new() })
    };
    let is_own = |variable: &Variable| !guest.reserved.borrow().iter().any(|entry| entry.name == variable.name);
    guest.globals.clone().into_iter().filter_map(entry).filter(is_own).take(most as usize).collect()
}

/// Puts `builtins` back as it was after boot, where the cell changed it: a cell may do there what it
/// likes, the next one is to find `len` and `print`. What it added stays.
pub fn restore_builtins(guest: &Guest, vm: &VirtualMachine) {
    if !have_boot_entries(guest) {
        let changed = guest.builtins.items_vec();
        PyDict::clear(&guest.builtins);
        for (name, value) in &guest.builtins_entries {
            let _ = guest.builtins.set_item(&**name, value.clone(), vm);
        }
        // A key that is no `str` has an `__eq__` of its own; no code looks for it by name.
        for (name, value) in changed.into_iter().filter(|(name, _)| name.class().is(vm.ctx.types.str_type)) {
            if !guest.builtins.contains_key(&*name, vm) {
                let _ = guest.builtins.set_item(&*name, value, vm);
            }
        }
    }
    let name = identifier!(vm, __builtins__);
    let current = guest.globals.get_item_opt(name, vm).ok().flatten();
    if !current.is_some_and(|current| current.is(&vm.builtins)) {
        let _ = guest.globals.set_item(name, vm.builtins.clone().into(), vm);
    }
}

/// Whether the entries of `builtins` begin with those after boot, by identity. Looks at no more than
/// the dict itself: to count a reference would write to a page for each few names.
fn have_boot_entries(guest: &Guest) -> bool {
    let mut expected = guest.builtins_entries.iter().flat_map(|(name, value)| [name, value]);
    let mut same = true;
    // Of the dict's entries: a reference to the dict would be traversed as one object.
    let builtins: &PyDict = &guest.builtins;
    builtins.traverse(&mut |found| same &= expected.next().is_none_or(|expected| expected.is(found)));
    same && expected.next().is_none()
}

fn variable(row: Value) -> Option<Variable> {
    let Value::List(cells) = row else { return None };
    match <[Value; 4]>::try_from(cells).ok()? {
        [Value::Str(name), Value::Str(kind), size, Value::Str(preview)] => {
            let size = match size {
                Value::Int(size) => Some(size as u64),
                _ => None,
            };
            Some(Variable { name, kind, size, preview })
        }
        _ => None,
    }
}

/// Completions of a dotted name.
pub fn complete(guest: &Guest, prefix: &str, vm: &VirtualMachine) -> Reply {
    let found = guest.runtime.complete.call((guest.globals.clone(), prefix.to_owned()), vm);
    let names = match found.map(|found| convert::to_value(&found, vm)) {
        Ok(Ok(Value::List(names))) => names,
        _ => Vec::new(),
    };
    Reply::Completions(names.into_iter().filter_map(|name| name.as_str().map(str::to_owned)).collect())
}

/// Starts Python's `random` anew.
pub fn seed(guest: &Guest, seed: u64, vm: &VirtualMachine) -> Reply {
    done(guest.runtime.seed.call((seed,), vm).map(drop), vm)
}
