//! Whether there is memory, without taking any.

/// Whether so many bytes can be had in one piece now. Nothing is kept of them, and none is touched;
/// limits of the process and of the system count, as they do for an allocation of that size.
pub fn has_room(bytes: usize) -> bool {
    // SAFETY: the kernel chooses a place that is free, so nothing of ours is replaced, and nothing
    // refers to it.
    let start = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            bytes,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        )
    };
    if start == libc::MAP_FAILED {
        return false;
    }
    // SAFETY: the range is the one that `mmap` just gave, and no reference to it exists.
    let result = unsafe { libc::munmap(start, bytes) };
    debug_assert_eq!(result, 0, "a mapping of ours can be unmapped");
    true
}
