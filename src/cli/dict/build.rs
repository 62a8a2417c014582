use super::super::with_notice;
use super::{Common, Failure, Verdict};
use crate::builder;
use crate::dictionary::{Bundle, DictionaryError};
use crate::files;
use crate::text::Normalizer;
use std::io::Write;
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
        let folder = common.folder(self.folder.as_deref())?;
        let bytes = with_notice(common.language(), || -> Result<Vec<u8>, Failure> {
            Ok(builder::build_folder(&folder, &Arc::new(Normalizer::new()))?)
        })?;
        files::write(&self.output, &bytes)
            .map_err(|source| DictionaryError::Io { path: self.output.clone(), source })?;
        let bundle = Bundle::open(&self.output)?;
        let (file, version, bytes) = (&self.output, &bundle.version, bundle.sections.file_size());
        let mut out = std::io::stdout().lock();
        if common.json {
            writeln!(out, "{}", serde_json::json!({ "file": file, "version": version, "bytes": bytes }))?;
        } else {
            writeln!(out, "{}  {version}  {bytes} bytes", file.display())?;
        }
        Ok(Verdict::Fine)
    }
}
