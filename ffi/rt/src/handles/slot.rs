//! One slot of a table: a value, its generation, and a reader/writer lock over both in one word.
//!
//! Because generation and lock share a word, "this generation, and free to lock" is one atomic
//! step: a handle that is freed while another thread waits for it wakes that thread with `Stale`,
//! never with the next value. Waiting threads park on one of a few condition variables shared by
//! all slots.
//!
//! Invariant: `WAITING` is set only while the slot is locked, and the unlock that frees the slot
//! wakes all who wait.

use super::held::{self, Standing};
use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How a value is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Shared,
    Exclusive,
}

/// Why a slot cannot be locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The generation was never given out.
    Unknown,
    /// The generation is past.
    Stale,
    /// This thread uses the value in a way that excludes this one.
    OwnThread,
    /// Another thread uses the value, and this one must not wait on.
    OtherThread,
    /// The value is bound to another thread.
    Bound,
    /// The value is bound to a thread and in use by a call.
    InCall,
    /// As many shared uses as can be counted.
    TooManyUsers,
}

/// How long a thread that uses a handle waits for another one. Long for a call that does its work
/// in memory; two threads that wait for each other lose this much time and no more.
const PATIENCE: Duration = Duration::from_millis(200);

const GENERATION_SHIFT: u32 = 32;
const LIVE: u64 = 1 << 31;
const EXCLUSIVE: u64 = 1 << 30;
const WAITING: u64 = 1 << 29;
/// Beside `EXCLUSIVE`: the value is bound to a thread, see `bound`. Nobody waits for it.
const BOUND: u64 = 1 << 28;
const USERS: u64 = BOUND - 1;

/// One place of a table.
pub(super) struct Slot<T> {
    /// Generation (of the value, or of the next one), `LIVE`, `EXCLUSIVE`, `WAITING`, `BOUND` and
    /// the number of shared users.
    state: AtomicU64,
    /// While `BOUND`: the token of the thread, or 0 while a call of it uses the value.
    owner: AtomicU64,
    /// The next slot on the free stack; guarded by the stack's lock.
    next_free: AtomicU32,
    /// Initialised exactly while `LIVE` is set.
    value: UnsafeCell<MaybeUninit<T>>,
}

fn generation(state: u64) -> u32 {
    (state >> GENERATION_SHIFT) as u32
}

/// The state after one more use, if the value is live, of this generation, and free for it.
///
/// Shared uses queue behind whoever waits, so that a stream of them cannot keep out an exclusive
/// one, except with `pass_waiting`: for a thread that shares the value already, which the one who
/// waits is waiting for, and for a thread that has queued for [`PATIENCE`], in case a holder is
/// waiting for it outside of this lock.
#[inline]
fn locked(state: u64, wanted: u32, access: Access, pass_waiting: bool) -> Option<u64> {
    let is_current = state & LIVE != 0 && generation(state) == wanted;
    let excluded = match access {
        Access::Shared if pass_waiting => EXCLUSIVE,
        Access::Shared => EXCLUSIVE | WAITING,
        Access::Exclusive => EXCLUSIVE | WAITING | USERS,
    };
    let is_free = state & excluded == 0 && state & USERS != USERS;
    (is_current && is_free).then_some(match access {
        Access::Shared => state + 1,
        Access::Exclusive => state | EXCLUSIVE,
    })
}

impl<T> Slot<T> {
    pub(super) fn new() -> Self {
        Slot {
            state: AtomicU64::new(1 << GENERATION_SHIFT),
            owner: AtomicU64::new(0),
            next_free: AtomicU32::new(0),
            value: UnsafeCell::new(MaybeUninit::uninit()),
        }
    }

    /// What identifies the slot while its table lives.
    pub(super) fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    pub(super) fn is_live(&self) -> bool {
        self.state.load(Ordering::Relaxed) & LIVE != 0
    }

    pub(super) fn next_free(&self) -> u32 {
        self.next_free.load(Ordering::Relaxed)
    }

    pub(super) fn set_next_free(&self, next: u32) {
        self.next_free.store(next, Ordering::Relaxed);
    }

    /// Makes a free slot as old as if it had been used that often.
    #[cfg(test)]
    pub(super) fn skip_to_generation(&self, next: u32) {
        self.state.store(u64::from(next) << GENERATION_SHIFT, Ordering::Relaxed);
    }

    /// Puts a value into a slot that the caller has taken off the free stack, bound to the thread
    /// with a token unless that is 0; gives its generation.
    pub(super) fn fill(&self, value: T, owner: u64) -> u32 {
        let state = self.state.load(Ordering::Relaxed);
        assert!(state & (LIVE | EXCLUSIVE | USERS) == 0, "a slot on the free stack is free");
        // SAFETY: the slot is not live, so nobody can lock it, and only this thread has it from the
        // free stack.
        unsafe { (*self.value.get()).write(value) };
        self.owner.store(owner, Ordering::Relaxed);
        let bound = if owner == 0 { 0 } else { EXCLUSIVE | BOUND };
        // Release: whoever locks or enters the slot sees the value and the owner.
        self.state.store(state | LIVE | bound, Ordering::Release);
        generation(state)
    }

