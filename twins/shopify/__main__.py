"""``python -m twins.shopify --port 8601``: a store on a real socket, until it is interrupted."""

from __future__ import annotations

import argparse
import logging
import threading

from twins.kit import Server
from twins.shopify import Rates, ShopifyTwin


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m twins.shopify", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--shop", default="acme.myshopify.com")
    parser.add_argument("--client-id", default="app")
    parser.add_argument("--client-secret", default="hush", help="signs the webhooks, too")
    parser.add_argument("--static-token", default="shpat_static")
    parser.add_argument("--plain-http", action="store_true", help="let webhooks go to http:// and local addresses")
    parser.add_argument("--search-lag", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--routing-delay", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--cancel-delay", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--retry-scale", type=float, default=1.0, help="0.001 retries webhooks within seconds")
    parser.add_argument("--bucket", type=float, default=2000, help="points a query may be paid from")
    parser.add_argument("--restore", type=float, default=100, help="points that come back each second")
    return parser.parse_args()


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    told = _arguments()
    twin = ShopifyTwin(
        shop=told.shop,
        client_id=told.client_id,
        client_secret=told.client_secret,
        static_token=told.static_token,
        plain_http=told.plain_http,
        rates=Rates(told.bucket, told.restore),
        search_lag_seconds=told.search_lag,
        routing_delay_seconds=told.routing_delay,
        cancel_delay_seconds=told.cancel_delay,
        webhook_retry_scale=told.retry_scale,
    )
    server = Server(twin.app, twin.outbox, told.port).start()
    print(server.url, flush=True)  # noqa: T201
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        server.stop()


if __name__ == "__main__":
    main()
