//! Finding what is in use: from the stacks and registers of all threads, from ranges of roots, and
//! from object to object.
//!
//! Any word that is an address within an object counts as a pointer to it. What is still to be
//! looked at stands on a stack of its own memory; where that cannot grow, marked objects are walked
//! through again until nothing new is found, so a full machine costs time, not correctness.

use super::heap::{BLOCK_BYTES, Heap, Place, Use};
use super::{Content, world};
use crate::error::{Error, ErrorCode, Result};
use std::mem::MaybeUninit;
use std::ptr;

const WORD: usize = size_of::<usize>();
const PAGE: usize = 4096;
/// The first size of the stack, and the largest, in bytes.
const STACK_BYTES: usize = 1 << 20;
const STACK_MAX: usize = 1 << 30;
/// How much is read at once of memory that may not be there, in words.
const BUFFER_WORDS: usize = 1 << 13;

/// An object that is to be looked at: address and size.
type Item = (usize, usize);

/// What is to be looked at. Its memory is mapped: the system's allocator must not be called while
/// threads are stopped.
pub(super) struct Stack {
    base: usize,
    bytes: usize,
    count: usize,
    is_overflown: bool,
    /// The largest size, in bytes.
    limit: usize,
    buffer: Vec<usize>,
}

impl Stack {
    /// A smaller largest size, so that a test sees what happens there.
    #[cfg(test)]
    pub(super) fn limit_for_test(&mut self, limit: usize) {
        if self.bytes > limit {
            world::unmap(self.base, self.bytes);
            (self.base, self.bytes) = (0, 0);
        }
        self.limit = limit;
    }

    pub(super) const fn new() -> Stack {
        Stack {
            base: 0,
            bytes: 0,
            count: 0,
            is_overflown: false,
            limit: STACK_MAX,
            buffer: Vec::new(),
        }
    }

    /// Makes sure that there is memory to begin with.
    pub(super) fn prepare(&mut self) -> Result<()> {
        if self.buffer.is_empty() {
            self.buffer.try_reserve_exact(BUFFER_WORDS)?;
            self.buffer.resize(BUFFER_WORDS, 0);
        }
        if self.base == 0 {
            let no_memory = || Error::new(ErrorCode::OutOfMemory, "there is no memory to collect");
            self.base = world::map_aligned(STACK_BYTES, PAGE).ok_or_else(no_memory)?;
            self.bytes = STACK_BYTES;
        }
        self.count = 0;
        self.is_overflown = false;
        Ok(())
    }

    fn item(&self, at: usize) -> *mut Item {
        ptr::with_exposed_provenance_mut::<Item>(self.base).wrapping_add(at)
    }

    fn push(&mut self, item: Item) {
        if (self.count + 1) * size_of::<Item>() > self.bytes && !self.grow() {
            self.is_overflown = true;
            return;
        }
        // SAFETY: the item is within the mapping, which is private to this stack.
        unsafe { self.item(self.count).write(item) };
        self.count += 1;
    }

    fn pop(&mut self) -> Option<Item> {
        self.count = self.count.checked_sub(1)?;
        // SAFETY: as in `push`, which has written this item.
        Some(unsafe { self.item(self.count).read() })
    }

    fn grow(&mut self) -> bool {
        let bytes = self.bytes * 2;
        if bytes > self.limit {
            return false;
        }
        let Some(base) = world::map_aligned(bytes, PAGE) else { return false };
        let to = ptr::with_exposed_provenance_mut::<Item>(base);
        // SAFETY: both are mappings of ours with room for `count` items, and the new one is apart
        // from the old one.
        unsafe { to.copy_from_nonoverlapping(self.item(0), self.count) };
        world::unmap(self.base, self.bytes);
        (self.base, self.bytes) = (base, bytes);
        true
    }

    /// Whether all of a range can be read.
    pub(super) fn can_read(&mut self, address: usize, size: usize) -> bool {
        let mut done = 0;
        while done < size {
            let count = (size - done).min(BUFFER_WORDS * WORD);
            if world::read(address + done, &mut self.buffer, count) != count {
                return false;
            }
            done += count;
        }
        true
    }
}

impl Heap {
    /// Marks every object that is in use. The threads are stopped.
    pub(super) fn mark_all(&mut self) {
        for at in 0..self.world.count() {
            let Some(stopped) = self.world.stopped(at) else { continue };
            match stopped {
                world::Stopped::OnStack(start, end, fake) => self.scan_stack(start, end, fake),
                world::Stopped::Elsewhere { context, low, high } => {
                    self.scan(context, context + size_of::<libc::ucontext_t>());
                    self.scan_carefully(low, high);
                }
            }
        }
        self.scan_own_stack();
        for at in 0..self.roots.len() {
            let (start, size) = self.roots[at];
            self.scan_carefully(start, start + size);
        }
        self.mark_finalizers(true);
        self.drain();
        self.mark_finalizers(false);
        self.drain();
    }

    /// Marks the objects whose finalizers were due before, or those whose finalizers become due as
    /// nothing else marked them.
    fn mark_finalizers(&mut self, before: bool) {
        for at in 0..self.finalizers.len() {
            let known = &mut self.finalizers[at];
            let object = known.object;
            if before {
                if known.is_due {
                    self.mark(object);
                }
            } else if self.find(object).is_some_and(|place| !self.is_marked(place)) {
                self.finalizers[at].is_due = true;
            }
        }
        // Only now, so that of two objects that refer to each other both are due.
        for at in 0..self.finalizers.len() {
            if self.finalizers[at].is_due {
                self.mark(self.finalizers[at].object);
            }
        }
    }