    /// Locks the value of a generation for one use by this thread.
    #[inline]
    pub(super) fn lock(&self, wanted: u32, access: Access) -> Result<(), Refused> {
        let standing = held::standing(self.address());
        match (standing, access) {
            (Standing::Owns, _) | (Standing::Shares, Access::Exclusive) => {
                // A stale handle is stale even if its slot's present value is in use here.
                return Err(self.missing(wanted).unwrap_or(Refused::OwnThread));
            }
            _ => {}
        }
        let state = self.state.load(Ordering::Relaxed);
        let pass_waiting = standing == Standing::Shares;
        let is_locked = locked(state, wanted, access, pass_waiting).is_some_and(|next| {
            // Acquire: what the last user did is seen here.
            let exchange =
                self.state.compare_exchange(state, next, Ordering::Acquire, Ordering::Relaxed);
            exchange.is_ok()
        });
        if !is_locked {
            self.lock_slowly(wanted, access, standing)?;
        }
        held::add(self.address(), access);
        Ok(())
    }

    /// Why no value of this generation is here, if so.
    fn missing(&self, wanted: u32) -> Option<Refused> {
        missing(self.state.load(Ordering::Relaxed), wanted)
    }

    #[cold]
    fn lock_slowly(&self, wanted: u32, access: Access, standing: Standing) -> Result<(), Refused> {
        let mut pass_waiting = standing == Standing::Shares;
        let mut deadline = Some(Instant::now() + PATIENCE);
        let lot = ParkingLot::of(self.address());
        let mut guard = lot.lock();
        loop {
            let state = self.state.load(Ordering::Relaxed);
            if let Some(refused) = missing(state, wanted) {
                return Err(refused);
            }
            if state & BOUND != 0 {
                return Err(Refused::Bound);
            }
            let next = locked(state, wanted, access, pass_waiting);
            if next.is_none() && state & (EXCLUSIVE | USERS) == USERS {
                return Err(Refused::TooManyUsers);
            }
            let exchange = self.state.compare_exchange(
                state,
                next.unwrap_or(state | WAITING),
                Ordering::Acquire,
                Ordering::Relaxed,
            );
            match (exchange, next) {
                (Ok(_), Some(_)) => return Ok(()),
                (Ok(_), None) => {}
                (Err(_), _) => continue,
            }
            let is_late;
            (guard, is_late) = lot.wait(guard, deadline);
            if is_late && access == Access::Shared && !pass_waiting {
                pass_waiting = true;
            } else if is_late && standing == Standing::Nothing {
                deadline = None;
            } else if is_late {
                return Err(Refused::OtherThread);
            }
        }
    }

    /// Begins a use of a bound value of this generation by the thread with this token: false if it
    /// is not bound to that thread, or in use.
    #[inline]
    pub(super) fn enter_bound(&self, wanted: u32, token: u64) -> bool {
        let bound = u64::from(wanted) << GENERATION_SHIFT | LIVE | EXCLUSIVE | BOUND;
        // Acquire: an owner that is older than this state is not seen below. So one that is equal
        // to this thread's token was stored by this thread, for this generation.
        let is_mine = self.state.load(Ordering::Acquire) == bound
            && self.owner.load(Ordering::Relaxed) == token;
        if is_mine {
            self.owner.store(0, Ordering::Relaxed);
        }
        is_mine
    }

    /// The owner of a bound value of this generation, 0 while it is in use; none if there is no such
    /// value.
    pub(super) fn bound_owner(&self, wanted: u32) -> Option<u64> {
        let bound = u64::from(wanted) << GENERATION_SHIFT | LIVE | EXCLUSIVE | BOUND;
        let is_bound = self.state.load(Ordering::Acquire) == bound;
        is_bound.then(|| self.owner.load(Ordering::Relaxed))
    }

