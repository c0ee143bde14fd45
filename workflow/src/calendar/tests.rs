//! Delays, quiet hours and their bounds, as a table and for any calendar.

use proptest::prelude::*;

use super::*;

fn calendar(zone: &str) -> Calendar {
    Calendar::parse(zone, &["2026-04-06", "2026-12-25"], None).unwrap()
}

fn delay(text: &str) -> Delay {
    let (amount, unit) = text.split_once(' ').unwrap();
    Delay::of(Unit::parse(unit).unwrap(), amount.parse().unwrap()).unwrap()
}

fn at(text: &str) -> Time {
    Time::parse(text).unwrap()
}

#[test]
fn a_delay_ends_where_the_tenants_calendar_says() {
    for (zone, base, asked, expected) in [
        // Exact units: a day is 24 hours, whatever the clocks do.
        ("UTC", "2026-01-12T10:14:03.517Z", "0 days", "2026-01-12T10:14:03.517Z"),
        ("UTC", "2026-01-12T10:14:03.517Z", "90 minutes", "2026-01-12T11:44:03.517Z"),
        ("Europe/Amsterdam", "2026-03-28T11:00:00Z", "1 days", "2026-03-29T11:00:00Z"),
        // 2026-01-16 is a Friday.
        ("UTC", "2026-01-16T09:00:00Z", "0 weekdays", "2026-01-16T09:00:00Z"),
        ("UTC", "2026-01-16T09:00:00Z", "1 weekdays", "2026-01-19T09:00:00Z"),
        ("UTC", "2026-01-17T09:00:00Z", "0 weekdays", "2026-01-17T09:00:00Z"),
        ("UTC", "2026-01-17T09:00:00Z", "1 weekdays", "2026-01-19T09:00:00Z"),
        ("UTC", "2026-01-18T09:00:00Z", "1 weekdays", "2026-01-19T09:00:00Z"),
        ("UTC", "2026-01-16T09:00:00Z", "5 weekdays", "2026-01-23T09:00:00Z"),
        // Easter Monday is a holiday here, and so is Christmas Day, a Friday.
        ("UTC", "2026-04-03T09:00:00Z", "1 weekdays", "2026-04-07T09:00:00Z"),
        ("UTC", "2026-12-24T09:00:00Z", "1 weekdays", "2026-12-28T09:00:00Z"),
        // The day is the tenant's: 23:30 UTC on Friday is Saturday there.
        ("Asia/Tokyo", "2026-01-16T23:30:00Z", "1 weekdays", "2026-01-18T23:30:00Z"),
        // Summer time begins on 29 March 2026 at 02:00 in Amsterdam: the wall clock is kept.
        ("Europe/Amsterdam", "2026-03-27T09:00:00Z", "1 weekdays", "2026-03-30T08:00:00Z"),
        ("Europe/Amsterdam", "2026-10-23T08:00:00Z", "1 weekdays", "2026-10-26T09:00:00Z"),
        // In Cairo it begins in the night to Friday 24 April 2026: 00:30 does not exist then.
        ("Africa/Cairo", "2026-04-22T22:30:00Z", "1 weekdays", "2026-04-23T22:30:00Z"),
        // And ends in the night to Friday 30 October: Thursday 23:30 is there twice.
        ("Africa/Cairo", "2026-10-28T20:30:00Z", "1 weekdays", "2026-10-29T20:30:00Z"),
    ] {
        let found = calendar(zone).after(at(base), delay(asked));
        assert_eq!(found, at(expected), "{zone}, {base} + {asked}");
    }
}

