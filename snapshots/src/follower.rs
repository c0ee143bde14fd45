//! The follower: reads durable records and folds them into the snapshot, behind the traffic.

mod fold;
