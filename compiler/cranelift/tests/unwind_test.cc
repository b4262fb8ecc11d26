// Unwinding: exceptions of C++ and backtraces go through JIT code and through objects.
#include "compiler/cranelift/tests/module_check.h"

#include <dlfcn.h>
#include <execinfo.h>

#include <stdexcept>
#include <string>

namespace {

const char *source =
    "function %outer(i64, i64, i64, i64) -> i64 system_v {\n"
    "    fn0 = colocated %inner(i64, i64) -> i64 system_v\n"
    "    ss0 = explicit_slot 40\n"
    "block0(v0: i64, v1: i64, v2: i64, v3: i64):\n"
    "    v4 = imul v1, v2\n    v5 = imul v2, v3\n    v6 = imul v1, v3\n    v7 = bxor v4, v5\n"
    "    v8 = stack_addr.i64 ss0\n    store v4, v8\n"
    "    v9 = call fn0(v0, v4)\n"
    "    v10 = load.i64 v8\n    v11 = iadd v9, v5\n    v12 = iadd v11, v6\n    v13 = iadd v12, v7\n"
    "    v14 = iadd v13, v10\n    return v14\n}\n"
    "function %inner(i64, i64) -> i64 system_v {\n"
    "    sig0 = (i64) -> i64 system_v\n"
    "block0(v0: i64, v1: i64):\n    v2 = call_indirect sig0, v0(v1)\n    return v2\n}\n";

using Outer = int64_t (*)(int64_t, int64_t, int64_t, int64_t);
using Callback = int64_t (*)(int64_t);

int destroyed = 0;

struct Guard {
    ~Guard() { destroyed++; }
};

int64_t throws(int64_t value) {
    if (value == 6) throw std::runtime_error("thrown at " + std::to_string(value));
    return value;
}

int frames_seen = 0;
void *outer_start = nullptr;

int64_t traces(int64_t value) {
    void *frames[64];
    int count = backtrace(frames, 64);
    frames_seen = 0;
    for (int i = 0; i < count; i++) {
        auto offset = reinterpret_cast<intptr_t>(frames[i]) - reinterpret_cast<intptr_t>(outer_start);
        if (offset > -4096 && offset < 4096) frames_seen++;
    }
    // The caller of the generated code is found behind it.
    if (count < 5) frames_seen = -count;
    return value;
}

int64_t as_int(Callback callback) { return reinterpret_cast<int64_t>(callback); }

// Throws through `outer` and catches, often, with values kept in registers on both sides.
void check_exceptions(Outer outer) {
    for (int i = 0; i < 200; i++) {
        bool caught = false;
        int before = destroyed;
        try {
            Guard guard;
            outer(as_int(throws), 2, 3, i);
        } catch (const std::runtime_error &error) {
            caught = strcmp(error.what(), "thrown at 6") == 0;
        }
        CHECK(caught);
        CHECK_INT(destroyed, before + 1);
    }
    CHECK_INT(outer(as_int(throws), 1, 1, 1), 1 + 1 + 1 + 0 + 1);
}

void check_backtrace(Outer outer) {
    outer_start = reinterpret_cast<void *>(outer);
    outer(as_int(traces), 1, 1, 1);
    CHECK(frames_seen >= 2);
}

void case_through_jit_code() {
    for (const char *frame_pointers : {"preserve_frame_pointers=false", "preserve_frame_pointers=true"}) {
        const rt_text settings[] = {
            {reinterpret_cast<const uint8_t *>(frame_pointers), strlen(frame_pointers)}, RT_TEXT("opt_level=speed")};
        int64_t module = rt_cranelift_new_module_with(RT_STR("test"), settings, 2);
        CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(source)), 2);
        CHECK_INT(rt_cranelift_finalize_module(module), module);
        auto outer = reinterpret_cast<Outer>(pointer_of(module, "outer"));
        check_exceptions(outer);
        check_backtrace(outer);
        rt_cranelift_free_module(module);
    }
}

void case_through_an_object() {
    object_of(source, 2, "unwind.o");
    CHECK_INT(system("cc -shared unwind.o -o libunwound.so"), 0);
    void *library = dlopen("./libunwound.so", RTLD_NOW);
    CHECK(library != nullptr);
    if (library == nullptr) return;
    auto outer = reinterpret_cast<Outer>(dlsym(library, "outer"));
    check_exceptions(outer);
    check_backtrace(outer);
    dlclose(library);
}

void case_frames_come_and_go() {
    for (int i = 0; i < 300; i++) {
        int64_t module = jit_of(source, 2);
        auto outer = reinterpret_cast<Outer>(pointer_of(module, "outer"));
        bool caught = false;
        try {
            outer(as_int(throws), 2, 3, i);
        } catch (const std::runtime_error &) {
            caught = true;
        }
        CHECK(caught);
        rt_cranelift_free_module(module);
    }
}

const check_case cases[] = {
    CASE(through_jit_code),
    CASE(through_an_object),
    CASE(frames_come_and_go),
};

}  // namespace

CHECK_MAIN(cases)
