using Orchestrator.Plans.Readers.TaskGraphs;

namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>Reads the gates of a phase file from list items or lines of code in the section "Gates".</summary>
/// <param name="file">Name of the file in faults.</param>
/// <param name="faults">Receives the faults.</param>
internal sealed class PhaseGateReader(string file, FaultList faults)
{
    private readonly List<Gate> _gates = [];
    private readonly List<int> _gateLines = [];
    private readonly List<(int Gate, int Column, IReadOnlyList<string> Names)> _needs = [];

    /// <summary>Gates in the order of the file.</summary>
    public IReadOnlyList<Gate> Gates => _gates;

    /// <summary>Line number of each gate.</summary>
    public IReadOnlyList<int> Lines => _gateLines;

    /// <summary>Reads one line of the section "Gates".</summary>
    public void Read(MarkdownLine line)
    {
        if (line.IsCode)
        {
            var command = line.Text.Trim();
            if (command.Length > 0 && !command.StartsWith('#'))
            {
                _gates.Add(GateDefinitionGrammar.Of(command));
                _gateLines.Add(line.Number);
            }
            return;
        }
        var item = MarkdownListItemMatcher.Item().Match(line.Text);
        if (line.Level > 0 || !item.Success)
        {
            return;
        }
        var text = item.Groups["text"].Value.Trim();
        if (InlineMarkdownParser.Plain(text).TrimEnd('.').ToLowerInvariant() is "none" or "n/a" or "-" or "")
        {
            return;
        }
        (text, var marks) = MasterPlanPhaseGateOptions.SplitLine(text);
        foreach (var (message, fix) in marks.Faults)
        {
            faults.Add(new PlanFault("bad-value", FaultSeverity.Error, file, line.Number, item.Groups["text"].Index + 1, "", message, fix));
        }
        (var gate, var description) = PhaseGateCommandParser.Split(text);
        if (gate.Length == 0)
        {
            faults.Add(
                PlanFault.Error(
                    file,
                    "bad-gate",
                    "The gate has no command.",
                    "Write '- command: description'.",
                    line: line.Number,
                    column: item.Groups["text"].Index + 1
                )
            );
        }
        else
        {
            _gates.Add(
                GateDefinitionGrammar.Of(gate, description: description) with
                {
                    Exclusive = marks.Exclusive,
                    Cache = marks.Cache,
                    Clean = marks.Clean,
                    Covers = DistinctTextList.Of(marks.Covers),
                }
            );
            _gateLines.Add(line.Number);
            if (marks.Needs.Count > 0)
            {
                _needs.Add((_gates.Count - 1, item.Groups["text"].Index + 1, marks.Needs));
            }
        }
    }

    /// <summary>Resolves the names of needed gates after the whole section has been read.</summary>
    public void Resolve()
    {
        foreach (var (at, column, names) in _needs)
        {
            foreach (var name in names.Where(name => GateDependencyResolver.Find(_gates, at, name).Count == 0))
            {
                Fault(
                    "unknown-gate",
                    at,
                    column,
                    GateDependencyResolver.Unknown(_gates[at], name),
                    GateDependencyResolver.SuggestFix(_gates, at)
                );
            }
            _gates[at] = _gates[at] with
            {
                Needs = DistinctTextList.Of(names.SelectMany(name => GateDependencyResolver.Find(_gates, at, name))),
            };
        }
        if (GateOrder.FindCycle(_gates) is { } gate)
        {
            var (at, column, _) = _needs.First(named => _gates[named.Gate] == gate);
            Fault("cycle", at, column, GateDependencyResolver.CycleMessage(gate), GateDependencyResolver.CircleCure);
        }
    }

    private void Fault(string code, int gate, int column, string message, string fix) =>
        faults.Add(new PlanFault(code, FaultSeverity.Error, file, _gateLines[gate], column, "", message, fix));
}
