//! How many sessions a second do two threads start, and what does an idle one hold? Prints both.
//!
//! usage: many [SECONDS]

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "an example is a program")]

use std::{
    thread,
    time::{Duration, Instant},
};

use rlm_benches::{Footprint, run, runtime, session, value};
use rlm_sandbox::{Engine, Limits, Pool};

fn main() {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(2.0);
    let time = Duration::from_secs_f64(seconds);
    let engine = Engine::new().expect("an engine");
    for threads in [1, 2] {
        let counts: Vec<_> = (0..threads)
            .map(|_| {
                thread::spawn({
                    let engine = engine.clone();
                    move || started_in(time, &engine)
                })
            })
            .collect();
        let total: u64 = counts.into_iter().map(|count| count.join().expect("a count")).sum();
        println!("{threads} threads: {:.0} sessions a second, to their first result", total as f64 / seconds);
    }
    runtime().block_on(async {
        const IDLE: usize = 200;
        let pool = Pool::new(engine.session(Limits::default()), 16);
        let (mut waited, mut rounds) = (Duration::ZERO, 0);
        while rounds < 30 {
            pool.fill().await.expect("filled");
            for _ in 0..16 {
                let begun = Instant::now();
                let mut session = pool.take().await.expect("a session");
                assert_eq!(value(&mut session, "1+1").await, "2");
                waited += begun.elapsed();
            }
            rounds += 1;
        }
        println!("from a warm pool of 16: {:.1?} to the first result", waited / (16 * rounds));
        drop(pool);
        let before = Footprint::now();
        let mut idle = Vec::with_capacity(IDLE);
        for _ in 0..IDLE {
            let mut session = session(&engine).await;
            run(&mut session, "x = 1").await;
            idle.push(session);
        }
        let after = Footprint::now();
        let each = |before: u64, after: u64| (after as f64 - before as f64) / IDLE as f64 / 1024.0;
        println!(
            "an idle session after its first cell: {:.0} KiB, and {:.0} KiB of page tables",
            each(before.pss, after.pss),
            each(before.page_tables, after.page_tables)
        );
    });
}

/// Sessions started, asked and dropped on this thread in `time`.
fn started_in(time: Duration, engine: &Engine) -> u64 {
    let until = Instant::now() + time;
    runtime().block_on(async {
        let mut count = 0;
        while Instant::now() < until {
            assert_eq!(value(&mut session(engine).await, "1+1").await, "2");
            count += 1;
        }
        count
    })
}
