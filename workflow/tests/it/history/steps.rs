//! What may happen in a history, as strategies.

use proptest::collection::vec;
use proptest::prelude::*;
use workflow::location::{OutOfStock, Status};
use workflow::order::Shortage;
use workflow::settings::{OnShortage, Policy};

/// What the operator has set, and what was asked from the opening on.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) policy: Policy,
    /// What one piece in a step stands for.
    pub(crate) scale: i64,
    pub(crate) steps: Vec<Step>,
}

/// Something that somebody asks, or time that passes.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Promise(Request),
    Act {
        verb: Verb,
        order: usize,
        version: Sent,
    },
    Add {
        order: usize,
        lines: Vec<(usize, i64)>,
        version: Sent,
        backorders: bool,
    },
    /// A timer, armed so many milliseconds beside the deadline.
    Timer {
        order: usize,
        beside: i64,
    },
    Put(Vec<LotStep>),
    Remove {
        place: usize,
        article: usize,
    },
    RemoveLot {
        place: usize,
        article: usize,
        lot: usize,
    },
    List {
        place: usize,
        article: usize,
        out_of_stock: OutOfStock,
        active: bool,
    },
    /// At a place, or everywhere.
    Keep {
        place: usize,
        article: usize,
        units: i64,
    },
    Unkeep {
        back: usize,
    },
    Unlist {
        place: usize,
        article: usize,
    },
    Move {
        place: usize,
        article: usize,
        lot: usize,
        units: i64,
    },
    /// Pieces of an order's reservation, to be held at another place; without a number all.
    Transfer {
        order: usize,
        hold: usize,
        place: usize,
        units: Option<i64>,
    },
    Change {
        place: usize,
        status: Status,
        services: u8,
    },
    Open {
        place: usize,
    },
    Close {
        place: usize,
        force: bool,
    },
    Configure {
        minutes: u64,
    },
    /// A picker, who is a driver too, does this with an order or with a line of it.
    Work {
        what: Work,
        order: usize,
        line: u16,
    },
    Wait(Wait),
    /// The timer's work.
    Sweep,
}

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(super) lines: Vec<(usize, i64)>,
    pub(super) minutes: Option<u64>,
    pub(super) delivery: u8,
    pub(super) caller: usize,
    pub(super) sold: bool,
    pub(super) locked: bool,
    pub(super) replaces: Option<usize>,
    pub(super) shortage: Shortage,
}

/// What is done between the shelf and the doorstep.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Work {
    TakeNext,
    Pick,
    Missing,
    Substitute,
    ClearPicked,
    Stage,
    Share,
    Load,
    Near,
    Deliver,
    Schedule,
    Reflag,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Verb {
    Confirm,
    Extend,
    Cancel,
}

/// Which version a caller sends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sent {
    Right,
    Wrong,
    None,
}

