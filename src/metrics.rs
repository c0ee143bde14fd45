//! `GET /metrics` on the operators' address, in Prometheus' text format.
//!
//! The numbers are counted where things happen, as plain counters; a scrape copies them into a
//! fresh registry. So nothing piles up between scrapes, and no label has many values.

use std::fmt;

use actix_web::{HttpResponse, web};
use actors::ShardHandle;
use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::registry::{Registry, Unit};

use crate::ask::App;

/// Where the numbers are.
pub struct Sources {
    /// What the handlers share.
    pub app: web::Data<App>,
    /// The shard behind them.
    pub shard: ShardHandle,
}

/// The routes of the operators' address.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/metrics", web::get().to(metrics));
}

async fn metrics(sources: web::Data<Sources>) -> HttpResponse {
    let mut registry = Registry::with_prefix("certus");
    lanes(&sources.app, &mut registry);
    journal(&sources, &mut registry);
    if shard(&sources, &mut registry).await.is_none() {
        return HttpResponse::ServiceUnavailable().finish();
    }
    mail(&sources.app, &mut registry);
    let mut body = String::new();
    match text::encode(&mut body, &registry) {
        Ok(()) => HttpResponse::Ok()
            .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
            .body(body),
        Err(fmt::Error) => HttpResponse::InternalServerError().finish(),
    }
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

fn journal(sources: &Sources, registry: &mut Registry) {
    let figures = sources.shard.journal_figures();
    let batches = ConstCounter::new(figures.batches);
    registry.register("journal_batches", "Batches that became durable", batches);
    let records = ConstCounter::new(figures.records);
    registry.register("journal_records", "Records that became durable", records);
    let bytes = ConstCounter::new(figures.bytes);
    registry.register_with_unit("journal_written", "Bytes of all batches", Unit::Bytes, bytes);
    let micros = figures.sync_micros_sum as f64;
    let sync = PowersOfTwo::of(&figures.sync_micros, 1e-6, micros * 1e-6);
    let help = "How long a batch took to write and sync";
    registry.register_with_unit("journal_commit", help, Unit::Seconds, sync);
    let durable = ConstGauge::new(sources.shard.durable().lsn.0);
    registry.register("journal_durable_lsn", "The newest record on disk", durable);
    let passed = ConstGauge::new(sources.shard.passed().0);
    registry.register("snapshot_lsn", "The newest record that the snapshot has passed", passed);
}

async fn shard(sources: &Sources, registry: &mut Registry) -> Option<()> {
    let figures = sources.shard.figures().await?;
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
        let app = App::of(crate::ask::Shards::default(), crate::auth::Credentials::of(vec![]));
        let mut registry = Registry::default();
        lanes(&app, &mut registry);
        let mut text = String::new();
        text::encode(&mut text, &registry).unwrap();
        assert!(text.contains("# TYPE requests_shed counter\n"), "{text}");
        assert!(text.contains("requests_shed_total{lane="), "{text}");
    }
}
