//! Memory of the collected heap: chunks from the operating system, cut into blocks, cut into
//! objects.
//!
//! A chunk is 1 MiB, aligned to its size, so that the chunk of any address is found by a table over
//! the address space. A block of 16 KiB holds objects of one size; a larger object takes up several
//! blocks, and one that is larger than a chunk a chunk of its own. Two bits per object, kept beside
//! the chunk and not in it, say whether it is given out and whether it was found to be in use.
//!
//! Invariant: every object is one byte longer than asked for, so that a pointer to its end, which C
//! allows, points into it.

use super::{Content, Finalizer, Statistics, world};
use crate::error::{ErrorCode, Result, fail};
use std::ptr;

pub(super) const CHUNK_BYTES: usize = 1 << 20;
pub(super) const BLOCK_BYTES: usize = 1 << 14;
const BLOCKS: usize = CHUNK_BYTES / BLOCK_BYTES;
/// Objects are aligned to this, and no smaller.
const GRAIN: usize = 16;
/// Words of bits for the objects of a block.
const WORDS: usize = BLOCK_BYTES / GRAIN / 64;
/// Empty chunks that are kept for later.
const KEPT_CHUNKS: usize = 16;
/// How much is given out before the first collection, and between two at least.
const COLLECT_MIN: usize = 8 << 20;

/// The sizes of small objects. Each block holds as many as fit.
const SIZES: [usize; 29] = [
    16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024,
    1280, 1536, 1792, 2048, 2720, 3264, 4096, 5456, 8192,
];
const SMALL_MAX: usize = SIZES[SIZES.len() - 1];

/// For each number of grains the smallest size that holds them.
const CLASSES: [u8; SMALL_MAX / GRAIN + 1] = {
    let mut classes = [0; SMALL_MAX / GRAIN + 1];
    let (mut grains, mut class) = (0, 0);
    while grains < classes.len() {
        if grains * GRAIN > SIZES[class] {
            class += 1;
        }
        classes[grains] = class as u8;
        grains += 1;
    }
    classes
};

/// What a block is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Free,
    Small,
    /// The first block of a large object.
    Large,
    /// A further one, so many behind the first.
    Rest(u32),
}

pub(super) struct Block {
    pub(super) kind: Use,
    pub(super) content: Content,
    class: u8,
    /// The word of `given` that has the first free bit, or one before that.
    cursor: usize,
    /// Of one object, in bytes.
    pub(super) size: usize,
    pub(super) count: usize,
    pub(super) given: [u64; WORDS],
    pub(super) marked: [u64; WORDS],
}

impl Block {
    const FREE: Block = Block {
        kind: Use::Free,
        content: Content::Plain,
        class: 0,
        cursor: 0,
        size: 0,
        count: 0,
        given: [0; WORDS],
        marked: [0; WORDS],
    };

    fn new(kind: Use, content: Content, class: u8, size: usize, count: usize) -> Block {
        Block { kind, content, class, size, count, ..Block::FREE }
    }

    /// Gives out a free object of a block of small ones.
    fn take(&mut self) -> Option<usize> {
        while self.cursor * 64 < self.count {
            let bit = self.given[self.cursor].trailing_ones() as usize;
            let index = self.cursor * 64 + bit;
            if bit < 64 && index < self.count {
                self.given[self.cursor] |= 1 << bit;
                return Some(index);
            }
            self.cursor += 1;
        }
        None
    }

    /// Keeps the marked objects; gives their number.
    fn sweep(&mut self) -> usize {
        let mut used = 0;
        for (given, marked) in self.given.iter_mut().zip(&mut self.marked) {
            *given &= std::mem::take(marked);
            used += given.count_ones() as usize;
        }
        self.cursor = 0;
        used
    }
}

pub(super) struct Chunk {
    pub(super) base: usize,
    bytes: usize,
    /// One bit per block that is free.
    free: u64,
    /// All blocks, or one that stands for a chunk with a single object.
    pub(super) blocks: Vec<Block>,
}

/// An object: its chunk, block, and number within the block.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) chunk: usize,
    pub(super) block: usize,
    pub(super) index: usize,
}

/// New memory.
pub(super) struct Given {
    pub(super) address: usize,
    size: usize,
    /// Fresh from the operating system, so zero already.
    is_fresh: bool,
}

