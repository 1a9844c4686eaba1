"""A pretend Apple School Manager: an organization behind the real protocol, for rehearsals, tests and demonstrations.

`Tenant.open` opens an organization, `seed` fills it, `transport` reaches it in process, `serve` puts it on a loopback port.
"""

from providers.simulator.app import app
from providers.simulator.auth import AUDIENCE
from providers.simulator.clock import TenantClock
from providers.simulator.portal import DeviceRow, Portal, PortalError
from providers.simulator.quirks import SCHOOL_SWITCHES, SWITCHES
from providers.simulator.seed import ServiceSeed, seed
from providers.simulator.serve import Server, serve
from providers.simulator.switches import Switch, UnknownSwitch
from providers.simulator.tenant import Credentials, Service, Tenant
from providers.simulator.transport import transport

__all__ = [
    "AUDIENCE",
    "SCHOOL_SWITCHES",
    "SWITCHES",
    "Credentials",
    "DeviceRow",
    "Portal",
    "PortalError",
    "Server",
    "Service",
    "ServiceSeed",
    "Switch",
    "Tenant",
    "TenantClock",
    "UnknownSwitch",
    "app",
    "seed",
    "serve",
    "transport",
]
