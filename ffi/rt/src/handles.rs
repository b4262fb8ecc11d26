//! Handle tables: Rust values that C knows by a number.
//!
//! A handle is a positive `i64`: 12 bits of kind tag, 25 of generation, 26 of slot index. A slot's
//! generation goes up each time its value leaves, and a slot whose generations are used up is
//! retired, so no number ever means two values. Each slot has a reader/writer lock ([`slot`]); the
//! thread's held handles ([`held`]) decide whether a thread may wait for it, so that no order of
//! calls deadlocks on handles.
//!
//! Invariant: slots are never moved or freed while their table lives, so looking one up needs no
//! lock.
//! Invariant: a slot's value is touched only under its lock, and is there exactly while the slot is
//! live.

mod bound;
mod held;
mod slot;

use crate::error::{Error, ErrorCode, Result, fail};
pub use bound::{Bound, BoundHandles, BoundHold, BoundMut, BoundRef};
use slot::{Access, Refused, Slot};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

const INDEX_BITS: u32 = 26;
const GENERATION_BITS: u32 = 25;
const TAG_BITS: u32 = 12;

/// Slots live in chunks that double in size: 64, 128, 256, ..; 21 chunks hold more than 2^26.
const FIRST_CHUNK_BITS: u32 = 6;
const CHUNKS: usize = (INDEX_BITS - FIRST_CHUNK_BITS + 1) as usize;

/// How many handles of each tag live, over all tables of the process.
static LIVE: [AtomicU64; 1 << TAG_BITS] = [const { AtomicU64::new(0) }; 1 << TAG_BITS];

/// How many handles with this tag live; 0 for a number that is no tag.
pub fn live_handles(tag: i32) -> u64 {
    let tag = usize::try_from(tag).ok();
    tag.and_then(|tag| LIVE.get(tag)).map_or(0, |live| live.load(Ordering::Relaxed))
}

/// The three parts of a handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Parts {
    tag: u16,
    generation: u32,
    index: u32,
}

impl Parts {
    fn pack(self) -> i64 {
        i64::from(self.tag) << (GENERATION_BITS + INDEX_BITS)
            | i64::from(self.generation) << INDEX_BITS
            | i64::from(self.index)
    }

    /// The parts of a number that is not negative.
    fn unpack(handle: u64) -> Parts {
        let field = |shift: u32, bits: u32| (handle >> shift) & ((1 << bits) - 1);
        Parts {
            tag: field(GENERATION_BITS + INDEX_BITS, TAG_BITS) as u16,
            generation: field(INDEX_BITS, GENERATION_BITS) as u32,
            index: field(0, INDEX_BITS) as u32,
        }
    }
}

/// What can be used up; smaller in tests.
#[derive(Clone, Copy, Debug)]
struct Limits {
    slots: u32,
    last_generation: u32,
}

impl Limits {
    const FULL: Limits =
        Limits { slots: 1 << INDEX_BITS, last_generation: (1 << GENERATION_BITS) - 1 };
}

/// Which slots are free: a stack through the slots themselves, so that freeing never allocates.
#[derive(Debug)]
struct FreeSlots {
    /// The index of the first free slot plus one; 0 for none.
    first: u32,
    /// How many slots exist.
    made: u32,
}

/// The values of one kind of handle.
pub struct Handles<T> {
    tag: u16,
    kind: &'static str,
    limits: Limits,
    chunks: [AtomicPtr<Slot<T>>; CHUNKS],
    free: Mutex<FreeSlots>,
}

// SAFETY: a table gives `&T` to several threads at once (`T: Sync`) and lets any thread exchange or
// take a value (`T: Send`), always under the slot's lock.
unsafe impl<T: Send + Sync> Sync for Handles<T> {}
// SAFETY: as above; the table owns its slots.
unsafe impl<T: Send> Send for Handles<T> {}

impl<T> Handles<T> {
    /// An empty table. `tag` is 1..=4095 and unique in the process; `kind` is the name for
    /// messages.
    pub const fn new(tag: u16, kind: &'static str) -> Self {
        Self::with_limits(tag, kind, Limits::FULL)
    }

