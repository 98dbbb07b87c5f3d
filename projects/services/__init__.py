"""What people do with dossiers and applications: each use case is one passage (or several, in reading order)."""

from projects.services.applying import (
    ClassCost,
    abandon,
    add_application,
    add_applications,
    complete,
    describe_technical_part,
    grant_derogation,
    submit,
    submit_several,
    withdraw,
    write_pedagogical_part,
)
from projects.services.campaigns import (
    SignatoryAs,
    open_campaign,
)
from projects.services.dossiers import (
    check_piece,
    deposit_piece,
    describe_contact,
    open_dossier,
    reopen_piece,
)
from projects.services.instructing import (
    admit,
    declare_inadmissible,
    give_opinion,
    reopen,
    request_completion,
)
from projects.services.selecting import (
    contract,
    cover_by_convention,
    put_on_waiting_list,
    release,
    retain,
    revise_selection,
    set_aside,
)

__all__ = [
    "ClassCost",
    "SignatoryAs",
    "abandon",
    "add_application",
    "add_applications",
    "admit",
    "check_piece",
    "complete",
    "contract",
    "cover_by_convention",
    "declare_inadmissible",
    "deposit_piece",
    "describe_contact",
    "describe_technical_part",
    "give_opinion",
    "grant_derogation",
    "open_campaign",
    "open_dossier",
    "put_on_waiting_list",
    "release",
    "reopen",
    "reopen_piece",
    "request_completion",
    "retain",
    "revise_selection",
    "set_aside",
    "submit",
    "submit_several",
    "withdraw",
    "write_pedagogical_part",
]
