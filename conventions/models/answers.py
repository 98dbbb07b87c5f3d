"""What a convention answers of itself: its amounts, its deadline, the contrôleur, its deliberation."""

import datetime as dt
from typing import Any

from django.urls import reverse

from conventions import conditions as only_if
from conventions import rules
from conventions.enums import BINDING_STATES, ConventionState
from conventions.models.content import ConventionContent
from conventions.models.covered import CbrExchange, CoveredClass
from conventions.rules import CbrFile, CbrNature, CbrPolicy, CbrSense, Deliberation
from plannumerique.lib.dates import long_date
from plannumerique.lib.text import typeset
from projects.enums import DeadlineCode
from projects.rules import ClassExpense, Deadline, Funding, provisional_subsidy

S = ConventionState


class ConventionAnswers(ConventionContent):
    cbr_exchanges: Any  # related rows, which the model alone is given

    class Meta:
        abstract = True

    def get_absolute_url(self) -> str:
        return reverse("conventions:convention", args=[self.pk])

    @property
    def is_binding(self) -> bool:
        return self.state in BINDING_STATES

    @property
    def reference(self) -> str:
        """The number of the text in force, for letters and payment labels; needs `document` at hand."""
        return self.document.reference if self.document else self.original_reference

    @property
    def is_taken_over(self) -> bool:
        return self.taken_over_on is not None

    def expenses(self) -> list[ClassExpense]:
        """The forecast of every covered class as the rules read it; one query."""
        return [one.as_rule() for one in CoveredClass.objects.of_convention(self.pk)]

    def funding(self) -> Funding:
        """What the terms give for the covered classes; one query. Raises FundingError when they can't be computed."""
        return provisional_subsidy(self.expenses(), terms=self.terms.as_rule())

    def deadline(self) -> Deadline | None:
        return self.campaign.deadline(DeadlineCode.CONVENTION)

    def lateness(self, on: dt.date) -> str | None:
        """The sentence that asks for a motive when a signature of that day misses the campaign's date; one query."""
        deadline = self.deadline()
        return rules.lateness(on, deadline=deadline) if deadline else None

    def _unexplained_lateness(self, on: dt.date, motive: str) -> list[str]:
        late = None if motive.strip() else self.lateness(on)
        return [late] if late else []

    # The contrôle budgétaire and the délibération, as the rules read them.

    @property
    def needs_cbr(self) -> bool:
        return self.project_amount is not None and rules.cbr_opinion_needed(self.project_amount, terms=self.terms.as_rule())

    @property
    def cbr_has_answered(self) -> bool:
        return bool(self.cbr_sense) or self.cbr_silence_on is not None

    def cbr_policy(self) -> CbrPolicy:
        return CbrPolicy(
            nature=CbrNature(self.campaign.cbr_nature),
            delay_days=self.campaign.cbr_delay_days,
            silence_counts=self.campaign.cbr_silence_counts,
        )

    def cbr_file(self) -> CbrFile | None:
        if self.cbr_amount is None:
            return None
        return CbrFile(
            amount=self.cbr_amount,
            received_on=self.cbr_received_on,
            requests=tuple(one.as_rule() for one in self.cbr_exchanges.all()),
            sense=CbrSense(self.cbr_sense) if self.cbr_sense else None,
            given_on=self.cbr_given_on,
            overruled_on=self.cbr_overruled_on,
        )

    def cbr_refusals(self, *, on: dt.date) -> list[str]:
        """Why the contrôle budgétaire forbids a signature of that day; one query when a file was sent to him."""
        if self.project_amount is None or not self.needs_cbr:
            return []
        terms = self.terms.as_rule()
        return list(rules.cbr_refusals(self.cbr_file(), amount=self.project_amount, on=on, terms=terms, policy=self.cbr_policy()))

    def cbr_last_day(self) -> dt.date | None:
        """The last day on which the contrôleur may answer; None before reception and while a request of his is pending."""
        if self.cbr_received_on is None:
            return None
        requests = [one.as_rule() for one in self.cbr_exchanges.all()]
        return rules.cbr_last_day(self.cbr_received_on, requests=requests, policy=self.cbr_policy())

    def cbr_request_pending(self) -> CbrExchange | None:
        return next((one for one in self.cbr_exchanges.all() if one.answered_on is None), None)

    @property
    def is_stopped_by_the_cbr(self) -> bool:
        return self.state == S.CBR_GIVEN and self.cbr_sense == CbrSense.UNFAVOURABLE and self.cbr_overruled_on is None

    def overruling_refusals(self) -> list[str]:
        if self.cbr_sense != CbrSense.UNFAVOURABLE:
            return [typeset("L’avis du contrôleur budgétaire n’est pas défavorable : il n’y a pas à passer outre.")]
        if self.campaign.cbr_nature == CbrNature.VISA:
            return self.cbr_refusals(on=only_if.SOME_DAY)
        if self.cbr_overruled_on is not None:
            return [typeset(f"Le recteur a déjà passé outre le {long_date(self.cbr_overruled_on)}.")]
        return []

    def deliberation(self) -> Deliberation | None:
        if self.deliberation_on is None:
            return None
        return Deliberation(
            adopted_on=self.deliberation_on,
            published_on=self.published_on,
            published_at=self.published_time,
            received_on=self.prefecture_on,
            received_at=self.prefecture_time,
        )

    # What a way back clears.
