"""Flags of C programs: one strictness and one set of sanitizers for all."""

WARNINGS = [
    "-Wall",
    "-Wextra",
    "-Werror",
    "-pedantic",
]

STRICT = ["-std=c11"] + WARNINGS

# Rust's part is not instrumented, but both sanitizers watch the allocator, which it shares with C.
SANITIZERS = ["-fsanitize=address,leak"]

# With these, a report names functions and lines.
READABLE = [
    "-g",
    "-fno-omit-frame-pointer",
]

SANITIZED = STRICT + SANITIZERS + READABLE
