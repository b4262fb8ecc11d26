"""Float instructions. The oracle is ieee.py.

Which NaN an operation gives is not fixed, so each function has a twin that says whether its result is a NaN; calls
whose result is a NaN are made to the twin alone.
"""

import ieee
from clif import FLOATS, INTS, File, const, wrap

BINARY = {
    "fadd": ieee.add,
    "fsub": ieee.sub,
    "fmul": ieee.mul,
    "fdiv": ieee.div,
    "fmin": ieee.minimum,
    "fmax": ieee.maximum,
}

UNARY = {
    "sqrt": ieee.sqrt,
    "ceil": lambda fmt, a: ieee.to_integral(fmt, a, "ceil"),
    "floor": lambda fmt, a: ieee.to_integral(fmt, a, "floor"),
    "trunc": lambda fmt, a: ieee.to_integral(fmt, a, "trunc"),
    "nearest": lambda fmt, a: ieee.to_integral(fmt, a, "nearest"),
}

# Operations on the sign bit: exact for every operand, NaNs with their payload too.
SIGN = {
    "fneg": lambda fmt, a: a ^ fmt.sign_bit,
    "fabs": lambda fmt, a: fmt.magnitude(a),
}

CONDITIONS = {
    "eq": {"eq"},
    "ne": {"un", "lt", "gt"},
    "lt": {"lt"},
    "le": {"lt", "eq"},
    "gt": {"gt"},
    "ge": {"gt", "eq"},
    "ord": {"lt", "eq", "gt"},
    "uno": {"un"},
    "one": {"lt", "gt"},
    "ueq": {"un", "eq"},
    "ult": {"un", "lt"},
    "ule": {"un", "lt", "eq"},
    "ugt": {"un", "gt"},
    "uge": {"un", "gt", "eq"},
}


def nans(fmt):
    """Quiet and signalling NaNs, with and without sign and payload."""
    return [fmt.nan, fmt.nan | fmt.sign_bit, fmt.nan | 5, fmt.inf | 1, fmt.inf | 3 | fmt.sign_bit]


def with_twin(file, name, params, ty, body, result):
    """A function, and one that says whether its result is a NaN."""
    file.function(name, params, [ty], f"{body}\nreturn {result}")
    file.function(name + "_is_nan", params, ["i8"], f"{body}\nv90 = fcmp uno {result}, {result}\nreturn v90")


def expect(file, name, args, result):
    """The call's result, or that it is a NaN."""
    if result == ieee.NAN:
        file.run(name + "_is_nan", args, 1)
    else:
        file.run(name, args, result)


def binary(unsupported):
    """Operations of two operands: each sample with each."""
    for op, oracle in BINARY.items():
        file = File(f"run/{op}.clif", f"{op}: each edge with each, results rounded once to nearest even.")
        for ty, fmt in FLOATS.items():
            if (op, ty) in unsupported:
                continue
            name = f"{op}_{ty}"
            with_twin(file, name, [ty, ty], ty, f"v2 = {op} v0, v1", "v2")
            samples = fmt.samples()
            for index, a in enumerate(samples):
                # Every second of the long list, another half for each row.
                for b in samples[index % 2 :: 2]:
                    expect(file, name, [a, b], oracle(fmt, a, b))
            for a in nans(fmt):
                expect(file, name, [a, fmt.one], ieee.NAN)
                expect(file, name, [fmt.inf, a], ieee.NAN)
            # A NaN of a constant would be any NaN, so constants are finite.
            left, right = "\n".join(const(ty, "v10", samples[5])), "\n".join(const(ty, "v20", samples[6]))
            file.function(name + "_const", [], [ty], f"{left}\n{right}\nv2 = {op} v10, v20\nreturn v2")
            file.run(name + "_const", [], oracle(fmt, samples[5], samples[6]))
        yield file


def roundings(fmt):
    """Around the integers, where rounding to an integer changes."""
    halves = [fmt.round(ieee.Fraction(value, 2)) for value in (1, 2, 3, 5, 7)]
    near = [bits + step for bits in halves for step in (-1, 0, 1)]
    # From here on all numbers are integral; just below, they end in halves.
    top = (fmt.bias + fmt.trailing_bits) << fmt.trailing_bits
    near += [top - 1, top - 3, top, top + 1]
    return near + [bits | fmt.sign_bit for bits in near]


