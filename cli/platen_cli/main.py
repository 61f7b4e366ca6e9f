"""``platen``: every command, by the file it is in."""

from __future__ import annotations

from collections.abc import Callable

from platen_cli import (
    commands_connections,
    commands_folders,
    commands_import,
    commands_links,
    commands_local,
    commands_making,
    commands_orders,
    commands_products,
    commands_rules,
    commands_stack,
    commands_sync,
)
from platen_cli.app import app, classes, folders, import_, links, local, orders, products, sync
from platen_cli.groups import TakesPairs

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
    commands_connections.pause,
    commands_connections.resume,
    commands_connections.disconnect,
    commands_connections.poll,
    commands_connections.refresh,
    commands_connections.webhook_url,
    commands_connections.feed_url,
    commands_connections.systems,
)
_add("Who makes what, and how", commands_links.link, commands_links.unlink)
app.add_typer(links, name="links", rich_help_panel="Who makes what, and how")
app.command("rules", cls=TakesPairs, rich_help_panel="Who makes what, and how")(commands_rules.show_rules)
app.add_typer(classes, name="classes", rich_help_panel="Who makes what, and how")
app.add_typer(orders, name="orders", rich_help_panel="Orders")
_add(
    "Orders",
    commands_orders.attention,
    commands_orders.retry,
    commands_orders.resend,
    commands_orders.release,
    commands_orders.cancel,
    commands_orders.mark_sent,
    commands_orders.mark_cancelled,
    commands_making.reprint,
    commands_folders.move,
)
app.add_typer(folders, name="folders", rich_help_panel="Orders")
app.add_typer(products, name="products", rich_help_panel="Orders")
app.add_typer(import_, name="import", rich_help_panel="Orders")
app.add_typer(sync, name="sync", rich_help_panel="Warehouses and stock")
_add("The machinery", commands_stack.status, commands_stack.redrive, commands_stack.sweep)

links.command("list")(commands_links.list_links)
links.command("try")(commands_links.try_links)
classes.command("try", cls=TakesPairs)(commands_rules.try_classes)
folders.command("list")(commands_folders.list_folders)
folders.command("add")(commands_folders.add_folder)
folders.command("remove")(commands_folders.remove_folder)
orders.command("list")(commands_orders.list_orders)
orders.command("show")(commands_orders.show)
products.command("import")(commands_products.import_file)
products.command("show")(commands_products.show)
import_.command("orderdesk")(commands_import.orderdesk)
sync.command("products")(commands_sync.products)
sync.command("orders")(commands_sync.orders)
sync.command("stock")(commands_sync.stock)
sync.command("status")(commands_sync.status)
sync.command("runs")(commands_sync.runs)
sync.command("report")(commands_sync.report)
sync.command("release")(commands_sync.release)
sync.command("pause")(commands_sync.pause)
sync.command("resume")(commands_sync.resume)
sync.command("watermark")(commands_sync.watermark)
sync.command("places")(commands_sync.places)
local.command("up")(commands_local.up)
local.command("down")(commands_local.down)
local.command("status")(commands_local.status)


def main() -> None:
    app(prog_name="platen")
