//! Stories: what the business means, as scripts that anybody can read.
//!
//! A line is a time, a verb and what it is about; the indented lines below it are the answer.
//! [`Script::play_line`] is the only function that knows the core's commands. After every line no
//! invariant is broken, and at the end the records alone make the same world.

mod mail;
mod parse;
mod print;

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;
use workflow::command::{Command, Query};
use workflow::id::{OrderId, StockId};
use workflow::outcome::Outcome;
use workflow::settings::{NoticeRules, Notices, OnShortage};
use workflow::time::{Millis, Time};

use crate::golden;
use crate::shop::{MIDNIGHT, Shop};

/// A script while it is played.
pub(crate) struct Script {
    shop: Shop,
    orders: BTreeMap<String, OrderId>,
    lots: BTreeMap<String, StockId>,
}

/// What a line asks for.
enum Todo {
    /// A command, from somebody, about the order with this name (if about one).
    Submit { who: String, command: Box<Command>, order: Option<String> },
    /// Something to look at.
    Read(Query),
    /// The timer's work.
    Sweep,
    /// Nothing more: it has been set.
    Set,
}

impl Script {
    fn new() -> Script {
        let (orders, lots) = (BTreeMap::new(), BTreeMap::new());
        Script { shop: Shop::new(), orders, lots }
    }

    /// Plays one line and answers with what it came to, piece by piece.
    fn play_line(&mut self, line: &str) -> Vec<String> {
        let (time, rest) = line.split_once(' ').expect("a line begins with a time");
        let (verb, rest) = rest.trim().split_once(' ').unwrap_or((rest.trim(), ""));
        let now = MIDNIGHT + parse::clock(time);
        assert!(now >= self.shop.now, "P5: time never goes back: {line}");
        self.shop.now = now;
        match self.todo(verb, rest.trim()) {
            Todo::Set => vec!["set".into()],
            Todo::Read(query) => match self.shop.read(query) {
                Ok(outcome) => print::outcome(self, &outcome, false),
                Err(refusal) => vec![print::refusal(&refusal)],
            },
            Todo::Sweep => {
                let answer = self.shop.sweep();
                let records = answer.records(&self.shop).to_vec();
                let mut pieces = print::others(self, &records, None);
                pieces.extend(print::touched(self, &records));
                pieces
            }
            Todo::Submit { who, command, order } => self.submit(&who, *command, order),
        }
    }

    fn submit(&mut self, who: &str, command: Command, order: Option<String>) -> Vec<String> {
        let answer = self.shop.submit(who, command);
        let records = answer.records(&self.shop).to_vec();
        let mut pieces = match &answer.result {
            Ok(outcome) => {
                if let (Outcome::Placed(placed), Some(name)) = (outcome, &order) {
                    self.orders.insert(name.clone(), placed.order.id);
                }
                if let (Outcome::Order(it), Some(name)) = (outcome, &order) {
                    self.orders.insert(name.clone(), it.id);
                }
                if let Outcome::Stocks { rows, .. } = outcome {
                    for (_, row) in rows {
                        let name = |text: Option<&SmolStr>| text.cloned().unwrap_or_default();
                        let lot = name(row.lot.reference());
                        self.lots
                            .insert(format!("{} {lot}", name(row.reference.as_ref())), row.lot.id);
                    }
                }
                print::outcome(self, outcome, !records.is_empty())
            }
            Err(refusal) => vec![print::refusal(refusal)],
        };
        // Of a refused command's own order nothing is printed, of others that ended before all is.
        let own = order.and_then(|name| self.orders.get(&name).copied());
        pieces.extend(print::others(self, &records, own));
        pieces.extend(print::touched(self, &records));
        pieces
    }

    /// The operator's settings are no command: the doors pass them in.
    fn set_policy(&mut self, said: &parse::Said<'_>) {
        for (key, value) in said.options.iter().chain([&(said.subject, said.body)]) {
            let number = || value.parse::<u32>().expect("a number");
            match *key {
                "shortage" if *value == "reject" => {
                    self.shop.policy.on_shortage = OnShortage::Reject;
                }
                "shortage" => self.shop.policy.on_shortage = OnShortage::Accept,
                "ceiling" => {
                    self.shop.policy.promise_ceiling = Millis::minutes(number().into());
                }
                "parts" => self.shop.policy.parts_max = number() as u8,
                "open" => self.shop.policy.open_promises_max = number(),
                "notices" => {
                    let all = *value == "both";
                    let usual = NoticeRules { picked: all, out_for_delivery: all };
                    self.shop.policy.notices = Arc::new(Notices { usual, ..Notices::default() });
                }
                other => panic!("no such setting: {other}"),
            }
        }
    }

    fn name_of(&self, order: OrderId) -> &str {
        let named = self.orders.iter().find(|(_, id)| **id == order);
        named.map_or("somebody's order", |(name, _)| name.as_str())
    }
}

/// Plays a whole script: the same lines, with the answers they get now.
fn transcript(script: &str) -> String {
    let mut stage = Script::new();
    let mut printed = String::new();
    for line in script.lines() {
        if line.starts_with(' ') {
            continue; // an old answer
        }
        printed.push_str(line);
        printed.push('\n');
        if !line.is_empty() && !line.starts_with('#') {
            print::answer(&mut printed, &stage.play_line(line));
        }
    }
    let mut replayed = stage.shop.replayed();
    assert_eq!(replayed.hash(), stage.shop.world.hash(), "D2: records make the world");
    for world in [&mut replayed, &mut stage.shop.world] {
        crate::history::publish_anew(world, Time(i64::MAX));
    }
    assert_eq!(replayed, stage.shop.world, "D2: records make the world");
    printed
}

