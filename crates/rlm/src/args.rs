//! Arguments of a host function, taken as Python takes them.

use rlm_sandbox::{HostCall, HostError, Value};

/// The arguments of one call, by parameter.
pub(crate) struct Args {
    function: &'static str,
    values: Vec<(&'static str, Option<Value>)>,
}

impl Args {
    /// Gives each argument to its parameter.
    pub(crate) fn bind(function: &'static str, parameters: &[&'static str], call: HostCall) -> Result<Self, HostError> {
        let fail = |what: String| Err(HostError::new("TypeError", format!("{function}() {what}")));
        let (most, given) = (parameters.len(), call.args.len());
        if given > most {
            return fail(format!("takes at most {most} positional arguments, {given} were given"));
        }
        let mut positional = call.args.into_iter();
        let mut values: Vec<_> = parameters.iter().map(|name| (*name, positional.next())).collect();
        for (key, value) in call.kwargs {
            match values.iter_mut().find(|(name, _)| *name == key) {
                Some((_, place @ None)) => *place = Some(value),
                Some(_) => return fail(format!("got more than one value for {key:?}")),
                None => return fail(format!("has no parameter {key:?}; it takes {}", parameters.join(", "))),
            }
        }
        Ok(Self { function, values })
    }

    /// The argument, if one was given that is not `None`.
    fn take(&mut self, parameter: &str) -> Option<Value> {
        let place = self.values.iter_mut().find(|(name, _)| *name == parameter)?;
        place.1.take().filter(|value| *value != Value::None)
    }

    /// An argument that has to be text.
    pub(crate) fn text(&mut self, parameter: &str) -> Result<String, HostError> {
        self.optional_text(parameter)?.ok_or_else(|| self.error(parameter, "has to be a str, not None"))
    }

    /// An argument that is text, if it is given.
    pub(crate) fn optional_text(&mut self, parameter: &str) -> Result<Option<String>, HostError> {
        match self.take(parameter) {
            None => Ok(None),
            Some(Value::Str(text)) => Ok(Some(text)),
            Some(other) => Err(self.error(parameter, &format!("has to be a str, not {}", kind(&other)))),
        }
    }

    /// An argument that has to be a list of texts.
    pub(crate) fn texts(&mut self, parameter: &str) -> Result<Vec<String>, HostError> {
        let items = match self.take(parameter) {
            Some(Value::List(items)) => items,
            other => {
                let kind = other.as_ref().map_or("None", kind);
                return Err(self.error(parameter, &format!("has to be a list of str, not {kind}")));
            }
        };
        let mut texts = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            match item {
                Value::Str(text) => texts.push(text),
                other => {
                    return Err(
                        self.error(parameter, &format!("has to be a list of str; item {index} is {}", kind(&other)))
                    );
                }
            }
        }
        Ok(texts)
    }

    /// An argument of any kind, if it is given.
    pub(crate) fn optional(&mut self, parameter: &str) -> Option<Value> {
        self.take(parameter)
    }

    /// An argument that is a list of texts, if it is given.
    pub(crate) fn optional_texts(&mut self, parameter: &str) -> Result<Option<Vec<String>>, HostError> {
        match self.take(parameter) {
            None => Ok(None),
            Some(value) => {
                self.put_back(parameter, value);
                self.texts(parameter).map(Some)
            }
        }
    }

    /// An argument that is one text or a list of them, if it is given.
    pub(crate) fn text_or_texts(&mut self, parameter: &str) -> Result<Option<Vec<String>>, HostError> {
        match self.take(parameter) {
            None => Ok(None),
            Some(Value::Str(text)) => Ok(Some(vec![text])),
            Some(value) => {
                self.put_back(parameter, value);
                self.texts(parameter).map(Some)
            }
        }
    }

    /// An argument that is true or false; false if it is not given.
    pub(crate) fn truth(&mut self, parameter: &str) -> Result<bool, HostError> {
        match self.take(parameter) {
            None => Ok(false),
            Some(Value::Bool(truth)) => Ok(truth),
            Some(other) => Err(self.error(parameter, &format!("has to be a bool, not {}", kind(&other)))),
        }
    }

    /// An argument that has to be a number.
    pub(crate) fn number(&mut self, parameter: &str) -> Result<i64, HostError> {
        match self.take(parameter) {
            Some(Value::Int(number)) => Ok(number),
            other => {
                let kind = other.as_ref().map_or("None", kind);
                Err(self.error(parameter, &format!("has to be an int, not {kind}")))
            }
        }
    }

    fn put_back(&mut self, parameter: &str, value: Value) {
        if let Some(place) = self.values.iter_mut().find(|(name, _)| *name == parameter) {
            place.1 = Some(value);
        }
    }

    fn error(&self, parameter: &str, what: &str) -> HostError {
        HostError::new("TypeError", format!("{}(): {parameter} {what}", self.function))
    }
}

/// What Python calls the value's type.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::None => "None",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::BigInt(_) => "int",
        Value::Float(_) => "float",
        Value::Str(_) => "str",
        Value::Bytes(_) => "bytes",
        Value::List(_) => "list",
        Value::Dict(_) => "dict",
    }
}
