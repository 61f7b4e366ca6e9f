"""The frame of the command: options that may stand anywhere, and one place where every failure gets its words."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from platen_cli.aws_words import explain
from platen_cli.desk import Desk
from platen_cli.groups import ListsByItself
from platen_cli.stops import EXIT_CODES, Stop
from platen_cli.target import STACK, Choice

_FLAGS = ("--json", "--quiet", "-q", "--local")
_VALUED = ("--stack", "--region", "--profile")


def to_the_front(args: list[str]) -> list[str]:
    """The options that hold for every command may be typed after it too, as people do.

    >>> to_the_front(["orders", "list", "--json", "--stack", "shop"])
    ['--json', '--stack', 'shop', 'orders', 'list']
    """
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(args)
    for one in waiting:
        if one == "--":
            rest += [one, *waiting]
        elif one in _FLAGS or one.startswith(tuple(f"{name}=" for name in _VALUED)):
            front.append(one)
        elif one in _VALUED:
            front += [one, *([value] if (value := next(waiting, None)) is not None else [])]
        else:
            rest.append(one)
    return front + rest


class Root(TyperGroup):
    """The command itself."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, to_the_front(args))

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Stop as stop:
            return _end(ctx, stop)
        except Exception as error:
            explained = explain(error)
            if explained is None:
                raise
            return _end(ctx, explained)


def _end(ctx: Any, stop: Stop) -> None:
    desk = ctx.obj if isinstance(ctx.obj, Desk) else Desk()
    desk.stopped(stop)
    raise typer.Exit(stop.exit_code)


app = typer.Typer(
    cls=Root,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a traceback with its variables would show secrets
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=f"The options above may stand anywhere in the line.\n\n{EXIT_CODES}",
)
orders = typer.Typer(no_args_is_help=True, help="Look at orders.")
products = typer.Typer(no_args_is_help=True, help="The product map: what is printed on what is sold.")
links = typer.Typer(cls=ListsByItself, help="A store's links, in their order: platen links shop. And a dry run.")
classes = typer.Typer(no_args_is_help=True, help="Mail classes: a dry run of Shipping Class Match.")
folders = typer.Typer(cls=ListsByItself, help="Folders: labels to sort orders by.")
import_ = typer.Typer(no_args_is_help=True, help="Move in from another system.")
sync = typer.Typer(no_args_is_help=True, help="A warehouse: products out, orders out, stock into the stores.")
local = typer.Typer(no_args_is_help=True, help="The stack on this computer, without an AWS account.")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - only when asked

        typer.echo(f"platen {version('platen')}")
        raise typer.Exit


@app.callback()
def platen(
    ctx: typer.Context,
    stack: Annotated[str, typer.Option(help="The CloudFormation stack to talk to.", show_default=STACK)] = "",
    region: Annotated[str, typer.Option(help="Its AWS region.")] = "",
    profile: Annotated[str, typer.Option(help="The AWS profile to use.")] = "",
    local: Annotated[
        bool, typer.Option("--local", help="Talk to the stack on this computer (also when it was started here).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON, and nothing else.")] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print the answer and errors, no words on the side.")
    ] = False,
    version: Annotated[  # noqa: ARG001 - its callback answers
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Orders from your shops to whoever prints and ships them, and tracking back.

    Everything runs in your own AWS account; this command talks to it with your own AWS rights.
    New here? Start with: platen demo
    """
    if local and (stack or profile):
        raise typer.BadParameter(
            "--local is the stack on this computer; it goes with neither --stack nor --profile."
        )
    desk = ctx.obj if isinstance(ctx.obj, Desk) else Desk()
    desk.choice = Choice(stack=stack, region=region, profile=profile, local=local)
    desk.as_json, desk.quiet = as_json, quiet
    ctx.obj = desk
