//! What building a function costs through the C API of libsimple_cranelift.so, against the same with
//! the Rust crates: one process, one run, rounds of both in turn, medians.
//!
//! The function is a loop with variables, a branch, memory accesses and arithmetic. Its size is that
//! of a function of a small program: 12 loops in a row, about 450 instructions.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AbiParam, Function, InstBuilder, MemFlagsData, Signature, StackSlotData, StackSlotKind,
    UserFuncName, types,
};
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::{Context, control::ControlPlane, settings};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use std::hint::black_box;
use std::time::Instant;

const LOOPS: usize = 12;
const STEPS: i64 = 8;
const ROUNDS: usize = 400;

unsafe extern "C" {
    fn rt_cranelift_new_signature(call_conv: i64) -> i64;
    fn rt_cranelift_sig_add_param(sig: i64, ty: i64);
    fn rt_cranelift_sig_set_return(sig: i64, ty: i64);
    fn rt_cranelift_new_module(name: *const u8, len: u64, target: i64) -> i64;
    fn rt_cranelift_begin_function(module: i64, name: *const u8, len: u64, sig: i64) -> i64;
    fn rt_cranelift_create_block(ctx: i64) -> i64;
    fn rt_cranelift_append_func_params(ctx: i64, block: i64);
    fn rt_cranelift_switch_to_block(ctx: i64, block: i64);
    fn rt_cranelift_seal_block(ctx: i64, block: i64);
    fn rt_cranelift_block_param(ctx: i64, block: i64, index: i64) -> i64;
    fn rt_cranelift_declare_var(ctx: i64, ty: i64) -> i64;
    fn rt_cranelift_def_var(ctx: i64, variable: i64, value: i64);
    fn rt_cranelift_use_var(ctx: i64, variable: i64) -> i64;
    fn rt_cranelift_stack_slot(ctx: i64, size: i64, align: i64) -> i64;
    fn rt_cranelift_stack_addr(ctx: i64, slot: i64, offset: i64) -> i64;
    fn rt_cranelift_iconst(ctx: i64, ty: i64, value: i64) -> i64;
    fn rt_cranelift_iadd(ctx: i64, a: i64, b: i64) -> i64;
    fn rt_cranelift_isub(ctx: i64, a: i64, b: i64) -> i64;
    fn rt_cranelift_imul(ctx: i64, a: i64, b: i64) -> i64;
    fn rt_cranelift_bxor(ctx: i64, a: i64, b: i64) -> i64;
    fn rt_cranelift_icmp(ctx: i64, cond: i64, a: i64, b: i64) -> i64;
    fn rt_cranelift_load(ctx: i64, ty: i64, addr: i64, offset: i64) -> i64;
    fn rt_cranelift_store(ctx: i64, value: i64, addr: i64, offset: i64);
    fn rt_cranelift_jump(ctx: i64, block: i64);
    fn rt_cranelift_brif(ctx: i64, cond: i64, then_block: i64, else_block: i64);
    fn rt_cranelift_return(ctx: i64, value: i64);
    fn rt_cranelift_set_verifier(ctx: i64, is_on: bool);
    fn rt_cranelift_end_function(ctx: i64) -> i64;
    fn rt_cranelift_context_free(ctx: i64) -> bool;
    fn rt_cranelift_define_function(module: i64, func: i64, ctx: i64) -> bool;
    fn rt_cranelift_free_module(module: i64);
}

const I64: i64 = 4;

/// Builds the function through the C API into a context that was begun.
fn build_by_c(ctx: i64) {
    // SAFETY: numbers only; the library checks them.
    unsafe {
        rt_cranelift_set_verifier(ctx, false);
        let entry = rt_cranelift_create_block(ctx);
        rt_cranelift_append_func_params(ctx, entry);
        rt_cranelift_switch_to_block(ctx, entry);
        rt_cranelift_seal_block(ctx, entry);
        let slot = rt_cranelift_stack_slot(ctx, 64, 8);
        let n = rt_cranelift_declare_var(ctx, I64);
        let sum = rt_cranelift_declare_var(ctx, I64);
        let param = rt_cranelift_block_param(ctx, entry, 0);
        rt_cranelift_def_var(ctx, sum, rt_cranelift_iconst(ctx, I64, 0));
        for _ in 0..LOOPS {
            let head = rt_cranelift_create_block(ctx);
            let body = rt_cranelift_create_block(ctx);
            let end = rt_cranelift_create_block(ctx);
            rt_cranelift_def_var(ctx, n, param);
            let addr = rt_cranelift_stack_addr(ctx, slot, 0);
            rt_cranelift_jump(ctx, head);
            rt_cranelift_switch_to_block(ctx, head);
            let now = rt_cranelift_use_var(ctx, n);
            let zero = rt_cranelift_iconst(ctx, I64, 0);
            rt_cranelift_brif(ctx, rt_cranelift_icmp(ctx, 4, now, zero), body, end);
            rt_cranelift_switch_to_block(ctx, body);
            rt_cranelift_seal_block(ctx, body);
            let mut value = rt_cranelift_use_var(ctx, sum);
            for step in 0..STEPS {
                let old = rt_cranelift_load(ctx, I64, addr, step * 8);
                value = rt_cranelift_iadd(ctx, value, old);
                value = rt_cranelift_bxor(ctx, rt_cranelift_imul(ctx, value, now), old);
                rt_cranelift_store(ctx, value, addr, step * 8);
            }
            rt_cranelift_def_var(ctx, sum, value);
            let one = rt_cranelift_iconst(ctx, I64, 1);
            rt_cranelift_def_var(ctx, n, rt_cranelift_isub(ctx, now, one));
            rt_cranelift_jump(ctx, head);
            rt_cranelift_seal_block(ctx, head);
            rt_cranelift_switch_to_block(ctx, end);
            rt_cranelift_seal_block(ctx, end);
        }
        rt_cranelift_return(ctx, rt_cranelift_use_var(ctx, sum));
        assert!(rt_cranelift_end_function(ctx) == ctx, "the function is complete");
    }
}

