/* Picks the arguments of a call: right ones as far as the fuzzer can tell, or, in wild calls, anything that C
 * allows. */
#ifndef FUZZ_PICK_H
#define FUZZ_PICK_H

static inline int64_t pick_integer(void) {
    static const int64_t edges[] = { 0, 1, 2, 7, 8, 63, 64, 100, 1000, 4096, 65536, 1 << 24, INT32_MAX, INT32_MIN,
                                     INT64_MAX, INT64_MIN, -1, -2, -1001, UINT32_MAX, (int64_t)1 << 30 };
    switch (fuzz_below(4)) {
    case 0: return edges[fuzz_below(sizeof edges / sizeof edges[0])];
    case 1: return (int64_t)fuzz_random();
    case 2: return -(int64_t)fuzz_below(1000);
    default: return (int64_t)fuzz_below(50);
    }
}

/* Whether this argument is anything at all. */
static inline bool is_astray(void) { return fuzz_wild && fuzz_one_of(4); }

static inline int64_t pick_any(void) {
    switch (fuzz_below(6)) {
    case 0: return S.handle_count ? S.handles[fuzz_below((uint64_t)S.handle_count)] : 0;
    case 1: return S.stale;
    case 2: return S.handle_count ? S.handles[0] ^ (int64_t)(UINT64_C(1) << fuzz_below(63)) : -1;
    case 3: return 0;
    default: return pick_integer();
    }
}

static inline int64_t below_or_any(uint64_t first, uint64_t count) {
    return is_astray() ? pick_any() : (int64_t)(first + fuzz_below(count));
}

static inline int64_t pick_convention(void) {
    G.number = fuzz_one_of(2) ? RT_CRANELIFT_CALL_CONV_DEFAULT : below_or_any(0, 6);
    return G.number;
}

static inline int64_t pick_type(void) {
    static const uint8_t usual[] = { 1, 2, 3, 4, 4, 3, 5, 6, 6, 7, 8, 9, 10, 11 };
    G.type = is_astray() ? pick_any() : usual[fuzz_below(sizeof usual)];
    return G.type;
}

static inline int64_t pick_extension(void) { return fuzz_one_of(2) ? 0 : below_or_any(0, 3); }
static inline int64_t pick_purpose(void) { return fuzz_one_of(2) ? 0 : below_or_any(0, 3); }
static inline int64_t pick_linkage(void) { return below_or_any(0, 3); }
static inline int64_t pick_target(void) { return fuzz_one_of(2) ? -1 : below_or_any(0, 4); }
static inline int64_t pick_condition(void) { return below_or_any(0, 10); }
static inline int64_t pick_operation(void) { return below_or_any(0, 11); }
static inline int64_t pick_code(void) { return below_or_any(1, 250); }
static inline int64_t pick_align(void) { return is_astray() ? pick_any() : (int64_t)1 << fuzz_below(13); }

static inline int64_t pick_flags(void) {
    static const int64_t usual[] = { 0, 1, 2, 3, 5, 7, 9, 16, 32, 0x700, 0x10000, 0x20001 };
    return is_astray() ? pick_any() : usual[fuzz_below(sizeof usual / sizeof usual[0])];
}

static inline int64_t pick_number(void) {
    if (is_astray()) G.number = pick_integer();
    else if (fuzz_one_of(4)) G.number = 0;
    else G.number = (int64_t)(fuzz_one_of(3) ? 8 * fuzz_below(8) : fuzz_below(40));
    return G.number;
}

static inline int64_t pick_size(void) { return is_astray() ? pick_integer() : 8 * (int64_t)fuzz_below(8); }
static inline bool pick_bool(void) { return fuzz_one_of(2); }

static inline double pick_f64(void) {
    static const double edges[] = { 0.0, -0.0, 1.0, -1.5, 1e308, -1e308, 5e-324, 1e18, 0.1 };
    return fuzz_one_of(6) ? (double)NAN : edges[fuzz_below(sizeof edges / sizeof edges[0])];
}

