"""Memory: loads and stores of each width, stack slots, atomics. The oracle is a bytearray of Python."""

from clif import FLOATS, INTS, File, signed, width, wrap
from conversions import values
from integers import LLVM_ABI, samples

MANY_RESULTS = LLVM_ABI + ("enable_multi_ret_implicit_sret=true",)

# Byte order is the target's own; what is seen of it is fixed for the targets that are little-endian.
LITTLE = ("set opt_level=none", "target x86_64", "set opt_level=speed", "target x86_64 has_bmi2",
          "target aarch64", "target riscv64")


def plain(unsupported):
    """load and store of each type: at offsets on both sides, unaligned, with each flag."""
    file = File("run/load_store.clif", "load and store: at several offsets, unaligned, with flags.",
                settings=LLVM_ABI)
    for ty in list(INTS) + list(FLOATS):
        if ("load", ty) in unsupported:
            continue
        size = width(ty) // 8
        for offset, flags in ((0, ""), (size, " notrap aligned"), (3, " notrap"), (37 - size, "")):
            name = f"through_{ty}_{offset}"
            # The slot is all ones before; the two halves around the value say that it is nothing else that changed.
            body = f"""v9 = iconst.i64 -1
            v8 = stack_addr.i64 ss0
            {fill("v8", 48)}
            store{flags} v0, v8{plus(offset)}
            v1 = load.{ty}{flags} v8{plus(offset)}
            {count_ones("v8", 48)}
            return v1, v99"""
            file.function(name, [ty], [ty, "i64"], body, ["ss0 = explicit_slot 48, align = 16"])
            for a in values(ty):
                file.run(name, [a], a, 48 * 8 - size * 8 + a.bit_count())
        name = f"backwards_{ty}"
        body = f"v8 = stack_addr.i64 ss0+40\nstore v0, v8-17\nv1 = load.{ty} v8-17\nreturn v1"
        file.function(name, [ty], [ty], body, ["ss0 = explicit_slot 48"])
        for a in values(ty):
            file.run(name, [a], a)
    yield file


def plus(offset):
    """An offset as CLIF has it."""
    return f"+{offset}" if offset else ""


def fill(address, size):
    """Stores of v9 over a whole slot."""
    return "\n".join(f"store v9, {address}{plus(offset)}" for offset in range(0, size, 8))