    fn is_marked(&self, place: Place) -> bool {
        let chunk = self.chunks[place.chunk].as_ref();
        let marked = chunk.map(|chunk| chunk.blocks[place.block].marked[place.index / 64]);
        marked.is_some_and(|word| word >> (place.index % 64) & 1 == 1)
    }

    /// Marks the object that a word points into, if it does, and notes it to be looked at.
    #[inline]
    fn mark(&mut self, word: usize) {
        let Some(place) = self.find(word) else { return };
        let Some(chunk) = &mut self.chunks[place.chunk] else { return };
        let block = &mut chunk.blocks[place.block];
        let bit = 1 << (place.index % 64);
        let word = &mut block.marked[place.index / 64];
        if *word & bit != 0 {
            return;
        }
        *word |= bit;
        if block.content == Content::Pointers {
            let address = chunk.base + place.block * BLOCK_BYTES + place.index * block.size;
            self.marks.push((address, block.size));
        }
    }

    /// Looks at all that is noted.
    fn drain(&mut self) {
        loop {
            while let Some((address, size)) = self.marks.pop() {
                self.scan(address, address + size);
            }
            if !std::mem::take(&mut self.marks.is_overflown) {
                return;
            }
            self.scan_marked();
        }
    }

    /// Looks at every marked object again: some were not noted.
    fn scan_marked(&mut self) {
        for chunk in 0..self.chunks.len() {
            let blocks = self.chunks[chunk].as_ref().map_or(0, |chunk| chunk.blocks.len());
            for block in 0..blocks {
                for index in 0.. {
                    let Some(owner) = &self.chunks[chunk] else { break };
                    let looked_at = &owner.blocks[block];
                    let is_used = matches!(looked_at.kind, Use::Small | Use::Large);
                    if !is_used || index >= looked_at.count {
                        break;
                    }
                    let size = looked_at.size;
                    let address = owner.base + block * BLOCK_BYTES + index * size;
                    let is_pointers = looked_at.content == Content::Pointers;
                    if is_pointers && self.is_marked(Place { chunk, block, index }) {
                        self.scan(address, address + size);
                    }
                }
            }
        }
    }

    /// Marks what the words of a range point to.
    ///
    /// The range is an object of this heap, the used part of a registered thread's stack, or a frame
    /// that belongs to one.
    fn scan(&mut self, start: usize, end: usize) {
        for address in (start.next_multiple_of(WORD)..end & !(WORD - 1)).step_by(WORD) {
            // SAFETY: an object is mapped while it is given out, and this heap is locked. A stack
            // is mapped from where its thread stands to its begin, as long as the thread lives, and
            // it lives until it is unregistered, for which it needs the lock. The word is aligned.
            self.mark(unsafe { load(address) });
        }
    }

    /// Marks what the words of a stack point to, and those of the sanitizer's frames that belong to
    /// it.
    fn scan_stack(&mut self, start: usize, end: usize, fake_stack: usize) {
        self.scan(start, end);
        if fake_stack == 0 {
            return;
        }
        let mut last = 0;
        for address in (start.next_multiple_of(WORD)..end & !(WORD - 1)).step_by(WORD) {
            // SAFETY: as in `scan`.
            let word = unsafe { load(address) };
            if let Some((start, end)) = world::fake_frame(fake_stack, word)
                && start != last
            {
                last = start;
                self.scan(start, end);
            }
        }
    }

    /// Marks what the words of a range point to, as far as it can be read.
    fn scan_carefully(&mut self, start: usize, end: usize) {
        let mut at = start.next_multiple_of(WORD);
        while at < end {
            let count = (end - at).min(BUFFER_WORDS * WORD);
            let read = world::read(at, &mut self.marks.buffer, count) / WORD;
            for index in 0..read {
                self.mark(self.marks.buffer[index]);
            }
            at += read * WORD;
            if read * WORD < count / WORD * WORD {
                at = (at + 1).next_multiple_of(PAGE);
            } else if read == 0 {
                break;
            }
        }
    }

    /// Marks what this thread's registers and stack point to.
    #[inline(never)]
    fn scan_own_stack(&mut self) {
        let mut context = MaybeUninit::<libc::ucontext_t>::zeroed();
        // SAFETY: the call writes the registers into memory of the right type and does nothing
        // else that is seen here.
        let result = unsafe { libc::getcontext(context.as_mut_ptr()) };
        debug_assert_eq!(result, 0, "getcontext cannot fail");
        let start = std::hint::black_box(context.as_ptr()).addr();
        match self.world.own_stack() {
            Some((low, high)) if (low..high).contains(&start) => {
                self.scan_stack(start, high, world::fake_stack());
            }
            Some((low, high)) => {
                self.scan(start, start + size_of::<libc::ucontext_t>());
                self.scan_carefully(low, high);
            }
            None => {}
        }
    }
}

/// Reads a word of memory that has no owner in the sense of Rust, such as a stack.
///
/// In assembly, so that a sanitizer, which marks what lies between variables, does not object, and
/// the compiler assumes nothing about the word: threads that were never registered may write it.
///
/// # Safety
/// The address is aligned, and the word there is mapped.
#[inline]
unsafe fn load(address: usize) -> usize {
    let word: usize;
    // SAFETY: that the word can be read is the caller's promise; nothing is written.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!(
            "mov {word}, [{address}]",
            word = out(reg) word,
            address = in(reg) address,
            options(nostack, readonly, preserves_flags),
        );
    }
    // SAFETY: as above.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        std::arch::asm!(
            "ldr {word}, [{address}]",
            word = out(reg) word,
            address = in(reg) address,
            options(nostack, readonly, preserves_flags),
        );
    }
    // SAFETY: as above.
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    unsafe {
        word = ptr::with_exposed_provenance::<usize>(address).read_volatile();
    }
    word
}
