//! Handles that are bound to a thread: a look-up compares two words and takes no lock.
//!
//! A value that is built by very many small calls cannot afford a lock per call. While it says that
//! it is bound, only the thread that made its handle may use it; another thread gets `HANDLE_BUSY`
//! and never waits. When a call leaves it no longer bound, it becomes an ordinary, locked value for
//! all threads.
//!
//! Each thread remembers where it found the bound handle that it used last, since most calls use the
//! same one again. For that, a table lives for ever.
//!
//! A bound slot looks to everybody else like one that is locked exclusively and for good. Its word
//! `owner` is the token of its thread, or 0 while a call is using the value.
//!
//! Invariant: only the owner changes `owner`, except that whoever finds the owner's thread ended
//! takes its place, under the lock that the ending thread took too.

use super::slot::{Access, Refused, Slot};
use super::{Handles, Hold, Parts};
use crate::error::Result;
use crate::thread::{self, THREAD, Thread};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};

/// A value that can be bound to the thread that made its handle.
pub trait Bound {
    /// Whether it is bound. Once false it stays false.
    fn is_bound(&self) -> bool;
}

/// The values of one kind of handle that can be bound.
pub struct BoundHandles<T> {
    table: Handles<T>,
}

impl<T: Bound> BoundHandles<T> {
    /// As [`Handles::new`].
    pub const fn new(tag: u16, kind: &'static str) -> Self {
        BoundHandles { table: Handles::new(tag, kind) }
    }

    /// How many handles of this table's tag live.
    pub fn live(&self) -> u64 {
        self.table.live()
    }

    /// Keeps a value and gives its handle; a bound value is bound to this thread.
    ///
    /// # Errors
    /// As for [`Handles::insert`]; `UNSUPPORTED` while this thread is being torn down.
    pub fn insert(&self, value: T) -> Result<i64> {
        let owner = if value.is_bound() { thread::lasting_token()? } else { 0 };
        self.table.insert_for(value, owner)
    }

    /// [`insert`](BoundHandles::insert) for an optional result: none is zero.
    ///
    /// # Errors
    /// As for [`insert`](BoundHandles::insert).
    pub fn opt_insert(&self, value: Option<T>) -> Result<i64> {
        value.map_or(Ok(0), |value| self.insert(value))
    }

    /// Shared use of a value; exclusive as long as it is bound.
    ///
    /// # Errors
    /// As for [`Handles::get`].
    #[inline]
    pub fn get(&'static self, name: &str, handle: i64) -> Result<BoundRef<'static, T>> {
        self.enter(name, handle, Access::Shared)
    }

    /// Exclusive use of a value.
    ///
    /// # Errors
    /// As for [`Handles::get`].
    #[inline]
    pub fn get_mut(&'static self, name: &str, handle: i64) -> Result<BoundMut<'static, T>> {
        Ok(BoundMut { inner: self.enter(name, handle, Access::Exclusive)? })
    }

    /// As [`Handles::hold`].
    ///
    /// # Errors
    /// As for [`Handles::get`].
    pub fn hold(&'static self, name: &str, handle: i64) -> Result<BoundHold<'static, T>> {
        let index = Parts::unpack(handle.unsigned_abs()).index;
        let inner = self.enter(name, handle, Access::Exclusive)?;
        Ok(BoundHold { table: &self.table, inner, index })
    }

    /// As [`Handles::free`].
    ///
    /// # Errors
    /// As for [`Handles::get`].
    pub fn free(&'static self, handle: i64) -> Result<bool> {
        if handle != 0 {
            drop(self.hold("handle", handle)?.take());
        }
        Ok(true)
    }

    /// [`get`](BoundHandles::get) for an optional parameter: zero is none.
    ///
    /// # Errors
    /// As for [`get`](BoundHandles::get).
    pub fn opt_get(&'static self, name: &str, handle: i64) -> Result<Option<BoundRef<'static, T>>> {
        if handle == 0 { Ok(None) } else { self.get(name, handle).map(Some) }
    }

    /// [`get_mut`](BoundHandles::get_mut) for an optional parameter: zero is none.
    ///
    /// # Errors
    /// As for [`get_mut`](BoundHandles::get_mut).
    pub fn opt_get_mut(
        &'static self,
        name: &str,
        handle: i64,
    ) -> Result<Option<BoundMut<'static, T>>> {
        if handle == 0 { Ok(None) } else { self.get_mut(name, handle).map(Some) }
    }

    /// [`hold`](BoundHandles::hold) for an optional parameter: zero is none.
    ///
    /// # Errors
    /// As for [`hold`](BoundHandles::hold).
    pub fn opt_hold(
        &'static self,
        name: &str,
        handle: i64,
    ) -> Result<Option<BoundHold<'static, T>>> {
        if handle == 0 { Ok(None) } else { self.hold(name, handle).map(Some) }
    }

    #[inline(always)]
    fn enter(
        &'static self,
        name: &str,
        handle: i64,
        access: Access,
    ) -> Result<BoundRef<'static, T>> {
        let entered = THREAD.with(|thread| {
            let last = &thread.last_bound;
            if last.handle.get() != handle || last.table.get() != self.address() {
                return None;
            }
            // SAFETY: `find_and_enter` has noted a slot of this table, which lives for ever and
            // never moves its slots.
            let slot = unsafe { &*last.slot.get().cast::<Slot<T>>() };
            let generation = Parts::unpack(handle.cast_unsigned()).generation;
            let token = thread.token();
            slot.enter_bound(generation, token).then_some((slot, token))
        });
        match entered {
            Some((slot, owner)) => Ok(BoundRef { slot, owner, not_send: PhantomData }),
            None => self.find_and_enter(name, handle, access),
        }
    }

    /// What tells tables apart.
    #[inline(always)]
    fn address(&'static self) -> *const () {
        std::ptr::from_ref(self).cast()
    }

    /// For a handle that is not the one that was used last.
    #[inline(never)]
    fn find_and_enter(
        &'static self,
        name: &str,
        handle: i64,
        access: Access,
    ) -> Result<BoundRef<'static, T>> {
        if let Some((slot, generation)) = self.table.find(handle)
            && let token = THREAD.with(Thread::token)
            && slot.enter_bound(generation, token)
        {
            THREAD.with(|thread| {
                thread.last_bound.handle.set(handle);
                thread.last_bound.table.set(self.address());
                thread.last_bound.slot.set(std::ptr::from_ref(slot).cast());
            });
            return Ok(BoundRef { slot, owner: token, not_send: PhantomData });
        }
        self.enter_slowly(name, handle, access)
    }

