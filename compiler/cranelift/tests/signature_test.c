/* Signatures: making, changing and refusing. */
#include "compiler/cranelift/tests/cranelift_check.h"

static void case_makes_and_frees(void) {
    for (int64_t conv = 0; conv <= 5; conv++) {
        int64_t sig = rt_cranelift_new_signature(conv);
        CHECK(sig != 0);
        CHECK(rt_cranelift_signature_free(sig));
        CHECK_FAILS(rt_cranelift_signature_free(sig), false, STALE_HANDLE);
    }
    CHECK_FAILS(rt_cranelift_new_signature(6), 0, INVALID_ENUM);
    CHECK_MESSAGE("6 is the code of no calling convention");
    CHECK_FAILS(rt_cranelift_new_signature(-1), 0, INVALID_ENUM);
}

static void case_takes_every_type(void) {
    int64_t sig = rt_cranelift_new_signature(RT_CRANELIFT_CALL_CONV_DEFAULT);
    for (int64_t type = 1; type <= 11; type++) {
        rt_cranelift_sig_add_param(sig, type);
        CHECK_ERROR(OK);
        rt_cranelift_sig_add_return(sig, type);
        CHECK_ERROR(OK);
    }
    rt_cranelift_sig_set_return(sig, RT_CRANELIFT_TYPE_F64);
    CHECK_ERROR(OK);
    const int64_t bad[] = {0, 12, -1, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        rt_cranelift_sig_add_param(sig, bad[i]);
        CHECK_ERROR(INVALID_ENUM);
        rt_cranelift_sig_set_return(sig, bad[i]);
        CHECK_ERROR(INVALID_ENUM);
    }
    CHECK(rt_cranelift_signature_free(sig));
}

static void case_special_parameters(void) {
    int64_t sig = rt_cranelift_new_signature(RT_CRANELIFT_CALL_CONV_DEFAULT);
    rt_cranelift_sig_add_special_param(sig, RT_CRANELIFT_TYPE_PTR, RT_CRANELIFT_EXTENSION_NONE,
                                       RT_CRANELIFT_PURPOSE_STRUCT_RETURN);
    CHECK_ERROR(OK);
    rt_cranelift_sig_add_special_param(sig, RT_CRANELIFT_TYPE_I32, RT_CRANELIFT_EXTENSION_NONE,
                                       RT_CRANELIFT_PURPOSE_STRUCT_RETURN);
    CHECK_ERROR(INVALID_ARGUMENT);
    rt_cranelift_sig_add_special_param(sig, RT_CRANELIFT_TYPE_I8, 3, 0);
    CHECK_ERROR(INVALID_ENUM);
    rt_cranelift_sig_add_special_param(sig, RT_CRANELIFT_TYPE_I8, 0, 3);
    CHECK_ERROR(INVALID_ENUM);
    CHECK(rt_cranelift_signature_free(sig));
}

static void case_parameters_are_bounded(void) {
    int64_t sig = rt_cranelift_new_signature(RT_CRANELIFT_CALL_CONV_DEFAULT);
    for (int i = 0; i < 1000; i++) rt_cranelift_sig_add_param(sig, RT_CRANELIFT_TYPE_I8);
    CHECK_ERROR(OK);
    rt_cranelift_sig_add_param(sig, RT_CRANELIFT_TYPE_I8);
    CHECK_ERROR(LIMIT_REACHED);
    CHECK(rt_cranelift_signature_free(sig));
}

static const check_case cases[] = {
    CASE(makes_and_frees),
    CASE(takes_every_type),
    CASE(special_parameters),
    CASE(parameters_are_bounded),
};

CHECK_MAIN(cases)
