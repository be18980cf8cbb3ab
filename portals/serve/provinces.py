"""The 34 provinces since 1 July 2025: their tiles on the map, and the 63 that they are made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Province:
    """A province of today. ``column`` and ``row``: of its tile, from 1, north at the top.

    ``former``: the provinces until 30 June 2025 that became it.
    """

    name: str
    column: int
    row: int
    former: tuple[str, ...]


PROVINCES = (
    Province("Lai Châu", 1, 1, ("Lai Châu",)),
    Province("Lào Cai", 2, 1, ("Lào Cai", "Yên Bái")),
    Province("Tuyên Quang", 3, 1, ("Tuyên Quang", "Hà Giang")),
    Province("Cao Bằng", 4, 1, ("Cao Bằng",)),
    Province("Điện Biên", 1, 2, ("Điện Biên",)),
    Province("Sơn La", 2, 2, ("Sơn La",)),
    Province("Phú Thọ", 3, 2, ("Phú Thọ", "Hòa Bình", "Vĩnh Phúc")),
    Province("Thái Nguyên", 4, 2, ("Thái Nguyên", "Bắc Kạn")),
    Province("Lạng Sơn", 5, 2, ("Lạng Sơn",)),
    Province("Hà Nội", 3, 3, ("Hà Nội",)),
    Province("Bắc Ninh", 4, 3, ("Bắc Ninh", "Bắc Giang")),
    Province("Quảng Ninh", 5, 3, ("Quảng Ninh",)),
    Province("Ninh Bình", 3, 4, ("Ninh Bình", "Hà Nam", "Nam Định")),
    Province("Hưng Yên", 4, 4, ("Hưng Yên", "Thái Bình")),
    Province("Hải Phòng", 5, 4, ("Hải Phòng", "Hải Dương")),
    Province("Thanh Hóa", 3, 5, ("Thanh Hóa",)),
    Province("Nghệ An", 3, 6, ("Nghệ An",)),
    Province("Hà Tĩnh", 3, 7, ("Hà Tĩnh",)),
    Province("Quảng Trị", 4, 8, ("Quảng Trị", "Quảng Bình")),
    Province("Huế", 4, 9, ("Thừa Thiên Huế",)),
    Province("Đà Nẵng", 5, 9, ("Đà Nẵng", "Quảng Nam")),
    Province("Quảng Ngãi", 5, 10, ("Quảng Ngãi", "Kon Tum")),
    Province("Gia Lai", 5, 11, ("Gia Lai", "Bình Định")),
    Province("Đắk Lắk", 5, 12, ("Đắk Lắk", "Phú Yên")),
    Province("Tây Ninh", 2, 13, ("Tây Ninh", "Long An")),
    Province("Đồng Nai", 3, 13, ("Đồng Nai", "Bình Phước")),
    Province("Lâm Đồng", 4, 13, ("Lâm Đồng", "Bình Thuận", "Đắk Nông")),
    Province("Khánh Hòa", 5, 13, ("Khánh Hòa", "Ninh Thuận")),
    Province("An Giang", 1, 14, ("An Giang", "Kiên Giang")),
    Province("Đồng Tháp", 2, 14, ("Đồng Tháp", "Tiền Giang")),
    Province("TP. Hồ Chí Minh", 3, 14, ("TP. Hồ Chí Minh", "Bà Rịa - Vũng Tàu", "Bình Dương")),
    Province("Cần Thơ", 2, 15, ("Cần Thơ", "Hậu Giang", "Sóc Trăng")),
    Province("Vĩnh Long", 3, 15, ("Vĩnh Long", "Bến Tre", "Trà Vinh")),
    Province("Cà Mau", 2, 16, ("Cà Mau", "Bạc Liêu")),
)
"""The provinces of today, from north to south."""
