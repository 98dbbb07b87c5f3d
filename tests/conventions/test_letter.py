"""The text of the convention: its data, and what is read in the PDF."""

import datetime as dt
import io
from dataclasses import replace
from decimal import Decimal

import pytest
from pypdf import PdfReader

from conventions import documents, services
from conventions.enums import ConventionState
from conventions.models import Convention
from plannumerique.files.models import IssuedDocument
from plannumerique.files.pdf import layout
from plannumerique.organisations.enums import Role
from projects.documents import rates_in_words
from projects.models import CampaignDeadline, Signatory, TermsVersion
from projects.rules import Tier
from tests.factories import CollectiviteFactory, actor_for
from tests.factories_conventions import PARIS, PUBLIC_IBAN, ConventionFactory, convention_texts
from tests.factories_projects import CampaignFactory

pytestmark = pytest.mark.django_db

JULY = dt.datetime(2016, 7, 11, 10, 0, tzinfo=PARIS)


def dan(convention):
    return actor_for(Role.DAN, convention.campaign.academie, at=JULY)


def letter(convention):
    return documents.convention_letter(convention, actor=dan(convention))


def text_of(document):
    reader = PdfReader(io.BytesIO(layout(document).data))
    pages = " ".join(page.extract_text() for page in reader.pages)
    words = " ".join(pages.replace("\u00a0", " ").replace("\u202f", " ").split())
    return words.replace("- ", "-")  # a line may end inside « quatre-vingt »


def settled(convention):
    services.settle(convention_id=convention.pk, actor=dan(convention))
    return IssuedDocument.objects.about(convention).order_by("-pk")[0]


def test_the_pdf_bears_twelve_articles_five_annexes_and_every_amount():
    convention = ConventionFactory(negotiation=True, schools=2, expense=Decimal("9480.60"))

    text = text_of(settled(convention))

    assert "Convention de partenariat n° AAP-2016-CONV-0001" in text
    assert all(f"Article {number}" in text for number in ("1er", *range(2, 13)))
    assert "Article 13" not in text
    assert all(f"Annexe {letter} –" in text for letter in "ABCDE")
    assert "56 883,60 € TTC (cinquante-six mille huit cent quatre-vingt-trois euros et soixante centimes)" in text
    assert "montant maximal de 24 000,00 € (vingt-quatre mille euros)" in text
    assert "48 000,00 € TTC" in text
    assert "500,00 € TTC" in text
    assert "soit 1 000,00 € TTC pour l’ensemble" in text
    assert "32 883,60 €" in text
    for covered in convention.covered_schools.all():
        assert covered.school.uai in text
        assert covered.referent_college.uai in text


def test_the_parties_are_named_as_the_law_wants():
    convention = ConventionFactory(negotiation=True, dossier__collectivite__name="Ornans")

    text = text_of(settled(convention))

    assert "l’État, représenté par le recteur de l’académie de Besançon, 10 rue de la Convention" in text
    assert "la commune d’Ornans" in text
    assert "agissant par son maire, dûment habilité par délibération" in text
    assert "Pour la commune d’Ornans Le maire, Nom et prénom :" in text
    assert "Pour le recteur et par délégation" in text
    assert "Alix EXEMPLE" in text


@pytest.mark.parametrize(
    ("traits", "head"),
    [
        ({"epci": True}, "son président"),
        ({"syndicat": True}, "son président"),
        ({"department": True}, "son président du conseil départemental"),
        ({"kind": "other", "name": "Association d’exemple"}, "son représentant légal"),
    ],
)
def test_every_kind_of_collectivite_acts_by_its_head(traits, head):
    convention = ConventionFactory(negotiation=True, dossier__collectivite=CollectiviteFactory(**traits))

    assert f"agissant par {head}" in text_of(settled(convention))


def test_a_deliberation_already_taken_is_quoted():
    convention = ConventionFactory(negotiation=True, deliberation=True)

    text = text_of(settled(convention))

    assert "par délibération n° 2016-42 du 18 juillet 2016 (conseil municipal), reçue en préfecture le 22 juillet 2016" in text


def test_one_that_comes_later_leaves_a_line_to_fill_by_hand():
    convention = ConventionFactory(negotiation=True)

    assert letter(convention).authorisation is None
    assert "par délibération n° du , reçue en préfecture le ," in text_of(settled(convention))


