//! Zhiyi (知意) reads one Chinese customer message and answers what the sender wants: intents with confidence, slots with
//! canonical values, and why.
//!
//! ```text
//! text → segment → matching → entities → sound → decide → slots → recognizer → context → service → load, cli
//! ```
//!
//! Imports point to the left. [`dictionary`] and [`diagnostic`] know none of the later stages; a bundle also holds the
//! learned model of [`learn`], which stands beside them. [`builder`] joins tables, learner and recogniser; only
//! [`service`] knows about gRPC.
#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod builder;
pub mod check;
pub mod cli;
pub mod client;
pub mod config;
pub mod context;
pub mod decide;
pub mod diagnostic;
pub mod dictionary;
pub mod entities;
pub mod files;
pub mod learn;
pub mod load;
pub mod matching;
mod memory;
pub mod moderation;
pub mod pack_tests;
mod priority;
mod random;
pub mod recognizer;
pub mod segment;
pub mod service;
pub mod slots;
pub mod sound;
pub mod text;