impl Given {
    /// Zeroes the object, so that it keeps nothing that it happens to hold.
    pub(super) fn clear(&self) {
        if !self.is_fresh {
            let start = ptr::with_exposed_provenance_mut::<u8>(self.address);
            // SAFETY: the memory is mapped, given out to the caller of `allocate` and not handed on
            // yet, so nobody else writes or frees it.
            unsafe { start.write_bytes(0, self.size) };
        }
    }
}

/// Address bits: 14 choose a leaf, 14 a chunk in it, 20 a byte in that.
const LEAF_BITS: u32 = 14;
const CHUNK_SHIFT: u32 = CHUNK_BYTES.trailing_zeros();

pub(super) struct Heap {
    /// By address: the number of the chunk there plus one.
    table: Vec<Option<Box<[u32]>>>,
    pub(super) chunks: Vec<Option<Chunk>>,
    vacant: Vec<usize>,
    /// Where no chunk has a free block before.
    first_free: usize,
    /// By class and content: blocks that may have a free object.
    spaces: [Vec<(usize, usize)>; SIZES.len() * 2],
    mapped: usize,
    used: usize,
    /// Given out since the last collection, and at how much the next one is due.
    since: usize,
    limit: usize,
    collections: u64,
    pub(super) roots: Vec<(usize, usize)>,
    pub(super) finalizers: Vec<Finalizer>,
    pub(super) marks: super::mark::Stack,
    pub(super) world: world::World,
}

impl Heap {
    pub(super) const fn new() -> Heap {
        Heap {
            table: Vec::new(),
            chunks: Vec::new(),
            vacant: Vec::new(),
            first_free: 0,
            spaces: [const { Vec::new() }; SIZES.len() * 2],
            mapped: 0,
            used: 0,
            since: 0,
            limit: COLLECT_MIN,
            collections: 0,
            roots: Vec::new(),
            finalizers: Vec::new(),
            marks: super::mark::Stack::new(),
            world: world::World::new(),
        }
    }

    /// Whether enough was given out for the next collection.
    pub(super) fn is_due(&self) -> bool {
        self.since >= self.limit
    }

    pub(super) fn statistics(&self) -> Statistics {
        Statistics {
            heap_bytes: self.mapped,
            free_bytes: self.mapped - self.used,
            collections: self.collections,
        }
    }

    /// New memory, or none if there is no room.
    pub(super) fn allocate(&mut self, size: usize, content: Content) -> Option<Given> {
        let size = size.checked_add(1)?;
        let given = if size <= SMALL_MAX {
            self.small(CLASSES[size.div_ceil(GRAIN)], content)
        } else {
            self.large(size, content)
        };
        let given = given?;
        self.used += given.size;
        self.since += given.size;
        Some(given)
    }

    fn small(&mut self, class: u8, content: Content) -> Option<Given> {
        let space = usize::from(class) * 2 + usize::from(content == Content::Plain);
        let size = SIZES[usize::from(class)];
        loop {
            let Some((chunk, block)) = self.spaces[space].last().copied() else {
                let (chunk, block) = self.free_blocks(1)?;
                let made = Block::new(Use::Small, content, class, size, BLOCK_BYTES / size);
                self.chunk_mut(chunk).blocks[block] = made;
                self.spaces[space].push((chunk, block));
                continue;
            };
            let owner = self.chunk_mut(chunk);
            if let Some(index) = owner.blocks[block].take() {
                let address = owner.base + block * BLOCK_BYTES + index * size;
                return Some(Given { address, size, is_fresh: false });
            }
            self.spaces[space].pop();
        }
    }

    fn large(&mut self, size: usize, content: Content) -> Option<Given> {
        let count = size.div_ceil(BLOCK_BYTES);
        if count > BLOCKS {
            return self.huge(size, content);
        }
        let (chunk, first) = self.free_blocks(count)?;
        let size = count * BLOCK_BYTES;
        let owner = self.chunk_mut(chunk);
        for (back, block) in owner.blocks[first..first + count].iter_mut().enumerate().skip(1) {
            *block = Block::new(Use::Rest(back as u32), content, 0, 0, 0);
        }
        owner.blocks[first] = Block::new(Use::Large, content, 0, size, 1);
        owner.blocks[first].given[0] = 1;
        Some(Given { address: owner.base + first * BLOCK_BYTES, size, is_fresh: false })
    }

