"""Ordinary numbers beside each other, made up: telephones, postal codes, places, amounts, dates, orders."""

from collections.abc import Callable
from random import Random

BETWEEN = (" ", ", ", " / ", "; ", " - ", " | ")
AMERICAN = ("{}-{}-{}", "({}) {}-{}", "{}.{}.{}")
GERMAN = ("{} {}", "{}/{}", "{}-{}", "{} / {}", "({}) {}")


class Maker:
    """Makes texts of each kind, always the same for one seed."""

    def __init__(self, seed: int) -> None:
        self.luck = Random(seed)

    def digits(self, size: int) -> str:
        return "".join(self.luck.choices("0123456789", k=size))

    def american(self) -> str:
        shape = self.luck.choice(AMERICAN)
        return shape.format(self.luck.randint(201, 989), self.luck.randint(200, 999), self.digits(4))

    def german(self) -> str:
        area = self.luck.choice(("0171", "0160", "030", "089", "0221", "06131"))
        return self.luck.choice(GERMAN).format(area, self.digits(self.luck.randint(6, 8)))

    def international(self) -> str:
        luck = self.luck
        return luck.choice((f"+49 {luck.randint(30, 179)} {self.digits(7)}", f"+1 {self.american()}"))

    def postal_code(self) -> str:
        return f"{self.luck.randint(501, 99_950):05d}"

    def amount(self) -> str:
        return f"{self.luck.randint(1, 9_999)}.{self.digits(2)}"

    def euros(self) -> str:
        return f"{self.luck.randint(1, 9)}.{self.digits(3)},{self.digits(2)}"

    def date(self) -> str:
        return f"{self.luck.randint(1, 28):02}.{self.luck.randint(1, 12):02}.{self.luck.randint(2019, 2027)}"

    def place(self) -> str:
        size = self.luck.randint(4, 7)
        return f"{self.luck.randint(-90, 90)}.{self.digits(size)}, {self.luck.randint(-180, 180)}.{self.digits(size)}"

    def order(self) -> str:
        return self.digits(self.luck.randint(5, 10))

    def beside(self, *parts: Callable[[], str]) -> str:
        return self.luck.choice(BETWEEN).join(part() for part in parts)


KINDS: dict[str, Callable[[Maker], str]] = {
    "two American telephones": lambda make: make.beside(make.american, make.american),
    "two German telephones": lambda make: make.beside(make.german, make.german),
    "two international telephones": lambda make: make.beside(make.international, make.international),
    "telephones of two countries": lambda make: make.beside(make.international, make.german),
    "telephone and postal code": lambda make: make.beside(make.american, make.postal_code),
    "postal code and telephone": lambda make: make.beside(make.postal_code, make.german),
    "postal codes": lambda make: ", ".join(make.postal_code() for _ in range(4)),
    "place": Maker.place,
    "amounts": lambda make: make.beside(*[make.amount] * 5),
    "amounts in euros": lambda make: make.beside(*[make.euros] * 3),
    "date and order": lambda make: make.beside(make.date, make.order),
    "order and date": lambda make: make.beside(make.order, make.date),
    "order and telephone": lambda make: make.beside(make.order, make.american),
    "order and amount": lambda make: make.beside(make.order, make.amount),
    "orders": lambda make: ", ".join(make.order() for _ in range(3)),
}
