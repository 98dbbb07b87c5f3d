"""What people write to each other in a dossier."""

import uuid

from demonstration.acts.common import paper
from demonstration.scene import Scene
from plannumerique.messages.enums import Audience
from plannumerique.organisations.actor import Actor
from portal.conversation.services import post


def write_message(scene: Scene, actor: Actor, *, to: Audience, text: str, uai: str = "", joined: str = "") -> None:
    """`uai`: the school that it is written to, or by; `joined`: the heading of the paper that comes with it."""
    file = paper(scene, actor, joined, "Document d’exemple.", name="piece-jointe.pdf") if joined else None
    post(
        dossier=scene.dossier,
        audience=to,
        school=scene.application(uai).school if uai else None,
        text=text,
        sending=uuid.uuid4(),
        attachment=file,
        actor=actor,
    )
