"""What can be paid: the award of a collectivité, the grant of a school. Payments know nothing else of either."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Literal, Protocol

from plannumerique.journal.models import ThreadRow


@dataclass(frozen=True, slots=True)
class Credited:
    """Who is paid, on which account, as they stand today; `in_words` as a letter says it (« la commune d’Ornans »)."""

    name: str
    in_words: str
    siret: str
    iban: str
    bic: str
    holder: str


class Payable(Protocol):
    paid_as: ClassVar[Literal["equipment", "resources"]]  # the field of a payment that names it

    @property
    def ceiling(self) -> Decimal:
        """The most that its payments may come to, in euros."""

    @property
    def credited(self) -> Credited: ...

    @property
    def account_row(self) -> ThreadRow:
        """The row that keeps the account: its journal says when it changed."""

    @property
    def certifier(self) -> Any:
        """Who certified the service fait: whoever validates the payment is somebody else."""

    def who_checked(self) -> list[int]:
        """Who checked the pieces that a payment rests on: none of them validates it."""
