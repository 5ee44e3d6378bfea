"""The rules of the protocol that the model can leave out, each to show what fails without it."""

from __future__ import annotations

import enum


class Rule(enum.Enum):
    """A rule; `docs/protocol.md` explains each under this name."""

    REMOVED_NAMES_GET_NEW_KEYS = "a name with an entry in `removed` never gets the plain key again"
    CONTENT_DECIDES = "what the plain object holds decides whether it may be listed, not who created it"
    REMOVED_ONLY_GROWS = "no entry ever leaves `removed`"
    DECIDE_AGAIN = "after a lost commit, the change is decided again from what the manifest says now"
    NEW_KEYS_ARE_CHECKED_AGAIN = "a key that was put into `removed` meanwhile is not listed"
    PAGES_AFTER_COMMIT = "pages are put when the manifest was put, not at the same time"
    PAGE_IS_READ_FIRST = "to bring a page up, its token is read before the manifest"
    PAGES_BEFORE_DELETION = "no object is deleted before every page has caught up"
    DELETE_TWICE = "deleting what was deleted before completes the deletion"
    REPEATED_PUSH_REPAIRS_PAGES = "a push that finds its files listed brings the pages up to the manifest"
    PROJECT_LIST_FIRST = "a new project is on the list of projects, record and page, before its first commit"
    SHARED_LIST_ENTRY_FIRST = "one call's new projects are all on the list before the first of them commits"
    PAGES_BEGIN_BLANK = "a page is created blank before the commit, and filled on the blank page's token"
    ENTRY_IS_CHECKED = "who put a project on the list looks after the commit whether it is still there"
    RETURN_IS_CHECKED = "who put a project on the list again looks afterwards whether it is deleted by now"
    LEAVING_IS_CHECKED = "who took a project off the list looks afterwards whether it is still deleted"
    PRUNE_MARKS_REMOVED = "prune puts the keys into `removed` before it deletes objects"
    PRUNE_WAITS_FOR_PAGES = "prune brings the pages up before it deletes objects"
    PRUNE_FINDS_METADATA = "prune finds a metadata file without its distribution"
    REINDEX_HEEDS_REMOVED = "reindex lists no object whose name is in `removed`"
    ADOPTION_HEEDS_REMOVED = "what another tool's page lists is not taken over if its name is in `removed`"
    DELETE_ONLY_WHAT_WAS_SEEN = "a deletion that decides again deletes only the key that it saw first"
    EXISTING_OBJECT_IS_NO_CONFLICT = "an object that no manifest lists is no conflict"
    METADATA_BELONGS_TO_ITS_FILE = "the plain key is listed only if its metadata file is ours, too"
    RENEW_AFTER_RESTORING = "who stores a missing object again commits, though the manifest's content is the same"
    RENEW_WHEN_UNSURE = "who may have stored a missing object again, as no answer came, commits as well"
    RENEW_AFTER_A_LOST_RACE = "who stored a missing object again, and decides again, still commits"
    LOOK_AT_LISTED_OBJECTS = "a push that finds its file listed looks whether the object is there"
