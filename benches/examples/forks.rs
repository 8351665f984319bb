//! What do a thousand forks of a session that holds 100 MB cost? Prints what this process holds of
//! the system as sessions and forks are added, idle and after a first cell in each.
//!
//! usage: forks [COUNT] [MEGABYTES]

#![allow(clippy::disallowed_methods, reason = "its size is its argument")]

use std::time::Instant;

use rlm_benches::{Footprint, run, runtime, session, value};
use rlm_sandbox::Engine;

fn main() {
    let argument = |at: usize, default: usize| {
        std::env::args().nth(at).map_or(default, |text| text.parse().expect("a whole number"))
    };
    let (count, megabytes) = (argument(1, 1000), argument(2, 100));
    let engine = Engine::new().expect("an engine");
    runtime().block_on(async {
        // Two sessions first, after which everything the process needs once is there.
        for _ in 0..2 {
            value(&mut session(&engine).await, "1+1").await;
        }
        let mut told = Told { last: Footprint::now() };
        told.line("an engine");
        let mut idle = Vec::with_capacity(count);
        for _ in 0..count {
            let mut session = session(&engine).await;
            run(&mut session, "x = 1").await;
            idle.push(session);
        }
        told.each(&format!("{count} sessions after a first cell"), count);
        drop(idle);
        told.line("all of them dropped");

        let mut parent = session(&engine).await;
        run(&mut parent, &format!("data = bytearray(b'x' * {megabytes}_000_000)")).await;
        parent.checkpoint().await.expect("a checkpoint");
        told.line(&format!("a session with {megabytes} MB"));
        let started = Instant::now();
        let mut forks = Vec::with_capacity(count);
        for _ in 0..count {
            forks.push(parent.fork().await.expect("a fork"));
        }
        let each = started.elapsed() / count as u32;
        told.each(&format!("{count} forks of it, {each:.1?} each"), count);
        let started = Instant::now();
        for fork in &mut forks {
            assert_eq!(value(fork, "len(data)").await, format!("{megabytes}000000"));
        }
        let each = started.elapsed() / count as u32;
        told.each(&format!("a first cell in each, {each:.1?} each"), count);
        let started = Instant::now();
        for (number, fork) in forks.iter_mut().enumerate() {
            let code = format!("data[{number}] = 7\nlen(data), data.count(7)");
            assert_eq!(value(fork, &code).await, format!("({megabytes}000000, 1)"));
        }
        let each = started.elapsed() / count as u32;
        told.each(&format!("a cell in each that reads all and writes one byte, {each:.1?} each"), count);
        drop(forks);
        told.line("all of them dropped, the session's own data still shown by memories kept for others");
        assert_eq!(value(&mut parent, "data.count(7)").await, "0");
    });
}

struct Told {
    last: Footprint,
}

impl Told {
    fn line(&mut self, what: &str) {
        self.each(what, 1);
    }

    /// Says what there is, and how much more that is than at the last line, for each of `count`.
    fn each(&mut self, what: &str, count: usize) {
        let now = Footprint::now();
        let more = |now: u64, last: u64| (now as f64 - last as f64) / count as f64 / 1024.0;
        println!(
            "{what}\n    pss {:7.1} MB ({:+9.1} KiB each), page tables {:6.1} MB ({:+7.1} KiB each), \
             {} descriptors, {} mappings",
            now.pss as f64 / 1e6,
            more(now.pss, self.last.pss),
            now.page_tables as f64 / 1e6,
            more(now.page_tables, self.last.page_tables),
            now.descriptors,
            now.maps,
        );
        self.last = now;
    }
}
