import { useEffect, useState } from 'preact/hooks';
import { keyNeeded } from './api/client';
import { live } from './api/live';
import { href, useAddress } from './router';
import { Compare } from './views/compare';
import { DatasetView } from './views/dataset';
import { Datasets } from './views/datasets';
import { NewRun } from './views/newRun';
import { RunView } from './views/run';
import { Runs } from './views/runs';
import { SignIn } from './views/signIn';

/** The frame that all views have, and the view that the address names. */
export function App() {
  const { path, query } = useAddress();
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    live.connect();
    const ask = () => setAsked(true);
    keyNeeded.addEventListener('needed', ask);
    return () => keyNeeded.removeEventListener('needed', ask);
  }, []);
  const enter = () => {
    setAsked(false);
    void live.reconnect();
  };
  return (
    <>
      <a class="skip" href="#content">
        To the content
      </a>
      <header class="top">
        <a class="name" href={href('')}>
          CnnService
        </a>
        <nav aria-label="Views">
          {views.map(([name, words, starts]) => (
            <a
              key={name}
              href={href(name)}
              aria-current={starts.some(start => isBelow(path, start)) ? 'page' : undefined}
            >
              {words}
            </a>
          ))}
        </nav>
        {!asked && <LiveMark />}
      </header>
      <main id="content" tabIndex={-1}>
        {asked ? <SignIn onDone={enter} /> : <View path={path} query={query} />}
      </main>
    </>
  );
}

const views: [string, string, string[]][] = [
  ['', 'Runs', ['', 'runs', 'compare']],
  ['datasets', 'Datasets', ['datasets']],
  ['new', 'New run', ['new']],
];

const isBelow = (path: string, start: string) =>
  start === '' ? path === '' : path === start || path.startsWith(`${start}/`);

function View({ path, query }: { path: string; query: URLSearchParams }) {
  const [kind = '', name = ''] = path.split('/', 2);
  if (kind === '' || (kind === 'runs' && name === '')) return <Runs query={query} />;
  if (kind === 'runs') return <RunView key={name} id={name} query={query} />;
  if (kind === 'datasets')
    return name === '' ? <Datasets /> : <DatasetView key={name} name={decodeURIComponent(name)} query={query} />;
  if (kind === 'new') return <NewRun query={query} />;
  if (kind === 'compare') return <Compare query={query} />;
  return (
    <section class="card">
      <h1>There is nothing at this address</h1>
      <p>
        Go to <a href={href('')}>the runs</a>.
      </p>
    </section>
  );
}

const liveWords = { live: 'live', connecting: 'connecting', offline: 'reconnecting, nothing is lost' };

function LiveMark() {
  const [state, setState] = useState(live.state);
  useEffect(() => {
    const update = () => setState(live.state);
    live.addEventListener('state', update);
    return () => live.removeEventListener('state', update);
  }, []);
  return (
    <span class={`live quiet ${state}`} role="status">
      {liveWords[state]}
    </span>
  );
}
