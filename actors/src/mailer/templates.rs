//! What mails say: templates of ours, and an operator's in their place while it runs.
//!
//! What is filled in comes from shops and so from anybody; in `.html` every value is escaped.

use std::path::PathBuf;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, Value};

use super::letter::Words;
use crate::limits::{SUBJECT_CHARS_MAX, TEMPLATE_BYTES_MAX};

/// The templates of one sort of mail: the names that an operator's own have, and ours.
pub(super) struct Set {
    subject: (&'static str, &'static str),
    text: (&'static str, &'static str),
    html: (&'static str, &'static str),
}

/// Those of invitations and their reminders.
pub(super) const REVIEW: Set = Set {
    subject: ("subject.txt", include_str!("templates/subject.txt")),
    text: ("mail.txt", include_str!("templates/mail.txt")),
    html: ("mail.html", include_str!("templates/mail.html")),
};

/// Those of mails that tell how far an order has come.
pub(super) const DELIVERY: Set = Set {
    subject: ("delivery-subject.txt", include_str!("templates/delivery-subject.txt")),
    text: ("delivery.txt", include_str!("templates/delivery.txt")),
    html: ("delivery.html", include_str!("templates/delivery.html")),
};

/// The templates in use.
pub(super) struct Templates {
    /// Where an operator's own are looked for, under the names of [`REVIEW`] and [`DELIVERY`].
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
        let set = words.about.templates();
        let subject = self.fill_one(set.subject, words)?;
        let line: String = subject.chars().filter(|it| !it.is_control()).collect();
        Ok(Texts {
            subject: line.trim().chars().take(SUBJECT_CHARS_MAX).collect(),
            text: self.fill_one(set.text, words)?,
            html: self.fill_one(set.html, words)?,
        })
    }

    fn fill_one(&self, (name, ours): (&str, &str), words: &Words<'_>) -> Result<String, Error> {
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
    use super::super::letter::{About, Item, Parcel, Product, Span};
    use super::*;

    fn of(name: &str, about: About) -> Words<'_> {
        let (fullname, external_id) = (Some(name.into()), Some("R1".into()));
        Words { tenant: "acme", from: "Acme".into(), fullname, external_id, order: 7, about }
    }

    fn words(name: &str) -> Words<'_> {
        let product = Product {
            name: "<b>{{ 7 * 7 }}</b>".into(),
            url: Some("https://example.com/?a=1&b=\"2\"".into()),
            image_url: None,
        };
        let unsubscribe_url = "https://example.com/unsubscribe/x".into();
        let products = vec![product];
        of(name, About::Review { is_reminder: false, products, unsubscribe_url })
    }

    fn item(name: &str, (quantity, picked, waiting, missing): (u32, u32, u32, u32)) -> Item {
        let (replaced_by, replaces) = (Vec::new(), Vec::new());
        Item { name: name.into(), quantity, picked, waiting, missing, replaced_by, replaces }
    }

    fn delivery(mail: &'static str, items: Vec<Item>) -> Words<'static> {
        let window = Span {
            day: "2026-01-12".into(),
            start: "15:00".into(),
            end: "17:00".into(),
            zone: "Europe/Amsterdam".into(),
        };
        let parcel = Parcel {
            fullname: None,
            external_id: None,
            items,
            window: Some(window),
            page_url: "https://example.com/shared/deliveries/ab".into(),
            secure_order_id: "ab".into(),
        };
        of("Jan", About::Delivery { mail, parcel })
    }

    #[test]
    fn a_delivery_says_what_is_picked_what_is_not_and_when_it_comes() {
        let mut jam = item("<i>Jam</i>", (2, 0, 0, 2));
        jam.replaced_by.push("Honey".into());
        let mut honey = item("Honey", (2, 2, 0, 0));
        honey.replaces.push("<i>Jam</i>".into());
        let items = vec![item("Tea", (3, 2, 1, 0)), jam, honey, item("Milk", (1, 0, 0, 1))];
        let texts = Templates::of(None).fill(&delivery("picked", items)).unwrap();
        assert_eq!(texts.subject, "Your order is picked");
        for line in [
            "Your order R1 is picked",
            "- 2 x Tea (1 more will follow)",
            "- 2 x Honey (in place of <i>Jam</i>)",
            "Not available:\n\n- 1 x Milk\n",
            "2026-01-12, between 15:00 and 17:00 (Europe/Amsterdam)",
            "https://example.com/shared/deliveries/ab",
        ] {
            assert!(texts.text.contains(line), "{line} is missing in {}", texts.text);
        }
        assert!(!texts.html.contains("<i>") && texts.html.contains("&lt;i&gt;"), "{}", texts.html);
        assert!(!texts.text.contains("\n\n\n"), "{}", texts.text);
        let whole = delivery("out_for_delivery", vec![item("Tea", (1, 1, 0, 0))]);
        let texts = Templates::of(None).fill(&whole).unwrap();
        assert_eq!(texts.subject, "Your order is on its way");
        assert!(!texts.text.contains("Not available"), "{}", texts.text);
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
