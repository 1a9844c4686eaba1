"""A rehearsal: the simulator instead of Apple, in process, with time of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from providers.simulator import Tenant, seed, transport
from reconciler.settings import SimulatorOptions

if TYPE_CHECKING:
    import httpx

DEFAULT_FILE = "state/private/simulator.sqlite"


def open_tenant(options: SimulatorOptions, folder: Path) -> tuple[Tenant, httpx.BaseTransport]:
    """Open the pretend organization, filling it as the settings say if it is new. UnknownSwitch for a switch that does not exist."""
    path = folder / (options.file or DEFAULT_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    tenant = Tenant.open(path)
    if not tenant.services() and not tenant.devices():
        seed(tenant, devices=options.devices, services=options.services, seed=options.seed, clock=options.clock)
    for name, value in options.switches.items():
        # A strike counts from the moment its switch is set, so a switch that is set already stays as it is.
        if tenant.switches.get(name) != value:
            tenant.switches.set(name, value)
    return tenant, transport(tenant)
