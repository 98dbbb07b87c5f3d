from typing import Any

from django.core.checks import CheckMessage, Warning

from plannumerique.files.pdf import SLOW_FONTS, subsetting_available


def letters_are_laid_out_quickly(**_: Any) -> list[CheckMessage]:
    return [] if subsetting_available() else [Warning(SLOW_FONTS, id="files.W001")]