#[derive(Clone, Debug)]
pub(crate) struct LotStep {
    pub(super) place: usize,
    pub(super) article: usize,
    pub(super) lot: usize,
    pub(super) value: i64,
    /// Minutes from now until it is outdated.
    pub(super) minutes: Option<u64>,
    pub(super) kind: u8,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Wait {
    Millis(u64),
    JustBeforeTheDeadline,
    ToTheDeadline,
    Hours(u64),
}

pub(crate) fn histories(scale: i64) -> impl Strategy<Value = History> {
    let policy =
        (any::<bool>(), 1_u8..=3, 2_u32..=8).prop_map(|(rejects, parts_max, open)| Policy {
            on_shortage: if rejects { OnShortage::Reject } else { OnShortage::Accept },
            parts_max,
            open_promises_max: open,
            ..Policy::default()
        });
    let steps = prop_oneof![3 => vec(any_step(), 1..60), 1 => any_shift()];
    (policy, steps).prop_map(move |(policy, steps)| History { policy, scale, steps })
}

fn any_step() -> impl Strategy<Value = Step> {
    let act =
        || (prop_oneof![Just(Verb::Confirm), Just(Verb::Extend), Just(Verb::Cancel)], 0..8_usize);
    let sent = prop_oneof![2 => Just(Sent::Right), 1 => Just(Sent::Wrong), 4 => Just(Sent::None)];
    let version = prop_oneof![1 => Just(Sent::Wrong), 4 => Just(Sent::Right)];
    let lines = vec((0..3_usize, 1..5_i64), 1..4);
    let spot = || (0..3_usize, 0..3_usize);
    let status = prop_oneof![
        4 => Just(Status::Online),
        1 => Just(Status::Suspended),
        1 => Just(Status::Offline)
    ];
    prop_oneof![
        11 => any_request().prop_map(Step::Promise),
        6 => (act(), sent).prop_map(|((verb, order), version)| Step::Act { verb, order, version }),
        2 => (0..8_usize, lines, version, any::<bool>()).prop_map(
            |(order, lines, version, backorders)| Step::Add { order, lines, version, backorders }
        ),
        1 => (0..8_usize, -1..=1_i64).prop_map(|(order, beside)| Step::Timer { order, beside }),
        6 => vec(any_lot(), 1..4).prop_map(Step::Put),
        1 => spot().prop_map(|(place, article)| Step::Remove { place, article }),
        1 => (spot(), 0..2_usize)
            .prop_map(|((place, article), lot)| Step::RemoveLot { place, article, lot }),
        2 => (spot(), any_behaviour(), 0..5_u8).prop_map(|((place, article), out_of_stock, it)| {
            Step::List { place, article, out_of_stock, active: it > 0 }
        }),
        2 => (0..4_usize, 0..3_usize, 0..4_i64)
            .prop_map(|(place, article, units)| Step::Keep { place, article, units }),
        1 => (0..4_usize).prop_map(|back| Step::Unkeep { back }),
        1 => spot().prop_map(|(place, article)| Step::Unlist { place, article }),
        2 => (0..6_usize, 0..4_usize, 0..3_usize, proptest::option::of(1..4_i64)).prop_map(
            |(order, hold, place, units)| Step::Transfer { order, hold, place, units }
        ),
        2 => (spot(), 0..2_usize, 1..5_i64).prop_map(|((place, article), lot, units)| Step::Move {
            place,
            article,
            lot,
            units
        }),
        1 => (0..3_usize, status, 0..4_u8)
            .prop_map(|(place, status, services)| Step::Change { place, status, services }),
        1 => (0..3_usize).prop_map(|place| Step::Open { place }),
        1 => (0..3_usize, any::<bool>()).prop_map(|(place, force)| Step::Close { place, force }),
        1 => (1..20_u64).prop_map(|minutes| Step::Configure { minutes }),
        2 => any_work(),
        4 => any_wait().prop_map(Step::Wait),
        2 => Just(Step::Sweep),
    ]
}

/// A day of pickers and drivers: stock and sales, and then their work.
fn any_shift() -> impl Strategy<Value = Vec<Step>> {
    let sale = any_request().prop_map(|request| {
        let shortage = match request.shortage {
            Shortage::Unsaid => Shortage::Substitute,
            said => said,
        };
        let (sold, locked, replaces, delivery) = (true, false, None, 9);
        Step::Promise(Request { sold, locked, replaces, delivery, shortage, ..request })
    });
    let step = prop_oneof![
        4 => sale,
        24 => any_work(),
        2 => vec(any_lot(), 1..4).prop_map(Step::Put),
        1 => any_wait().prop_map(Step::Wait),
    ];
    vec(step, 40..90).prop_map(|mut steps| {
        let spots = (0..3).flat_map(|place| (0..3).map(move |article| (place, article)));
        let lots = spots.map(|(place, article)| LotStep {
            place,
            article,
            lot: 0,
            value: 5,
            minutes: None,
            kind: 9,
        });
        steps.insert(0, Step::Put(lots.collect()));
        steps
    })
}

fn any_work() -> impl Strategy<Value = Step> {
    let what = prop_oneof![
        6 => Just(Work::TakeNext),
        8 => Just(Work::Pick),
        4 => Just(Work::Missing),
        10 => Just(Work::Substitute),
        4 => Just(Work::ClearPicked),
        1 => Just(Work::Stage),
        1 => Just(Work::Share),
        4 => Just(Work::Load),
        1 => Just(Work::Near),
        3 => Just(Work::Deliver),
        1 => Just(Work::Schedule),
        1 => Just(Work::Reflag),
    ];
    (what, 0..8_usize, 0..3_u16).prop_map(|(what, order, line)| Step::Work { what, order, line })
}

fn any_request() -> impl Strategy<Value = Request> {
    let lines = vec((0..3_usize, 1..5_i64), 1..4);
    let minutes = prop_oneof![3 => Just(None), 5 => (1..6_u64).prop_map(Some), 1 => Just(Some(0))];
    let replaces = prop_oneof![4 => Just(None), 1 => (0..8_usize).prop_map(Some)];
    let sold = prop_oneof![5 => Just(false), 1 => Just(true)];
    (lines, minutes, 0..10_u8, 0..3_usize, sold, replaces, any_shortage()).prop_map(
        |(lines, minutes, delivery, caller, sold, replaces, shortage)| Request {
            // Some orders are only received; their lines follow, or never come.
            lines: if sold && delivery > 6 { Vec::new() } else { lines },
            minutes,
            delivery,
            caller,
            sold,
            locked: sold && (4..=6).contains(&delivery),
            replaces,
            shortage,
        },
    )
}

fn any_shortage() -> impl Strategy<Value = Shortage> {
    prop_oneof![
        8 => Just(Shortage::Unsaid),
        1 => Just(Shortage::Substitute),
        1 => Just(Shortage::Wait),
        1 => Just(Shortage::Critical),
        1 => Just(Shortage::Skip),
    ]
}

fn any_lot() -> impl Strategy<Value = LotStep> {
    let minutes = prop_oneof![4 => Just(None), 1 => (1..8_u64).prop_map(Some)];
    (0..3_usize, 0..3_usize, 0..2_usize, 0..6_i64, minutes, 0..10_u8).prop_map(
        |(place, article, lot, value, minutes, kind)| LotStep {
            place,
            article,
            lot,
            value,
            minutes,
            kind,
        },
    )
}

fn any_behaviour() -> impl Strategy<Value = OutOfStock> {
    prop_oneof![
        2 => Just(OutOfStock::None),
        3 => Just(OutOfStock::Backorder),
        1 => (1..9_u16).prop_map(|days| OutOfStock::Restock { days }),
    ]
}

fn any_wait() -> impl Strategy<Value = Wait> {
    prop_oneof![
        2 => (1..100_000_u64).prop_map(Wait::Millis),
        1 => Just(Wait::JustBeforeTheDeadline),
        3 => Just(Wait::ToTheDeadline),
        1 => (1..9_u64).prop_map(Wait::Hours),
    ]
}
