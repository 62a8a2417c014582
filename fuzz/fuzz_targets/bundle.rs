#![no_main]

libfuzzer_sys::fuzz_target!(init: zhiyi_fuzz::write_seeds("bundle"), |input: &[u8]| zhiyi_fuzz::bundle(input));