#[track_caller]
fn play(name: &str) {
    let file = format!("stories/{name}.txt");
    let script = std::fs::read_to_string(golden::path(&file)).expect("the story is there");
    golden::check(&file, &transcript(&script));
}

macro_rules! stories {
    ($($(#[$about:meta])* $sentence:ident: $file:literal;)*) => {
        $($(#[$about])* #[test] fn $sentence() { play($file); })*

        /// A story that no test plays would be a text that nobody checks.
        #[test]
        fn every_story_is_played() {
            let files = std::fs::read_dir(golden::path("stories")).expect("there are stories");
            let files = files.map(|file| file.expect("an entry").file_name());
            let files = files.filter_map(|it| Some(it.to_str()?.strip_suffix(".txt")?.to_owned()));
            let mut files: Vec<String> = files.collect();
            files.sort_unstable();
            let mut played = vec![$($file.to_owned()),*];
            played.sort_unstable();
            assert_eq!(files, played);
        }
    };
}

stories! {
    /// P2, P3: to the millisecond; a late timer and an old timer change nothing.
    a_promise_ends_at_its_deadline_and_not_a_millisecond_before: "expiry";
    /// P1, P2, P6.
    of_confirm_cancel_and_deadline_exactly_one_wins: "races";
    /// P7: which answer a command gets that is wrong in two ways.
    refusals_have_an_order_of_precedence: "precedence";
    /// S6: one parcel rather than two, and the nearest ones.
    an_order_is_split_over_as_few_locations_as_can_hold_it: "splitting";
    /// S5, S6: where an order is costs no further parcel, and it is never in more than it may be.
    what_joins_an_order_goes_with_its_parcels_first: "parcels";
    /// S1, S2: first expired, then first received, is held first.
    lots_are_held_in_the_order_in_which_they_end: "lots";
    /// S1: two lines never hold the same piece.
    two_lines_of_one_article_share_its_stock: "shared";
    /// S9.
    safety_stock_is_never_promised: "safety";
    /// S9: a location's own number goes before the one that holds everywhere.
    safety_stock_without_a_place_holds_where_there_is_none: "everywhere";
    /// S5: a fenced location is no reason to promise.
    only_locations_that_may_fulfil_are_asked: "fences";
    /// S5, S6, P7.
    a_shortage_is_accepted_or_rejected_as_the_operator_says: "shortage";
    what_is_picked_is_brought_to_the_door: "picking";
    a_picker_sees_the_items_of_their_own_stores: "stores";
    a_line_says_itself_what_becomes_of_what_is_short: "flags";
    /// S2: oldest first.
    what_waits_takes_the_stock_that_comes: "waiting";
    /// S1, S2, S3.
    a_correction_below_what_is_reserved_moves_the_newest: "corrections";
    /// S2, S7.
    a_location_that_closes_loses_its_reservations: "closing";
    what_has_no_place_gets_one_when_stock_comes: "placing";
    /// S1, S2, S6, S7: what a picker has stays, all else is looked for elsewhere.
    a_location_that_goes_offline_gives_its_open_work_away: "offline";
    /// S5, S6, P7.
    a_promise_that_replaces_another_may_use_its_stock: "replacing";
    /// S5.
    overdue_holds_give_way_first: "overdue";
    /// F3: a bot that reserves everything meets this first.
    a_caller_has_only_so_many_open_promises: "quota";
    /// P4.
    new_settings_hold_for_later_promises_and_extensions: "settings";
    /// S5, S9: no event says that time has passed.
    stock_stops_being_available_by_time_alone: "outdated";
    /// M3, M4, M6: an order without stock, and the life of its mails.
    an_invitation_goes_when_it_was_asked_for: "invitations";
    /// M3: a promise's mails wait for its sale, and end with it.
    mails_follow_the_order_that_they_are_about: "joining";
    /// M3: cancel against claim has one winner.
    a_mail_on_its_way_is_not_called_back: "callback";
    /// M4: what the tenant wants, and the customer.
    mails_go_later_or_not_at_all_where_somebody_wants_that: "quiet";
    /// M4: by address and by product.
    only_so_many_mails_go_to_one_address_or_about_one_product: "caps";
    /// P1, P8, S2, S5, S6: what there is keeps what it holds.
    lines_may_join_an_order_that_is_open: "lines";
    /// S1, S2, S3: no order loses its pieces because they lie elsewhere.
    what_is_moved_to_another_place_takes_its_reservations_along: "moving";
    /// S1, S2, S5, S7, P7: the reservation is no more, and all of its pieces are held.
    what_is_held_is_held_elsewhere_when_an_operator_says_so: "transfer";
    /// P7: the article sells on, and nothing new waits for it.
    a_listing_goes_away_and_the_stock_stays: "listings";
    /// M1, M3, M4, M6: what is told of an order is due with its stage, and only while it is so.
    a_customer_is_told_that_it_is_picked_and_on_its_way: "notices";
    /// S6, P7.
    a_batch_of_stock_is_taken_whole_or_not_at_all: "bulk";
    /// P1, M3, S2: routed and held, but not given to pickers.
    what_is_locked_is_held_and_waits_for_its_release: "locked";
}
