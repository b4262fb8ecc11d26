//! The handles of file locks: numbers in the form of the full runtime, so that a stale or forged one
//! is told from a live one.
//!
//! A handle is 12 bits of kind tag, 25 of generation, 26 of slot index. A slot's generation goes up
//! when its lock leaves, and a slot whose generations are used up is retired.

use crate::descriptor::Descriptor;
use crate::error::{Code, Error, Result};
use crate::memory::{Message, Vector};
use crate::mutex::Mutex;

/// The tag of `FileLock` in `specs/io.toml`; a test holds the two equal.
pub(crate) const FILE_LOCK: i32 = 1;

const INDEX_BITS: u32 = 26;
const GENERATION_BITS: u32 = 25;
const LAST_GENERATION: u32 = (1 << GENERATION_BITS) - 1;

#[derive(Clone, Copy)]
struct Slot {
    /// The generation of the lock that is here, or of the next one.
    generation: u32,
    /// The open file; negative for none.
    fd: i32,
    /// The index of the next free slot plus one.
    next_free: u32,
}

struct Table {
    slots: Vector<Slot>,
    /// The index of the first free slot plus one; 0 for none.
    free: u32,
    live: u64,
}

static TABLE: Mutex<Table> = Mutex::new(Table { slots: Vector::new(), free: 0, live: 0 });

// SAFETY: the table is memory of its own and numbers.
unsafe impl Send for Table {}

/// How many locks are held.
pub(crate) fn live() -> u64 {
    TABLE.lock().live
}

fn pack(index: u32, generation: u32) -> i64 {
    i64::from(FILE_LOCK) << (GENERATION_BITS + INDEX_BITS)
        | i64::from(generation) << INDEX_BITS
        | i64::from(index)
}

/// Keeps a locked file and gives its handle.
pub(crate) fn insert(file: Descriptor) -> Result<i64> {
    let mut table = TABLE.lock();
    if table.free == 0 {
        let index = table.slots.len() as u32;
        if index >> INDEX_BITS != 0 {
            let what = "the table of `FileLock` handles is full";
            return Err(Error::new(Code::LimitReached, what));
        }
        table.slots.push(Slot { generation: 1, fd: -1, next_free: 0 })?;
        table.free = index + 1;
    }
    let index = table.free - 1;
    let Some(slot) = table.slots.as_mut_slice().get_mut(index as usize) else {
        return Err(Error::out_of_memory());
    };
    slot.fd = file.into_raw();
    let (generation, next_free) = (slot.generation, slot.next_free);
    table.free = next_free;
    table.live += 1;
    Ok(pack(index, generation))
}

/// Takes a locked file away; its handle is stale from then on.
pub(crate) fn take(name: &str, handle: i64) -> Result<Descriptor> {
    let what = |text| Message::new("the `FileLock` handle `").text(name).text("` ").text(text);
    let unknown = || what("was never given out").error(Code::InvalidHandle);
    if handle == 0 {
        let message = Message::new("`").text(name).text("` is zero, not a `FileLock`");
        return Err(message.error(Code::InvalidHandle));
    }
    let Ok(number) = u64::try_from(handle) else { return Err(unknown()) };
    let tag = (number >> (GENERATION_BITS + INDEX_BITS)) as i64;
    if tag != 0 && tag != i64::from(FILE_LOCK) {
        let message = Message::new("`").text(name).text("` is a handle of kind ").number(tag);
        let message = message.text(", not a `FileLock` (kind ").number(FILE_LOCK.into());
        return Err(message.text(")").error(Code::WrongKind));
    }
    let generation = (number >> INDEX_BITS) as u32 & LAST_GENERATION;
    let index = number as u32 & ((1 << INDEX_BITS) - 1);
    let mut table = TABLE.lock();
    let free = table.free;
    let slot = table.slots.as_mut_slice().get_mut(index as usize);
    let Some(slot) = slot.filter(|_| tag != 0 && generation != 0) else { return Err(unknown()) };
    if generation < slot.generation {
        return Err(what("was freed or taken before").error(Code::StaleHandle));
    }
    if generation > slot.generation || slot.fd < 0 {
        return Err(unknown());
    }
    let file = Descriptor::new(slot.fd);
    slot.fd = -1;
    slot.generation += 1;
    if slot.generation <= LAST_GENERATION {
        slot.next_free = free;
        table.free = index + 1;
    }
    table.live -= 1;
    Ok(file)
}
