/* Keeps what calls give, and knows what functions that are built consist of. */
#ifndef FUZZ_KEEP_H
#define FUZZ_KEEP_H

static inline void keep_handle(int64_t handle) {
    if (S.handle_count < HANDLES) {
        S.handles[S.handle_count++] = handle;
        return;
    }
    /* Too many: one goes, whatever it is. */
    int at = (int)fuzz_below(HANDLES);
    S.stale = S.handles[at];
    if (!rt_cranelift_context_free(S.stale) && !rt_cranelift_signature_free(S.stale))
        rt_cranelift_module_free(S.stale);
    S.handles[at] = handle;
}

static inline void keep_module(int64_t handle) {
    keep_handle(handle);
    fuzz_module *module = &S.modules[S.module_count++ % MODULES];
    memset(module, 0, sizeof *module);
    module->handle = handle;
    module->is_jit = fuzz_row_now == ROW_new_module || fuzz_row_now == ROW_module_new ||
                     fuzz_row_now == ROW_new_module_with;
}

static inline void keep_sig(int64_t handle) {
    keep_handle(handle);
    fuzz_sig *sig = &S.sigs[S.sig_count++ % SIGNATURES];
    memset(sig, 0, sizeof *sig);
    sig->handle = handle;
    G.sig = sig;
}

static inline void keep_ctx(int64_t handle) {
    keep_handle(handle);
    fuzz_ctx *ctx = &S.contexts[S.context_count++ % CONTEXTS];
    memset(ctx, 0, sizeof *ctx);
    ctx->handle = handle;
    ctx->module = G.module ? (int)(G.module - S.modules) : -1;
    ctx->name = G.name;
    ctx->is_safe = true;
    if (G.sig) ctx->sig = *G.sig;
    G.ctx = ctx;
}

static inline void keep_typed(int64_t value, uint8_t type, int block) {
    if (!G.ctx) return;
    fuzz_value *place = &G.ctx->values[G.ctx->value_count++ % VALUES];
    *place = (fuzz_value){ value, type, block };
}

static inline void keep_value(int64_t value) {
    if (!G.ctx) return;
    keep_typed(value, (uint8_t)rt_cranelift_value_type(G.ctx->handle, value), G.ctx->current);
}

static inline void keep_block(int64_t block) {
    if (G.ctx) G.ctx->blocks = (int)block;
}

static inline void keep_variable(int64_t variable) {
    if (G.ctx) G.ctx->variables = (int)variable;
}

static inline void keep_slot(int64_t slot) {
    if (G.ctx) G.ctx->slots = (int)slot;
}

static inline void keep_import(int64_t import) {
    if (G.ctx) G.ctx->imports = (int)import;
}

static inline void keep_staged(int64_t call) {
    if (G.ctx) G.ctx->staged = (int)call;
}

static inline fuzz_func *find_func(fuzz_module *module, int64_t id) {
    for (int index = 0; module && index < ITEMS; index++)
        if (module->funcs[index].id != 0 && module->funcs[index].id == id) return &module->funcs[index];
    return NULL;
}

static inline void keep_func(int64_t id) {
    if (!G.module || find_func(G.module, id)) return;
    fuzz_func *func = &G.module->funcs[G.module->func_count++ % ITEMS];
    memset(func, 0, sizeof *func);
    func->id = id;
    func->name = G.name;
    G.func = func;
}

static inline void keep_data(int64_t id) {
    if (G.module) G.module->data[G.module->data_count++ % ITEMS] = id;
}

/* An address is called later only if what is there is harmless. */
static inline void keep_ptr(int64_t address) {
    fuzz_func *func = G.func;
    if (fuzz_row_now == ROW_get_function_ptr) {
        func = NULL;
        for (int index = 0; G.module && G.name >= 0 && index < ITEMS; index++)
            if (G.module->funcs[index].is_defined && G.module->funcs[index].name == G.name)
                func = &G.module->funcs[index];
    }
    if (!G.module || !func || !func->is_defined || !func->is_safe || func->name < 0) return;
    fuzz_pointer *pointer = &S.pointers[S.pointer_count++ % POINTERS];
    *pointer = (fuzz_pointer){ address, G.module->handle, func->sig.handle, func->name, 0, func->can_trap };
    for (int index = 0; index < func->sig.param_count; index++)
        pointer->words += func->sig.params[index] == RT_CRANELIFT_TYPE_I128 ||
                                  func->sig.params[index] == RT_CRANELIFT_TYPE_F128
                              ? 2
                              : 1;
}

/* ---- hooks: what a function changes beside its result */

static inline void after_new_signature(bool ok) {
    /* C's own convention, and those that calls through words know. */
    if (ok && G.sig) G.sig->is_plain = G.number == RT_CRANELIFT_CALL_CONV_DEFAULT;
}

static inline void add_type(uint8_t *types, int *count) {
    if (*count < TYPES) types[(*count)++] = (uint8_t)G.type;
}

static inline void after_sig_add_param(bool ok) {
    if (ok && G.sig) add_type(G.sig->params, &G.sig->param_count);
}

static inline void after_sig_add_special_param(bool ok) { after_sig_add_param(ok); }

static inline void after_sig_add_return(bool ok) {
    if (ok && G.sig) add_type(G.sig->returns, &G.sig->return_count);
}

