//! Reading without a bound known beforehand.

use std::io::{self, Read};

/// How much room is made for the first bytes.
const FIRST_BYTES: usize = 64 << 10;

/// Reads to the end, but `most_bytes` at most, and adds it to `data`; gives how much that was.
///
/// Unlike `Read::read_to_end`, which may end the program when it runs out of memory, growing is
/// always an error that can be handled. After an error `data` holds what was read before.
///
/// # Errors
/// `ErrorKind::OutOfMemory`, and those of `reader`.
pub fn read_into(
    mut reader: impl Read,
    data: &mut Vec<u8>,
    most_bytes: usize,
) -> io::Result<usize> {
    let start = data.len();
    loop {
        let left = most_bytes - (data.len() - start);
        if left == 0 {
            return Ok(most_bytes);
        }
        if data.len() == data.capacity() {
            data.try_reserve(left.min(FIRST_BYTES))?;
        }
        let room = left.min(data.capacity() - data.len());
        // It reads no more than there is room for, so it does not grow the vector.
        let read = reader.by_ref().take(room as u64).read_to_end(data)?;
        if read < room {
            return Ok(data.len() - start);
        }
    }
}
