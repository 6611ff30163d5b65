using System.Text.RegularExpressions;

namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>Reads a phase file.</summary>
internal sealed partial class PhaseFileReader
{
    private readonly FaultList _faults;
    private readonly string _file;
    private readonly List<string> _body = [];
    private string? _title;
    private string? _number;
    private (string Text, int Line)? _status;
    private (string Text, int Line)? _dependsOn;
    private readonly PhaseGateReader _gates;
    private readonly MasterPlanPhaseStepReader _steps;
    private readonly PhaseChecklistReader _checklist = new();
    private bool _hasGates;

    private PhaseFileReader(string file, FaultList faults)
    {
        _file = file;
        _faults = faults;
        _gates = new PhaseGateReader(file, faults);
        _steps = new MasterPlanPhaseStepReader(file, faults, _body);
    }

    private enum PhaseFileSectionKind
    {
        Other,
        Process,
        Gates,
        Tasks,
    }

    public static ParsedPhaseFile Read(string text, string file, FaultList faults)
    {
        var reader = new PhaseFileReader(file, faults);
        reader.ReadLines(MarkdownLineSplitter.Lines(text));
        return reader.Result();
    }

    private void ReadLines(IReadOnlyList<MarkdownLine> lines)
    {
        var part = PhaseFileSectionKind.Other;
        var partLevel = 0;
        foreach (var line in lines)
        {
            if (line.Level > 0 && (partLevel == 0 || line.Level <= partLevel))
            {
                part = PartOf(line.Heading);
                partLevel = part == PhaseFileSectionKind.Other ? 0 : line.Level;
                _hasGates |= part == PhaseFileSectionKind.Gates;
            }
            switch (part)
            {
                case PhaseFileSectionKind.Process:
                    _steps.Read(line);
                    break;
                case PhaseFileSectionKind.Gates:
                    _gates.Read(line);
                    break;
                case PhaseFileSectionKind.Tasks:
                    _checklist.Read(line);
                    _body.Add(line.Text);
                    break;
                default:
                    if (!Fact(line))
                    {
                        _body.Add(line.Text);
                    }
                    break;
            }
        }
        _gates.Resolve();
        if (!_hasGates)
        {
            _faults.Add(
                PlanFault.Warning(
                    _file,
                    "no-gates",
                    "The phase has no section '## Gates', so it has no gate of its own.",
                    "Add '## Gates' with lines such as '- pytest: all tests pass'.",
                    line: 1
                )
            );
        }
        if (_checklist.Items.Count == 0 && _body.Count(line => !string.IsNullOrWhiteSpace(line)) == _steps.Told)
        {
            _faults.Add(
                PlanFault.Error(
                    _file,
                    "empty-phase",
                    "The phase's file does not describe any work.",
                    "Add '## Tasks' with check boxes: '- [ ] 1.1: Create src/module.py'.",
                    line: 1
                )
            );
        }
    }

    private ParsedPhaseFile Result() =>
        new()
        {
            Title = _title,
            Number = _number,
            Status = _status,
            DependsOn = _dependsOn,
            RequiredAgents = [.. _steps.Agents],
            RequiredSteps = [.. _steps.Names],
            NotesInput = [.. _steps.NotesInput],
            NotesOutput = [.. _steps.NotesOutput],
            Gates = _gates.Gates,
            GateLines = _gates.Lines,
            Checklist = _checklist.Items,
            Body = string.Join('\n', _body.SkipWhile(IsBlank).Reverse().SkipWhile(IsBlank).Reverse()),
        };

    private static bool IsBlank(string line) => line.Trim().Trim('-', '*', '_').Length == 0;

    private static PhaseFileSectionKind PartOf(string heading)
    {
        var plain = InlineMarkdownParser.Plain(heading).ToLowerInvariant();
        return plain switch
        {
            _ when plain.StartsWith("process", StringComparison.Ordinal) => PhaseFileSectionKind.Process,
            _ when plain is "gates"
                    || plain.EndsWith(" gates", StringComparison.Ordinal)
                    || plain.StartsWith("gates ", StringComparison.Ordinal) => PhaseFileSectionKind.Gates,
            _ when plain is "tasks" or "task list"
                    || plain.EndsWith(" tasks", StringComparison.Ordinal)
                    || plain.StartsWith("tasks ", StringComparison.Ordinal) => PhaseFileSectionKind.Tasks,
            _ => PhaseFileSectionKind.Other,
        };
    }

    // Reads the heading and metadata lines such as "**Status:** Pending".
    private bool Fact(MarkdownLine line)
    {
        if (line.IsCode)
        {
            return false;
        }
        if (line.Level == 1 && _title is null)
        {
            var phase = PhaseHeading().Match(InlineMarkdownParser.Plain(line.Heading));
            _number = phase.Success ? phase.Groups["id"].Value : null;
            _title = phase.Success ? phase.Groups["title"].Value : InlineMarkdownParser.Plain(line.Heading);
            return true;
        }
        var fact = FactLine().Match(line.Text);
        return fact.Success && Fact(line.Number, fact.Groups["name"].Value.Trim(), fact.Groups["value"].Value.Trim());
    }

    // Other tools' words may also start a sentence, so they count only if a phase or a status follows and nothing else.
    private bool Fact(int line, string name, string value)
    {
        var key = PhaseFieldNames.Keys.Find(name);
        if (PhaseFieldNames.Keys.IsSynonym(name))
        {
            var state = PhaseFieldNames.State(key!, value);
            if (key == PhaseFieldNames.DependsOn ? !PhaseDependencyReader.NamesPhases(value) : state is null)
            {
                return false;
            }
            _faults.Add(PhaseFieldNames.Synonym(_file, line, name, key!));
            (key, value) = key == PhaseFieldNames.DependsOn ? (key, value) : (PhaseFieldNames.Status, state!);
        }
        switch (key)
        {
            case PhaseFieldNames.Status:
                _status ??= (value, line);
                return true;
            case PhaseFieldNames.DependsOn:
                _dependsOn ??= (value, line);
                return true;
            default:
                return string.Equals(name, "master plan", StringComparison.OrdinalIgnoreCase);
        }
    }

    [GeneratedRegex(
        @"^\s*phase\s+(?<id>[\w.-]+?)\s*(?:(?::|\s[–—-]|\.(?=\s))\s*(?<title>.*))?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        1000
    )]
    private static partial Regex PhaseHeading();

    [GeneratedRegex(
        @"^\s{0,3}(?:[-*]\s+)?(?:\*\*|__)?(?<name>[A-Za-z][A-Za-z ]{0,30}?)\s*(?:(?:\*\*|__)\s*:|:\s*(?:\*\*|__)|:)(?<value>.*)$",
        RegexOptions.CultureInvariant,
        1000
    )]
    private static partial Regex FactLine();
}
