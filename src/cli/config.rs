//! `certus config`: the configuration that is in force, as a file that would give the same once
//! its tokens are filled in: they are never printed.

use std::process::ExitCode;

use clap::Args;

use super::Sources;
use crate::config::Config;

/// What is asked of `certus config`.
#[derive(Args)]
pub(super) struct Options {
    #[command(flatten)]
    sources: Sources,
}

pub(super) fn run(options: Options) -> anyhow::Result<ExitCode> {
    print!("{}", file_of(&options.sources.read()?)?);
    Ok(ExitCode::SUCCESS)
}

/// The file, with a comment where a token belongs.
fn file_of(config: &Config) -> anyhow::Result<String> {
    let mut file = String::new();
    for line in toml::to_string(config)?.lines() {
        file.push_str(line);
        file.push('\n');
        if line == "[[credentials]]" {
            file.push_str("# token = \"...\" is not printed; without it this is no whole file\n");
        }
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Overrides;

    #[test]
    fn a_comment_stands_where_a_token_belongs() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("certus.toml");
        let token = "token = \"0123456789abcdef\"\n";
        let file = format!("[[credentials]]\ntenant = \"a\"\nname = \"b\"\n{token}");
        std::fs::write(&path, &file).unwrap();
        let config = Config::read(Some(&path), Overrides::default()).unwrap();
        let printed = file_of(&config).unwrap();
        assert!(!printed.contains("0123456789abcdef"), "{printed}");
        let (before, after) = printed.split_once("# token = ").unwrap();
        let (_, after) = after.split_once('\n').unwrap();
        std::fs::write(&path, format!("{before}{token}{after}")).unwrap();
        let again = Config::read(Some(&path), Overrides::default()).unwrap();
        assert_eq!(file_of(&again).unwrap(), printed);
    }
}