    /// Gives a bound value of a thread that has ended to another; false if somebody else was
    /// quicker.
    pub(super) fn change_owner(&self, from: u64, to: u64) -> bool {
        let exchange = self.owner.compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed);
        exchange.is_ok()
    }

    /// Ends a use of a bound value, which is bound to `owner` again or, with 0, to nobody any more.
    ///
    /// # Safety
    /// This thread has entered the slot and has not left it.
    #[inline]
    pub(super) unsafe fn leave_bound(&self, owner: u64) {
        if owner == 0 {
            let state = self.state.load(Ordering::Relaxed);
            // Release: the next user sees what this one did. Nobody has changed the state, since a
            // bound slot refuses all.
            self.state.store(state & !(EXCLUSIVE | BOUND), Ordering::Release);
        } else {
            self.owner.store(owner, Ordering::Relaxed);
        }
    }

    /// Turns a use of a bound value into an exclusive lock.
    ///
    /// # Safety
    /// This thread has entered the slot and has not left it.
    pub(super) unsafe fn lock_entered(&self) {
        let state = self.state.load(Ordering::Relaxed);
        self.state.store(state & !BOUND, Ordering::Relaxed);
        held::add(self.address(), Access::Exclusive);
    }

    /// Ends one use by this thread.
    ///
    /// # Safety
    /// This thread has locked the slot in this way and has not unlocked it.
    #[inline]
    pub(super) unsafe fn unlock(&self, access: Access) {
        held::remove(self.address(), access);
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            let mut next = match access {
                Access::Shared => state - 1,
                Access::Exclusive => state & !EXCLUSIVE,
            };
            if next & (EXCLUSIVE | USERS) == 0 {
                next &= !WAITING;
            }
            // Release: the next user sees what this one did.
            match self.state.compare_exchange_weak(
                state,
                next,
                Ordering::Release,
                Ordering::Relaxed,
            ) {
                Ok(_) => break self.wake(state & !next),
                Err(now) => state = now,
            }
        }
    }

    /// Wakes those who wait, if `cleared` says that there are any.
    fn wake(&self, cleared: u64) {
        if cleared & WAITING != 0 {
            ParkingLot::of(self.address()).wake();
        }
    }

    /// Takes the value out and unlocks the slot; gives the value and the slot's next generation.
    ///
    /// # Safety
    /// This thread has locked the slot exclusively and has not unlocked it.
    pub(super) unsafe fn empty(&self) -> (T, u32) {
        // SAFETY: the slot is live, since it could be locked, and nobody else uses it.
        let value = unsafe { (*self.value.get()).assume_init_read() };
        let next = generation(self.state.load(Ordering::Relaxed)) + 1;
        // Release: who fills the slot next, does so after this.
        let state = self.state.swap(u64::from(next) << GENERATION_SHIFT, Ordering::Release);
        self.wake(state);
        (value, next)
    }

    /// The value.
    ///
    /// # Safety
    /// This thread has locked the slot, and keeps it locked while the reference is used.
    #[inline]
    pub(super) unsafe fn value(&self) -> &T {
        // SAFETY: a slot is locked only while live, and a locked slot is changed by the thread that
        // has it exclusively.
        unsafe { (*self.value.get()).assume_init_ref() }
    }

    /// The value, to change it.
    ///
    /// # Safety
    /// This thread has locked the slot exclusively, keeps it locked while the reference is used,
    /// and makes one such reference at a time.
    #[expect(clippy::mut_from_ref, reason = "the lock, not the borrow, makes the access exclusive")]
    #[inline]
    pub(super) unsafe fn value_mut(&self) -> &mut T {
        // SAFETY: as in `value`; exclusive by the caller's promise.
        unsafe { (*self.value.get()).assume_init_mut() }
    }
}

/// Why a slot in this state has no value of the generation, if so.
fn missing(state: u64, wanted: u32) -> Option<Refused> {
    let current = generation(state);
    if wanted < current {
        Some(Refused::Stale)
    } else if wanted > current || state & LIVE == 0 {
        Some(Refused::Unknown)
    } else {
        None
    }
}

impl<T> Drop for Slot<T> {
    fn drop(&mut self) {
        if *self.state.get_mut() & LIVE != 0 {
            // SAFETY: a live slot has a value, and nobody else can refer to a slot that is dropped.
            unsafe { self.value.get_mut().assume_init_drop() };
        }
    }
}

/// Where threads wait for a slot.
struct ParkingLot {
    mutex: Mutex<()>,
    condition: Condvar,
}

const LOTS: usize = 16;

static PARKING: [ParkingLot; LOTS] =
    [const { ParkingLot { mutex: Mutex::new(()), condition: Condvar::new() } }; LOTS];

impl ParkingLot {
    fn of(address: usize) -> &'static ParkingLot {
        &PARKING[(address >> 5) % LOTS]
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        self.mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a wake-up, or for the deadline; says whether that has passed.
    fn wait<'a>(
        &self,
        guard: MutexGuard<'a, ()>,
        deadline: Option<Instant>,
    ) -> (MutexGuard<'a, ()>, bool) {
        let Some(deadline) = deadline else {
            let guard = self.condition.wait(guard).unwrap_or_else(PoisonError::into_inner);
            return (guard, false);
        };
        let rest = deadline.saturating_duration_since(Instant::now());
        if rest.is_zero() {
            return (guard, true);
        }
        let woken = self.condition.wait_timeout(guard, rest);
        (woken.unwrap_or_else(PoisonError::into_inner).0, false)
    }

    /// Wakes all. Taking the mutex first makes sure that nobody stands between looking at a slot
    /// and waiting.
    fn wake(&self) {
        drop(self.lock());
        self.condition.notify_all();
    }
}
