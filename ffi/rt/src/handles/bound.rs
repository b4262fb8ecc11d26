//! Handles that are bound to a thread: a look-up compares two words and takes no lock.
//!
//! A value that is built by very many small calls cannot afford a lock per call. While it says that
//! it is bound, only the thread that made its handle may use it; another thread gets `HANDLE_BUSY`
//! and never waits. When a call leaves it no longer bound, it becomes an ordinary, locked value for
//! all threads.
//!
//! A bound slot looks to everybody else like one that is locked exclusively and for good. Its word
//! `owner` is the token of its thread, or 0 while a call is using the value.
//!
//! Invariant: only the owner changes `owner`, except that whoever finds the owner's thread ended
//! takes its place, under the lock that the ending thread took too.

use super::slot::{Access, Refused, Slot};
use super::{Handles, Hold, Parts};
use crate::error::Result;
use crate::thread;
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
    pub fn get(&self, name: &str, handle: i64) -> Result<BoundRef<'_, T>> {
        self.enter(name, handle, Access::Shared)
    }

    /// Exclusive use of a value.
    ///
    /// # Errors
    /// As for [`Handles::get`].
    #[inline]
    pub fn get_mut(&self, name: &str, handle: i64) -> Result<BoundMut<'_, T>> {
        Ok(BoundMut { inner: self.enter(name, handle, Access::Exclusive)? })
    }

    /// As [`Handles::hold`].
    ///
    /// # Errors
    /// As for [`Handles::get`].
    pub fn hold(&self, name: &str, handle: i64) -> Result<BoundHold<'_, T>> {
        let index = Parts::unpack(handle.unsigned_abs()).index;
        let inner = self.enter(name, handle, Access::Exclusive)?;
        Ok(BoundHold { table: &self.table, inner, index })
    }

    /// As [`Handles::free`].
    ///
    /// # Errors
    /// As for [`Handles::get`].
    pub fn free(&self, handle: i64) -> Result<bool> {
        if handle != 0 {
            drop(self.hold("handle", handle)?.take());
        }
        Ok(true)
    }

    /// [`get`](BoundHandles::get) for an optional parameter: zero is none.
    ///
    /// # Errors
    /// As for [`get`](BoundHandles::get).
    pub fn opt_get(&self, name: &str, handle: i64) -> Result<Option<BoundRef<'_, T>>> {
        if handle == 0 { Ok(None) } else { self.get(name, handle).map(Some) }
    }

    /// [`get_mut`](BoundHandles::get_mut) for an optional parameter: zero is none.
    ///
    /// # Errors
    /// As for [`get_mut`](BoundHandles::get_mut).
    pub fn opt_get_mut(&self, name: &str, handle: i64) -> Result<Option<BoundMut<'_, T>>> {
        if handle == 0 { Ok(None) } else { self.get_mut(name, handle).map(Some) }
    }

    /// [`hold`](BoundHandles::hold) for an optional parameter: zero is none.
    ///
    /// # Errors
    /// As for [`hold`](BoundHandles::hold).
    pub fn opt_hold(&self, name: &str, handle: i64) -> Result<Option<BoundHold<'_, T>>> {
        if handle == 0 { Ok(None) } else { self.hold(name, handle).map(Some) }
    }

    #[inline(always)]
    fn enter(&self, name: &str, handle: i64, access: Access) -> Result<BoundRef<'_, T>> {
        if let Some((slot, generation)) = self.table.find(handle)
            && let token = thread::token()
            && slot.enter_bound(generation, token)
        {
            return Ok(BoundRef { slot, owner: token, access, not_send: PhantomData });
        }
        self.enter_slowly(name, handle, access)
    }

    /// For a value that is not bound, or bound to another thread, or in use by a call of this one.
    #[cold]
    #[inline(never)]
    fn enter_slowly(&self, name: &str, handle: i64, access: Access) -> Result<BoundRef<'_, T>> {
        let Some((slot, generation)) = self.table.find(handle) else {
            return Err(self.table.unknown(name, handle));
        };
        if let Some(owner) = slot.bound_owner(generation) {
            let token = thread::lasting_token()?;
            let is_taken_over = owner != 0
                && thread::if_ended(owner, || slot.change_owner(owner, token))
                && slot.enter_bound(generation, token);
            return match owner {
                _ if is_taken_over => {
                    Ok(BoundRef { slot, owner: token, access, not_send: PhantomData })
                }
                0 => Err(self.table.refused(name, Refused::InCall)),
                _ => Err(self.table.refused(name, Refused::Bound)),
            };
        }
        match slot.lock(generation, access) {
            Ok(()) => Ok(BoundRef { slot, owner: 0, access, not_send: PhantomData }),
            Err(refused) => Err(self.table.refused(name, refused)),
        }
    }
}

/// Use of a value until dropped. It stays on the thread that made it.
pub struct BoundRef<'a, T: Bound> {
    slot: &'a Slot<T>,
    /// The token of this thread if the value is bound to it; 0 if the slot is locked.
    owner: u64,
    access: Access,
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
    #[inline]
    fn drop(&mut self) {
        if self.owner == 0 {
            // SAFETY: `enter_slowly` has locked the slot in this way, and this ends it once.
            unsafe { self.slot.unlock(self.access) };
        } else {
            let owner = if self.is_bound() { self.owner } else { 0 };
            // SAFETY: this thread has entered the slot, and this ends it once.
            unsafe { self.slot.leave_bound(owner) };
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
        if inner.owner != 0 {
            // SAFETY: this thread has entered the slot.
            unsafe { inner.slot.lock_entered() };
        }
        Hold { table, slot: inner.slot, index, not_send: PhantomData }.take()
    }
}
