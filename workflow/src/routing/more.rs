//! What joins an order that is at some locations already.

use super::{Candidate, Need, Plan, Search, Strategy, plan, rank};
use crate::id::LocationId;
use crate::quantity::Units;

/// Decides which locations fulfil `needs` for an order that is at the locations `at` already: these
/// cost no further part, so they give first, and only for what they have not the order may be at
/// others, as many as the strategy leaves. Else it is as [`plan`] says.
pub fn plan_more(
    needs: &[Need],
    candidates: &[Candidate],
    at: &[LocationId],
    strategy: &Strategy,
) -> Plan {
    if at.is_empty() {
        return plan(needs, candidates, strategy);
    }
    let (own, others): (Vec<usize>, Vec<usize>) =
        (0..candidates.len()).partition(|&it| at.contains(&candidates[it].location));
    let mut whole = among(needs, candidates, &own, own.len());
    let left = strategy.parts_max().saturating_sub(at.len());
    if whole.is_whole() || left == 0 {
        return whole;
    }
    let mut rest = vec![Need { units: Units::ZERO }; needs.len()];
    for short in &whole.short {
        rest[usize::from(short.need)].units = short.units;
    }
    let more = among(&rest, candidates, &others, left);
    whole.parts.extend(more.parts);
    whole.parts.sort_unstable_by_key(|part| rank(&candidates[part.candidate]));
    whole.short = more.short;
    if more.search == Search::Bounded {
        whole.search = Search::Bounded;
    }
    whole
}

/// The plan if only some of the candidates were there.
fn among(needs: &[Need], candidates: &[Candidate], some: &[usize], parts_max: usize) -> Plan {
    let few: Vec<Candidate> = some.iter().map(|&it| candidates[it].clone()).collect();
    let parts_max = u8::try_from(parts_max).unwrap_or(u8::MAX);
    let mut plan = plan(needs, &few, &Strategy { parts_max });
    for part in &mut plan.parts {
        part.candidate = some[part.candidate];
    }
    plan
}
