//! Somebody who has nothing but the feed, and keeps the stock's numbers by it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use workflow::time::Time;

/// What the feed came to so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Consumer {
    /// The last message.
    pub(super) lsn: u64,
    lots: BTreeMap<String, Lot>,
    reservations: BTreeMap<String, (Option<String>, u64)>,
    safety: BTreeMap<(String, String), u64>,
    sold_out: BTreeSet<(String, String)>,
    /// How often pieces left a lot with an order, and how often an article was sold out.
    pub(super) left: (u64, u64),
}

#[derive(Clone, Debug, PartialEq)]
struct Lot {
    facility: String,
    article: String,
    value: u64,
    is_fit: bool,
    until: Option<Time>,
}

/// A lot's numbers: facility, article, value, reserved, available.
pub(super) type Row = (String, String, u64, u64, u64);

impl Consumer {
    /// Takes one message in.
    pub(super) fn hear(&mut self, line: &str) {
        let message: Value = serde_json::from_str(line).expect("a line is a message");
        assert_eq!(message["prev"], self.lsn, "something was lost");
        self.lsn = message["lsn"].as_u64().expect("it is a number");
        for event in message["events"].as_array().into_iter().flatten() {
            let subject = event["subject"].as_str().expect("it is text");
            let (_, id) = subject.split_once('/').unwrap_or((subject, ""));
            self.take(event["type"].as_str().expect("it is text"), id, &event["data"]);
        }
    }

    fn take(&mut self, kind: &str, id: &str, data: &Value) {
        let text = |name: &str| data[name].as_str().map(str::to_owned);
        let must = |name: &str| text(name).unwrap_or_else(|| panic!("{name} in {data}"));
        match kind {
            "stock.changed" if data["soldOut"] == true => {
                self.left.1 += 1;
                self.sold_out.insert((must("facilityRef"), must("tenantArticleId")));
            }
            "stock.changed" if data["consumed"].is_u64() => {
                self.left.0 += 1;
                let consumed = data["consumed"].as_u64().expect("it is a number");
                self.lots.get_mut(id).expect("it was made before").value -= consumed;
                let reservation = must("reservationRef");
                let known = self.reservations.get_mut(&reservation).expect("it was made before");
                known.1 -= consumed;
                if known.1 == 0 {
                    self.reservations.remove(&reservation);
                }
            }
            "stock.created" | "stock.changed" => {
                self.sold_out.remove(&(must("facilityRef"), must("tenantArticleId")));
                let is = |name: &str| data[name].as_bool().expect("it is yes or no");
                let lot = Lot {
                    facility: must("facilityRef"),
                    article: must("tenantArticleId"),
                    value: data["value"].as_u64().expect("it is a number"),
                    is_fit: is("pickable") && is("accessible") && !is("defective"),
                    until: text("availableUntil").and_then(|until| Time::parse(&until)),
                };
                self.lots.insert(id.to_owned(), lot);
            }
            "stock.deleted" => {
                self.lots.remove(id);
            }
            "safetystock.changed" => {
                let value = data["value"].as_u64().expect("it is a number");
                self.safety.insert((must("facilityRef"), must("tenantArticleId")), value);
            }
            "reservation.created" => {
                let quantity = data["quantity"].as_u64().expect("it is a number");
                self.reservations.insert(id.to_owned(), (text("stockRef"), quantity));
            }
            "reservation.changed" => {
                let known = self.reservations.get_mut(id).expect("it was made before");
                known.0 = text("stockRef");
            }
            "reservation.deleted" => {
                self.reservations.remove(id).expect("it is freed once");
            }
            "location.deleted" => {
                self.lots.retain(|_, lot| lot.facility != id);
                self.safety.retain(|(facility, _), _| facility != id);
                self.sold_out.retain(|(facility, _)| facility != id);
            }
            _ => {}
        }
    }

    /// The numbers of every lot, by its id.
    pub(super) fn lots(&self, now: Time) -> BTreeMap<String, Row> {
        let row = |(id, lot): (&String, &Lot)| {
            let held = self.reservations.values().filter(|(stock, _)| stock.as_ref() == Some(id));
            let reserved = held.map(|(_, quantity)| quantity).sum();
            let shelf = (lot.facility.clone(), lot.article.clone());
            let is_sold_out = self.sold_out.contains(&shelf);
            let is_sellable =
                lot.is_fit && !is_sold_out && lot.until.is_none_or(|until| until > now);
            let available = if is_sellable { lot.value - reserved } else { 0 };
            let row = (lot.facility.clone(), lot.article.clone(), lot.value, reserved, available);
            (id.clone(), row)
        };
        self.lots.iter().map(row).collect()
    }

    /// What can be promised of each article, over all facilities.
    pub(super) fn articles(&self, now: Time) -> BTreeMap<String, u64> {
        let mut shelves: BTreeMap<(String, String), u64> = BTreeMap::new();
        for (facility, article, _, _, available) in self.lots(now).into_values() {
            *shelves.entry((facility, article)).or_default() += available;
        }
        let mut articles = BTreeMap::new();
        for (shelf, available) in shelves {
            let safety = self.safety.get(&shelf).copied().unwrap_or(0);
            *articles.entry(shelf.1).or_default() += available.saturating_sub(safety);
        }
        articles
    }
}
