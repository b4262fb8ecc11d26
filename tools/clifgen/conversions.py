"""Conversions and choices: between widths, between integers and floats, of bits; selects and masks."""

import ieee
from clif import FLOATS, INTS, File, signed, width, wrap
from floats import expect, nans, with_twin
from integers import LLVM_ABI, samples


def widths():
    """Between integer widths, and between two halves and a whole."""
    for op in ("uextend", "sextend", "ireduce"):
        file = File(f"run/{op}.clif", f"{op}: between each two widths.", settings=LLVM_ABI)
        for source, source_width in INTS.items():
            for target, target_width in INTS.items():
                if source_width == target_width or (source_width < target_width) == (op == "ireduce"):
                    continue
                name = f"{op}_{source}_{target}"
                file.function(name, [source], [target], f"v1 = {op}.{target} v0\nreturn v1")
                for a in samples(source) + [wrap(source, 0x80), wrap(source, 0x7F)]:
                    file.run(name, [a], wrap(target, signed(source, a) if op == "sextend" else a))
        yield file
    file = File("run/iconcat_isplit.clif", "iconcat and isplit: low half first.", settings=LLVM_ABI)
    file.function("iconcat_i64", ["i64", "i64"], ["i128"], "v2 = iconcat v0, v1\nreturn v2")
    file.function("isplit_i128", ["i128"], ["i64", "i64"], "v1, v2 = isplit v0\nreturn v1, v2")
    for low in samples("i64"):
        for high in samples("i64"):
            file.run("iconcat_i64", [low, high], low | high << 64)
            file.run("isplit_i128", [low | high << 64], low, high)
    yield file


def ints_to_floats(unsupported):
    """fcvt_from_uint and fcvt_from_sint, where the float cannot hold the integer too."""
    for op in ("fcvt_from_uint", "fcvt_from_sint"):
        file = File(f"run/{op}.clif", f"{op}: to nearest even.", settings=LLVM_ABI)
        for source in INTS:
            for target, fmt in FLOATS.items():
                if (op, source, target) in unsupported:
                    continue
                name = f"{op}_{source}_{target}"
                file.function(name, [source], [target], f"v1 = {op}.{target} v0\nreturn v1")
                for a in samples(source) + ties(source, fmt):
                    value = a if op == "fcvt_from_uint" else signed(source, a)
                    file.run(name, [a], fmt.round(ieee.Fraction(value)))
        yield file


def ties(ty, fmt):
    """Integers of `ty` that lie half way between two floats, and their neighbours."""
    size = width(ty)
    found = []
    for top in range(fmt.trailing_bits + 1, size + 1):
        half = 1 << (top - 1) | 1 << (top - fmt.trailing_bits - 2) if top >= fmt.trailing_bits + 2 else 1 << (top - 1)
        found += [half - 1, half, half + 1, half + (1 << (top - fmt.trailing_bits - 1))]
    return sorted({wrap(ty, value) for value in found[:8] + found[-8:]})


def around(fmt, limit):
    """Floats at and next to an integer."""
    at = fmt.round(ieee.Fraction(limit))
    if fmt.magnitude(at) >= fmt.max:
        return [at]
    return [at, at + 1, at - 1 if fmt.magnitude(at) else at | fmt.sign_bit]


def bounds(ty, is_signed):
    """The least and the greatest integer."""
    size = width(ty)
    return (-(1 << (size - 1)), (1 << (size - 1)) - 1) if is_signed else (0, (1 << size) - 1)


def floats_to_ints(unsupported):
    """Toward zero; outside of the range a trap, or in the _sat forms the bound and 0 for a NaN."""
    for op in ("fcvt_to_uint", "fcvt_to_sint", "fcvt_to_uint_sat", "fcvt_to_sint_sat"):
        saturating = op.endswith("_sat")
        file = File(f"run/{op}.clif", f"{op}: toward zero; both sides of each bound.", settings=LLVM_ABI)
        for source, fmt in FLOATS.items():
            for target in INTS:
                if (op, source, target) in unsupported:
                    continue
                name = f"{op}_{source}_{target}"
                file.function(name, [source], [target], f"v1 = {op}.{target} v0\nreturn v1")
                low, high = bounds(target, "sint" in op)
                edges = [bits for limit in (low, low - 1, high, high + 1, 0, 1, -1) for bits in around(fmt, limit)]
                for a in dict.fromkeys(fmt.samples() + nans(fmt)[1:4] + edges):
                    to_int(file, name, fmt, (low, high), target, saturating, a)
        yield file


def to_int(file, name, fmt, limits, target, saturating, a):
    """The expectation for one float."""
    low, high = limits
    if fmt.is_nan(a):
        exact = None
    elif fmt.is_inf(a):
        exact = low - 1 if fmt.sign(a) else high + 1
    else:
        exact = ieee.integer(fmt.value(a), "trunc")
    if saturating:
        file.run(name, [a], wrap(target, 0 if exact is None else min(max(exact, low), high)))
    elif exact is None:
        file.trap(name, [a], "bad_toint")
    elif low <= exact <= high:
        file.run(name, [a], wrap(target, exact))
    else:
        file.trap(name, [a], "int_ovf")