    /// For a value that is not bound, or bound to another thread, or in use by a call of this one.
    #[cold]
    #[inline(never)]
    fn enter_slowly(
        &'static self,
        name: &str,
        handle: i64,
        access: Access,
    ) -> Result<BoundRef<'static, T>> {
        let Some((slot, generation)) = self.table.find(handle) else {
            return Err(self.table.unknown(name, handle));
        };
        if let Some(owner) = slot.bound_owner(generation) {
            let token = thread::lasting_token()?;
            let is_taken_over = owner != 0
                && thread::if_ended(owner, || slot.change_owner(owner, token))
                && slot.enter_bound(generation, token);
            return match owner {
                _ if is_taken_over => Ok(BoundRef { slot, owner: token, not_send: PhantomData }),
                0 => Err(self.table.refused(name, Refused::InCall)),
                _ => Err(self.table.refused(name, Refused::Bound)),
            };
        }
        match slot.lock(generation, access) {
            Ok(()) => Ok(BoundRef { slot, owner: lock_word(access), not_send: PhantomData }),
            Err(refused) => Err(self.table.refused(name, refused)),
        }
    }
}

/// What stands for the token where the slot is locked: no thread has one of these.
const SHARED: u64 = u64::MAX;
const EXCLUSIVE: u64 = 0;

fn lock_word(access: Access) -> u64 {
    match access {
        Access::Shared => SHARED,
        Access::Exclusive => EXCLUSIVE,
    }
}

/// Use of a value until dropped. It stays on the thread that made it.
///
/// Invariant: two words and nothing else. A byte that says how the slot is locked would be written
/// as a byte and copied as a part of a word, which makes the processor wait in each call.
pub struct BoundRef<'a, T: Bound> {
    slot: &'a Slot<T>,
    /// The token of this thread if the value is bound to it; else how the slot is locked.
    owner: u64,
    not_send: PhantomData<*const ()>,
}

impl<T: Bound> Deref for BoundRef<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: `enter` has entered the bound slot or locked it, until this is dropped.
        unsafe { self.slot.value() }
    }
}

impl<T: Bound> Drop for BoundRef<'_, T> {
    #[inline(always)]
    fn drop(&mut self) {
        if self.locked().is_some() || !self.is_bound() {
            self.drop_slowly();
        } else {
            // SAFETY: this thread has entered the slot, and this ends it once.
            unsafe { self.slot.leave_bound(self.owner) };
        }
    }
}

impl<T: Bound> BoundRef<'_, T> {
    /// How the slot is locked; none if it was entered as a bound one.
    #[inline(always)]
    fn locked(&self) -> Option<Access> {
        match self.owner {
            SHARED => Some(Access::Shared),
            EXCLUSIVE => Some(Access::Exclusive),
            _ => None,
        }
    }

    /// What dropping does to a value that is not bound, or no longer; it is called from there only.
    #[cold]
    #[inline(never)]
    fn drop_slowly(&mut self) {
        if let Some(access) = self.locked() {
            // SAFETY: `enter_slowly` has locked the slot in this way, and this ends it once.
            unsafe { self.slot.unlock(access) };
        } else {
            // SAFETY: this thread has entered the slot, and this ends it once.
            unsafe { self.slot.leave_bound(0) };
        }
    }
}

/// Exclusive use of a value until dropped. It stays on the thread that made it.
pub struct BoundMut<'a, T: Bound> {
    inner: BoundRef<'a, T>,
}

impl<T: Bound> Deref for BoundMut<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T: Bound> DerefMut for BoundMut<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the slot was entered, or locked exclusively, until this is dropped, and
        // `&mut self` makes this the only access.
        unsafe { self.inner.slot.value_mut() }
    }
}

/// Exclusive use of a value until dropped, or until taken away.
pub struct BoundHold<'a, T: Bound> {
    table: &'a Handles<T>,
    inner: BoundRef<'a, T>,
    index: u32,
}

impl<T: Bound> BoundHold<'_, T> {
    /// Takes the value away; its handle is stale from then on.
    pub fn take(self) -> T {
        let (table, index) = (self.table, self.index);
        // What it holds is handed on, so that dropping must not give it back.
        let inner = ManuallyDrop::new(self.inner);
        if inner.locked().is_none() {
            // SAFETY: this thread has entered the slot.
            unsafe { inner.slot.lock_entered() };
        }
        Hold { table, slot: inner.slot, index, not_send: PhantomData }.take()
    }
}
