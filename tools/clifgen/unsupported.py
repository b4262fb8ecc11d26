"""What Cranelift 0.135 accepts as IR and cannot compile for x86_64, so that no run file has it.

Keys are (operation, type) or (operation, source type, target type). Each was found by trying: the compiler answers
"should be implemented in ISLE" or panics. f16 and f128 can be moved, stored, passed, selected and reinterpreted there,
and little else; i128 has no minimum, maximum, high half of a product, and no conversion to or from a float; floats
convert to integers of 32 and 64 bits alone.
"""

from clif import FLOATS, INTS

_WIDE = ("f16", "f128")
_CALCULATING = (
    "fadd fsub fmul fdiv fmin fmax sqrt ceil floor trunc nearest fneg fabs fcopysign fma fcmp bitselect band bor"
).split()
_FROM_FLOAT = ("fcvt_to_uint", "fcvt_to_sint", "fcvt_to_uint_sat", "fcvt_to_sint_sat")

UNSUPPORTED = {(op, ty) for op in _CALCULATING for ty in _WIDE}
UNSUPPORTED |= {(op, "i128") for op in ("umulhi", "smulhi", "umin", "umax", "smin", "smax")}
# The instruction set itself excludes these.
UNSUPPORTED |= {(op, "i128") for op in ("umul_overflow", "smul_overflow")}
for _op in ("fcvt_from_uint", "fcvt_from_sint"):
    UNSUPPORTED |= {(_op, source, target) for source in INTS for target in _WIDE}
    UNSUPPORTED |= {(_op, "i128", target) for target in FLOATS}
for _op in _FROM_FLOAT:
    UNSUPPORTED |= {(_op, source, target) for source in _WIDE for target in INTS}
    UNSUPPORTED |= {(_op, source, target) for source in ("f32", "f64") for target in ("i8", "i16", "i128")}
for _op in ("fpromote", "fdemote"):
    UNSUPPORTED |= {(_op, source, target) for source in FLOATS for target in FLOATS if {source, target} & set(_WIDE)}
