//! Compiles the protocol with protox, so that no system protoc is needed.

use prost::Message;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files = ["zhiyi/v1/recognizer.proto", "zhiyi/v1/dictionary.proto"];
    println!("cargo:rerun-if-changed=proto");
    let descriptors = protox::compile(files, ["proto"])?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;
    // Ordered maps: equal answers are equal byte for byte.
    tonic_prost_build::configure().btree_map(".").build_transport(true).compile_fds(descriptors)?;
    Ok(())
}
