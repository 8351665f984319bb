//! The Python sources that ship inside the guest, beside Python's own standard library.

/// A module as its name and source.
pub struct Module {
    /// What `import` calls it.
    pub name: &'static str,
    /// Its source.
    pub source: &'static str,
}

macro_rules! modules {
    ($($name:literal),* $(,)?) => {
        /// Every module, in an order in which each can import those before it.
        pub const MODULES: &[Module] =
            &[$(Module { name: $name, source: include_str!(concat!($name, ".py")) }),*];
    };
}

modules![
    "_rlm_display",
    "_rlm_runtime",
    "_rlm_compat",
    "tabular",
    "rlm_answer",
    "rlm_context",
    "rlm_calls",
    "rlm_batch"
];
