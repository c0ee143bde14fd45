//! What random histories and scripts share.

use workflow::time::Time;
use workflow::world::World;

/// Lets every location publish anew.
///
/// A router asks a location again when stock has become outdated by time alone, which no event
/// says; so what it knew last may differ from what a replay knows until either is asked.
pub(crate) fn publish_anew(world: &mut World, now: Time) {
    let World { desk, locations, .. } = world;
    for (id, (tenant, location)) in locations {
        for article in location.shelves.keys() {
            let places = &mut desk.tenant(tenant).places;
            places.publish(*id, article, location.offer(article, now));
        }
    }
}