static inline void after_sig_add_special_return(bool ok) { after_sig_add_return(ok); }

static inline void after_sig_set_return(bool ok) {
    if (ok && G.sig) G.sig->return_count = 0;
    after_sig_add_return(ok);
}

static inline void after_begin_function(bool ok) { (void)ok; }

static inline void after_begin_declared(bool ok) {
    if (!ok || !G.ctx || !G.func) return;
    G.ctx->sig = G.func->sig;
    G.ctx->name = G.func->name;
}

static inline void after_begin_standalone(bool ok) {
    if (ok && G.ctx) G.ctx->module = -1;
}

static inline void after_parse_function(bool ok) {
    if (!ok || !G.ctx) return;
    G.ctx->module = -1;
    G.ctx->is_finished = true;
    G.ctx->is_safe = false;
}

static inline void after_switch_to_block(bool ok) {
    if (ok && G.ctx) G.ctx->current = (int)G.block;
}

static inline void after_append_func_params(bool ok) {
    if (!ok || !G.ctx) return;
    int64_t count = rt_cranelift_block_param_count(G.ctx->handle, G.block);
    for (int64_t index = 0; index < count && index < TYPES; index++) {
        int64_t value = rt_cranelift_block_param(G.ctx->handle, G.block, index);
        if (value != 0) keep_typed(value, (uint8_t)rt_cranelift_value_type(G.ctx->handle, value), (int)G.block);
    }
}

static inline void after_append_block_param(bool ok) {
    if (ok && G.ctx && G.ctx->value_count > 0) G.ctx->values[(G.ctx->value_count - 1) % VALUES].block = (int)G.block;
}

static inline void after_end_function(bool ok) {
    if (ok && G.ctx) G.ctx->is_finished = true;
}

static inline void after_declare_function(bool ok) {
    if (ok && G.func && G.sig && !G.func->is_defined) G.func->sig = *G.sig;
}

/* A function that a module took; its name may be known to the module already. */
static inline void after_define(bool ok, bool has_code, bool is_named) {
    fuzz_ctx *ctx = G.ctx;
    if (!ctx) return;
    int name = is_named || ctx->name < 0 ? G.name : ctx->name;
    if (ok && G.module) {
        fuzz_func *func = is_named ? NULL : G.func;
        for (int index = 0; !func && name >= 0 && index < ITEMS; index++)
            if (G.module->funcs[index].id != 0 && G.module->funcs[index].name == name) func = &G.module->funcs[index];
        if (!func) {
            func = &G.module->funcs[G.module->func_count++ % ITEMS];
            *func = (fuzz_func){ .name = name };
        }
        func->sig = ctx->sig;
        func->is_defined = true;
        func->is_safe = ctx->is_safe && has_code && ctx->module == G.module - S.modules;
        func->can_trap = ctx->can_trap;
    }
    ctx->is_finished = false;
}

static inline void after_define_function(bool ok) { after_define(ok, true, false); }
static inline void after_aot_define_function(bool ok) { after_define(ok, true, true); }
static inline void after_queue_function(bool ok) { after_define(ok, true, false); }
static inline void after_finalize_module(bool ok) { (void)ok; }

static inline void after_free_module(bool ok) {
    (void)ok;
    if (!G.module) return;
    S.stale = G.module->handle;
    memset(G.module, 0, sizeof *G.module);
}

static inline void after_emit_object(bool ok) { after_free_module(ok); }
static inline void after_emit_object_raw(bool ok) { after_free_module(ok); }
static inline void after_emit_object_bytes(bool ok) { after_free_module(ok); }
static inline void after_module_free(bool ok) { after_free_module(ok); }

static inline void after_context_free(bool ok) {
    (void)ok;
    if (G.ctx) G.ctx->handle = 0;
}

static inline void after_signature_free(bool ok) {
    (void)ok;
    if (G.sig) G.sig->handle = 0;
}

static inline void after_declare_data(bool ok) { (void)ok; }

static inline void after_stack_slot(bool ok) {
    /* A large frame may trap; a huge one that is not probed reaches over the guard. */
    if (!ok || !G.ctx) return;
    if (G.number > 1024) G.ctx->can_trap = true;
    if (G.number > 1 << 16) G.ctx->is_safe = false;
}

static inline void after_call(bool ok) {
    if (!ok || !G.ctx) return;
    if (!G.func || !G.func->is_defined || !G.func->is_safe) G.ctx->is_safe = false;
    else G.ctx->can_trap |= G.func->can_trap;
}

static inline void after_call_arg(bool ok) { (void)ok; }

/* Branches go forwards in code that is run, so that it ends. */
static inline void after_branch(bool ok) {
    if (ok && G.ctx && G.block <= G.ctx->current) G.ctx->is_safe = false;
}

static inline void after_jump(bool ok) { after_branch(ok); }
static inline void after_jump_args(bool ok) { after_branch(ok); }
static inline void after_brif(bool ok) { after_branch(ok); }
static inline void after_brif_args(bool ok) { after_branch(ok); }
static inline void after_br_table(bool ok) { after_branch(ok); }

static inline void after_br_table_calls(bool ok) {
    /* The branches were staged anywhere. */
    if (ok && G.ctx) G.ctx->is_safe = false;
}

static inline void after_block_call(bool ok) { after_branch(ok); }

#endif
