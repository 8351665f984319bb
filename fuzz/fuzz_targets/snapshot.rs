#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rlm_fuzz::snapshot(data));
