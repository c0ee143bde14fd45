//! `GET /metrics` on the operators' address, in the text format of OpenMetrics 1.0.0, which Prometheus reads.
//!
//! The numbers are counted where things happen, as plain counters; a scrape copies them into a
//! fresh registry. So nothing piles up between scrapes, and no label has many values.

use std::fmt;

use actix_web::{HttpRequest, HttpResponse, web};
use actors::ShardHandle;
use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::registry::{Registry, Unit};
use snapshots::commit::Figures as JournalFigures;

use crate::admin::operator;
use crate::ask::App;
use crate::connections::Connections;
use crate::failure::Failure;
use crate::feed::Figures as FeedFigures;
use crate::http::problem::Problem;
use crate::outside::Outside;
use crate::shards::Directory;
use crate::webhooks::Figures as CallFigures;

/// All of them: 200.
pub(crate) async fn metrics(
    app: web::Data<App>,
    head: HttpRequest,
) -> Result<HttpResponse, Problem> {
    operator(&app, &head).await.map_err(|failure| Problem::of(failure, head.path()))?;
    let scraped = scrape(&app).await;
    scraped.ok_or_else(|| Problem::of(Failure::Stopping, head.path()))
}

/// The figures; none if the server is going down.
async fn scrape(app: &App) -> Option<HttpResponse> {
    let mut registry = Registry::with_prefix("certus");
    let shards = app.behind.directory();
    lanes(app, &mut registry);
    connected(&app.connections, &mut registry);
    journals(shards.all(), &mut registry);
    outside(&app.outside, &mut registry);
    held(shards, &mut registry).await?;
    mail(app, &mut registry);
    let mut body = String::new();
    text::encode(&mut body, &registry).expect("a text takes all that is written to it");
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Some(HttpResponse::Ok().content_type(kind).body(body))
}

fn lanes(app: &App, registry: &mut Registry) {
    let used = Family::<Vec<(&str, &str)>, Gauge>::default();
    let limit = Family::<Vec<(&str, &str)>, Gauge>::default();
    let shed = Family::<Vec<(&str, &str)>, Counter>::default();
    for lane in app.admission.figures() {
        let label = vec![("lane", lane.lane.name())];
        used.get_or_create(&label).set(i64::from(lane.used));
        limit.get_or_create(&label).set(i64::from(lane.limit));
        shed.get_or_create(&label).inc_by(lane.shed);
    }
    registry.register("permits_used", "Requests that are inside, by lane", used);
    registry.register("permits_limit", "Requests that may be inside at once, by lane", limit);
    registry.register("requests_shed", "Requests that got no permit, since the start", shed);
}

fn connected(connections: &Connections, registry: &mut Registry) {
    let open = ConstGauge::new(connections.open());
    registry.register("connections", "Connections of clients that are open", open);
    let refused = ConstCounter::new(connections.refused());
    let help = "Connections that were closed at once: their address had too many";
    registry.register("connections_refused", help, refused);
}

fn journals(shards: &[ShardHandle], registry: &mut Registry) {
    let mut sum = JournalFigures::default();
    let durable = Family::<Vec<(&str, String)>, Gauge>::default();
    let passed = Family::<Vec<(&str, String)>, Gauge>::default();
    for (number, shard) in shards.iter().enumerate() {
        sum.add(&shard.journal_figures());
        let label = vec![("shard", number.to_string())];
        durable.get_or_create(&label).set(shard.durable().lsn.0 as i64);
        passed.get_or_create(&label).set(shard.passed().0 as i64);
    }
    let batches = ConstCounter::new(sum.batches);
    registry.register("journal_batches", "Batches that became durable", batches);
    let records = ConstCounter::new(sum.records);
    registry.register("journal_records", "Records that became durable", records);
    let bytes = ConstCounter::new(sum.bytes);
    registry.register_with_unit("journal_written", "Bytes of all batches", Unit::Bytes, bytes);
    let micros = sum.sync_micros_sum as f64;
    let sync = PowersOfTwo::of(&sum.sync_micros, 1e-6, micros * 1e-6);
    let help = "How long a batch took to write and sync";
    registry.register_with_unit("journal_commit", help, Unit::Seconds, sync);
    registry.register("journal_durable_lsn", "The newest record on disk, by shard", durable);
    let help = "The newest record that the snapshot has passed, by shard";
    registry.register("snapshot_lsn", help, passed);
}

/// What is told outside: the feed's streams, and calls to subscribers.
fn outside(all: &[Outside], registry: &mut Registry) {
    let mut feed = FeedFigures::default();
    let mut calls = CallFigures::default();
    let settled = Family::<Vec<(&str, String)>, Gauge>::default();
    for (number, outside) in all.iter().enumerate() {
        feed.add(&outside.feed.figures());
        let figures = outside.webhooks.figures();
        calls.add(&figures);
        let label = vec![("shard", number.to_string())];
        settled.get_or_create(&label).set(figures.settled.0 as i64);
    }
    let gauges: [(&str, &str, u64); 3] = [
        ("feed_streams", "Streams of the feed that are open", feed.streams),
        ("webhook_subscriptions", "Subscriptions", calls.subscriptions),
        ("webhook_calls_waiting", "Calls that are queued or under way", calls.waiting),
    ];
    for (name, help, value) in gauges {
        registry.register(name, help, ConstGauge::new(value));
    }
    let counters: [(&str, &str, u64); 5] = [
        ("feed_messages", "Messages handed to readers of the feed", feed.messages),
        ("feed_streams_cut_off", "Streams whose reader did not read", feed.cut_off),
        ("webhook_calls_taken", "Calls that were answered with 2xx", calls.taken),
        ("webhook_calls_failed", "Attempts that failed", calls.failed),
        (
            "webhook_calls_given_up",
            "Calls that were dropped after their last attempt",
            calls.given_up,
        ),
    ];
    for (name, help, value) in counters {
        registry.register(name, help, ConstCounter::new(value));
    }
    let help = "All calls up to this record are settled, by shard";
    registry.register("webhook_settled_lsn", help, settled);
}

