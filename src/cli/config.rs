//! `certus config`: the configuration that is in force, as a file that would give the same once
//! its tokens and its password are filled in: they are never printed.

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

/// The file, with a comment where a token or a password belongs.
fn file_of(config: &Config) -> anyhow::Result<String> {
    let mut file = String::new();
    let mut table = String::new();
    for line in toml::to_string(config)?.lines() {
        file.push_str(line);
        file.push('\n');
        if line.starts_with('[') {
            line.clone_into(&mut table);
        }
        let secret = match table.as_str() {
            "[[credentials]]" if line == table => "token",
            "[mail]" if line.starts_with("user = ") => "password",
            _ => continue,
        };
        file.push_str(&format!(
            "# {secret} = \"...\" is not printed; without it this is no whole file\n"
        ));
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Overrides;

    /// What is printed of `file`, which printed again is the same once its secrets are filled in.
    fn printed(file: &str, secrets: &[&str]) -> String {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("certus.toml");
        let print = |file: &str| {
            std::fs::write(&path, file).unwrap();
            file_of(&Config::read(Some(&path), Overrides::default()).unwrap()).unwrap()
        };
        let printed = print(file);
        let mut whole = printed.clone();
        for secret in secrets {
            let (name, value) = secret.split_once(" = ").unwrap();
            assert!(!printed.contains(value.trim_matches('"')), "{printed}");
            let (before, after) = whole.split_once(&format!("# {name} = ")).unwrap();
            let (_, after) = after.split_once('\n').unwrap();
            whole = format!("{before}{secret}\n{after}");
        }
        assert_eq!(print(&whole), printed);
        printed
    }

    #[test]
    fn a_comment_stands_where_a_token_or_a_password_belongs() {
        let token = "token = \"0123456789abcdef\"";
        printed(&format!("[[credentials]]\ntenant = \"a\"\nname = \"b\"\n{token}\n"), &[token]);
        let password = "password = \"open sesame\"";
        let mail = format!(
            "[mail]\nhost = \"mail.example\"\nfrom = \"a@b.example\"\nuser = \"certus\"\n\
             {password}\npublic_url = \"https://shop.example\"\n"
        );
        printed(&mail, &[password]);
        let without = mail.replace(&format!("user = \"certus\"\n{password}\n"), "");
        assert!(!printed(&without, &[]).contains("is not printed"));
    }

    #[test]
    fn a_certificate_is_printed_as_it_is_set() {
        let file = "tls_certificate = \"doors.pem\"\ntls_key = \"doors.key\"\n";
        let printed = printed(file, &[]);
        assert!(file.lines().all(|line| printed.contains(line)), "{printed}");
    }
}
