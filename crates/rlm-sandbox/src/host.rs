//! Functions the guest may call and the host answers.

use std::{future::Future, pin::Pin};

use crate::Value;

/// A call from guest code, already checked and copied out of the guest.
#[derive(Clone, Debug, PartialEq)]
pub struct HostCall {
    /// Positional arguments.
    pub args: Vec<Value>,
    /// Keyword arguments.
    pub kwargs: Vec<(String, Value)>,
}

/// A failure that the guest sees as a Python exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostError {
    /// Name of a built-in exception, such as `ValueError`.
    pub kind: String,
    /// Its message.
    pub message: String,
}

impl HostError {
    /// A failure raised in the guest as the built-in exception `kind`.
    pub fn new(kind: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind: kind.into(), message: message.into() }
    }
}

/// Something the guest may call. The cell waits for the future; its clock does not run meanwhile.
///
/// Any `Fn(HostCall) -> impl Future<Output = Result<Value, HostError>>` is one.
pub trait HostFunction: Send + Sync + 'static {
    /// Answers one call. Dropped when the wait takes longer than the limit or the cell is cancelled.
    fn call(&self, call: HostCall) -> Pin<Box<dyn Future<Output = Result<Value, HostError>> + Send + '_>>;
}

impl<F, Fut> HostFunction for F
where
    F: Fn(HostCall) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Value, HostError>> + Send + 'static,
{
    fn call(&self, call: HostCall) -> Pin<Box<dyn Future<Output = Result<Value, HostError>> + Send + '_>> {
        Box::pin(self(call))
    }
}
