"""``/metrics``: the counts and the state of the stores as Prometheus reads them."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from flask import Blueprint, Response

from autoconfig import __version__
from autoconfig.stores import pulses_of
from autoconfig.web.answers import bytes_answer
from autoconfig.web.metrics.meter import BUCKETS, LOOKS, METHODS, MX_OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.core import Metric

    from autoconfig.stores import Health, Store
    from autoconfig.web.metrics.meter import Meter

METRICS_PATH = "/metrics"

_EVENTS = {
    "resolutions": (
        "Domains nobody lists that were resolved: who knew them.",
        "resolved",
        (*METHODS, "nothing", "unavailable"),
    ),
    "cache_looks": ("Looks into the cache of domains nobody lists.", "cache", LOOKS),
    "mx_rule": ("Domains nobody lists, by whose MX record they have.", "mx", MX_OUTCOMES),
    "mx_cache_looks": ("Looks into the cache of MX records.", "mx_cache", LOOKS),
}
"""Families of events by their name: what they mean, how their events begin, and end."""

_GAUGES = {
    "usable": "Whether the store can answer.",
    "providers": "Providers that the store serves.",
    "domains": "Mail domains that the store serves.",
    "problems": "What an operator must mend in the store; /readyz says what.",
    "age_seconds": "Seconds since the source of the store last answered.",
}


def metrics(meter: Meter, store: Store) -> Blueprint:
    """The page that Prometheus asks every few seconds; it holds no address and no domain."""
    blueprint = Blueprint("metrics", __name__)

    def answer() -> Response:
        # Here: the library is loaded where somebody asks, not in every worker.
        from prometheus_client import CollectorRegistry
        from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

        registry = CollectorRegistry()
        registry.register(_Collector(meter, store))
        return bytes_answer(200, generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4)

    blueprint.add_url_rule(METRICS_PATH, view_func=answer)
    return blueprint


class _Collector:
    """What the library asks for all numbers."""

    def __init__(self, meter: Meter, store: Store) -> None:
        self._meter = meter
        self._store = store

    def collect(self) -> Iterator[Metric]:
        """Everything there is."""
        from prometheus_client.core import InfoMetricFamily

        yield InfoMetricFamily("autoconfig", "What runs here.", value={"version": __version__})
        yield from _requests(self._meter)
        yield from _events(self._meter)
        yield from _stores(self._meter, self._store)


def _requests(meter: Meter) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

    labels = ["protocol", "client", "outcome"]
    requests = CounterMetricFamily("autoconfig_requests", "Requests that were answered.", labels=labels)
    for kind, count in meter.requests():
        requests.add_metric(kind, count)
    yield requests
    about = "Seconds until an answer began."
    times = HistogramMetricFamily("autoconfig_request_seconds", about, labels=["protocol"])
    for protocol, counts, seconds in meter.times():
        bounds = [*map(str, BUCKETS), "+Inf"]
        times.add_metric([protocol], list(zip(bounds, accumulate(counts), strict=True)), seconds)
    yield times


def _events(meter: Meter) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily

    counts = meter.events()
    for name, (about, prefix, outcomes) in _EVENTS.items():
        family = CounterMetricFamily(f"autoconfig_{name}", about, labels=["outcome"])
        for outcome in outcomes:
            family.add_metric([outcome], counts[f"{prefix}_{outcome}"])
        yield family
    about = "Questions that were not asked because of a rate limit."
    yield CounterMetricFamily("autoconfig_rate_limited", about, value=counts["rate_limited"])


def _stores(meter: Meter, store: Store) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily

    gauges = {
        name: GaugeMetricFamily(f"autoconfig_store_{name}", text, labels=["store"])
        for name, text in _GAUGES.items()
    }
    about = "Seconds that the source of the store took to answer a question."
    answers = SummaryMetricFamily("autoconfig_store_answer_seconds", about, labels=["store"])
    about = "Questions that the source of the store did not answer."
    errors = CounterMetricFamily("autoconfig_store_errors", about, labels=["store"])
    about = "Look-ups answered by what is kept: fresh, or stale while the source does not answer."
    kept = CounterMetricFamily("autoconfig_store_kept_answers", about, labels=["store", "outcome"])
    pulses = pulses_of(store)
    for place, health in enumerate(store.health()):
        for name, value in _values(health).items():
            gauges[name].add_metric([health.source], value)
        pulse = pulses[place] if place < len(pulses) else None
        if pulse is not None:
            meter.source(place, pulse)
            counts = meter.source_counts(place)
            answers.add_metric([health.source], int(counts.questions), counts.seconds)
            errors.add_metric([health.source], counts.errors)
            kept.add_metric([health.source, "fresh"], counts.hits)
            kept.add_metric([health.source, "stale"], counts.stale)
    yield from (*gauges.values(), answers, errors, kept)


def _values(health: Health) -> dict[str, float]:
    values: dict[str, float] = {
        "usable": float(health.usable),
        "providers": health.providers,
        "domains": health.domains,
        "problems": len(health.problems),
    }
    return values if health.age is None else {**values, "age_seconds": health.age}
