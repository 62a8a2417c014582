//! Zhiyi (知意) reads one Chinese customer message and answers what the sender wants.
#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod text;
