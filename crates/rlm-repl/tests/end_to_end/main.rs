//! The binary as people and programs meet it: real processes, real sandbox, whole messages.
// A test of a program has to start it and give it files.
#![allow(clippy::disallowed_methods)]
#![allow(missing_docs)]

mod exec;
mod models;
mod policies;
mod process;
#[cfg(target_os = "linux")]
mod prompt;
mod resume;
mod run;
mod session;
