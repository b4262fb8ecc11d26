//! The sample through the C API of libsimple_cranelift.so, called as any program would.

use crate::{LOOPS, STEPS};

unsafe extern "C" {
    fn rt_cranelift_new_signature(call_conv: i64) -> i64;
    fn rt_cranelift_sig_add_param(sig: i64, ty: i64);
    fn rt_cranelift_sig_set_return(sig: i64, ty: i64);
    fn rt_cranelift_signature_free(sig: i64) -> bool;
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
    fn rt_cranelift_new_module_with(
        name: *const u8,
        len: u64,
        settings: *const Words<u8>,
        count: u64,
    ) -> i64;
    fn rt_cranelift_queue_function(module: i64, func: i64, ctx: i64) -> bool;
    fn rt_cranelift_compile_queued(module: i64, threads: i64) -> i64;
    fn rt_cranelift_finalize_module(module: i64) -> i64;
    fn rt_cranelift_get_function_ptr(module: i64, name: *const u8, len: u64) -> i64;
    fn rt_cranelift_call_function_ptr(ptr: i64, args: *const i64, len: u64) -> i64;
    fn rt_cranelift_call_function_catching(ptr: i64, args: *const i64, len: u64) -> Words<i64>;
    fn rt_list_i64_free(list: Words<i64>) -> bool;
}

/// A text or list of the C API: address and length.
#[repr(C)]
#[derive(Clone, Copy)]
struct Words<T> {
    items: *const T,
    len: u64,
}

const I64: i64 = 4;

/// Builds the sample into a context that was begun.
fn build(ctx: i64) {
    // SAFETY: numbers only; the library checks them.
    unsafe {
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
    }
}

/// A JIT module and the signature of the sample. It is freed when dropped.
pub struct Module {
    handle: i64,
    signature: i64,
}

impl Module {
    /// A module with settings, each `name=value`.
    pub fn new(settings: &[&str]) -> Module {
        let texts: Vec<_> = settings
            .iter()
            .map(|text| Words { items: text.as_ptr(), len: text.len() as u64 })
            .collect();
        // SAFETY: numbers, and texts that live until the calls return.
        unsafe {
            let handle =
                rt_cranelift_new_module_with(b"m".as_ptr(), 1, texts.as_ptr(), texts.len() as u64);
            assert!(handle != 0, "the host has a JIT and these settings");
            let signature = rt_cranelift_new_signature(4);
            rt_cranelift_sig_add_param(signature, I64);
            rt_cranelift_sig_set_return(signature, I64);
            Module { handle, signature }
        }
    }

    fn begin(&self, name: &str) -> i64 {
        // SAFETY: as in `new`.
        unsafe {
            let (text, len) = (name.as_ptr(), name.len() as u64);
            rt_cranelift_begin_function(self.handle, text, len, self.signature)
        }
    }

    /// The sample, complete and verified. Its handle must go to [`free`].
    fn function(&self, name: &str) -> i64 {
        let ctx = self.begin(name);
        build(ctx);
        end(ctx);
        ctx
    }

    /// Builds the sample, complete and not verified, and throws it away.
    pub fn build(&self) {
        let ctx = self.begin("f");
        // SAFETY: numbers.
        unsafe { rt_cranelift_set_verifier(ctx, false) };
        build(ctx);
        end(ctx);
        free(ctx);
    }

    /// Builds the sample, has it verified, compiles it and keeps the code.
    pub fn define(&self, name: &str) {
        let ctx = self.function(name);
        // SAFETY: numbers.
        assert!(unsafe { rt_cranelift_define_function(self.handle, ctx, ctx) }, "it compiles");
        free(ctx);
    }

    /// Builds the sample, has it verified, and puts it into the queue.
    pub fn queue(&self, name: &str) {
        let ctx = self.function(name);
        // SAFETY: numbers.
        assert!(unsafe { rt_cranelift_queue_function(self.handle, ctx, ctx) }, "it is new");
        free(ctx);
    }

    /// Compiles what is in the queue.
    pub fn compile_queued(&self, threads: i64) {
        // SAFETY: numbers.
        assert!(unsafe { rt_cranelift_compile_queued(self.handle, threads) } > 0, "it compiles");
    }

    /// Makes and links a function that gives what it takes; gives its address.
    pub fn identity(&self, name: &str) -> i64 {
        let ctx = self.begin(name);
        // SAFETY: numbers only; the library checks them.
        unsafe {
            let entry = rt_cranelift_create_block(ctx);
            rt_cranelift_append_func_params(ctx, entry);
            rt_cranelift_switch_to_block(ctx, entry);
            rt_cranelift_seal_block(ctx, entry);
            rt_cranelift_return(ctx, rt_cranelift_block_param(ctx, entry, 0));
            end(ctx);
            assert!(rt_cranelift_define_function(self.handle, ctx, ctx), "it compiles");
        }
        free(ctx);
        self.link(name)
    }

    /// Links all code and gives the address of a function.
    pub fn link(&self, name: &str) -> i64 {
        // SAFETY: as in `new`.
        unsafe {
            assert!(rt_cranelift_finalize_module(self.handle) == self.handle, "it links");
            rt_cranelift_get_function_ptr(self.handle, name.as_ptr(), name.len() as u64)
        }
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        // SAFETY: numbers.
        unsafe {
            rt_cranelift_free_module(self.handle);
            assert!(rt_cranelift_signature_free(self.signature), "the signature is live");
        }
    }
}

fn end(ctx: i64) {
    // SAFETY: a number.
    assert!(unsafe { rt_cranelift_end_function(ctx) } == ctx, "the function is complete");
}

fn free(ctx: i64) {
    // SAFETY: a number.
    assert!(unsafe { rt_cranelift_context_free(ctx) }, "the context is live");
}

/// Calls by address, the form of up to 8 integers.
pub fn call(address: i64, argument: i64) -> i64 {
    // SAFETY: the argument lives until the call returns.
    unsafe { rt_cranelift_call_function_ptr(address, &raw const argument, 1) }
}

/// Calls by address; a trap would be an error.
pub fn call_catching(address: i64, argument: i64) -> i64 {
    // SAFETY: the argument lives until the call returns; the result is read before it is freed.
    unsafe {
        let results = rt_cranelift_call_function_catching(address, &raw const argument, 1);
        assert!(results.len == 1, "there is one result");
        let result = *results.items;
        assert!(rt_list_i64_free(results), "the list is live");
        result
    }
}