    const fn with_limits(tag: u16, kind: &'static str, limits: Limits) -> Self {
        assert!(tag >= 1 && tag < 1 << TAG_BITS, "a tag is 1..=4095");
        Handles {
            tag,
            kind,
            limits,
            chunks: [const { AtomicPtr::new(std::ptr::null_mut()) }; CHUNKS],
            free: Mutex::new(FreeSlots { first: 0, made: 0 }),
        }
    }

    /// How many handles of this table's tag live.
    pub fn live(&self) -> u64 {
        self.live_count().load(Ordering::Relaxed)
    }

    fn live_count(&self) -> &'static AtomicU64 {
        &LIVE[usize::from(self.tag)]
    }

    /// Keeps a value and gives its handle.
    ///
    /// # Errors
    /// `LIMIT_REACHED` if the table is full, `OUT_OF_MEMORY`; the value is dropped then.
    pub fn insert(&self, value: T) -> Result<i64> {
        self.insert_for(value, 0)
    }

    /// [`insert`](Handles::insert) for a value that is bound to the thread with a token, or to none
    /// with 0.
    fn insert_for(&self, value: T, owner: u64) -> Result<i64> {
        let (index, slot) = self.free_slot()?;
        let generation = slot.fill(value, owner);
        self.live_count().fetch_add(1, Ordering::Relaxed);
        Ok(Parts { tag: self.tag, generation, index }.pack())
    }

    /// [`insert`](Handles::insert) for an optional result: none is zero.
    ///
    /// # Errors
    /// As for [`insert`](Handles::insert).
    pub fn opt_insert(&self, value: Option<T>) -> Result<i64> {
        value.map_or(Ok(0), |value| self.insert(value))
    }

    /// Shared use of a value: several threads, and several parameters of one call, may have it at
    /// once.
    ///
    /// # Errors
    /// `INVALID_HANDLE`, `STALE_HANDLE`, `WRONG_KIND`, `HANDLE_BUSY`.
    #[inline]
    pub fn get(&self, name: &str, handle: i64) -> Result<Ref<'_, T>> {
        let slot = self.lock(name, handle, Access::Shared)?;
        Ok(Ref { slot, not_send: PhantomData })
    }

    /// Exclusive use of a value.
    ///
    /// # Errors
    /// As for [`get`](Handles::get).
    #[inline]
    pub fn get_mut(&self, name: &str, handle: i64) -> Result<RefMut<'_, T>> {
        let slot = self.lock(name, handle, Access::Exclusive)?;
        Ok(RefMut { slot, not_send: PhantomData })
    }

    /// Takes a value away; its handle is stale from then on.
    ///
    /// # Errors
    /// As for [`get`](Handles::get).
    pub fn take(&self, name: &str, handle: i64) -> Result<T> {
        Ok(self.hold(name, handle)?.take())
    }

    /// Exclusive use of a value that can be [taken](Hold::take) away later: a shim first holds all
    /// that a call takes, so that nothing is taken when another parameter is refused.
    ///
    /// # Errors
    /// As for [`get`](Handles::get).
    pub fn hold(&self, name: &str, handle: i64) -> Result<Hold<'_, T>> {
        let slot = self.lock(name, handle, Access::Exclusive)?;
        let index = Parts::unpack(handle.unsigned_abs()).index;
        Ok(Hold { table: self, slot, index, not_send: PhantomData })
    }

    /// Frees a value; zero is fine. The value is dropped here, after its slot is free again.
    ///
    /// # Errors
    /// As for [`get`](Handles::get).
    pub fn free(&self, handle: i64) -> Result<bool> {
        if handle != 0 {
            drop(self.take("handle", handle)?);
        }
        Ok(true)
    }

    /// [`get`](Handles::get) for an optional parameter: zero is none.
    ///
    /// # Errors
    /// As for [`get`](Handles::get).
    pub fn opt_get(&self, name: &str, handle: i64) -> Result<Option<Ref<'_, T>>> {
        if handle == 0 { Ok(None) } else { self.get(name, handle).map(Some) }
    }

    /// [`get_mut`](Handles::get_mut) for an optional parameter: zero is none.
    ///
    /// # Errors
    /// As for [`get`](Handles::get).
    pub fn opt_get_mut(&self, name: &str, handle: i64) -> Result<Option<RefMut<'_, T>>> {
        if handle == 0 { Ok(None) } else { self.get_mut(name, handle).map(Some) }
    }

    /// [`hold`](Handles::hold) for an optional parameter: zero is none.
    ///
    /// # Errors
    /// As for [`get`](Handles::get).
    pub fn opt_hold(&self, name: &str, handle: i64) -> Result<Option<Hold<'_, T>>> {
        if handle == 0 { Ok(None) } else { self.hold(name, handle).map(Some) }
    }

    #[inline]
    fn lock(&self, name: &str, handle: i64, access: Access) -> Result<&Slot<T>> {
        let Some((slot, generation)) = self.find(handle) else {
            return Err(self.unknown(name, handle));
        };
        match slot.lock(generation, access) {
            Ok(()) => Ok(slot),
            Err(refused) => Err(self.refused(name, refused)),
        }
    }

    /// The slot that a handle names, if the handle is of this kind and the slot exists.
    #[inline]
    fn find(&self, handle: i64) -> Option<(&Slot<T>, u32)> {
        let parts = Parts::unpack(u64::try_from(handle).ok()?);
        if parts.tag != self.tag || parts.generation == 0 {
            return None;
        }
        Some((self.slot(parts.index)?, parts.generation))
    }

    #[cold]
    fn unknown(&self, name: &str, handle: i64) -> Error {
        let kind = self.kind;
        let parts = u64::try_from(handle).map(Parts::unpack);
        match parts {
            _ if handle == 0 => {
                Error::new(ErrorCode::InvalidHandle, format!("`{name}` is zero, not a `{kind}`"))
            }
            Ok(parts) if parts.tag != 0 && parts.tag != self.tag => {
                let (found, tag) = (parts.tag, self.tag);
                let message =
                    format!("`{name}` is a handle of kind {found}, not a `{kind}` (kind {tag})");
                Error::new(ErrorCode::WrongKind, message)
            }
            _ => self.refused(name, Refused::Unknown),
        }
    }

    #[cold]
    fn refused(&self, name: &str, refused: Refused) -> Error {
        let kind = self.kind;
        let (code, what) = match refused {
            Refused::Unknown => (ErrorCode::InvalidHandle, "was never given out"),
            Refused::Stale => (ErrorCode::StaleHandle, "was freed or taken before"),
            Refused::OwnThread => (ErrorCode::HandleBusy, "is in use by this call or its caller"),
            Refused::OtherThread => (ErrorCode::HandleBusy, "is in use by another thread"),
            Refused::Bound => (ErrorCode::HandleBusy, "is bound to another thread"),
            Refused::InCall => (ErrorCode::HandleBusy, "is bound to a thread and in use by a call"),
            Refused::TooManyUsers => (ErrorCode::LimitReached, "has too many users at once"),
        };
        Error::new(code, format!("the `{kind}` handle `{name}` {what}"))
    }

    fn free_slots(&self) -> std::sync::MutexGuard<'_, FreeSlots> {
        // A poisoned stack is usable: nothing panics while it is changed.
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a slot off the stack, or makes one.
    fn free_slot(&self) -> Result<(u32, &Slot<T>)> {
        let mut free = self.free_slots();
        if free.first != 0 {
            let index = free.first - 1;
            let slot = self.slot(index).expect("a slot on the free stack exists");
            free.first = slot.next_free();
            return Ok((index, slot));
        }
        let index = free.made;
        if index >= self.limits.slots {
            let kind = self.kind;
            return fail(ErrorCode::LimitReached, format!("the table of `{kind}` handles is full"));
        }
        self.make_chunk(index)?;
        free.made = index + 1;
        let slot = self.slot(index).expect("its chunk was made");
        Ok((index, slot))
    }

    /// Makes sure that the chunk of a slot exists; only the holder of the free stack's lock calls
    /// it.
    fn make_chunk(&self, index: u32) -> Result<()> {
        let (chunk, _) = place_of(index);
        if !self.chunks[chunk].load(Ordering::Relaxed).is_null() {
            return Ok(());
        }
        let length = chunk_length(chunk);
        let mut slots = Vec::new();
        slots.try_reserve_exact(length)?;
        slots.extend((0..length).map(|_| Slot::new()));
        let slots: Box<[Slot<T>]> = slots.into_boxed_slice();
        let start = Box::into_raw(slots).cast::<Slot<T>>();
        // Release: whoever sees the pointer sees the slots behind it.
        self.chunks[chunk].store(start, Ordering::Release);
        Ok(())
    }

    #[inline]
    fn slot(&self, index: u32) -> Option<&Slot<T>> {
        let (chunk, offset) = place_of(index);
        let start = NonNull::new(self.chunks[chunk].load(Ordering::Acquire))?;
        // SAFETY: the chunk has `chunk_length(chunk)` slots and `place_of` gives an offset below
        // that. Chunks are freed with the table only.
        Some(unsafe { start.add(offset).as_ref() })
    }
}