static inline float pick_f32(void) { return fuzz_one_of(6) ? (float)INFINITY : (float)(pick_f64() / 1e300); }

/* ---- handles: mostly the newest */

static inline int newest(int count, int kept) {
    int there = count < kept ? count : kept;
    if (there == 0) return -1;
    int back = fuzz_one_of(fuzz_wild ? 3 : 12) ? (int)fuzz_below((uint64_t)there) : 0;
    return (count - 1 - back) % kept;
}

static inline int64_t pick_module(void) {
    if (is_astray()) return pick_any();
    int at = newest(S.module_count, MODULES);
    if (at < 0) return 0;
    G.module = &S.modules[at];
    return G.module->handle;
}

static inline int64_t pick_ctx(void) {
    if (is_astray()) return pick_any();
    int at = newest(S.context_count, CONTEXTS);
    if (at < 0) return 0;
    G.ctx = &S.contexts[at];
    return G.ctx->handle;
}

static inline int64_t pick_sig(void) {
    if (fuzz_row_now == ROW_call_function_as && G.pointer && !is_astray()) return G.pointer->sig;
    if (is_astray()) return pick_any();
    int there = S.sig_count < SIGNATURES ? S.sig_count : SIGNATURES;
    if (there == 0) return 0;
    /* The newest while it is put together, any later. */
    bool is_new = fuzz_row_now == ROW_sig_add_param || fuzz_row_now == ROW_sig_add_return || fuzz_one_of(2);
    G.sig = &S.sigs[is_new ? (S.sig_count - 1) % SIGNATURES : (int)fuzz_below((uint64_t)there)];
    return G.sig->handle;
}

static inline fuzz_module *module_at_hand(void) {
    if (G.module) return G.module;
    if (G.ctx && G.ctx->module >= 0) return &S.modules[G.ctx->module];
    return NULL;
}

static inline int64_t pick_func(void) {
    fuzz_module *module = module_at_hand();
    if (is_astray()) return pick_any();
    if (fuzz_row_now == ROW_define_function && !fuzz_one_of(3)) return 0;
    if (G.ctx && G.ctx->imports && fuzz_one_of(4)) return 1 + (int64_t)fuzz_below((uint64_t)G.ctx->imports);
    int count = module ? (module->func_count < ITEMS ? module->func_count : ITEMS) : 0;
    if (count == 0) return 0;
    G.func = &module->funcs[fuzz_below((uint64_t)count)];
    if (G.func->id == 0) G.func = NULL;
    return G.func ? G.func->id : 0;
}

static inline int64_t pick_data(void) {
    fuzz_module *module = module_at_hand();
    int count = module ? (module->data_count < ITEMS ? module->data_count : ITEMS) : 0;
    if (is_astray() || count == 0) return pick_any();
    /* Mostly the newest. */
    return module->data[(module->data_count - 1 - (fuzz_one_of(4) ? (int)fuzz_below((uint64_t)count) : 0)) % ITEMS];
}

/* What has an address. */
static inline int64_t pick_item(void) {
    bool has_functions = G.module && G.module->func_count > 0;
    return has_functions && fuzz_one_of(2) ? pick_func() : pick_data();
}

/* ---- what a function consists of */

static inline int64_t pick_block(void) {
    int64_t block = 0;
    fuzz_ctx *ctx = G.ctx;
    if (!ctx || ctx->blocks == 0 || is_astray()) block = pick_any();
    else if (fuzz_row_now == ROW_append_func_params) block = 1;
    else if (fuzz_row_now == ROW_switch_to_block && !fuzz_wild) block = ctx->current % ctx->blocks + 1;
    else if (rows[fuzz_row_now].is_unsafe || (ctx->current < ctx->blocks && !fuzz_wild))
        block = ctx->current + 1 + (int64_t)fuzz_below((uint64_t)(ctx->blocks - ctx->current % ctx->blocks));
    else block = 1 + (int64_t)fuzz_below((uint64_t)ctx->blocks);
    /* The first of several decides whether control may go backwards. */
    if (G.block == 0 || block < G.block) G.block = block;
    G.number = block;
    return block;
}

