"""Integer instructions. The oracle is Python's integers, which have no width, wrapped to the type afterwards."""

from clif import INTS, File, const, signed, width, wrap

LLVM_ABI = ("enable_llvm_abi_extensions=true",)
SHIFTED = ("ishl", "ushr", "sshr", "rotl", "rotr")


def samples(ty):
    """Values at which something changes."""
    size = width(ty)
    pattern = wrap(ty, 0x0123456789ABCDEF_FEDCBA9876543210 >> (128 - size) | 1)
    return [0, 1, wrap(ty, -1), 1 << (size - 1), (1 << (size - 1)) - 1, pattern]


def pairs(ty):
    """Each sample with each."""
    return [(a, b) for a in samples(ty) for b in samples(ty)]


def quotient(a, b):
    """Division toward zero."""
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def shift(op, ty, a, amount):
    """A shift or rotation; the amount counts modulo the width."""
    size = width(ty)
    amount %= size
    if op == "ishl":
        return a << amount
    if op == "ushr":
        return a >> amount
    if op == "sshr":
        return signed(ty, a) >> amount
    if op == "rotr":
        amount = (size - amount) % size
    return a << amount | a >> (size - amount)


BINARY = {
    "iadd": lambda ty, a, b: a + b,
    "isub": lambda ty, a, b: a - b,
    "imul": lambda ty, a, b: a * b,
    "umulhi": lambda ty, a, b: a * b >> width(ty),
    "smulhi": lambda ty, a, b: signed(ty, a) * signed(ty, b) >> width(ty),
    "band": lambda ty, a, b: a & b,
    "bor": lambda ty, a, b: a | b,
    "bxor": lambda ty, a, b: a ^ b,
    "umin": lambda ty, a, b: min(a, b),
    "umax": lambda ty, a, b: max(a, b),
    "smin": lambda ty, a, b: min(signed(ty, a), signed(ty, b)),
    "smax": lambda ty, a, b: max(signed(ty, a), signed(ty, b)),
}

DIVISION = {
    "udiv": lambda ty, a, b: a // b,
    "urem": lambda ty, a, b: a % b,
    "sdiv": lambda ty, a, b: quotient(signed(ty, a), signed(ty, b)),
    "srem": lambda ty, a, b: signed(ty, a) - signed(ty, b) * quotient(signed(ty, a), signed(ty, b)),
}

CONDITIONS = {
    "eq": lambda ty, a, b: a == b,
    "ne": lambda ty, a, b: a != b,
    "slt": lambda ty, a, b: signed(ty, a) < signed(ty, b),
    "sle": lambda ty, a, b: signed(ty, a) <= signed(ty, b),
    "sgt": lambda ty, a, b: signed(ty, a) > signed(ty, b),
    "sge": lambda ty, a, b: signed(ty, a) >= signed(ty, b),
    "ult": lambda ty, a, b: a < b,
    "ule": lambda ty, a, b: a <= b,
    "ugt": lambda ty, a, b: a > b,
    "uge": lambda ty, a, b: a >= b,
}


def text_of(ty, a):
    """The bits as text, the highest first."""
    return format(a, f"0{width(ty)}b")


def leading_sign_bits(ty, a):
    """How many bits below the sign bit are as it is."""
    text = text_of(ty, a)
    return len(text) - len(text.lstrip(text[0])) - 1


