// Keeps the page live. Without it everything works too, by loading the page anew.
// One stream of events for a browser tab that is seen; what is shown is always fetched whole, so that it can never be half old.
(() => {
    'use strict';
    const every = 10000;      // Numbers change without events.
    const oldAfter = 15000;   // A fetch missed, and a slow mobile line.
    const patience = 6000;
    const apart = 5000;       // Between two sentences that are read out.
    const stale = document.getElementById('stale');
    const heard = document.getElementById('heard');
    let stream = null;
    let heardAt = Date.now();
    let fetching = false;
    let again = false;
    let toSay = null;
    let saying = false;

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

    // What is the same stays the very same: a screen reader's place, a half-typed form, a selection are not disturbed by what changes beside them.
    // Among its neighbours a part is known by its key, and else by its place: pods change places.
    const keyOf = one => one.dataset?.key || one.id || null;
    const isTwin = (one, other) => one.nodeName === other.nodeName && keyOf(one) === keyOf(other);

    // What became of a command is told until the person goes elsewhere, so it is no part of what is compared; nor are blanks.
    const isPart = one => one && one.dataset?.told === undefined && (one.nodeType !== Node.TEXT_NODE || one.data.trim() !== '');
    const partsOf = one => [...one.childNodes].filter(isPart);
    const blocks = ['MAIN', 'SECTION', 'DIV', 'FORM', 'DETAILS', 'FIGURE', 'TABLE', 'TBODY', 'UL', 'DL'];

    // What the person has opened, ticked, chosen or typed is not the gate's to change; a version that is sent along is.
    const isPersons = (one, name) => name === 'checked' || name === 'selected' || name === 'open' && one.tagName === 'DETAILS'
        || name === 'disabled' && one.tagName === 'BUTTON' || name === 'value' && one.tagName === 'INPUT' && one.type !== 'hidden' && one.type !== 'checkbox';

    function weave(old, fresh) {
        if (old.isEqualNode(fresh)) return;
        if (old.nodeType !== Node.ELEMENT_NODE) { old.data = fresh.data; return; }
        for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !isPersons(old, name)) old.removeAttribute(name);
        for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value && !isPersons(old, name)) old.setAttribute(name, value);
        const [were, are] = [partsOf(old), partsOf(fresh)];
        if (were.length === are.length && were.every((one, index) => isTwin(one, are[index]))) were.forEach((one, index) => weave(one, are[index]));
        else if (blocks.includes(old.tagName)) arrange(old, were, are);
        else old.replaceChildren(...fresh.childNodes);
    }

    // Parts came, went or changed places.
    function arrange(old, were, are) {
        const free = new Set(were);
        const order = are.map(one => {
            const twin = were.find(other => free.has(other) && isTwin(other, one));
            if (!twin) return one;
            free.delete(twin);
            weave(twin, one);
            return twin;
        });
        for (const gone of free) gone.remove();
        let last = null;
        for (const one of order) {
            let next = last ? last.nextSibling : old.firstChild;
            while (next && !isPart(next)) next = next.nextSibling;
            if (next !== one) { if (last) last.after(one); else old.prepend(one); }
            last = one;
        }
    }

    function show(next) {
        const main = document.querySelector('main');
        const active = document.activeElement;
        weave(main, next.querySelector('main'));
        weave(document.getElementById('as-of'), next.getElementById('as-of'));
        if (!main.querySelector('[data-told]')) document.title = next.title;

        // A part that was moved loses the focus, and gets it back.
        if (active !== document.activeElement) (active.isConnected ? active : main).focus({ preventScroll: true });
    }

    function mark(isOld) {
        stale.hidden = !isOld;
        document.body.classList.toggle('is-stale', isOld);
        document.querySelectorAll('main form.command button').forEach(button => { button.disabled = isOld; });
    }

    // The newest sentence is said to those who do not see it, one at a time; that a pod failed over is not pushed out by what is less.
    function say(happened) {
        if (toSay?.to === 'Latched' && happened.to !== 'Latched') return;
        toSay = happened;
        if (!saying) speak();
    }

    function speak() {
        saying = toSay !== null;
        if (!saying) return;
        heard.textContent = toSay.sentence;
        toSay = null;
        setTimeout(speak, apart);
    }

    function listen() {
        stream?.close();
        stream = null;
        if (document.hidden) return;
        const mine = stream = new EventSource('/api/v1/events/stream');
        let opened = false;
        mine.addEventListener('transition', happened => { say(JSON.parse(happened.data)); refresh(); });

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
