//! Safe wrappers over what the standard library and rustix lack, so that bodies can forbid
//! `unsafe`.
//!
//! Each wrapper is generic: it knows the operating system and no module.

mod account;
mod args;
mod env;
mod limit;
mod map;
mod read;
mod room;
mod signal;
mod system;

pub use account::account_home;
pub use args::args;
pub use env::{env, env_all, env_bytes, remove_env, set_env, temp_dir};
pub use limit::{Resource, limit_address_space, limit_resource};
pub use map::read_mapped;
pub use read::read_into;
pub use room::has_room;
pub use signal::has_default_action;
pub use system::online_cpus;

#[cfg(all(test, not(miri)))]
mod tests;
