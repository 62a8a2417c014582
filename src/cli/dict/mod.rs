//! `zhiyi dict`: what dictionary maintainers do.

mod build;
mod check;
mod examples;
mod test;

use super::{Common, Failure, Verdict};
use crate::dictionary::DictionaryError;
use clap::Subcommand;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(super) struct DictArgs {
    #[command(subcommand)]
    command: DictCommand,
}

#[derive(Subcommand)]
enum DictCommand {
    /// List every fault and warning of a dictionary folder with file, row, column and what to do
    Check(check::CheckArgs),
    /// List examples that say the same but belong to different intents, and near duplicates
    Examples(examples::ExamplesArgs),
    /// Run the packs' tests
    Test(test::TestArgs),
    /// Compile a folder to one bundle file
    Build(build::BuildArgs),
}

impl DictArgs {
    pub(super) fn run(&self, common: &Common) -> Result<Verdict, Failure> {
        match &self.command {
            DictCommand::Check(args) => args.run(common),
            DictCommand::Examples(args) => args.run(common),
            DictCommand::Test(args) => args.run(common),
            DictCommand::Build(args) => args.run(common),
        }
    }
}

/// The folder of tables to work on: the one named, or the default dictionary. A bundle has no tables.
fn tables(named: Option<&Path>, common: &Common) -> Result<PathBuf, Failure> {
    let folder = match named {
        Some(folder) => folder.to_owned(),
        None => common.dictionary_path()?,
    };
    match folder.join("accounts.toml").is_file() {
        true => Ok(folder),
        false => Err(DictionaryError::NotFound { path: folder }.into()),
    }
}
