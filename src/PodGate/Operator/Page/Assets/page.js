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

    // A person who is typing keeps his form; only what is around it would move.
    const isBusy = () => [...document.querySelectorAll('main form')].some(form =>
        form.contains(document.activeElement) || [...form.elements].some(field => 'defaultValue' in field && field.type !== 'hidden' && field.value !== field.defaultValue));

    async function refresh() {
        if (fetching) { again = true; return; }
        fetching = true;
        try {
            const answer = await fetch(document.querySelector('main').dataset.from, { headers: { Accept: 'text/html' }, redirect: 'manual', signal: AbortSignal.timeout(patience) });
            if (answer.type === 'opaqueredirect') { location.reload(); return; }
            if (!answer.ok) { mark(true); return; }
            const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
            heard();
            document.getElementById('as-of').replaceWith(next.getElementById('as-of'));
            if (!isBusy()) show(next);
        } catch {
            // The gate cannot be reached, or not in time: what is shown may be old from here on.
            mark(true);
        } finally {
            fetching = false;
            if (again) { again = false; refresh(); }
        }
    }

    function show(next) {
        const [old, fresh] = [document.querySelector('main'), next.querySelector('main')];
        const open = [...old.querySelectorAll('details')].map(one => one.open);
        const scrolled = [...old.querySelectorAll('.table')].map(one => one.scrollLeft);
        const focused = [...old.querySelectorAll('a,button,summary,[tabindex]')].indexOf(document.activeElement);
        old.replaceWith(fresh);
        fresh.querySelectorAll('details').forEach((one, index) => { if (open[index]) one.open = true; });
        fresh.querySelectorAll('.table').forEach((one, index) => { one.scrollLeft = scrolled[index] || 0; });
        if (focused >= 0) fresh.querySelectorAll('a,button,summary,[tabindex]')[focused]?.focus({ preventScroll: true });
    }

    function heard() {
        heardAt = Date.now();
        mark(false);
    }

    function mark(isOld) {
        stale.hidden = !isOld;
        document.body.classList.toggle('is-stale', isOld);
        document.querySelectorAll('main form.command button').forEach(button => { button.disabled = isOld; });
    }

    function listen() {
        stream?.close();
        stream = null;
        if (document.hidden) return;
        stream = new EventSource('/api/v1/events/stream');
        stream.addEventListener('transition', refresh);
        stream.addEventListener('open', refresh);
        stream.addEventListener('error', () => { refresh(); });
    }

    document.addEventListener('visibilitychange', listen);
    setInterval(() => { if (!document.hidden) refresh(); }, every);
    setInterval(() => { if (Date.now() - heardAt > oldAfter) mark(true); }, 1000);
    listen();
})();
