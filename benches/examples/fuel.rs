//! Prints the fuel of each cell given as an argument, third run of each.

#![allow(clippy::disallowed_methods, reason = "its cells are its arguments")]

use rlm_benches::{run, runtime, session};
use rlm_sandbox::Engine;

fn main() {
    let engine = Engine::new().expect("an engine");
    runtime().block_on(async {
        let mut session = session(&engine).await;
        for cell in std::env::args().skip(1) {
            let mut usage = Default::default();
            for _ in 0..3 {
                usage = run(&mut session, &cell).await.usage;
            }
            println!("{:>12} fuel {:>9} µs  {cell}", usage.fuel, usage.wall.as_micros());
        }
    });
}
