//! What mails say: templates of ours, and an operator's in their place while it runs.
//!
//! What is filled in comes from shops and so from anybody; in `.html` every value is escaped.

use std::path::PathBuf;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, Value};

use super::letter::Words;
use crate::limits::{SUBJECT_CHARS_MAX, TEMPLATE_BYTES_MAX};

const SUBJECT: &str = include_str!("templates/subject.txt");
const TEXT: &str = include_str!("templates/mail.txt");
const HTML: &str = include_str!("templates/mail.html");

/// The templates in use.
pub(super) struct Templates {
    /// Where an operator's own are looked for: `subject.txt`, `mail.txt`, `mail.html`.
    dir: Option<PathBuf>,
}

/// One mail's texts.
pub(super) struct Texts {
    /// One line.
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

impl Templates {
    pub(super) fn of(dir: Option<PathBuf>) -> Templates {
        Templates { dir }
    }

    /// Fills the templates. One of the operator's that is wrong is logged, and ours is used.
    pub(super) fn fill(&self, words: &Words<'_>) -> Result<Texts, Error> {
        let subject = self.fill_one("subject.txt", SUBJECT, words)?;
        let line: String = subject.chars().filter(|it| !it.is_control()).collect();
        Ok(Texts {
            subject: line.trim().chars().take(SUBJECT_CHARS_MAX).collect(),
            text: self.fill_one("mail.txt", TEXT, words)?,
            html: self.fill_one("mail.html", HTML, words)?,
        })
    }

    fn fill_one(&self, name: &str, ours: &str, words: &Words<'_>) -> Result<String, Error> {
        let theirs = self.dir.as_ref().and_then(|dir| read(&dir.join(name)));
        if let Some(theirs) = theirs {
            match render(name, &theirs, words) {
                Ok(text) => return Ok(text),
                Err(error) => {
                    tracing::error!(template = name, %error, "a template is wrong; ours is used");
                }
            }
        }
        render(name, ours, words)
    }
}

/// A template of the operator's; none if there is none, or one that nobody means.
fn read(path: &std::path::Path) -> Option<String> {
    let length = std::fs::metadata(path).ok()?.len();
    if length > TEMPLATE_BYTES_MAX {
        tracing::error!(path = %path.display(), length, "a template is too long; ours is used");
        return None;
    }
    std::fs::read_to_string(path).ok()
}

fn render(name: &str, template: &str, words: &Words<'_>) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|name| match name.ends_with(".html") {
        true => AutoEscape::Html,
        false => AutoEscape::None,
    });
    environment.render_named_str(name, template, Value::from(Serde(words)))
}

#[cfg(test)]
mod tests {
    use super::super::letter::Product;
    use super::*;

    fn words(name: &'static str) -> Words<'static> {
        Words {
            tenant: "acme",
            from: "Acme".into(),
            fullname: Some(name),
            external_id: "R1",
            order: 7,
            is_reminder: false,
            products: vec![Product {
                name: "<b>{{ 7 * 7 }}</b>".into(),
                url: Some("https://example.com/?a=1&b=\"2\"".into()),
                image_url: None,
            }],
            unsubscribe_url: "https://example.com/unsubscribe/x".into(),
        }
    }

    /// What shops send is text: neither a page's nor a template's code.
    #[test]
    fn what_is_filled_in_is_escaped_and_never_a_template() {
        let texts = Templates::of(None).fill(&words("<script>alert(1)</script>{{ tenant }}"));
        let Texts { html, text, subject } = texts.unwrap();
        assert!(!html.contains("<script>") && html.contains("&lt;script&gt;"), "{html}");
        assert!(html.contains("&lt;b&gt;{{ 7 * 7 }}&lt;"), "{html}");
        assert!(!html.contains("b=\"2\"") && text.contains("{{ tenant }}"), "{html}");
        assert!(!subject.contains("alert") && !subject.contains("R1"), "{subject}");
    }

    #[test]
    fn a_template_of_the_operator_is_used_while_it_is_right() {
        let dir = tempfile::tempdir().unwrap();
        let templates = Templates::of(Some(dir.path().into()));
        let subject = |text: &str| {
            std::fs::write(dir.path().join("subject.txt"), text).unwrap();
            templates.fill(&words("Jan")).unwrap().subject
        };
        assert_eq!(subject("Hello {{ fullname }}\r\nBcc: a@b.nl\n"), "Hello JanBcc: a@b.nl");
        let ours = subject("{% if %}");
        assert_eq!(ours, templates.fill(&words("Piet")).unwrap().subject);
        assert!(!ours.is_empty());
    }
}
