#![no_main]

libfuzzer_sys::fuzz_target!(init: zhiyi_fuzz::write_seeds("tables"), |input: &[u8]| zhiyi_fuzz::tables(input));
