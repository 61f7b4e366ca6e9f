"""``platen``: every command, by the file it is in."""

from __future__ import annotations

from collections.abc import Callable

from platen_cli import commands_connections, commands_local, commands_orders, commands_products, commands_stack
from platen_cli.app import app, local, orders, products

__all__ = ["app", "main"]


def _add(panel: str, *commands: Callable[..., None]) -> None:
    for command in commands:
        app.command(rich_help_panel=panel)(command)


_add("On this computer", commands_local.demo)
app.add_typer(local, name="local", rich_help_panel="On this computer")
_add(
    "Connections",
    commands_connections.connect,
    commands_connections.connections,
    commands_connections.check,
    commands_connections.link,
    commands_connections.unlink,
    commands_connections.pause,
    commands_connections.resume,
    commands_connections.poll,
    commands_connections.refresh,
    commands_connections.webhook_url,
    commands_connections.systems,
)
app.add_typer(orders, name="orders", rich_help_panel="Orders")
_add(
    "Orders",
    commands_orders.attention,
    commands_orders.retry,
    commands_orders.resend,
    commands_orders.release,
    commands_orders.cancel,
    commands_orders.mark_sent,
)
app.add_typer(products, name="products", rich_help_panel="Orders")
_add("The machinery", commands_stack.status, commands_stack.redrive, commands_stack.sweep)

orders.command("list")(commands_orders.list_orders)
orders.command("show")(commands_orders.show)
products.command("import")(commands_products.import_file)
products.command("show")(commands_products.show)
local.command("up")(commands_local.up)
local.command("down")(commands_local.down)
local.command("status")(commands_local.status)


def main() -> None:
    app(prog_name="platen")
