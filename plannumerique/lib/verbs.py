"""French acts: what a button says is to be done, and what a journal says was done."""

import re

_FIRST_WORD = re.compile(r"\w*")
# Those of the portal's acts that do not end in -er.
_PARTICIPLES = {
    "choisir": "choisi",
    "clore": "clos",
    "écrire": "écrit",
    "établir": "établi",
    "inscrire": "inscrit",
    "joindre": "joint",
    "mettre": "mis",
    "ouvrir": "ouvert",
    "prendre": "pris",
    "prévoir": "prévu",
    "remettre": "remis",
    "rendre": "rendu",
    "répondre": "répondu",
    "reprendre": "repris",
    "rétablir": "rétabli",
    "rouvrir": "rouvert",
    "saisir": "saisi",
    "suspendre": "suspendu",
    "transmettre": "transmis",
}
# « est entré »: the participle would agree with a person whose gender nobody knows.
_WITH_ETRE = ("entrer", "rester", "retourner")


def done(act: str) -> str:
    """« a notifié la décision » for « Notifier la décision ». ValueError when the act begins with no infinitive that takes avoir.

    The passé composé of the Bescherelle, the object after the verb: the participle does not agree.
    """
    verb = _FIRST_WORD.match(act)[0].lower()  # type: ignore[index]
    participle = _PARTICIPLES.get(verb)
    if participle is None and verb.endswith("er") and verb not in _WITH_ETRE:
        participle = f"{verb.removesuffix('er')}é"
    if participle is None:
        raise ValueError(f"“{act}” begins with no infinitive that takes avoir.")
    return f"a {participle}{act[len(verb) :]}"
