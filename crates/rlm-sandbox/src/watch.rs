//! Watches a running cell: its clock, its fuel, and whoever wants it stopped.
//!
//! Guest code gives the thread back every so many instructions. Each time, the watch looks at the
//! clock and at the cancel flag. A cell past a limit first gets the interrupt word, which its own
//! interpreter turns into an exception; if it is still there after a grace, it is abandoned.

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use futures_util::task::AtomicWaker;
use rlm_abi::Interrupt;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::{Limits, memory::SharedRegion, output::SharedCapture};

/// Time between the exception and the hard stop.
pub const GRACE: Duration = Duration::from_millis(250);

/// Fuel between the exception and the hard stop.
pub const FUEL_GRACE: u64 = 200_000_000;

/// Most fuel between two looks at the clock: some milliseconds.
const SLICE: u64 = 10_000_000;

/// Cancels the cell that is running, from any thread; does nothing between cells.
#[derive(Clone, Debug, Default)]
pub struct Canceller(Arc<Signal>);

#[derive(Debug, Default)]
struct Signal {
    running: AtomicBool,
    cancelled: AtomicBool,
    waker: AtomicWaker,
}

impl Canceller {
    /// Stops the running cell.
    pub fn cancel(&self) {
        if self.0.running.load(Ordering::Acquire) {
            self.0.cancelled.store(true, Ordering::Release);
            self.0.waker.wake();
        }
    }

    fn begin(&self) {
        self.0.cancelled.store(false, Ordering::Release);
        self.0.running.store(true, Ordering::Release);
    }

    fn end(&self) {
        self.0.running.store(false, Ordering::Release);
    }

    fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Acquire)
    }
}

/// The time a cell takes, without what it waits for the host.
#[derive(Debug, Default)]
struct Clock {
    started: Option<Instant>,
    waited: Duration,
    waiting_since: Option<Instant>,
    sleeping: bool,
}

/// Shared by the watch and the host functions of one guest. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct CellClock(Arc<Mutex<Clock>>);

impl CellClock {
    fn lock(&self) -> MutexGuard<'_, Clock> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(&self) {
        *self.lock() = Clock { started: Some(Instant::now()), ..Clock::default() };
    }

    /// The cell waits for the host from now on, which does not count.
    pub fn pause(&self) {
        self.lock().waiting_since = Some(Instant::now());
    }

    /// The cell goes on.
    pub fn resume(&self) {
        let mut clock = self.lock();
        if let Some(since) = clock.waiting_since.take() {
            clock.waited += since.elapsed();
        }
    }

    /// The cell sleeps, which counts, or wakes up.
    pub fn set_sleeping(&self, sleeping: bool) {
        self.lock().sleeping = sleeping;
    }

    /// Time the cell took until now.
    pub fn used(&self) -> Duration {
        let clock = self.lock();
        let current = clock.waiting_since.map_or(Duration::ZERO, |since| since.elapsed());
        clock.started.map_or(Duration::ZERO, |started| started.elapsed()).saturating_sub(clock.waited + current)
    }

    /// Time the cell waited for the host.
    pub fn waited(&self) -> Duration {
        self.lock().waited
    }

    fn is_waiting(&self) -> bool {
        self.lock().waiting_since.is_some()
    }

    /// Whether the guest gave the thread back because it waits for something, not for its slice.
    fn is_idle(&self) -> bool {
        let clock = self.lock();
        clock.waiting_since.is_some() || clock.sleeping
    }
}

/// How a watched call ended.
pub enum Watched<T> {
    /// It returned, perhaps after an interrupt.
    Finished(T, Option<Interrupt>),
    /// It went on past its grace and was dropped.
    Abandoned(Interrupt),
}

/// What is needed to watch one cell.
pub struct Watch<'a> {
    pub clock: &'a CellClock,
    pub canceller: &'a Canceller,
    pub region: &'a SharedRegion,
    /// Address of the interrupt word.
    pub word: u32,
    pub limits: &'a Limits,
    pub streams: &'a [SharedCapture],
}

/// Fuel between two looks, so that a whole number of slices is the limit.
pub fn slice(limits: &Limits) -> u64 {
    let fuel = limits.fuel.0.max(1);
    fuel.div_ceil(fuel.div_ceil(SLICE))
}

impl Watch<'_> {
    /// Drives `call`, which runs guest code in slices of [`slice`] fuel, to its end or its limit.
    pub async fn drive<T>(self, call: impl Future<Output = T>) -> Watched<T> {
        self.clock.start();
        self.canceller.begin();
        let call = pin!(call);
        let ended = Driven { watch: &self, call, slices: 0, slice: slice(self.limits), stop: None, timer: None }.await;
        self.canceller.end();
        ended
    }

    /// The limit the cell is past, if any.
    fn past(&self, fuel: u64) -> Option<Interrupt> {
        if self.canceller.is_cancelled() {
            Some(Interrupt::Cancel)
        } else if fuel >= self.limits.fuel.0 {
            Some(Interrupt::Fuel)
        } else if self.clock.used() >= self.limits.wall {
            Some(Interrupt::Time)
        } else if self.streams.iter().any(SharedCapture::floods) {
            Some(Interrupt::Output)
        } else {
            None
        }
    }
}

struct Driven<'a, F> {
    watch: &'a Watch<'a>,
    call: Pin<&'a mut F>,
    slices: u64,
    slice: u64,
    /// The interrupt sent, and when.
    stop: Option<(Interrupt, Instant)>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl<F> Driven<'_, F> {
    /// Sends the interrupt word, once.
    fn interrupt(&mut self) {
        if self.stop.is_none()
            && let Some(interrupt) = self.watch.past(self.slices.saturating_mul(self.slice))
        {
            self.watch.region.lock().store_word(self.watch.word, interrupt as u32);
            self.stop = Some((interrupt, Instant::now()));
        }
    }

    /// Whether the grace after the interrupt is over. Fuel has a grace in fuel.
    fn abandoned(&self) -> Option<Interrupt> {
        let (interrupt, since) = self.stop?;
        (interrupt != Interrupt::Fuel && since.elapsed() >= GRACE).then_some(interrupt)
    }

    /// When the watch has to look again although nothing else happens; `None` while the cell waits
    /// for the host, whose own limits apply.
    fn next_look(&self) -> Option<Instant> {
        match self.stop {
            Some((_, since)) => Some(since + GRACE),
            None if self.watch.clock.is_waiting() => None,
            None => Some(Instant::now() + self.watch.limits.wall.saturating_sub(self.watch.clock.used())),
        }
    }
}

impl<T, F: Future<Output = T>> Future for Driven<'_, F> {
    type Output = Watched<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        this.watch.canceller.0.waker.register(cx.waker());
        this.interrupt();
        if let Poll::Ready(value) = this.call.as_mut().poll(cx) {
            return Poll::Ready(Watched::Finished(value, this.stop.map(|(interrupt, _)| interrupt)));
        }
        if !this.watch.clock.is_idle() {
            this.slices += 1;
            this.interrupt();
            return match this.abandoned() {
                Some(interrupt) => Poll::Ready(Watched::Abandoned(interrupt)),
                None => Poll::Pending,
            };
        }
        // The guest waits. Nothing wakes this task for the clock's sake but a timer.
        this.interrupt();
        loop {
            if let Some(interrupt) = this.abandoned() {
                return Poll::Ready(Watched::Abandoned(interrupt));
            }
            let Some(look) = this.next_look() else { return Poll::Pending };
            let timer = this.timer.get_or_insert_with(|| Box::pin(sleep_until(look)));
            timer.as_mut().reset(look);
            if timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            this.interrupt();
        }
    }
}
