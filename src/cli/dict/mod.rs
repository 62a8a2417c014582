//! `zhiyi dict`: what dictionary maintainers do.

mod build;
mod check;
mod examples;
mod test;

use super::{Common, Failure, Verdict};
use clap::Subcommand;

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
