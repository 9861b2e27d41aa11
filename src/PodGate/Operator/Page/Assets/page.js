// Keeps the page live. Without it everything works too, by loading the page anew.
// One stream of events for a browser tab that is seen; what is shown is always fetched whole, so that it can never be half old.
(() => {
    'use strict';
    const every = 10000;      // Numbers change without events.
    const oldAfter = 15000;   // A fetch missed, and a slow mobile line.
    const patience = 6000;
    const stale = document.getElementById('stale');
    let stream = null;
    let heardAt = Date.now();
    let fetching = false;
    let again = false;

    // A problem's page has nothing to be looked at again.
    const from = () => document.querySelector('main').dataset.from;

    async function refresh() {
        if (!from()) return;
        if (fetching) { again = true; return; }
        fetching = true;
        try {
            const answer = await fetch(from(), { headers: { Accept: 'text/html' }, redirect: 'manual', signal: AbortSignal.timeout(patience) });
            if (answer.type === 'opaqueredirect') { location.assign(from()); return; }

            // Anything but the gate's own mistake is its answer, and has a page.
            if (answer.status >= 500) { mark(true); return; }
            const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
            if (!next.querySelector('main')) { mark(true); return; }
            show(next);
            heardAt = Date.now();
            mark(false);
        } catch {
            // The gate cannot be reached, or not in time: what is shown may be old from here on.
            mark(true);
        } finally {
            fetching = false;
            if (again) { again = false; refresh(); }
        }
    }

    // What stays when the content is replaced is found again by what it is, not by where it stands: pods change places.
    const nameOf = one => one.id || one.name && one.form && one.form.getAttribute('action') + ' ' + one.name || one.getAttribute('href')
        || one.tagName === 'SUMMARY' && one.parentElement.className || one.tagName === 'BUTTON' && one.form && one.form.getAttribute('action') || null;
    const all = (page, which) => [...page.querySelectorAll(which)];
    const twinOf = (page, one, which) => all(page, which).find(other => nameOf(other) === nameOf(one));

    function show(next) {
        const [old, fresh] = [document.querySelector('main'), next.querySelector('main')];
        const which = 'a,button,summary,input,select';
        const active = old.contains(document.activeElement) && nameOf(document.activeElement) ? document.activeElement : null;
        for (const field of all(old, 'form input:not([type=hidden]),form select')) {
            const twin = twinOf(fresh, field, 'form input,form select');
            if (!twin) continue;
            twin.value = field.value;
            if ('checked' in field) twin.checked = field.checked;
        }
        for (const folded of all(old, 'details[open]')) {
            const twin = all(fresh, 'details').find(other => other.className === folded.className);
            if (twin) twin.open = true;
        }
        all(fresh, '.table').forEach((table, index) => { table.scrollLeft = all(old, '.table')[index]?.scrollLeft || 0; });

        // What became of a command is told until the person goes elsewhere.
        const told = old.querySelector('[data-told]');
        if (told && !fresh.querySelector('[data-told]')) fresh.querySelector('h1').after(told);
        const twin = active && twinOf(fresh, active, which);
        const caret = active && active.type === 'text' ? [active.selectionStart, active.selectionEnd] : null;
        old.replaceWith(fresh);
        document.getElementById('as-of').replaceWith(next.getElementById('as-of'));
        if (twin) twin.focus({ preventScroll: true });
        if (twin && caret) twin.setSelectionRange(...caret);
    }

    function mark(isOld) {
        stale.hidden = !isOld;
        document.body.classList.toggle('is-stale', isOld);
        all(document, 'main form.command button').forEach(button => { button.disabled = isOld; });
    }

    function listen() {
        stream?.close();
        stream = null;
        if (document.hidden) return;
        const mine = stream = new EventSource('/api/v1/events/stream');
        let opened = false;
        mine.addEventListener('transition', refresh);

        // The page has just been loaded when it opens for the first time.
        mine.addEventListener('open', () => { if (opened) refresh(); opened = true; });
        mine.addEventListener('error', () => {
            opened = true;
            refresh();

            // Where the gate refuses the stream the browser does not come back by itself.
            if (mine.readyState === EventSource.CLOSED) setTimeout(() => { if (stream === mine) listen(); }, 5000);
        });
    }

    document.addEventListener('visibilitychange', () => { listen(); if (!document.hidden) refresh(); });
    setInterval(() => { if (!document.hidden) refresh(); }, every);
    setInterval(() => { if (from() && Date.now() - heardAt > oldAfter) mark(true); }, 1000);
    listen();
})();