#[test]
fn quiet_hours_move_what_is_in_them_to_their_end() {
    let amsterdam = |quiet| Calendar::parse("Europe/Amsterdam", &[] as &[&str], Some(quiet));
    for (quiet, sent, expected) in [
        ("21:00-08:00", "2026-01-12T19:59:59.999Z", "2026-01-12T19:59:59.999Z"),
        ("21:00-08:00", "2026-01-12T20:00:00Z", "2026-01-13T07:00:00Z"),
        ("21:00-08:00", "2026-01-13T06:59:59.999Z", "2026-01-13T07:00:00Z"),
        ("21:00-08:00", "2026-01-13T07:00:00Z", "2026-01-13T07:00:00Z"),
        ("12:00-13:30", "2026-01-13T11:15:00Z", "2026-01-13T12:30:00Z"),
        // The end does not exist on 29 March: it is after the gap.
        ("22:00-02:30", "2026-03-29T00:10:00Z", "2026-03-29T01:30:00Z"),
    ] {
        let calendar = amsterdam(quiet).unwrap();
        assert_eq!(calendar.awake(at(sent)), at(expected), "{quiet}, {sent}");
    }
    for bad in ["", "21:00", "21:00-21:00", "25:00-08:00", "a-b"] {
        assert_eq!(amsterdam(bad), Err(Error::BadQuiet(bad.to_owned())), "{bad}");
    }
}

#[test]
fn what_is_no_calendar_is_named() {
    let none: &[&str] = &[];
    let parse = |zone: &str, days: &[&str]| Calendar::parse(zone, days, None).unwrap_err();
    assert_eq!(parse("Mars/Olympus", none), Error::UnknownZone("Mars/Olympus".into()));
    assert_eq!(parse("UTC", &["25.12."]), Error::BadHoliday("25.12.".into()));
}

#[test]
fn a_delay_is_from_zero_to_ten_years() {
    for (unit, most) in [
        (Unit::Minutes, 5_260_320),
        (Unit::Hours, 87_672),
        (Unit::Days, 3_653),
        (Unit::Weekdays, 2_605),
    ] {
        assert!(Delay::of(unit, 0).is_some());
        assert!(Delay::of(unit, most).is_some(), "{unit:?}");
        assert!(Delay::of(unit, most + 1).is_none(), "{unit:?}");
        assert!(Delay::of(unit, -1).is_none() && Delay::of(unit, i64::MAX).is_none());
    }
}

fn zones() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "UTC",
        "Europe/Amsterdam",
        "America/New_York",
        "Australia/Lord_Howe",
        "Africa/Cairo",
        "Asia/Kathmandu",
        "Pacific/Apia",
    ])
}

fn units() -> impl Strategy<Value = Unit> {
    prop::sample::select(vec![Unit::Minutes, Unit::Hours, Unit::Days, Unit::Weekdays])
}

proptest! {
    /// M4: a delay never ends before it began, and a longer one never before a shorter one.
    #[test]
    fn delays_are_ordered(
        zone in zones(),
        base in 1_500_000_000_000_i64..1_900_000_000_000,
        unit in units(),
        amount in 0_i64..400,
    ) {
        let (calendar, base) = (calendar(zone), Time(base));
        let first = calendar.after(base, Delay::of(unit, amount).unwrap());
        let next = calendar.after(base, Delay::of(unit, amount + 1).unwrap());
        prop_assert!(base <= first && first <= next);
    }

    /// Whatever weekday is counted, what is found is one, at the same time of the day but in a gap.
    #[test]
    fn a_weekday_is_a_weekday(
        zone in zones(),
        base in 1_500_000_000_000_i64..1_900_000_000_000,
        amount in 1_i64..400,
    ) {
        let (calendar, base) = (calendar(zone), Time(base));
        let found = calendar.after(base, Delay::of(Unit::Weekdays, amount).unwrap());
        let (before, local) = (calendar.zone.local(base), calendar.zone.local(found));
        if local.time() == before.time() {
            prop_assert!(calendar.is_weekday(local.date()), "{local}");
        } else {
            let off = local.time().duration_since(before.time()).as_secs().rem_euclid(86_400);
            prop_assert!(off <= 3_600, "{before} became {local}");
        }
    }

    /// Nothing is moved back, and what was moved is not quiet.
    #[test]
    fn the_quiet_hours_are_quiet(
        zone in zones(),
        sent in 1_500_000_000_000_i64..1_900_000_000_000,
        (from, to) in (0_u32..24, 0_u32..24).prop_filter("two times", |(a, b)| a != b),
    ) {
        let quiet = format!("{from:02}:00-{to:02}:00");
        let calendar = Calendar::parse(zone, &[] as &[&str], Some(&quiet)).unwrap();
        let moved = calendar.awake(Time(sent));
        prop_assert!(moved >= Time(sent));
        prop_assert!(moved.since(Time(sent)) <= Millis::hours(25));
    }
}
