"""Why this machine refuses bubblewrap its namespaces, and how to allow them."""

from __future__ import annotations

from pathlib import Path

from grader.domain import Text
from grader.messages import plain, say

SETTINGS = Path("/proc/sys")
CONTAINER_MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))
PROFILE = "abi <abi/4.0>, profile bwrap /usr/bin/bwrap flags=(unconfined) { userns, }"


def refusal(reason: str) -> Text:
    """Return the sentence for a reader who wants the full sandbox: what bubblewrap said (`reason`), and what to type."""
    reason_text = plain(reason or "?")
    if _setting("kernel/apparmor_restrict_unprivileged_userns") == "1":
        return say(
            "bubblewrap cannot build its walls here: {reason}. AppArmor keeps user namespaces from ordinary programs, as on Ubuntu 24.04 and later."
            " Allow them to bubblewrap alone: `echo '{profile}' | sudo tee /etc/apparmor.d/bwrap && sudo systemctl reload apparmor`,"
            " or to every program: `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`.",
            reason=reason_text,
            profile=plain(PROFILE),
        )
    for setting, value in (("kernel/unprivileged_userns_clone", "1"), ("user/max_user_namespaces", "10000")):
        if _setting(setting) == "0":
            return say(
                "bubblewrap cannot build its walls here: {reason}. This machine forbids user namespaces; `sudo sysctl -w {setting}={value}` allows them.",
                reason=reason_text,
                setting=setting.replace("/", "."),
                value=value,
            )
    if any(path.exists() for path in CONTAINER_MARKS):
        return say(
            "bubblewrap cannot build its walls here: {reason}. This is a container; start it with"
            " `--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined`.",
            reason=reason_text,
        )
    return say(
        "bubblewrap cannot build its walls here: {reason}. Unprivileged user namespaces must be allowed on this machine.",
        reason=reason_text,
    )


def _setting(name: str) -> str:
    try:
        return (SETTINGS / name).read_text(encoding="ascii").strip()
    except OSError:
        return ""
