import 'uplot/dist/uPlot.min.css';
import './styles/tokens.css';
import './styles/page.css';
import './styles/datasets.css';
import './styles/pictures.css';
import './styles/newRun.css';
import './styles/runs.css';
import { render } from 'preact';
import { root } from './api/client';
import { App } from './app';
import { followLinks } from './router';

// Links stay right when the view, and with it the address, changes.
for (const base of document.getElementsByTagName('base')) base.href = root;
followLinks();
render(<App />, document.getElementById('app') as HTMLElement);
