"""The warehouse's twin: a small warehouse that is told of orders, and tells what it did, by files or by calls."""

from twins.warehouse_files.twin import WarehouseTwin

__all__ = ["WarehouseTwin"]
