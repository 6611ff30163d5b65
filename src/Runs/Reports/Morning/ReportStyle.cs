namespace Orchestrator.Runs.Reports;

/// <summary>Style of HTML reports, light or dark as in the reader's system, for widths of at least 320 pixels.</summary>
internal static class ReportStyle
{
    /// <summary>The style sheet, which has no character that XML must escape.</summary>
    public const string Css = """
        :root { color-scheme: light dark; --paper: #fff; --ink: #1a1d21; --faint: #5a626b; --line: #d8dde2; --link: #0b57a4;
          --bad: #a4262c; --code: #f1f3f5; --agent: #2f6fb0; --gates: #2f8f5b; --merging: #7a5aa8; --person: #c0392b; --parked: #b7791f;
          --turn: #aab2ba; }
        @media (prefers-color-scheme: dark) { :root { --paper: #14171a; --ink: #e7eaed; --faint: #a3acb5; --line: #343b42;
          --link: #8ab8ec; --bad: #ff9a94; --code: #1f2429; --agent: #5b9bd8; --gates: #55b983; --merging: #a98bd6; --person: #ef7b70;
          --parked: #dba648; --turn: #5d666f; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
        main { max-width: 56rem; margin: 0 auto; padding: 1rem; }
        h1 { font-size: 1.3rem; margin: 0.5rem 0; overflow-wrap: anywhere; }
        h2 { font-size: 1.1rem; margin: 1.6rem 0 0.4rem; padding-top: 0.6rem; border-top: 1px solid var(--line); }
        p, li, dd, td:first-child { overflow-wrap: anywhere; }
        a { color: var(--link); }
        ul, ol { margin: 0; padding-left: 1.3rem; }
        li { margin: 0.2rem 0; }
        .title { margin: 0.2rem 0; }
        .reason, .foot, .events { color: var(--faint); }
        .events, .foot, .scale, .key { font-size: 0.85rem; }
        .events a { display: inline-block; min-width: 1.5rem; text-align: center; padding: 0.1rem 0.15rem; }
        .bad .said { color: var(--bad); font-weight: 600; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 0.8rem; margin: 0.8rem 0; }
        dt { color: var(--faint); }
        dd { margin: 0; }
        pre { background: var(--code); margin: 0.3rem 0; padding: 0.5rem 0.6rem; border-radius: 4px; white-space: pre-wrap;
          overflow-wrap: anywhere; }
        code { font: 0.9rem/1.4 ui-monospace, monospace; }
        .wide { overflow-x: auto; margin: 0.5rem 0; }
        table { border-collapse: collapse; width: 100%; font-size: 0.95rem; }
        th, td { text-align: left; padding: 0.25rem 0.6rem 0.25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
        td:first-child { min-width: 7rem; }
        summary { color: var(--faint); cursor: pointer; padding: 0.3rem 0; }
        tfoot td { font-weight: 600; border-bottom: none; }
        .chart { margin: 0.5rem 0; }
        .bar { display: grid; grid-template-columns: minmax(3rem, 20%) 1fr; gap: 0.5rem; align-items: center; }
        .bar span { font-size: 0.85rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
        .bar svg { width: 100%; height: 0.9rem; background: var(--code); display: block; }
        .scale { display: flex; justify-content: space-between; color: var(--faint); padding-left: 20%; }
        .key { display: flex; flex-wrap: wrap; gap: 0.2rem 0.9rem; padding: 0; margin: 0.4rem 0; list-style: none; }
        .key svg { width: 0.8rem; height: 0.8rem; margin-right: 0.3rem; }
        .agent { fill: var(--agent); } .gates { fill: var(--gates); } .merging { fill: var(--merging); }
        .person { fill: var(--person); } .parked { fill: var(--parked); } .turn { fill: var(--turn); }
        #events li { font-size: 0.85rem; color: var(--faint); }
        #events li:target { color: var(--ink); background: var(--code); }
        @media print { body { font-size: 11pt; } }
        """;
}