def count_ones(address, size):
    """The set bits of a whole slot, in v99."""
    lines = ["v500 = iconst.i64 0"]
    for index in range(size // 8):
        lines += [f"v{600 + index} = load.i64 {address}{plus(8 * index)}", f"v{700 + index} = popcnt v{600 + index}",
                  f"v{501 + index} = iadd v{500 + index}, v{700 + index}"]
    return "\n".join(lines + [f"v98 = iconst.i64 0", f"v99 = iadd v{500 + size // 8}, v98"])


def narrow():
    """Loads that extend and stores that cut off."""
    file = File("run/narrow_memory.clif", "uload8 .. sload32 extend, istore8 .. istore32 cut off.",
                targets=LITTLE)
    for size in (8, 16, 32):
        for ty in ("i16", "i32", "i64"):
            # The 32-bit forms are for i64 alone and take no type.
            if width(ty) <= size or size == 32 and ty != "i64":
                continue
            of = "" if size == 32 else f".{ty}"
            for kind in ("u", "s"):
                name = f"{kind}load{size}_{ty}"
                body = f"v8 = stack_addr.i64 ss0\nstore v0, v8\nv1 = {kind}load{size}{of} v8+3\nreturn v1"
                file.function(name, ["i64"], [ty], body, ["ss0 = explicit_slot 8"])
                for a in samples("i64") + [0x7F80FF008081 << 16]:
                    part = a >> 24 & ((1 << size) - 1)
                    file.run(name, [a], wrap(ty, signed(f"i{size}", part) if kind == "s" else part))
            name = f"istore{size}_{ty}"
            body = f"""v8 = stack_addr.i64 ss0
            store v1, v8
            istore{size} v0, v8+1
            v2 = load.i64 v8
            return v2"""
            file.function(name, [ty, "i64"], ["i64"], body, ["ss0 = explicit_slot 8"])
            mask = ((1 << size) - 1) << 8
            for a in samples(ty):
                for b in (0, wrap("i64", -1), samples("i64")[5]):
                    file.run(name, [a, b], b & ~mask | a << 8 & mask)
    yield file


def order():
    """What a byte at an address is, and accesses with a byte order of their own."""
    file = File("run/byte_order.clif", "Bytes of a stored value, the lowest first, and accesses marked `little`.",
                targets=LITTLE, settings=LLVM_ABI)
    for ty in INTS:
        for index in range(width(ty) // 8):
            name = f"byte_{index}_of_{ty}"
            body = f"v8 = stack_addr.i64 ss0\nstore little v0, v8\nv1 = load.i8 v8{plus(index)}\nreturn v1"
            file.function(name, [ty], ["i8"], body, [f"ss0 = explicit_slot {width(ty) // 8}"])
            for a in samples(ty)[3:]:
                file.run(name, [a], a >> (8 * index) & 255)
    yield file


def slots():
    """Stack slots: several, large, aligned, and their addresses."""
    file = File("run/stack_slots.clif", "stack_addr: slots do not overlap, keep their alignment, may be large.",
                settings=MANY_RESULTS)
    file.function(
        "three_slots", ["i64", "i32", "i8"], ["i64", "i32", "i8"],
        """v3 = stack_addr.i64 ss0
        v4 = stack_addr.i64 ss1
        v5 = stack_addr.i64 ss2+2
        store v0, v3
        store v1, v4
        store v2, v5
        v6 = load.i64 v3
        v7 = load.i32 v4
        v8 = load.i8 v5
        return v6, v7, v8""",
        ["ss0 = explicit_slot 8", "ss1 = explicit_slot 4", "ss2 = explicit_slot 3"])
    file.run("three_slots", [2**64 - 1, 0, 0x55], 2**64 - 1, 0, 0x55)
    file.run("three_slots", [0, 2**32 - 1, 0], 0, 2**32 - 1, 0)
    for power in range(5):
        name = f"aligned_{1 << power}"
        body = f"v0 = stack_addr.i64 ss1\nv1 = iconst.i64 {(1 << power) - 1}\nv2 = band v0, v1\nreturn v2"
        file.function(name, [], ["i64"], body,
                      ["ss0 = explicit_slot 1", f"ss1 = explicit_slot 24, align = {1 << power}"])
        file.run(name, [], 0)
    file.function(
        "large", ["i64", "i64"], ["i64"],
        """v2 = stack_addr.i64 ss0
        v3 = iadd v2, v0
        store v1, v3
        v4 = stack_addr.i64 ss0+30000
        v5 = iconst.i64 -30000
        v6 = iadd v4, v5
        v7 = iadd v6, v0
        v8 = load.i64 v7
        return v8""",
        ["ss0 = explicit_slot 60000"])
    for offset in (0, 8, 30000, 59992):
        file.run("large", [offset, offset * 7919 + 1], offset * 7919 + 1)
    yield file


RMW = {
    "add": lambda ty, a, b: a + b,
    "sub": lambda ty, a, b: a - b,
    "and": lambda ty, a, b: a & b,
    "nand": lambda ty, a, b: ~(a & b),
    "or": lambda ty, a, b: a | b,
    "xor": lambda ty, a, b: a ^ b,
    "xchg": lambda ty, a, b: b,
    "umin": lambda ty, a, b: min(a, b),
    "umax": lambda ty, a, b: max(a, b),
    "smin": lambda ty, a, b: min(signed(ty, a), signed(ty, b)),
    "smax": lambda ty, a, b: max(signed(ty, a), signed(ty, b)),
}


def atomics(unsupported):
    """Each atomic operation at each size: the old value, the new one, and the bytes around it."""
    for group, types in (("", ("i8", "i16", "i32", "i64")), ("_i128", ("i128",))):
        more = {"targets": ("target x86_64 has_cmpxchg16b",)} if group else {}
        file = File(f"run/atomic_rmw{group}.clif", "atomic_rmw: old value, value left behind, neighbours kept.",
                    settings=MANY_RESULTS, **more)
        for ty in types:
            for op, oracle in RMW.items():
                if ("atomic_rmw", ty) in unsupported:
                    continue
                name = f"{op}_{ty}"
                file.function(name, [ty, ty], [ty, ty, "i8"], around(ty, f"v4 = atomic_rmw.{ty} {op} v8, v1"),
                              ["ss0 = explicit_slot 48, align = 16"])
                for a in samples(ty)[2:]:
                    for b in samples(ty)[1:]:
                        file.run(name, [a, b], a, wrap(ty, oracle(ty, a, b)), 0x5A)
        yield file
        file = File(f"run/atomics{group}.clif", "atomic_cas, atomic_load, atomic_store and fence.",
                    settings=MANY_RESULTS, **more)
        for ty in types:
            if ("atomic_cas", ty) in unsupported:
                continue
            slot = ["ss0 = explicit_slot 48, align = 16"]
            file.function(f"cas_{ty}", [ty, ty, ty], [ty, ty, "i8"], around(ty, "v4 = atomic_cas v8, v1, v2"), slot)
            for a in samples(ty)[1:]:
                for b in samples(ty)[2:]:
                    new = samples(ty)[5]
                    file.run(f"cas_{ty}", [a, b, new], a, new if a == b else a, 0x5A)
            body = around(ty, f"v4 = atomic_load.{ty} v8\nfence\natomic_store v1, v8\nfence")
            file.function(f"load_store_{ty}", [ty, ty], [ty, ty, "i8"], body, slot)
            for a in samples(ty):
                for b in samples(ty)[::2]:
                    file.run(f"load_store_{ty}", [a, b], a, b, 0x5A)
        yield file


def around(ty, operation):
    """An operation on v0 in memory at v8: v4, what is there afterwards, and the bytes on both sides folded together."""
    size = width(ty) // 8
    return f"""v8 = stack_addr.i64 ss0+16
    v9 = iconst.i8 0x5a
    store v9, v8-1
    store v9, v8+{size}
    store v0, v8
    {operation}
    v5 = load.{ty} v8
    v6 = load.i8 v8-1
    v7 = load.i8 v8+{size}
    v10 = band v6, v7
    return v4, v5, v10"""


def files(unsupported):
    """All files about memory."""
    yield from plain(unsupported)
    yield from narrow()
    yield from order()
    yield from slots()
    yield from atomics(unsupported)
