/* What the behaviour tests of the Cranelift backend share, beside check.h. */
#ifndef CRANELIFT_CHECK_H
#define CRANELIFT_CHECK_H

#define _GNU_SOURCE
#include "rt_cranelift.h"

#include "tests/c/check.h"

#endif
