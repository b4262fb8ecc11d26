//! Which handles the current thread is using.
//!
//! A thread that uses nothing may wait for a handle as long as it takes: nobody waits for it. A
//! thread that uses a handle already may not, or two threads could wait for each other; it waits
//! for a moment only. What it uses itself it must not wait for at all.

use super::slot::Access;
use std::cell::RefCell;

/// One use of a handle by this thread, by the address of its slot.
type Use = (usize, Access);

thread_local! {
    static USES: RefCell<Vec<Use>> = const { RefCell::new(Vec::new()) };
}

/// What the thread's uses say about one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// The thread uses no handle.
    Nothing,
    /// The thread uses other handles, or it is being torn down and cannot tell.
    Others,
    /// The thread shares the slot already.
    Shares,
    /// The thread has the slot to itself.
    Owns,
}

/// How the thread stands to the slot at `address`.
#[inline]
pub(super) fn standing(address: usize) -> Standing {
    let look = |uses: &RefCell<Vec<Use>>| {
        let uses = uses.borrow();
        match uses.iter().rfind(|(slot, _)| *slot == address) {
            Some((_, Access::Shared)) => Standing::Shares,
            Some((_, Access::Exclusive)) => Standing::Owns,
            None if uses.is_empty() => Standing::Nothing,
            None => Standing::Others,
        }
    };
    USES.try_with(look).unwrap_or(Standing::Others)
}

/// Notes a use.
#[inline]
pub(super) fn add(address: usize, access: Access) {
    // A thread that is torn down keeps no notes; `standing` then says so.
    let _gone = USES.try_with(|uses| uses.borrow_mut().push((address, access)));
}

/// Ends a use.
#[inline]
pub(super) fn remove(address: usize, access: Access) {
    let _gone = USES.try_with(|uses| {
        let mut uses = uses.borrow_mut();
        if let Some(index) = uses.iter().rposition(|one| *one == (address, access)) {
            uses.remove(index);
        }
    });
}
