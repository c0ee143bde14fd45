//! The rule of 24 hours, on both sides of a change of clocks.

use super::*;
use crate::calendar::Unit;
use crate::time::Millis;

fn calendar(quiet: Option<&str>) -> Calendar {
    Calendar::parse("Europe/Amsterdam", &[] as &[&str], quiet).unwrap()
}

fn wish(delay: (Unit, i64), reminder: (Unit, i64)) -> Wish {
    let of = |(unit, amount)| Delay::of(unit, amount).unwrap();
    Wish::of(of(delay), Some(of(reminder)))
}

#[test]
fn a_reminder_follows_after_24_hours_or_more() {
    use Unit::{Days, Hours, Minutes, Weekdays};
    let winter = "2026-01-12T10:14:03.517Z"; // a Monday
    let spring = "2026-03-27T11:00:00Z"; // the Friday before summer time
    let autumn = "2026-10-23T10:00:00Z"; // the Friday before it ends
    for (base, delay, reminder, is_kept) in [
        (winter, (Days, 0), (Days, 7), true),
        (winter, (Days, 7), (Days, 7), false),
        (winter, (Days, 7), (Hours, 191), false),
        (winter, (Days, 7), (Hours, 192), true),
        (winter, (Days, 6), (Days, 7), true),
        (winter, (Days, 6), (Hours, 168), true),
        (winter, (Minutes, 1), (Days, 1), false),
        (winter, (Days, 2), (Days, 1), false),
        (winter, (Weekdays, 1), (Weekdays, 2), true),
        // Sunday, 29 March has 23 hours: what is missing then, the clocks took.
        ("2026-03-29T00:30:00Z", (Weekdays, 0), (Weekdays, 1), true),
        ("2026-03-29T00:30:00Z", (Hours, 0), (Hours, 23), false),
        (spring, (Weekdays, 1), (Weekdays, 2), true),
        // Friday 12:00 and one weekday are 73 hours in autumn; 96 less 73 are 23, by the clocks.
        (autumn, (Weekdays, 1), (Hours, 96), true),
        (autumn, (Weekdays, 1), (Hours, 95), false),
    ] {
        let found = wish(delay, reminder).schedule(Time::parse(base).unwrap(), &calendar(None));
        assert_eq!(found.is_ok(), is_kept, "{base}: {delay:?}, {reminder:?}: {found:?}");
    }
}

#[test]
fn a_reminder_of_nothing_is_none() {
    let base = Time(1_768_212_843_517);
    let wish = wish((Unit::Days, 7), (Unit::Weekdays, 0));
    let schedule = wish.schedule(base, &calendar(None)).unwrap();
    assert_eq!(schedule, Schedule { invitation: base + Millis::hours(168), reminder: None });
}

/// Both are moved to the end of the quiet hours; the rule is about what was asked for.
#[test]
fn quiet_hours_do_not_break_the_rule() {
    let base = Time::parse("2026-01-12T21:30:00Z").unwrap();
    let wish = wish((Unit::Hours, 0), (Unit::Hours, 24));
    let found = wish.schedule(base, &calendar(Some("22:00-08:00"))).unwrap();
    let morning = Time::parse("2026-01-13T07:00:00Z").unwrap();
    assert_eq!((found.invitation, found.reminder), (morning, Some(morning + Millis::hours(24))));
}
