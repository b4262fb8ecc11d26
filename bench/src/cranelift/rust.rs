//! The sample with the Rust crates, as their documentation recommends: what one function needed of
//! memory is used again for the next.

use crate::{LOOPS, STEPS};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AbiParam, Function, InstBuilder, MemFlagsData, Signature, StackSlotData, StackSlotKind,
    UserFuncName, types,
};
use cranelift_codegen::isa::{OwnedTargetIsa, TargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_codegen::{Context, control::ControlPlane, verify_function};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{FuncId, Linkage, Module, default_libcall_names};
use std::hint::black_box;

/// The settings that a JIT module of the C API starts from. The verifier is run by hand, once.
const SETTINGS: [(&str, &str); 4] = [
    ("is_pic", "false"),
    ("enable_probestack", "true"),
    ("probestack_strategy", "inline"),
    ("enable_verifier", "false"),
];

/// Builds the sample into an empty function.
fn build(func: &mut Function, scratch: &mut FunctionBuilderContext, isa: &dyn TargetIsa) {
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

/// What is needed to build and compile functions for the host.
pub struct Compiler {
    isa: OwnedTargetIsa,
    signature: Signature,
    scratch: FunctionBuilderContext,
    context: Context,
}

impl Compiler {
    pub fn new() -> Compiler {
        let mut flags = settings::builder();
        for (name, value) in SETTINGS {
            flags.set(name, value).expect("the setting is known");
        }
        let isa = cranelift_native::builder()
            .expect("the host has a backend")
            .finish(settings::Flags::new(flags))
            .expect("the settings fit");
        let mut signature = Signature::new(isa.default_call_conv());
        signature.params.push(AbiParam::new(types::I64));
        signature.returns.push(AbiParam::new(types::I64));
        let (scratch, context) = (FunctionBuilderContext::new(), Context::new());
        Compiler { isa, signature, scratch, context }
    }

    /// Builds the sample; gives the number of its instructions.
    pub fn build(&mut self) -> usize {
        self.context.clear();
        self.context.func.name = UserFuncName::user(0, 0);
        self.context.func.signature = self.signature.clone();
        build(&mut self.context.func, &mut self.scratch, &*self.isa);
        self.context.func.dfg.num_insts()
    }

    fn verify(&self) {
        verify_function(&self.context.func, &*self.isa).expect("the sample is right");
    }

    /// Builds, verifies and compiles the sample.
    pub fn compile(&mut self) {
        self.build();
        self.verify();
        let mut control = ControlPlane::default();
        black_box(self.context.compile(&*self.isa, &mut control).expect("it compiles"));
    }

    /// An empty module of `cranelift-jit`.
    pub fn jit(&self) -> JITModule {
        JITModule::new(JITBuilder::with_isa(self.isa.clone(), default_libcall_names()))
    }

    /// Builds, verifies and compiles the sample into a module.
    pub fn define(&mut self, module: &mut JITModule, name: &str) -> FuncId {
        let id = module.declare_function(name, Linkage::Export, &self.signature);
        let id = id.expect("the name is new");
        self.build();
        self.verify();
        module.define_function(id, &mut self.context).expect("it compiles");
        id
    }
}
