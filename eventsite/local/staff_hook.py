"""The HTTP endpoint subscribed to the staff topic: what SNS delivers is filed, never followed.

The one exception is the confirmation of the subscription, which is a call to the engine on this
computer. What a delivery says is data: it is shown in the mailbox and nothing in it is run.
"""

from __future__ import annotations

import json
import threading
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from eventsite.local.sent import SentBox

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A confirmation is one call to the engine and never leads anywhere else."""

    def redirect_request(self, *_args: Any) -> None:
        return None


def take(body: bytes, here: str, box: SentBox) -> bool:
    """File one delivery and confirm a subscription. False when it is no SNS delivery."""
    try:
        delivery = json.loads(body)
        kind, subject, text, topic, message_id, url = (
            str(delivery.get(name) or "")
            for name in ("Type", "Subject", "Message", "TopicArn", "MessageId", "SubscribeURL")
        )
    except (ValueError, AttributeError):
        return False
    box.add(
        "staff_http",
        to=here,
        subject=subject or kind,
        text=text,
        source=topic.rpartition(":")[2],
        message_id=message_id,
        headers={"X-Amz-Sns-Message-Type": kind},
        request=delivery,
    )
    if kind == "SubscriptionConfirmation":
        threading.Thread(target=confirm, args=(url,), daemon=True).start()
    return True


def confirm(url: str) -> None:
    """Confirm a subscription, at the engine on this computer and nowhere else."""
    parts_ = urlsplit(url)
    if parts_.scheme != "http" or parts_.hostname not in LOOPBACK:
        return
    try:
        urllib.request.build_opener(NoRedirect).open(url, timeout=5).close()
    except OSError as error:
        print(f"subscription not confirmed: {error}", flush=True)