static inline uint64_t pick_blocks(int64_t *items) {
    uint64_t count = fuzz_below(LIST);
    for (uint64_t index = 0; index < count; index++) items[index] = pick_block();
    return count;
}

static inline bool fits(const fuzz_value *value, int type) {
    bool is_float = value->type == 5 || value->type == 6 || value->type == 10 || value->type == 11;
    if (type == 'i') return !is_float;
    if (type == 'f') return is_float;
    return type == 0 || value->type == type;
}

/* A constant of a type, or of any integer or float type. */
static inline int64_t make_value(fuzz_ctx *ctx, int type) {
    int64_t value = 0, bits = pick_integer();
    if (type == 0 || type == 'i') type = 1 + (int)fuzz_below(4);
    if (type == 'f') type = 5 + (int)fuzz_below(2);
    if (type == RT_CRANELIFT_TYPE_B1) type = RT_CRANELIFT_TYPE_I8;
    if (type == RT_CRANELIFT_TYPE_PTR) type = RT_CRANELIFT_TYPE_I64;
    switch (type) {
    case RT_CRANELIFT_TYPE_F32:
    case RT_CRANELIFT_TYPE_F64: value = rt_cranelift_fconst(ctx->handle, type, pick_f64()); break;
    case RT_CRANELIFT_TYPE_F16: value = rt_cranelift_f16const(ctx->handle, bits & 0xffff); break;
    case RT_CRANELIFT_TYPE_F128: value = rt_cranelift_f128const(ctx->handle, bits, bits); break;
    case RT_CRANELIFT_TYPE_I128: value = rt_cranelift_iconst128(ctx->handle, bits, ~bits); break;
    default: value = rt_cranelift_iconst(ctx->handle, type, type == 4 ? bits : bits & 0x7f); break;
    }
    if (fuzz_tracing) printf("    /* a constant of type %d: %" PRId64 " */\n", type, value);
    if (value != 0) keep_typed(value, (uint8_t)type, ctx->current);
    return value;
}

/* A value of a type that is known where control is. */
static inline int64_t value_of(int type) {
    fuzz_ctx *ctx = G.ctx;
    if (is_astray()) return pick_any();
    if (!ctx) return (int64_t)fuzz_below(20);
    if (type == 7) type = 1;
    if (type == 8) type = 4;
    int there = ctx->value_count < VALUES ? ctx->value_count : VALUES;
    int start = there ? (int)fuzz_below((uint64_t)there) : 0;
    for (int index = 0; index < there; index++) {
        const fuzz_value *value = &ctx->values[(start + index) % there];
        bool is_known = value->block == ctx->current || value->block <= 1;
        if (!fits(value, type) || !(is_known || fuzz_wild)) continue;
        G.value_type = value->type;
        return value->number;
    }
    int64_t made = make_value(ctx, type);
    G.value_type = made ? ctx->values[(ctx->value_count - 1) % VALUES].type : 0;
    return made;
}

static inline int64_t pick_value(void) {
    const fuzz_row *row = &rows[fuzz_row_now];
    bool is_next = G.value_type != 0 && !fuzz_one_of(8);
    if (fuzz_row_now == ROW_select || fuzz_row_now == ROW_select_spectre_guard) is_next &= !fuzz_one_of(3);
    int type = is_next ? G.value_type : row->is_float ? 'f' : row->is_integer ? 'i' : 0;
    return value_of(type);
}

static inline int64_t pick_word(void) { return value_of(RT_CRANELIFT_TYPE_I64); }
static inline int64_t pick_index32(void) { return value_of(RT_CRANELIFT_TYPE_I32); }

static inline uint64_t values_for(const uint8_t *types, int count, int64_t *items) {
    for (int index = 0; index < count; index++) items[index] = value_of(types[index]);
    uint64_t wanted = (uint64_t)count;
    if (is_astray()) wanted = fuzz_below(LIST);
    for (uint64_t index = (uint64_t)count; index < wanted; index++) items[index] = pick_any();
    return wanted;
}