/// Builds the same function with the crates.
fn build_by_rust(func: &mut Function, scratch: &mut FunctionBuilderContext, isa: &OwnedTargetIsa) {
    let mut b = FunctionBuilder::new(func, scratch);
    let entry = b.create_block();
    b.append_block_params_for_function_params(entry);
    b.switch_to_block(entry);
    b.seal_block(entry);
    let slot = b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, 64, 3));
    let (n, sum) = (b.declare_var(types::I64), b.declare_var(types::I64));
    let param = b.block_params(entry)[0];
    let zero = b.ins().iconst(types::I64, 0);
    b.def_var(sum, zero);
    for _ in 0..LOOPS {
        let (head, body, end) = (b.create_block(), b.create_block(), b.create_block());
        b.def_var(n, param);
        let addr = b.ins().stack_addr(types::I64, slot, 0);
        b.ins().jump(head, &[]);
        b.switch_to_block(head);
        let now = b.use_var(n);
        let zero = b.ins().iconst(types::I64, 0);
        let is_more = b.ins().icmp(IntCC::SignedGreaterThan, now, zero);
        b.ins().brif(is_more, body, &[], end, &[]);
        b.switch_to_block(body);
        b.seal_block(body);
        let mut value = b.use_var(sum);
        for step in 0..STEPS {
            let offset = (step * 8) as i32;
            let old = b.ins().load(types::I64, MemFlagsData::new(), addr, offset);
            value = b.ins().iadd(value, old);
            let product = b.ins().imul(value, now);
            value = b.ins().bxor(product, old);
            b.ins().store(MemFlagsData::new(), value, addr, offset);
        }
        b.def_var(sum, value);
        let one = b.ins().iconst(types::I64, 1);
        let next = b.ins().isub(now, one);
        b.def_var(n, next);
        b.ins().jump(head, &[]);
        b.seal_block(head);
        b.switch_to_block(end);
        b.seal_block(end);
    }
    let result = b.use_var(sum);
    b.ins().return_(&[result]);
    b.finalize(isa.frontend_config());
}

fn time_ns(act: impl FnOnce()) -> f64 {
    let start = Instant::now();
    act();
    start.elapsed().as_secs_f64() * 1e9
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn report(what: &str, c: Vec<f64>, rust: Vec<f64>, instructions: f64) {
    let (c, rust) = (median(c), median(rust));
    let (per_c, per_rust) = (c / instructions, rust / instructions);
    println!(
        "{what:<10} C API {c:10.0} ns ({per_c:6.1} per instruction)   Rust {rust:10.0} ns \
         ({per_rust:6.1})   ratio {:.3}",
        c / rust
    );
}

fn main() {
    let isa = cranelift_native::builder()
        .expect("the host has a backend")
        .finish(settings::Flags::new(settings::builder()))
        .expect("the default settings fit");
    let mut signature = Signature::new(isa.default_call_conv());
    signature.params.push(AbiParam::new(types::I64));
    signature.returns.push(AbiParam::new(types::I64));
    let mut scratch = FunctionBuilderContext::new();
    let mut make = || {
        let name = UserFuncName::user(0, 0);
        let mut func = Function::with_name_signature(name, signature.clone());
        build_by_rust(&mut func, &mut scratch, &isa);
        func
    };
    let instructions = make().dfg.num_insts() as f64;
    // SAFETY: numbers, and texts that live.
    let (sig, module) = unsafe {
        let sig = rt_cranelift_new_signature(4);
        rt_cranelift_sig_add_param(sig, I64);
        rt_cranelift_sig_set_return(sig, I64);
        (sig, rt_cranelift_new_module(b"m".as_ptr(), 1, -1))
    };
    let (mut c, mut rust) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        c.push(time_ns(|| {
            // SAFETY: as above.
            let ctx = unsafe { rt_cranelift_begin_function(module, b"f".as_ptr(), 1, sig) };
            build_by_c(ctx);
            // SAFETY: a number.
            assert!(unsafe { rt_cranelift_context_free(ctx) }, "the context is live");
        }));
        rust.push(time_ns(|| drop(black_box(make()))));
    }
    println!("one function of {instructions} instructions, {ROUNDS} rounds");
    report("building", c, rust, instructions);
    let (mut c, mut rust) = (Vec::new(), Vec::new());
    let mut context = Context::new();
    for round in 0..ROUNDS / 4 {
        let name = format!("f{round}");
        c.push(time_ns(|| {
            // SAFETY: as above.
            unsafe {
                let (text, len) = (name.as_ptr(), name.len() as u64);
                let ctx = rt_cranelift_begin_function(module, text, len, sig);
                build_by_c(ctx);
                assert!(rt_cranelift_define_function(module, ctx, ctx), "it compiles");
                assert!(rt_cranelift_context_free(ctx), "the context is live");
            }
        }));
        rust.push(time_ns(|| {
            context.clear();
            context.func = make();
            let mut control = ControlPlane::default();
            black_box(context.compile(&*isa, &mut control).expect("it compiles"));
        }));
    }
    report("whole", c, rust, instructions);
    // SAFETY: numbers.
    unsafe { rt_cranelift_free_module(module) };
}