def test_the_account_stands_in_the_last_annex():
    convention = ConventionFactory(negotiation=True)

    text = text_of(settled(convention))

    annex = text[text.index("Annexe E") :]
    assert " ".join(PUBLIC_IBAN[start : start + 4] for start in range(0, len(PUBLIC_IBAN), 4)) in annex
    assert "BDFEFRPPCCT" in annex
    assert "Trésorerie d’exemple" in annex


def test_the_payments_are_promised_as_the_calendar_says():
    convention = ConventionFactory(negotiation=True)

    text = text_of(settled(convention))

    assert "Un acompte de 50 % du montant fixé par la décision" in text
    assert "au plus tard le vendredi 14 octobre 2016" in text
    assert "le versement du solde est prévu avant le 7 décembre 2016, sous réserve de la disponibilité des crédits" in text
    assert "à compter du 1er mars 2017" in text
    assert "du 1er septembre 2016 au 16 décembre 2016" in text


def test_a_campaign_without_grant_nor_acompte_says_nothing_of_them():
    campaign = CampaignFactory(code="ENIR-2018", rows__resources_grant=Decimal("0"), rows__acompte_rate=Decimal("0"))
    CampaignDeadline.objects.filter(campaign=campaign).delete()
    convention = ConventionFactory(negotiation=True, dossier__campaign=campaign)

    text = text_of(settled(convention))

    assert "acompte de" not in text
    assert "Elle est versée par l’État au collège référent" not in text
    assert "le versement du solde est prévu" not in text


def test_an_amount_without_tax_says_so():
    campaign = CampaignFactory(code="HT-2016", rows__tax_basis="ht")
    convention = ConventionFactory(negotiation=True, dossier__campaign=campaign)

    text = text_of(settled(convention))

    assert "24 000,00 € HT" in text
    assert "Dépense prévue HT" in text


def test_rates_by_tiers_are_written_in_order():
    campaign = CampaignFactory()
    terms = TermsVersion.objects.get(campaign=campaign).as_rule()
    tiers = (Tier(Decimal("200000"), Decimal("0.70")), Tier(None, Decimal("0.50")))

    assert rates_in_words(terms) == "50\u00a0%"
    assert rates_in_words(replace(terms, tiers=tiers)).replace("\u00a0", " ").replace("\u202f", " ") == (
        "70 % jusqu’à 200 000,00 €, puis 50 % au-delà"
    )


def test_the_financing_plan_sums_each_school_and_the_whole():
    convention = ConventionFactory(negotiation=True, schools=2, classes=2)

    plan = letter(convention).financing

    labels = [row.label for row in plan.rows]
    assert [one for one in labels if one.startswith("–")] == ["– classe 1", "– classe 2"] * 2
    assert plan.total.cells == (Decimal("32000"), Decimal("32000"), Decimal("16000"), Decimal("16000"))
    assert plan.rows[0].cells == (Decimal("16000"), Decimal("16000"), Decimal("8000"), Decimal("8000"))


def test_a_school_of_one_class_takes_one_line():
    convention = ConventionFactory(negotiation=True, classes=1)

    (row,) = letter(convention).financing.rows
    assert row.label.endswith(", classe\u00a01")
    assert "pour équiper d’une classe mobile l’école désignée à l’annexe A" in text_of(settled(convention))


def test_the_draft_says_what_it_still_lacks_and_leaves_no_trace():
    convention = ConventionFactory(referent=False)
    Signatory.objects.all().delete()

    assert set(letter(convention).blanks()) == {
        "le signataire de la convention (campagne)",
        "le début du déploiement",
        "la fin du déploiement",
        "le titulaire du compte",
        "le SIRET",
        "l’IBAN",
    }
    assert not IssuedDocument.objects.exists()


def test_a_draft_that_cannot_be_computed_has_no_figure():
    convention = ConventionFactory(negotiation=True, classes=4)

    draft = letter(convention)

    assert (draft.financing, draft.expense, draft.subsidy_max) == (None, None, None)
    assert "la subvention maximale" in draft.blanks()


def test_what_was_issued_does_not_change_with_the_dossier():
    convention = ConventionFactory(negotiation=True)
    document = settled(convention)
    before = layout(document).data

    collectivite = convention.dossier.collectivite
    collectivite.name = "Autre nom"
    collectivite.save()
    convention_texts(convention.campaign)

    assert layout(IssuedDocument.objects.get(pk=document.pk)).data == before
    assert Convention.objects.get().state == ConventionState.SETTLED
