"""What schools own: models as Apple names them, how orders are numbered, who sold them, how serial numbers look."""

from __future__ import annotations

from dataclasses import dataclass

SERIAL_LETTERS = "0123456789CDFGHJKLMNPQRTVWXYZ"
"""No vowels and nothing that is mistaken for a digit."""


@dataclass(frozen=True, slots=True)
class Model:
    """A product. `share` is its weight among a school's orders; `serial_length` 10 (since 2021) or 12; `parts` begin part numbers."""

    name: str
    family: str
    product_type: str
    share: int
    capacities: tuple[str, ...]
    colors: tuple[str, ...]
    part: str
    serial_length: int
    cellular: bool = False
    ethernet: bool = False
    migrates: bool = True


GREYS = ("SPACE GRAY", "SILVER")
IPAD_COLORS = ("BLUE", "PINK", "YELLOW", "SILVER")
MODELS = (
    Model("iPad (9th generation)", "iPad", "iPad12,1", 30, ("64GB", "256GB"), GREYS, "MK2", 10),
    Model("iPad (9th generation) Cellular", "iPad", "iPad12,2", 3, ("64GB",), GREYS, "MK4", 10, cellular=True),
    Model("iPad (10th generation)", "iPad", "iPad13,18", 16, ("64GB", "256GB"), IPAD_COLORS, "MPQ", 10),
    Model("iPad (A16)", "iPad", "iPad15,7", 12, ("128GB", "256GB"), IPAD_COLORS, "MD3", 10),
    Model("iPad (8th generation)", "iPad", "iPad11,6", 8, ("32GB", "128GB"), GREYS, "MYL", 12),
    Model("iPad Air (5th generation)", "iPad", "iPad13,16", 3, ("64GB", "256GB"), ("SPACE GRAY", "STARLIGHT", "BLUE"), "MM9", 10),
    Model("iPad Pro 11-inch (3rd generation)", "iPad", "iPad13,4", 1, ("128GB", "256GB"), GREYS, "MHQ", 12),
    Model("iPad mini (6th generation)", "iPad", "iPad14,1", 1, ("64GB",), ("SPACE GRAY", "PURPLE"), "MK7", 10),
    Model("MacBook Air (M1, 2020)", "Mac", "MacBookAir10,1", 10, ("256GB", "512GB"), (*GREYS, "GOLD"), "MGN", 12),
    Model("MacBook Air (13-inch, M3, 2024)", "Mac", "Mac15,12", 6, ("256GB", "512GB"), ("MIDNIGHT", "STARLIGHT", *GREYS), "MRX", 10),
    Model("MacBook Pro (14-inch, 2023)", "Mac", "Mac14,9", 2, ("512GB", "1TB"), GREYS, "MPH", 10),
    Model("iMac (24-inch, M1, 2021)", "Mac", "iMac21,1", 2, ("256GB", "512GB"), ("BLUE", "GREEN", "SILVER"), "MGP", 12, ethernet=True),
    Model("Mac mini (2023)", "Mac", "Mac14,3", 1, ("256GB",), ("SILVER",), "MMF", 10, ethernet=True),
    Model("iPhone SE (3rd generation)", "iPhone", "iPhone14,6", 2, ("64GB", "128GB"), ("MIDNIGHT", "STARLIGHT"), "MMX", 10, cellular=True),
    Model("iPhone 13", "iPhone", "iPhone14,5", 1, ("128GB",), ("MIDNIGHT", "BLUE"), "MLP", 10, cellular=True),
    Model(
        "Apple TV 4K (3rd generation)", "AppleTV", "AppleTV14,1", 3, ("64GB", "128GB"), ("BLACK",), "MN8", 10, ethernet=True, migrates=False
    ),
    Model("Apple Watch SE (2nd generation)", "Watch", "Watch6,10", 1, ("32GB",), ("MIDNIGHT",), "MNJ", 10, migrates=False),
    Model("Apple Vision Pro", "Vision", "RealityDevice14,1", 1, ("256GB",), ("",), "MQL", 10, migrates=False),
)

APPLE_CUSTOMERS = ("1048261", "0720413")
RESELLERS = ("26B3C40", "1F0E9A7", "3D77120")
