namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>The gates of a phase's file: lines of its section "Gates", in lists or code.</summary>
/// <param name="file">The file, as faults name it.</param>
/// <param name="faults">Receives faults.</param>
internal sealed class PhaseGates(string file, FaultList faults)
{
    private readonly List<Gate> _gates = [];
    private readonly List<int> _gateLines = [];

    /// <summary>The gates, in the file's order.</summary>
    public IReadOnlyList<Gate> Gates => _gates;

    /// <summary>The line of each.</summary>
    public IReadOnlyList<int> Lines => _gateLines;

    /// <summary>Reads a line of the section.</summary>
    public void Read(MarkdownLine line)
    {
        if (line.IsCode)
        {
            var command = line.Text.Trim();
            if (command.Length > 0 && !command.StartsWith('#'))
            {
                _gates.Add(GateGrammar.Of(command));
                _gateLines.Add(line.Number);
            }
            return;
        }
        var item = MarkdownLists.Item().Match(line.Text);
        if (line.Level > 0 || !item.Success)
        {
            return;
        }
        var text = item.Groups["text"].Value.Trim();
        if (Inline.Plain(text).TrimEnd('.').ToLowerInvariant() is "none" or "n/a" or "-" or "")
        {
            return;
        }
        (text, var marks) = GateMarks.Take(text);
        foreach (var (message, fix) in marks.Faults)
        {
            faults.Add(new PlanFault("bad-value", FaultSeverity.Error, file, line.Number, item.Groups["text"].Index + 1, "", message, fix));
        }
        (var gate, var description) = GateText.Split(text);
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
            _gates.Add(GateGrammar.Of(gate, description: description) with { Exclusive = marks.Exclusive, Cache = marks.Cache });
            _gateLines.Add(line.Number);
        }
    }
}
