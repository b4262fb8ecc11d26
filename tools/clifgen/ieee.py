"""IEEE 754 binary formats in exact arithmetic: the oracle for everything with floats.

A number is taken apart into a fraction (fractions.Fraction), an operation is done on fractions without any rounding,
and its exact result is rounded once, to nearest with ties to even. Square roots take the integer square root with
enough bits and a sticky one. Nothing here uses the floats of Python or of the machine.
"""

from fractions import Fraction
from math import isqrt

NAN = "nan"


class Format:
    """A format with `exponent_bits` bits of exponent and `trailing_bits` bits of significand behind the leading one."""

    def __init__(self, name, exponent_bits, trailing_bits):
        self.name = name
        self.trailing_bits = trailing_bits
        self.width = 1 + exponent_bits + trailing_bits
        self.bias = (1 << (exponent_bits - 1)) - 1
        self.max_exponent = (1 << exponent_bits) - 1
        self.sign_bit = 1 << (self.width - 1)
        self.inf = self.max_exponent << trailing_bits
        self.nan = self.inf | 1 << (trailing_bits - 1)
        self.max = self.inf - 1
        self.min_normal = 1 << trailing_bits
        self.one = self.bias << trailing_bits

    def sign(self, bits):
        """1 for a set sign bit, else 0."""
        return bits >> (self.width - 1)

    def magnitude(self, bits):
        """The bits without the sign."""
        return bits & (self.sign_bit - 1)

    def is_nan(self, bits):
        """Whether the bits are a NaN, quiet or signalling."""
        return self.magnitude(bits) > self.inf

    def is_inf(self, bits):
        """Whether the bits are an infinity."""
        return self.magnitude(bits) == self.inf

    def is_zero(self, bits):
        """Whether the bits are a zero."""
        return self.magnitude(bits) == 0

    def value(self, bits):
        """The exact value of a finite number."""
        magnitude = self.magnitude(bits)
        assert magnitude < self.inf
        exponent = magnitude >> self.trailing_bits
        significand = magnitude & (self.min_normal - 1)
        if exponent:
            significand |= self.min_normal
        else:
            exponent = 1
        scaled = significand * Fraction(2) ** (exponent - self.bias - self.trailing_bits)
        return -scaled if self.sign(bits) else scaled

    def round(self, value, zero_sign=0):
        """The nearest number to an exact value, ties to even; an exact zero gets `zero_sign`."""
        if value == 0:
            return zero_sign * self.sign_bit
        sign = self.sign_bit if value < 0 else 0
        value = abs(value)
        exponent = value.numerator.bit_length() - value.denominator.bit_length()
        if Fraction(2) ** exponent > value:
            exponent -= 1
        exponent = max(exponent, 1 - self.bias)
        scaled = value / Fraction(2) ** (exponent - self.trailing_bits)
        significand = round(scaled)  # Of a Fraction: exact, ties to even.
        # A carry out of the significand, and a subnormal that became normal, move into the exponent by themselves.
        bits = significand + ((exponent + self.bias - 1) << self.trailing_bits)
        return sign | min(bits, self.inf)

    def text(self, bits):
        """The literal of CLIF."""
        sign = "-" if self.sign(bits) else ""
        magnitude = self.magnitude(bits)
        exponent, trailing = magnitude >> self.trailing_bits, magnitude & (self.min_normal - 1)
        digits = (self.trailing_bits + 3) // 4
        hexadecimal = format(trailing << (4 * digits - self.trailing_bits), f"0{digits}x")
        if magnitude == 0:
            return sign + "0.0"
        if magnitude < self.min_normal:
            return f"{sign}0x0.{hexadecimal}p{1 - self.bias}"
        if magnitude < self.inf:
            return f"{sign}0x1.{hexadecimal}p{exponent - self.bias}"
        if magnitude == self.inf:
            return (sign or "+") + "Inf"
        payload = trailing & (self.min_normal // 2 - 1)
        if trailing >> (self.trailing_bits - 1):
            return (sign or "+") + "NaN" + (f":0x{payload:x}" if payload else "")
        return f"{sign or '+'}sNaN:0x{payload:x}"

    def samples(self):
        """Numbers at which something changes: zeros, ones, halves, ends of the ranges, infinities, a NaN."""
        third = self.round(Fraction(1, 3))
        positive = [
            0,
            self.one,
            self.one + 1,
            self.round(Fraction(1, 2)),
            self.round(Fraction(3, 2)),
            self.round(Fraction(5, 2)),
            third,
            self.min_normal,
            self.min_normal - 1,
            1,
            self.max,
            self.inf,
        ]
        return positive + [bits | self.sign_bit for bits in positive] + [self.nan]


F16 = Format("f16", 5, 10)
F32 = Format("f32", 8, 23)
F64 = Format("f64", 11, 52)
F128 = Format("f128", 15, 112)


def add(fmt, a, b):
    """Sum. NaN stands for any NaN: which one is not fixed."""
    if fmt.is_nan(a) or fmt.is_nan(b):
        return NAN
    if fmt.is_inf(a):
        return NAN if fmt.is_inf(b) and a != b else a
    if fmt.is_inf(b):
        return b
    both_negative = fmt.sign(a) & fmt.sign(b)
    return fmt.round(fmt.value(a) + fmt.value(b), both_negative)


def sub(fmt, a, b):
    """Difference."""
    return add(fmt, a, b if fmt.is_nan(b) else b ^ fmt.sign_bit)


def mul(fmt, a, b):
    """Product."""
    sign = fmt.sign(a) ^ fmt.sign(b)
    if fmt.is_nan(a) or fmt.is_nan(b):
        return NAN
    if fmt.is_inf(a) or fmt.is_inf(b):
        return NAN if fmt.is_zero(a) or fmt.is_zero(b) else fmt.inf | sign * fmt.sign_bit
    return fmt.round(fmt.value(a) * fmt.value(b), sign)


def div(fmt, a, b):
    """Quotient."""
    sign = fmt.sign(a) ^ fmt.sign(b)
    if fmt.is_nan(a) or fmt.is_nan(b):
        return NAN
    if fmt.is_inf(a) and fmt.is_inf(b) or fmt.is_zero(a) and fmt.is_zero(b):
        return NAN
    if fmt.is_inf(a) or fmt.is_zero(b):
        return fmt.inf | sign * fmt.sign_bit
    if fmt.is_inf(b):
        return sign * fmt.sign_bit
    return fmt.round(fmt.value(a) / fmt.value(b), sign)


def fma(fmt, a, b, c):
    """a * b + c, rounded once."""
    sign = fmt.sign(a) ^ fmt.sign(b)
    if fmt.is_nan(a) or fmt.is_nan(b) or fmt.is_nan(c):
        return NAN
    if fmt.is_inf(a) or fmt.is_inf(b):
        if fmt.is_zero(a) or fmt.is_zero(b):
            return NAN
        product = fmt.inf | sign * fmt.sign_bit
        return NAN if fmt.is_inf(c) and c != product else product
    if fmt.is_inf(c):
        return c
    return fmt.round(fmt.value(a) * fmt.value(b) + fmt.value(c), sign & fmt.sign(c))


def sqrt(fmt, a):
    """Square root."""
    if fmt.is_nan(a) or fmt.sign(a) and not fmt.is_zero(a):
        return NAN
    if fmt.is_inf(a) or fmt.is_zero(a):
        return a
    value = fmt.value(a)
    # Scaled by 4^shift to an integer whose root has more bits than any significand; an inexact root gets a last bit
    # set, so that it can lie on no boundary between two numbers.
    shift = fmt.bias + 2 * fmt.trailing_bits
    scaled = value * 4**shift
    assert scaled.denominator == 1
    root = isqrt(scaled.numerator)
    doubled = 2 * root + (root * root != scaled.numerator)
    return fmt.round(Fraction(doubled, 2 * 2**shift))


def minimum(fmt, a, b):
    """fmin of CLIF: a NaN wins, -0.0 is less than 0.0."""
    if fmt.is_nan(a) or fmt.is_nan(b):
        return NAN
    return a if order(fmt, a) <= order(fmt, b) else b


def maximum(fmt, a, b):
    """fmax of CLIF: a NaN wins, -0.0 is less than 0.0."""
    if fmt.is_nan(a) or fmt.is_nan(b):
        return NAN
    return a if order(fmt, a) >= order(fmt, b) else b


def order(fmt, bits):
    """A number whose order is that of the values, with -0.0 below 0.0."""
    return -fmt.magnitude(bits) - 1 if fmt.sign(bits) else bits


def compare(fmt, a, b):
    """`un`, `lt`, `eq` or `gt`."""
    if fmt.is_nan(a) or fmt.is_nan(b):
        return "un"
    if fmt.is_zero(a) and fmt.is_zero(b):
        return "eq"
    x, y = order(fmt, a), order(fmt, b)
    return "lt" if x < y else "gt" if x > y else "eq"


def to_integral(fmt, a, how):
    """Ceil, floor, trunc or nearest (ties to even) to an integral float; the sign stays, also that of a zero."""
    if fmt.is_nan(a):
        return NAN
    if fmt.is_inf(a):
        return a
    return fmt.round(Fraction(integer(fmt.value(a), how)), fmt.sign(a))


def integer(value, how):
    """A fraction as an integer."""
    if how == "ceil":
        return -(-value.numerator // value.denominator)
    if how == "floor":
        return value.numerator // value.denominator
    if how == "trunc":
        return abs(value.numerator) // value.denominator * (-1 if value < 0 else 1)
    return round(value)


def convert(source, target, a):
    """From one format to another, rounded once if it is narrower."""
    if source.is_nan(a):
        return NAN
    if source.is_inf(a):
        return target.inf | source.sign(a) * target.sign_bit
    return target.round(source.value(a), source.sign(a))