async fn held(shards: &Directory, registry: &mut Registry) -> Option<()> {
    let figures = shards.figures().await?;
    let gauges: [(&str, &str, u64); 7] = [
        ("orders", "Orders in memory", figures.orders as u64),
        ("open_promises", "Promises with a deadline", figures.open_promises as u64),
        ("locations", "Locations", figures.locations as u64),
        ("lots", "Lots of stock", figures.lots as u64),
        ("reservations", "Reservations", figures.reservations),
        ("mails_pending", "Mails with a time at which they go", figures.mails_pending as u64),
        ("mails_due", "Mails whose time has come", figures.mails_due as u64),
    ];
    for (name, help, value) in gauges {
        registry.register(name, help, ConstGauge::new(value));
    }
    let commands = ConstCounter::new(figures.commands);
    registry.register("commands", "Commands that changed something", commands);
    let refused = ConstCounter::new(figures.refused);
    registry.register("commands_refused", "Commands that the rules refused", refused);
    let late = figures.lateness_ms_sum as f64 * 1e-3;
    let lateness = PowersOfTwo::of(&figures.lateness, 1e-3, late);
    let help = "How long after its deadline a promise was released";
    registry.register_with_unit("expiry_lateness", help, Unit::Seconds, lateness);
    Some(())
}

fn mail(app: &App, registry: &mut Registry) {
    let figures = app.mail_figures();
    let configured = ConstGauge::new(u64::from(figures.is_some()));
    registry.register("mail_configured", "Whether there is a mail server to send to", configured);
    let Some(figures) = figures else { return };
    let reachable = ConstGauge::new(u64::from(figures.is_reachable));
    registry.register("mail_reachable", "Whether the mail server was there last", reachable);
    let sent = ConstCounter::new(figures.sent);
    registry.register("mails_sent", "Mails that the mail server took", sent);
    let failed = Family::<Vec<(&str, &str)>, Counter>::default();
    for (why, count) in [
        ("rejected", figures.rejected),
        ("deferred", figures.deferred),
        ("unreachable", figures.unreachable),
    ] {
        failed.get_or_create(&vec![("why", why)]).inc_by(count);
    }
    registry.register("mails_failed", "How often the mail server did not take a mail", failed);
    let late = figures.lateness_ms_sum as f64 * 1e-3;
    let lateness = PowersOfTwo::of(&figures.lateness, 1e-3, late);
    let help = "How long after its time a mail was taken";
    registry.register_with_unit("mail_lateness", help, Unit::Seconds, lateness);
}

/// Counts by powers of two, as a histogram: bucket `i` has what is below `2^i` units.
#[derive(Debug)]
struct PowersOfTwo {
    sum: f64,
    buckets: Vec<(f64, u64)>,
}

impl PowersOfTwo {
    fn of(counts: &[u64], unit: f64, sum: f64) -> PowersOfTwo {
        let bounds = (0_i32..).map(|exponent| 2_f64.powi(exponent) * unit);
        let mut buckets: Vec<(f64, u64)> = bounds.zip(counts.iter().copied()).collect();
        if let Some(last) = buckets.last_mut() {
            last.0 = f64::INFINITY; // the last one has everything that is longer, too
        }
        PowersOfTwo { sum, buckets }
    }
}

impl EncodeMetric for PowersOfTwo {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        let count = self.buckets.iter().map(|(_, count)| count).sum();
        encoder.encode_histogram::<NoLabelSet>(self.sum, count, &self.buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ask::Behind;

    /// Without a bucket for everything, no quantile can be told.
    #[test]
    fn the_last_bucket_has_no_bound() {
        let mut registry = Registry::default();
        registry.register("wait", "How long", PowersOfTwo::of(&[1, 2, 3], 0.5, 4.5));
        let mut text = String::new();
        text::encode(&mut text, &registry).unwrap();
        assert!(text.contains("wait_bucket{le=\"+Inf\"} 6\n"), "{text}");
        assert!(text.contains("wait_count 6\n"), "{text}");
    }

    #[test]
    fn what_was_shed_is_a_counter() {
        let app = App::of(Behind::Live(Directory::default()), crate::auth::Credentials::of(vec![]));
        let mut registry = Registry::default();
        lanes(&app, &mut registry);
        let mut text = String::new();
        text::encode(&mut text, &registry).unwrap();
        assert!(text.contains("# TYPE requests_shed counter\n"), "{text}");
        assert!(text.contains("requests_shed_total{lane="), "{text}");
    }
}