/// The chunk of a slot, and its offset there.
#[inline]
fn place_of(index: u32) -> (usize, usize) {
    let shifted = index + (1 << FIRST_CHUNK_BITS);
    let bits = shifted.ilog2();
    ((bits - FIRST_CHUNK_BITS) as usize, (shifted - (1 << bits)) as usize)
}

fn chunk_length(chunk: usize) -> usize {
    1 << (FIRST_CHUNK_BITS as usize + chunk)
}

impl<T> Drop for Handles<T> {
    fn drop(&mut self) {
        let made = self.free.get_mut().unwrap_or_else(PoisonError::into_inner).made;
        let live = (0..made).filter(|&index| self.slot(index).is_some_and(Slot::is_live)).count();
        self.live_count().fetch_sub(live as u64, Ordering::Relaxed);
        for (chunk, start) in self.chunks.iter_mut().enumerate() {
            let start = *start.get_mut();
            if !start.is_null() {
                let slots = std::ptr::slice_from_raw_parts_mut(start, chunk_length(chunk));
                // SAFETY: `make_chunk` made the chunk from a box of this length, and it is dropped
                // once.
                drop(unsafe { Box::from_raw(slots) });
            }
        }
    }
}

/// Shared use of a handle's value until dropped. It stays on the thread that made it.
pub struct Ref<'a, T> {
    slot: &'a Slot<T>,
    not_send: PhantomData<*const ()>,
}