UNARY = {
    "ineg": lambda ty, a: -a,
    "iabs": lambda ty, a: abs(signed(ty, a)),
    "bnot": lambda ty, a: ~a,
    "bitrev": lambda ty, a: int(text_of(ty, a)[::-1], 2),
    "clz": lambda ty, a: width(ty) - a.bit_length(),
    "cls": leading_sign_bits,
    "ctz": lambda ty, a: (text_of(ty, a)[::-1] + "1").index("1"),
    "popcnt": lambda ty, a: a.bit_count(),
    "bswap": lambda ty, a: int.from_bytes(a.to_bytes(width(ty) // 8, "little"), "big"),
}

OVERFLOW = {
    "uadd_overflow": lambda ty, a, b: a + b,
    "usub_overflow": lambda ty, a, b: a - b,
    "umul_overflow": lambda ty, a, b: a * b,
    "sadd_overflow": lambda ty, a, b: signed(ty, a) + signed(ty, b),
    "ssub_overflow": lambda ty, a, b: signed(ty, a) - signed(ty, b),
    "smul_overflow": lambda ty, a, b: signed(ty, a) * signed(ty, b),
}


def operations(unsupported):
    """One file per operation of one or two values, for all types that it can be compiled for."""
    for op, oracle in BINARY.items():
        types = [ty for ty in INTS if (op, ty) not in unsupported]
        file = File(f"run/{op}.clif", f"{op}, at each type, also with a constant on either side.", settings=LLVM_ABI)
        for ty in types:
            file.function(f"{op}_{ty}", [ty, ty], [ty], f"v2 = {op} v0, v1\nreturn v2")
            for a, b in pairs(ty):
                file.run(f"{op}_{ty}", [a, b], wrap(ty, oracle(ty, a, b)))
            with_constants(file, op, ty, oracle)
        yield file
    for op, oracle in UNARY.items():
        types = [ty for ty in INTS if (op, ty) not in unsupported and not (op == "bswap" and ty == "i8")]
        file = File(f"run/{op}.clif", f"{op}, at each type.", settings=LLVM_ABI)
        for ty in types:
            file.function(f"{op}_{ty}", [ty], [ty], f"v1 = {op} v0\nreturn v1")
            for a in samples(ty) + [1 << index for index in range(1, width(ty) - 1, 5)]:
                file.run(f"{op}_{ty}", [a], wrap(ty, oracle(ty, a)))
        yield file


def with_constants(file, op, ty, oracle):
    """The operation with a constant operand, and with two, which the optimiser may fold."""
    for index, value in enumerate(samples(ty)[:5]):
        lines = "\n".join(const(ty, "v10", value))
        name = f"{op}_{ty}_const{index}"
        file.function(name + "_right", [ty], [ty], f"{lines}\nv2 = {op} v0, v10\nreturn v2")
        for a in samples(ty)[-3:]:
            file.run(name + "_right", [a], wrap(ty, oracle(ty, a, value)))
    left, right = samples(ty)[3], samples(ty)[5]
    lines = "\n".join(const(ty, "v10", left) + const(ty, "v20", right))
    file.function(f"{op}_{ty}_const", [], [ty], f"{lines}\nv2 = {op} v10, v20\nreturn v2")
    file.run(f"{op}_{ty}_const", [], wrap(ty, oracle(ty, left, right)))


def shifts():
    """Shifts and rotations: each type, by an amount of each type, below, at and above the width."""
    for op in SHIFTED:
        file = File(f"run/{op}.clif", f"{op}; the amount counts modulo the width.", settings=LLVM_ABI)
        for ty in INTS:
            size = width(ty)
            for amount_ty in INTS:
                file.function(f"{op}_{ty}_{amount_ty}", [ty, amount_ty], [ty], f"v2 = {op} v0, v1\nreturn v2")
                amounts = [0, 1, 7, size // 2, size - 1, size, size + 1, 2 * size + 3, wrap(amount_ty, -1)]
                if amount_ty != "i32":
                    amounts = amounts[1::2] + amounts[-1:]
                for amount in sorted({wrap(amount_ty, value) for value in amounts}):
                    for a in samples(ty)[2:] if amount_ty == "i32" else samples(ty)[3::2]:
                        file.run(f"{op}_{ty}_{amount_ty}", [a, amount], wrap(ty, shift(op, ty, a, amount)))
            for amount in (0, 1, size - 1, size, size + 1):
                name = f"{op}_{ty}_by_{amount}"
                file.function(name, [ty], [ty], f"v1 = iconst.i8 {signed('i8', wrap('i8', amount))}\n"
                              f"v2 = {op} v0, v1\nreturn v2")
                for a in samples(ty)[3::2]:
                    file.run(name, [a], wrap(ty, shift(op, ty, a, wrap("i8", amount))))
        yield file


def divisions():
    """Division and remainder, with their traps."""
    for op, oracle in DIVISION.items():
        file = File(f"run/{op}.clif", f"{op}, at each type, and its traps.", settings=LLVM_ABI)
        for ty in ("i8", "i16", "i32", "i64"):
            smallest, minus_one = 1 << (width(ty) - 1), wrap(ty, -1)
            file.function(f"{op}_{ty}", [ty, ty], [ty], f"v2 = {op} v0, v1\nreturn v2")
            for a, b in pairs(ty) + [(samples(ty)[5], 7), (wrap(ty, -7), 2), (7, wrap(ty, -2)), (100, 10)]:
                if b == 0:
                    file.trap(f"{op}_{ty}", [a, b], "int_divz")
                elif op == "sdiv" and (a, b) == (smallest, minus_one):
                    file.trap(f"{op}_{ty}", [a, b], "int_ovf")
                else:
                    file.run(f"{op}_{ty}", [a, b], wrap(ty, oracle(ty, a, b)))
            for index, b in enumerate((1, 2, 3, 7, 10, 1 << (width(ty) - 2), minus_one, smallest)):
                name = f"{op}_{ty}_by_const{index}"
                file.function(name, [ty], [ty], f"v1 = iconst.{ty} {signed(ty, b)}\nv2 = {op} v0, v1\nreturn v2")
                for a in samples(ty):
                    if op != "sdiv" or (a, b) != (smallest, minus_one):
                        file.run(name, [a], wrap(ty, oracle(ty, a, b)))
        yield file


def compares():
    """icmp with each condition at each type, as a value, as the condition of a branch and of a select."""
    file = File("run/icmp.clif", "icmp with each condition at each type; under brif and select too.", settings=LLVM_ABI)
    for ty in INTS:
        for condition, oracle in CONDITIONS.items():
            name = f"icmp_{condition}_{ty}"
            file.function(name, [ty, ty], ["i8"], f"v2 = icmp {condition} v0, v1\nreturn v2")
            for a, b in pairs(ty):
                file.run(name, [a, b], int(oracle(ty, a, b)))
            file.blocks(
                name + "_used",
                [ty, ty],
                ["i32"],
                f"""block0(v0: {ty}, v1: {ty}):
                v2 = icmp {condition} v0, v1
                v3 = iconst.i32 5
                v4 = iconst.i32 6
                v5 = select v2, v3, v4
                brif v2, block1(v5), block2(v5)
                block1(v6: i32):
                return v6
                block2(v7: i32):
                v8 = imul v7, v7
                return v8""",
            )
            for a, b in pairs(ty)[::5]:
                file.run(name + "_used", [a, b], 5 if oracle(ty, a, b) else 36)
    yield file


def overflows(unsupported):
    """Arithmetic that says whether it overflowed, and the addition that traps."""
    for op, oracle in OVERFLOW.items():
        file = File(f"run/{op}.clif", f"{op}: the wrapped result, and 1 if it is not the exact one.",
                    settings=LLVM_ABI)
        for ty in INTS:
            if (op, ty) in unsupported:
                continue
            file.function(f"{op}_{ty}", [ty, ty], [ty, "i8"], f"v2, v3 = {op} v0, v1\nreturn v2, v3")
            for a, b in pairs(ty):
                exact = oracle(ty, a, b)
                result = wrap(ty, exact)
                fits = exact == (result if op[0] == "u" else signed(ty, result))
                file.run(f"{op}_{ty}", [a, b], result, int(not fits))
        yield file
    file = File("run/uadd_overflow_trap.clif", "uadd_overflow_trap: the sum, or a trap with the given code.")
    for ty in ("i32", "i64"):
        for code in ("user1", "user250", "heap_oob"):
            name = f"uadd_overflow_trap_{ty}_{code}"
            file.function(name, [ty, ty], [ty], f"v2 = uadd_overflow_trap v0, v1, {code}\nreturn v2")
            for a, b in pairs(ty):
                if a + b == wrap(ty, a + b):
                    file.run(name, [a, b], a + b)
                else:
                    file.trap(name, [a, b], code)
    yield file


def files(unsupported):
    """All files about integers."""
    yield from operations(unsupported)
    yield from shifts()
    yield from divisions()
    yield from compares()
    yield from overflows(unsupported)