def unary(unsupported):
    """Operations of one operand."""
    for op, oracle in UNARY.items():
        file = File(f"run/{op}.clif", f"{op}: edges, halves and their neighbours.")
        for ty, fmt in FLOATS.items():
            if (op, ty) in unsupported:
                continue
            name = f"{op}_{ty}"
            with_twin(file, name, [ty], ty, f"v1 = {op} v0", "v1")
            for a in fmt.samples() + nans(fmt) + roundings(fmt):
                expect(file, name, [a], oracle(fmt, a))
        yield file
    for op, oracle in SIGN.items():
        file = File(f"run/{op}.clif", f"{op}: a NaN keeps its payload.")
        for ty, fmt in FLOATS.items():
            if (op, ty) in unsupported:
                continue
            file.function(f"{op}_{ty}", [ty], [ty], f"v1 = {op} v0\nreturn v1")
            for a in fmt.samples() + nans(fmt):
                file.run(f"{op}_{ty}", [a], oracle(fmt, a))
        yield file
    file = File("run/fcopysign.clif", "fcopysign: the magnitude of the first, the sign of the second, also of NaNs.")
    for ty, fmt in FLOATS.items():
        if ("fcopysign", ty) in unsupported:
            continue
        file.function(f"fcopysign_{ty}", [ty, ty], [ty], "v2 = fcopysign v0, v1\nreturn v2")
        for a in fmt.samples()[::3] + nans(fmt):
            for b in fmt.samples()[::5] + nans(fmt)[:2]:
                file.run(f"fcopysign_{ty}", [a, b], fmt.magnitude(a) | b & fmt.sign_bit)
    yield file


def multiply_add(unsupported):
    """fma, where one rounding and two differ."""
    file = File("run/fma.clif", "fma: product and sum are rounded once.")
    for ty, fmt in FLOATS.items():
        if ("fma", ty) in unsupported:
            continue
        with_twin(file, f"fma_{ty}", [ty, ty, ty], ty, "v3 = fma v0, v1, v2", "v3")
        samples = fmt.samples()
        for a in samples[::3] + [fmt.one + 1]:
            for b in samples[1::4] + [fmt.one + 1]:
                for c in samples[::5] + [(fmt.one + 2) | fmt.sign_bit]:
                    expect(file, f"fma_{ty}", [a, b, c], ieee.fma(fmt, a, b, c))
    yield file


def compares(unsupported):
    """fcmp with each condition."""
    file = File("run/fcmp.clif", "fcmp with each condition at each type; also under brif.")
    for ty, fmt in FLOATS.items():
        if ("fcmp", ty) in unsupported:
            continue
        some = [0, fmt.sign_bit, fmt.one, fmt.one | fmt.sign_bit, 1, fmt.max, fmt.inf, fmt.inf | fmt.sign_bit, fmt.nan]
        for condition, true in CONDITIONS.items():
            name = f"fcmp_{condition}_{ty}"
            file.function(name, [ty, ty], ["i8"], f"v2 = fcmp {condition} v0, v1\nreturn v2")
            file.blocks(
                name + "_used",
                [ty, ty],
                ["i64"],
                f"""block0(v0: {ty}, v1: {ty}):
                v2 = fcmp {condition} v0, v1
                v3 = iconst.i64 -7
                v4 = iconst.i64 9
                brif v2, block1(v3), block1(v4)
                block1(v5: i64):
                return v5""",
            )
            for a in some:
                for b in some:
                    file.run(name, [a, b], int(ieee.compare(fmt, a, b) in true))
                b = some[2]
                file.run(name + "_used", [a, b], wrap("i64", -7 if ieee.compare(fmt, a, b) in true else 9))
    yield file


def constants():
    """f16const, f32const, f64const, f128const and iconst: the bits as given."""
    file = File("run/const.clif", "Constants of each type: the bits as given, NaNs with their payload too.")
    for ty, fmt in FLOATS.items():
        for index, bits in enumerate(fmt.samples()[::2] + nans(fmt)):
            file.function(f"const_{ty}_{index}", [], [ty], f"v0 = {ty}const {fmt.text(bits)}\nreturn v0")
            file.run(f"const_{ty}_{index}", [], bits)
    for ty, size in list(INTS.items())[:4]:
        values = [0, 1, -1, 2 ** (size - 1) - 1, -(2 ** (size - 1)), 0x0123456789ABCDEF >> (64 - size)]
        for index, value in enumerate(values):
            file.function(f"const_{ty}_{index}", [], [ty], f"v0 = iconst.{ty} {value}\nreturn v0")
            file.run(f"const_{ty}_{index}", [], wrap(ty, value))
    yield file


def files(unsupported):
    """All files about floats."""
    yield from binary(unsupported)
    yield from unary(unsupported)
    yield from multiply_add(unsupported)
    yield from compares(unsupported)
    yield from constants()
