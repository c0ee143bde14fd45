"""What JSON Schema cannot say of a request, for tests/contract/run."""

import re
import uuid
from datetime import datetime, timedelta, timezone

import schemathesis

# Why a request may be refused that looks as the document says: a relation between members, or what
# is there and what is not. Any other refusal of such a request is a mistake in the document.
REASONS = re.compile(
    "|".join(
        [
            "[Nn]o such facility",
            "there is no store",
            "is at version",
            "must agree with the body's version",
            "must not be LOCKED for what is promised",
            "validUntil out of range",
            "invalidAfterTime: must be",
            "must have only one of collect and shipping",
            "consumer.addresses: needs",
            "comes twice",
            "must have facilityRef or tenantFacilityId",
            "must not come with `from`",
            "is beyond the newest record",
            "is after the newest record",
            "must be after start_utc",
            "must be after the start|overlaps another",
            "must be the grand total",
            "FACILITY may come once",
            "is no zone like Europe/Berlin",
            # a header that every call has anyway, however it is written
            "is no name of a header, or is ours",
            # of what a change makes of a facility, or of a listing
            r"outOfStockConfig\.(preorder|restock): is required",
            r"address(\.(street|city|postalCode))?: is required",
            "an order has at most 500 line",
            # what an order, or a list of them, is not ready for
            '"code":"(wrong_item|not_staged|not_now|not_in_list|already_in_list|list_full|not_picked'
            '|nothing_to_substitute|out_of_stock|duplicated_order|critical_item_out_of_stock'
            '|nothing_left|promise_expired)"',
            "external_id has already been taken|at least 24 hours after the invitation",
            "no mail of the invitation is unsent|wrong check digit",
            "too many (stocks|subscriptions)|too much at once",
            "there is no facility with this id",
            "Certus-Replaces: is for promises only",
            # a client that names itself neither in the form nor by HTTP Basic
            '"error":"invalid_request"',
        ]
    )
)


@schemathesis.hook
def filter_failure(context, failure, case, response):
    kind = type(failure).__name__
    if kind == "RejectedPositiveData":
        return not REASONS.search(response.text)
    # Whoever sends many bad credentials is told to wait, and not that they are bad. The response
    # to those is in the message alone.
    return not (kind == "IgnoredAuth" and "got `429 " in failure.message)


@schemathesis.hook
def before_call(context, case, kwargs):
    if isinstance(case.body, (dict, list)):
        case.body = written(case.body)
    if case.meta and not case.meta.generation.mode.is_positive:
        return
    if isinstance(case.body, dict) and not case.path.startswith("/api/facilities"):
        case.body = sensible(case.body)
        ordered(case.body)
    headers = case.headers or {}
    if "Idempotency-Key" in headers:
        # Or the next request would be another one under the same key.
        headers["Idempotency-Key"] = str(uuid.uuid4())
    if "If-Match" in headers:
        version = case.body.get("version") if isinstance(case.body, dict) else None
        headers["If-Match"] = f'"{version or 1}"'


def written(value):
    """Whole numbers without a fraction, as every client writes them."""
    if isinstance(value, dict):
        return {name: written(one) for name, one in value.items()}
    if isinstance(value, list):
        return [written(one) for one in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def sensible(value):
    """Facilities and articles that are there, so that requests get further than a refusal."""
    if isinstance(value, list):
        return [sensible(one) for one in value]
    if isinstance(value, str):
        # At their ends an offset, or a place, leads to a year that has not four digits.
        return re.sub("^(0000|9999)-", "2024-", value)
    if not isinstance(value, dict):
        return value
    value = {name: sensible(one) for name, one in value.items()}
    if "facilityRef" in value or "tenantFacilityId" in value:
        value.pop("facilityRef", None)
        value["tenantFacilityId"] = "cologne"
    for name in ["tenantArticleId", "client_sku", "partNumber"]:
        if isinstance(value.get(name), str) and len(value[name]) % 2:
            value[name] = "4711"
    return value


def ordered(body):
    """What an order's members have to do with one another."""
    if isinstance(body.get("callbackUrl"), str):
        body["callbackUrl"] = CALLBACK
    if isinstance(body.get("url"), str):
        body["url"] = CALLBACK
    if isinstance(body.get("from_lsn"), int):
        body["from_lsn"] = 0
    if isinstance(body.get("target"), dict):
        body["target"]["callbackUrl"] = CALLBACK
    if "orderLineItems" not in body:
        return
    if isinstance(body.get("consumer"), dict):
        body["consumer"]["addresses"] = [ADDRESS]
    if isinstance(body.get("deliveryPreferences"), dict) and body["deliveryPreferences"].get("collect"):
        body["deliveryPreferences"].pop("shipping", None)
    if isinstance(body.get("promisesOptions"), dict):
        until = datetime.now(timezone.utc) + timedelta(hours=1)
        body["promisesOptions"]["validUntil"] = until.isoformat()


ADDRESS = {"street": "Hauptstr.", "postalCode": "51063", "city": "Köln", "country": "DE"}
# A name that nobody will ever have, so that no call leaves the machine.
CALLBACK = "https://hooks.invalid/contract"
