//! The world a guest sees: time and randomness that are the same in every replay.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rand::{Rng, SeedableRng, TryRng, rngs::ChaCha12Rng};
use wasmtime_wasi::{HostMonotonicClock, HostWallClock};

/// How far the clock moves each time it is looked at, so that two looks never see one time.
const TICK: Duration = Duration::from_micros(1);

/// Virtual time and seeded randomness. Cloning copies the state: the clone goes on by itself.
#[derive(Debug)]
pub struct World {
    /// Time since 1970, as the guest sees it.
    now: Duration,
    seed: u64,
    random: ChaCha12Rng,
}

impl Clone for World {
    fn clone(&self) -> Self {
        let (now, seed, used) = self.parts();
        Self::of_parts(now, seed, used)
    }
}

impl World {
    /// A world that starts at `now` (since 1970) with randomness from `seed`.
    pub fn new(now: Duration, seed: u64) -> Self {
        Self { now, seed, random: ChaCha12Rng::seed_from_u64(seed) }
    }

    /// A world whose randomness was used for `used` words already.
    pub fn of_parts(now: Duration, seed: u64, used: u128) -> Self {
        let mut world = Self::new(now, seed);
        world.random.set_word_pos(used);
        world
    }

    /// Time since 1970, seed, and words of randomness used: all there is of a world.
    pub fn parts(&self) -> (Duration, u64, u128) {
        (self.now, self.seed, self.random.get_word_pos())
    }

    /// Lets time pass, as when the guest sleeps.
    pub fn advance(&mut self, by: Duration) {
        self.now = self.now.saturating_add(by);
    }

    /// Fills a buffer with randomness.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        self.random.fill_bytes(bytes);
    }

    fn look(&mut self) -> Duration {
        self.advance(TICK);
        self.now
    }
}

/// A world shared by a session and the clocks and sources its guest was given.
#[derive(Clone, Debug)]
pub struct SharedWorld(Arc<Mutex<World>>);

impl SharedWorld {
    /// Shares a world.
    pub fn new(world: World) -> Self {
        Self(Arc::new(Mutex::new(world)))
    }

    /// Looks at or changes the world.
    pub fn with<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl HostWallClock for SharedWorld {
    fn resolution(&self) -> Duration {
        TICK
    }

    fn now(&self) -> Duration {
        self.with(World::look)
    }
}

impl HostMonotonicClock for SharedWorld {
    fn resolution(&self) -> u64 {
        TICK.as_nanos() as u64
    }

    fn now(&self) -> u64 {
        self.with(World::look).as_nanos() as u64
    }
}

impl TryRng for SharedWorld {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(self.with(|world| world.random.next_u32()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(self.with(|world| world.random.next_u64()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        self.with(|world| world.random.fill_bytes(bytes));
        Ok(())
    }
}
