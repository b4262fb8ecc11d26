"""CLIF as text: types, literals, functions, files.

A value is its bits, an int from 0 to 2^width - 1, whatever its type: so NaN payloads and signed zeros survive, and no
arithmetic of Python's own floats comes near an expected result.
"""

import ieee

INTS = {"i8": 8, "i16": 16, "i32": 32, "i64": 64, "i128": 128}
FLOATS = {"f16": ieee.F16, "f32": ieee.F32, "f64": ieee.F64, "f128": ieee.F128}

# Each run file is compiled for a processor with nothing beyond the base of x86_64 and no optimisation, for one with
# the extensions that change how scalars are compiled and all optimisation, and for the base of the other targets.
# A machine runs those that it can.
X86_EXTENSIONS = (
    "has_sse3 has_ssse3 has_sse41 has_sse42 has_cmpxchg16b has_popcnt has_avx has_avx2 has_fma has_bmi1 has_bmi2 "
    "has_lzcnt"
)
TARGETS = (
    "set opt_level=none",
    "target x86_64",
    "set opt_level=speed",
    "target x86_64 " + X86_EXTENSIONS,
    "target aarch64",
    "target riscv64",
    "target s390x",
)


def width(ty):
    """Bits of a type."""
    return INTS[ty] if ty in INTS else FLOATS[ty].width


def signed(ty, bits):
    """The value of an integer type's bits, read as two's complement."""
    size = width(ty)
    return bits - (1 << size) if bits >> (size - 1) else bits


def wrap(ty, value):
    """The bits of any integer in an integer type."""
    return value & ((1 << width(ty)) - 1)


def literal(ty, bits):
    """A value as a run line has it."""
    return FLOATS[ty].text(bits) if ty in FLOATS else str(signed(ty, bits))


def const(ty, value, bits):
    """Lines that define `value` as a constant. i128 has no constant of its own."""
    if ty == "i128":
        low, high = bits & (2**64 - 1), bits >> 64
        return [
            f"{value}0 = iconst.i64 {signed('i64', low)}",
            f"{value}1 = iconst.i64 {signed('i64', high)}",
            f"{value} = iconcat {value}0, {value}1",
        ]
    if ty in FLOATS:
        return [f"{value} = {ty}const {literal(ty, bits)}"]
    return [f"{value} = iconst.{ty} {signed(ty, bits)}"]


class File:
    """A filetest: a head, then functions, each followed by its run lines."""

    def __init__(self, path, doc, test="run", targets=TARGETS, settings=()):
        self.path = path
        head = [f"; {line}" for line in doc.strip().splitlines()]
        head += ["; Written by tools/clifgen, which says where each expected value comes from.", f"test {test}"]
        self.head = head + [f"set {setting}" for setting in settings] + list(targets)
        self.signatures = {}
        # Per function its text and its run lines: Cranelift runs a line against the function that it follows.
        self.functions = {}

    def function(self, name, params, returns, body, declare=(), conv=""):
        """A function of one block, whose parameters are v0, v1, ..; `body` is its instructions, a text."""
        args = ", ".join(f"v{index}: {ty.split()[0]}" for index, ty in enumerate(params))
        block = "block0({}):".format(args) if params else "block0:"
        self.blocks(name, params, returns, block + "\n" + body, declare, conv)

    def blocks(self, name, params, returns, body, declare=(), conv=""):
        """A function whose blocks are written out in `body`."""
        assert name not in self.signatures, f"{self.path}: {name} is there already"
        self.signatures[name] = (params, returns)
        result = " -> " + ", ".join(returns) if returns else ""
        lines = ["", f"function %{name}({', '.join(params)}){result}{' ' if conv else ''}{conv} {{"]
        lines += [f"    {line}" for line in declare]
        for line in body.strip().splitlines():
            line = line.strip()
            lines.append(line if line.startswith("block") else f"    {line}")
        self.functions[name] = lines + ["}"]

    def call(self, name, args):
        """The text of a call with the given bits."""
        params = self.signatures[name][0]
        assert len(params) == len(args), f"{self.path}: {name} has {len(params)} parameters"
        return "%{}({})".format(name, ", ".join(literal(ty.split()[0], bits) for ty, bits in zip(params, args)))

    def run(self, name, args, *results):
        """A run line: the results of a call, as bits."""
        returns = self.signatures[name][1]
        assert len(returns) == len(results), f"{self.path}: {name} has {len(returns)} results"
        texts = [literal(ty.split()[0], bits) for ty, bits in zip(returns, results)]
        text = texts[0] if len(texts) == 1 else "[{}]".format(", ".join(texts))
        self.functions[name].append(f"; run: {self.call(name, args)} == {text}")

    def trap(self, name, args, code):
        """A line for our own replay tool: the call ends in a trap. To Cranelift's tool it is a comment."""
        self.functions[name].append(f"; trap: {self.call(name, args)} == {code}")

    def text(self):
        """The whole file."""
        return "\n".join(self.head + [line for lines in self.functions.values() for line in lines]) + "\n"
