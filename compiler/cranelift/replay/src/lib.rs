#![doc = include_str!("../README.md")]

pub mod api;
pub mod args;
pub mod child;
pub mod direct;
pub mod filetest;
pub mod link;
pub mod outcome;
pub mod preamble;
pub mod rebuild;
pub mod record;
pub mod report;
pub mod supervise;
pub mod throw;
pub mod unit;
pub mod verify;
