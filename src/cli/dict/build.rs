use super::super::with_notice;
use super::{Common, Failure, Verdict, tables};
use crate::builder;
use crate::dictionary::{Bundle, DictionaryError};
use crate::files;
use crate::text::Normalizer;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(clap::Args)]
pub(in super::super) struct BuildArgs {
    /// The folder; --dictionaries or the default one where left out
    folder: Option<PathBuf>,
    /// The file to write
    #[arg(short, long, value_name = "FILE", default_value = "dictionaries.zhiyi")]
    output: PathBuf,
}

impl BuildArgs {
    pub(super) fn run(&self, common: &Common) -> Result<Verdict, Failure> {
        let folder = tables(self.folder.as_deref(), common)?;
        let bytes = with_notice(common.language(), || -> Result<Vec<u8>, Failure> {
            Ok(builder::build_folder(&folder, &Arc::new(Normalizer::new()))?)
        })?;
        files::write(&self.output, &bytes)
            .map_err(|source| DictionaryError::Io { path: self.output.clone(), source })?;
        let bundle = Bundle::open(&self.output)?;
        if common.json {
            println!(
                "{}",
                serde_json::json!({ "file": self.output, "version": bundle.version, "bytes": bundle.sections.file_size() })
            );
        } else {
            println!("{}  {}  {} bytes", self.output.display(), bundle.version, bundle.sections.file_size());
        }
        Ok(Verdict::Fine)
    }
}
