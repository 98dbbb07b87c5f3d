"""Takes the pictures of the guide: enters as each person of the demonstration, follows the links that the guide names, and looks.

Run by script/guide: `pictures.py URL BROWSER FOLDER [NAME…]`. Fails when a link that the guide promises is not there.
"""

import io
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

DESK, PHONE = (1280, 900), (390, 844)
COLOURS = 128  # of flat pages: a third of the weight, and nothing that the eye sees


@dataclass(frozen=True)
class Shot:
    """`steps` are links of the page, or addresses; `from_words` scrolls to the heading that begins so."""

    name: str
    role: str = ""
    place: str = ""
    steps: tuple[str, ...] = ()
    size: tuple[int, int] = DESK
    at: str = ""


SHOTS = (
    Shot("public-programme", steps=("/programme/",)),
    Shot("public-ecoles-retenues", steps=("/ecoles-retenues/",), at="Carte"),
    Shot("public-simulateur", steps=("/simulateur/",)),
    Shot("dane-accueil", "Agent de la DANE"),
    Shot("dane-dossiers", "Agent de la DANE", steps=("/dossiers/",)),
    Shot("dane-candidature", "Agent de la DANE", steps=("/dossiers/", "Vesoul", "École"), at="Compléments demandés"),
    Shot("dane-seance", "Agent de la DANE", steps=("/seances/", "")),
    Shot("dane-messages", "Agent de la DANE", steps=("/dossiers/", "Belfort", "message")),
    Shot("dan-service-fait", "Délégué académique", steps=("/dossiers/", "Luxeuil-les-Bains", "Ouvrir la subvention")),
    Shot("daf-accueil", "Gestionnaire de la DAF"),
    Shot("daf-subvention", "Gestionnaire de la DAF", steps=("/dossiers/", "Ornans", "Ouvrir la subvention")),
    Shot("daf-valideur", "Valideur de la DAF", steps=("/versements/",)),
    Shot("recteur-accueil", "Recteur"),
    Shot("collectivite-accueil", "Collectivité (éditeur)", "Pontarlier"),
    Shot("collectivite-dossier", "Collectivité (éditeur)", "Ornans", ("/dossiers/", "Ornans")),
    Shot("collectivite-subvention", "Collectivité (éditeur)", "Pontarlier", ("/dossiers/", "Pontarlier", "Ouvrir la subvention")),
    Shot(
        "collectivite-etat",
        "Collectivité (éditeur)",
        "Pontarlier",
        ("/dossiers/", "Pontarlier", "Ouvrir la subvention", "Remplir l’état"),
    ),
    Shot("collectivite-telephone", "Collectivité (éditeur)", "Pontarlier", size=PHONE),
    Shot("ecole-dossier", "Directeur", steps=("/dossiers/", "")),
    Shot("ecole-telephone", "Directeur", size=PHONE),
    Shot("college-accueil", "Gestionnaire du collège"),
    Shot("ien-accueil", "IEN"),
)


def take(shot: Shot, browser: Browser, url: str) -> bytes:
    page = browser.new_page(viewport={"width": shot.size[0], "height": shot.size[1]}, base_url=url, locale="fr-FR")
    try:
        if shot.role:
            enter(page, shot)
        for step in shot.steps:
            follow(page, step)
        if shot.at:
            page.get_by_role("heading", name=shot.at).first.scroll_into_view_if_needed()
            page.evaluate("window.scrollBy(0, 400)")
        return page.screenshot()
    finally:
        page.close()


def enter(page: Page, shot: Shot) -> None:
    page.goto("/compte/connexion/")
    group = page.locator(
        ".portal-people__group", has=page.get_by_role("heading", name=re.compile(f"^{re.escape(shot.role)}", re.I))
    )
    line = group.locator("li", has_text=shot.place) if shot.place else group.locator("li")
    line.first.get_by_role("button").click()
    page.wait_for_load_state("networkidle")


def follow(page: Page, step: str) -> None:
    """An address, or a link of the page by words of it; "" is the first link of its table."""
    if step.startswith("/"):
        answer = page.goto(step)
        if answer is None or not answer.ok:
            sys.exit(f"{step} ne s’ouvre pas.")
    elif step:
        page.get_by_role("main").get_by_role("link", name=re.compile(re.escape(step))).first.click()
    else:
        page.get_by_role("main").get_by_role("rowheader").first.get_by_role("link").click()
    page.wait_for_load_state("networkidle")


def lighter(png: bytes) -> bytes:
    file = io.BytesIO()
    # By what is there, however little of it: by how much, the red of the flag would be lost.
    image = Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE)
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def main(url: str, executable: str, folder: Path, names: Iterable[str]) -> None:
    wanted = set(names)
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        for shot in SHOTS:
            if not wanted or shot.name in wanted:
                (folder / f"{shot.name}.png").write_bytes(lighter(take(shot, browser, url)))
                print(f"• {shot.name}.png", flush=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4:])