def float_widths(unsupported):
    """fpromote and fdemote."""
    for op in ("fpromote", "fdemote"):
        file = File(f"run/{op}.clif", f"{op}: exact, or rounded to nearest even.")
        for source, from_fmt in FLOATS.items():
            for target, to_fmt in FLOATS.items():
                wrong_way = (from_fmt.width < to_fmt.width) != (op == "fpromote")
                if source == target or wrong_way or (op, source, target) in unsupported:
                    continue
                name = f"{op}_{source}_{target}"
                with_twin(file, name, [source], target, f"v1 = {op}.{target} v0", "v1")
                edges = []
                if op == "fdemote":
                    for bits in (to_fmt.max, to_fmt.min_normal, 1, to_fmt.one):
                        at = from_fmt.round(to_fmt.value(bits))
                        half = 1 << (from_fmt.trailing_bits - to_fmt.trailing_bits - 1)
                        edges += [at + half - 1, at + half, at + half + 1, at - half, at - 1]
                for a in from_fmt.samples() + nans(from_fmt) + edges:
                    expect(file, name, [a], ieee.convert(from_fmt, to_fmt, a))
        yield file


def bits(unsupported):
    """bitcast, bmask, select, select_spectre_guard, bitselect, and the bit operations on floats."""
    scalars = list(INTS) + list(FLOATS)
    file = File("run/bitcast.clif", "bitcast: the same bits as another type of that width.", settings=LLVM_ABI)
    for source in scalars:
        for target in scalars:
            if width(source) == width(target) and ("bitcast", source, target) not in unsupported:
                name = f"bitcast_{source}_{target}"
                file.function(name, [source], [target], f"v1 = bitcast.{target} v0\nreturn v1")
                for a in values(source):
                    file.run(name, [a], a)
    yield file
    file = File("run/bmask.clif", "bmask: all ones for any value but 0.", settings=LLVM_ABI)
    for source in INTS:
        for target in INTS:
            file.function(f"bmask_{source}_{target}", [source], [target], f"v1 = bmask.{target} v0\nreturn v1")
            for a in samples(source) + [1 << (width(source) // 2)]:
                file.run(f"bmask_{source}_{target}", [a], wrap(target, -1 if a else 0))
    yield file
    yield from choices(unsupported)
    for op in ("band", "bor", "bxor", "bnot"):
        file = File(f"run/{op}_float.clif", f"{op} on the bits of floats.")
        for ty in FLOATS:
            if (op, ty) in unsupported:
                continue
            oracle = {"band": int.__and__, "bor": int.__or__, "bxor": int.__xor__}.get(op)
            if op == "bnot":
                file.function(f"bnot_{ty}", [ty], [ty], "v1 = bnot v0\nreturn v1")
            else:
                file.function(f"{op}_{ty}", [ty, ty], [ty], f"v2 = {op} v0, v1\nreturn v2")
            for a in values(ty):
                if op == "bnot":
                    file.run(f"bnot_{ty}", [a], wrap(ty, ~a))
                    continue
                for b in values(ty):
                    file.run(f"{op}_{ty}", [a, b], oracle(a, b))
        yield file


def values(ty):
    """Some bits of any type."""
    return samples(ty)[1:] if ty in INTS else FLOATS[ty].samples()[1::6] + nans(FLOATS[ty])[2:4]


def choices(unsupported):
    """Selects, by a condition of each width."""
    for op in ("select", "select_spectre_guard"):
        file = File(f"run/{op}.clif", f"{op}: by a condition of each width.", settings=LLVM_ABI)
        for ty in list(INTS) + list(FLOATS):
            if (op, ty) in unsupported:
                continue
            for condition in INTS:
                name = f"{op}_{condition}_{ty}"
                file.function(name, [condition, ty, ty], [ty], f"v3 = {op} v0, v1, v2\nreturn v3")
                a, b = values(ty)[0], values(ty)[-1]
                for c in samples(condition) + [1 << (width(condition) // 2)]:
                    file.run(name, [c, a, b], a if c else b)
        yield file
    file = File("run/bitselect.clif", "bitselect: each bit from one or the other.", settings=LLVM_ABI)
    for ty in list(INTS) + list(FLOATS):
        if ("bitselect", ty) in unsupported:
            continue
        file.function(f"bitselect_{ty}", [ty, ty, ty], [ty], "v3 = bitselect v0, v1, v2\nreturn v3")
        some = values(ty)
        for c in some:
            for a, b in zip(some, reversed(some)):
                file.run(f"bitselect_{ty}", [c, a, b], c & a | ~c & b)
    yield file


def files(unsupported):
    """All files about conversions and choices."""
    yield from widths()
    yield from ints_to_floats(unsupported)
    yield from floats_to_ints(unsupported)
    yield from float_widths(unsupported)
    yield from bits(unsupported)
