//! Python objects to plain values and back.

use malachite_bigint::BigInt;
use rlm_abi::{MAX_DEPTH, MAX_FRAME, MAX_NODES, Value};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, VirtualMachine,
    builtins::{
        PyBaseExceptionRef, PyByteArray, PyBytes, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PySet, PyStr, PyTuple,
        PyType,
    },
    common::wtf8::Wtf8,
};

/// Why an object has no plain value.
pub enum NoValue {
    /// Its type is not plain data.
    Type(String),
    /// It nests too deep (perhaps in itself), or has too many parts or bytes.
    TooMuch(String),
}

impl NoValue {
    /// The Python exception for it; `what` names the object.
    pub fn raise(self, what: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
        match self {
            Self::Type(kind) => vm.new_type_error(format!(
                "{what}: '{kind}' cannot leave the sandbox; send None, bool, int, float, str, bytes, list, tuple, set or dict"
            )),
            Self::TooMuch(why) => vm.new_value_error(format!("{what}: {why}")),
        }
    }
}

/// Copies an object out as plain data.
pub fn to_value(object: &PyObject, vm: &VirtualMachine) -> Result<Value, NoValue> {
    to_value_within(object, MAX_FRAME, vm)
}

/// The same, with a limit of its own on bytes and parts.
pub fn to_value_within(object: &PyObject, bytes: usize, vm: &VirtualMachine) -> Result<Value, NoValue> {
    let mut left = Left { nodes: MAX_NODES.min(bytes), bytes };
    left.copy(object, MAX_DEPTH, vm)
}

/// What the value may still grow by.
struct Left {
    nodes: usize,
    bytes: usize,
}

impl Left {
    fn take(&mut self, bytes: usize) -> Result<(), NoValue> {
        self.nodes =
            self.nodes.checked_sub(1).ok_or_else(|| NoValue::TooMuch(format!("more than {MAX_NODES} values")))?;
        self.bytes =
            self.bytes.checked_sub(bytes).ok_or_else(|| NoValue::TooMuch(format!("more than {MAX_FRAME} bytes")))?;
        Ok(())
    }

    fn copy(&mut self, object: &PyObject, depth: usize, vm: &VirtualMachine) -> Result<Value, NoValue> {
        self.take(0)?;
        if vm.is_none(object) {
            return Ok(Value::None);
        }
        if let Some(text) = object.downcast_ref::<PyStr>() {
            self.take(text.byte_len())?;
            return Ok(Value::Str(match text.to_str() {
                Some(utf8) => utf8.to_owned(),
                None => escape_surrogates(text.as_wtf8()),
            }));
        }
        if let Some(int) = object.downcast_ref::<PyInt>() {
            return self.copy_int(object, int, vm);
        }
        if let Some(float) = object.downcast_ref::<PyFloat>() {
            return Ok(Value::Float(float.to_f64()));
        }
        if let Some(bytes) = object.downcast_ref::<PyBytes>() {
            self.take(bytes.as_bytes().len())?;
            return Ok(Value::Bytes(bytes.as_bytes().to_vec()));
        }
        if let Some(bytes) = object.downcast_ref::<PyByteArray>() {
            let bytes = bytes.borrow_buf().to_vec();
            self.take(bytes.len())?;
            return Ok(Value::Bytes(bytes));
        }
        self.copy_container(object, depth, vm)
    }

    fn copy_int(&mut self, object: &PyObject, int: &PyInt, vm: &VirtualMachine) -> Result<Value, NoValue> {
        if object.class().is(vm.ctx.types.bool_type) {
            return Ok(Value::Bool(int.as_bigint().bits() != 0));
        }
        if let Ok(small) = i64::try_from(int.as_bigint()) {
            return Ok(Value::Int(small));
        }
        // Python's own limit for turning integers into text.
        if int.as_bigint().bits() > 14_300 {
            return Err(NoValue::TooMuch("an integer of more than 4300 digits".to_owned()));
        }
        Ok(Value::BigInt(int.as_bigint().to_string()))
    }

    fn copy_container(&mut self, object: &PyObject, depth: usize, vm: &VirtualMachine) -> Result<Value, NoValue> {
        let Some(inner) = depth.checked_sub(1) else {
            return Err(NoValue::TooMuch(format!("nested more than {MAX_DEPTH} deep, or in itself")));
        };
        // Copied item by item, so that a value that grows while it is read cannot matter.
        let items: Vec<PyObjectRef> = if let Some(list) = object.downcast_ref::<PyList>() {
            list.borrow_vec().to_vec()
        } else if let Some(tuple) = object.downcast_ref::<PyTuple>() {
            tuple.as_slice().to_vec()
        } else if let Some(set) = object.downcast_ref::<PySet>() {
            set.elements()
        } else if let Some(set) = object.downcast_ref::<PyFrozenSet>() {
            set.elements()
        } else if let Some(dict) = object.downcast_ref::<PyDict>() {
            return dict
                .to_owned()
                .into_iter()
                .map(|(key, value)| Ok((self.copy(&key, inner, vm)?, self.copy(&value, inner, vm)?)))
                .collect::<Result<_, _>>()
                .map(Value::Dict);
        } else {
            return Err(NoValue::Type(object.class().name().to_string()));
        };
        items.iter().map(|item| self.copy(item, inner, vm)).collect::<Result<_, _>>().map(Value::List)
    }
}

