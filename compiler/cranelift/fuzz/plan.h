/* Plans a sequence: the steps of a program that is right, some of them changed, and then anything. */
#ifndef FUZZ_PLAN_H
#define FUZZ_PLAN_H

static fuzz_step steps[STEPS];
static int step_count;

static inline void add(uint16_t row, bool is_wild) {
    if (step_count < STEPS) steps[step_count++] = (fuzz_step){ row, is_wild, fuzz_random() };
}

static inline void add_one(const uint16_t *group, size_t count) { add(group[fuzz_below(count)], false); }

#define ADD(function) add(ROW_##function, false)
#define ADD_ONE(group) add_one(group_##group, sizeof group_##group / sizeof group_##group[0])

static inline void plan_signature(void) {
    ADD(new_signature);
    for (uint64_t count = fuzz_below(5); count > 0; count--) ADD_ONE(signature);
}

static inline void plan_block(void) {
    ADD(switch_to_block);
    for (uint64_t count = 1 + fuzz_below(12); count > 0; count--) {
        ADD_ONE(instruction);
        if (fuzz_one_of(6)) ADD_ONE(look);
    }
    if (fuzz_one_of(12)) {
        ADD(block_call);
        ADD(block_call);
        ADD(br_table_calls);
    }
    if (fuzz_one_of(12)) {
        ADD(try_handler);
        ADD(try_call);
    }
    if (!fuzz_one_of(3)) ADD_ONE(terminator);
    /* In case that did not end it. */
    if (!fuzz_one_of(8)) ADD(return_values);
}

static inline void plan_function(void) {
    uint64_t blocks = 1 + fuzz_below(fuzz_one_of(4) ? 6 : 3);
    if (fuzz_one_of(3)) ADD(declare_function);
    ADD_ONE(begin);
    for (uint64_t count = 0; count < blocks; count++) {
        ADD(create_block);
        if (count > 0 && fuzz_one_of(3)) ADD(append_block_param);
    }
    ADD(append_func_params);
    if (fuzz_one_of(3)) ADD(declare_var);
    for (uint64_t count = 0; count < blocks; count++) {
        plan_block();
        if (fuzz_one_of(8)) ADD(seal_block);
    }
    ADD(seal_all_blocks);
    if (fuzz_one_of(4)) ADD_ONE(look);
    /* What failed on the way does not count. */
    if (!fuzz_one_of(8)) ADD(clear_error);
    ADD(end_function);
    if (fuzz_one_of(4)) ADD_ONE(look);
    if (fuzz_one_of(6)) ADD(queue_function);
    else if (fuzz_one_of(6)) ADD(aot_define_function);
    ADD(define_function);
}

/* A function of integers that cannot trap, for the calls that have no guard. */
static inline void plan_calm(void) {
    ADD(new_signature);
    for (uint64_t count = fuzz_below(3); count > 0; count--) ADD(sig_add_param);
    if (!fuzz_one_of(4)) ADD(sig_set_return);
    ADD(begin_function);
    ADD(create_block);
    ADD(append_func_params);
    ADD(switch_to_block);
    for (uint64_t count = fuzz_below(10); count > 0; count--) ADD_ONE(calm);
    ADD(return_values);
    ADD(seal_all_blocks);
    ADD(clear_error);
    ADD(end_function);
    ADD(define_function);
}

static inline void plan_data(void) {
    for (uint64_t count = fuzz_below(4); count > 0; count--) ADD_ONE(data);
    if (!fuzz_one_of(4)) return;
    ADD(declare_data);
    ADD(define_data_zero);
    ADD(data_write_address);
}

static inline void plan_text(void) {
    for (uint64_t count = 1 + fuzz_below(3); count > 0; count--) {
        if (!fuzz_one_of(3)) {
            ADD(define_text);
            continue;
        }
        ADD(parse_function);
        if (fuzz_one_of(2)) ADD(verify);
        if (fuzz_one_of(2)) ADD(context_text);
        ADD(define_function);
    }
}

static inline void plan_use(void) {
    if (fuzz_one_of(3)) ADD(compile_queued);
    for (uint64_t count = fuzz_below(4); count > 0; count--) ADD_ONE(module);
    if (!fuzz_one_of(4)) ADD(finalize_module);
    for (uint64_t count = fuzz_below(3); count > 0; count--) {
        ADD(get_function_ptr);
        ADD(function_address);
        ADD_ONE(run);
        ADD_ONE(run);
    }
    if (fuzz_one_of(3)) ADD_ONE(module);
    if (fuzz_one_of(2)) ADD_ONE(end);
}

/* Leaves steps out, does them twice, or in another order. */
static inline void disturb(void) {
    for (uint64_t count = 1 + fuzz_below(3); count > 0 && step_count > 2; count--) {
        int at = (int)fuzz_below((uint64_t)step_count - 1);
        fuzz_step step = steps[at];
        switch (fuzz_below(4)) {
        case 0:
            memmove(&steps[at], &steps[at + 1], (size_t)(step_count - at - 1) * sizeof step);
            step_count--;
            break;
        case 1: steps[at] = steps[at + 1], steps[at + 1] = step; break;
        case 2: steps[at].is_wild = true; break;
        default: steps[fuzz_below((uint64_t)step_count)] = step; break;
        }
    }
}

static inline void plan_sequence(uint64_t seed) {
    fuzz_seed(seed);
    step_count = 0;
    if (!fuzz_one_of(30)) ADD_ONE(start);
    bool is_text = fuzz_one_of(6);
    if (is_text) {
        plan_text();
    } else {
        for (uint64_t count = 1 + fuzz_below(2); count > 0; count--) plan_signature();
        plan_data();
        if (fuzz_one_of(4)) plan_calm();
        for (uint64_t count = 1 + fuzz_below(fuzz_one_of(3) ? 3 : 1); count > 0; count--) plan_function();
    }
    plan_use();
    if (fuzz_one_of(3)) disturb();
    for (uint64_t count = fuzz_below(25); count > 0; count--) add((uint16_t)fuzz_below(ROWS), true);
}

#endif