impl<T> Deref for Ref<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: `Handles::get` has locked the live slot for sharing, until this is dropped.
        unsafe { self.slot.value() }
    }
}

impl<T> Drop for Ref<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: `Handles::get` has locked the slot for sharing, and this ends it once.
        unsafe { self.slot.unlock(Access::Shared) };
    }
}

/// Exclusive use of a handle's value until dropped. It stays on the thread that made it.
pub struct RefMut<'a, T> {
    slot: &'a Slot<T>,
    not_send: PhantomData<*const ()>,
}

impl<T> Deref for RefMut<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: `Handles::get_mut` has locked the live slot, until this is dropped.
        unsafe { self.slot.value() }
    }
}

impl<T> DerefMut for RefMut<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: `Handles::get_mut` has locked the live slot exclusively, and `&mut self` makes
        // this the only access.
        unsafe { self.slot.value_mut() }
    }
}

impl<T> Drop for RefMut<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: `Handles::get_mut` has locked the slot exclusively, and this ends it once.
        unsafe { self.slot.unlock(Access::Exclusive) };
    }
}

/// Exclusive use of a value until dropped, or until taken away. It stays on the thread that made
/// it.
pub struct Hold<'a, T> {
    table: &'a Handles<T>,
    slot: &'a Slot<T>,
    index: u32,
    not_send: PhantomData<*const ()>,
}

impl<T> Hold<'_, T> {
    /// Takes the value away; its handle is stale from then on.
    pub fn take(self) -> T {
        // The slot is emptied below, which also ends the lock that dropping would end.
        let held = ManuallyDrop::new(self);
        held::remove(held.slot.address(), Access::Exclusive);
        // SAFETY: `hold` has given exclusive access, which ends here.
        let (value, next_generation) = unsafe { held.slot.empty() };
        held.table.live_count().fetch_sub(1, Ordering::Relaxed);
        if next_generation <= held.table.limits.last_generation {
            let mut free = held.table.free_slots();
            held.slot.set_next_free(free.first);
            free.first = held.index + 1;
        }
        value
    }
}

impl<T> Drop for Hold<'_, T> {
    fn drop(&mut self) {
        // SAFETY: `Handles::hold` has locked the slot exclusively, and this ends it once: `take`
        // does not drop.
        unsafe { self.slot.unlock(Access::Exclusive) };
    }
}

#[cfg(test)]
mod tests;