/// Makes a Python object of a plain value.
pub fn to_object(value: Value, vm: &VirtualMachine) -> PyObjectRef {
    match value {
        Value::None => vm.ctx.none(),
        Value::Bool(truth) => vm.ctx.new_bool(truth).into(),
        Value::Int(int) => vm.ctx.new_int(int).into(),
        Value::BigInt(digits) => match digits.parse::<BigInt>() {
            Ok(int) => vm.ctx.new_bigint(&int).into(),
            Err(_) => vm.ctx.new_str(digits).into(),
        },
        Value::Float(float) => vm.ctx.new_float(float).into(),
        Value::Str(text) => vm.ctx.new_str(text).into(),
        Value::Bytes(bytes) => vm.ctx.new_bytes(bytes).into(),
        Value::List(items) => vm.ctx.new_list(items.into_iter().map(|item| to_object(item, vm)).collect()).into(),
        Value::Dict(items) => {
            let dict = vm.ctx.new_dict();
            for (key, value) in items {
                let (key, value) = (to_object(key, vm), to_object(value, vm));
                // A key that cannot be hashed has no place in a dict; its text stands in for it.
                if dict.set_item(&*key, value.clone(), vm).is_err()
                    && let Ok(text) = key.str(vm)
                {
                    let _ = dict.set_item(text.as_object(), value, vm);
                }
            }
            dict.into()
        }
    }
}

/// Built-in exceptions that take more than a message.
const NOT_OF_A_MESSAGE: &[&str] =
    &["ExceptionGroup", "BaseExceptionGroup", "UnicodeDecodeError", "UnicodeEncodeError", "UnicodeTranslateError"];

/// The built-in exception called `kind`, or RuntimeError where there is none that takes a message.
pub fn exception(kind: &str, message: String, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let class = vm
        .builtins
        .get_attr(&vm.ctx.new_str(kind), vm)
        .ok()
        .and_then(|class| class.downcast::<PyType>().ok())
        .filter(|class| class.fast_issubclass(vm.ctx.exceptions.exception_type));
    let class = class.filter(|_| !NOT_OF_A_MESSAGE.contains(&kind));
    let class = class.unwrap_or_else(|| vm.ctx.exceptions.runtime_error.to_owned());
    vm.new_exception_msg(class, message.into())
}

/// Text with lone surrogates written as `\udXXX`.
pub fn escape_surrogates(text: &Wtf8) -> String {
    let mut escaped = String::with_capacity(text.len());
    for point in text.code_points() {
        match point.to_char() {
            Some(char) => escaped.push(char),
            None => escaped.push_str(&format!("\\u{:04x}", point.to_u32())),
        }
    }
    escaped
}

/// Set in the length of what is `bytes` rather than `str`. No object has half the address space.
const IS_BYTES: u32 = 1 << 31;

/// Address and length of the bytes of a text, or of each text in a container.
pub fn places(value: &PyObject) -> Option<Vec<u8>> {
    let place = |object: &PyObject, out: &mut Vec<u8>| {
        let (bytes, mark) = match (object.downcast_ref::<PyStr>(), object.downcast_ref::<PyBytes>()) {
            (Some(text), _) => (text.as_wtf8().as_bytes(), 0),
            (None, bytes) => (bytes?.as_bytes(), IS_BYTES),
        };
        out.extend_from_slice(&(bytes.as_ptr() as u32).to_le_bytes());
        out.extend_from_slice(&(bytes.len() as u32 | mark).to_le_bytes());
        Some(())
    };
    let mut out = Vec::new();
    if let Some(list) = value.downcast_ref::<PyList>() {
        list.borrow_vec().iter().try_for_each(|item| place(item, &mut out))?;
    } else if let Some(tuple) = value.downcast_ref::<PyTuple>() {
        tuple.as_slice().iter().try_for_each(|item| place(item, &mut out))?;
    } else if let Some(dict) = value.downcast_ref::<PyDict>() {
        dict.to_owned().into_iter().try_for_each(|(_, item)| place(&item, &mut out))?;
    } else {
        place(value, &mut out)?;
    }
    Some(out)
}