static inline uint64_t pick_block_args(int64_t *items) {
    uint8_t types[TYPES];
    int count = 0;
    fuzz_ctx *ctx = G.ctx;
    int64_t params = ctx ? rt_cranelift_block_param_count(ctx->handle, G.number) : 0;
    int64_t block = G.number;
    for (; count < params && count < TYPES; count++) {
        int64_t value = rt_cranelift_block_param(ctx->handle, block, count);
        types[count] = (uint8_t)rt_cranelift_value_type(ctx->handle, value);
    }
    uint64_t given = values_for(types, count, items);
    for (uint64_t index = 0; index < given; index++)
        if (rows[fuzz_row_now].is_unsafe && fuzz_one_of(4)) items[index] = fuzz_one_of(2) ? -1 : -1001;
    return given;
}

static inline const fuzz_sig *called(void) {
    if (G.sig) return G.sig;
    return G.func ? &G.func->sig : NULL;
}

static inline uint64_t pick_call_args(int64_t *items) {
    const fuzz_sig *sig = called();
    if (!sig) return fuzz_below(3);
    return values_for(sig->params, sig->param_count, items);
}

static inline int64_t pick_call_value(void) { return value_of(fuzz_one_of(3) ? 0 : RT_CRANELIFT_TYPE_I64); }

static inline int64_t pick_return_value(void) {
    return value_of(G.ctx && G.ctx->sig.return_count ? G.ctx->sig.returns[0] : 0);
}

static inline uint64_t pick_return_values(int64_t *items) {
    return G.ctx ? values_for(G.ctx->sig.returns, G.ctx->sig.return_count, items) : 0;
}

static inline int64_t one_up_to(int count) { return count ? below_or_any(1, (uint64_t)count) : pick_any(); }
static inline int64_t pick_variable(void) { return one_up_to(G.ctx ? G.ctx->variables : 0); }
static inline int64_t pick_slot(void) { return one_up_to(G.ctx ? G.ctx->slots : 0); }
static inline int64_t pick_staged(void) { return one_up_to(G.ctx ? G.ctx->staged : 0); }

static inline uint64_t pick_staged_list(int64_t *items) {
    uint64_t count = fuzz_below(4);
    for (uint64_t index = 0; index < count; index++) items[index] = pick_staged();
    return count;
}

/* ---- code to run: only what is known to be harmless, and still there */

static inline int64_t pick_pointer(bool can_trap) {
    int there = S.pointer_count < POINTERS ? S.pointer_count : POINTERS;
    int start = there ? (int)fuzz_below((uint64_t)there) : 0;
    for (int index = 0; index < there; index++) {
        fuzz_pointer *pointer = &S.pointers[(start + index) % there];
        char name[8];
        int length = snprintf(name, sizeof name, "f%d", pointer->name);
        if ((pointer->can_trap && !can_trap) || pointer->module == 0) continue;
        if (!rt_cranelift_find_function(pointer->module, (const uint8_t *)name, (uint64_t)length)) continue;
        G.pointer = pointer;
        return pointer->address;
    }
    /* `call_function_as` calls any address. */
    return fuzz_one_of(2) || fuzz_row_now == ROW_call_function_as ? 0 : (int64_t)fuzz_below(4096);
}

static inline int64_t pick_safe_ptr(void) { return pick_pointer(true); }
static inline int64_t pick_plain_ptr(void) { return pick_pointer(false); }

static inline uint64_t pick_words(int64_t *items) {
    uint64_t count = G.pointer ? (uint64_t)G.pointer->words : 0;
    if (is_astray()) count = fuzz_below(LIST);
    for (uint64_t index = 0; index < count && index < LIST; index++) items[index] = pick_integer();
    return count < LIST ? count : LIST;
}

/* A list as C may give it. */
static inline const void *pick_list(const void *items, uint64_t *len, size_t size) {
    if (!fuzz_rarely()) return items;
    if (fuzz_one_of(2)) return NULL;
    *len = (uint64_t)INT64_MAX / size + 1 + fuzz_below(100);
    return items;
}

#include "text.h"

#endif