    fn huge(&mut self, size: usize, content: Content) -> Option<Given> {
        let bytes = size.checked_next_multiple_of(CHUNK_BYTES)?;
        let mut block = Block::new(Use::Large, content, 0, bytes, 1);
        block.given[0] = 1;
        let mut blocks = Vec::new();
        blocks.try_reserve_exact(1).ok()?;
        blocks.push(block);
        let chunk = self.map(bytes, 0, blocks)?;
        Some(Given { address: self.chunk_mut(chunk).base, size: bytes, is_fresh: true })
    }

    /// Takes free blocks in a row out of a chunk.
    fn free_blocks(&mut self, count: usize) -> Option<(usize, usize)> {
        let found = (self.first_free..self.chunks.len()).find_map(|at| {
            let free = self.chunks[at].as_ref()?.free;
            if free == 0 && at == self.first_free {
                self.first_free += 1;
            }
            Some((at, run(free, count)?))
        });
        let (chunk, first) = match found {
            Some(found) => found,
            None => {
                let mut blocks = Vec::new();
                blocks.try_reserve_exact(BLOCKS).ok()?;
                blocks.resize_with(BLOCKS, || Block::FREE);
                (self.map(CHUNK_BYTES, u64::MAX, blocks)?, 0)
            }
        };
        self.chunk_mut(chunk).free &= !bits(first, count);
        Some((chunk, first))
    }

    /// Maps a chunk and gives its number.
    fn map(&mut self, bytes: usize, free: u64, blocks: Vec<Block>) -> Option<usize> {
        self.vacant.try_reserve(1).ok()?;
        self.chunks.try_reserve(1).ok()?;
        let base = world::map_aligned(bytes, CHUNK_BYTES)?;
        let number = self.vacant.pop().unwrap_or(self.chunks.len());
        for at in (base..base + bytes).step_by(CHUNK_BYTES) {
            if !self.set_table(at, number as u32 + 1) {
                self.vacant.push(number);
                (base..at).step_by(CHUNK_BYTES).for_each(|at| {
                    self.set_table(at, 0);
                });
                world::unmap(base, bytes);
                return None;
            }
        }
        let chunk = Some(Chunk { base, bytes, free, blocks });
        match self.chunks.get_mut(number) {
            Some(place) => *place = chunk,
            None => self.chunks.push(chunk),
        }
        if free != 0 {
            self.first_free = self.first_free.min(number);
        }
        self.mapped += bytes;
        Some(number)
    }

    /// Gives a chunk back to the operating system.
    fn unmap(&mut self, number: usize) {
        let Some(chunk) = self.chunks[number].take() else { return };
        for at in (chunk.base..chunk.base + chunk.bytes).step_by(CHUNK_BYTES) {
            self.set_table(at, 0);
        }
        world::unmap(chunk.base, chunk.bytes);
        self.mapped -= chunk.bytes;
        self.vacant.push(number);
    }

    /// Notes the chunk at an address; false if there is no memory for the note.
    fn set_table(&mut self, address: usize, number: u32) -> bool {
        let (leaf, at) = table_place(address);
        if self.table.len() <= leaf {
            if self.table.try_reserve(leaf + 1 - self.table.len()).is_err() {
                return false;
            }
            self.table.resize_with(leaf + 1, || None);
        }
        let leaf = self.table[leaf].get_or_insert_with(|| vec![0; 1 << LEAF_BITS].into());
        leaf[at] = number;
        true
    }

    fn chunk_mut(&mut self, number: usize) -> &mut Chunk {
        self.chunks[number].as_mut().expect("a chunk whose number is used is mapped")
    }

    /// The object that an address points into.
    #[inline]
    pub(super) fn find(&self, address: usize) -> Option<Place> {
        let (leaf, at) = table_place(address);
        let number = self.table.get(leaf)?.as_ref()?[at];
        let chunk = (number as usize).checked_sub(1)?;
        let owner = self.chunks[chunk].as_ref()?;
        let offset = address - owner.base;
        let mut block = if owner.blocks.len() == 1 { 0 } else { offset / BLOCK_BYTES };
        let index = match owner.blocks[block].kind {
            Use::Free => return None,
            Use::Large => 0,
            Use::Rest(back) => {
                block -= back as usize;
                0
            }
            Use::Small => {
                (offset % BLOCK_BYTES) as u32 as usize / owner.blocks[block].size.max(GRAIN)
            }
        };
        let given = owner.blocks[block].given.get(index / 64)? >> (index % 64) & 1;
        (given == 1).then_some(Place { chunk, block, index })
    }

