"""Whether guests are offered wallet passes. The passes: apple_passes, google_passes."""

from __future__ import annotations

from eventsite.core.config import Config


def wallets_on(settings: Config) -> bool:
    """Return whether the organizer has set issuer credentials; asks nobody.

    Which wallets they are for: `wiring.wallet_issuer()`, whose ``apple`` and ``google`` are None
    where there are none.
    """
    return bool(settings.wallet_secret_id)
