/* What the behaviour tests of the Cranelift backend share, beside check.h. */
#ifndef CRANELIFT_CHECK_H
#define CRANELIFT_CHECK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "rt_cranelift.h"

#include "tests/c/check.h"

#endif