    /// The begin of the object that an address points into, and its usable size.
    pub(super) fn object_at(&self, address: usize) -> Option<(usize, usize)> {
        let place = self.find(address)?;
        let chunk = self.chunks[place.chunk].as_ref()?;
        let size = chunk.blocks[place.block].size;
        Some((chunk.base + place.block * BLOCK_BYTES + place.index * size, size - 1))
    }

    pub(super) fn add_roots(&mut self, address: usize, size: usize) -> Result<()> {
        if self.roots.iter().any(|(start, _)| *start == address) {
            let what = format!("the memory at {address:#x} is a range of roots already");
            return fail(ErrorCode::InvalidArgument, what);
        }
        self.marks.prepare()?;
        if address.checked_add(size).is_none() || !self.marks.can_read(address, size) {
            let what = format!("{size} bytes at {address:#x} cannot be read");
            return fail(ErrorCode::InvalidArgument, what);
        }
        self.roots.try_reserve(1)?;
        self.roots.push((address, size));
        Ok(())
    }

    pub(super) fn remove_roots(&mut self, address: usize) -> bool {
        let known = self.roots.iter().position(|(start, _)| *start == address);
        known.map(|at| self.roots.swap_remove(at)).is_some()
    }

    /// Finds what is in use and frees the rest.
    pub(super) fn collect(&mut self) -> Result<()> {
        self.marks.prepare()?;
        self.world.stop()?;
        self.mark_all();
        self.world.resume();
        self.sweep();
        self.collections += 1;
        self.since = 0;
        self.limit = self.used.max(COLLECT_MIN);
        Ok(())
    }

    /// Frees what is not marked. The threads run again, but none of them gets memory meanwhile.
    fn sweep(&mut self) {
        self.spaces.iter_mut().for_each(Vec::clear);
        self.used = 0;
        self.first_free = 0;
        let mut kept = 0;
        for number in 0..self.chunks.len() {
            let Some(mut chunk) = self.chunks[number].take() else { continue };
            self.sweep_chunk(number, &mut chunk);
            let is_empty = match chunk.blocks.len() {
                1 => chunk.blocks[0].given[0] == 0,
                _ => chunk.free == u64::MAX,
            };
            let is_usual = chunk.blocks.len() > 1;
            self.chunks[number] = Some(chunk);
            if is_empty {
                kept += 1;
                if kept > KEPT_CHUNKS || !is_usual {
                    self.unmap(number);
                }
            }
        }
    }

    fn sweep_chunk(&mut self, number: usize, chunk: &mut Chunk) {
        let has_blocks = chunk.blocks.len() > 1;
        for at in 0..chunk.blocks.len() {
            let block = &mut chunk.blocks[at];
            if !matches!(block.kind, Use::Small | Use::Large) {
                continue;
            }
            let used = block.sweep();
            self.used += used * block.size;
            let plain = usize::from(block.content == Content::Plain);
            let space = usize::from(block.class) * 2 + plain;
            let is_small = block.kind == Use::Small;
            if used == 0 && has_blocks {
                let count = if is_small { 1 } else { block.size / BLOCK_BYTES };
                chunk.free |= bits(at, count);
                chunk.blocks[at..at + count].fill_with(|| Block::FREE);
            } else if is_small && used < block.count {
                self.spaces[space].push((number, at));
            }
        }
    }
}

/// Where the table says which chunk an address is in. Addresses of user space have 48 bits at most;
/// a word with more finds a leaf that is not there.
#[inline]
fn table_place(address: usize) -> (usize, usize) {
    let chunk = address >> CHUNK_SHIFT;
    (chunk >> LEAF_BITS, chunk & ((1 << LEAF_BITS) - 1))
}

/// The bits of `count` blocks from `first` on.
fn bits(first: usize, count: usize) -> u64 {
    u64::MAX >> (BLOCKS - count) << first
}

/// The first of `count` bits in a row that are set.
fn run(free: u64, count: usize) -> Option<usize> {
    // Bit n of `runs` says that `have` bits from n on are set.
    let (mut runs, mut have) = (free, 1);
    while have < count {
        let more = have.min(count - have);
        runs &= runs >> more;
        have += more;
    }
    (runs != 0).then(|| runs.trailing_zeros() as usize)
}
