//! A lock over the operating system's own.

use core::cell::UnsafeCell;
use core::ops::{Deref, DerefMut};

/// A value that one thread at a time uses.
pub(crate) struct Mutex<T> {
    lock: UnsafeCell<libc::pthread_mutex_t>,
    value: UnsafeCell<T>,
}

// SAFETY: the value is touched under the lock only, and everything kept so may move between threads.
unsafe impl<T: Send> Sync for Mutex<T> {}

impl<T> Mutex<T> {
    /// An open lock.
    pub(crate) const fn new(value: T) -> Mutex<T> {
        let lock = UnsafeCell::new(libc::PTHREAD_MUTEX_INITIALIZER);
        Mutex { lock, value: UnsafeCell::new(value) }
    }

    /// Waits until the value is free. No code of this crate locks twice on one thread.
    pub(crate) fn lock(&'static self) -> Guard<T> {
        // SAFETY: the mutex is initialised and, being static, never moves. A plain mutex that the
        // thread does not hold cannot fail to lock.
        unsafe { libc::pthread_mutex_lock(self.lock.get()) };
        Guard(self)
    }
}

/// The use of a value until dropped.
pub(crate) struct Guard<T: 'static>(&'static Mutex<T>);

impl<T> Deref for Guard<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the lock is held as long as the guard lives.
        unsafe { &*self.0.value.get() }
    }
}

impl<T> DerefMut for Guard<T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the lock is held as long as the guard lives, and this is its only guard.
        unsafe { &mut *self.0.value.get() }
    }
}

impl<T> Drop for Guard<T> {
    fn drop(&mut self) {
        // SAFETY: this thread holds the lock.
        unsafe { libc::pthread_mutex_unlock(self.0.lock.get()) };
    }
}
