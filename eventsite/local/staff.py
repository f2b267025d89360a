"""Subscribes staff to their topic as an operator would: by e-mail and by an HTTP endpoint."""

from __future__ import annotations

from typing import Any

STAFF_ADDRESS = "staff@example.org"


def subscribe(sns: Any, topic_arn: str, hook: str) -> None:
    """Make sure that the staff address and ``hook`` (a URL) are subscribed, and no older hook.

    Repeating changes nothing. Subscriptions of other addresses are left alone.
    """
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn)
    known = [
        (s["Protocol"], s["Endpoint"], s["SubscriptionArn"])
        for page in pages
        for s in page["Subscriptions"]
    ]
    for protocol, endpoint, arn in known:
        gone = protocol == "http" and endpoint.endswith("/staff-hook") and endpoint != hook
        if gone and arn.startswith("arn:"):
            sns.unsubscribe(SubscriptionArn=arn)
    there = {(protocol, endpoint) for protocol, endpoint, _ in known}
    for protocol, endpoint in (("email", STAFF_ADDRESS), ("http", hook)):
        if (protocol, endpoint) not in there:
            sns.subscribe(TopicArn=topic_arn, Protocol=protocol, Endpoint=endpoint)
