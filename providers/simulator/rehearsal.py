"""A rehearsal: the simulator instead of Apple, in process, with time of its own. All channels of a configuration share one organization."""

from __future__ import annotations

from pathlib import Path

from providers.simulator.seed import seed
from providers.simulator.tenant import Tenant
from reconciler.connections import SimulatorOptions
from reconciler.settings import Settings

DEFAULT_FILE = "state/private/simulator.sqlite"


def file_of(settings: Settings, folder: Path) -> Path:
    """The file that holds the pretend organization."""
    options = settings.connections.apple_school.simulator or SimulatorOptions()
    return folder / (options.file or DEFAULT_FILE)


def open_tenant(settings: Settings, folder: Path) -> Tenant:
    """Open the pretend organization, filling it as the settings say if it is new. UnknownSwitch for a switch that does not exist.

    Each channel opens it for itself; they meet in its file.
    """
    options = settings.connections.apple_school.simulator or SimulatorOptions()
    path = file_of(settings, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    tenant = Tenant.open(path)
    if not tenant.services() and not tenant.devices():
        seed(tenant, devices=options.devices, services=options.services, seed=options.seed, clock=options.clock)
    for name, value in options.switches.items():
        # A strike counts from the moment its switch is set, so a switch that is set already stays as it is.
        if tenant.switches.get(name) != value:
            tenant.switches.set(name, value)
    return tenant
